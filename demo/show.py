"""Runs the hotel lobby: a robot in Gazebo, the guard, four stakeholders and an intruder. Called by tools/demo.

Every claim that it makes is checked against what was received.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

from processes import PROCESSES, STAKEHOLDERS
from stage import BIN, ROOT, Broken, Peer, Stage, end, has_launch, install_in_place, paint, perform, until
import machine

sys.path.insert(0, str(ROOT / 'sim'))
import gazebo     # noqa: E402
import namespace  # noqa: E402

POLICY, CAMERA, DEPTH, SPEECH = ROOT / 'policies' / 'lobby.yaml', '/camera/image_raw', '/camera/depth/image_rect_raw', '/speech/transcript'
LOOKUP, REVOKED = '/guests/lookup', 'analytics'
GIVEN = {'navigation': [CAMERA, '/scan', '/odom'], 'front_desk': [CAMERA, SPEECH], 'analytics': [CAMERA, SPEECH],
         'maintenance': [DEPTH, '/scan', '/rosout', '/diagnostics']}


def main():
    options = parse()
    try:
        namespace.enter()   # its network is its own: gzserver and the robot's domain are open to whoever can reach them
    except namespace.Unavailable as why:
        raise SystemExit(f'The lobby cannot be run: {why}')
    return perform(lambda: Lobby(options), options.keep)


def parse():
    parser = argparse.ArgumentParser(prog='tools/demo', description=__doc__.splitlines()[0])
    parser.add_argument('--keep', action='store_true', help='leave it running until Ctrl-C, and say how to look at it')
    parser.add_argument('--domains', type=int, nargs=2, default=(81, 82), metavar=('INNER', 'OUTER'),
                        help='ROS domain ids to use, and the next four for the stakeholders (default 81 82)')
    return parser.parse_args()


class Lobby(Stage):
    """The run, act by act. `self.seen` is what was observed in it, and all that the verdict and the page are made of."""

    def __init__(self, options):
        super().__init__(participants=24)
        self.inner, self.outer = options.domains
        self.domains = {'inside': self.inner, 'outside': self.outer,
                        **{name: self.outer + above for name, above in STAKEHOLDERS.items()}}
        self.policy = self.out / 'lobby.yaml'
        self.seen = {'events': [], 'attempts': [], 'shift': []}

    def run(self):
        self.start_robot()
        self.start_discreet()
        self.gather()
        self.front_desk_looks_guests_up()
        self.intruder_tries('before')
        self.navigation_drives_to_the_desk()
        self.intruder_tries('after')
        self.maintenance_drives()
        self.look()
        import page
        import verdict
        summary = verdict.judge(self)
        (self.out / 'summary.json').write_text(json.dumps(summary, indent=2) + '\n')
        page.write(self.out / 'index.html', summary)
        print('\n' + verdict.report(summary, paint) + '\n')
        self.say('Left in out/: index.html, the page to look at; summary.json, audit.log, guard.log')
        return summary

    def mark(self, text):
        """An event of the run: said, and kept for the time line."""
        self.seen['events'].append({'time': time.time(), 'text': text})
        self.say(text)

    # Starting

    def start_robot(self):
        self.gazebo = self.stack.enter_context(gazebo.Gazebo(log=self.out / 'gazebo.log'))
        adapter = BIN / 'examples' / 'gazebo_adapter'
        self.start('adapter', [adapter, '--master', f'127.0.0.1:{self.gazebo.port}'], ROS_DOMAIN_ID=str(self.inner))
        self.say(f'Gazebo has the lobby and the robot in it; its sensors are on the inner domain ({self.inner})')

    def start_discreet(self):
        self.policy.write_bytes(POLICY.read_bytes())
        self.identity(re.search(r'^robot: (\S+)', self.policy.read_text(), re.M)[1], file='robot')
        for name in (*STAKEHOLDERS, 'stranger'):
            self.identity(name)
        values = {'policy': self.policy, 'identities': self.passphrase.parent, 'passphrase_file': self.passphrase,
                  'state': self.out / 'keeper', 'inner_domain': self.inner, 'outer_domain': self.outer,
                  **{f'{name}_domain': self.domains[name] for name in STAKEHOLDERS}}
        if has_launch():
            prefix = install_in_place(self.out / 'prefix')
            self.start('guard', ['ros2', 'launch', ROOT / 'launch' / 'demo.launch.py',
                                 *(f'{name}:={value}' for name, value in values.items())],
                       AMENT_PREFIX_PATH=f'{prefix}:{self.environment["AMENT_PREFIX_PATH"]}')
            how = 'ros2 launch launch/demo.launch.py'
        else:
            for process in PROCESSES:
                filled = process.fill(values)
                domain = {'ROS_DOMAIN_ID': filled.domain} if filled.domain else {}
                self.start(process.name, filled.command(BIN, ROOT / 'demo'), **domain)
                if process.name == 'keeper':
                    until(self.socket.exists, 'the keeper; see out/keeper.log')
            how = 'there is no `ros2 launch` here, so the same programs from the same table'
        self.say(f'Guard, keeper, four unsealers and three commanders start: {how}')

    def gather(self):
        """The parties' own nodes, and the intruder's."""
        self.parties = self.peer('parties.py', json.dumps(self.domains), self.out / 'frames')
        self.intruder = self.peer('intruder.py', self.outer, self.passphrase.parent)
        self.report = self.ask('report')

        def arrived():
            counts = self.ask('report')['counts']
            return all(counts[who].get(topic, 0) for who, topics in GIVEN.items() for topic in topics)

        until(arrived, 'what each stakeholder is given', timeout=40)
        topics = self.ask('topics')
        names = self.intruder.ask('attack', topics=topics)['names']
        self.mark(f'Each stakeholder gets its own; an intruder on the outer domain ({self.outer}) listens for {names} names')

    def peer(self, script, *arguments):
        return Peer(self.stack, self.log, ROOT / 'demo' / script, *arguments, environment=self.environment)

    def ask(self, word, **options):
        return self.parties.ask(word, **options)

    def pose(self):
        return self.ask('report')['pose'][0][1:]

    # The acts

    def front_desk_looks_guests_up(self):
        answers = {}
        for query in ('412', 'okafor', 'nobody'):
            answers[query] = until(lambda: self.ask('look_up', who='front_desk', query=query)['answer'], 'an answer of the reception')
        self.seen['lookups'] = answers
        self.mark(f'The front desk looks up three guests: {sum(answer["found"] for answer in answers.values())} are found')

    def navigation_drives_to_the_desk(self):
        start = self.pose()
        before, used, mark = self.ask('report'), machine.used(self.children()), time.monotonic()
        log = self.stack.enter_context(open(self.out / 'mission.log', 'w'))
        mission = subprocess.Popen(
            [sys.executable, ROOT / 'demo' / 'mission.py', '--domain', str(self.domains['navigation']), '--namespace', '/navigation'],
            env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True)
        self.stack.callback(mission.kill)
        self.mark('Navigation drives to the reception desk, by redacted camera and lidar, from its own domain')
        self.intruder.ask('repeat', on=True)
        until(lambda: self.pose()[0] - start[0] > 2 or mission.poll() is not None, 'the robot to drive two metres', timeout=60)
        self.revoke()
        lines = [json.loads(line) for line in mission.stdout]
        mission.wait(10)
        repeated = self.intruder.ask('repeat', on=False)['sent']
        seconds, after = time.monotonic() - mark, self.ask('report')
        self.seen['machine'] = machine.between(used, machine.used(self.children()), seconds)
        received = after['told'] - before['told']
        self.seen['mission'] = {**lines[-1], 'start': start, 'end': self.pose(), 'received': received, 'cpu_seconds': seconds}
        self.mark(f'Navigation: {lines[-1]["why"]}, {lines[-1].get("ahead") or 0:.2f} m ahead, after {lines[-1].get("seconds")} s')
        self.attempt('Each of its commands, heard and sent again at once', 'replayed', before, {'sent': repeated},
                     held=received <= lines[-1].get('commands', 0),
                     found=f'the robot received {received} of the {lines[-1].get("commands")} that navigation sent')

    def revoke(self):
        before = self.ask('report')
        self.discreet('revoke', REVOKED, '--socket', self.socket)
        at = time.time()
        self.mark(f'discreet revoke {REVOKED}, while the robot drives')
        time.sleep(0.5)    # what was sealed before it has arrived by then
        settled = self.ask('report')
        stolen = self.intruder.ask('report')
        self.seen['revoked'] = {'time': at, 'before': before['counts'], 'counts': settled['counts'], 'intruder': stolen['opened']}

    def intruder_tries(self, when):
        if when == 'before':
            self.try_command('garbage', 'Random bytes as a sealed command', 'other_receiver')
            self.try_command('stranger', 'A command sealed and signed with its own identity', 'unknown_sender')
            self.try_command('vendor', "A command signed with the vendor's identity, which may not drive", 'no_rule')
            self.try_call('analytics', "A call of /guests/lookup with the vendor's identity", 'rule_denies')
            self.try_call('stranger', 'A call of /guests/lookup with its own identity', 'unknown_sender')
            return
        self.try_command('too_fast', "A command with navigation's stolen identity, at more than 1.5 m/s", 'over_limit')
        self.try_command('hold_back', 'Commands of navigation, held back for three seconds', 'late', wait=3, then='deliver')
        self.try_command('replay', 'The last thirty commands of the mission, sent again', 'late')
        self.try_command('vendor', "A command with the vendor's identity, after its revocation", 'unknown_sender')

    def try_command(self, word, title, reason, wait=0, then=None):
        before, pose = self.ask('report'), self.pose()
        done = self.intruder.ask(word)
        if then:
            time.sleep(wait)
            self.intruder.ask(then)
        after = self.counted(before, '/cmd_vel/command', reason, 1)
        moved = max(abs(now - then) for now, then in zip(self.pose(), pose))
        marks = [round(speed, 6) for speed in done.get('speeds', [])]
        arrived = [told for told in self.ask('told', since=before['told']) if not marks or told[1] in marks]
        self.attempt(title, reason, before, done, held=not arrived and moved < 0.02,
                     found=f'{len(arrived)} reached the robot, which moved {moved * 100:.0f} cm', after=after)

    def try_call(self, who, title, reason):
        before, done = self.ask('report'), self.intruder.ask('call', who=who)
        answer = until(lambda: (said := self.intruder.ask('answer'))['refused'] and said, 'an answer to the intruder')
        self.attempt(title, reason, before, done, held=not answer['answered'] and not answer['reaches'],
                     found=f'answered: {", ".join(answer["refused"]) or "guest data"}; {len(answer["reaches"])} inner services reached',
                     after=self.counted(before, f'{LOOKUP}/call', reason, 1))

    def counted(self, before, entrance, reason, least):
        """Waits until the guard's diagnostics count a refusal more than before; gives what they say then."""
        refused = lambda report: int(report['guard'].get(entrance, {}).get(f'refused {reason}', 0))
        end = time.monotonic() + 4
        while True:
            report = self.ask('report')
            if refused(report) - refused(before) >= least or time.monotonic() > end:
                return report
            time.sleep(0.1)

    def attempt(self, title, reason, before, done, held, found, after=None):
        """Notes an attempt: what was tried, what became of it, and what the guard says of it."""
        entrance = f'{LOOKUP}/call' if 'lookup' in title else '/cmd_vel/command'
        after = after or self.counted(before, entrance, reason, 1)
        refusals = {key.removeprefix('refused '): int(value) - int(before['guard'].get(entrance, {}).get(key, 0))
                    for key, value in after['guard'].get(entrance, {}).items() if key.startswith('refused ')}
        refusals = {name: count for name, count in refusals.items() if count}
        self.seen['attempts'].append({'title': title, 'sent': done['sent'], 'found': found, 'refusals': refusals,
                                      'expected': reason, 'held': bool(held) and refusals.get(reason, 0) > 0})
        self.mark(f'Intruder: {title}: {found}')

    def maintenance_drives(self):
        """By day, and by night: whatever the hour is, the next version of the policy has the hours the other way round."""
        for version in (1, 2):
            if version == 2:
                self.swap_hours()
            allowed = self.explain('maintenance', 'command', '/cmd_vel')['decision'] != 'denied'
            start, before = self.pose(), self.ask('report')
            sent = self.ask('drive', who='maintenance', speed=-0.2, turn=0.0, seconds=2)['sent']
            time.sleep(1.0)
            moved = ((self.pose()[0] - start[0])**2 + (self.pose()[1] - start[1])**2) ** 0.5
            received = self.ask('report')['told'] - before['told']
            hours = re.search(r'maintenance, command: /cmd_vel, hours: "([^"]+)"', self.policy.read_text())[1]
            self.seen['shift'].append({'version': version, 'hours': hours, 'allowed': allowed, 'sent': sent, 'received': received,
                                       'moved': round(moved, 3)})
            self.mark(f'Maintenance commands 0.2 m/s back, allowed at {hours}: the robot moved {moved:.2f} m')

    def swap_hours(self):
        text = self.policy.read_text()
        text = text.replace('version: 1 ', 'version: 2 ').replace('version: 1\n', 'version: 2\n')
        text = re.sub(r'hours: "(\d\d:\d\d)-(\d\d:\d\d)"', r'hours: "\2-\1"', text)
        new = self.policy.with_suffix('.new')
        new.write_text(text)
        new.replace(self.policy)
        until(lambda: 'version 2' in self.ask('report')['guard']['guard']['message'], 'version 2 of the policy')
        self.mark('The policy is switched: version 2 has the hours of maintenance the other way round')

    def explain(self, who, kind, name):
        done = subprocess.run([BIN / 'discreet', 'explain', self.policy, '--who', who, f'--{kind}', name, '--json'],
                              capture_output=True, text=True)
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise Broken(f'discreet explain: {done.stderr.strip()}') from None

    def look(self):
        """What everybody has at the end."""
        self.seen |= {'report': self.ask('report'), 'intruder': self.intruder.ask('report'), 'path': self.ask('path'),
                      'times': self.ask('times'), 'delays': self.ask('delays', topic=CAMERA)}
        self.seen['said'] = {topic: self.ask('said', topic=topic) for topic in (SPEECH, '/rosout', '/diagnostics')}
        self.seen['kept'] = {topic: self.ask('kept', topic=topic) for topic in (CAMERA, DEPTH)}

    def children(self):
        return machine.descendants()


if __name__ == '__main__':
    sys.exit(main())
