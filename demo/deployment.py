"""The lobby's robot and the programs of Discreet, started on a stage."""

import json
import re
import subprocess
import sys

from processes import PROCESSES, STAKEHOLDERS
from stage import BIN, ROOT, Broken, Peer, has_launch, install_in_place, until

sys.path.append(str(ROOT))
from sim import gazebo, namespace

POLICY, ADAPTER = ROOT / 'policies' / 'lobby.yaml', BIN / 'examples' / 'gazebo_adapter'
# One topic of each kind that each stakeholder may have: once these arrive, all parties are connected.
GIVEN = {
    'navigation': ['/camera/image_raw', '/scan', '/odom'],
    'front_desk': ['/camera/image_raw', '/speech/transcript'],
    'maintenance': ['/camera/depth/image_rect_raw', '/scan', '/rosout', '/diagnostics'],
    'analytics': ['/camera/image_raw', '/speech/transcript'],
}


def missing():
    """The reason why the lobby cannot run here, or None."""
    if not ADAPTER.exists():
        return f'{ADAPTER.name} is not built: tools/setup --gazebo does that'
    return gazebo.unavailable() or namespace.unavailable()


class Deployment:
    """Gazebo with the robot in it, its guard and keeper, each stakeholder's unsealer and commander,
    the listeners and the intruder.
    """

    def __init__(self, stage, domains, *, policy=POLICY, world=None, lockstep=False):
        """`domains`: the inner and the outer one; those of the stakeholders follow. `world` is a file, by
        default the described lobby; in `lockstep` simulated time waits for the frames.
        """
        self.stage, self.shipped, self.world, self.lockstep = stage, policy, world, lockstep
        self.inner, self.outer = domains
        self.domains = {
            'inside': self.inner,
            'outside': self.outer,
            **{name: self.outer + above for name, above in STAKEHOLDERS.items()},
        }
        self.policy = stage.out / 'lobby.yaml'
        self.gazebo = self.adapter = None

    def start_robot(self):
        stage = self.stage
        self.gazebo = stage.stack.enter_context(
            gazebo.Gazebo(self.world, self.lockstep, log=stage.out / 'gazebo.log')
        )
        self.adapter = stage.start(
            'adapter',
            [ADAPTER, '--json', '--master', f'127.0.0.1:{self.gazebo.port}'],
            ROS_DOMAIN_ID=str(self.inner),
        )
        stage.say(
            f'Gazebo has the lobby and the robot in it; its sensors are on the inner domain ({self.inner})'
        )

    def start_discreet(self):
        stage = self.stage
        self.policy.write_bytes(self.shipped.read_bytes())
        stage.identity(re.search(r'^robot: (\S+)', self.policy.read_text(), re.M)[1], file='robot')
        for name in (*STAKEHOLDERS, 'stranger'):
            stage.identity(name)
        values = {
            'policy': self.policy,
            'identities': stage.passphrase.parent,
            'passphrase_file': stage.passphrase,
            'state': stage.out / 'keeper',
            'inner_domain': self.inner,
            'outer_domain': self.outer,
            **{f'{name}_domain': self.domains[name] for name in STAKEHOLDERS},
        }
        if has_launch():
            prefix = install_in_place(stage.out / 'prefix')
            stage.start(
                'guard',
                [
                    'ros2',
                    'launch',
                    ROOT / 'launch' / 'demo.launch.py',
                    *(f'{name}:={value}' for name, value in values.items()),
                ],
                AMENT_PREFIX_PATH=f'{prefix}:{stage.environment["AMENT_PREFIX_PATH"]}',
            )
            how = 'ros2 launch launch/demo.launch.py'
        else:
            for process in PROCESSES:
                filled = process.fill(values)
                domain = {'ROS_DOMAIN_ID': filled.domain} if filled.domain else {}
                stage.start(process.name, filled.command(BIN, ROOT / 'demo'), **domain)
                if process.name == 'keeper':
                    until(stage.socket.exists, 'the keeper; see out/keeper.log')
            how = 'there is no `ros2 launch` here, so the same programs from the same table'
        stage.say(f'Guard, keeper, four unsealers and three commanders start: {how}')

    def start_listeners(self, watched=None, frames=None):
        """The process that records the messages of each party. `watched`: names and domains, by default all.
        Frames are kept if a folder is given.
        """
        domains = json.dumps(self.domains if watched is None else watched)
        return self.peer('listeners.py', domains, *([frames] if frames else []))

    def start_intruder(self):
        return self.peer('intruder.py', self.outer, self.stage.passphrase.parent)

    def peer(self, script, *arguments):
        stage = self.stage
        return Peer(stage.stack, stage.log, ROOT / 'demo' / script, *arguments, environment=stage.environment)

    def explain(self, who, kind, name):
        """The answer of `discreet explain` under the policy in force."""
        done = subprocess.run(
            [BIN / 'discreet', 'explain', self.policy, '--who', who, f'--{kind}', name, '--json'],
            capture_output=True,
            text=True,
        )
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise Broken(f'discreet explain: {done.stderr.strip()}') from None
