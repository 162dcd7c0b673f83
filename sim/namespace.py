"""A network namespace of its own for a simulated robot: nobody else hears it, and nobody can reach it.

gzserver and an unlocked ROS domain take commands from whoever can send them packets. Used as a program, it
runs another one:

    python3 sim/namespace.py tools/demo --keep
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import sys

INSIDE = 'DISCREET_NAMESPACE'  # says which network namespace we made
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCADDRT = 0x8913, 0x8914, 0x890B
IFF_UP, IFF_MULTICAST, RTF_UP = 0x1, 0x1000, 0x1
LIBC = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """Why there can be no namespace here."""


def enter(arguments=None):
    """Goes on in namespaces for network, IPC and mounts. The program starts anew in them, as the same
    process.

    Returns at once if it is in them already; raises `Unavailable` where that cannot be.
    """
    if os.environ.get(INSIDE) == here():
        return
    if why := unavailable():
        raise Unavailable(why)
    again = arguments or [sys.executable, *sys.orig_argv[1:]]
    os.execvp(
        'unshare',
        [
            'unshare',
            '--net',
            '--ipc',
            '--mount',
            '--propagation',
            'private',
            sys.executable,
            __file__,
            '--inside',
            *again,
        ],
    )


def unavailable():
    if os.geteuid():
        return 'a network namespace needs root: run it with sudo'
    if not shutil.which('unshare'):
        return 'there is no `unshare` here: it is in the package util-linux'
    if forbidden():
        return 'this kernel or container forbids root a network namespace (CAP_SYS_ADMIN is missing)'
    return None


def forbidden():
    return os.spawnlp(os.P_WAIT, 'unshare', 'unshare', '--net', '--ipc', '--mount', 'true') != 0


def here():
    return os.readlink('/proc/self/ns/net')


def furnish():
    """`lo` with multicast for DDS, and a /dev/shm of our own:
    Fast DDS names what it has there by port, not by namespace.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = struct.pack('16sh14x', b'lo', 0)
        (flags,) = struct.unpack_from('h', fcntl.ioctl(control, SIOCGIFFLAGS, name), 16)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', flags | IFF_UP | IFF_MULTICAST))
        route_multicast(control)
    if LIBC.mount(b'tmpfs', b'/dev/shm', b'tmpfs', 0, b'mode=1777') != 0:
        raise Unavailable(f'no /dev/shm of its own: {os.strerror(ctypes.get_errno())}')


def route_multicast(control):
    """224.0.0.0/4 by `lo`, for who sends multicast without naming an interface."""

    def address(text):
        return struct.pack('=HH4s8x', socket.AF_INET, 0, socket.inet_aton(text))

    lo = ctypes.create_string_buffer(b'lo')
    # struct rtentry: pad1, destination, gateway, netmask, flags, pad2, pad3, pad4, metric, device, ...
    entry = struct.pack(
        '@L16s16s16sHhLPhP',
        0,
        address('224.0.0.0'),
        address('0.0.0.0'),
        address('240.0.0.0'),
        RTF_UP,
        0,
        0,
        0,
        0,
        ctypes.addressof(lo),
    )
    fcntl.ioctl(control, SIOCADDRT, entry.ljust(120, b'\0'))


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ('-h', '--help'):
        print(__doc__.strip())
        return
    program = sys.argv[1:]
    try:
        if program[0] == '--inside':
            furnish()
            os.environ[INSIDE] = here()
            program = program[1:]
        else:
            enter(program)
        os.execvp(program[0], program)
    except (Unavailable, OSError) as why:
        sys.exit(f'namespace: {why}')


if __name__ == '__main__':
    main()
