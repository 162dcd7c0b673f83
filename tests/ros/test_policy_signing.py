"""A guard that asks for signatures takes only policies that enough owners have signed for this robot."""

import json

import pytest
from std_msgs.msg import String

from rules import TEXT, declared, everyone
from waiting import eventually

OPEN = [everyone('operational')]
TOPICS = {'/text': TEXT}


def text(data):
    return String(data=data)


class Owned:
    """A robot of which two of three owners must sign."""

    def __init__(self, robot):
        self.robot = robot
        self.trust = robot.folder / 'trust.yaml'
        self.signatures = robot.policy_file.with_suffix('.yaml.sig')
        self.write_trust(robot.identity(name).with_suffix('.pub') for name in ('alice', 'bob', 'carol'))

    def write_trust(self, owners, threshold=2, path=None):
        names = [str(owner.relative_to(self.robot.folder)) for owner in owners]
        path = path or self.trust
        path.write_text(
            f'discreet_trust: 1\nrobot: probe\nthreshold: {threshold}\nowners: {json.dumps(names)}\n'
        )
        path.chmod(0o644)
        return path

    def sign(self, *owners):
        for owner in owners:
            self.robot.program(
                'policy',
                'sign',
                self.robot.policy_file,
                '--key',
                self.robot.identity(owner),
                '--passphrase-file',
                self.robot.passphrase(),
            )

    def policy(self, version, *owners, topics=None, robot=None):
        """Puts a policy in place that these owners have signed."""
        self.signatures.unlink(missing_ok=True)
        self.robot.policy(topics or TOPICS, OPEN, version, **({'robot': robot} if robot else {}))
        self.sign(*owners)


@pytest.fixture
def owned(robot):
    return Owned(robot)


def version(robot, check=lambda status: True):
    return robot.status('guard', check).values.get('policy version')


def stays_at_5(owned, words):
    """The guard refuses what is in the file, for this reason, and goes on with version 5."""
    robot = owned.robot
    answer = robot.reload()
    assert not answer.success and words in answer.message, answer.message
    status = robot.status('guard', lambda status: status.level == 1)
    assert status.values['policy version'] == '5' and words in status.message
    assert status.values['signatures'] == 'alice, bob; needed: 2 of alice, bob, carol'


def flip(path):
    """One bit of the last signature."""
    data = bytearray(path.read_bytes())
    # To another digit of base64, so that it is a signature still.
    data[-10] ^= next(
        bit for bit in (1, 2, 4, 8) if chr(data[-10] ^ bit).isalnum() or chr(data[-10] ^ bit) in '+/'
    )
    path.write_bytes(data)


def unsigned(owned):
    owned.robot.policy(TOPICS, OPEN, 6)
    owned.signatures.unlink()
    return 'signed by 0 of 2: missing 2 of alice, bob, carol'


def too_few(owned):
    owned.policy(6, 'carol')
    return 'signed by 1 of 2: missing one of alice, bob'


def by_a_stranger(owned):
    owned.policy(6, 'carol', 'mallory')
    return 'mallory is not an owner whose signature counts'


def one_bit(owned):
    # Elsewhere, so that the guard never sees the whole one.
    here, elsewhere = owned.robot.policy_file, owned.robot.folder / 'elsewhere.yaml'
    owned.robot.policy_file = elsewhere
    owned.robot.policy(TOPICS, OPEN, 6)
    owned.sign('alice', 'bob')
    owned.robot.policy_file = here
    signatures = elsewhere.with_suffix('.yaml.sig')
    flip(signatures)
    signatures.replace(owned.signatures)
    elsewhere.replace(here)
    return 'signed by 1 of 2'


def replayed(owned):
    owned.robot.policy(TOPICS, OPEN, 6)
    return 'the signatures are of other bytes: version 5 for robot probe'


def another_robot(owned):
    owned.policy(6, 'alice', 'bob', robot='other')
    return 'the policy is for robot other, and the trust is for robot probe'


def older(owned):
    owned.policy(4, 'alice', 'bob')
    return 'version 4 is older than version 5'


def same_version(owned):
    owned.policy(5, 'alice', 'bob', topics={'/other': TEXT})
    return 'still says version 5'


@pytest.mark.parametrize(
    'put',
    [unsigned, too_few, by_a_stranger, one_bit, replayed, another_robot, older, same_version],
    ids=lambda put: put.__name__,
)
def test_a_policy_that_is_not_signed_as_the_trust_asks_changes_nothing(owned, put):
    robot = owned.robot
    owned.policy(5, 'alice', 'bob')
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start(trust=owned.trust)
    robot.flow(publisher, outside, text('signed by two'))
    stays_at_5(owned, put(owned))
    robot.flow(publisher, outside, text('as before'))
    # A good one still follows, by itself, in whichever order its two files come.
    owned.policy(7, 'bob')
    owned.sign('carol')
    good = robot.status(
        'guard', lambda status: status.values.get('policy version') == '7' and status.level == 0
    )
    assert good.values['signatures'] == 'bob, carol; needed: 2 of alice, bob, carol'
    robot.stop()
    assert 'refused' in [entry['change'] for entry in robot.audit() if entry['entry'] == 'policy']


def test_the_signatures_may_come_after_the_policy_or_before_it(owned):
    robot = owned.robot
    owned.policy(5, 'alice', 'bob')
    robot.start(trust=owned.trust)
    assert version(robot) == '5'
    before = robot.policy_file.read_text(), owned.signatures.read_text()
    owned.policy(6, 'alice', 'bob')
    after = robot.policy_file.read_text(), owned.signatures.read_text()
    robot.policy_text(before[0])  # the new signatures beside the old policy
    robot.status('guard', lambda status: status.level == 1 and 'other bytes' in status.message)
    robot.policy_text(after[0])
    robot.status('guard', lambda status: status.level == 0 and status.values['policy version'] == '6')
    owned.robot.policy(TOPICS, OPEN, 7)
    robot.status('guard', lambda status: status.level == 1)
    owned.sign('alice', 'bob')  # and now the signatures alone
    robot.status('guard', lambda status: status.level == 0 and status.values['policy version'] == '7')


def test_without_signatures_nothing_ever_leaves(owned):
    robot = owned.robot
    robot.policy(TOPICS, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start(trust=owned.trust)
    status = robot.status('guard', lambda status: status.level == 2)
    assert 'signed by 0 of 2' in status.message and 'discreet policy sign' in status.message
    publisher.publish(text('secret'))
    assert outside.poll() == [] and robot.outer.publishers_of('/text') == []
    owned.sign('alice', 'bob')
    robot.flow(publisher, outside, text('hello'))


def test_a_keeper_that_comes_back_with_a_trust_takes_an_unsigned_policy_from_a_guard_that_runs_it(owned):
    robot = owned.robot
    robot.policy(TOPICS, OPEN, 5)
    robot.keep()
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('nobody has signed this'))
    assert (
        'policies are not signed' in robot.guard.said() and 'policies are not signed' in robot.keeper.said()
    )
    assert 'not signed' in robot.status('guard').values['signatures']
    robot.keeper.kill()
    robot.keep('--trust', owned.trust, well=False)
    robot.status('guard', lambda status: status.level == 2 and 'signed by 0 of 2' in status.message)
    eventually('no publisher outside', lambda: robot.outer.publishers_of('/text') == [])
    outside.forget()
    for _ in range(20):
        publisher.publish(text('secret'))
    robot.policy(TOPICS, OPEN, 6)  # nor another one that nobody has signed
    assert 'signed by 0 of 2' in robot.reload().message
    # Not even when the keeper is gone again.
    robot.keeper.kill()
    assert not robot.reload().success
    assert outside.poll() == [] and robot.outer.publishers_of('/text') == []
    owned.sign('bob', 'carol')
    robot.flow(publisher, outside, text('signed by two'))
    robot.stop()
    assert any(entry['change'] == 'refused' for entry in robot.audit() if entry['entry'] == 'policy')


def test_a_signed_policy_goes_on_when_the_keeper_comes_back_with_a_trust(owned):
    robot = owned.robot
    owned.policy(5, 'alice', 'bob')
    robot.keep()
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('before'))
    robot.keeper.kill()
    robot.keep('--trust', owned.trust)
    robot.status('guard', lambda status: status.level == 0 and 'alice, bob' in status.values['signatures'])
    for number in range(20):
        publisher.publish(text(f'{number}'))
    outside.wait_for(text('19'))
    assert 'taken out of force' not in robot.guard.said()


def test_what_is_sealed_needs_a_signed_policy_at_keeper_and_guard(owned):
    robot = owned.robot
    robot.identity('desk')
    topics = {'/guests': declared('std_msgs/msg/String', 'contextual', depth=1000)}
    rules = [{'who': 'desk', 'read': '/guests', 'as': 'clear'}]
    robot.policy(topics, rules, 5, stakeholders={'desk': {'identity': 'identities/desk.pub'}})
    owned.sign('alice', 'carol')
    robot.keep('--trust', owned.trust)
    publisher = robot.inner.publisher('/guests', String)
    robot.start()
    opened = robot.unsealer('desk').reader('/desk/guests', String)
    robot.flow(publisher, opened, text('hello'))


def test_a_guard_whose_trust_is_another_than_the_keepers_says_so(owned):
    robot = owned.robot
    owned.policy(5, 'alice', 'bob')
    own = owned.write_trust([robot.identity('alice').with_suffix('.pub')], 1, robot.folder / 'own.yaml')
    robot.keep('--trust', owned.trust)
    robot.start(trust=own)
    status = robot.status('guard', lambda status: status.level == 1)
    assert status.message == 'the keeper trusts other owners than this guard'
    assert status.values['signatures'] == 'alice; needed: 1 of alice'
    robot.keeper.kill()
    robot.keep()
    robot.status('guard', lambda status: status.level == 1 and 'the keeper has no trust' in status.message)


@pytest.mark.parametrize(
    'spoil, words',
    [
        (lambda trust: trust.chmod(0o666), 'chmod go-w'),
        (lambda trust: trust.unlink(), 'trust.yaml'),
        (lambda trust: trust.write_text('discreet_trust: 1\n'), 'has errors'),
    ],
    ids=['others may write it', 'missing', 'broken'],
)
def test_a_guard_does_not_start_with_a_trust_that_is_not_one(owned, spoil, words):
    owned.policy(5, 'alice', 'bob')
    spoil(owned.trust)
    guard = owned.robot.start(wait=False, trust=owned.trust)
    assert guard.wait() == 2 and words in guard.said(), guard.said()
