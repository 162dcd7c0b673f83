"""Messages that are sealed end where they end, whatever ROS has allocated for them."""

import importlib
import random

import pytest

from conftest import ROOT

pytest.importorskip('rclpy')

from ament_index_python import get_resources
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.serialization import deserialize_message, serialize_message
from rosidl_parser import definition
from sensor_msgs.msg import JointState
from std_msgs.msg import Empty, Header, String
from std_srvs.srv import Trigger
from test_msgs.msg import BoundedPlainSequences

from discreet.serialized import NotSerialized, cut, serialized

TEXTS = ['', 'a', 'ab', 'abc', 'naïve', '日本', '0123456789 abcdef']
JUNK = b'\1\xff' * 40
FIXTURES = sorted((ROOT / 'tests/data/cdr').glob('*_msgs.*.cdr'))


def installed():
    """Every installed class of messages, by name."""
    for package in sorted(get_resources('rosidl_interfaces')):
        for folder in ('msg', 'srv', 'action'):
            try:
                module = importlib.import_module(f'{package}.{folder}')
            except ImportError:
                continue
            for name, kind in vars(module).items():
                if hasattr(kind, 'SLOT_TYPES'):
                    yield f'{package}/{folder}/{name}', kind
                for part in ('Goal', 'Result', 'Feedback'):
                    if folder == 'action' and hasattr(kind, part):
                        yield f'{package}/{folder}/{name}_{part}', getattr(kind, part)


INSTALLED = dict(installed())


def value(of, dice):
    if isinstance(of, definition.Array):
        return [value(of.value_type, dice) for _ in range(of.size)]
    if isinstance(of, definition.AbstractSequence):
        most = min(getattr(of, 'maximum_size', 5), dice.choice([0, 1, 2, 3, 5]))
        return [value(of.value_type, dice) for _ in range(most)]
    if isinstance(of, definition.NamespacedType):
        return filled(INSTALLED['/'.join([*of.namespaces, of.name])](), dice)
    if isinstance(of, definition.AbstractGenericString):
        return dice.choice(TEXTS)[: getattr(of, 'maximum_size', 99)]
    if of.typename == 'boolean':
        return dice.random() < 0.5
    if of.typename == 'octet':
        return bytes([dice.randrange(256)])
    if of.typename in ('float', 'double'):
        return dice.randrange(-1000, 1000) / 8
    bits = int(of.typename.lstrip('uint'))
    return dice.randrange(2**bits) - (0 if of.typename.startswith('u') else 2 ** (bits - 1))


def filled(message, dice):
    for field, of in zip(message.get_fields_and_field_types(), message.SLOT_TYPES, strict=True):
        setattr(message, field, value(of, dice))
    return message


def test_many_types_are_installed():
    assert len(INSTALLED) > 150
    some = {'sensor_msgs/msg/JointState', 'std_srvs/srv/SetBool_Request', 'test_msgs/action/Fibonacci_Goal'}
    assert some <= set(INSTALLED)


@pytest.mark.parametrize('name', INSTALLED)
def test_a_message_of_any_type_is_cut_at_its_end(name):
    kind = INSTALLED[name]
    for seed in range(20):
        message = filled(kind(), random.Random(seed))
        made = serialized(message)
        assert deserialize_message(made, kind) == message
        assert serialized(deserialize_message(made, kind)) == made
        assert cut(made + JUNK, kind) == made, 'nothing after the end counts'
        with pytest.raises(NotSerialized):
            cut(made[:-1], kind)


@pytest.mark.parametrize('fixture', FIXTURES, ids=lambda file: file.stem)
def test_it_has_the_bytes_that_ros_publishes(fixture):
    package, name, *_ = fixture.stem.split('.')
    kind = INSTALLED[f'{package}/msg/{name}']
    published = fixture.read_bytes()
    made = serialized(deserialize_message(published, kind))
    assert made == published


def test_uninitialised_memory_is_not_sent():
    message = JointState(name=['a'], position=[1.0])
    assert len(serialize_message(message)) > len(serialized(message)), 'else ROS counts as we do'
    assert serialized(message).hex(' ', 4) == (
        '00010000 00000000 00000000 01000000 00000000 01000000 02000000 61000000'
        ' 01000000 00000000 0000f03f 00000000 00000000'
    )
    for empty in (Empty, Trigger.Request):
        assert serialized(empty()) == cut(b'\0\1\0\0xyz', empty) == b'\0\1\0\0\0'


def test_gaps_are_filled_with_zeros():
    made = serialized(Header(frame_id=''))
    assert made[-5:] == b'\1\0\0\0\0'
    followed = serialized(JointState())  # after the empty frame_id, three bytes up to the next length
    assert cut(followed[:17] + b'abc' + followed[20:], JointState) == followed


@pytest.mark.parametrize(
    ('made', 'kind', 'why'),
    [
        (b'', String, 'header'),
        (b'\0\1\0', String, 'header'),
        (b'\0\0\0\0\0\0\0\1\0', String, 'header 00000000'),
        (b'\0\7\0\0\1\0\0\0\0', String, 'header 00070000'),
        (b'\0\1\0\0\3\0\0\0a\0', String, '3 bytes are missing at byte 8'),
        (b'\0\1\0\0\2\0\0\0ab', String, 'does not end with NUL at byte 9'),
        (b'\0\1\0\0\1\0\0', String, '4 bytes are missing at byte 4'),
        (b'\0\1\0\0' + b'\xff' * 8, DiagnosticStatus, 'missing'),
        (b'\0\1\0\0' + bytes(12) + b'\xff' * 8, DiagnosticArray, 'elements do not fit'),
        (b'\0\1\0\0' + b'\4\0\0\0\1\1\1\1', BoundedPlainSequences, 'length 4 is above 3 at byte 4'),
    ],
)
def test_bytes_of_another_form_are_refused(made, kind, why):
    with pytest.raises(NotSerialized, match=why):
        cut(made, kind)


def test_an_unknown_kind_of_field_is_refused():
    class Odd:
        SLOT_TYPES = (definition.BasicType('long double'),)

    with pytest.raises(NotSerialized, match='Odd: a field of type long double is not supported'):
        cut(b'\0\1\0\0' + bytes(40), Odd)
