"""The scenario, once all processes run:
the front desk, the mission, the revocation, goals, maintenance by day and by night.
"""

import json
import re
import subprocess
import sys
import time

import frames
import machine
from attempts import AFTER, BEFORE, Attempts
from errands import Errands
from run import Revocation, Shift
from stage import ROOT, until

REVOKED = 'analytics'


class Scenario:
    """The acts. Each records its observations in `run`, without judgement."""

    def __init__(self, run, stage, deployment, listeners, intruder, pose):
        """`listeners` and `intruder` are processes that answer requests; `pose` returns the robot's pose."""
        self.run, self.stage, self.deployment = run, stage, deployment
        self.listeners, self.intruder, self.pose = listeners, intruder, pose
        self.attempts = Attempts(run, listeners, intruder, pose)

    def play(self):
        self.front_desk_looks_guests_up()
        self.attempts.make(BEFORE)
        self.navigation_drives_to_the_desk()
        self.attempts.make(AFTER)
        Errands(self.run, self.listeners, self.attempts).send_all()
        self.maintenance_drives()

    def front_desk_looks_guests_up(self):
        for query in ('412', 'okafor', 'nobody'):
            self.run.lookups[query] = self.looked_up(query)
        found = sum(answer['found'] for answer in self.run.lookups.values())
        self.run.mark(f'The front desk looks three guests up: {found} are found')

    def looked_up(self, query):
        return until(
            lambda: self.listeners.ask('look_up', who='front_desk', query=query)['answer'],
            'an answer of the reception',
        )

    def navigation_drives_to_the_desk(self):
        start, before = self.pose(), self.listeners.ask('report')
        used, began = machine.used(machine.descendants()), time.monotonic()
        said = self.stage.out / 'mission.log'
        with open(said, 'w') as log:
            mission = subprocess.Popen(
                [
                    sys.executable,
                    ROOT / 'demo' / 'mission.py',
                    '--domain',
                    str(self.deployment.domains['navigation']),
                    '--namespace',
                    '/navigation',
                ],
                env=self.stage.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.stage.stack.callback(mission.kill)
        self.run.mark('Navigation drives to the reception desk, by redacted camera and lidar')
        repeated = self.intruder.ask('repeat', on=True)['sent']
        until(
            lambda: self.pose()[0] - start[0] > 2 or mission.poll() is not None,
            'the robot to drive two metres',
            timeout=60,
        )
        self.revoke()
        mission.wait(120)  # it has its own time limit
        # rclpy may print errors after the last line, while the interpreter ends.
        last = json.loads([line for line in said.read_text().splitlines() if line.startswith('{')][-1])
        repeated = self.intruder.ask('repeat', on=False)['sent'] - repeated
        self.run.machine = machine.between(
            used, machine.used(machine.descendants()), time.monotonic() - began
        )
        received = self.listeners.ask('report')['told'] - before['told']
        self.run.mission = {**last, 'start': start, 'end': self.pose(), 'received': received}
        self.run.mark(
            f'Navigation {last["why"]}, {last.get("ahead") or 0:.2f} m away, after {last.get("seconds")} s'
        )
        self.attempts.note(
            'Each command of the mission, heard and sent again at once',
            'replayed',
            before,
            repeated,
            held=received <= last.get('commands', 0),
            found=f'{received} reached the robot, navigation had sent {last.get("commands")}',
        )

    def revoke(self):
        self.stage.discreet('revoke', REVOKED, '--socket', self.stage.socket)
        at = time.time()
        self.run.mark(f'discreet revoke {REVOKED}, while the robot drives')
        time.sleep(0.5)  # until messages sealed before have arrived
        self.run.revocation = Revocation(
            time=at,
            pose=self.pose()[:2],
            counts=self.listeners.ask('report')['counts'],
            intruder=self.intruder.ask('report'),
        )

    def maintenance_drives(self):
        """Within and outside of its hours: the next version of the policy
        has the opposite hours, independent of the time of the run.
        """
        for version in (1, 2):
            if version == 2:
                self.swap_hours()
            decision = self.deployment.explain('maintenance', 'command', '/cmd_vel')['decision']
            start, before = self.pose(), self.listeners.ask('report')
            done = self.listeners.ask('drive', who='maintenance', speed=-0.2, turn=0.0, seconds=2)
            time.sleep(1.0)
            end, received = self.pose(), self.listeners.ask('report')['told'] - before['told']
            moved = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
            policy = self.deployment.policy.read_text()
            hours = re.search(r'maintenance, command: /cmd_vel, hours: "([^"]+)"', policy)[1]
            self.run.shifts.append(
                Shift(version, hours, decision != 'denied', done['sent'], received, round(moved, 3))
            )
            self.run.mark(
                f'Maintenance, whose hours are {hours}, commands 0.2 m/s back: the robot moves {moved:.2f} m'
            )

    def swap_hours(self):
        """The next version of the policy; replaced by a rename, as editors do."""
        policy = self.deployment.policy
        text = re.sub(
            r'^version: (\d+)', lambda found: f'version: {int(found[1]) + 1}', policy.read_text(), flags=re.M
        )
        text = re.sub(r'hours: "(\d\d:\d\d)-(\d\d:\d\d)"', r'hours: "\2-\1"', text)
        new = policy.with_suffix('.new')
        new.write_text(text)
        new.replace(policy)
        until(
            lambda: self.listeners.ask('report')['guard']['guard'].get('policy version') == '2',
            'version 2 of the policy',
        )
        self.run.mark('The policy is switched: version 2 has the opposite hours for maintenance')

    def collect(self):
        """Records the final counts of all parties."""
        time.sleep(1.5)  # until diagnostics have counted all messages
        ask, run = self.listeners.ask, self.run
        run.last, run.intruder, run.path = ask('report'), self.intruder.ask('report'), ask('path')
        run.told, run.times, run.delays = ask('told'), ask('times'), ask('delays', topic=frames.CAMERA)
        run.said = {
            topic: ask('said', topic=topic) for topic in ('/speech/transcript', '/rosout', '/diagnostics')
        }
        run.pictures = frames.choose(ask, run.revocation.time)
        run.faces = frames.compare(ask, run.path)
        run.say('The run is complete')
