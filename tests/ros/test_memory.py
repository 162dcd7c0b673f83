"""What keeper and guard remember, and what they do when it is gone, older, or another than it was."""

import os

from discreet_interfaces.msg import Sealed
from std_msgs.msg import String

from test_policy import Stream
from waiting import eventually

GUESTS, OPEN = '/guests', '/open'
TOPICS = {GUESTS: {'type': 'std_msgs/msg/String', 'class': 'contextual'}}
OPENED = {**TOPICS, OPEN: {'type': 'std_msgs/msg/String', 'class': 'operational'}}
DESK = [{'who': 'desk', 'read': GUESTS, 'as': 'clear'}]
EVERYONE = [{'who': 'everyone', 'read': OPEN, 'as': 'clear'}]


def begin(robot, topics=TOPICS, rules=DESK, version=1):
    robot.identity('desk')
    write(robot, topics, rules, version)
    robot.keep()
    robot.start()


def write(robot, topics, rules, version):
    robot.policy(topics, rules, version, stakeholders={'desk': {'identity': 'identities/desk.pub'}})


def keys(robot, change):
    return [entry for entry in robot.audit() if entry['entry'] == 'keys' and entry['change'] == change]


def test_a_guard_that_has_lost_its_log_is_told_the_floor_by_the_keeper(robot):
    publisher = robot.inner.publisher(OPEN, String)
    begin(robot, version=2)
    eventually('a mark of the keeper in the audit', lambda: keys(robot, 'mark'))
    robot.stop()
    for file in (robot.audit_file, robot.audit_file.with_name('audit.log.head')):
        file.unlink()
    write(robot, OPENED, EVERYONE, version=1)
    outside = robot.outer.reader(OPEN, String)
    robot.start(wait=False)
    eventually(
        lambda: f'the guard refuses it; it said\n{robot.guard.said()}',
        lambda: 'version 1 is older than version 2' in robot.guard.said(),
    )
    robot.status('guard', lambda status: status.level == 2)
    for _ in range(10):
        publisher.publish(String(data='an older policy lets it out'))
    robot.status('guard')
    assert not outside.poll() and not robot.outer.publishers_of(OPEN)
    write(robot, {**TOPICS, OPEN: OPENED[OPEN]}, DESK + EVERYONE, version=3)
    robot.flow(publisher, outside, String(data='hello'))
    # The keeper knows that there was a log, and the new one says so.
    eventually('an entry for the log that is gone', lambda: keys(robot, 'log_gone'))


def test_a_guard_does_not_write_on_a_log_whose_head_is_gone(robot):
    publisher, outside = robot.inner.publisher(OPEN, String), robot.outer.reader(OPEN, String)
    robot.policy(OPENED, EVERYONE)
    robot.start()
    robot.flow(publisher, outside, String(data='hello'))
    robot.stop()
    head, before = robot.audit_file.with_name('audit.log.head'), robot.audit_file.read_bytes()
    kept = head.read_bytes()
    head.unlink()
    verified = robot.verify()
    assert (
        verified.returncode == 3 and 'END NOT KNOWN' in verified.stdout and '\nintact' not in verified.stdout
    )
    robot.start(wait=False)
    assert robot.guard.wait() == 1 and '.head is missing' in robot.guard.said()
    assert robot.audit_file.read_bytes() == before
    head.write_bytes(kept)
    robot.start()


def test_other_keys_under_a_name_are_in_the_audit(robot):
    begin(robot)
    desk = robot.identity('desk')
    robot.program('identity', 'rotate', desk, '--passphrase-file', robot.passphrase())
    eventually('an entry for the other keys', lambda: keys(robot, 'rekeyed'))
    assert keys(robot, 'rekeyed')[0]['who'] == 'desk'


def test_a_mark_in_the_audit_log_stops_a_keeper_with_an_older_state(robot):
    publisher, sealed = (
        robot.inner.publisher(GUESTS, String),
        robot.outer.reader('/guests/sealed/clear', Sealed),
    )
    begin(robot)
    robot.flow(publisher, sealed, String(data='hello'))
    files = [robot.folder / 'keeper' / 'state', robot.folder / 'identities' / 'probe.mark']
    image = [file.read_bytes() for file in files]
    marks = len(keys(robot, 'mark'))
    robot.ask('revoke', 'desk')
    eventually('the mark of the revocation in the audit', lambda: len(keys(robot, 'mark')) > marks)
    robot.stop()
    robot.keeper.kill()
    for file, bytes_ in zip(files, image):
        file.write_bytes(bytes_)
    robot.keep()
    assert 'revoked' not in robot.ask('who', check=False).stdout, 'the old disk does not know'
    robot.start()
    sealed.forget()
    robot.status('keys', lambda status: status.level == 2)
    eventually(
        lambda: f'the guard says why; it said\n{robot.guard.said()}',
        lambda: '--accept-state' in robot.guard.said(),
    )
    with Stream(publisher, 20):
        robot.status(GUESTS, lambda status: status.denied('no_key') >= 10)
    assert not sealed.poll()


def test_a_policy_or_parameters_that_others_may_write_are_not_used(robot):
    robot.policy(OPENED, EVERYONE)
    robot.policy_file.chmod(0o666)
    publisher, outside = robot.inner.publisher(OPEN, String), robot.outer.reader(OPEN, String)
    robot.start(wait=False)
    robot.status('guard', lambda status: status.level == 2)
    assert 'chmod go-w' in robot.guard.said() and not robot.outer.publishers_of(OPEN)
    robot.policy_file.chmod(0o644)
    os.utime(robot.policy_file)
    robot.flow(publisher, outside, String(data='hello'))
