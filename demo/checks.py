"""Compares the observations of a run with the policy.
The page shows every claim, with its result.
"""

import itertools
import json
import subprocess
import time
from dataclasses import asdict

import yaml

import excerpts
import frames
import hotel
from excerpts import SPEECH
from frames import CAMERA
from processes import STAKEHOLDERS
from run import STATUSES
from scenario import REVOKED
from stage import BIN

FORGED = 2.0  # m/s, of the unsigned commands of the intruder


class Checks:
    """Every claim about a run, with its result."""

    def __init__(self, run, deployment):
        self.run, self.deployment, self.claims = run, deployment, []
        self.policy = yaml.safe_load(deployment.policy.read_text())
        self.guard = run.last['guard']

    def claim(self, about, holds, text):
        self.claims.append({'about': about, 'holds': bool(holds), 'claim': text})

    def summary(self):
        """All numbers, and every claim with its result."""
        run = self.run
        table = self.table()
        self.robot_to_stakeholders(table)
        self.words()
        self.pictures()
        self.mission()
        self.revocation()
        self.front_desk()
        self.intruder(table)
        self.errands()
        self.maintenance()
        audit = self.audit()
        latency = {
            topic: {
                key: self.guard[topic][key]
                for key in self.guard[topic]
                if key in ('latency p50', 'latency p99', 'released', 'frames skipped')
                or key.startswith('blank_')
            }
            for topic in self.policy['topics']
            if topic in self.guard
        }
        delays = {who: excerpts.percentiles(values) for who, values in run.delays.items() if values}
        return {
            'source': 'Gazebo',
            'robot': self.policy['robot'],
            'policy_version': self.policy['version'],
            'table': table,
            'events': [asdict(event) for event in run.events],
            'attempts': [without_poses(asdict(attempt)) for attempt in run.attempts],
            'errands': [asdict(errand) | {'outcome': errand.outcome()} for errand in run.errands],
            'shift': [asdict(shift) for shift in run.shifts],
            'lookups': run.lookups,
            'mission': run.mission,
            'path': run.path,
            'machine': run.machine,
            'pictures': run.pictures,
            'seconds': round(time.monotonic() - self.deployment.stage.began, 1),
            'plan': frames.plan(),
            'revoked': run.revocation.time,
            'revoked_at': run.revocation.pose,
            'intruder': {'heard': sum(run.intruder['sealed'].values())},
            'series': excerpts.series(run),
            'said': excerpts.examples(run),
            'audit': audit,
            'guard_latency': latency,
            'camera_delay': delays,
            'claims': self.claims,
        }

    # Comparison of the policy with the received messages

    def table(self):
        """One row for each inner topic, one cell for each party."""
        first, last = self.run.first['counts'], self.run.last['counts']
        rows = []
        for topic in sorted(last['inside'], key=lambda name: (name not in self.policy['topics'], name)):
            inside = last['inside'][topic] - first['inside'].get(topic, 0)
            if not inside or topic in self.policy['commands']:
                continue
            declared = self.policy['topics'].get(topic) or self.policy['actions'].get(action_of(topic))
            cells = {}
            for who in ('outside', *STAKEHOLDERS):
                form, sealed = (
                    self.decision(who if who != 'outside' else 'everyone', topic)
                    if declared
                    else (None, False)
                )
                came = last[who].get(topic, 0) - first[who].get(topic, 0)
                cells[who] = {'form': form, 'sealed': sealed, 'came': came}
            rows.append(
                {
                    'topic': topic,
                    'class': declared and declared['class'],
                    'inside': inside,
                    'cells': cells,
                    'why': None if declared else 'the policy does not declare it',
                    'skipped': int(self.guard.get(topic, {}).get('frames skipped', 0)),
                }
            )
        return rows

    def decision(self, who, topic):
        answer = self.deployment.explain(who, 'action' if action_of(topic) else 'topic', topic)
        return (None if answer['decision'] == 'denied' else answer['decision']), answer['sealed']

    def robot_to_stakeholders(self, table):
        for who in STAKEHOLDERS:
            given = [row for row in table if row['cells'][who]['form'] and row['cells'][who]['sealed']]
            kept = [row for row in table if not row['cells'][who]['form']]
            missing = [row['topic'] for row in given if not row['cells'][who]['came']]
            leaked = [row['topic'] for row in kept if row['cells'][who]['came']]
            self.claim(
                'release',
                given and not missing,
                f'{who} received each of the {len(given)} topics that the policy gives it'
                + names(missing, 'but not'),
            )
            self.claim(
                'release', kept and not leaked, f'and none of the other {len(kept)}' + names(leaked, 'but')
            )
            for row in given:
                came, inside, skipped = row['cells'][who]['came'], row['inside'], row['skipped']
                if who != REVOKED and row['topic'] not in (
                    '/rosout',
                    '/diagnostics',
                    '/navigate_to_pose/_action/status',  # of two that follow at once, the last one is kept
                ):  # their counts depend on the start of each subscription
                    # A frame that waits for inspection may be dropped for a newer one; the guard counts that.
                    self.claim(
                        'release',
                        came + skipped >= 0.9 * inside,
                        f'of {row["topic"]}, {who} received {came} of {inside}'
                        + (
                            f'; {skipped} were left out for newer ones since the guard started'
                            if skipped
                            else ''
                        ),
                    )

    def words(self):
        """Redacted texts have no names or numbers of guests and staff; the inner texts have all of them."""
        known = {text.casefold() for guest in hotel.GUESTS for text in (guest[0], *guest[2:])} | {
            'jonas.weber',
            '3c:22:fb:9a:41:d7',
            '192.168.7.23',
            '9f2c77b1e0d94a6fb3558c21',
            'amara.okafor@mail.example',
        }

        def found(texts):
            return sum(any(item in text.casefold() for item in known) for text in texts)

        for topic, who in (
            (SPEECH, 'analytics'),
            ('/rosout', 'maintenance'),
            ('/diagnostics', 'maintenance'),
        ):
            said = self.run.said[topic]
            inside, came = said['inside'], said.get(who, [])
            self.claim(
                'words',
                found(inside),
                f'{topic} has names and numbers of guests or staff in {found(inside)} of {len(inside)}'
                ' messages inside',
            )
            self.claim(
                'words',
                came and not found(came),
                f'and in {found(came)} of the {len(came)} that {who} received',
            )
        clear = self.run.said[SPEECH].get('front_desk', [])
        self.claim(
            'words',
            found(clear),
            f'the front desk received {SPEECH} as it was said: {found(clear)} of {len(clear)} with names or'
            ' numbers',
        )

    def pictures(self):
        for look in self.run.faces:
            self.claim('pictures', look['holds'], look['claim'])
        parties = ('inside', 'navigation', 'front_desk', 'analytics', 'maintenance')
        self.claim(
            'pictures',
            all(self.run.pictures['before'].get(who) for who in parties),
            'of one instant there is the picture that each party received',
        )
        route = self.guard[CAMERA]
        blank = sum(int(value) for key, value in route.items() if key.startswith('blank_'))
        self.claim(
            'pictures',
            blank < 0.5 * int(route['released']),
            f'{blank} of {route["released"]} released frames were black, because nobody could look in time',
        )

    def mission(self):
        mission = self.run.mission
        self.claim(
            'mission',
            mission['arrived'],
            f'navigation reached the desk by redacted camera and lidar: {mission["why"]},'
            f' {mission.get("ahead") or 0:.2f} m ahead, {mission.get("seconds")} s, {mission.get("frames")}'
            ' frames',
        )
        self.claim(
            'mission',
            0.8 * mission.get('commands', 0) <= mission['received'] <= mission.get('commands', 0),
            f'the robot received {mission["received"]} of its {mission.get("commands")} commands',
        )

    def revocation(self):
        revocation, who = self.run.revocation, REVOKED
        last, at = self.run.last['counts'], revocation.counts
        given = [topic for topic in at[who]]
        before, after = (
            sum(at[who].values()),
            sum(last[who].get(topic, 0) - at[who][topic] for topic in given),
        )
        self.claim(
            'revocation',
            before and not after,
            f'{who} received {before} messages until it was revoked, and {after} afterwards',
        )
        others = {name: last[name][CAMERA] - at[name][CAMERA] for name in ('navigation', 'front_desk')}
        self.claim(
            'revocation',
            all(others.values()),
            'the others went on: after it '
            + ', '.join(f'{name} received {count} frames' for name, count in others.items()),
        )
        opened = sum(topic['analytics'] for topic in revocation.intruder['opened'].values())
        later = sum(topic['analytics'] for topic in self.run.intruder['opened'].values()) - opened
        heard = revocation.intruder['sealed'][f'{SPEECH}/sealed/redacted']
        self.claim(
            'revocation',
            opened and not later,
            f'the stolen key of {who} opened {opened} of {heard} sealed transcripts before, and {later}'
            ' afterwards',
        )

    def front_desk(self):
        for query, answer in self.run.lookups.items():
            guest = next(
                (guest for guest in hotel.GUESTS if query == guest[1] or query in guest[0].casefold()), None
            )
            told = tuple(answer[key] for key in ('name', 'room', 'passport_number', 'card_number', 'phone'))
            self.claim(
                'lookup',
                (told == guest) if guest else not answer['found'],
                f'the front desk asks for `{query}` and is told '
                + (guest[0] if guest else 'that there is nobody'),
            )

    def intruder(self, table):
        intruder = self.run.intruder
        public = {row['topic'] for row in table if row['cells']['outside']['form']}
        got = {
            topic: count
            for topic, count in intruder['plain'].items()
            if count and topic not in public | set(self.policy['commands'])
        }
        heard, opened = (
            sum(intruder['sealed'].values()),
            sum(topic['stranger'] for topic in intruder['opened'].values()),
        )
        self.claim(
            'intruder',
            not got and len(intruder['plain']) > 10,
            f'the intruder listened to {len(intruder["plain"])} topics by name, type and QoS, siblings of the'
            f' camera too, and received {sum(got.values())} messages of what is not for everyone',
        )
        self.claim(
            'intruder',
            public and all(intruder['plain'].get(topic) for topic in public),
            'its ears work: it received '
            + ', '.join(f'{topic} {intruder["plain"].get(topic, 0)} times' for topic in sorted(public))
            + ', which is for everyone',
        )
        self.claim(
            'intruder', heard and not opened, f'it heard {heard} sealed messages; its own key opened {opened}'
        )
        told = self.run.told
        forged = sum(abs(speed - FORGED) < 0.01 for _, speed, _ in told)
        out = self.run.last['counts']['outside'].get('/cmd_vel', 0)
        self.claim(
            'intruder',
            intruder['plain_sent'] and out and not forged and told,
            f'all the while it published plain commands: {intruder["plain_sent"]} sent, {out} heard on the'
            f' outer domain, {forged} received by the robot',
        )
        for attempt in self.run.attempts:
            refused = (
                ', '.join(f'{reason} {count}' for reason, count in attempt.refusals.items()) or 'nothing'
            )
            self.claim(
                'intruder', attempt.held, f'{attempt.title}: {attempt.found}; the guard counts {refused}'
            )

    def errands(self):
        for errand in self.run.errands:
            left = errand.feedback
            if errand.expected:
                refused = ', '.join(f'{reason} {count}' for reason, count in errand.refusals.items())
                self.claim(
                    'goals',
                    errand.status is None
                    and not errand.reached
                    and errand.refusals.get(errand.expected)
                    and errand.moved < 0.02,
                    f'{errand.who}, without the right, sends the robot to x {errand.goal[0]:.2f}:'
                    f' {errand.outcome()}; the guard counts {refused or "nothing"}',
                )
                continue
            self.claim(
                'goals',
                STATUSES.get(errand.status) == ('cancelled' if errand.cancelled else 'reached')
                and errand.reached == 1
                and errand.moved > 0.2
                and (errand.short > 0.5 if errand.cancelled else errand.short < 0.15),
                f'{errand.who} sends the robot to x {errand.goal[0]:.2f}'
                + (' and cancels that on the way' if errand.cancelled else '')
                + f': {errand.outcome()}',
            )
            self.claim(
                'goals',
                len(left) > 3 and left[0] - left[-1] > 0.3 and rises(left) < 0.05,
                f'and received its feedback {len(left)} times: {left[0] if left else 0:.2f} m left at first,'
                f' {left[-1] if left else 0:.2f} m at last',
            )

    def maintenance(self):
        for shift in self.run.shifts:
            holds = shift.moved > 0.2 if shift.allowed else not shift.received and shift.moved < 0.02
            self.claim(
                'hours',
                holds,
                f'maintenance drives at {shift.hours} (version {shift.version}), so that now it'
                f' {"may" if shift.allowed else "may not"}: {shift.received} of {shift.sent}'
                f' commands received, {shift.moved:.2f} m moved',
            )
        self.claim(
            'hours',
            len({shift.allowed for shift in self.run.shifts}) == 2,
            'both sides of its hours were tried',
        )

    def audit(self):
        file = self.deployment.stage.socket.parent / 'audit.log'
        done = subprocess.run([BIN / 'discreet', 'audit', 'verify', file], capture_output=True, text=True)
        text = (done.stdout + done.stderr).strip()
        self.claim(
            'audit',
            done.returncode == 0,
            f'the audit log is as the guard wrote it: {text.splitlines()[0] if text else "?"}',
        )
        shown = subprocess.run(
            [BIN / 'discreet', 'audit', 'show', file, '--entry', 'denied', '--json'],
            capture_output=True,
            text=True,
        )
        denied = {
            (entry['topic'], entry['reason'])
            for line in shown.stdout.splitlines()
            for entry in [json.loads(line)]
        }
        wanted = {attempt.expected for attempt in self.run.attempts}
        missing = wanted - {reason for _, reason in denied}
        self.claim(
            'audit',
            wanted and not missing,
            f'and names each of the {len(wanted)} reasons for which the intruder was refused'
            + names(missing, 'but not'),
        )
        return {'verified': done.returncode == 0, 'text': text, 'denied': sorted(denied)}


def action_of(topic):
    """The action that a topic is a part of, or None."""
    action, part, _ = topic.partition('/_action/')
    return action if part else None


def rises(values):
    """The largest step up."""
    return max((later - earlier for earlier, later in itertools.pairwise(values)), default=0)


def without_poses(attempt):
    return {key: value for key, value in attempt.items() if key != 'poses'}


def names(topics, word):
    return f'; {word} {", ".join(sorted(topics))}' if topics else ''
