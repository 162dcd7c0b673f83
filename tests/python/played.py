"""Stand-ins for the processes of the lobby, which answer as if the guard did what the policy says."""

import json
import re
import time
import types

import yaml

import hotel
from attempts import AFTER, BEFORE, CALLS, COMMANDS
from errands import GOALS
from processes import STAKEHOLDERS

CAMERA, DEPTH, SPEECH = '/camera/image_raw', '/camera/depth/image_rect_raw', '/speech/transcript'
INSIDE = [
    CAMERA, DEPTH, SPEECH, '/scan', '/odom', '/battery', '/rosout', '/diagnostics', '/cmd_vel',
    '/camera/camera_info', '/camera/depth/camera_info', '/undeclared',
    '/navigate_to_pose/_action/feedback', '/navigate_to_pose/_action/status',
]  # fmt: skip
GIVEN = {
    'outside': ['/battery', '/cmd_vel'],
    'navigation': [CAMERA, '/scan', '/odom', '/camera/camera_info', '/battery'],
    'front_desk': [
        CAMERA,
        SPEECH,
        '/battery',
        '/navigate_to_pose/_action/feedback',
        '/navigate_to_pose/_action/status',
    ],
    'maintenance': [
        DEPTH,
        '/scan',
        '/odom',
        '/camera/depth/camera_info',
        '/rosout',
        '/diagnostics',
        '/battery',
    ],
    'analytics': [CAMERA, SPEECH, '/battery'],
}
REASONS = [
    {word: (CALLS if word.startswith('call') else COMMANDS, reason) for word, _, reason in attempts}
    for attempts in (BEFORE, AFTER)
]


class Lobby:
    """What there is to be seen: each report finds ten more messages of everything that is given."""

    def __init__(self, policy):
        self.policy = policy
        self.pose, self.round, self.told = [1000, 0.0, 0.0, 0.0], 0, []
        self.revoked_at = None
        self.refusals = {COMMANDS: {}, CALLS: {}, GOALS: {}}
        self.goals, self.obeys = [], True

    def counts(self):
        came = {'inside': dict.fromkeys(INSIDE, 10 * self.round)}
        for who, topics in GIVEN.items():
            rounds = self.round if who != 'analytics' or self.revoked_at is None else self.revoked_at
            came[who] = dict.fromkeys(topics, 10 * rounds)
        return came

    def guard(self):
        version = str(yaml.safe_load(self.policy.read_text())['version'])
        camera = {'released': '200', 'blank_busy': '3', 'latency p50': 'below 12 ms', 'latency p99': '40 ms'}
        refused = {
            entrance: {f'refused {reason}': str(count) for reason, count in reasons.items()}
            for entrance, reasons in self.refusals.items()
        }
        return {
            'guard': {'policy version': version},
            CAMERA: camera,
            DEPTH: {'frames skipped': '2'},
            **refused,
        }

    def refuse(self, word):
        entrance, reason = REASONS[self.revoked_at is not None][word]
        self.refusals[entrance][reason] = self.refusals[entrance].get(reason, 0) + 5


class Listeners:
    """Plays demo/listeners.py."""

    def __init__(self, lobby):
        self.lobby = lobby

    def ask(self, word, **options):
        return getattr(self, word)(**options)

    def report(self):
        self.lobby.round += 1
        return {
            'counts': self.lobby.counts(),
            'guard': self.lobby.guard(),
            'pose': [[self.lobby.round * 10**9, *self.lobby.pose[1:]]],
            'told': len(self.lobby.told),
            'goals': dict.fromkeys(range(len(self.lobby.goals)), 4),
            'time': 1000.0 + self.lobby.round,
        }

    def topics(self):
        return {topic: {'type_name': 'x/msg/Y', 'reliable': True, 'latched': False} for topic in INSIDE}

    def look_up(self, who, query):
        names = ('name', 'room', 'passport_number', 'card_number', 'phone')
        for guest in hotel.GUESTS:
            if query == guest[1] or query in guest[0].casefold():
                return {'answer': {'found': True, **dict(zip(names, guest, strict=True))}}
        return {'answer': {'found': False, **dict.fromkeys(names, '')}}

    def drive(self, who, speed, turn, seconds):
        """The robot obeys under the first version of the policy, and not under the second."""
        if self.lobby.guard()['guard']['policy version'] == '1':
            self.lobby.told += [[1.0, speed, turn]] * 20
            self.lobby.pose[1] += speed * seconds
        return {'sent': 21}

    def send(self, who, x, y, yaw):
        """The navigation obeys the front desk. The guard refuses the goals of others."""
        if who != 'front_desk':
            self.lobby.refusals[GOALS]['no_rule'] = 1
            return {'number': 0}
        left = [round(abs(self.lobby.pose[1] - x) * share, 3) for share in (1.0, 0.9, 0.8, 0.6, 0.4)]
        self.lobby.goals.append({'x': x, 'left': left, 'cancelling': None, 'polls': 0})
        return {'number': len(self.lobby.goals) - 1}

    def goal(self, who, number):
        """It is on the way when it is first asked about, and then there."""
        if who != 'front_desk':
            return {'accepted': None, 'feedback': [], 'cancelling': None, 'status': None, 'error': None}
        goal = self.lobby.goals[number]
        goal['polls'] += 1
        left, status = goal['left'], None
        if goal['polls'] > 1:
            status = 5 if goal['cancelling'] else 4
            if not goal['cancelling'] or not self.lobby.obeys:
                left, self.lobby.pose[1] = [*left, 0.0], goal['x']
            else:
                self.lobby.pose[1] = goal['x'] + left[-1]
        return {
            'accepted': True,
            'feedback': [[1.0, metres] for metres in left],
            'cancelling': goal['cancelling'],
            'status': status,
            'error': status and [0, ''],
        }

    def cancel(self, who, number):
        self.lobby.goals[number]['cancelling'] = 1

    def told(self, since=0):
        return self.lobby.told[since:]

    def path(self):
        return [[1000, 0.0, 0.0, 0.0], [2000, *self.lobby.pose[1:]]]

    def times(self):
        return {who: {CAMERA: [time.time() + at for at in range(30)]} for who in ('inside', *STAKEHOLDERS)}

    def delays(self, topic):
        return {'navigation': [0.01, 0.02, 0.03], 'front_desk': [0.02], 'analytics': []}

    def said(self, topic):
        clear = {
            SPEECH: hotel.HEARD,
            '/rosout': [f'base: {text}' for text in hotel.LOGGED],
            '/diagnostics': [f'{name}: {text} {values}' for name, text, values in hotel.REPORTED],
        }[topic]
        covered = [text[:7] + ' <covered>' for text in clear]
        return {'inside': clear, 'analytics': covered, 'maintenance': covered, 'front_desk': clear}


class Intruder:
    """Plays demo/intruder.py. The guard refuses all of it."""

    def __init__(self, lobby):
        self.lobby, self.repeated = lobby, 0

    def ask(self, word, **options):
        if word == 'call':
            word = f'call {options["who"]}'
        if word in REASONS[self.lobby.revoked_at is not None]:
            self.lobby.refuse(word)
            return {'sent': 5, 'speeds': [0.3001, 0.3002]} if word != 'garbage' else {'sent': 5}
        return getattr(self, word)(**options)

    def ready(self):
        return True

    def attack(self, topics):
        return {'names': 3 * len(topics)}

    def deliver(self):
        return {}

    def answer(self):
        return {'came': 1, 'answered': 0, 'reaches': []}

    def repeat(self, on):
        if not on:
            self.repeated += 40
            self.lobby.refusals[COMMANDS]['replayed'] = 40
            self.lobby.told += [[1.0, 0.25, 0.0]] * 90
        return {'sent': self.repeated}

    def report(self):
        revoked = self.lobby.revoked_at or self.lobby.round
        sealed = {f'{topic}/sealed/{form}': 7 for topic in INSIDE for form in ('clear', 'redacted')}
        opened = {name: {'stranger': 0, 'analytics': 2 * revoked} for name in sealed if 'speech' in name}
        plain = {**dict.fromkeys(INSIDE, 0), '/battery': 9, '/cmd_vel': 80}
        return {
            'plain': plain,
            'sealed': sealed,
            'opened': opened,
            'plain_sent': 80,
            'overheard': 1,
            'sent': 1,
        }


class Mission:
    """Plays the process of demo/mission.py: it has arrived before anybody asks."""

    def __init__(self, command, stdout=None, **_):
        said = {
            'arrived': True, 'why': 'stands before the desk', 'ahead': 0.97,
            'seconds': 31.5, 'frames': 300, 'commands': 100,
        }  # fmt: skip
        stdout.write(json.dumps(said) + '\nand a complaint of rclpy\n')
        stdout.flush()

    def poll(self):
        return 0

    def wait(self, timeout=None):
        return 0

    kill = terminate = wait


def discreet(lobby):
    """Plays the program `discreet`, in place of subprocess.run."""

    def run(command, **_):
        words = list(map(str, command))[1:]
        status, said = 0, ''
        if words[0] == 'explain':
            who, kind, name = words[words.index('--who') + 1], words[-3].removeprefix('--'), words[-2]
            said = json.dumps(decided(yaml.safe_load(lobby.policy.read_text()), who, kind, name))
        elif words[0] == 'revoke':
            lobby.revoked_at = lobby.round
        elif words[:2] == ['audit', 'verify']:
            said = 'intact: 812 entries, 1 start'
        elif words[:2] == ['audit', 'show']:
            refused = {*REASONS[0].values(), *REASONS[1].values()}
            said = '\n'.join(json.dumps({'topic': name, 'reason': reason}) for name, reason in refused)
            said += '\n' + json.dumps({'topic': COMMANDS, 'reason': 'replayed'})
        return types.SimpleNamespace(returncode=status, stdout=said, stderr='')

    return run


def decided(policy, who, kind, name):
    """As policies/lobby.yaml has it for what these tests ask; maintenance may drive under version 1 only."""
    if kind == 'command':
        return {'decision': 'clear' if policy['version'] == 1 else 'denied', 'sealed': True}
    for rule in policy['rules']:
        read = rule.get('read', [])
        named = (
            name in read
            or name.split('/_action/')[0] == rule.get('act')
            or (read == 'operational/status' and name == '/battery')
        )
        if named and rule['who'] in (who, 'everyone'):
            return {'decision': rule['as'], 'sealed': rule['who'] != 'everyone'}
    return {'decision': 'denied', 'sealed': False}


def shape(text):
    """A claim without its numbers."""
    return re.sub(r'\d+(\.\d+)?', 'N', text)
