"""A robot to test the guard on: two domains, a policy, a guard started as an operator starts it, and what can
be seen of it.

Nothing here sleeps for luck. A test waits for a signal that a user could see as well: the catalogue,
diagnostics, the graph, a message. Messages are taken as they are on the wire, without an executor, so that
none is lost in Python.
"""

import ctypes
import fcntl
import itertools
import json
import os
import pathlib
import re
import signal
import subprocess
import time
from collections import Counter
from typing import ClassVar, NamedTuple

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from discreet_interfaces.msg import Catalog
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message, serialize_message
from std_srvs.srv import Trigger

REPOSITORY = pathlib.Path(__file__).parents[2]
BINARIES = pathlib.Path(os.environ.get('DISCREET_BIN', REPOSITORY / 'target' / 'release'))
PATIENCE = 20  # seconds until something that should happen counts as not happening

RELIABLE = QoSProfile(depth=5000)
BEST_EFFORT = QoSProfile(depth=5000, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
POSTS = QoSProfile(
    depth=64, durability=DurabilityPolicy.TRANSIENT_LOCAL
)  # several robots and strangers publish there


def eventually(what, check, patience=PATIENCE):
    """Waits until `check` gives something true, and gives that."""
    end = time.monotonic() + patience
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < end, f'not within {patience} s: {what() if callable(what) else what}'
        time.sleep(0.01)


def wire(message):
    """A message's bytes as a reader sees them: DDS fills the last word with zeros."""
    cdr = message if isinstance(message, bytes) else serialize_message(message)
    return cdr + bytes(-len(cdr) % 4)


class Message(NamedTuple):
    """A message as it was taken."""

    cdr: bytes
    sequence: int  # its publisher's count
    stamp: int  # when its publisher published it, in nanoseconds
    at: float  # when it was taken


class Reader:
    """Collects what comes on a topic."""

    def __init__(self, node, topic, kind, qos=RELIABLE):
        self.kind, self.messages = kind, []
        self.subscription = node.create_subscription(kind, topic, print, qos, raw=True)

    def poll(self):
        """Takes what has come; gives all that ever came."""
        with self.subscription.handle:
            while taken := self.subscription.handle.take_message(self.kind, True):
                cdr, info = taken
                self.messages.append(
                    Message(
                        cdr, info['publication_sequence_number'], info['source_timestamp'], time.monotonic()
                    )
                )
        return self.messages

    def wait(self, count, patience=PATIENCE):
        """Waits until `count` messages have come."""
        eventually(
            lambda: f'{count} messages on {self.subscription.topic_name}, {len(self.messages)} came',
            lambda: len(self.poll()) >= count,
            patience,
        )
        return self.messages

    def wait_for(self, message, patience=PATIENCE):
        """Waits until this very message has come."""
        eventually(
            lambda: f'on {self.subscription.topic_name}: {message}',
            lambda: any(came.cdr == wire(message) for came in self.poll()),
            patience,
        )

    def typed(self):
        """Everything that came, as messages of the type."""
        return [deserialize_message(message.cdr, self.kind) for message in self.poll()]

    def forget(self):
        self.poll()
        self.messages = []


class Domain:
    """A process's view of a ROS domain; two of the same id are to DDS what two processes are."""

    def __init__(self, number):
        self.number, self.context, self.nodes = number, Context(), {}
        rclpy.init(context=self.context, domain_id=number)

    def node(self, name='peer'):
        if name not in self.nodes:
            self.nodes[name] = rclpy.create_node(
                name,
                context=self.context,
                use_global_arguments=False,
                start_parameter_services=False,
                enable_rosout=False,
            )
        return self.nodes[name]

    def publisher(self, topic, kind, qos=RELIABLE, node='driver'):
        return self.node(node).create_publisher(kind, topic, qos)

    def reader(self, topic, kind, qos=RELIABLE, node='peer'):
        return Reader(self.node(node), topic, kind, qos)

    def publishers_of(self, topic):
        return self.node().get_publishers_info_by_topic(topic)

    def topics(self):
        """Topics that somebody publishes."""
        return {
            name for name, _ in self.node().get_topic_names_and_types() if self.node().count_publishers(name)
        }

    def call(self, service, kind=Trigger, patience=PATIENCE, **request):
        """Calls a service and waits for the answer. None if there is none, where there need not be one."""
        node, executor = self.node(), SingleThreadedExecutor(context=self.context)
        client = node.create_client(kind, service)
        try:
            assert client.wait_for_service(PATIENCE), f'{service} is not there'
            future = client.call_async(kind.Request(**request))
            rclpy.spin_until_future_complete(node, future, executor, patience)
            assert future.done() or patience < PATIENCE, f'{service} does not answer'
            return future.result() if future.done() else None
        finally:
            executor.remove_node(node)
            node.destroy_client(client)

    def leave(self):
        """As a process that ends in order."""
        for node in self.nodes.values():
            node.destroy_node()
        self.nodes = {}
        rclpy.try_shutdown(context=self.context)


class Status(NamedTuple):
    """What diagnostics says of one thing."""

    level: int  # 0 ok, 1 warning, 2 error
    message: str
    values: dict

    def number(self, key):
        return int(self.values.get(key, 0))

    def denied(self, reason):
        return self.number(f'denied {reason}')


def everyone(read, **how):
    """A rule: everyone may read this."""
    return {'who': 'everyone', 'read': read, **(how or {'as': 'clear'})}


def declared(kind, data_class='operational', **more):
    """A topic as the policy declares it."""
    return {'type': kind, 'class': data_class, **more}


TEXT = declared('std_msgs/msg/String', depth=1000)  # room for all that a test publishes at once


class Process:
    """A process of the test that ends with it, whatever happens."""

    started: ClassVar[list] = []

    def __init__(self, command, log, environment):
        self.log = pathlib.Path(log)
        with open(self.log, 'ab') as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stderr=output,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        Process.started.append(self)

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, patience=PATIENCE):
        """Its exit status; negative if a signal ended it."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f'{self.process.args[0]} does not end within {patience} s\n{self.said()}'
            ) from None

    def kill(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
        return self.process.wait()

    def is_running(self):
        return self.process.poll() is None

    def said(self):
        return self.log.read_text(errors='replace')

    def memory(self):
        """Resident bytes."""
        return (
            int(re.search(r'VmRSS:\s+(\d+) kB', pathlib.Path(f'/proc/{self.pid}/status').read_text())[1])
            * 1024
        )

    def children(self):
        """Processes that it started and that still run."""
        tasks = pathlib.Path(f'/proc/{self.pid}/task').glob('*/children')
        return [int(child) for task in tasks for child in task.read_text().split()]


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Robot:
    """Two domains, and a guard between them once it is started. Several robots may share an outer domain."""

    def __init__(self, folder, name='probe', outer=None):
        self.folder, self.name = folder, name
        self.policy_file, self.audit_file = folder / 'policy.yaml', folder / 'audit.log'
        inner, outer = (*free_domains(1), outer) if outer else free_domains(2)
        self.domains = []
        self.environment = {}  # of every program of this robot and of its stakeholders
        self.inner, self.outer = self.domain(inner), self.domain(outer)
        self.guard = self.keeper = None
        self.diagnostics = self.inner.reader('/diagnostics', DiagnosticArray, node='operator')
        self.catalogs = self.outer.reader('/discreet/catalog', Catalog, POSTS, node='operator')

    def domain(self, number):
        self.domains.append(Domain(number))
        return self.domains[-1]

    # The policy

    def policy(self, topics, rules, version=1, **more):
        """Puts a policy in place of the one that is there, at once, as an editor does."""
        policy = {
            'discreet': 1,
            'robot': self.name,
            'version': version,
            'classes': {
                'operational': {'suite': 'chacha20-poly1305', 'epoch': '1h', 'retention': '7d'},
                'contextual': {'suite': 'aes-256-gcm', 'epoch': '60s', 'retention': '24h'},
            },
            'topics': topics,
            'rules': rules,
            **more,
        }
        # A flow of JSON is YAML; a section a line, so that reports have places.
        return self.policy_text(''.join(f'{key}: {json.dumps(value)}\n' for key, value in policy.items()))

    def policy_text(self, text):
        new = self.policy_file.with_suffix('.new')
        new.write_text(text)
        new.replace(self.policy_file)

    def reload(self):
        """Asks for the policy to be read, and gives the answer."""
        return self.inner.call('/guard/reload')

    # The guard

    def start(self, *, wait=True, environment=(), **parameters):
        """Starts the guard as an operator does; comes back when its catalogue is there."""
        given = {
            'policy': self.policy_file,
            'outer_domain': self.outer.number,
            'audit': self.audit_file,
            **parameters,
        }
        arguments = [
            word for name, value in given.items() if value is not None for word in ('-p', f'{name}:={value}')
        ]
        catalogs = len(self.own_catalogs())
        self.guard = Process(
            [BINARIES / 'guard', '--ros-args', *arguments],
            self.folder / 'guard.log',
            {
                'ROS_DOMAIN_ID': str(self.inner.number),
                'ROS_LOG_DIR': str(self.folder),
                'HOME': str(self.folder),
                **self.environment,
                **dict(environment),
            },
        )
        if wait:
            eventually(
                lambda: f'the catalogue of the guard, which said\n{self.guard.said()}',
                lambda: len(self.own_catalogs()) > catalogs or not self.guard.is_running(),
            )
            assert self.guard.is_running(), self.guard.said()
        return self.guard

    def stop(self, by=signal.SIGINT):
        """Stops the guard in order."""
        self.guard.signal(by)
        assert self.guard.wait() == 0, self.guard.said()

    def released(self, topic):
        """Waits until the guard offers a topic outside and listens to it inside."""
        eventually(
            lambda: f'{topic} outside; catalogue {self.catalog()}', lambda: self.outer.publishers_of(topic)
        )

    # The keeper and the stakeholders

    def identity(self, name):
        """Makes an identity as its owner does; gives its private file. Once for each name."""
        key = self.folder / 'identities' / f'{name}.key'
        if not key.exists():
            # The least work there is: what is tested is not the passphrase.
            self.program(
                'identity', 'new', key, '--name', name, '--passphrase-file', self.passphrase(), '--work', '10'
            )
        return key

    def passphrase(self):
        """The file with the one passphrase that everybody here has."""
        file = self.folder / 'passphrase'
        if not file.exists():
            file.touch(0o600)
            file.write_text('correct horse battery staple')
        return file

    def keep(self, *more, well=True):
        """Starts the keeper, with more arguments if there are any;
        comes back when it listens and, if `well`, all is well.
        """
        key = self.identity(self.name)
        self.keeper = Process(
            [
                BINARIES / 'keeper',
                '--policy',
                self.policy_file,
                '--identity',
                key,
                '--passphrase-file',
                self.passphrase(),
                '--state',
                self.folder / 'keeper',
                '--socket',
                self.socket,
                '--same-user',
                *([] if (self.folder / 'keeper').exists() else ['--new-state']),
                *more,
            ],
            self.folder / 'keeper.log',
            {'HOME': str(self.folder), **self.environment},
        )
        eventually(
            lambda: f'the keeper, which said\n{self.keeper.said()}',
            lambda: self.listens(well) or not self.keeper.is_running(),
        )
        assert self.keeper.is_running(), self.keeper.said()
        return self.keeper

    @property
    def socket(self):
        return self.folder / '.ros' / 'discreet' / 'keeper.sock'

    def listens(self, well=True):
        return self.socket.exists() and self.ask('who', check=False).returncode in ((0,) if well else (0, 1))

    def ask(self, *words, check=True):
        """Asks the keeper, as the security officer does."""
        return self.program(*words, '--socket', self.socket, check=check)

    def program(self, *words, check=True):
        """Runs the program `discreet`."""
        words = [BINARIES / 'discreet', *words]
        ran = subprocess.run(
            [str(word) for word in words], capture_output=True, stdin=subprocess.DEVNULL, text=True
        )
        assert not check or ran.returncode == 0, f'{words[1:]}: {ran.stdout}\n{ran.stderr}'
        return ran

    def unsealer(self, name, wait=True):
        """Starts a stakeholder's unsealer on a domain of its own; gives that domain."""
        own = self.domain(free_domains(1)[0])
        given = {
            'identity': self.identity(name),
            'passphrase_file': self.passphrase(),
            'robot': self.identity(self.name).with_suffix('.pub'),
            'outer_domain': self.outer.number,
        }
        arguments = [word for key, value in given.items() for word in ('-p', f'{key}:={value}')]
        own.unsealer = Process(
            [BINARIES / 'unsealer', '--ros-args', *arguments],
            self.folder / f'unsealer_{name}.log',
            {
                'ROS_DOMAIN_ID': str(own.number),
                'ROS_LOG_DIR': str(self.folder),
                'HOME': str(self.folder),
                **self.environment,
            },
        )
        if wait:
            eventually(
                lambda: f'the unsealer, which said\n{own.unsealer.said()}',
                lambda: own.publishers_of('/diagnostics') or not own.unsealer.is_running(),
            )
            assert own.unsealer.is_running(), own.unsealer.said()
        return own

    def commander(self, name, commands=(), services=(), wait=True):
        """Starts a stakeholder's commander on a domain of its own; gives that domain."""
        own = self.domain(free_domains(1)[0])
        given = {
            'identity': self.identity(name),
            'passphrase_file': self.passphrase(),
            'robot': self.identity(self.name).with_suffix('.pub'),
            'outer_domain': self.outer.number,
            'commands': json.dumps(list(commands)),
            'services': json.dumps(list(services)),
        }
        arguments = [
            word for key, value in given.items() if value != '[]' for word in ('-p', f'{key}:={value}')
        ]
        own.commander = Process(
            [BINARIES / 'commander', '--ros-args', *arguments],
            self.folder / f'commander_{name}.log',
            {
                'ROS_DOMAIN_ID': str(own.number),
                'ROS_LOG_DIR': str(self.folder),
                'HOME': str(self.folder),
                **self.environment,
            },
        )
        if wait:
            eventually(
                lambda: f'the commander, which said\n{own.commander.said()}',
                lambda: own.publishers_of('/diagnostics') or not own.commander.is_running(),
            )
            assert own.commander.is_running(), own.commander.said()
        return own

    # What can be seen of it

    def catalog(self):
        """The newest catalogue: topic to entry."""
        catalogs = self.own_catalogs()
        return {entry.topic: entry for entry in catalogs[-1].entries} if catalogs else {}

    def own_catalogs(self):
        """The catalogues of this robot. Without a policy a guard does not know whose it is."""
        catalogs = self.catalogs.typed()
        return [catalog for catalog in catalogs if catalog.robot in ('', self.name)]

    def status(self, name, check=lambda status: True, patience=PATIENCE):
        """Waits until diagnostics says something of `name` that fits, from now on; gives that."""
        self.diagnostics.forget()
        last = None

        def fits():
            nonlocal last
            for message in self.diagnostics.poll():
                for status in deserialize_message(message.cdr, DiagnosticArray).status:
                    if status.name == f'discreet: {name}':
                        last = Status(
                            status.level[0], status.message, {pair.key: pair.value for pair in status.values}
                        )
                        if check(last):
                            return last
            self.diagnostics.messages = []
            return None

        return eventually(
            lambda: f'fitting diagnostics of {name}; the last was {last}\n{self.guard.said()[-2000:]}',
            fits,
            patience,
        )

    def flow(self, publisher, readers, message):
        """Publishes `message` until it comes through to the reader, or to each of a list: from then on each
        one does. Gives how often, and forgets them.
        """
        sent, readers = 0, readers if isinstance(readers, list) else [readers]

        def poll():
            return [len(reader.poll()) for reader in readers]

        def comes_through():
            nonlocal sent
            publisher.publish(message)
            sent += 1
            end = time.monotonic() + 0.1
            while not (came := all(poll())) and time.monotonic() < end:
                time.sleep(0.005)
            return came

        eventually(
            lambda: f'something comes through on {publisher.topic_name}\n{self.guard.said()[-2000:]}',
            comes_through,
        )
        # What is under way must not be taken for what comes next.
        before = None
        while (now := poll()) != before:
            before = now
            time.sleep(0.1)
        for reader in readers:
            reader.forget()
        return sent

    # The audit

    def audit(self):
        """The entries of the log."""
        lines = self.audit_file.read_text().splitlines() if self.audit_file.exists() else []
        return [json.loads(line) for line in lines]

    def audited(self, topic):
        """What the log counts on a topic: released, and each reason for which something stayed."""
        counts = Counter()
        for entry in self.audit():
            for route in entry.get('routes', []) if entry['entry'] == 'closed' else []:
                if route['topic'] == topic:
                    counts.update({'released': route['released'], **route.get('denied', {})})
        return counts

    def kept_out(self, topic):
        """The reasons for which the log names a topic."""
        return {
            entry['reason']
            for entry in self.audit()
            if entry['entry'] == 'denied' and entry['topic'] == topic
        }

    def verify(self):
        """Has the program verify the log. None if this build has no such command yet."""
        if (
            b'verify'
            not in subprocess.run([BINARIES / 'discreet', 'audit', '--help'], capture_output=True).stdout
        ):
            return None
        return subprocess.run(
            [BINARIES / 'discreet', 'audit', 'verify', self.audit_file], capture_output=True, text=True
        )

    def end(self):
        """Everything that the test started ends; the guard in order, with an intact audit."""
        try:
            if self.guard and self.guard.is_running():
                self.stop()
            if self.audit_file.is_file() and self.audit_file.stat().st_size:
                verified = self.verify()
                assert verified is None or verified.returncode == 0, f'{verified.stdout}\n{verified.stderr}'
        finally:
            while Process.started:
                Process.started.pop().kill()
            for domain in self.domains:
                domain.leave()
            for log in sorted(self.folder.glob('*.log')):
                if log != self.audit_file:
                    print(f'== {log.name}', log.read_text(errors='replace')[-4000:], sep='\n')


# Not the lowest first: somebody else on this machine may be testing as well. Processes of one run (pytest -n)
# take turns.
_workers, _worker = (
    int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', 1)),
    os.environ.get('PYTEST_XDIST_WORKER', 'gw0'),
)
_ids = [number for number in range(1, 100) if not 60 <= number <= 69][
    int(_worker.removeprefix('gw')) :: _workers
]
_ids = itertools.cycle(_ids[os.getpid() % len(_ids) :] + _ids[: os.getpid() % len(_ids)])


def _is_locked(port):
    """Whether a process that lives has this port of shared memory; a robot may have no UDP ports at all."""
    try:
        with open(f'{str(port).removesuffix("_el")}_el') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass  # it has no lock any more
    return False


def free_domains(count):
    """Domain ids below 100 that nobody on this machine is in: their UDP ports are free."""
    free = []
    for number in itertools.islice(_ids, 200):
        sockets = pathlib.Path('/proc/net/udp').read_text()
        ports = {int(port, 16) for port in re.findall(r'^\s*\d+: [0-9A-F]+:([0-9A-F]{4})', sockets, re.M)}
        # A domain has the ports from 7400 + 250 * id on.
        own = range(7400 + 250 * number, 7400 + 250 * (number + 1))
        if ports.isdisjoint(own):
            free.append(number)
            # Guards that earlier tests killed left theirs in shared memory.
            for file in pathlib.Path('/dev/shm').glob('fast*_port*'):
                if int(re.search(r'_port(\d+)', file.name)[1]) in own and not _is_locked(file):
                    file.unlink(missing_ok=True)
        if len(free) == count:
            return free
    raise AssertionError('no free ROS domain below 100')
