"""A robot to test the guard on: two domains, a policy, and a guard started as an operator starts it."""

import json
import signal

from diagnostic_msgs.msg import DiagnosticArray
from discreet_interfaces.msg import Catalog

from domain import POSTS, Domain
from domain_ids import free_domains
from process import BINARIES, Process
from seen import Seen
from stakeholders import Stakeholders
from waiting import eventually


class Robot(Stakeholders, Seen):
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

    def start(self, *, wait=True, environment=(), remaps=(), **parameters):
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
        arguments += [word for rule in remaps for word in ('-r', rule)]
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
