"""Sealed messages: parsed, and opened with the key of a group."""

import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from .hashing import Data, derive, fields, is_signed

SUITES = {'chacha20-poly1305': 1, 'aes-256-gcm': 2}
CIPHERS: dict[int, type[ChaCha20Poly1305 | AESGCM]] = {1: ChaCha20Poly1305, 2: AESGCM}
HPKE = 3
SIGNED, PADDED = 1, 2
GRACE = 2  # seconds, for different clocks and for transit
WINDOW = 1024


class Refused(Exception):
    """A message was not opened. `reason` is one word, and the same as in the Rust implementation."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Parts:
    """A sealed message, split into its parts. Nothing in it is verified yet."""

    counter: int
    key: int
    suite: int
    signed: bool
    padded: bool
    header: bytes
    body: memoryview


def split(message: Data) -> Parts:
    """Splits a serialized `Sealed` into its parts."""
    if len(message) < 24:
        raise Refused('truncated')
    if bytes(message[:3]) != b'\0\1\0' or message[3] > 3:
        raise Refused('encapsulation')
    counter, key, version, suite, flags, reserved, length = struct.unpack_from('<QIBBBBI', message, 4)
    filling = len(message) - 24 - length
    if filling < 0:
        raise Refused('truncated')
    if filling > 3 or message[3] not in (0, filling):
        raise Refused('trailing')
    if version != 1:
        raise Refused('version')
    if suite not in (1, 2, HPKE):
        raise Refused('suite')
    if flags & ~(SIGNED | PADDED):
        raise Refused('flags')
    if reserved:
        raise Refused('reserved')
    signed = bool(flags & SIGNED)
    if length < 16 + (64 if signed else 0):
        raise Refused('truncated')
    return Parts(
        counter,
        key,
        suite,
        signed,
        bool(flags & PADDED),
        bytes(message[4:20]),
        memoryview(message)[24 : 24 + length],
    )


def join(header: bytes, body: bytes) -> bytes:
    """Writes a serialized `Sealed`. The order of fields is that of Sealed.msg."""
    return b'\0\1\0\0' + header + struct.pack('<I', len(body)) + body


def header_of(counter: int, key: int, suite: int, flags: int) -> bytes:
    """The 16 bytes of a header: the fields of Sealed.msg before the body."""
    return struct.pack('<QIBBBB', counter, key, 1, suite, flags, 0)


def signed_over(domain: bytes, digest: bytes, header: bytes, body: Data) -> bytes:
    """The signed bytes of a sealed message."""
    return domain + digest + header + derive('discreet 2026-11 sealed message body v1', body)


def must_be_signed(data_class: str) -> bool:
    """True for every class that is not operational."""
    return data_class != 'operational' and not data_class.startswith('operational/')


@dataclass(frozen=True)
class Terms:
    """The statements of a grant about its key."""

    robot: str
    group: bytes
    data_class: str
    form: str
    suite: int
    key: int
    start: int
    until: int
    policy_version: int
    sender: bytes


class OpeningKey:
    """A key from a grant."""

    def __init__(self, terms: Terms, secret: bytes) -> None:
        self.terms = terms
        derived = derive(
            'discreet 2026-11 sealed message key v1',
            secret,
            bytes([terms.suite]),
            struct.pack('<I', terms.key),
            length=44,
        )
        self._cipher, self._salt = CIPHERS[terms.suite](derived[:32]), int.from_bytes(derived[32:], 'big')

    def context(self, domain: int, topic: str, type_name: str, type_hash: str) -> bytes:
        """The digest of a topic's context under this key."""
        terms = self.terms
        return derive(
            'discreet 2026-11 sealed message context v1',
            fields(
                terms.robot,
                struct.pack('<I', domain),
                topic,
                type_name,
                type_hash,
                terms.data_class,
                terms.form,
                terms.group,
                struct.pack('<Q', terms.policy_version),
            ),
        )

    def open(self, digest: bytes, now: int, message: Data) -> tuple[bytes, int]:
        """Opens a serialized `Sealed` at second `now`. Returns the serialized message in it,
        and its counter.
        """
        parts, terms = split(message), self.terms
        if parts.key != terms.key:
            raise Refused('key')
        if parts.suite != terms.suite:
            raise Refused('suite')
        if now < terms.start - GRACE:
            raise Refused('not_yet')
        if now >= terms.until + GRACE:
            raise Refused('expired')
        body = parts.body
        if parts.signed:
            body, signature = body[:-64], bytes(body[-64:])
            statement = signed_over(b'discreet sealed message sign v1\0', digest, parts.header, body)
            if not is_signed(terms.sender, statement, signature):
                raise Refused('signature')
        elif must_be_signed(terms.data_class):
            raise Refused('unsigned')
        nonce = (self._salt ^ parts.counter).to_bytes(12, 'big')
        try:
            text = self._cipher.decrypt(nonce, body, b'discreet seal v1' + digest + parts.header)
        except InvalidTag:
            raise Refused('changed') from None
        return (_unpadded(text) if parts.padded else text), parts.counter


def _unpadded(text: bytes) -> bytes:
    text = text.rstrip(b'\0')
    if not text.endswith(b'\x80'):
        raise Refused('padding')
    return text[:-1]


class Replay:
    """Replay check: the counters of one key on one topic that were accepted."""

    def __init__(self) -> None:
        self._greatest, self._seen = -1, 0  # bit n: the one n below the greatest

    def accept(self, counter: int) -> None:
        """Accepts each counter once."""
        if counter > self._greatest:
            ahead = counter - self._greatest
            self._seen = 1 if ahead >= WINDOW else (self._seen << ahead | 1) & ((1 << WINDOW) - 1)
            self._greatest = counter
            return
        behind = self._greatest - counter
        if behind >= WINDOW:
            raise Refused('too_old')
        if self._seen >> behind & 1:
            raise Refused('replayed')
        self._seen |= 1 << behind
