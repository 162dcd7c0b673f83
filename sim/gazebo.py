"""Gazebo classic without a screen, from the chroot that `tools/setup --gazebo` makes.

    from sim.gazebo import Gazebo
    with Gazebo(lockstep=True, log='gazebo.log') as gazebo:
        ...  # its master listens at 127.0.0.1:{gazebo.port}, and the camera publishes

gzserver listens on all interfaces without authentication: run it in a namespace (sim/namespace.py).
"""

import argparse
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from xml.etree import ElementTree

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))  # if this is run, or imported as `gazebo`

import contextlib

from sim import lobby, namespace, transport

ROOT = pathlib.Path(os.environ.get('DISCREET_GAZEBO') or REPOSITORY / '.ros' / 'gazebo')
OURS = 'lobby-'  # prefix of our files in the chroot
READY_WITHIN = 60  # seconds; it takes 3 on an idle machine
ATTEMPTS = 2


class Failed(Exception):
    """Gazebo is missing, did not start, or ended by itself."""


def unavailable(root=ROOT):
    """The reason why Gazebo cannot start here, or None."""
    if not (root / 'usr/bin/gzserver').exists():
        why = root.with_suffix('.why')  # tools/setup leaves it there
        return (
            why.read_text().strip()
            if why.is_file()
            else f'there is no Gazebo in {root}: tools/setup --gazebo makes it'
        )
    return 'the chroot of Gazebo needs root' if os.geteuid() else None


class Gazebo:
    """Xvfb and gzserver, from `start` to `stop`. `world` is a file; without one it is the lobby.

    They end with the thread that started them, even if it is killed.
    """

    def __init__(self, world=None, lockstep=False, port=None, log=None, root=ROOT):
        self.root, self.world, self.lockstep = pathlib.Path(root), world, lockstep
        self.port = port
        self.log = log and pathlib.Path(log)
        self.said, self.already_said = self.log, 0
        self.folder = self.display = self.server = None

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Repeats a failed start once, and reports it."""
        if why := unavailable(self.root):
            raise Failed(why)
        given = self.port
        for attempt in range(1, ATTEMPTS + 1):
            self.port = given or free_port()
            try:
                return self.begin()
            except Failed as why:
                if attempt == ATTEMPTS:
                    raise
                self.stop()
                print(f'gazebo: did not start; second attempt: {why}', file=sys.stderr, flush=True)

    def begin(self):
        (self.root / 'opt').mkdir(exist_ok=True)
        (self.root / 'tmp/.X11-unix').mkdir(mode=0o1777, parents=True, exist_ok=True)
        self.sweep()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f'{OURS}{os.getpid()}-', dir=self.root / 'opt'))
        world = self.furnish()
        self.name, self.has_camera = what_is_in(world)
        self.said = self.log or self.folder / 'gazebo.log'
        with open(self.said, 'ab') as log:
            self.already_said = log.tell()
            number = self.start_display(log)
            options = ['--lockstep'] if self.lockstep else []
            self.server = self.program(
                [
                    'sh',
                    '-c',
                    '. /usr/share/gazebo-11/setup.sh && exec gzserver "$@"',
                    'gzserver',
                    '--verbose',
                    *options,
                    self.inside(world),
                ],
                log,
                DISPLAY=f':{number}',
            )
        self.wait_until_ready()
        return self

    def sweep(self):
        """Removes the files of killed instances."""
        for folder in (self.root / 'opt').glob(f'{OURS}*-*'):
            if not pathlib.Path('/proc', folder.name.removeprefix(OURS).split('-')[0]).exists():
                self.remove(folder)

    def remove(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        for shaders in (self.root / 'tmp').glob(f'gazebo-{folder.name}-*'):
            shutil.rmtree(shaders, ignore_errors=True)

    def furnish(self):
        """Copies world, models and pictures into the chroot."""
        if self.world:
            given = pathlib.Path(self.world)
            if (given.parent / 'models').is_dir():
                shutil.copytree(given.parent / 'models', self.folder / 'models')
            return pathlib.Path(shutil.copy(given, self.folder / given.name))
        return lobby.build(self.folder)

    def start_display(self, log):
        """Xvfb chooses the first free display, and prints its number."""
        readable, writable = os.pipe()
        self.display = self.program(
            ['Xvfb', '-displayfd', str(writable), '-screen', '0', '640x480x24', '-nolisten', 'tcp'],
            log,
            pass_fds=[writable],
        )
        os.close(writable)
        with os.fdopen(readable) as said:
            number = said.readline().strip()
        if not number:
            raise Failed(f'Xvfb did not start\n{self.last_words()}')
        return number

    def program(self, command, log, pass_fds=(), **variables):
        environment = {
            'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
            'HOME': self.inside(self.folder),
            'USER': self.folder.name,
            'LANG': 'C.UTF-8',
            'TMPDIR': self.inside(self.folder),
            'LIBGL_ALWAYS_SOFTWARE': '1',
            'AUDIODEV': 'null',
            'GAZEBO_MASTER_URI': f'http://127.0.0.1:{self.port}',
            'GAZEBO_IP': '127.0.0.1',
            'IGN_IP': '127.0.0.1',
            # No downloads from a model database.
            'GAZEBO_MODEL_DATABASE_URI': '',
            'GAZEBO_MODEL_PATH': self.inside(self.folder) + '/models',
            **variables,
        }
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=pass_fds,
            start_new_session=True,
            preexec_fn=self.move_in,
        )

    def move_in(self):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: ends with a killed parent, too
        os.chroot(self.root)
        os.chdir('/')

    def inside(self, path):
        return '/' + str(path.relative_to(self.root))

    def wait_until_ready(self):
        """Waits until the master answers and, if the world has a camera, a picture arrives.

        gzserver must be the first client of its master. The master numbers a connection by the count at that
        time: if ours were the first, and ended, the next one would get the number of gzserver's own and
        replace it; gzserver would then wait for its namespace forever, without a world.
        """
        until, listed = time.monotonic() + READY_WITHIN, {}
        while time.monotonic() < until:
            self.check()
            try:
                if not self.has_said(b'Connected to gazebo master'):
                    raise transport.Gone('gzserver is not connected to its own master yet')
                listed = transport.topics(self.port)
                cameras = [topic for topic in listed if topic.endswith('/camera/image')]
                # gzserver replaces a world that it cannot read by an empty one with another name.
                if f'/gazebo/{self.name}/world_stats' in listed and (cameras or not self.has_camera):
                    for topic in cameras[:1]:
                        next(transport.messages(topic, listed))
                    return
            except (transport.Gone, KeyError):
                pass
            time.sleep(0.1)
        raise Failed(f'the world `{self.name}` is not ready after {READY_WITHIN} s\n{self.last_words()}')

    def check(self):
        """Raises `Failed` if one of its programs has ended."""
        for name, program in (('Xvfb', self.display), ('gzserver', self.server)):
            if program and program.poll() is not None:
                raise Failed(f'{name} ended by itself (status {program.returncode})\n{self.last_words()}')

    def has_said(self, words):
        with open(self.said, 'rb') as log:
            log.seek(self.already_said)
            return words in log.read()

    def last_words(self, count=15):
        said = re.sub(r'\x1b\[[0-9;]*m', '', self.said.read_text(errors='replace')).splitlines()
        # Without a sound card ALSA prints many errors.
        lines = [line for line in said if line.strip() and not line.startswith(('ALSA', 'AL lib'))][-count:]
        kept = '' if self.folder in self.said.parents else f'\nIts whole output: {self.said}'
        return '\n'.join(f'  {line}' for line in lines) + kept

    def stop(self):
        for program in (self.server, self.display):
            if program:
                end(program)
        self.server = self.display = None
        if self.folder:
            self.remove(self.folder)
            self.folder = None


def what_is_in(world):
    """Name of the world, and True if it has a camera."""
    try:
        described = ElementTree.parse(world).find('world')
        return described.attrib['name'], any(
            sensor.get('type') == 'camera' for sensor in described.iter('sensor')
        )
    except (ElementTree.ParseError, AttributeError, KeyError) as why:
        raise Failed(f'{world.name} is not an SDF file with a named world: {why}') from None


def end(program):
    for send, patience in ((signal.SIGINT, 3), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, send)
        try:
            program.wait(patience)
            return
        except subprocess.TimeoutExpired:
            pass


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as any_port:
        return any_port.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--world',
        type=pathlib.Path,
        help='another world than the lobby; a folder `models` next to it is used too',
    )
    parser.add_argument(
        '--lockstep', action='store_true', help='simulated time waits for the frames, on any machine'
    )
    parser.add_argument('--port', type=int, help='port of the master (default: a free one)')
    parser.add_argument('--log', help='file for the output of gzserver')
    parser.add_argument(
        '--picture', type=pathlib.Path, help='write the first camera image to this PNG file, and exit'
    )
    parser.add_argument('--here', action='store_true', help='run in this network namespace, not in a new one')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if not options.here:
            namespace.enter()
        with Gazebo(options.world, options.lockstep, options.port, options.log) as gazebo:
            print(json.dumps({'ready': True, 'port': gazebo.port, 'pid': os.getpid()}), flush=True)
            if options.picture:
                take(gazebo, options.picture)
                return
            while True:
                time.sleep(0.2)
                gazebo.check()
    except (Failed, namespace.Unavailable) as why:
        sys.exit(f'gazebo: {why}')
    except KeyboardInterrupt:
        pass


def take(gazebo, file):
    """Saves one frame of the first camera."""
    from PIL import Image

    listed = transport.topics(gazebo.port)
    topic = next((topic for topic in sorted(listed) if topic.endswith('/camera/image')), None)
    if not topic:
        raise Failed('this world has no camera, so no picture can be written')
    image = transport.fields(next(transport.messages(topic, listed))[2][0])
    Image.frombytes('RGB', (image[1][0], image[2][0]), image[5][0]).save(file)


if __name__ == '__main__':
    main()
