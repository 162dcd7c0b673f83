"""What happens in the lobby, once everything runs:
the front desk, the mission, the revocation, maintenance by day and by night.
"""

import json
import re
import subprocess
import sys
import time

import machine
from attempts import AFTER, BEFORE, Attempts
from stage import ROOT, until

REVOKED = 'analytics'


class Acts(Attempts):
    """The acts. Each notes in `self.seen` what was observed, and judges nothing."""

    revoked = REVOKED

    def act(self):
        self.front_desk_looks_guests_up()
        self.tries(BEFORE)
        self.navigation_drives_to_the_desk()
        self.tries(AFTER)
        self.maintenance_drives()

    def front_desk_looks_guests_up(self):
        answers = {}
        for query in ('412', 'okafor', 'nobody'):
            answers[query] = until(
                lambda query=query: self.ask('look_up', who='front_desk', query=query)['answer'],
                'an answer of the reception',
            )
        self.seen['lookups'] = answers
        self.mark(
            f'The front desk looks three guests up: {sum(answer["found"] for answer in answers.values())} are'
            ' found'
        )

    def navigation_drives_to_the_desk(self):
        start, before, used, began = (
            self.pose(),
            self.ask('report'),
            machine.used(machine.descendants()),
            time.monotonic(),
        )
        with open(self.out / 'mission.log', 'w') as log:
            mission = subprocess.Popen(
                [
                    sys.executable,
                    ROOT / 'demo' / 'mission.py',
                    '--domain',
                    str(self.domains['navigation']),
                    '--namespace',
                    '/navigation',
                ],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.stack.callback(mission.kill)
        self.mark('Navigation drives to the reception desk, by redacted camera and lidar')
        repeated = self.intruder.ask('repeat', on=True)['sent']
        until(
            lambda: self.pose()[0] - start[0] > 2 or mission.poll() is not None,
            'the robot to drive two metres',
            timeout=60,
        )
        self.revoke()
        mission.wait(120)  # it has a limit of its own
        # Behind its last word rclpy may complain while the interpreter ends.
        said = (self.out / 'mission.log').read_text().splitlines()
        last = json.loads([line for line in said if line.startswith('{')][-1])
        repeated = self.intruder.ask('repeat', on=False)['sent'] - repeated
        self.seen['machine'] = machine.between(
            used, machine.used(machine.descendants()), time.monotonic() - began
        )
        received = self.ask('report')['told'] - before['told']
        self.seen['mission'] = {**last, 'start': start, 'end': self.pose(), 'received': received}
        self.mark(
            f'Navigation {last["why"]}, {last.get("ahead") or 0:.2f} m away, after {last.get("seconds")} s'
        )
        self.attempt(
            'Each command of the mission, heard and sent again at once',
            'replayed',
            before,
            repeated,
            held=received <= last.get('commands', 0),
            found=f'{received} reached the robot, navigation had sent {last.get("commands")}',
        )

    def revoke(self):
        before = self.ask('report')['counts']
        self.discreet('revoke', REVOKED, '--socket', self.socket)
        at = time.time()
        self.mark(f'discreet revoke {REVOKED}, while the robot drives')
        time.sleep(0.5)  # what was sealed before it has arrived by then
        self.seen['revoked'] = {
            'time': at,
            'pose': self.pose()[:2],
            'before': before,
            'counts': self.ask('report')['counts'],
            'intruder': self.intruder.ask('report'),
        }

    def maintenance_drives(self):
        """By day and by night: whatever the hour is, the next version
        of the policy has the hours the other way round.
        """
        for version in (1, 2):
            if version == 2:
                self.swap_hours()
            allowed = self.explain('maintenance', 'command', '/cmd_vel')['decision'] != 'denied'
            start, before = self.pose(), self.ask('report')
            sent = self.ask('drive', who='maintenance', speed=-0.2, turn=0.0, seconds=2)['sent']
            time.sleep(1.0)
            end, received = self.pose(), self.ask('report')['told'] - before['told']
            moved = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
            hours = re.search(r'maintenance, command: /cmd_vel, hours: "([^"]+)"', self.policy.read_text())[1]
            self.seen['shift'].append(
                {
                    'version': version,
                    'hours': hours,
                    'allowed': allowed,
                    'sent': sent,
                    'received': received,
                    'moved': round(moved, 3),
                }
            )
            self.mark(
                f'Maintenance, whose hours are {hours}, commands 0.2 m/s back: the robot moves {moved:.2f} m'
            )

    def swap_hours(self):
        """The next version of the policy; in one step, as an editor does."""
        text = re.sub(
            r'^version: (\d+)',
            lambda found: f'version: {int(found[1]) + 1}',
            self.policy.read_text(),
            flags=re.M,
        )
        text = re.sub(r'hours: "(\d\d:\d\d)-(\d\d:\d\d)"', r'hours: "\2-\1"', text)
        new = self.policy.with_suffix('.new')
        new.write_text(text)
        new.replace(self.policy)
        until(
            lambda: self.ask('report')['guard']['guard'].get('policy version') == '2',
            'version 2 of the policy',
        )
        self.mark('The policy is switched: version 2 has the hours of maintenance the other way round')
