"""Compares the messages that the observers received with the policy, for each topic."""

import json
import subprocess
from collections import Counter

import yaml

from scene import CAMERA, JPEGS
from stage import Broken

SPEECH = '/speech/transcript'

# Explanations of the guard's reasons.
WORDS = {
    'no_key': 'there was no key to seal it with',
    'undeclared_topic': 'the policy does not declare it',
    'no_rule': 'no rule allows it',
    'rule_denies': 'a rule denies it',
}


class Judge:
    """Makes a row for each topic: messages inside and outside, form, and reason."""

    def __init__(self, programs, topics, before, last):
        self.programs, self.topics, self.before, self.last = programs, topics, before, last
        self.guard = last['inside']['guard']
        self.figures = {
            topic: values
            for look in (before, last)
            for topic, values in look['inside']['guard'].items()
            if int(values.get('released', 0))
        }  # a withdrawn route has its last figures
        self.undeclared = self.guard['guard']['undeclared'].split()
        self.rows, self.claims, self.seen = [], [], {}

    def claim(self, holds, text):
        self.claims.append({'holds': bool(holds), 'claim': text})

    def phase(self, policy, version, start, end, only=None, without=None):
        """Judges the messages between two reports, under one version of the policy."""
        for topic in sorted(self.topics, key=lambda name: (name in self.undeclared, name)):
            if topic != (only or topic) or topic == without or not self.between('inside', topic, start, end):
                continue  # /parameter_events, for example, exists without messages
            answer = self.explain(policy, 'everyone', topic)
            leaves = answer['decision'] != 'denied' and not answer.get('impossible')
            others = self.others(policy, topic)
            sealed = not leaves and topic == SPEECH and 'front_desk' in others
            row = {
                'topic': topic,
                'class': data_class(policy, topic),
                'policy_version': version,
                'form': answer['decision'] if leaves else 'sealed' if sealed else None,
                'reason': None if leaves or sealed else self.reason(topic),
                'rule': rule(answer),
                'for_others': others,
                **{who: self.between(who, topic, start, end) for who in ('inside', 'consumer', 'intruder')},
            }
            self.rows.append(row)
            under = f' under version {version}' if only else ''
            if leaves:
                # If there is no time to inspect all frames, older ones are dropped.
                skipped = int(self.figures.get(topic, {}).get('frames skipped', 0))
                left_out = f', {skipped} left out for newer ones' if skipped else ''
                # Two processes count; messages in transit during the requests are in one count only.
                self.claim(
                    row['inside']
                    and row['consumer'] >= 0.6 * row['inside']
                    and row['consumer'] + skipped >= 0.95 * row['inside'],
                    f'{topic} arrives outside{under}: {row["consumer"]} of {row["inside"]}{left_out}',
                )
            elif sealed:
                self.claim(
                    row['inside'] and row['consumer'] == row['intruder'] == 0,
                    f'{topic} leaves sealed only: {max(row["consumer"], row["intruder"])} of {row["inside"]}'
                    ' came out open',
                )
            else:
                self.claim(
                    row['inside'] and row['consumer'] == row['intruder'] == 0,
                    f'{topic} stays inside{under}: {max(row["consumer"], row["intruder"])} of {row["inside"]}'
                    ' came out',
                )
                self.claim(row['reason'], f'the guard names why {topic} stays inside{under}')

    def cameras(self, audit, killed):
        """Judges the frames with the guest in them:
        those of the camera, and those that were released.
        """
        noted = self.redaction(audit)
        for topic in (CAMERA, JPEGS):
            taken, came = (self.last[who]['seen'][topic] for who in ('inside', 'consumer'))
            seen = Counter(what for _, what in came['frames'])
            frames, faces = len(came['frames']), sum(what == 'face' for _, what in taken['frames'])
            self.seen[topic] = {
                'frames': frames,
                **{what: seen[what] for what in ('covered', 'blank', 'face')},
                'inside': len(taken['frames']),
                'face_inside': faces,
                'audit': noted[topic],
                'carried': came['carried'],
                'carried_inside': taken['carried'],
            }
            self.claim(
                faces == len(taken['frames']) > 0,
                f'the face can be seen inside, in {faces} of {len(taken["frames"])} frames of {topic}',
            )
            self.claim(frames and not seen['face'], f'and outside in {seen["face"]} of {frames}')
            # On a busy machine more frames are not inspected in time, and are blank.
            self.claim(
                seen['covered'] > 0.5 * frames,
                f'{seen["covered"]} of them show the lobby, the face covered; the others are blank',
            )
            self.claim(
                noted[topic]['blank'] >= seen['blank'],
                f'the audit log counts the blank frames of {topic}, {noted[topic]["blank"]}',
            )
        areas = noted[CAMERA]['covered']
        self.claim(
            areas >= self.seen[CAMERA]['covered'], f'and the areas that were covered in {CAMERA}, {areas}'
        )
        alike = self.last['consumer']['seen'][CAMERA]['least_alike']
        self.claim(
            alike > 0.75,
            f'of {CAMERA}, {alike:.0%} or more of each frame that is not blank is as the camera took it',
        )
        jpegs = self.seen[JPEGS]
        self.claim(
            not any(jpegs['carried'].values()) and all(jpegs['carried_inside'].values()),
            'a note and a thumbnail are in {exif} and {thumbnail} of'.format(**jpegs['carried_inside'])
            + f' {jpegs["inside"]} JPEGs inside, and in '
            + '{exif} and {thumbnail} outside'.format(**jpegs['carried']),
        )
        latency = [float(self.figures[CAMERA][f'latency {part}'].split()[0]) for part in ('p50', 'p99')]
        self.seen[CAMERA] |= {
            'killed': self.blindness(killed),
            'film': self.last['consumer']['seen'][CAMERA]['frames'],
            'latency': latency,
        }

    def desk(self, revoked):
        """Judges the messages that the front desk opened before and after its revocation."""
        spoken = [revoked['inside']['counts'][SPEECH], self.last['inside']['counts'][SPEECH]]
        opened = [look['desk']['counts'][f'/front_desk{SPEECH}'] for look in (revoked, self.last)]
        heard, readable = self.last['intruder']['sealed'], self.last['intruder']['readable']
        self.claim(
            spoken[0] and opened[0] >= 0.9 * spoken[0],
            f'the front desk opens what guests say: {opened[0]} of {spoken[0]} until it is revoked',
        )
        self.claim(
            spoken[1] > spoken[0] and opened[1] == opened[0],
            f'and {opened[1] - opened[0]} of {spoken[1] - spoken[0]} afterwards',
        )
        self.claim(heard and not readable, f'the intruder hears {heard} sealed messages, and reads none')
        for row in self.rows:
            if row['form'] == 'sealed':
                row['desk'] = {
                    'opened': opened[0],
                    'of': spoken[0],
                    'after': opened[1] - opened[0],
                    'of_after': spoken[1] - spoken[0],
                    'intruder': heard,
                }

    def blindness(self, killed):
        """Released frames of the camera since its redactor was killed."""
        frames = self.last['consumer']['seen'][CAMERA]['frames']
        begin = next((time for time, what in frames if time > killed['at'] - 0.2 and what == 'blank'), None)
        back = next((time for time, what in frames if begin and time > begin and what == 'covered'), None)
        blank = sum(begin <= time < back for time, _ in frames) if back else 0
        self.claim(
            back, f'its redactor was killed: {blank} frames came out blank, until there was another one'
        )
        return {'at': killed['at'], 'blank': blank, 'seconds': round(back - begin, 2) if back else None}

    def redaction(self, audit):
        """Redactions of the images of each topic, from the audit log."""
        done, noted = (
            self.discreet('audit', 'show', audit, '--entry', 'closed', '--json'),
            {CAMERA: Counter(), JPEGS: Counter()},
        )
        for route in (route for line in done.stdout.splitlines() for route in json.loads(line)['routes']):
            for what, times in route.get('redaction', {}).items():
                noted[route['topic']]['blank' if what.startswith('blank') else what] += times
        return noted

    def between(self, who, topic, start, end):
        # Latched messages were sent before the counting, and may be sent again when the policy is switched.
        if self.topics[topic]['latched'] and topic not in self.undeclared:
            return self.before[who]['counts'].get(topic, 0)
        return end[who]['counts'].get(topic, 0) - start[who]['counts'].get(topic, 0)

    def reason(self, topic):
        """The reason in the guard's diagnostics."""
        named = [
            key.split(' ', 1)[1]
            for key in self.guard.get(topic, {})
            if key.startswith(('denied ', 'refused '))
        ]
        return named[0] if named else 'undeclared_topic' if topic in self.undeclared else None

    def explain(self, policy, who, topic):
        done = self.discreet('explain', policy, '--who', who, '--topic', topic, '--json')
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError:
            raise Broken(f'discreet explain: {done.stderr.strip()}') from None

    def others(self, policy, topic):
        """Named stakeholders that may have the topic."""
        found, everyone = {}, self.explain(policy, 'everyone', topic)
        if topic not in self.undeclared:
            for who in read(policy).get('stakeholders') or {}:
                answer = self.explain(policy, who, topic)
                if answer['decision'] != 'denied' and answer['line'] != everyone['line']:
                    found[who] = {
                        'form': answer['decision'],
                        'impossible': answer['impossible'],
                        'rule': rule(answer),
                    }
        return found

    def discreet(self, *arguments):
        return subprocess.run(
            [self.programs / 'discreet', *map(str, arguments)], capture_output=True, text=True
        )

    def summary(self, audit, withdrawn, version):
        """The remaining claims, and all results."""
        consumer, intruder, robot = self.last['consumer'], self.last['intruder'], self.last['robot']
        self.rows.sort(
            key=lambda row: (
                row['form'] is None,
                row['reason'] == 'undeclared_topic',
                row['topic'],
                row['policy_version'],
            )
        )
        for topic in {row['topic'] for row in self.rows if row['form'] not in (None, 'sealed')}:
            self.claim(
                consumer['paired'][topic] >= 0.98 * consumer['counts'][topic],
                f'each message of {topic} has its tag: {consumer["paired"][topic]} of'
                f' {consumer["counts"][topic]}',
            )
        withheld = {row['topic'] for row in self.rows if row['form'] in (None, 'sealed') and row['class']}
        found = sorted(withheld & set(intruder['publishers_found']))
        self.claim(
            not found,
            f'no publisher of what is withheld can be discovered outside: {len(found)} of {len(withheld)}',
        )
        late = consumer['tag_versions'].get(withdrawn, {}).get(str(version), 0)
        self.claim(late == 0, f'{late} frames of {withdrawn} were released by version {version}')
        commands = {
            'sent': intruder['sent'],
            'heard_outside': consumer['commands'],
            'received_by_robot': robot['commands'],
        }
        self.claim(
            commands['heard_outside'] and not commands['received_by_robot'],
            'commands: {sent} sent to the outer domain, {heard_outside} heard there, {received_by_robot}'
            ' received by the robot'.format(**commands),
        )
        self.claim(
            not intruder['reaches_guard'],
            "the guard's reload service cannot be reached from the outer domain",
        )
        wanted = ('released', 'lost', 'latency p50', 'latency p99', 'qos')
        routes = {
            topic: {key: self.figures[topic][key] for key in wanted if key in self.figures[topic]}
            for topic in sorted(self.figures)
        }
        verified = self.discreet('audit', 'verify', audit)
        self.claim(verified.returncode == 0, 'the audit log is as the guard wrote it')
        return {
            'rows': self.rows,
            'cameras': self.seen,
            'commands': commands,
            'catalog': consumer['catalog'],
            'guard': routes,
            'audit': (verified.stdout + verified.stderr).strip(),
            'claims': self.claims,
        }

    def report(self, summary, paint):
        """The summary as text."""
        lines = [['TOPIC', 'CLASS', 'INSIDE', 'OUTSIDE', 'FORM', 'WHY']]
        for row in summary['rows']:
            outside = f'{row["consumer"]}' if row['form'] else f'{max(row["consumer"], row["intruder"])}'
            shown = [
                row['topic'],
                row['class'] or '-',
                f'{row["inside"]}',
                outside,
                row['form'] or 'nothing',
                why(row),
            ]
            lines.append(shown)
        widths = [max(len(line[column]) for line in lines) for column in range(5)]
        text = []
        for number, line in enumerate(lines):
            cells = [
                cell.rjust(width) if column in (2, 3) else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(line, widths))
            ]
            colour = 1 if number == 0 else 32 if line[4] != 'nothing' else 33
            text.append(paint('  '.join(cells), colour) + '  ' + line[5])
        commands = summary['commands']
        text.append('')
        for row in summary['rows']:
            if row['form'] == 'sealed':
                text.append(
                    '{}: the front desk opened {opened} of {of} until it was revoked, {after} of {of_after}'
                    ' afterwards; the intruder heard {intruder} sealed messages and read none'.format(
                        row['topic'], **row['desk']
                    )
                )
        for topic, seen in self.seen.items():
            text.append(
                '{}: the face is seen in {face_inside} of {inside} frames inside, in {face} of {frames}'
                ' outside: {covered} have it covered, {blank} are blank'.format(topic, **seen)
            )
        text += [
            '',
            *(
                f'  {reason}: {words}'
                for reason, words in WORDS.items()
                if reason in {row['reason'] for row in summary['rows']}
            ),
        ]
        text += [
            '',
            (
                f'/cmd_vel from outside: {commands["sent"]} sent by the intruder, {commands["heard_outside"]}'
                f' heard on the outer domain, {commands["received_by_robot"]} received by the robot'
            ),
            '',
        ]
        text.append(paint('The guard, from taking a message to having published it', 1))
        for topic, figures in summary['guard'].items():
            text.append(
                f'  {topic:{widths[0]}}  p50 {figures.get("latency p50", "-")}, p99'
                f' {figures.get("latency p99", "-")}, lost {figures["lost"]}'
            )
        text += ['', paint('discreet audit verify out/audit.log', 1), summary['audit'], '']
        wrong = [claim['claim'] for claim in self.claims if not claim['holds']]
        text += [f'{paint("NOT SO:", 31)} {claim}' for claim in wrong]
        text.append(
            paint(
                f'{len(self.claims) - len(wrong)} of {len(self.claims)} claims were seen to be so.',
                31 if wrong else 32,
            )
        )
        return '\n'.join(text)


def why(row):
    """The reason and the rule, as short as they can be."""
    parts = [row['reason'], row['rule'] and row['rule']['place']]
    parts += [f'{who} may, {other["rule"]["place"]}' for who, other in row['for_others'].items()]
    return '; '.join(filter(None, parts))


def rule(answer):
    """The rule that decided, with its place."""
    if not answer.get('line'):
        return None
    text = next(rule['rule'] for rule in answer['rules'] if rule['line'] == answer['line'])
    return {'place': f'{answer["file"].rsplit("/", 1)[1]}:{answer["line"]}', 'text': text.removeprefix('- ')}


def read(policy):
    return yaml.safe_load(policy.read_text())


def data_class(policy, topic):
    declared = read(policy)['topics'].get(topic)
    return declared and declared['class']
