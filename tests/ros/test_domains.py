"""The two domains never mix: outside there is what is released and nothing more, and nothing comes in."""

from std_msgs.msg import Int32, String

from rules import TEXT, everyone
from waiting import eventually


def text(data):
    return String(data=data)


def everything(domain):
    """Every topic of a domain with a publisher or a subscription, and every node."""
    node = domain.node()
    names = {name for name, _ in node.get_topic_names_and_types()}
    publishers = {
        name: {info.node_name for info in node.get_publishers_info_by_topic(name)} for name in names
    }
    readers = {
        name: {info.node_name for info in node.get_subscriptions_info_by_topic(name)} for name in names
    }
    return publishers, readers, {name for name, _ in node.get_node_names_and_namespaces()}


def unread(domain):
    """Topics with more publishers than readers, which `ros2 doctor` warns of (ros2doctor/api/topic.py)."""
    node = domain.node()
    return {
        name
        for name in domain.topics() - {'/rosout', '/parameter_events'}
        if node.count_publishers(name) > node.count_subscribers(name)
    }


def test_ros2_doctor_outside_warns_of_no_topic_that_somebody_reads_and_of_none_beside_it(robot):
    robot.policy({'/text': TEXT}, [everyone('/text')])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    # An unsealer reads the grants; the test itself reads the catalogue.
    eventually(lambda: f'{unread(robot.outer)}', lambda: unread(robot.outer) == {'/discreet/grants'})


def test_outside_there_is_what_is_released_and_nothing_more(robot):
    robot.policy({'/text': TEXT, '/secret': TEXT}, [everyone('/text')])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    secret, other = robot.inner.publisher('/secret', String), robot.inner.publisher('/undeclared', Int32)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    secret.publish(text('secret'))
    other.publish(Int32(data=1))
    robot.status('/secret')
    stranger = robot.domain(robot.outer.number)
    publishers, readers, nodes = {}, {}, set()

    def seen():
        nonlocal publishers, readers, nodes
        publishers, readers, nodes = everything(stranger)
        return (
            '_NODE_NAME_UNKNOWN_' not in repr(publishers) and '/text' in publishers and 'guard_outer' in nodes
        )

    eventually('the stranger sees the guard', seen)
    assert {topic for topic, nodes in publishers.items() if 'guard_outer' in nodes} == {
        '/text',
        '/discreet/catalog',
        '/discreet/grants',
    }
    assert not [topic for topic, nodes in readers.items() if 'guard_outer' in nodes], (
        'it listens to the outer domain'
    )
    assert nodes - {'peer', 'operator'} == {'guard_outer'}
    services = stranger.node().get_service_names_and_types_by_node('guard_outer', '/')
    assert services == [], 'it can be asked or changed from outside'
    assert {name for name, _ in stranger.node().get_topic_names_and_types()} <= {
        '/text',
        '/discreet/catalog',
        '/discreet/grants',
        '/parameter_events',
        '/rosout',
    }


def test_what_is_published_outside_does_not_come_in(robot):
    robot.policy({'/text': TEXT, '/back': TEXT}, [everyone('operational')])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    inside = robot.inner.reader('/text', String, node='listener')
    back = robot.inner.reader('/back', String, node='listener')
    robot.start()
    robot.flow(publisher, [outside, inside], text('hello'))
    intruder, other = robot.outer.publisher('/text', String), robot.outer.publisher('/back', String)
    for number in range(20):
        intruder.publish(text('from outside'))
        other.publish(text('from outside'))
        publisher.publish(text(f'{number}'))
    outside.wait(40)  # on the outer domain they meet
    inside.wait(20)
    assert text('from outside') not in inside.typed() and back.poll() == []
    assert robot.inner.publishers_of('/back') == []
    assert robot.status('/text').number('released') >= 20
    assert robot.outer.publishers_of('/back') and robot.catalog().keys() == {'/text'}


def test_with_a_discovery_server_domains_are_none_and_the_guard_does_not_start(robot):
    robot.policy({'/text': TEXT}, [everyone('/text')])
    guard = robot.start(wait=False, environment={'ROS_DISCOVERY_SERVER': '127.0.0.1:11811'})
    assert guard.wait() == 2, guard.said()
    assert 'ROS_DISCOVERY_SERVER' in guard.said() and 'docs/lock.md' in guard.said()
