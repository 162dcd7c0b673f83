"""The audit log, verified by the lines of docs/audit.md and by nothing else of this project."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHOLE = ROOT / 'tests/data/audit_parts'


@pytest.fixture
def log(tmp_path):
    shutil.copytree(WHOLE, tmp_path, dirs_exist_ok=True)
    return tmp_path / 'audit.log'


def verify(log):
    (snippet,) = re.findall(r'```python\n(.*?)```', (ROOT / 'docs/audit.md').read_text(), re.DOTALL)
    return subprocess.run([sys.executable, '-c', snippet, log], capture_output=True, text=True)


def test_a_log_in_parts_is_intact(log):
    parts = len(list(log.parent.glob('audit.log.0*'))) + 1
    done = verify(log)
    assert done.returncode == 0, done.stderr
    assert re.match(rf'intact: \d+ entries in {parts} parts', done.stdout) and parts >= 3


def part(number):
    return f'audit.log.{number:06}'


def change(log):
    file = log.with_name(part(2))
    file.write_text(file.read_text().replace('/speech', '/speecb', 1))


def swap(log):
    one, two = log.with_name(part(1)), log.with_name(part(2))
    first = one.read_text()
    one.write_text(two.read_text())
    two.write_text(first)


def cut(log):
    log.write_text(''.join(log.read_text().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize(
    'spoil, words',
    [
        (change, 'changed'),
        (swap, 'missing'),
        (cut, 'the end'),
        (lambda log: log.with_name(part(2)).unlink(), 'something is missing'),
        (lambda log: log.with_name(part(1)).unlink(), 'missing at the start'),
    ],
    ids=['changed', 'swapped', 'cut', 'without the middle', 'without the start'],
)
def test_a_log_that_is_not_what_was_written_is_found(log, spoil, words):
    spoil(log)
    done = verify(log)
    assert done.returncode != 0 and words in done.stderr


def test_every_kind_of_entry_about_parts_is_documented(log):
    text = (ROOT / 'docs/audit.md').read_text()
    entries = [
        json.loads(line)
        for file in log.parent.glob('audit.log*')
        if file.suffix != '.head'
        for line in file.read_text().splitlines()
    ]
    for entry in entries:
        assert f'`{entry["entry"]}`' in text
        for key in entry:
            assert f'`{key}`' in text or f'"{key}"' in text, key
