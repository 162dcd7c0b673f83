"""Presidio as `discreet redact-text --spans`: the same rows in, rows of the same form out.

Presidio's own recognisers of English, without a threshold, with the largest model of spaCy for English that
is installed. Without one, names are not looked for.
"""

import json
import logging
import sys

import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider, SpacyNlpEngine

PREFERRED = ('trf', 'lg', 'md', 'sm')


def model():
    """The name of the model, if there is one."""
    names = [name for name in spacy.util.get_installed_models() if name.startswith('en_core_web')]
    sizes = [size for size in PREFERRED if any(f'_{size}' in name for name in names)]
    return next((name for name in names if sizes and f'_{sizes[0]}' in name), None)


def analyzer():
    logging.disable(logging.WARNING)
    name = model()
    if name:
        print(f'Presidio with {name}', file=sys.stderr)
        given = {'nlp_engine_name': 'spacy', 'models': [{'lang_code': 'en', 'model_name': name}]}
        engine = NlpEngineProvider(nlp_configuration=given).create_engine()
    else:
        print('NO MODEL of spaCy: Presidio looks for no names and places', file=sys.stderr)
        engine = SpacyNlpEngine()
        engine.nlp = {'en': spacy.blank('en')}
    return AnalyzerEngine(nlp_engine=engine, supported_languages=['en'])


def main():
    engine = analyzer()
    with open(sys.argv[1], encoding='utf-8') as file:
        for line in file:
            row = json.loads(line)
            found = engine.analyze(text=row['text'], language='en')
            spans = [[one.entity_type, one.start, one.end, one.score] for one in found]
            print(json.dumps({'id': row['id'], 'spans': spans}))


main()
