"""The vectors that the Rust implementation made, and the parties in them."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'python/discreet'))

from discreet import Identity, PublicIdentity

VECTORS = {
    name: json.loads((ROOT / f'tests/data/envelope/{name}.json').read_text())
    for name in ('sealed', 'grants', 'commands', 'catalogs')
}


def hexed(text):
    return bytes.fromhex(text)


def identity(party):
    made = Identity(party['name'], hexed(party['receive_secret']), hexed(party['sign_secret']))
    assert made.public == PublicIdentity(party['name'], hexed(party['receive']), hexed(party['sign']))
    return made


def changed(data):
    """What differs in one byte: in its lowest bit, its highest, and all."""
    for at in range(len(data)):
        for by in (1, 0x80, 0xFF):
            yield at, data[:at] + bytes([data[at] ^ by]) + data[at + 1 :]


@pytest.fixture(scope='session')
def parties():
    known = VECTORS['grants']
    return {party['name']: identity(party) for party in (known['robot'], *known['parties'])}


@pytest.fixture(scope='session')
def robot(parties):
    return parties['concierge-1'].public
