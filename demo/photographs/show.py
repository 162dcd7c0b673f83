"""The demo without Gazebo: a robot whose cameras show photographs, the guard, two observers outside.

Every claim is checked against the messages that the observers received. Called by tools/demo, after set-up.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import sys
import time

import picture
from judge import SPEECH, Judge
from scene import CAMERA, JPEGS
from stage import BIN, ROOT, Broken, Peer, Stage, end, has_launch, install_in_place, paint, perform, until

POLICY, WITHDRAWN = ROOT / 'policies' / 'hotel.yaml', '/camera/floor/image_raw'


def main():
    arguments = parse()
    return perform(lambda: Demo(arguments), arguments.keep)


def parse():
    parser = argparse.ArgumentParser(
        prog='tools/demo',
        description=__doc__.splitlines()[0],
        epilog=(
            'Leaves demo.png, inside.png, outside.png, summary.json, audit.log and guard.log in out/. Exit'
            ' status: 0 if all that is claimed was seen to be so, 1 if not, 2 for a wrong argument.'
        ),
    )
    parser.add_argument(
        '--keep', action='store_true', help='leave it running until Ctrl-C, and print commands to inspect it'
    )
    parser.add_argument(
        '--seconds', type=float, default=12, help='seconds for which each policy is in force (default 12)'
    )
    parser.add_argument(
        '--domains',
        type=int,
        nargs=2,
        default=(81, 82),
        metavar=('INNER', 'OUTER'),
        help='ROS domain ids to use, and the next one for the front desk (default 81 82)',
    )
    return parser.parse_args()


def together(peers, word):
    """Asks all at the same time, so that their counts are comparable."""
    for peer in peers.values():
        peer.tell(word)
    return {name: peer.answer() for name, peer in peers.items()}


class Demo(Stage):
    """The run."""

    def __init__(self, arguments):
        super().__init__(participants=8)
        self.inner, self.outer = arguments.domains
        self.own = self.outer + 1  # the front desk's domain
        self.seconds, self.keep = arguments.seconds, arguments.keep
        self.frames = self.out / 'frames'

    def peer(self, script, *arguments, domain):
        return Peer(
            self.stack,
            self.log,
            pathlib.Path(__file__).parent / script,
            domain,
            *arguments,
            environment=self.environment,
        )

    def run(self):
        self.say('Photographs are shown to the robot; nothing here is simulated')
        self.say(
            f'The robot starts on the inner domain ({self.inner}): two cameras, lidar, odometry, map, speech,'
            ' payment'
        )
        robot = self.robot = self.peer('robot.py', domain=self.inner)
        inside = self.peer('observe.py', 'inside', self.frames, domain=self.inner)
        robot.ask('report')  # its latched topics are published before the observers start

        policy = self.out / 'hotel.yaml'
        policy.write_bytes(POLICY.read_bytes())
        self.start_keeper(policy)
        self.say('The keeper starts with the identity of the robot; the front desk has its own identity')
        self.say(f'The guard starts between the domains: {self.start_guard(policy)}')
        self.start_unsealer()
        desk = self.peer('observe.py', 'desk', self.frames, domain=self.own)
        self.say(f'The unsealer of the front desk publishes opened messages on domain {self.own}')
        consumer = self.peer('observe.py', 'consumer', self.frames, domain=self.outer)
        intruder = self.peer('observe.py', 'intruder', self.frames, domain=self.outer)
        until(
            lambda: {'/scan', '/odom', '/map', WITHDRAWN, CAMERA, JPEGS} <= set(consumer.ask('ready')),
            'the topics of the catalogue on the outer domain',
        )
        published = set(robot.ask('report')['published'])
        until(lambda: published <= set(inside.ask('topics')), 'the topics of the robot on the inner domain')
        topics = inside.ask('topics')
        intruder.ask('attack', topics=topics)
        self.say(
            f'A consumer on the outer domain ({self.outer}) takes what the catalogue offers; '
            f'an intruder asks for all {len(topics)} inner topics and sends commands'
        )
        time.sleep(1)
        until(
            lambda: all(redactor(inside, camera) for camera in (CAMERA, JPEGS)),
            'a redactor for each camera',
            timeout=30,
        )
        self.say(
            'For each of the two topics with guests the guard has started a redactor, which looks for faces'
        )

        until(lambda: f'/front_desk{SPEECH}' in desk.ask('topics'), 'what the front desk opens')
        peers = {'inside': inside, 'consumer': consumer, 'intruder': intruder, 'robot': robot, 'desk': desk}

        def look():
            return together(peers, 'report')

        def frames():
            shown = together({'inside': inside, 'outside': consumer}, 'show')
            shown['inside'] |= inside.ask('shot', at=shown['outside']['at'])
            return shown

        first = look()
        version = first['consumer']['policy_version']
        robot.ask('go')
        self.say(f'The robot drives, under version {version} of the policy')
        time.sleep(self.seconds)
        before, shown = look(), frames()
        rule = withdraw(policy)
        self.say(f'The policy is switched while it drives: version {version + 1} adds  {rule}')
        until(
            lambda: consumer.ask('report')['policy_version'] == version + 1,
            'the new version in the catalogue',
        )
        time.sleep(1)  # until messages decided before the switch have arrived
        after = look()
        self.say(f'Version {version + 1} is in force')
        time.sleep(self.seconds / 2)
        until(lambda: redactor(inside, CAMERA), f'the redactor of {CAMERA}')
        killed = self.kill(redactor(inside, CAMERA))
        self.say(f'kill -9 {killed["pid"]}: the redactor of {CAMERA}')
        time.sleep(self.seconds / 4)
        self.discreet('revoke', 'front_desk', '--socket', self.socket)
        time.sleep(0.3)  # until messages sealed before have arrived
        revoked = look()
        self.say('discreet revoke front_desk')
        time.sleep(self.seconds / 4)
        robot.ask('stop')
        time.sleep(1.5)  # until diagnostics have counted all messages
        last = look()
        if self.keep:
            self.say('The robot stops')
        else:
            end(self.guard)
            self.say('The robot and the guard stop')

        judge = Judge(BIN, topics, before, last)
        judge.phase(POLICY, version, first, before, only=WITHDRAWN)
        judge.phase(policy, version + 1, after, last, only=WITHDRAWN)
        judge.phase(POLICY, version, first, last, without=WITHDRAWN)
        judge.cameras(self.out / 'audit.log', killed)
        judge.desk(revoked)
        summary = judge.summary(self.out / 'audit.log', WITHDRAWN, version + 1)
        summary |= {
            'source': 'photographs, not a simulation',
            'versions': [version, version + 1],
            'seconds': round(time.monotonic() - self.began, 1),
        }
        (self.out / 'summary.json').write_text(json.dumps(summary, indent=2) + '\n')
        print('\n' + judge.report(summary, paint) + '\n')
        if all(claim['holds'] for claim in summary['claims']):  # otherwise no picture is drawn
            picture.draw(self.out, summary, shown)
            self.say('Results in out/: demo.png, inside.png, outside.png, summary.json, audit.log, guard.log')
        else:
            self.say('Results in out/: summary.json, audit.log, guard.log, frames')
        return summary

    def start_keeper(self, policy):
        robot = re.search(r'^robot: (\S+)', policy.read_text(), re.M)[1]
        self.robot_key, self.desk_key = self.identity(robot), self.identity('front_desk')
        self.start(
            'keeper',
            [
                BIN / 'keeper',
                '--policy',
                policy,
                '--identity',
                self.robot_key,
                '--passphrase-file',
                self.passphrase,
                '--state',
                self.out / 'keeper',
                '--socket',
                self.socket,
                '--new-state',
                '--same-user',
            ],
        )
        until(self.socket.exists, 'the keeper; see out/keeper.log')

    def start_unsealer(self):
        given = {
            'identity': self.desk_key,
            'passphrase_file': self.passphrase,
            'robot': self.robot_key.with_suffix('.pub'),
            'outer_domain': self.outer,
        }
        arguments = [word for name, value in given.items() for word in ('-p', f'{name}:={value}')]
        self.start('unsealer', [BIN / 'unsealer', '--ros-args', *arguments], ROS_DOMAIN_ID=str(self.own))

    def start_guard(self, policy):
        """Starts the guard by the launch file if that is possible, otherwise with the same parameters."""
        audit, variables = self.out / 'audit.log', {'ROS_DOMAIN_ID': str(self.inner)}
        if has_launch():
            prefix = install_in_place(self.out / 'prefix')
            variables['AMENT_PREFIX_PATH'] = f'{prefix}:{self.environment["AMENT_PREFIX_PATH"]}'
            transport = 'tuned' if 'FASTRTPS_DEFAULT_PROFILES_FILE' in self.environment else 'default'
            command = [
                'ros2',
                'launch',
                ROOT / 'launch' / 'discreet.launch.py',
                f'policy:={policy}',
                f'audit:={audit}',
                f'inner_domain:={self.inner}',
                f'outer_domain:={self.outer}',
                f'keeper:={self.socket}',
                f'transport:={transport}',
            ]
            how = 'ros2 launch launch/discreet.launch.py'
        else:
            command = [
                BIN / 'guard',
                '--ros-args',
                '--params-file',
                ROOT / 'launch' / 'guard.params.yaml',
                '-p',
                f'policy:={policy}',
                '-p',
                f'audit:={audit}',
                '-p',
                f'keeper:={self.socket}',
                '-p',
                f'outer_domain:={self.outer}',
            ]
            how = 'there is no `ros2 launch` here, so the program with the same parameters'
        self.guard = self.start('guard', command, **variables)
        return how

    def kill(self, pid):
        """Kills a redactor, but only one that this guard has started."""
        name = pathlib.Path(f'/proc/{pid}/comm').read_text().strip()
        if name != 'redactor' or os.getsid(pid) != self.guard.pid:
            raise Broken(f'process {pid} is not a redactor of this guard')
        os.kill(pid, signal.SIGKILL)
        return {'pid': pid, 'at': time.time()}

    def wait(self):
        local = ' '.join(
            f'{name}={self.environment[name]}'
            for name in ('ROS_AUTOMATIC_DISCOVERY_RANGE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
            if name in self.environment
        )
        print(
            f"""
The demo keeps running, and the robot drives again. To inspect it, open another terminal:
  source .ros/env.sh; export {local}
  ROS_DOMAIN_ID={self.outer} python3 examples/read_tags.py /scan     the data of a consumer
  ROS_DOMAIN_ID={self.outer} ros2 topic list       the same with the tools of ROS, where they are installed
  target/release/discreet audit show out/audit.log        the audit log
  target/release/discreet who --socket out/keeper/keeper.sock       who can open what now
  edit out/hotel.yaml                                     raise `version:` and save: the guard reloads it
Ctrl-C ends the demo.""",
            flush=True,
        )
        self.robot.ask('go')
        self.guard.wait()


def withdraw(policy):
    """Writes the next version of a policy, which denies one topic to everyone;
    replaced by a rename, as editors do.
    """
    text = policy.read_text()
    text = re.sub(r'^version: (\d+)', lambda found: f'version: {int(found[1]) + 1}', text, flags=re.M)
    rule = f'  - {{ who: everyone, read: {WITHDRAWN}, deny: true }}'
    text = re.sub(r'^(rules:.*)$', lambda found: f'{found[1]}\n{rule}', text, flags=re.M)
    new = policy.with_suffix('.new')
    new.write_text(text)
    os.replace(new, policy)
    return rule.strip()


def redactor(inside, topic):
    """The redactor process of a camera, once it is ready; from diagnostics."""
    state = inside.ask('report')['guard'].get(topic, {}).get('redactor', '')
    found = re.match(r'(?:ready|late), process (\d+)', state)
    return found and int(found[1])


if __name__ == '__main__':
    sys.exit(main())
