"""`tools/bench recall --text`, with a program in the place of discreet; and the lines that it makes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'benches'))

import labelled
import telemetry

# Finds all runs of three letters `a` and more, as persons, and `#` as something that nobody knows.
FAKE = r"""#!/usr/bin/env python3
import json, re, sys
assert sys.argv[1:3] == ['redact-text', '--spans']
for line in open(sys.argv[3], encoding='utf-8'):
    row = json.loads(line)
    spans = [['PERSON', *found.span(), 1.0] for found in re.finditer('aaa+', row['text'])]
    spans += [['SHOE_SIZE', *found.span(), 1.0] for found in re.finditer('#', row['text'])]
    print(json.dumps({'id': row['id'], 'spans': spans}))
"""

ROWS = (
    {
        'id': 1,
        'text': 'I am \u00e9 aaaa',
        'spans': [{'type': 'PER', 'start': 7, 'end': 11}],
        'license': 'CC0',
    },
    {'id': 2, 'text': 'I am bbbb', 'spans': [{'type': 'PERSON', 'start': 5, 'end': 9}], 'license': 'CC0'},
    {'id': 3, 'text': 'aaa #', 'license': 'CC0'},
)


@pytest.fixture
def measure(tmp_path):
    """Measures three texts. Returns the process, and what it wrote as JSON."""
    data = tmp_path / 'sets'
    data.mkdir()
    (data / 'three.jsonl').write_text(''.join(json.dumps(row) + '\n' for row in ROWS))
    fake = tmp_path / 'fake'
    fake.write_text(FAKE)
    fake.chmod(0o755)

    def run(*options):
        done = subprocess.run(
            [sys.executable, 'benches/recall_text.py', '--text', f'--data={data}', '--json', *options],
            cwd=ROOT,
            env={**os.environ, 'DISCREET': str(fake), 'PRESIDIO_PYTHON': ''},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done, [json.loads(line) for line in done.stdout.splitlines()]

    return run


def one(results, **wanted):
    (result,) = (result for result in results if wanted.items() <= result.items())
    return result


def test_what_is_found_and_what_is_wrong_is_counted(measure):
    done, results = measure()
    assert done.returncode == 0, done.stderr
    found = one(results, part='kinds', kind='person')
    assert (found['n'], found['found'], found['hidden'], found['predicted'], found['right']) == (
        2,
        0.5,
        0.5,
        2,
        0.5,
    )
    assert found['found_low'] == pytest.approx(0.0945, abs=1e-4)
    kb = (12 + 9 + 5) / 1024  # `e` with an accent has two bytes
    wrong = one(results, part='sets')
    assert wrong['false_hits'] == 2 and wrong['per_kb'] == pytest.approx(2 / kb)
    assert wrong['texts_touched'] == pytest.approx(1 / 3) and wrong['worst'] == [
        ['person', 1],
        ['shoe_size', 1],
    ]
    assert 'labels without a family: SHOE_SIZE' in done.stderr
    there = one(results, part='data')
    assert (there['set'], there['licences'], there['texts'], there['there']) == ('three', ['CC0'], 3, 2)


def test_a_rewriting_counts_what_was_hidden_and_is_changed(measure):
    _, results = measure()
    wide = one(results, part='rewritings', case='full-width')
    assert (wide['n'], wide['hidden']) == (1, 0)  # `bbbb` was not hidden
    assert one(results, part='rewritings', case='soft hyphens')['hidden'] == 0
    assert not [
        result for result in results if result.get('case') == 'no-break blanks'
    ]  # there is none in it


def test_misses_are_shown_only_of_what_is_not_counted(measure):
    def texts(results, part):
        return {shown['text'] for result in results if result['part'] == part for shown in result['examples']}

    _, results = measure('--misses=9')
    assert texts(results, 'missed') == {'I am [bbbb]'} and texts(results, 'false') == {'[aaa] #', 'aaa [#]'}
    for held in (0.3, 0.6, 0.9):
        _, results = measure('--misses=9', f'--held={held}')
        counted = one(results, part='data')['texts']
        assert 0 < counted < 3
        missed = sum(
            round((1 - of['hidden']) * of['n']) for of in results if of['part'] == 'kinds' and of['n']
        )
        assert missed + len(texts(results, 'missed')) == 1
        assert one(results, part='sets')['false_hits'] + len(texts(results, 'false')) == 2


def test_presidio_is_left_out_loudly(measure):
    done, results = measure('--presidio')
    assert done.returncode == 0 and 'NOT COMPARED' in done.stderr
    assert {result['variant'] for result in results if 'variant' in result} == {'discreet'}


def test_a_page_is_written_with_its_drawing(measure, tmp_path):
    page = tmp_path / 'found.md'
    refused, _ = measure(f'--write-docs={page}')
    assert refused.returncode == 2 and '--commit and --date' in refused.stderr
    done, _ = measure(f'--write-docs={page}', '--commit=abc1234', '--date=2026-11-30')
    assert done.returncode == 0, done.stderr
    lines = page.read_text().splitlines()
    assert lines[0].startswith('# ') and lines[2].startswith('For ') and ':' in lines[2]
    text = ' '.join(lines)
    assert '`tools/bench recall --text --data sets` on 2026-11-30, commit abc1234' in text
    assert '| three | CC0 | 3 | 0 | 2 |' in text
    assert str(tmp_path) not in text  # nothing of this machine
    (picture,) = re.findall(r'!\[.*?\]\((.*?)\)', text)
    assert page.with_name(picture).read_text().startswith('<svg ')
    assert not [line for line in lines if line.startswith('    ')]
    widths = {len(row.split(' | ')) for row in lines if row.startswith('| payment card | ')}
    assert widths == {4}


def test_telemetry_is_the_same_each_time():
    made = list(telemetry.lines(5000))
    assert made == list(telemetry.lines(5000)) != list(telemetry.lines(5000, seed=1))
    assert 5000 <= sum(len(line) for _, line in made) < 6000
    everything = list(telemetry.lines())
    assert {kind for kind, _ in everything} == set(telemetry.LINES)
    assert any(re.search(r'\beta: \d+\.\d', line) for _, line in everything)
    assert not any('{real' in line or '{digits' in line for _, line in everything)


@pytest.mark.parametrize(
    'check, right, wrong',
    [
        (labelled.luhn, '4111111111111111', '4111111111111112'),
        (labelled.mod_97, 'GB82WEST12345698765432', 'GB82WEST12345698765431'),
        (labelled.mod_11_10, '86095742719', '86095742718'),
        (labelled.bsn, '111222333', '111222334'),
        (labelled.nhs, '9434765919', '9434765918'),
        (labelled.nif, '123456789', '123456788'),
        (labelled.nir, '255081416802538', '255081416802539'),
        (labelled.nass, '281234567840', '281234567841'),
        (labelled.dni, '12345678Z', '12345678A'),
        (labelled.nie, 'X1234567L', 'Y1234567L'),
        (labelled.fiscal_code, 'RSSMRA85T10A562S', 'RSSMRA85T10A562T'),
        (labelled.pension, '15070649C103', '15070649C104'),
    ],
)
def test_a_check_digit_is_computed_as_its_standard_says(check, right, wrong):
    assert check(right) and not check(wrong)


def test_every_number_of_the_part_has_a_wrong_check_digit():
    checks = {
        'payment card': labelled.luhn,
        'iban': labelled.mod_97,
        'nhs': labelled.nhs,
        'tax': labelled.mod_11_10,
        'pension insurance': labelled.pension,
        'dni': labelled.dni,
        'nie': labelled.nie,
        'fiscal code': labelled.fiscal_code,
        'bsn': labelled.bsn,
        'nif': labelled.nif,
    }
    checked = set()
    for line in labelled.lines():
        value = re.sub('[ -]', '', line.text[line.start : line.end])
        assert value
        if line.part == 'wrong digit' and line.kind in checks:
            assert not checks[line.kind](value), line
            checked.add(line.kind)
    assert checked == set(checks)


def test_every_language_has_the_same_kinds_of_its_own_form():
    kinds = {}
    for line in labelled.lines(each=4):
        kinds.setdefault((line.part, line.lang), set()).add(line.kind)
    own = [of for (part, _), of in kinds.items() if part == 'own form']
    assert len(own) == 7 and all(of == own[0] for of in own)
    assert all({'payment card', 'iban'} <= of for (part, _), of in kinds.items() if part == 'wrong digit')
