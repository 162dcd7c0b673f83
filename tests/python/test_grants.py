"""Grants, announcements, and the pairing of messages with keys."""

import pytest
from test_envelope import context_of

from conftest import VECTORS, changed, hexed
from discreet import GrantBook, Reader
from discreet.envelope import SUITES, Refused
from discreet.grants import Grant, Receiver, read_message

KNOWN = VECTORS['grants']
NOW = VECTORS['sealed'][0]['now']
BOARD = hexed(KNOWN['grants_message'])


@pytest.mark.parametrize('vector', KNOWN['grants'])
def test_members_get_the_key_and_nobody_else(vector, parties, robot):
    grant = Grant.read(hexed(vector['grant']), robot)
    said = vector['terms']
    assert grant.terms.key == said['key'] and grant.terms.suite == SUITES[said['suite']]
    sealed = [other for other in VECTORS['sealed'] if other['terms'] == said]
    for name, me in parties.items():
        key = grant.open(me)
        assert (key is not None) == (name in vector['members'])
        for message in sealed if key else ():
            digest = context_of(message, key)
            assert key.open(digest, NOW, hexed(message['sealed']))[0] == hexed(message['message'])


@pytest.mark.parametrize('vector', KNOWN['grants'])
def test_every_byte_of_a_grant_that_is_changed_is_noticed(vector, robot):
    grant = hexed(vector['grant'])
    for _, other in changed(grant):
        with pytest.raises(Refused):
            Grant.read(other, robot)
    for end in range(len(grant)):
        with pytest.raises(Refused):
            Grant.read(grant[:end], robot)


def test_an_announcement_says_what_the_robot_signed_and_nothing_else(robot, parties):
    said = KNOWN['receiver']
    data = hexed(said['announcement'])
    receiver = Receiver.read(data, robot)
    assert (receiver.key, receiver.start, receiver.until) == (said['key'], said['from'], said['until'])
    assert receiver.domain == said['domain']
    assert (receiver.receive, receiver.sender) == (hexed(said['receive']), hexed(said['sender']))
    for _, other in changed(data):
        with pytest.raises(Refused):
            Receiver.read(other, robot)
    with pytest.raises(Refused, match='kind'):
        Grant.read(data, robot)
    with pytest.raises(Refused, match='signature'):
        Receiver.read(data, parties['night'].public)


def test_the_message_of_grants_is_read_whole_or_not_at_all(robot):
    name, receiver, grants = read_message(BOARD)
    assert (name, receiver) == (robot.name, hexed(KNOWN['receiver']['announcement']))
    assert grants == [hexed(vector['grant']) for vector in KNOWN['grants']]
    for end in range(len(BOARD)):
        with pytest.raises(Refused):
            read_message(BOARD[:end])
    with pytest.raises(Refused):
        read_message(BOARD[:4] + b'\xff' * (len(BOARD) - 4))


def reader(me, robot):
    of = VECTORS['sealed'][0]
    book = GrantBook(me, robot, of['domain'])
    return book, Reader(book, of['domain'], of['topic'], of['type_name'], of['type_hash'])


def sealed(suite, cls='contextual'):
    return [
        hexed(vector['sealed'])
        for vector in VECTORS['sealed']
        if vector['terms']['suite'] == suite and vector['terms']['class'] == cls
    ]


def test_messages_are_opened_once_whichever_comes_first(parties, robot):
    book, topic = reader(parties['front_desk'], robot)
    early, late = sealed('chacha20-poly1305'), sealed('aes-256-gcm')
    assert [text for message in early for text in topic.message(message, NOW)] == []
    book.add(BOARD, NOW)
    assert topic.grants_changed(NOW) == [hexed(v['message']) for v in VECTORS['sealed'][4:8]]
    assert [text for message in late for text in topic.message(message, NOW)] == [
        hexed(v['message']) for v in VECTORS['sealed'][12:16]
    ]
    assert topic.opened == 8 and not topic.refused
    for message in early + late:
        assert topic.message(message, NOW) == []
    assert topic.refused == {'replayed': 8}


def test_who_is_no_member_opens_nothing_and_keeps_little(parties, robot):
    book, topic = reader(parties['vendor'], robot)
    book.add(BOARD, NOW)
    for message in sealed('aes-256-gcm') * 10:
        assert topic.message(message, NOW) == []
    assert topic.opened == 0 and topic.refused['key'] == 30 and len(topic._waiting) == 10
    assert book.keys() == []


def test_a_message_of_grants_without_mine_takes_nothing_back_but_time_does(parties, robot):
    book, _ = reader(parties['front_desk'], robot)
    book.add(BOARD, NOW)
    empty = BOARD[:4] + (1).to_bytes(4, 'little') + bytes(4) + bytes(4) + bytes(4)
    book.add(empty, NOW)
    assert len(book.keys()) == 2 and book.receiver(NOW)
    until = max(key.terms.until for key in book.keys())
    book.add(empty, until + 2)
    assert book.keys() == []
    book.add(BOARD, until + 2)
    assert book.keys() == [], 'one that is over is not taken again'
    assert not book.receiver(KNOWN['receiver']['until'])


def test_a_forged_grant_among_good_ones_does_no_harm(parties, robot):
    book, _ = reader(parties['front_desk'], robot)
    forged = bytearray(BOARD)
    forged[BOARD.index(hexed(KNOWN['grants'][0]['grant']))] ^= 1
    book.add(bytes(forged), NOW)
    assert len(book.keys()) == 2


def test_another_robots_grants_are_not_taken(parties):
    book = GrantBook(parties['front_desk'], parties['night'].public, 42)
    book.add(BOARD, NOW)
    assert book.keys() == [] and book.receiver(NOW) is None


def board(receiver):
    """A message of grants with nothing in it but an announcement."""
    name = b'concierge-1\0'
    return (
        b'\0\1\0\0'
        + len(name).to_bytes(4, 'little')
        + name
        + len(receiver).to_bytes(4, 'little')
        + receiver
        + bytes(-len(receiver) % 4)
        + bytes(4)
    )


def test_a_renewal_under_the_same_id_renews_and_an_old_one_sent_again_does_not_end_it(parties, robot):
    said = KNOWN['receiver']
    book, _ = reader(parties['front_desk'], robot)
    for announcement in ('announcement', 'renewal', 'announcement'):
        book.add(board(hexed(said[announcement])), NOW)
    assert book.receiver(said['until']).until == said['renewed_until']
    assert not book.receiver(said['renewed_until'])


def test_an_announcement_for_another_domain_says_nothing_here(parties, robot):
    book, _ = reader(parties['front_desk'], robot)
    book.add(board(hexed(KNOWN['receiver']['elsewhere'])), NOW)
    assert book.receiver(NOW) is None


def test_a_reader_that_is_made_again_opens_nothing_twice(parties, robot):
    book, first = reader(parties['front_desk'], robot)
    book.add(BOARD, NOW)
    messages = sealed('aes-256-gcm')
    assert sum(len(first.message(message, NOW)) for message in messages) == 4
    of = VECTORS['sealed'][0]
    again = Reader(book, of['domain'], of['topic'], of['type_name'], of['type_hash'])
    assert sum(len(again.message(message, NOW)) for message in messages) == 0


def test_a_clock_that_is_set_back_revives_nothing(parties, robot):
    book, _ = reader(parties['front_desk'], robot)
    book.add(BOARD, NOW)
    later = max(key.terms.until for key in book.keys()) + 2
    assert book.senders(NOW) and not book.senders(later)
    book.add(BOARD, NOW)
    assert book.keys() == [] and book.receiver(NOW) is None and not book.senders(NOW)
