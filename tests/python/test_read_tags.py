"""The example that pairs messages with their tags, without DDS. With a guard it is tested in tests/ros."""

import importlib.util

import pytest

from conftest import ROOT

pytest.importorskip('rclpy')
interfaces = pytest.importorskip('discreet_interfaces.msg')
if not hasattr(interfaces, 'Tag'):
    pytest.skip('discreet_interfaces is older than tags', allow_module_level=True)

from discreet_interfaces.msg import Catalog, CatalogEntry, Tag
from rclpy.serialization import serialize_message
from std_msgs.msg import Bool, String

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


class Node:
    """A node that only notes its subscriptions."""

    def __init__(self):
        self.subscriptions = []

    def create_subscription(self, kind, topic, _callback, _qos, *, raw=False):
        self.subscriptions.append((topic, kind))
        return topic, kind

    def destroy_subscription(self, subscription):
        self.subscriptions.remove(subscription)


def catalog(**entry):
    return Catalog(entries=[CatalogEntry(**{'topic': '/text', 'tag_topic': '/text/tag', **entry})])


@pytest.fixture
def reader():
    return read_tags.TagReader(Node(), '/text')


def subscribed(reader):
    return [kind for topic, kind in reader.node.subscriptions if topic == '/text']


@pytest.mark.parametrize(
    ('entry', 'why'),
    [
        ({'type': 'std_msgs/msg/String', 'tag_topic': ''}, 'no tags'),
        ({'type': 'std_msgs/msg/String', 'tag_topic': 'not a topic'}, 'no tags'),
        ({'type': 'x'}, 'not of the form'),
        ({'type': ''}, 'not of the form'),
        ({'type': 'os/path/join'}, 'not of the form'),
        ({'type': 'std_srvs/srv/SetBool'}, 'not of the form'),
        ({'type': 'os.path/msg/String'}, 'not of the form'),
        ({'type': '../msg/String'}, 'not of the form'),
        ({'type': 'std_msgs/msg/String\n'}, 'not of the form'),
        ({'type': 'std_msgs/msg/Unheard'}, 'no attribute'),
        ({'type': 'unheard_msgs/msg/String'}, 'No module named'),
    ],
)
def test_a_forged_catalogue_is_a_warning(reader, capsys, monkeypatch, entry, why):
    imported = []
    monkeypatch.setattr(
        read_tags.importlib,
        'import_module',
        lambda name, real=importlib.import_module: (imported.append(name), real(name))[1],
    )
    reader.catalog(catalog(**entry))
    said = capsys.readouterr().err
    assert said.startswith('warning: /text: an entry of the catalogue is ignored') and why in said
    assert said.count('\n') == 1 and subscribed(reader) == []
    assert all(name.endswith('_msgs.msg') for name in imported)
    reader.catalog(catalog(type='std_msgs/msg/String'))
    reader.catalog(catalog(**entry))
    assert subscribed(reader) == [String] and capsys.readouterr().err == '', 'reported once'


def test_an_entry_of_another_type_is_replaced(reader):
    reader.catalog(catalog(type='std_msgs/msg/Bool'))
    assert subscribed(reader) == [Bool]
    for _ in range(2):
        reader.catalog(catalog(type='std_msgs/msg/String'))
    assert subscribed(reader) == [String] and reader.kind is String


def test_a_subscription_that_fails_is_tried_again(reader, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(reader.node, 'create_subscription', lambda *_, **__: 1 / 0)
        reader.catalog(catalog(type='std_msgs/msg/String'))
    assert 'division by zero' in capsys.readouterr().err
    reader.catalog(catalog(type='std_msgs/msg/String'))
    assert subscribed(reader) == [String]


def test_a_message_that_is_not_of_the_type_is_a_warning(reader, capsys):
    reader.catalog(catalog(type='std_msgs/msg/String'))
    reader.show(b'\0\1\0\0\xff\xff\xff\xff', tag(1, 'a'))
    reader.show(message('a'), tag(2, 'a'))
    out, err = capsys.readouterr()
    assert 'warning: /text: ignored a message' in err and out.startswith('2: String of class')
