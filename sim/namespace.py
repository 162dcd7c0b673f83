"""A separate network namespace for a simulated robot, without connections to other programs.

gzserver and an unlocked ROS domain accept commands from any program that can send them packets. As a program,
this runs another one:

    python3 sim/namespace.py tools/demo --keep
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import sys

INSIDE = 'DISCREET_NAMESPACE'  # the network namespace that we made
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCADDRT = 0x8913, 0x8914, 0x890B
IFF_UP, IFF_MULTICAST, RTF_UP = 0x1, 0x1000, 0x1
LIBC = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """The namespace cannot be made, with the reason."""


def enter(arguments=None):
    """Enters new namespaces for network, IPC and mounts. The program is executed again in them, as the same
    process.

    Returns at once if it is in them already; raises `Unavailable` if they cannot be made.
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
    """`lo` with multicast for DDS, and a separate /dev/shm:
    Fast DDS names its files there by port, not by namespace.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = struct.pack('16sh14x', b'lo', 0)
        (flags,) = struct.unpack_from('h', fcntl.ioctl(control, SIOCGIFFLAGS, name), 16)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', flags | IFF_UP | IFF_MULTICAST))
        route_multicast(control)
    if LIBC.mount(b'tmpfs', b'/dev/shm', b'tmpfs', 0, b'mode=1777') != 0:
        raise Unavailable(f'cannot mount a separate /dev/shm: {os.strerror(ctypes.get_errno())}')


def route_multicast(control):
    """Routes 224.0.0.0/4 over `lo`, for programs that send multicast without an interface."""

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
