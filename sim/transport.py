"""The part of Gazebo classic's transport that lists topics and receives from one.

Frames are a length in eight hex digits and a protobuf; from the master and in requests that is a `Packet`
around another message.
"""

import itertools
import re
import socket

LIMIT = 64 << 20  # bytes, maximum of a message


class Gone(Exception):
    """The other end of a connection is gone."""


def topics(port, timeout=2):
    """Present publishers: topic -> (message type, host, port)."""
    with connected('127.0.0.1', port, timeout) as master:
        for _ in range(8):
            packet = fields(frame(master))
            if packet[2][0] == b'publishers_init':
                publishers = fields(packet[3][0]).get(1, [])
                break
        else:
            raise Gone('the master does not list the publishers')
    listed = {}
    for publisher in map(fields, publishers):
        name, kind, host, at = (publisher[number][0] for number in (1, 2, 3, 4))
        listed[name.decode()] = kind.decode(), host.decode(), at
    return listed


def messages(topic, listed, timeout=10):
    """The messages of a topic, each a dictionary of field number -> values."""
    kind, host, port = listed[topic]
    with connected(host, port, timeout) as publisher:
        subscribe = field(1, topic) + field(2, '127.0.0.1') + field(3, 0) + field(4, kind) + field(5, 0)
        # The stamp of a packet is required, and ignored.
        send(publisher, field(1, field(1, 0) + field(2, 0)) + field(2, 'sub') + field(3, subscribe))
        while True:
            yield fields(frame(publisher))


def connected(host, port, timeout):
    try:
        return socket.create_connection((host, port), timeout)
    except OSError as why:
        raise Gone(f'{host}:{port}: {why}') from None


def frame(connection):
    digits = exactly(connection, 8)
    if not re.fullmatch(rb'[0-9A-Fa-f]{8}', digits) or int(digits, 16) > LIMIT:
        raise Gone(f'a frame begins with {digits!r}')
    return exactly(connection, int(digits, 16))


def exactly(connection, length):
    got = bytearray()
    while len(got) < length:
        try:
            more = connection.recv(min(length - len(got), 1 << 20))
        except OSError as why:
            raise Gone(str(why)) from None
        if not more:
            raise Gone('the connection ended')
        got += more
    return bytes(got)


def send(connection, message):
    connection.sendall(b'%08X' % len(message) + message)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(parts) + bytes([value])


def fields(message):
    """The fields of a protobuf: numbers as int, everything else as bytes."""
    found, at = {}, 0
    while at < len(message):
        key, at = read_varint(message, at)
        if key & 7 == 0:
            value, at = read_varint(message, at)
        else:
            length = {1: 8, 5: 4}.get(key & 7)
            if length is None:
                length, at = read_varint(message, at)
            value, at = message[at : at + length], at + length
        found.setdefault(key >> 3, []).append(value)
    return found


def read_varint(message, at):
    value = 0
    for shift in itertools.count(0, 7):
        byte, at = message[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
