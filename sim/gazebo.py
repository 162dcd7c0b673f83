"""Gazebo classic without a screen, from the chroot that `tools/setup --gazebo` makes.

    with Gazebo(lockstep=True, log='gazebo.log') as gazebo:
        ...  # its master answers at 127.0.0.1:{gazebo.port}, and the camera takes pictures

gzserver listens on all interfaces without asking who commands it: run it in a namespace (sim/namespace.py).
"""

import argparse
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import namespace
import transport

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
ROOT = pathlib.Path(os.environ.get('DISCREET_GAZEBO') or REPOSITORY / '.ros' / 'gazebo')
READY_WITHIN = 60  # seconds; it takes 3 on an idle machine


class Failed(Exception):
    """Gazebo is not there, did not start, or ended by itself."""


def unavailable(root=ROOT):
    """Why Gazebo cannot be started here, or None."""
    if not (root / 'usr/bin/gzserver').exists():
        return f'there is no Gazebo in {root}: tools/setup --gazebo makes it'
    return 'Gazebo is in a chroot, which needs root' if os.geteuid() else None


class Gazebo:
    """Xvfb and gzserver, from `start` to `stop`. `world` is a file; without one it is the lobby."""

    def __init__(self, world=None, lockstep=False, port=None, log=None, root=ROOT):
        self.root, self.world, self.lockstep = pathlib.Path(root), world, lockstep
        self.port = port or free_port()
        self.log = pathlib.Path(log or os.devnull)
        self.folder = self.display = self.server = None
        self.stopping = False

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def start(self):
        if why := unavailable(self.root):
            raise Failed(why)
        (self.root / 'opt').mkdir(exist_ok=True)
        (self.root / 'tmp/.X11-unix').mkdir(mode=0o1777, parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='lobby-', dir=self.root / 'opt'))
        world = self.furnish()
        with open(self.log, 'ab') as log:
            number = self.start_display(log)
            options = ['--lockstep'] if self.lockstep else []
            self.server = self.program(['sh', '-c', '. /usr/share/gazebo-11/setup.sh && exec gzserver "$@"', 'gzserver',
                                        '--verbose', *options, self.inside(world)], log, DISPLAY=f':{number}')
        self.wait_until_ready()
        return self

    def furnish(self):
        """World, models and pictures, where the chroot finds them."""
        if self.world:
            given = pathlib.Path(self.world)
            return pathlib.Path(shutil.copy(given, self.folder / given.name))
        import lobby
        return lobby.build(self.folder)

    def start_display(self, log):
        """Xvfb chooses the first display that nobody has, and says which."""
        readable, writable = os.pipe()
        self.display = self.program(['Xvfb', '-displayfd', str(writable), '-screen', '0', '640x480x24', '-nolisten', 'tcp'],
                                    log, pass_fds=[writable])
        os.close(writable)
        with os.fdopen(readable) as said:
            number = said.readline().strip()
        if not number:
            raise Failed(f'Xvfb did not start\n{self.last_words()}')
        return number

    def program(self, command, log, pass_fds=(), **variables):
        environment = {
            'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': self.inside(self.folder), 'USER': self.folder.name, 'LANG': 'C.UTF-8',
            'TMPDIR': self.inside(self.folder), 'LIBGL_ALWAYS_SOFTWARE': '1', 'AUDIODEV': 'null',
            'GAZEBO_MASTER_URI': f'http://127.0.0.1:{self.port}', 'GAZEBO_IP': '127.0.0.1', 'IGN_IP': '127.0.0.1',
            # Nothing is fetched from a model database.
            'GAZEBO_MODEL_DATABASE_URI': '', 'GAZEBO_MODEL_PATH': self.inside(self.folder) + '/models', **variables}
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                pass_fds=pass_fds, start_new_session=True, preexec_fn=self.move_in)

    def move_in(self):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: not even a parent that is killed leaves us behind
        os.chroot(self.root)
        os.chdir('/')

    def inside(self, path):
        return '/' + str(path.relative_to(self.root))

    def wait_until_ready(self):
        """The master answers, and if the world has a camera, a picture comes."""
        until, listed = time.monotonic() + READY_WITHIN, {}
        while time.monotonic() < until:
            self.check()
            try:
                listed = transport.topics(self.port)
                cameras = [topic for topic in listed if topic.endswith('/image')]
                if cameras or (self.world and any(topic.endswith('/world_stats') for topic in listed)):
                    for topic in cameras[:1]:
                        next(transport.messages(topic, listed))
                    return
            except (transport.Gone, KeyError):
                pass
            time.sleep(0.1)
        raise Failed(f'no picture within {READY_WITHIN} s; topics: {sorted(listed)}\n{self.last_words()}')

    def check(self):
        """Raises `Failed` if one of its programs has ended."""
        for name, program in (('Xvfb', self.display), ('gzserver', self.server)):
            if program and program.poll() is not None:
                raise Failed(f'{name} ended by itself (status {program.returncode})\n{self.last_words()}')

    def last_words(self, count=15):
        if not self.log.is_file():
            return '(no log was kept)'
        lines = self.log.read_text(errors='replace').splitlines()[-count:]
        return '\n'.join(f'  {line}' for line in lines) + f'\nEverything it said: {self.log}'

    def stop(self):
        for program in (self.server, self.display):
            if program:
                end(program)
        self.server = self.display = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            for shaders in (self.root / 'tmp').glob(f'gazebo-{self.folder.name}-*'):
                shutil.rmtree(shaders, ignore_errors=True)
            self.folder = None


def end(program):
    for send, patience in ((signal.SIGINT, 3), (signal.SIGKILL, 5)):
        try:
            os.killpg(program.pid, send)
        except ProcessLookupError:
            pass
        try:
            program.wait(patience)
            return
        except subprocess.TimeoutExpired:
            pass


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as any_port:
        return any_port.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--world', type=pathlib.Path, help='another world than the lobby')
    parser.add_argument('--lockstep', action='store_true', help='no simulated second without its frames, however slow the machine')
    parser.add_argument('--port', type=int, help='of its master (a free one)')
    parser.add_argument('--log', help='file for what gzserver says')
    parser.add_argument('--picture', type=pathlib.Path, help='write what the camera sees first to this PNG file, and end')
    parser.add_argument('--here', action='store_true', help='in this network, not in a namespace of its own')
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
    topic = next(topic for topic in sorted(listed) if topic.endswith('/camera/image'))
    image = transport.fields(next(transport.messages(topic, listed))[2][0])
    Image.frombytes('RGB', (image[1][0], image[2][0]), image[5][0]).save(file)


if __name__ == '__main__':
    main()
