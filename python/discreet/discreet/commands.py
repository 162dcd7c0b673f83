"""Commands and calls: sealed for the guard that is running, signed by the stakeholder."""

import struct
import time
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from . import hpke
from .envelope import GRACE, HPKE, SIGNED, Parts, Refused, header_of, join, signed_over, split
from .grants import Receiver
from .hashing import Data, derive, fields, is_signed
from .identity import Identity, PublicIdentity


class NotNow(Exception):
    """The robot takes no commands at this time."""


def context(kind: str, robot: str, domain: int, name: str, type_name: str, type_hash: str) -> bytes:
    """The digest of the context of a command or call. `kind` is `command` or `call`."""
    return derive(
        'discreet 2026-11 command context v1',
        fields(kind, robot, struct.pack('<I', domain), name, type_name, type_hash),
    )


class Stamps:
    """Nanoseconds since 1970 that always grow, even if the clock is set back."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """A stamp that is greater than all before it."""
        self._last = max(self._last + 1, time.time_ns())
        return self._last


def seal_command(me: Identity, receiver: Receiver, digest: bytes, stamp: int, message: bytes) -> bytes:
    """Seals a serialized message. Returns a serialized `Sealed`."""
    if not receiver.start - GRACE <= stamp // 10**9 < receiver.until:
        raise NotNow('the robot does not accept commands with this key now')
    header, party = header_of(stamp, receiver.key, HPKE, SIGNED), me.public.party()
    enc, ciphertext = hpke.seal(
        receiver.receive, b'discreet sealed for the guard v1', digest + header + party, message
    )
    body = party[:8] + enc + ciphertext
    return join(
        header, body + me.sign(signed_over(b'discreet stakeholder command v1\0', digest, header, body))
    )


def answer_context(digest: bytes, request: Data) -> bytes:
    """The digest that binds an answer to a sealed request."""
    parts = split(request)
    return derive('discreet 2026-11 call answer context v1', digest, parts.header, parts.body)


def open_answer(me: Identity, receiver: Receiver, digest: bytes, request: Data, answer: Data) -> bytes:
    """Opens the sealed answer to a sealed request of one's own. Returns the serialized response."""
    asked, parts, party = split(request), split(answer), me.public.party()
    if parts.suite != HPKE:
        raise Refused('suite')
    if not parts.signed or parts.padded:
        raise Refused('flags')
    if parts.key != asked.key:
        raise Refused('key')
    bound = answer_context(digest, request)
    return _open(
        me.receive,
        receiver.sender,
        b'discreet answer to one caller v1',
        b'discreet guard answer sign v1\0\0\0',
        bound,
        party,
        parts,
    )


def open_command(
    receiving: X25519PrivateKey, senders: Iterable[PublicIdentity], digest: bytes, message: Data
) -> tuple[PublicIdentity, int, bytes]:
    """The guard's side, here for tests and simulators: `receiving` is its X25519 private key."""
    parts = split(message)
    if parts.suite != HPKE or not parts.signed or parts.padded:
        raise Refused('malformed')
    hint = bytes(parts.body[:8])
    sender = next((sender for sender in senders if sender.party()[:8] == hint), None)
    if sender is None:
        raise Refused('sender')
    text = _open(
        receiving,
        sender.sign,
        b'discreet sealed for the guard v1',
        b'discreet stakeholder command v1\0',
        digest,
        sender.party(),
        parts,
    )
    return sender, parts.counter, text


def _open(
    private: X25519PrivateKey,
    signer: bytes,
    info: bytes,
    domain: bytes,
    digest: bytes,
    party: bytes,
    parts: Parts,
) -> bytes:
    body, signature = parts.body[:-64], bytes(parts.body[-64:])
    if len(body) < 8 + 32 + 16:
        raise Refused('truncated')
    if not is_signed(signer, signed_over(domain, digest, parts.header, body), signature):
        raise Refused('signature')
    try:
        return hpke.open_sealed(
            private, bytes(body[8:40]), info, digest + parts.header + party, bytes(body[40:])
        )
    except hpke.NotForThisKey:
        raise Refused('changed') from None
