"""The example that pairs messages with their tags, without DDS. With a guard it is tested in tests/ros."""

import importlib.util

import pytest

from conftest import ROOT

pytest.importorskip('rclpy')
interfaces = pytest.importorskip('discreet_interfaces.msg')
if not hasattr(interfaces, 'Tag'):
    pytest.skip('discreet_interfaces is older than tags', allow_module_level=True)

from discreet_interfaces.msg import Tag
from rclpy.serialization import serialize_message
from std_msgs.msg import String

SPEC = importlib.util.spec_from_file_location('read_tags', ROOT / 'examples/read_tags.py')
read_tags = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(read_tags)


def message(text):
    return serialize_message(String(data=text))


def numbered(sequence):
    return {'publication_sequence_number': sequence}


def tag(sequence, text):
    return Tag(sequence=sequence, digest=list(read_tags.digest(message(text))))


@pytest.fixture
def shown():
    return []


@pytest.fixture
def pairs(shown):
    return read_tags.Pairs(lambda message, tag: shown.append((message, tag)), most=50)


@pytest.mark.parametrize('first', ['messages', 'tags', 'in turn'])
def test_publishers_of_one_topic_have_the_same_numbers(pairs, shown, first):
    released = [(sequence, f'{who} {sequence}') for sequence in range(1, 21) for who in 'ab']
    messages = [lambda n=n, text=text: pairs.message(message(text), numbered(n)) for n, text in released]
    tags = [lambda n=n, text=text: pairs.tag(tag(n, text)) for n, text in reversed(released)]
    in_turn = [step for both in zip(messages, reversed(tags)) for step in both]
    for step in {'messages': messages + tags, 'tags': tags + messages, 'in turn': in_turn}[first]:
        step()
    assert len(shown) == 40 and not pairs.messages and not pairs.tags
    for came, of in shown:
        assert came in [message(f'a {of.sequence}'), message(f'b {of.sequence}')]
        assert of.digest.tobytes() == read_tags.digest(came)


def test_a_tag_of_the_other_publisher_is_not_taken_while_the_right_one_is_under_way(pairs, shown):
    pairs.tag(tag(5, 'b'))
    pairs.message(message('a'), numbered(5))
    assert shown == []
    pairs.tag(tag(5, 'a'))
    assert shown == [(message('a'), tag(5, 'a'))]


def test_equal_messages_with_numbers_have_each_its_own_tag(pairs, shown):
    for sequence in (1, 2, 3):
        pairs.tag(tag(sequence, 'same'))
    for sequence in (3, 1, 2):
        pairs.message(message('same'), numbered(sequence))
    assert [of.sequence for _, of in shown] == [3, 1, 2]


@pytest.mark.parametrize('tags_first', [True, False])
def test_equal_messages_without_numbers_are_one_pair_each(pairs, shown, tags_first):
    steps = [
        [lambda n=n: pairs.tag(tag(n, 'same')) for n in (1, 2, 3)],
        [lambda: pairs.message(message('same'), numbered(None)) for _ in range(3)],
    ]
    for step in [step for part in (steps if tags_first else steps[::-1]) for step in part]:
        step()
    assert [of.sequence for _, of in shown] == [1, 2, 3]
    assert not pairs.messages and not pairs.tags


def test_a_message_without_a_number_may_have_zeros_at_its_end(pairs, shown):
    pairs.tag(tag(1, 'abc'))
    pairs.message(message('abc') + b'\0\0\0', numbered(None))
    assert len(shown) == 1


def test_what_waits_is_bounded(pairs, shown):
    for sequence in range(200):
        pairs.tag(tag(sequence, f'{sequence}'))
        pairs.message(message('alone'), numbered(sequence))
    assert shown == [] and len(pairs.tags) == len(pairs.messages) == 50
    pairs.tag(tag(199, 'alone'))
    assert len(shown) == 1
