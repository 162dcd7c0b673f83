"""Personal data in words leaves in no form that hides it, whatever the type,
and what has none leaves as it was.
"""

import time

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rcl_interfaces.msg import Log, Parameter, ParameterEvent, ParameterValue
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import JointState, TimeReference
from std_msgs.msg import MultiArrayDimension, MultiArrayLayout, String, UInt8MultiArray
from test_msgs.msg import Strings, UnboundedSequences, WStrings
from trajectory_msgs.msg import JointTrajectory
from visualization_msgs.msg import Marker, MenuEntry

from domain import wire
from planted import Planter, forms
from rules import declared
from texts import ALL, header, release
from waiting import eventually

# Each type, and how texts are put into it: nested, in arrays, in sequences, bounded, wide, behind and before
# numbers.
TYPES = {
    'string': (String, 1, lambda a: String(data=a)),
    'joints': (JointState, 3, lambda a, b, c: JointState(header=header(a), name=[b, c], position=[1.5, 2.5])),
    'time': (TimeReference, 1, lambda a: TimeReference(source=a)),
    'diagnostics': (
        DiagnosticArray,
        5,
        lambda a, b, c, d, e: DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=b'\x01', name=a, message=b, hardware_id='arm', values=[KeyValue(key='k', value=c)]
                ),
                DiagnosticStatus(
                    level=b'\x00',
                    name='base',
                    message=d,
                    values=[KeyValue(key='a', value='1'), KeyValue(key='last', value=e)],
                ),
            ]
        ),
    ),
    'log': (Log, 2, lambda a, b: Log(level=20, name='reception', msg=a, file=b, function='f', line=7)),
    'parameters': (
        ParameterEvent,
        2,
        lambda a, b: ParameterEvent(
            node='/desk',
            changed_parameters=[
                Parameter(name='guest', value=ParameterValue(type=4, string_value=a)),
                Parameter(
                    name='guests',
                    value=ParameterValue(type=9, string_array_value=['none', b], double_array_value=[0.5]),
                ),
            ],
        ),
    ),
    'marker': (Marker, 2, lambda a, b: Marker(ns=a, id=3, text=b, mesh_resource='')),
    'menu': (MenuEntry, 2, lambda a, b: MenuEntry(id=1, title=a, command=b, command_type=1)),
    'trajectory': (JointTrajectory, 2, lambda a, b: JointTrajectory(joint_names=[a, 'elbow', b])),
    'layout': (
        UInt8MultiArray,
        1,
        lambda a: UInt8MultiArray(
            layout=MultiArrayLayout(dim=[MultiArrayDimension(label=a, size=2, stride=1)]), data=[1, 2, 3]
        ),
    ),
    'sequences': (
        UnboundedSequences,
        2,
        lambda a, b: UnboundedSequences(
            bool_values=[True], string_values=[a, '', b], float64_values=[1.0, 2.0], int8_values=[1]
        ),
    ),
    'strings': (Strings, 1, lambda a: Strings(string_value=a)),
    'wide': (WStrings, 2, lambda a, b: WStrings(wstring_value=a, array_of_wstrings=['', b, ''])),
}


def name_of(kind):
    module, _, name = kind.__module__.partition('.')
    return f'{module}/{name.split(".")[0]}/{kind.__name__}'


def to_the_last(reader):
    """Everything up to the message that says that it is the last."""
    last = forms('that was the last')
    eventually(
        f'the last on {reader.subscription.topic_name}',
        lambda: any(form in message.cdr for message in reader.poll()[-1:] for form in last),
    )
    return reader.messages


def test_of_a_thousand_planted_items_none_leaves_in_any_of_the_types(robot):
    topics = {
        f'/{name}': declared(name_of(kind), 'contextual', redact=ALL, depth=1000)
        for name, (kind, _, _) in TYPES.items()
    }
    release(robot, topics)
    publishers = {name: robot.inner.publisher(f'/{name}', kind) for name, (kind, _, _) in TYPES.items()}
    seen_inside = {name: robot.inner.reader(f'/{name}', kind) for name, (kind, _, _) in TYPES.items()}
    robot.start()
    seen = {name: robot.outer.reader(f'/{name}', kind) for name, (kind, _, _) in TYPES.items()}
    for name, (_, count, make) in TYPES.items():
        robot.released(f'/{name}')
        nothing = make(*['all quiet'] * count)
        robot.flow(publishers[name], [seen[name], seen_inside[name]], nothing)
    planter, planted, sent = Planter(1), {name: [] for name in TYPES}, 0
    while sent < 1000:
        for name, (_, count, make) in TYPES.items():
            items = [planter.item() for _ in range(count)]
            planted[name] += items
            publishers[name].publish(make(*(item.sentence for item in items)))
            sent += count
        time.sleep(0.01)
    for name, (_, count, make) in TYPES.items():
        publishers[name].publish(make(*['that was the last'] * count))
    shown = []
    for name, (kind, count, _) in TYPES.items():
        rounds = len(planted[name]) // count
        inside = b''.join(message.cdr for message in to_the_last(seen_inside[name]))
        outside = b''.join(message.cdr for message in to_the_last(seen[name]))
        for item in planted[name]:
            assert any(form in inside for form in forms(item.text)), f'{item} was never planted in {name}'
            shown += [f'{name}: {item}' for form in forms(item.text) if form in outside]
        # Every one of them can be read, and numbers beside the text are as they were.
        assert len([deserialize_message(message.cdr, kind) for message in seen[name].messages]) > rounds
    assert not shown, f'{len(shown)} of {sent} are shown:\n' + '\n'.join(shown[:40])
    assert {tuple(message.position) for message in seen['joints'].typed()} == {(1.5, 2.5)}
    assert {tuple(message.float64_values) for message in seen['sequences'].typed()} == {(1.0, 2.0)}
    assert {message.line for message in seen['log'].typed()} == {7}


def test_what_has_nothing_to_hide_comes_through_byte_for_byte(robot):
    topics = {
        f'/{name}': declared(name_of(kind), 'contextual', redact=ALL) for name, (kind, _, _) in TYPES.items()
    }
    release(robot, topics)
    publishers = {name: robot.inner.publisher(f'/{name}', kind) for name, (kind, _, _) in TYPES.items()}
    robot.start()
    for name, (kind, count, make) in TYPES.items():
        inside, reader = robot.inner.reader(f'/{name}', kind), robot.outer.reader(f'/{name}', kind)
        message = make(*['the lift is on its way'] * count)
        robot.flow(publishers[name], [reader, inside], message)
        publishers[name].publish(message)
        assert wire(reader.wait(1)[-1].cdr) == wire(inside.wait(1)[-1].cdr), name


def test_rosout_and_diagnostics_of_the_robot_leave_redacted(robot):
    release(
        robot,
        {
            '/rosout': declared('rcl_interfaces/msg/Log', 'contextual', redact=ALL),
            '/diagnostics': declared('diagnostic_msgs/msg/DiagnosticArray', 'contextual', redact=ALL),
        },
    )
    node = rclpy.create_node('reception', context=robot.inner.context, enable_rosout=True)
    states = robot.inner.publisher('/diagnostics', DiagnosticArray, node='reception_state')
    robot.start()
    logs, diagnostics = (
        robot.outer.reader('/rosout', Log),
        robot.outer.reader('/diagnostics', DiagnosticArray),
    )
    robot.released('/rosout')
    items = [Planter(seed).item() for seed in range(2, 12)]

    def leak():
        for item in items:
            node.get_logger().info(item.sentence)
            states.publish(
                DiagnosticArray(status=[DiagnosticStatus(name='reception', message=item.sentence)])
            )
        time.sleep(0.1)
        said = [message.msg for message in logs.typed() if message.name == 'reception']
        shown = [
            message
            for message in diagnostics.typed()
            if message.status and message.status[0].name == 'reception'
        ]
        return len(said) >= 3 * len(items) and len(shown) >= 3 * len(items)

    eventually('logs and diagnostics outside', leak)
    everything = b''.join(message.cdr for message in logs.messages + diagnostics.messages)
    assert [item for item in items if item.text.encode() in everything] == []
    node.destroy_node()
