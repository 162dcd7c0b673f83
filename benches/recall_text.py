"""`tools/bench recall --text`: how much personal data in text is found, and how much else is hidden by
mistake.

DIR has data sets, a file of JSON lines each; benches/findings/sets.py says which form they have. Besides
them come robot telemetry, numbers with a wrong check digit, and the texts of DIR rewritten; all in one run,
in one configuration.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import sys

import labelled
import telemetry
from findings import engines, page, sets, tables
from findings.families import SOUGHT
from findings.rewritings import REWRITINGS, moved_back, rewritten
from findings.score import Counts, Span, judge, poisson, wilson

REWRITTEN = 500  # texts
LONGEST = 2000  # characters of a text that is rewritten
CONTEXT = 40
WITH_MODEL = 'discreet + model'


def main():
    options = arguments()
    texts = [text for folder in options.data for text in sets.read(folder)]
    measured = [text for text in texts if options.held is None or sets.is_held(text, options.held)]
    if not measured:
        sys.exit('error: no text is left to measure')
    parts = [Sets(texts, set(map(id, measured))), Rewritten(measured), Telemetry(), Labelled()]
    results = [data_set(name, measured) for name in dict.fromkeys(text.name for text in measured)]
    for variant, command in commands(options).items():
        # The model takes minutes for the sets alone.
        searched = parts[:1] if variant == WITH_MODEL else parts
        spans, unknown = engines.run(command, [text for part in searched for text in part.texts])
        if unknown:
            print(f'{variant}: labels without a family: {", ".join(unknown)}', file=sys.stderr)
        at = 0
        for part in searched:
            found = spans[at : at + len(part.texts)]
            at += len(part.texts)
            results += [{**result, 'variant': variant} for result in part.results(found, options.misses)]
    if options.write_docs:
        page.write(
            options.write_docs, results, page.Header(command_line(options), options.commit, options.date)
        )
    if options.json:
        for result in results:
            print(json.dumps(result, ensure_ascii=False))
    else:
        tables.show(results)


def arguments():
    parser = argparse.ArgumentParser(prog='tools/bench recall --text', description=__doc__.splitlines()[0])
    parser.add_argument('--text', action='store_true', required=True)
    add = parser.add_argument
    add('--data', type=pathlib.Path, action='append', required=True, metavar='DIR', help='may be repeated')
    add('--presidio', action='store_true', help='compared with Presidio, on the same rows')
    add('--name-model', action='store_true', help='also with the model of names')
    add(
        '--held', type=share, metavar='SHARE', help='count this share of the texts; show misses of the others'
    )
    add('--misses', type=int, default=0, metavar='N', help='show N examples of each kind')
    add('--write-docs', type=pathlib.Path, metavar='FILE', help='write a page and its drawing')
    add('--commit', help='for the header of the page: the commit that is measured')
    add('--date', help='for the header of the page: the day')
    add('--json', action='store_true')
    options = parser.parse_args()
    if options.write_docs and not (options.commit and options.date):
        parser.error('--write-docs needs --commit and --date')
    return options


def share(word):
    value = float(word)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError('a share is between 0 and 1')
    return value


def command_line(options):
    """As a reader would type it: of a folder only the name."""
    words = [f'--data {folder.resolve().name}' for folder in options.data]
    words += ['--name-model'] * options.name_model
    words += ['--presidio'] * options.presidio + [f'--held {options.held}'] * (options.held is not None)
    return f'tools/bench recall --text {" ".join(words)}'


def commands(options):
    built = f'{os.environ.get("CARGO_TARGET_DIR", "target")}/release/discreet'
    plain = [os.environ.get('DISCREET', built), 'redact-text', '--spans']
    named = {'discreet': plain}
    if options.name_model:
        named[WITH_MODEL] = [*plain, '--name-model']
    if options.presidio:
        python = os.environ.get('PRESIDIO_PYTHON')
        if python:
            named['presidio'] = [python, 'benches/peer/presidio_spans.py']
        else:
            print('NOT COMPARED: Presidio cannot be had here', file=sys.stderr)
    return named


def data_set(name, texts):
    own = [text for text in texts if text.name == name]
    return {
        'part': 'data',
        'set': name,
        'licences': sorted({text.licence for text in own}),
        'texts': len(own),
        'kb': size(own),
        'there': sum(len(text.gold) for text in own),
        'spoken': any(text.spoken for text in own),
    }


def size(texts):
    return sum(len(text.text.encode()) for text in texts) / 1024


def shares(part, whole, name):
    low, high = wilson(part, whole)
    return {name: part / whole if whole else None, f'{name}_low': low, f'{name}_high': high}


def rate(count, kb):
    low, high = poisson(count)
    return {'false_hits': count, 'per_kb': count / kb, 'per_kb_low': low / kb, 'per_kb_high': high / kb}


class Sets:
    """The data sets as they are."""

    def __init__(self, texts, measured):
        self.texts, self.measured = texts, measured

    def results(self, found, examples):
        counts, false, touched = collections.defaultdict(Counts), collections.Counter(), collections.Counter()
        misses, hits = collections.defaultdict(list), collections.defaultdict(list)
        for text, spans in zip(self.texts, found):
            verdict = judge(text.text, text.gold, spans)
            # What is counted is not shown, so that nobody tunes to it.
            is_counted = id(text) in self.measured
            if is_counted:
                for family, of in verdict.counts.items():
                    counts[text.name, text.lang, family] += of
                for span in verdict.false:
                    false[text.name, span.family] += 1
                touched[text.name] += bool(verdict.false)
            if not is_counted or len(self.measured) == len(self.texts):
                for span in verdict.missed:
                    misses[span.family].append(example(text, span))
                for span in verdict.false:
                    hits[span.family].append(example(text, span))
        for (name, lang, family), of in sorted(counts.items(), key=lambda item: (*item[0][:2], -item[1].n)):
            result = {'part': 'kinds', 'set': name, 'lang': lang, 'kind': family, 'sought': family in SOUGHT}
            result |= {'n': of.n, 'predicted': of.predicted}
            result |= shares(of.found, of.n, 'found') | shares(of.hidden, of.n, 'hidden')
            result |= shares(of.right, of.predicted, 'right') | shares(of.touching, of.predicted, 'touching')
            yield result
        for name in dict.fromkeys(text.name for text in self.texts):
            own = [text for text in self.texts if text.name == name and id(text) in self.measured]
            if not own:
                continue
            of = collections.Counter({family: n for (of, family), n in false.items() if of == name})
            result = {'part': 'sets', 'set': name, 'texts': len(own), 'kb': size(own)}
            result |= rate(of.total(), size(own)) | {'texts_touched': touched[name] / len(own)}
            yield result | {'worst': of.most_common(8)}
        for part, listed in (('missed', misses), ('false', hits)):
            for family, all_of_it in sorted(listed.items(), key=lambda item: -len(item[1])):
                if examples:
                    shown = random.Random(family).sample(all_of_it, min(examples, len(all_of_it)))
                    yield {'part': part, 'kind': family, 'n': len(all_of_it), 'examples': shown}


class Rewritten:
    """Texts of the data sets in which something is personal, in each of the rewritings."""

    def __init__(self, texts):
        able = [text for text in texts if text.gold and not text.spoken and len(text.text) <= LONGEST]
        self.base = sorted(able, key=lambda text: random.Random(f'{text.name} {text.id}').random())[
            :REWRITTEN
        ]
        self.made = []  # rewriting, number in `base`, starts
        self.texts = list(self.base)
        for name, by in REWRITINGS.items():
            for number, text in enumerate(self.base):
                written, starts = rewritten(text.text, by)
                if written != text.text:
                    self.made.append((name, number, starts))
                    self.texts.append(sets.Text(text.name, text.id, written))

    def results(self, found, _examples):
        plain = [judge(text.text, text.gold, spans) for text, spans in zip(self.base, found)]
        hidden, n = collections.Counter(), collections.Counter()
        for (name, number, starts), text, spans in zip(
            self.made, self.texts[len(self.base) :], found[len(self.base) :]
        ):
            before = self.base[number]
            after = judge(before.text, before.gold, moved_back(spans, starts))
            gold = sorted({span for span in before.gold if span.start < span.end <= len(before.text)})
            for span, was, still in zip(gold, plain[number].hidden, after.hidden):
                written = text.text[starts[span.start] : starts[span.end]]
                # Only what was hidden, and is now written differently.
                if was and written != before.text[span.start : span.end]:
                    n[name] += 1
                    hidden[name] += still
        for name in REWRITINGS:
            if n[name]:
                yield {'part': 'rewritings', 'case': name, 'n': n[name]} | shares(
                    hidden[name], n[name], 'hidden'
                )


class Telemetry:
    """Lines of a robot in which nothing is personal."""

    def __init__(self):
        made = list(telemetry.lines())
        self.makers = [maker for maker, _ in made]
        self.texts = [sets.Text('telemetry', str(at), line) for at, (_, line) in enumerate(made)]

    def results(self, found, examples):
        kinds, where, shown = collections.Counter(), collections.Counter(), {}
        touched = 0
        for maker, text, spans in zip(self.makers, self.texts, found):
            false = judge(text.text, (), spans).false
            touched += bool(false)
            for span in false:
                kinds[span.family] += 1
                where[span.family, maker] += 1
                shown.setdefault((span.family, maker), example(text, span))
        result = {'part': 'telemetry', 'texts': len(self.texts), 'kb': size(self.texts)}
        result |= rate(kinds.total(), size(self.texts)) | {'texts_touched': touched / len(self.texts)}
        yield result | {'worst': kinds.most_common(10)}
        for (family, maker), n in where.most_common(max(10, examples)):
            yield {
                'part': 'telemetry hits',
                'kind': family,
                'case': maker,
                'n': n,
                'example': shown[family, maker],
            }


class Labelled:
    """Numbers with a wrong check digit, and others without any, behind their label."""

    def __init__(self):
        self.lines = list(labelled.lines())
        self.texts = [
            sets.Text(line.part, str(at), line.text, (Span(line.start, line.end, line.kind),), line.lang)
            for at, line in enumerate(self.lines)
        ]

    def results(self, found, examples):
        n, hidden, missed = collections.Counter(), collections.Counter(), collections.defaultdict(list)
        for text, spans in zip(self.texts, found):
            (gold,) = text.gold
            key = text.name, gold.family, text.lang
            n[key] += 1
            (is_hidden,) = judge(text.text, text.gold, spans).hidden
            hidden[key] += is_hidden
            if not is_hidden:
                missed[key].append(example(text, gold))
        for (part, kind, lang), count in n.items():
            result = {'part': 'labelled', 'set': part, 'kind': kind, 'lang': lang, 'n': count}
            result |= shares(hidden[part, kind, lang], count, 'hidden')
            yield result | {'examples': missed[part, kind, lang][:examples]}


def example(text, span):
    """The place, marked, with some of what is around it."""
    before, after = (
        text.text[max(0, span.start - CONTEXT) : span.start],
        text.text[span.end : span.end + CONTEXT],
    )
    shown = f'{before}[{text.text[span.start : span.end]}]{after}'.replace('\n', '\u23ce')
    return {'set': text.name, 'lang': text.lang, 'text': shown}


if __name__ == '__main__':
    main()
