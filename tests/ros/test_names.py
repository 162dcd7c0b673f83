"""Namespaces and remappings of a launch file: they name the guard's nodes, and do not change what leaves."""

from diagnostic_msgs.msg import DiagnosticArray
from std_msgs.msg import String

from rules import TEXT, everyone
from waiting import eventually

TOPICS, OPEN = {'/text': TEXT}, [everyone('/text')]


def text(data):
    return String(data=data)


def nodes(domain):
    """The full names of the nodes of a domain, without those of the test."""
    found = {
        f'{namespace.rstrip("/")}/{name}' for name, namespace in domain.node().get_node_names_and_namespaces()
    }
    return found - {f'/{name}' for name in ('peer', 'driver', 'operator')}


def test_all_its_nodes_are_in_the_namespace_that_it_is_given_and_topics_stay_where_the_policy_has_them(robot):
    robot.policy(TOPICS, OPEN)
    robot.start(remaps=['__ns:=/robot1', '__node:=porter'])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.flow(publisher, outside, text('hello'))
    eventually(
        lambda: f'inside: {nodes(robot.inner)}',
        lambda: nodes(robot.inner) == {'/robot1/porter', '/robot1/porter_inner'},
    )
    eventually(
        lambda: f'outside: {nodes(robot.outer)}', lambda: nodes(robot.outer) == {'/robot1/porter_outer'}
    )
    assert robot.inner.call('/robot1/porter/reload').success


def test_a_remapping_of_data_is_told_to_have_no_effect_and_one_of_the_node_itself_has_it(robot):
    robot.policy(TOPICS, OPEN)
    diagnostics = robot.inner.reader('/robot1/diagnostics', DiagnosticArray)
    rules = ['/text:=/elsewhere', '/diagnostics:=/robot1/diagnostics', '~/reload:=/again']
    guard = robot.start(remaps=rules)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.flow(publisher, outside, text('hello'))
    assert robot.outer.publishers_of('/elsewhere') == []
    told = [line for line in guard.said().splitlines() if 'the remapping' in line]
    assert len(told) == 1 and '/text:=/elsewhere has no effect' in told[0], told
    diagnostics.wait(1)
    assert robot.inner.call('/again').success
