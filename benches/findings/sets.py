"""Data sets: files of JSON lines, a text in each.

Rows are {"id", "text", "spans": [{"type", "start", "end"}, ...]}, with "lang", "spoken", "license" or "src"
where they are known; places count characters. A row without spans has nothing personal in it. Test cases of
recognisers have another form: {"entity", "text", "expected_spans": [[start, end], ...]}. A file whose name
ends in `_spoken` was spoken.
"""

import dataclasses
import hashlib
import json
import sys

from .families import family
from .score import Span


@dataclasses.dataclass(frozen=True)
class Text:
    name: str  # of its set
    id: str
    text: str
    gold: tuple = ()
    lang: str = 'en'
    spoken: bool = False
    licence: str = 'not stated'


def read(folder):
    """All sets of a folder, by file. Rows of another form are left out, with a message."""
    files = sorted(folder.glob('*.jsonl'))
    if not files:
        sys.exit(f'error: {folder} has no *.jsonl')
    for file in files:
        left_out = 0
        for number, line in enumerate(file.read_text(encoding='utf-8').splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = text_of(json.loads(line), file.stem, number)
            except (ValueError, KeyError, TypeError) as error:
                sys.exit(f'error: {file}:{number}: not a row with a text and spans: {error!r}')
            if row:
                yield row
            else:
                left_out += 1
        if left_out:
            print(
                f'{file.name}: {left_out} rows are left out: they have no text or no places', file=sys.stderr
            )


def text_of(row, name, number):
    """A row as it is counted; nothing if it does not say where something is, or has no text."""
    if 'text' not in row:
        return None
    if 'expected_spans' in row:
        if row['expected_spans'] is None:
            return None
        spans = [(row['entity'], start, end) for start, end in row['expected_spans']]
    else:
        spans = [(span['type'], span['start'], span['end']) for span in row.get('spans') or []]
    return Text(
        name,
        str(row.get('id', f'{name}-{number}')),
        row['text'],
        tuple(Span(start, end, family(label)) for label, start, end in spans),
        row.get('lang') or 'en',
        row.get('spoken') or name.endswith('_spoken'),
        row.get('license') or row.get('src') or 'not stated',
    )


def is_held(text, share):
    """Is it of the share of texts that nobody looks at? A text is so in writing and in speech."""
    digest = hashlib.sha256(f'held {text.id}'.encode()).digest()
    return int.from_bytes(digest[:4], 'big') < share * 2**32
