"""The tools, with programs in place of setup, cargo, Python and linters that do next to nothing.

`tools/bench` reads its options before it sets anything up; `tools/test` counts what it cannot check.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / 'tools'


@pytest.fixture
def bench(tmp_path):
    """Runs tools/bench in a clone that has nothing else. Returns the process and the lines that were run."""
    (tmp_path / 'tools').mkdir()
    (tmp_path / '.ros').mkdir()
    (tmp_path / '.ros/env.sh').touch()
    for folder in ('.ros/bench', 'benches/peer'):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / '.ros/bench/ready').touch()
    shutil.copy(TOOLS / 'bench', tmp_path / 'tools')
    shutil.copytree(TOOLS / 'lib', tmp_path / 'tools/lib')
    said = tmp_path / 'said'
    for program in ('tools/setup', 'bin/cargo', 'bin/python3', '.ros/bench/bin/python', 'benches/peer/build'):
        script = tmp_path / program
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f'#!/bin/sh\necho "{script.name} $*" >>{said}\n')
        script.chmod(0o755)

    def run(*words):
        said.write_text('')
        path = f'{tmp_path / "bin"}:{os.environ["PATH"]}'
        done = subprocess.run(
            [tmp_path / 'tools/bench', *words],
            env={'HOME': os.environ.get('HOME', '/'), 'PATH': path},
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done, said.read_text().splitlines()

    return run


@pytest.mark.parametrize(
    'words, program, options',
    [
        ('relay', 'python3 benches/relay.py', ''),
        ('relay --quick --json', 'python3 benches/relay.py', '--quick --json'),
        ('relay --case tuned --rounds 2 --seconds 5', 'relay.py', '--case=tuned --rounds=2 --seconds=5'),
        ('redact --seconds 2 --quick', 'redact.py', '--seconds=2 --quick'),
        ('recall --data d --moving --halves --profile', 'recall.py', '--data=d --moving --halves --profile'),
        (
            'recall --data=d --no-peer --opencv --every 2 --threads 2 --frames 9',
            'recall.py',
            '--data=d --no-peer --opencv --every=2 --threads=2 --frames=9',
        ),
        (
            'recall --data d --turned 90 --rotated any --grey --dark --within 9x9 --small --subject plates',
            'recall.py',
            '--data=d --turned=90 --rotated=any --grey --dark --within=9x9 --small --subject=plates',
        ),
        ('seal --part ways --case 6.2 --rounds 1', 'seal.py', '--part=ways --case=6.2 --rounds=1'),
        ('seal --seconds 1 --no-peer --quick', 'seal.py', '--seconds=1 --no-peer --quick'),
        ('revoke --trials 3', 'python3 benches/revoke.py', '--trials=3'),
        ('pii --json', 'benches/pii.py', '--json'),
        ('policy --json', 'benches/policy.py', '--json'),
        ('e2e --rounds 2 --quick --policy p.yaml', 'e2e.py', '--rounds=2 --quick --policy=p.yaml'),
        ('clock --steps 6', 'test_clock.py --steps 48', '--steps=6'),
        ('crowd --minutes 1', 'test_robots.py --minutes 10', '--minutes=1'),
        ('soak --minutes 1 --out out/soak --json', 'soak.py', '--minutes=1 --out=out/soak --json'),
    ],
)
def test_each_documented_option_reaches_the_program_that_measures(bench, words, program, options):
    done, said = bench(*words.split())
    assert done.returncode == 0, done.stderr
    assert said[0].startswith('setup ')
    assert program in said[-1] and said[-1].endswith(options)


def test_text_is_measured_without_ros(bench):
    done, said = bench('recall', '--text', '--data=d', '--data', 'e', '--held', '.5', '--misses=3', '--json')
    assert done.returncode == 0, done.stderr
    assert said == [
        'cargo build --release --quiet --bin discreet',
        'python3 benches/recall_text.py --text --data=d --data=e --held=.5 --misses=3 --json',
    ]


def test_text_is_measured_alone_if_presidio_cannot_be_installed(bench):
    done, said = bench('recall', '--text', '--data=d', '--presidio')
    assert done.returncode == 0 and 'Presidio failed' in done.stderr  # there is no python in its environment
    assert said[-1].endswith('recall_text.py --text --data=d --presidio')


@pytest.mark.parametrize(
    'words, complaint',
    [
        ('seal --nopeer', 'seal has no option --nopeer'),
        ('seal stray', 'seal has no option stray'),
        ('seal --no-peer=yes', 'seal has no option --no-peer=yes'),
        ('policy --rounds 3', 'policy has no option --rounds'),
        ('relay --rounds', '--rounds of relay needs a value'),
        ('seal --part way', 'primitives, ways or readers'),
        ('recall --moving', 'recall needs --data'),
        ('recall --text', 'recall needs --data'),
        ('recall --text --data d --moving', 'recall has no option --moving'),
        ('recall --data d --presidio', 'recall has no option --presidio'),
        ('recall --text --data d --write-docs p.md --commit c', '--write-docs needs --commit and --date'),
        ('warp', 'no benchmark warp'),
        ('', 'Usage: tools/bench NAME'),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_set_up(bench, words, complaint):
    done, said = bench(*words.split())
    assert done.returncode == 2 and complaint in done.stderr and not said


@pytest.mark.parametrize('words', ['--help', '-h', 'seal --help', 'soak --minutes 1 -h'])
def test_help_sets_nothing_up(bench, words):
    done, said = bench(*words.split())
    assert done.returncode == 0 and done.stdout.startswith('Usage: tools/bench NAME') and not said


@pytest.mark.parametrize(
    'words, built',
    [
        ('seal', True),
        ('seal --part ways', True),
        ('seal --part=ways', True),
        ('seal --part primitives', False),
        ('seal --part=readers', False),
        ('seal --part ways --no-peer', False),
        ('seal --case --no-peer', True),  # the value of --case
    ],
)
def test_a_fast_dds_with_security_is_built_only_if_it_is_measured(bench, words, built):
    done, said = bench(*words.split())
    assert done.returncode == 0, done.stderr
    assert any(line.startswith('build ') for line in said) == built


NEEDED = 'awk bash cat dirname env git grep mktemp rm sed tail tee timeout'.split()
CHECKS = {
    'Python format and lints': 'ruff',
    'Python types': 'mypy',
    'shell lints': 'shellcheck',
    'spelling': 'typos',
    'licences and sources': 'cargo-deny',
    'known weaknesses': 'cargo-deny',
}


@pytest.fixture
def fast(tmp_path):
    """Runs tools/test --fast in a clone of which only the tools are there, on a system with few programs."""
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'tools').mkdir()
    shutil.copy(TOOLS / 'test', tmp_path / 'tools')
    shutil.copytree(TOOLS / 'lib', tmp_path / 'tools/lib')
    for name in NEEDED:
        (tmp_path / 'bin' / name).symlink_to(shutil.which(name))
    subprocess.run(['git', 'init', '--quiet', tmp_path], check=True)
    subprocess.run(['git', '-C', tmp_path, 'add', '.'], check=True)

    def program(name, script='exit 0'):
        path = tmp_path / 'bin' / name
        path.write_text(f'#!/usr/bin/env bash\n{script}\n')
        path.chmod(0o755)

    def run():
        program('cargo', '[[ $1 == test ]] && echo "test result: ok. 3 passed; 0 failed; 0 ignored"; exit 0')
        done = subprocess.run(
            [tmp_path / 'tools/test', '--fast'],
            env={'PATH': str(tmp_path / 'bin')},
            capture_output=True,
            text=True,
            timeout=60,
        )
        stages = dict(line[3:].split(': ', 1) for line in done.stdout.splitlines() if line.startswith('-- '))
        return done, stages

    run.program = program
    return run


def test_a_check_whose_program_is_missing_is_skipped_by_name(fast):
    done, stages = fast()
    assert done.returncode == 0, done.stdout + done.stderr
    for stage, program in CHECKS.items():
        assert stages[stage].startswith('0 passed, 0 failed, 1 skipped'), stages[stage]
        assert f'SKIPPED: {program} is not installed; tools/setup --test installs it' in done.stdout
    assert done.stdout.splitlines()[-1] == '6 passed, 0 failed, 6 skipped'  # three checks and three tests


def test_checks_run_where_their_programs_are(fast):
    for program in CHECKS.values():
        fast.program(program)
    done, stages = fast()
    assert done.returncode == 0 and all(stages[stage].startswith('1 passed') for stage in CHECKS)


@pytest.mark.parametrize('stage', CHECKS)
def test_a_check_that_finds_something_fails_the_run_and_shows_it(fast, stage):
    fast.program(CHECKS[stage], 'echo "found something"; [[ $* == "fetch db" ]]')
    done, stages = fast()
    assert done.returncode == 1 and stages[stage].startswith('0 passed, 1 failed'), done.stdout
    (failed,) = (line for line in done.stdout.splitlines() if line.startswith('Failed: '))
    assert stage in failed and 'found something' in done.stdout


def test_weaknesses_whose_database_cannot_be_had_are_skipped(fast):
    for program in CHECKS.values():
        fast.program(program)
    fast.program('cargo-deny', '[[ $* != "fetch db" ]]')
    done, stages = fast()
    assert done.returncode == 0 and stages['known weaknesses'].startswith('0 passed, 0 failed, 1 skipped')
    assert 'SKIPPED: the database of known weaknesses (RustSec) cannot be fetched from here' in done.stdout
