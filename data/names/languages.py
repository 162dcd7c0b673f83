"""Plain words of languages other than English, and how often they are written."""

import gzip
import json
import pathlib

LANGUAGES = ('de', 'es', 'fr', 'it', 'nl', 'pt')
# Names among the function words.
NAMES = set(
    'allen anders beau ben dan elke elle ernst ira lang maximo mia mila miss nova otto primo sara sean van'
    ' vita von will'.split()
)
STREETS = (
    'straße strasse weg platz gasse allee damm ufer chaussee ring steig stieg pfad markt brücke graben'
    ' berg'.split()
)
# Logarithms of shares: a word that is rarer does not count, and one that is in no list.
RARE, NEVER = -14, -99


def function_words():
    import stopwordsiso

    for language in LANGUAGES:
        yield from stopwordsiso.stopwords(language)


def probabilities(language):
    """The logarithm of the share of each word in text of the web, with its capitals."""
    import spacy_lookups_data

    folder = pathlib.Path(spacy_lookups_data.__file__).parent / 'data'
    return json.loads(gzip.decompress((folder / f'{language}_lexeme_prob.json.gz').read_bytes()))


def plain_words():
    """Frequent nouns of German, which have capitals, and words of Spanish that are mostly small.

    A word that English text has with a capital is a name.
    """
    english = probabilities('en')
    for word, share in probabilities('de').items():
        noun = word.isalpha() and word.istitle() and len(word) > 3 and share > RARE
        abroad = english.get(word, NEVER)
        foreign = abroad > RARE - 2 and abroad > english.get(word.lower(), NEVER)
        if noun and not word.endswith(tuple(STREETS)) and not foreign:
            yield word
    spanish = probabilities('es')
    for word, share in spanish.items():
        usual = share > max(RARE, spanish.get(word.title(), NEVER))
        if word.isalpha() and word.islower() and len(word) > 3 and usual:
            yield word
