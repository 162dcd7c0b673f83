"""Private identity files are age files: what `discreet` writes another implementation opens, and the other
way round.

Run: pip install pytest pyrage && cargo build --release --bin discreet && pytest
tests/python/test_identity_age.py
"""

import os
import subprocess
from pathlib import Path

import pytest

pyrage = pytest.importorskip('pyrage')

ROOT = Path(__file__).resolve().parents[2]
DISCREET = Path(os.environ.get('DISCREET', ROOT / 'target/release/discreet'))
PASSPHRASE = 'correct horse battery staple'

pytestmark = pytest.mark.skipif(not DISCREET.exists(), reason=f'{DISCREET} is not built')


@pytest.fixture
def folder(tmp_path):
    passphrase = tmp_path / 'p'
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE + '\n')
    return tmp_path


def discreet(folder, *arguments):
    command = [DISCREET, 'identity', *arguments, '--passphrase-file', 'p']
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_another_implementation_opens_what_discreet_wrote(folder):
    made = discreet(folder, 'new', 'robot.key', '--name', 'concierge-1')
    assert made.returncode == 0, made.stderr
    assert (folder / 'robot.key').stat().st_mode & 0o777 == 0o600
    lines = pyrage.passphrase.decrypt((folder / 'robot.key').read_bytes(), PASSPHRASE).decode().splitlines()
    assert lines[:2] == ['discreet private identity 1', 'name: concierge-1']
    assert [line.split(': ')[0] for line in lines[2:]] == ['receive', 'sign']
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt((folder / 'robot.key').read_bytes(), 'wrong')


def test_discreet_opens_what_another_implementation_wrote(folder):
    assert discreet(folder, 'new', 'robot.key', '--name', 'concierge-1').returncode == 0
    plain = pyrage.passphrase.decrypt((folder / 'robot.key').read_bytes(), PASSPHRASE)
    (folder / 'robot.key').write_bytes(pyrage.passphrase.encrypt(plain, PASSPHRASE))
    # Rotating opens the old one first.
    rotated = discreet(folder, 'rotate', 'robot.key')
    assert rotated.returncode == 0, rotated.stderr
    assert 'concierge-1 has new keys' in rotated.stdout
    (folder / 'robot.key').write_bytes(pyrage.passphrase.encrypt(plain, 'another one'))
    refused = discreet(folder, 'rotate', 'robot.key')
    assert refused.returncode == 2 and 'passphrase is wrong' in refused.stderr


def test_what_others_can_read_is_refused(folder):
    assert discreet(folder, 'new', 'robot.key').returncode == 0
    (folder / 'robot.key').chmod(0o644)
    refused = discreet(folder, 'rotate', 'robot.key')
    assert refused.returncode == 2 and 'chmod 600' in refused.stderr
