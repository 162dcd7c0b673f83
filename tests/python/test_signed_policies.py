"""Signatures of policies, verified by docs/signing.md and by nothing else of this project."""

import base64
import json
import re
from pathlib import Path

import blake3
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VECTORS = json.loads((Path(__file__).parents[1] / 'data/signing/policies.json').read_text())
NAME = r'([A-Za-z0-9_.-]{1,64})'
HEAD = re.compile(
    rf'discreet policy signatures 1\nfor: (robot|fleet) {NAME}\nversion: (0|[1-9][0-9]*)\npolicy:'
    r' ([0-9a-f]{64})\n'
    rf'((?:identity: {NAME} [0-9a-f]{{32}}\n)*)'
)
LINE = re.compile(rf'signature: {NAME} ([A-Za-z0-9+/]{{43}}=) ([A-Za-z0-9+/]{{86}}==)\n')


def statement(head):
    """The 64 bytes that an owner signs."""
    hashed = blake3.blake3(head.encode(), derive_key_context='discreet 2026-11 policy signature v1').digest()
    return b'discreet policy signature v1'.ljust(32, b'\0') + hashed


def signed_by(policy, signatures, trust):
    """The owners that have signed, if they are enough and it is for this robot; otherwise None."""
    head = HEAD.match(signatures)
    if not head or head[4] != blake3.blake3(policy.encode()).hexdigest():
        return None
    lines = list(LINE.finditer(signatures, head.end()))
    if head.end() + sum(len(line[0]) for line in lines) != len(signatures):
        return None
    owners, signed = {owner['key']: owner['name'] for owner in trust['owners']}, set()
    for name, key, signature in (line.groups() for line in lines):
        key = base64.b64decode(key)
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(signature), statement(head[0]))
        except InvalidSignature:
            continue
        if owners.get(key.hex()) == name:
            signed.add(name)
    is_for = head[2] == trust[head[1]]
    # The policy itself has to say the same of whom it is for and of its version.
    says = (
        re.search(rf'^{head[1]}: {re.escape(head[2])}$', policy, re.M) and f'\nversion: {head[3]}\n' in policy
    )
    return sorted(signed) if is_for and says and len(signed) >= trust['threshold'] else None


@pytest.mark.parametrize('case', VECTORS['cases'], ids=lambda case: case['what'])
def test_a_policy_is_signed_as_the_specification_says(case):
    assert signed_by(case['policy'], case['signatures'], VECTORS) == case['signed_by']
    if case['statement']:
        assert statement(HEAD.match(case['signatures'])[0]).hex() == case['statement']


def test_the_owners_keys_are_those_of_their_public_files():
    for owner in VECTORS['owners']:
        assert base64.b64decode(re.search(r'^sign: (\S+)$', owner['file'], re.M)[1]).hex() == owner['key']


def test_an_identity_is_signed_by_its_fingerprint():
    stated = ''.join(VECTORS['front_desk'].splitlines(keepends=True)[:4])
    line = f'identity: front_desk {blake3.blake3(stated.encode()).hexdigest()[:32]}\n'
    assert line in VECTORS['cases'][0]['signatures']
