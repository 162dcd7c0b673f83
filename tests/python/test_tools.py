"""`tools/bench` reads its options before it sets anything up.

Setup, cargo and Python are replaced by programs that only note their arguments.
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
            env={**os.environ, 'PATH': path},
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
