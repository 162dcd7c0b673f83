"""Ways to write a text differently that a reader hardly notices.

Each is a function of a text and of a place in it, and returns what stands there instead, so that places in
the rewritten text are known.
"""

import bisect
import html.entities
import itertools
import unicodedata
import urllib.parse

from .score import Span


def replaced(characters, by):
    return lambda text, at: by if text[at] in characters else text[at]


def shifted(first, last, to):
    """Characters of a range, moved to another block of Unicode."""
    return lambda text, at: chr(ord(text[at]) - ord(first) + to) if first <= text[at] <= last else text[at]


def in_words(character):
    """In the middle of each word and number of at least four characters."""

    def put(text, at):
        start = end = at
        while start > 0 and text[start - 1].isalnum():
            start -= 1
        while end < len(text) and text[end].isalnum():
            end += 1
        is_middle = end - start >= 4 and at == start + (end - start) // 2 - 1
        return text[at] + character if is_middle else text[at]

    return put


def decomposed(text, at):
    return unicodedata.normalize('NFD', text[at])


def full_width(text, at):
    return '\u3000' if text[at] == ' ' else shifted('!', '~', 0xFF01)(text, at)


def entities(text, at):
    character = text[at]
    if character == ' ':
        return '&nbsp;'
    if character.isascii() and (character.isalnum() or character.isspace()):
        return character
    name = html.entities.codepoint2name.get(ord(character))
    return f'&{name};' if name else f'&#{ord(character)};'


def numeric_entities(text, at):
    return f'&#x{ord(text[at]):x};' if text[at].isdigit() else text[at]


def percent(text, at):
    return urllib.parse.quote(text[at], safe='')


REWRITINGS = {
    'no-break blanks': replaced(' ', '\u00a0'),
    'narrow no-break blanks': replaced(' ', '\u202f'),
    'thin blanks': replaced(' ', '\u2009'),
    'figure blanks': replaced(' ', '\u2007'),
    'two blanks': replaced(' ', '  '),
    'tabs': replaced(' ', '\t'),
    'no-break hyphens': replaced('-', '\u2011'),
    'en dashes': replaced('-', '\u2013'),
    'minus signs': replaced('-', '\u2212'),
    'full-width': full_width,
    'full-width digits': shifted('0', '9', 0xFF10),
    'Arabic-Indic digits': shifted('0', '9', 0x660),
    'Persian digits': shifted('0', '9', 0x6F0),
    'decomposed (NFD)': decomposed,
    'soft hyphens': in_words('\u00ad'),
    'zero-width blanks': in_words('\u200b'),
    'word joiners': in_words('\u2060'),
    'HTML entities': entities,
    'HTML entities of digits': numeric_entities,
    'percent': percent,
}


def rewritten(text, by):
    """The new text, and the place in it at which each old character begins; one more for the end."""
    pieces = [by(text, at) for at in range(len(text))]
    return ''.join(pieces), list(itertools.accumulate(map(len, pieces), initial=0))


def moved_back(spans, starts):
    """Findings in a rewritten text, as the old characters that are covered completely."""
    made = []
    for span in spans:
        first = bisect.bisect_left(starts, span.start)
        end = bisect.bisect_right(starts, span.end) - 1
        if first < end:
            made.append(Span(first, end, span.family))
    return made
