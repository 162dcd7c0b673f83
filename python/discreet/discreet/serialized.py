"""Serialized ROS messages that end where the message ends.

rclpy's `serialize_message` allocates an estimated length, and returns all of it: uninitialised memory follows
the message's end, and fills the gaps of alignment in it.
"""

from importlib import import_module
from typing import Any

from rclpy.serialization import serialize_message
from rosidl_parser.definition import (
    AbstractSequence,
    AbstractString,
    AbstractWString,
    Array,
    BasicType,
    NamespacedType,
)

HEADER = 4
SIZES = dict.fromkeys(('boolean', 'octet', 'char', 'int8', 'uint8'), 1)
SIZES |= {'int16': 2, 'uint16': 2, 'int32': 4, 'uint32': 4, 'float': 4, 'int64': 8, 'uint64': 8, 'double': 8}
# Fast DDS writes each unit of a wide string in four bytes, without a NUL at the end.
WIDE_UNIT = 4


class NotSerialized(ValueError):
    """The bytes that ROS made of a message are not plain CDR of its type."""


def serialized(message: Any) -> bytes:
    """The message in plain little-endian CDR: all of it, with zeros in the gaps, and nothing after it."""
    return cut(serialize_message(message), type(message))


def cut(made: bytes, ros_type: Any) -> bytes:
    """A message of this type, up to its end, with zeros in the gaps."""
    if len(made) < HEADER or made[:3] != b'\0\1\0' or made[3] > 3:
        raise NotSerialized(f'{ros_type.__name__}: the header {made[:HEADER].hex()} is not that of plain CDR')
    walk = _Walk(made[HEADER:])
    try:
        walk.fields(ros_type)
    except NotSerialized as why:
        raise NotSerialized(f'{ros_type.__name__}: {why}') from None
    return b'\0\1\0\0' + bytes(walk.body[: walk.at])


class _Walk:
    """A position in the bytes after the header. CDR aligns from there."""

    def __init__(self, body: bytes) -> None:
        self.body, self.at = bytearray(body), 0

    def fields(self, ros_type: Any) -> None:
        if not ros_type.SLOT_TYPES:
            self.zeros(1)  # structure_needs_at_least_one_member, as C has no empty structures
        for of in ros_type.SLOT_TYPES:
            self.value(of)

    def value(self, of: Any) -> None:
        if isinstance(of, BasicType) and of.typename in SIZES:
            self.numbers(SIZES[of.typename], 1)
        elif isinstance(of, AbstractString):
            self.string(getattr(of, 'maximum_size', None))
        elif isinstance(of, AbstractWString):
            self.skip(WIDE_UNIT * self.length(getattr(of, 'maximum_size', None)))
        elif isinstance(of, Array):
            self.values(of.value_type, of.size)
        elif isinstance(of, AbstractSequence):
            self.values(of.value_type, self.length(getattr(of, 'maximum_size', None)))
        elif isinstance(of, NamespacedType):
            self.fields(_class_of(of))
        else:
            kind = getattr(of, 'typename', of)
            raise NotSerialized(f'a field of type {kind} is not supported')

    def values(self, of: Any, count: int) -> None:
        if isinstance(of, BasicType) and of.typename in SIZES:
            self.numbers(SIZES[of.typename], count)
            return
        if count > len(self.body) - self.at:
            raise NotSerialized(f'{count} elements do not fit at byte {self.at + HEADER}')
        for _ in range(count):
            self.value(of)

    def numbers(self, size: int, count: int) -> None:
        if count:  # without elements there is no alignment either
            self.zeros(-self.at % size)
            self.skip(size * count)

    def string(self, bound: int | None) -> None:
        length = self.length(None if bound is None else bound + 1)
        if length:  # some write an empty string without its NUL
            self.skip(length)
            if self.body[self.at - 1]:
                raise NotSerialized(f'a string does not end with NUL at byte {self.at + HEADER - 1}')

    def length(self, bound: int | None) -> int:
        self.numbers(4, 1)
        length = int.from_bytes(self.body[self.at - 4 : self.at], 'little')
        if bound is not None and length > bound:
            raise NotSerialized(f'length {length} is above {bound} at byte {self.at + HEADER - 4}')
        return length

    def zeros(self, size: int) -> None:
        self.skip(size)
        self.body[self.at - size : self.at] = bytes(size)

    def skip(self, size: int) -> None:
        if size > len(self.body) - self.at:
            raise NotSerialized(f'{size} bytes are missing at byte {self.at + HEADER}')
        self.at += size


def _class_of(of: Any) -> Any:
    module = import_module('.'.join(of.namespaces))
    if hasattr(module, of.name):
        return getattr(module, of.name)
    action, _, part = of.name.rpartition('_')  # Fibonacci_Goal is Fibonacci.Goal
    return getattr(getattr(module, action), part)
