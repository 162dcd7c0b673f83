"""Runs the hotel lobby: a robot in Gazebo, the guard, four stakeholders and an intruder.

Called by tools/demo. Every claim that it makes is checked against what was received.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time

import checks
import frames
import page
from processes import PROCESSES, STAKEHOLDERS
from scenario import Acts
from stage import BIN, ROOT, Broken, Peer, Stage, has_launch, install_in_place, paint, perform, until

sys.path.append(str(ROOT))
from sim import gazebo, namespace

POLICY, ADAPTER = ROOT / 'policies' / 'lobby.yaml', BIN / 'examples' / 'gazebo_adapter'
# One topic of each kind that each stakeholder is given: when these have come, all is connected.
GIVEN = {
    'navigation': ['/camera/image_raw', '/scan', '/odom'],
    'front_desk': ['/camera/image_raw', '/speech/transcript'],
    'maintenance': ['/camera/depth/image_rect_raw', '/scan', '/rosout', '/diagnostics'],
    'analytics': ['/camera/image_raw', '/speech/transcript'],
}


def main():
    options = parse()
    if options.why_not:
        print(missing() or '', end='')
        return 0
    try:
        namespace.enter()  # gzserver and the robot's own domain are open to whoever can reach them
    except namespace.Unavailable as why:
        raise SystemExit(f'The lobby cannot be run: {why}') from None
    return perform(lambda: Lobby(options.domains), options.keep)


def parse():
    parser = argparse.ArgumentParser(prog='tools/demo', description=__doc__.splitlines()[0])
    parser.add_argument(
        '--keep', action='store_true', help='leave it running until Ctrl-C, and say how to look at it'
    )
    parser.add_argument(
        '--domains',
        type=int,
        nargs=2,
        default=(81, 82),
        metavar=('INNER', 'OUTER'),
        help='ROS domain ids to use, and the next four for the stakeholders (default 81 82)',
    )
    parser.add_argument(
        '--why-not', action='store_true', help='say why the lobby cannot be run here, or nothing if it can'
    )
    return parser.parse_args()


def missing():
    """Why the lobby cannot be run here, or None."""
    if not ADAPTER.exists():
        return f'{ADAPTER.name} is not built: tools/setup --gazebo does that'
    return gazebo.unavailable() or namespace.unavailable()


class Lobby(Stage, Acts):
    """The run, act by act. `self.seen` is what was observed in it,
    and all that the verdict and the page are made of.
    """

    def __init__(self, domains, lockstep=False, policy=POLICY, **where):
        super().__init__(participants=24, **where)
        self.lockstep, self.shipped, self.world = lockstep, policy, None
        self.inner, self.outer = domains
        self.domains = {
            'inside': self.inner,
            'outside': self.outer,
            **{name: self.outer + above for name, above in STAKEHOLDERS.items()},
        }
        self.policy = self.out / 'lobby.yaml'
        self.source = 'Gazebo'
        self.seen = {'events': [], 'attempts': [], 'shift': []}

    def run(self):
        self.start_robot()
        self.start_discreet()
        self.gather()
        self.act()
        self.look()
        summary = checks.judge(self)
        (self.out / 'summary.json').write_text(json.dumps(summary, indent=2) + '\n')
        page.write(self.out / 'index.html', summary)
        print('\n' + checks.report(summary, paint) + '\n')
        self.say(
            'Left in out/: index.html, which shows all of it; summary.json; keeper/audit.log; what each'
            ' program said'
        )
        return summary

    def mark(self, text):
        """An event of the run: said, and kept for the time line."""
        self.seen['events'].append({'time': time.time(), 'text': text})
        self.say(text)

    # Starting

    def start_robot(self):
        self.gazebo = self.stack.enter_context(
            gazebo.Gazebo(self.world, self.lockstep, log=self.out / 'gazebo.log')
        )
        self.adapter = self.start(
            'adapter',
            [ADAPTER, '--json', '--master', f'127.0.0.1:{self.gazebo.port}'],
            ROS_DOMAIN_ID=str(self.inner),
        )
        self.say(
            f'Gazebo has the lobby and the robot in it; its sensors are on the inner domain ({self.inner})'
        )

    def start_discreet(self):
        self.policy.write_bytes(self.shipped.read_bytes())
        self.identity(re.search(r'^robot: (\S+)', self.policy.read_text(), re.M)[1], file='robot')
        for name in (*STAKEHOLDERS, 'stranger'):
            self.identity(name)
        values = {
            'policy': self.policy,
            'identities': self.passphrase.parent,
            'passphrase_file': self.passphrase,
            'state': self.out / 'keeper',
            'inner_domain': self.inner,
            'outer_domain': self.outer,
            **{f'{name}_domain': self.domains[name] for name in STAKEHOLDERS},
        }
        if has_launch():
            prefix = install_in_place(self.out / 'prefix')
            self.start(
                'guard',
                [
                    'ros2',
                    'launch',
                    ROOT / 'launch' / 'demo.launch.py',
                    *(f'{name}:={value}' for name, value in values.items()),
                ],
                AMENT_PREFIX_PATH=f'{prefix}:{self.environment["AMENT_PREFIX_PATH"]}',
            )
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
        self.parties = self.peer('listeners.py', json.dumps(self.domains), self.out / 'frames')
        self.intruder = self.peer('intruder.py', self.outer, self.passphrase.parent)

        def arrived():
            counts = self.ask('report')['counts']
            return all(counts[who].get(topic, 0) for who, topics in GIVEN.items() for topic in topics)

        until(arrived, 'what each stakeholder is given', timeout=40)
        topics = self.ask('topics')
        names = self.intruder.ask('attack', topics=topics)['names']
        self.seen['first'] = self.ask('report')
        self.mark(
            f'Each stakeholder gets its own; an intruder on the outer domain ({self.outer}) listens for'
            f' {names} names'
        )

    def peer(self, script, *arguments):
        return Peer(self.stack, self.log, ROOT / 'demo' / script, *arguments, environment=self.environment)

    def ask(self, word, **options):
        return self.parties.ask(word, **options)

    def pose(self):
        return self.ask('report')['pose'][0][1:]

    def explain(self, who, kind, name):
        done = subprocess.run(
            [BIN / 'discreet', 'explain', self.policy, '--who', who, f'--{kind}', name, '--json'],
            capture_output=True,
            text=True,
        )
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise Broken(f'discreet explain: {done.stderr.strip()}') from None

    def wait(self):
        """Leaves it running, and says how to look at it."""
        print(
            f"""
It runs on. To look, in another terminal, in its network:
  sudo nsenter --target {os.getpid()} --net --ipc --mount bash
  cd {ROOT}; source .ros/env.sh; export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST
  ROS_DOMAIN_ID={self.domains['navigation']} python3 demo/mission.py --namespace /navigation     drive again
  ROS_DOMAIN_ID={self.outer} python3 examples/read_tags.py /battery     what everyone gets, with its tags
  ROS_DOMAIN_ID={self.domains['front_desk']} ros2 topic echo /front_desk/speech/transcript
  target/release/discreet who --socket {self.socket}
  target/release/discreet grant analytics --socket {self.socket}
  target/release/discreet audit show --follow {self.socket.parent}/audit.log
  edit out/lobby.yaml                                     raise `version:`, save, and the guard follows
For Foxglove or a browser, start a bridge there, in the domain of the stakeholder whose eyes you want:
  ROS_DOMAIN_ID={self.domains['maintenance']} ros2 launch foxglove_bridge foxglove_bridge_launch.xml
  ROS_DOMAIN_ID={self.domains['maintenance']} ros2 launch rosbridge_server rosbridge_websocket_launch.xml
`ros2` is there where the tools of ROS are installed. Ctrl-C ends it.""",
            flush=True,
        )
        while True:
            time.sleep(0.5)
            self.gazebo.check()

    def look(self):
        """What everybody has at the end."""
        time.sleep(1.5)  # for diagnostics to have counted everything
        self.seen |= {
            'report': self.ask('report'),
            'intruder': self.intruder.ask('report'),
            'path': self.ask('path'),
            'told': self.ask('told'),
            'times': self.ask('times'),
            'delays': self.ask('delays', topic='/camera/image_raw'),
        }
        self.seen['said'] = {
            topic: self.ask('said', topic=topic)
            for topic in ('/speech/transcript', '/rosout', '/diagnostics')
        }
        self.seen['pictures'] = frames.choose(self.ask, self.seen['revoked']['time'])
        self.seen['faces'] = frames.compare(self.ask, self.seen['path'])
        self.say('The run is over')


if __name__ == '__main__':
    sys.exit(main())
