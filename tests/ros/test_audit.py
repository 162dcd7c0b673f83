"""Without a record nothing contextual leaves; operational goes on, and says that it is not recorded."""

import os
import subprocess

import pytest
from std_msgs.msg import String

from rules import TEXT, everyone
from waiting import eventually

RULES = [everyone('operational'), everyone('contextual')]
TOPICS = {'/scan': TEXT, '/speech': {**TEXT, 'class': 'contextual'}}


def text(data):
    return String(data=data)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KiB."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    if os.geteuid() or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).returncode:
        pytest.skip('NOT RUN: a full disk needs root, to mount a small one')
    yield folder
    subprocess.run(['umount', '-l', folder], check=True)


def stands_still_while_it_cannot_record(robot, breaks, mends):
    robot.policy(TOPICS, RULES)
    operational, contextual = robot.inner.publisher('/scan', String), robot.inner.publisher('/speech', String)
    scan, speech = robot.outer.reader('/scan', String), robot.outer.reader('/speech', String)
    robot.start()
    robot.flow(operational, scan, text('hello'))
    robot.flow(contextual, speech, text('hello'))
    breaks()

    def keep_talking(check):
        """Both sources go on until the check holds: a window that is open already may still be used."""

        def step():
            operational.publish(text('operational'))
            contextual.publish(text('contextual'))
            return check()

        return step

    denials = {}

    def denied():
        for message in robot.diagnostics.poll():
            denials.update(found(message))
        robot.diagnostics.messages = []
        return denials.get('/speech', 0) > 5 and denials.get('audit') == 2

    robot.diagnostics.forget()
    eventually(lambda: f'contextual is denied, and diagnostics says so: {denials}', keep_talking(denied))
    scan.forget()
    speech.forget()
    for number in range(20):
        operational.publish(text(f'{number}'))
        contextual.publish(text(f'{number}'))
    scan.wait_for(text('19'))
    assert speech.poll() == []
    assert 'contextual topics are held' in robot.status('audit', lambda status: status.level == 2).message
    assert speech.poll() == []

    mends()
    robot.flow(contextual, speech, text('again'))
    assert robot.status('audit', lambda status: status.level == 0).message == 'recording'
    robot.stop()
    entries = robot.audit()
    assert [entry for entry in entries if entry['entry'] == 'fault'], 'the fault is on record afterwards'
    assert robot.audited('/speech')['not_recorded'] > 5
    assert sum(route.get('unrecorded', 0) for entry in entries for route in entry.get('routes', [])) >= 20


def found(message):
    """From diagnostics: the level of the audit, and how often /speech was not recorded."""
    from diagnostic_msgs.msg import DiagnosticArray
    from rclpy.serialization import deserialize_message

    for status in deserialize_message(message.cdr, DiagnosticArray).status:
        if status.name == 'discreet: audit':
            yield 'audit', status.level[0]
        if status.name == 'discreet: /speech':
            yield (
                '/speech',
                next((int(pair.value) for pair in status.values if pair.key == 'denied not_recorded'), 0),
            )


def test_on_a_full_disk_contextual_stops_operational_goes_on_and_both_recover(robot, small_disk):
    robot.audit_file = small_disk / 'audit.log'
    filler = small_disk / 'filler'

    def fill():
        with open(filler, 'wb', buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    stands_still_while_it_cannot_record(robot, fill, filler.unlink)


def test_with_a_path_that_cannot_be_written_contextual_stays_inside_until_it_can(robot):
    folder = robot.folder / 'audit'
    folder.write_text('a file where a folder should be')
    robot.audit_file = folder / 'audit.log'
    robot.policy(TOPICS, RULES)
    operational, contextual = robot.inner.publisher('/scan', String), robot.inner.publisher('/speech', String)
    scan, speech = robot.outer.reader('/scan', String), robot.outer.reader('/speech', String)
    robot.start()
    robot.flow(operational, scan, text('hello'))
    eventually('the guard listens', contextual.get_subscription_count)
    for number in range(20):
        contextual.publish(text(f'{number}'))
    robot.status('/speech', lambda status: status.denied('not_recorded') == 20)
    assert speech.poll() == []
    assert robot.status('audit').level == 2
    folder.unlink()
    robot.flow(contextual, speech, text('again'))
    assert robot.status('audit', lambda status: status.level == 0)


def test_the_log_says_what_left_and_diagnostics_shows_its_head(robot):
    robot.policy(TOPICS, RULES)
    publisher, outside = robot.inner.publisher('/speech', String), robot.outer.reader('/speech', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    for _ in range(50):
        publisher.publish(text('secret words'))
    outside.wait(50)
    head = robot.status('audit').values['audit head']
    released = robot.status('/speech').number('released')
    robot.stop()
    assert robot.audited('/speech') == {'released': released}
    log = robot.audit_file.read_text()
    assert head in log, 'the head that was shown is in the log'
    assert 'secret words' not in log
    opened = [
        entry
        for entry in robot.audit()
        if entry['entry'] == 'route' and entry['change'] == 'opened' and entry['info']['topic'] == '/speech'
    ]
    assert all(entry['info']['class'] == 'contextual' for entry in opened)
    assert '/driver' in opened[-1]['source'], 'the node is named as soon as discovery has told it'


def test_a_log_that_was_tampered_with_is_not_written_on(robot):
    robot.policy(TOPICS, RULES)
    publisher, outside = robot.inner.publisher('/speech', String), robot.outer.reader('/speech', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    robot.stop()
    lines = robot.audit_file.read_text().splitlines(keepends=True)
    robot.audit_file.write_text(''.join([*lines[:-1], lines[-1].replace('stop', 'stoq')]))
    guard = robot.start(wait=False)
    assert guard.wait() == 1 and 'audit' in guard.said().lower()
    verified = robot.verify()
    assert verified is None or verified.returncode != 0
    robot.audit_file.unlink()
