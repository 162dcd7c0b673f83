"""What can be seen of a guard: its catalogue, its diagnostics, what comes through, and its audit."""

import json
import subprocess
import time
from collections import Counter
from typing import NamedTuple

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.serialization import deserialize_message

from process import BINARIES
from waiting import PATIENCE, eventually


class Status(NamedTuple):
    """What diagnostics says of one thing."""

    level: int  # 0 ok, 1 warning, 2 error
    message: str
    values: dict

    def number(self, key):
        return int(self.values.get(key, 0))

    def denied(self, reason):
        return self.number(f'denied {reason}')


class Seen:
    """A part of a `Robot`."""

    def catalog(self):
        """The newest catalogue: topic to entry."""
        catalogs = self.own_catalogs()
        return {entry.topic: entry for entry in catalogs[-1].entries} if catalogs else {}

    def entry(self, topic, check=lambda entry: True):
        """The entry of a topic, once the newest catalogue has one that fits."""
        return eventually(
            f'{topic} in the catalogue',
            lambda: (entry := self.catalog().get(topic)) and check(entry) and entry,
        )

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
        before, quiet = None, 0
        while quiet < 2:
            now = poll()
            quiet, before = quiet + 1 if now == before else 0, now
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
