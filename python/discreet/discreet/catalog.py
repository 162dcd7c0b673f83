"""The catalogue of topics that a robot's guard offers, and the check of its signature."""

import struct
from collections.abc import Iterable

from .envelope import Refused
from .grants import Cursor
from .hashing import Data, derive, is_signed
from .identity import PublicIdentity

SIGNED_FROM = 72  # encapsulation, the signature's length, the signature


def verify(message: Data, robot: PublicIdentity, domain: int, senders: Iterable[bytes]) -> None:
    """Raises Refused unless one of `senders` (GrantBook.senders) signed a serialized `Catalog` of this robot
    for this domain.
    """
    message = bytes(message)
    cursor = Cursor(message)
    if cursor.take(3) != b'\0\1\0' or cursor.take(1)[0] > 3:
        raise Refused('encapsulation')
    signature = cursor.take(*cursor.numbers('<I'))
    cursor.at += -cursor.at % 4
    if cursor.take(*cursor.numbers('<I')).rstrip(b'\0') != robot.name.encode():
        raise Refused('robot')
    if len(signature) != 64:
        raise Refused('signature')
    digest = derive('discreet 2026-11 catalog v1', struct.pack('<I', domain) + message[SIGNED_FROM:])
    statement = b'discreet guard catalog sign v1\0\0' + digest
    if not any(is_signed(sender, statement, signature) for sender in senders):
        raise Refused('signature')
