"""Processes, logs and time of a run of the demo; all processes end with it."""

import contextlib
import importlib.util
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BIN = pathlib.Path(os.environ.get('DISCREET_BIN', ROOT / 'target' / 'release'))
COLOURS = sys.stdout.isatty() and not os.environ.get('NO_COLOR')


class Broken(Exception):
    """The demo could not be completed."""


def paint(text, *codes):
    return f'\x1b[{";".join(map(str, codes))}m{text}\x1b[0m' if COLOURS and codes else text


def until(condition, what, timeout=20):
    """Waits for a condition, and returns its value."""
    end = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() > end:
            raise Broken(f'waited {timeout} s for {what}; see out/guard.log and out/peers.log')
        time.sleep(0.1)
    return found


def has_launch():
    """True if the launch system of ROS is installed. It is not in a package registry."""
    return bool(shutil.which('ros2') and importlib.util.find_spec('launch_ros'))


def perform(make, keep):
    """Runs a demo, and with `keep` leaves it running. Returns the exit status."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it otherwise
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    try:
        with make() as demo:
            summary = demo.run()
            if keep:
                demo.wait()
        return 0 if all(claim['holds'] for claim in summary['claims']) else 1
    except KeyboardInterrupt:
        print('\nStopped.')
        return 130
    except Broken as broken:
        print(f'\n{paint("The demo failed:", 31)} {broken}', file=sys.stderr)
        return 1


class Peer:
    """A process of the demo that follows JSON lines (see peer.py)."""

    def __init__(self, stack, log, *command, environment):
        self.name = pathlib.Path(command[0]).name
        self.process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        stack.callback(self.end)

    def ask(self, word, **options):
        self.tell(word, **options)
        return self.answer()

    def tell(self, word, **options):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps({'do': word, **options}) + '\n')
            self.process.stdin.flush()

    def answer(self):
        try:
            return json.loads(self.process.stdout.readline())
        except json.JSONDecodeError:
            raise Broken(f'{self.name} has died; see out/peers.log') from None

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()  # it ends when its input does
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def on_terminal(seconds, text):
    print(f'{paint(f"{seconds:5.1f} s", 2)}  {text}', flush=True)


class Stage:
    """Starts and ends all processes."""

    def __init__(self, participants, out=ROOT / 'out', tell=on_terminal):
        """`tell` receives output: seconds since the start, and a text."""
        self.tell = tell
        self.began, self.stack, self.out = time.monotonic(), contextlib.ExitStack(), out
        self.out.mkdir(exist_ok=True)
        self.passphrase = self.out / 'identities' / 'passphrase'
        for old in [
            *self.out.glob('*.log*'),
            *self.out.glob('*.png'),
            *self.out.glob('*.html'),
            self.out / 'summary.json',
        ]:
            old.unlink(missing_ok=True)
        for folder in ('identities', 'keeper', 'frames'):
            shutil.rmtree(self.out / folder, ignore_errors=True)
        (self.out / 'frames').mkdir()
        (self.out / 'keeper').mkdir(mode=0o700)
        self.environment = environment(participants)

    def __enter__(self):
        self.log = self.stack.enter_context(open(self.out / 'peers.log', 'w'))
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave anything running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.stack.close()

    def say(self, text):
        self.tell(time.monotonic() - self.began, text)

    @property
    def socket(self):
        return self.out / 'keeper' / 'keeper.sock'

    def discreet(self, *arguments):
        """Runs the program `discreet`; returns its output."""
        done = subprocess.run(
            [BIN / 'discreet', *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise Broken(
                f'discreet {" ".join(map(str, arguments))}: {done.stderr.strip() or done.stdout.strip()}'
            )
        return done.stdout

    def identity(self, name, file=None):
        """Makes an identity, as its owner does; all of the demo have the same
        random passphrase.
        """
        key = self.passphrase.parent / f'{file or name}.key'
        key.parent.mkdir(exist_ok=True)
        if not self.passphrase.exists():
            self.passphrase.touch(0o600)
            self.passphrase.write_text(secrets.token_hex(16))
        self.discreet('identity', 'new', key, '--name', name, '--passphrase-file', self.passphrase)
        return key

    def start(self, name, command, **variables):
        """A program that writes to out/NAME.log, and ends with the demo."""
        log = self.stack.enter_context(open(self.out / f'{name}.log', 'w'))  # noqa: SIM115, the stack closes it
        process = subprocess.Popen(
            list(map(str, command)),
            env={**self.environment, **variables},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.stack.callback(end, process)
        return process


def end(process):
    """Ends a process and its children: orderly, and by force after ten seconds."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)


def environment(participants):
    """Isolation from other robots, and the tuned transport for large images if /dev/shm has room."""
    variables = {
        **os.environ,
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'PYTHONUNBUFFERED': '1',
        'RCUTILS_COLORIZED_OUTPUT': '0',
    }
    for name in ('ROS_LOCALHOST_ONLY', 'ROS_STATIC_PEERS', 'FASTRTPS_DEFAULT_PROFILES_FILE'):
        variables.pop(name, None)
    needed = participants * 34 * 2**20 + 2**28  # the segment of each
    if shutil.disk_usage('/dev/shm').free > needed:
        variables['FASTRTPS_DEFAULT_PROFILES_FILE'] = str(ROOT / 'launch' / 'fastdds.xml')
    else:
        print(
            f'note: /dev/shm has less than {needed / 1e9:.1f} GB free, so images take the default transport'
            ' of Fast DDS'
        )
    return variables


def install_in_place(prefix):
    """The files that launch files expect in an installed package, as links into this clone."""
    index, share, programs = (
        prefix / 'share/ament_index/resource_index/packages',
        prefix / 'share/discreet',
        prefix / 'lib/discreet',
    )
    for folder in (index, share, programs):
        folder.mkdir(parents=True, exist_ok=True)
    (index / 'discreet').touch()
    links = [(share / name, ROOT / name) for name in ('launch', 'policies', 'demo')]
    links += [
        (programs / name, BIN / name) for name in ('guard', 'redactor', 'keeper', 'unsealer', 'commander')
    ]
    for link, target in links:
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return prefix
