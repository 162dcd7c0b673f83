"""tools/lock-check tells whether a domain can be joined from where it runs."""

import os
import subprocess
import sys

import pytest
from std_msgs.msg import String

from domain_ids import free_domains
from process import REPOSITORY

LOCK_CHECK = [sys.executable, str(REPOSITORY / 'tools' / 'lock-check')]

# As programs that must stay outside are started: docs/lock.md.
ELSEWHERE = [
    'unshare',
    *([] if os.geteuid() == 0 else ['--map-root-user']),
    '--net',
    '--mount',
    'sh',
    '-c',
    'mount -t tmpfs tmpfs /dev/shm && exec "$@"',
    'sh',
]


def lock_check(domain, *words, prefix=()):
    return subprocess.run(
        [*prefix, *LOCK_CHECK, '--domain', str(domain), *words], capture_output=True, text=True
    )


@pytest.fixture
def driver(robot):
    """A node of the robot, with a topic."""
    publisher = robot.inner.publisher('/secret', String)
    yield robot.inner.number
    robot.inner.node('driver').destroy_publisher(publisher)


def test_a_domain_that_can_be_joined_is_open(driver):
    seen = lock_check(driver)
    assert seen.returncode == 1, seen.stderr
    assert 'OPEN' in seen.stdout
    assert '/driver' in seen.stdout and '/secret  std_msgs/msg/String' in seen.stdout
    assert 'shared memory: fastrtps_port' in seen.stdout


def test_where_nobody_answers_it_says_no_more_than_that(robot):
    seen = lock_check(free_domains(1)[0], '--seconds', '2')
    assert seen.returncode == 0, seen.stdout + seen.stderr
    assert 'no node answered' in seen.stdout


def test_from_another_network_and_shared_memory_the_same_domain_is_locked(driver):
    if subprocess.run([*ELSEWHERE, 'true'], capture_output=True).returncode:
        pytest.skip('NOT RUN: this user may make no network namespace here (unshare --net --mount)')
    assert lock_check(driver).returncode == 1
    seen = lock_check(driver, prefix=ELSEWHERE)
    assert seen.returncode == 0, seen.stdout + seen.stderr


def test_without_ros_it_says_that_it_could_not_look():
    # -S and no environment: neither installed nor sourced packages.
    seen = subprocess.run([sys.executable, '-S', *LOCK_CHECK[1:]], capture_output=True, text=True, env={})
    assert seen.returncode == 2, seen.stdout + seen.stderr
    assert 'source it first' in seen.stderr
