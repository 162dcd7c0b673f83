"""Grants and announcements: statements signed by the robot's identity, and the keys in them."""

import struct
from dataclasses import dataclass

from . import hpke
from .envelope import GRACE, HPKE, OpeningKey, Refused, Replay, Terms
from .hashing import Data, derive, is_signed
from .identity import Identity, PublicIdentity

GRANT, RECEIVER = 1, 2
LONGEST = 300  # seconds: the longest validity of an announcement
PART = 88
MAX_MEMBERS, MAX_NAME, MAX_GRANTS, MAX_SEEN = 1000, 256, 4096, 8192


class Cursor:
    """Reads bytes one field after the other, never past the end."""

    def __init__(self, data: Data) -> None:
        self.data, self.at = bytes(data), 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        taken = self.data[self.at : self.at + size]
        if len(taken) != size:
            raise Refused('length')
        self.at += size
        return taken

    def numbers(self, layout: str) -> tuple[int, ...]:
        """Numbers of this layout."""
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def name(self) -> str:
        """A name after its length."""
        (length,) = self.numbers('<H')
        try:
            name = self.take(length).decode()
        except UnicodeDecodeError:
            raise Refused('name') from None
        if length > MAX_NAME or any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name):
            raise Refused('name')
        return name

    def end(self) -> None:
        """Checks that no bytes are left."""
        if self.at != len(self.data):
            raise Refused('length')


def _statement(
    data: bytes, robot: PublicIdentity, kind: int
) -> tuple[Cursor, int, int, int, int, int, bytes]:
    """Verifies the signature, and reads the common part of grants and announcements."""
    statement, signature = bytes(data[:-64]), bytes(data[-64:])
    digest = derive('discreet 2026-11 robot statement v1', statement)
    if not is_signed(robot.sign, b'discreet robot statement sign v1' + digest, signature):
        raise Refused('signature')
    cursor = Cursor(statement)
    version, found, suite, reserved, key, start, until, policy = cursor.numbers('<BBBBIqqQ')
    if version != 1:
        raise Refused('version')
    if found != kind:
        raise Refused('kind')
    if reserved:
        raise Refused('reserved')
    if start >= until:
        raise Refused('validity')
    return cursor, suite, key, start, until, policy, cursor.take(32)


@dataclass(frozen=True)
class Grant:
    """A key of a group, wrapped to each member."""

    terms: Terms
    digest: bytes
    parts: tuple[bytes, ...]

    @classmethod
    def read(cls, data: bytes, robot: PublicIdentity) -> 'Grant':
        """Reads a grant of this robot."""
        cursor, suite, key, start, until, policy, sender = _statement(data, robot, GRANT)
        if suite not in (1, 2):
            raise Refused('suite')
        group = cursor.take(16)
        named, data_class, form = cursor.name(), cursor.name(), cursor.name()
        if named != robot.name:
            raise Refused('robot')
        digest = derive('discreet 2026-11 grant terms v1', cursor.data[: cursor.at])
        (count,) = cursor.numbers('<H')
        if count > MAX_MEMBERS:
            raise Refused('members')
        parts = tuple(cursor.take(PART) for _ in range(count))
        cursor.end()
        return cls(
            Terms(named, group, data_class, form, suite, key, start, until, policy, sender), digest, parts
        )

    def open(self, me: Identity) -> OpeningKey | None:
        """The key, or None if the grant has no part for `me`."""
        party = me.public.party()
        hint = derive('discreet 2026-11 grant member v1', party, self.digest)[:8]
        for part in self.parts:
            if part[:8] == hint:
                info = b'discreet grant of a group key v1' + self.digest
                try:
                    return OpeningKey(
                        self.terms, hpke.open_sealed(me.receive, part[8:40], info, party, part[40:])
                    )
                except hpke.NotForThisKey:
                    raise Refused('broken') from None
        return None


@dataclass(frozen=True)
class Receiver:
    """The receiver of commands for the robot."""

    robot: str
    key: int
    start: int
    until: int
    domain: int
    receive: bytes
    sender: bytes

    @classmethod
    def read(cls, data: bytes, robot: PublicIdentity) -> 'Receiver':
        """Reads an announcement of this robot."""
        cursor, suite, key, start, until, policy, sender = _statement(data, robot, RECEIVER)
        receive, (domain,), named = cursor.take(32), cursor.numbers('<I'), cursor.name()
        if suite != HPKE:
            raise Refused('suite')
        if policy:
            raise Refused('reserved')
        if named != robot.name:
            raise Refused('robot')
        cursor.end()
        return cls(named, key, start, until, domain, receive, sender)

    def is_valid(self, now: int) -> bool:
        """Can commands be sealed for it at this second?"""
        return self.start - GRACE <= now < self.until


def read_message(message: Data) -> tuple[str, bytes, list[bytes]]:
    """Reads a serialized `Grants`, by Grants.msg: name, announcement, grants. Nothing in it is verified."""
    cursor = Cursor(message)
    if cursor.take(3) != b'\0\1\0' or cursor.take(1)[0] > 3:
        raise Refused('encapsulation')

    def octets() -> bytes:
        cursor.at += -cursor.at % 4
        return cursor.take(*cursor.numbers('<I'))

    name, receiver = octets().rstrip(b'\0').decode('utf-8', 'replace'), octets()
    cursor.at += -cursor.at % 4
    (count,) = cursor.numbers('<I')
    if count > MAX_GRANTS:
        raise Refused('length')
    return name, receiver, [octets() for _ in range(count)]


class GrantBook:
    """Grants of one robot to one stakeholder on one outer domain, and the receiver of commands.
    All of it expires.
    """

    def __init__(self, me: Identity, robot: PublicIdentity, domain: int) -> None:
        self.me, self.robot, self.domain = me, robot, domain
        self._keys: dict[int, OpeningKey] = {}  # by id
        self._receiver: tuple[Receiver, bytes] | None = None  # and the announcement it was read from
        self._seen: dict[bytes, int] = {}  # hashes of grants, and the end of their validity
        # By key id and context: shared by all readers, and kept as long as the key.
        self._replays: dict[tuple[int, bytes], Replay] = {}
        self._latest = 0

    def add(self, message: Data, now: int) -> None:
        """Reads the valid grants of a serialized `Grants` of this robot. A missing grant is not revoked.

        Of announcements with one id, the one that expires last counts.
        """
        name, receiver, grants = read_message(message)
        now = self._forget_ended(now)
        if name != self.robot.name:
            return  # another robot on the same domain
        for data in (receiver, *grants):
            if not data or data in self._seen or (self._receiver and data == self._receiver[1]):
                continue
            try:
                self._take(data, now)
            except Refused:
                continue  # anybody can publish such a message; the other parts may be valid

    def _take(self, data: bytes, now: int) -> None:
        if data[1:2] == bytes([RECEIVER]):
            receiver = Receiver.read(data, self.robot)
            known = self._receiver and self._receiver[0]
            # One that is not valid now gives way to any that is.
            replaces = (
                not known
                or not known.is_valid(now)
                or (receiver.key, receiver.until) > (known.key, known.until)
            )
            holds = receiver.is_valid(now) and receiver.until - now <= LONGEST
            if receiver.domain == self.domain and holds and replaces:
                self._receiver = (receiver, data)
            return
        grant = Grant.read(data, self.robot)
        if now >= grant.terms.until + GRACE or len(self._seen) >= MAX_SEEN:
            return
        self._seen[data] = grant.terms.until
        if opening := grant.open(self.me):
            self._keys.setdefault(grant.terms.key, opening)

    def _forget_ended(self, now: int) -> int:
        """Drops expired keys. Returns the latest second ever seen:
        a clock that is set back revives nothing.
        """
        now = self._latest = max(self._latest, now)
        self._keys = {
            key: opening for key, opening in self._keys.items() if now < opening.terms.until + GRACE
        }
        self._seen = {data: until for data, until in self._seen.items() if now < until + GRACE}
        self._replays = {of: replay for of, replay in self._replays.items() if of[0] in self._keys}
        return now

    def key(self, number: int) -> OpeningKey | None:
        """The key of this id, or None."""
        return self._keys.get(number)

    def keys(self) -> list[OpeningKey]:
        """All unexpired keys."""
        return list(self._keys.values())

    def replay(self, number: int, context: bytes) -> Replay:
        """The replay check of the key with this id in this context."""
        return self._replays.setdefault((number, context), Replay())

    def not_before(self, now: int) -> int:
        """The second that counts: the latest ever seen."""
        self._latest = max(self._latest, now)
        return self._latest

    def receiver(self, now: int) -> Receiver | None:
        """The receiver of commands at this second, or None."""
        receiver = self._receiver and self._receiver[0]
        return receiver if receiver and receiver.is_valid(self.not_before(now)) else None

    def senders(self, now: int) -> list[bytes]:
        """The guard's Ed25519 keys that the robot certified and that are valid at this second."""
        now = self._forget_ended(now)
        receiver = self.receiver(now)
        announced = [receiver.sender] if receiver else []
        return sorted({*announced, *(key.terms.sender for key in self._keys.values())})
