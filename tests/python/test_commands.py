"""Commands and calls, both ways between the two implementations as far as vectors reach."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from conftest import VECTORS, changed, hexed
from discreet import commands
from discreet.envelope import Refused, split
from discreet.grants import Receiver

KNOWN = VECTORS['commands']
CALL = KNOWN['calls'][0]
RECEIVING = X25519PrivateKey.from_private_bytes(hexed(KNOWN['receiver_secret']))


def digest_of(kind, vector):
    of = vector['context']
    return commands.context(kind, 'concierge-1', of['domain'], of['name'], of['type_name'], of['type_hash'])


@pytest.fixture
def receiver(robot):
    return Receiver.read(hexed(KNOWN['announcement']), robot)


@pytest.fixture
def senders(parties):
    return [parties[name].public for name in ('front_desk', 'night')]


@pytest.mark.parametrize('vector', KNOWN['commands'])
def test_a_command_opens_to_what_was_sealed_by_whom_and_when(vector, senders):
    sealed, digest = hexed(vector['sealed']), digest_of('command', vector)
    sender, stamp, text = commands.open_command(RECEIVING, senders, digest, sealed)
    assert (sender.name, stamp, text) == (vector['sender'], vector['stamp'], hexed(vector['message']))
    for _, other in changed(sealed):
        if other[12:16] != sealed[12:16]:
            continue  # the guard compares the key's id itself
        with pytest.raises(Refused):
            commands.open_command(RECEIVING, senders, digest, other)


@pytest.mark.parametrize('vector', KNOWN['commands'])
def test_what_python_seals_is_laid_out_as_what_rust_seals(vector, parties, receiver, senders):
    me, digest, message = parties[vector['sender']], digest_of('command', vector), hexed(vector['message'])
    sealed = commands.seal_command(me, receiver, digest, vector['stamp'], message)
    theirs = hexed(vector['sealed'])
    assert len(sealed) == len(theirs) and sealed[:32] == theirs[:32]
    assert commands.open_command(RECEIVING, senders, digest, sealed) == (me.public, vector['stamp'], message)
    with pytest.raises(Refused, match='signature'):
        commands.open_command(RECEIVING, senders, digest_of('call', vector), sealed)
    with pytest.raises(Refused, match='sender'):
        commands.open_command(RECEIVING, [], digest, sealed)


def test_nothing_is_sealed_for_a_key_that_is_not_valid(parties, receiver):
    with pytest.raises(commands.NotNow):
        commands.seal_command(parties['night'], receiver, bytes(32), receiver.until * 10**9, b'')


def test_a_call_and_its_answer_open(parties, receiver, senders):
    digest, me = digest_of('call', CALL), parties[CALL['caller']]
    request, answer = hexed(CALL['sealed_request']), hexed(CALL['sealed_response'])
    sender, stamp, text = commands.open_command(RECEIVING, senders, digest, request)
    assert (sender.name, stamp, text) == (CALL['caller'], CALL['stamp'], hexed(CALL['request']))
    assert commands.open_answer(me, receiver, digest, request, answer) == hexed(CALL['response'])
    for _, other in changed(answer):
        with pytest.raises(Refused):
            commands.open_answer(me, receiver, digest, request, other)
    for _, other in changed(request[24:]):
        with pytest.raises(Refused):
            commands.open_answer(me, receiver, digest, request[:24] + other, answer)
    with pytest.raises(Refused):
        commands.open_answer(parties['night'], receiver, digest, request, answer)


def test_stamps_grow_whatever_the_clock_does(monkeypatch):
    stamps = commands.Stamps()
    monkeypatch.setattr(commands.time, 'time_ns', iter([100, 100, 50, 200]).__next__)
    assert [stamps.next() for _ in range(4)] == [100, 101, 102, 200]


def test_a_command_is_no_message_of_a_group():
    assert split(hexed(KNOWN['commands'][0]['sealed'])).suite == 3
