"""The counting of `tools/bench recall --text`, with figures that were worked out by hand."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'benches'))

from findings import sets
from findings.families import FAMILIES, OTHERS, SOUGHT, family, is_known
from findings.rewritings import REWRITINGS, moved_back, rewritten
from findings.score import Counts, Span, iou, is_hidden, judge, mask, poisson, runs, wilson


def person(start, end):
    return Span(start, end, 'person')


@pytest.mark.parametrize(
    'one, other, expected',
    [
        ((0, 10), (0, 10), 1),
        ((0, 10), (5, 15), 5 / 15),
        ((0, 10), (2, 10), 8 / 10),
        ((0, 10), (0, 5), 5 / 10),
        ((0, 5), (5, 10), 0),  # they touch, and share nothing
        ((3, 3), (3, 3), 0),  # empty
        ((3, 3), (0, 5), 0),
    ],
)
def test_the_overlap_is_divided_by_the_union(one, other, expected):
    assert iou(person(*one), person(*other)) == pytest.approx(expected)
    assert iou(person(*other), person(*one)) == pytest.approx(expected)


def test_half_of_the_union_and_the_family_make_two_spans_the_same():
    assert person(0, 10).same_as(person(0, 5))
    assert not person(0, 10).same_as(person(0, 4))
    assert not person(0, 10).same_as(Span(0, 10, 'place'))


def test_parts_of_a_name_count_together_and_names_of_a_list_do_not():
    parts = judge('Ann Lee', [person(0, 7)], [person(0, 3), person(4, 7)])
    assert parts.counts['person'] == Counts(n=1, found=1, hidden=1, predicted=2, right=2, touching=2)
    alone = judge('Ann Lee', [person(0, 7)], [person(0, 3)])  # 3 of 7
    assert alone.counts['person'].found == 0
    both = [person(0, 7), person(9, 16)]
    assert judge('Ann Lee, Bob Ray', both, both).counts['person'].found == 2


def test_a_run_ends_at_a_word_and_is_of_one_family():
    text = 'Ann, Lee and Bob'
    assert runs([person(0, 3), person(5, 8), person(13, 16)], text) == [person(0, 8)]
    assert runs([person(0, 3), Span(5, 8, 'place')], text) == []
    assert runs([Span(0, 3, 'phone'), Span(5, 8, 'phone')], text) == []
    assert runs([person(0, 8), person(5, 8)], text) == [person(0, 8)]  # one within the other


@pytest.mark.parametrize(
    'found, expected',
    [
        ([(5, 19)], True),  # 12 digits, and blanks that do not count
        ([(5, 9), (10, 14), (15, 19)], True),
        ([(5, 18)], True),  # 11 of 12: 91.7 %
        ([(5, 9), (10, 17)], False),  # 10 of 12: 83.3 %
        ([], False),
    ],
)
def test_nine_tenths_of_letters_and_digits_are_hidden(found, expected):
    text = 'card 4111 1111 1111 ok'
    covered = mask([Span(*places, 'phone') for places in found], len(text))
    assert is_hidden(person(5, 19), text, covered) == expected


def test_exactly_nine_tenths_are_enough_and_signs_count_only_alone():
    covered = mask([person(0, 9)], 10)
    assert is_hidden(person(0, 10), 'abcdefghij', covered)
    assert not is_hidden(person(0, 3), '***', mask([person(0, 2)], 3))
    assert is_hidden(person(0, 3), '***', mask([person(0, 3)], 3))


def test_characters_beyond_the_first_plane_are_one_place_each():
    text = '\U0001f600 \U0001d7da\U0001d7db\U0001d7dc'  # an emoji, and three digits of mathematics
    verdict = judge(text, [Span(2, 5, 'phone')], [Span(2, 5, 'phone')])
    assert verdict.counts['phone'] == Counts(1, 1, 1, 1, 1, 1) and not verdict.false
    assert judge(text, [Span(2, 5, 'phone')], [Span(2, 4, 'phone')]).hidden == [False]


def test_empty_and_repeated_spans_do_not_count():
    text = 'Ann Lee'
    verdict = judge(
        text, [person(0, 7), person(0, 7), person(3, 3)], [person(0, 7), person(0, 7), person(5, 5)]
    )
    assert verdict.counts == {'person': Counts(1, 1, 1, 1, 1, 1)}
    assert judge('', [person(0, 0)], []).counts == {}
    assert judge(text, [person(0, 9)], []).counts == {}  # beyond the end: not of this text
    assert judge(text, [], [person(4, 9)]).false == [person(4, 9)]


def test_overlapping_labels_are_counted_each():
    text = '12 Mill Lane, York'
    gold = [Span(0, 18, 'address'), Span(14, 18, 'place')]
    verdict = judge(text, gold, [Span(0, 18, 'address')])
    assert verdict.counts['address'] == Counts(1, 1, 1, 1, 1, 1)
    assert verdict.counts['place'] == Counts(n=1, found=0, hidden=1)
    assert verdict.missed == []


def test_a_finding_of_another_kind_is_not_a_false_hit():
    verdict = judge(
        'call 5550100 at 7', [Span(5, 12, 'phone')], [Span(5, 12, 'passport'), Span(16, 17, 'room')]
    )
    assert verdict.counts['phone'] == Counts(n=1, hidden=1)
    assert verdict.counts['passport'] == Counts(predicted=1, right=0, touching=1)
    assert verdict.counts['room'] == Counts(predicted=1)
    assert verdict.false == [Span(16, 17, 'room')]


def test_counts_add_up():
    assert Counts(1, 2, 3, 4, 5, 6) + Counts(10, 20, 30, 40, 50, 60) == Counts(11, 22, 33, 44, 55, 66)


@pytest.mark.parametrize(
    'part, whole, low, high',
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0, 0.2775),
        (10, 10, 0.7225, 1),
        (50, 100, 0.4038, 0.5962),
        (0, 0, 0, 1),
    ],
)
def test_a_share_has_wilsons_interval(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize('count, low, high', [(0, 0, 3.668), (1, 0.015, 5.562), (10, 4.787, 18.391)])
def test_a_count_has_byars_interval(count, low, high):
    assert poisson(count) == pytest.approx((low, high), abs=2e-3)


def test_a_label_has_one_family():
    labels = [label for table in (SOUGHT, OTHERS) for words in table.values() for label in words.split()]
    assert len(labels) == len(set(labels)) == len(FAMILIES)
    assert not set(SOUGHT) & set(OTHERS)
    for label, expected in (
        ('PERSON', 'person'),
        ('DE_PLZ', 'postcode'),
        ('US_SSN', 'identity number'),
        ('TAX_ID', 'identity number'),
        ('phone_number', 'phone'),
        ('ID_ASEGURAMIENTO', 'health number'),
    ):
        assert family(label) == expected and is_known(label)
    assert family('SHOE_SIZE') == 'shoe_size' and not is_known('SHOE_SIZE')


def test_every_label_of_discreet_has_a_family():
    kinds = ROOT / 'crates/discreet-pii/src/kinds'
    source = ' '.join(file.read_text() for file in sorted(kinds.glob('*.rs')))
    labels = re.findall(r'define\(\s*"[a-z_0-9]+",\s*"([A-Z_0-9]+)"', source)
    assert len(labels) > 100
    # `OWN` stands for kinds of a policy, which have labels of their own.
    assert [label for label in labels if label not in FAMILIES] == ['OWN']


def test_rows_of_each_form_are_read(tmp_path):
    (tmp_path / 'a.jsonl').write_text(
        '{"id": 7, "text": "I am Ann", "spans": [{"type": "PER", "start": 5, "end": 8}], "lang": "de",'
        ' "license": "CC0"}\n\n{"id": "x", "text": "map ready"}\n'
    )
    (tmp_path / 'b_spoken.jsonl').write_text(
        '{"entity": "US_SSN", "text": "it is 1", "expected_spans": [[6, 7]]}\n'
        '{"entity": "US_SSN", "text": "2", "expected_spans": null}\n{"lines": []}\n'
    )
    ann, ready, case = sets.read(tmp_path)
    assert ann == sets.Text('a', '7', 'I am Ann', (person(5, 8),), 'de', False, 'CC0')
    assert ready == sets.Text('a', 'x', 'map ready')
    assert case == sets.Text(
        'b_spoken', 'b_spoken-1', 'it is 1', (Span(6, 7, 'identity number'),), spoken=True
    )


def test_a_row_that_is_broken_is_named(tmp_path):
    (tmp_path / 'a.jsonl').write_text(
        '{"id": 1, "text": "a"}\n{"id": 2, "text": "b", "spans": [{"start": 0}]}\n'
    )
    with pytest.raises(SystemExit, match=r'a\.jsonl:2: not a row'):
        list(sets.read(tmp_path))


def test_a_share_is_held_by_the_id_alone():
    texts = [sets.Text('a', f'row-{number}', '') for number in range(2000)]
    held = {text.id for text in texts if sets.is_held(text, 0.5)}
    assert 900 < len(held) < 1100
    assert all(sets.is_held(sets.Text('a_spoken', name, 'said', spoken=True), 0.5) for name in held)
    assert {text.id for text in texts if sets.is_held(text, 0.2)} < held


@pytest.mark.parametrize(
    'name, expected',
    [
        ('no-break blanks', 'Z\u00e9\u00a0a-b4,\u00a02014'),
        ('two blanks', 'Z\u00e9  a-b4,  2014'),
        ('minus signs', 'Z\u00e9 a\u2212b4, 2014'),
        ('full-width', '\uff3a\u00e9\u3000\uff41\uff0d\uff42\uff14\uff0c\u3000\uff12\uff10\uff11\uff14'),
        ('Arabic-Indic digits', 'Z\u00e9 a-b\u0664, \u0662\u0660\u0661\u0664'),
        ('decomposed (NFD)', 'Ze\u0301 a-b4, 2014'),
        ('soft hyphens', 'Z\u00e9 a-b4, 20\u00ad14'),
        ('HTML entities', 'Z&eacute;&nbsp;a&#45;b4&#44;&nbsp;2014'),
        ('HTML entities of digits', 'Z\u00e9 a-b&#x34;, &#x32;&#x30;&#x31;&#x34;'),
        ('percent', 'Z%C3%A9%20a-b4%2C%202014'),
    ],
)
def test_a_text_is_rewritten(name, expected):
    assert rewritten('Z\u00e9 a-b4, 2014', REWRITINGS[name])[0] == expected


def test_every_rewriting_can_be_undone_in_its_places():
    text = 'Zo\u00eb \U0001f600 42-17'
    for by in REWRITINGS.values():
        written, starts = rewritten(text, by)
        assert starts[0] == 0 and starts[-1] == len(written) and len(starts) == len(text) + 1
        everything = [Span(0, len(written), 'phone')]
        assert moved_back(everything, starts) == [Span(0, len(text), 'phone')]


def test_a_character_of_which_a_part_is_covered_is_not_covered():
    written, starts = rewritten('a b', REWRITINGS['two blanks'])
    assert (written, starts) == ('a  b', [0, 1, 3, 4])
    assert moved_back([person(0, 2)], starts) == [person(0, 1)]
    assert moved_back([person(2, 4)], starts) == [person(2, 3)]
    assert moved_back([person(2, 3)], starts) == []
