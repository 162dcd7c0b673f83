"""Sealed messages: every vector opens, and nothing that differs from one."""

import pytest

from conftest import VECTORS, changed, hexed
from discreet.envelope import SUITES, OpeningKey, Refused, Replay, Terms, split
from discreet.hashing import is_signed


def key_of(vector, **other):
    said = {**vector['terms'], **other}
    terms = Terms(
        said['robot'],
        hexed(said['group']),
        said['class'],
        said['form'],
        SUITES[said['suite']],
        said['key'],
        said['from'],
        said['until'],
        said['policy_version'],
        hexed(said['sender']),
    )
    return OpeningKey(terms, hexed(vector['secret']))


def context_of(vector, opening, **other):
    return opening.context(
        *({**vector, **other}[name] for name in ('domain', 'topic', 'type_name', 'type_hash'))
    )


def name_of(vector):
    kind = 'signed' if vector['signed'] else 'unsigned'
    return f'{vector["terms"]["suite"]}-{kind}-{vector["counter"]}'


every = pytest.mark.parametrize('vector', VECTORS['sealed'], ids=name_of)


@every
def test_it_opens_to_what_was_sealed(vector):
    key, sealed = key_of(vector), hexed(vector['sealed'])
    digest = context_of(vector, key)
    assert digest == hexed(vector['context_digest'])
    assert key.open(digest, vector['now'], sealed) == (hexed(vector['message']), vector['counter'])
    parts = split(sealed)
    assert (parts.signed, parts.padded) == (vector['signed'], vector['padded'])
    if not vector['padded']:
        assert len(sealed) == len(hexed(vector['message'])) + (104 if vector['signed'] else 40)


@every
def test_every_byte_that_is_changed_keeps_it_from_opening(vector):
    key, sealed = key_of(vector), hexed(vector['sealed'])
    digest = context_of(vector, key)
    for _, message in changed(sealed):
        with pytest.raises(Refused):
            key.open(digest, vector['now'], message)
    for end in range(len(sealed)):
        with pytest.raises(Refused):
            key.open(digest, vector['now'], sealed[:end])


@every
@pytest.mark.parametrize(
    'other',
    [
        {'domain': 43},
        {'topic': '/other'},
        {'type_name': 'std_msgs/msg/Char'},
        {'type_hash': ''},
        {'robot': 'concierge-2'},
        {'class': 'operational/other'},
        {'form': 'redacted'},
        {'policy_version': 8},
        {'group': '00' * 16},
        {'suite': ...},
        {'key': 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_it_opens_nowhere_else(vector, other):
    if other.get('suite') is ...:
        other = {'suite': next(suite for suite in SUITES if suite != vector['terms']['suite'])}
    key = key_of(vector, **other)
    with pytest.raises(Refused):
        key.open(context_of(vector, key, **other), vector['now'], hexed(vector['sealed']))


@every
def test_it_opens_only_while_the_key_is_valid(vector):
    key, sealed = key_of(vector), hexed(vector['sealed'])
    digest, terms = context_of(vector, key), key.terms
    for now, reason in ((terms.start - 3, 'not_yet'), (terms.until + 2, 'expired')):
        with pytest.raises(Refused, match=reason):
            key.open(digest, now, sealed)
    assert key.open(digest, terms.start - 2, sealed) and key.open(digest, terms.until + 1, sealed)


def test_what_must_be_signed_is_refused_unsigned():
    vector = next(vector for vector in VECTORS['sealed'] if not vector['signed'])
    key = key_of(vector, **{'class': 'operations'})
    with pytest.raises(Refused, match='unsigned'):
        key.open(context_of(vector, key), vector['now'], hexed(vector['sealed']))


@pytest.mark.parametrize('filling', [1, 2, 3])
def test_what_middleware_fills_up_does_not_matter(filling):
    vector = VECTORS['sealed'][-1]
    key, sealed = key_of(vector), hexed(vector['sealed'])
    digest, filled = context_of(vector, key), sealed + b'\xaa' * filling
    counted = filled[:3] + bytes([filling]) + filled[4:]
    for message in (filled, counted):
        assert key.open(digest, vector['now'], message)[0] == hexed(vector['message'])
    for message in (filled[:3] + bytes([filling % 3 + 1]) + filled[4:], sealed + bytes(4)):
        with pytest.raises(Refused, match='trailing'):
            key.open(digest, vector['now'], message)


def test_a_number_passes_once_in_any_order_within_the_window():
    replay = Replay()
    for counter in (5, 3, 4, 0, 1028, 7, 6):
        replay.accept(counter)
        with pytest.raises(Refused, match='replayed'):
            replay.accept(counter)
    with pytest.raises(Refused, match='too_old'):
        replay.accept(2)
    replay.accept(2**64 - 1)
    with pytest.raises(Refused, match='too_old'):
        replay.accept(1028)


def test_a_key_of_small_order_signs_nothing():
    # R and S of zero fit any message under the neutral element, for whoever does not look at the key.
    neutral = b'\x01' + bytes(31)
    assert not is_signed(neutral, b'anything', neutral + bytes(32))
    assert not is_signed(neutral[:31] + b'\x80', b'anything', neutral + bytes(32))
