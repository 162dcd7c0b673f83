"""Identities: the keys of a party, and their files."""

import base64
import binascii
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from .hashing import derive, is_signed

PUBLIC = 'discreet public identity 1'
PRIVATE = 'discreet private identity 1'
PROOF = b'discreet 2026-11 public identity v1\n'
NAME = re.compile(r'[A-Za-z0-9_.-]{1,64}')
MOST_BYTES = 4096


class NoIdentity(Exception):
    """The file is not an identity, or not safe to use."""


@dataclass(frozen=True)
class PublicIdentity:
    """The public half: a name, an X25519 key to receive with, an Ed25519 key to sign with."""

    name: str
    receive: bytes
    sign: bytes

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> 'PublicIdentity':
        """Reads a `.pub` file."""
        return cls.read(_at_most(path).decode('utf-8', 'replace'))

    @classmethod
    def read(cls, text: str) -> 'PublicIdentity':
        """Reads the text of a `.pub` file. Its last line proves that the two keys belong together."""
        name, receive, sign, proof = _lines(text, PUBLIC, 'name', 'receive', 'sign', 'proof')
        identity = cls(_name(name), _key(receive, 32), _key(sign, 32))
        stated = f'{PUBLIC}\nname: {name}\nreceive: {receive}\nsign: {sign}\n'.encode()
        if not is_signed(identity.sign, PROOF + stated, _key(proof, 64)):
            raise NoIdentity('its proof does not match: it was changed, or combined from two identities')
        return identity

    def party(self) -> bytes:
        """The hash that stands for it in messages."""
        return derive('discreet 2026-11 party v1', self.receive, self.sign)


class Identity:
    """An identity with its private keys."""

    def __init__(self, name: str, receive: bytes, sign: bytes) -> None:
        """From the X25519 scalar and the Ed25519 seed."""
        self.receive = X25519PrivateKey.from_private_bytes(receive)
        self._sign = Ed25519PrivateKey.from_private_bytes(sign)
        self.public = PublicIdentity(
            name, self.receive.public_key().public_bytes_raw(), self._sign.public_key().public_bytes_raw()
        )

    @classmethod
    def open(cls, path: str | os.PathLike[str], passphrase: str) -> 'Identity':
        """Opens a private file, which only its owner may be able to read."""
        import pyrage  # imported here, so that the rest works without it

        try:
            text = pyrage.passphrase.decrypt(_private(path), passphrase).decode('utf-8', 'replace')
        except pyrage.DecryptError as error:
            raise NoIdentity(f'{path} cannot be opened: {error}') from None
        name, receive, sign = _lines(text, PRIVATE, 'name', 'receive', 'sign')
        return cls(_name(name), _key(receive, 32), _key(sign, 32))

    def sign(self, statement: bytes) -> bytes:
        """Signs."""
        return self._sign.sign(statement)

    def __repr__(self) -> str:
        return f'Identity({self.public.name!r})'


def _lines(text: str, first: str, *keys: str) -> list[str]:
    """The values of these lines. Other lines are an error."""
    lines = text.removesuffix('\n').split('\n')
    if lines[0] != first or len(lines) != len(keys) + 1:
        raise NoIdentity(f'not a file of the kind `{first}`')
    values = []
    for key, line in zip(keys, lines[1:], strict=True):
        if not line.startswith(f'{key}: '):
            raise NoIdentity(f'`{key}` is missing')
        values.append(line[len(key) + 2 :])
    return values


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise NoIdentity('its name is not valid')
    return text


def _key(text: str, length: int) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b''
    if len(key) != length:
        raise NoIdentity(f'not {length} bytes in base64')
    return key


def _at_most(path: str | os.PathLike[str]) -> bytes:
    with Path(path).open('rb') as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise NoIdentity(f'{path} is larger than an identity')
    return text


def _private(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file to which only its owner has access."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, 'rb') as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise NoIdentity(f'{path} is not a regular file')
        if found.st_uid != os.geteuid():
            raise NoIdentity(f'{path} belongs to another user')
        if found.st_mode & 0o077:
            raise NoIdentity(f'{path} can be read or changed by other users; chmod 600 {path}')
        return file.read(MOST_BYTES)
