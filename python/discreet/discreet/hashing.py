"""Hashes and signatures, each with a domain of its own."""

import struct
from typing import TypeAlias

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Data: TypeAlias = bytes | bytearray | memoryview

# Points of small order, whose signatures fit more than one message: y, without the sign of x.
SMALL_ORDER = frozenset(
    bytes.fromhex(y)
    for y in (
        '0000000000000000000000000000000000000000000000000000000000000000',
        '0100000000000000000000000000000000000000000000000000000000000000',
        '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
        'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
        'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
        'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
        'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    )
)


def derive(context: str, *data: Data, length: int = 32) -> bytes:
    """BLAKE3's key derivation mode."""
    hasher = blake3(derive_key_context=context)
    for piece in data:
        hasher.update(piece)
    return hasher.digest(length=length)


def fields(*values: str | bytes) -> bytes:
    """Each field after its length, so that no two lists have the same bytes."""
    pieces = [value.encode() if isinstance(value, str) else value for value in values]
    return b''.join(struct.pack('<Q', len(piece)) + piece for piece in pieces)


def is_signed(by: bytes, statement: bytes, signature: bytes) -> bool:
    """Is this the signature of `by`, an Ed25519 public key?"""
    y = by[:31] + bytes([by[31] & 0x7F])
    if y in SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(by).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True
