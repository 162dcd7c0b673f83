"""`tools/bench pii`: looking for personal data in clean text, in telemetry, in text with accents, and in
text that is full of it, beside others.

The texts are made here, the same ones on every run. Others: redact-core (Rust, built by tools/bench), and
Presidio with its patterns where Python finds it.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from table import show

sys.path.append(str(pathlib.Path(__file__).parents[1] / 'tests' / 'ros'))
from planted import Planter

CLEAN = [
    'please bring two towels to the front desk and tell them that breakfast is served until half past ten',
    (
        'the robot moves slowly along the corridor because the floor was cleaned and a trolley stands near'
        ' the lift'
    ),
    'kitchen reports that all tables are ready, the delivery can start when the elevator is free again',
    'navigation goal reached after replanning, waiting for the next task from the fleet manager',
    'the battery is charged, the docking station is free, and the tray is empty',
    'could you show us the way to the swimming pool, and is there a place where children can play',
    'we would like to stay one more night if the room with the balcony is still available',
    'the hair dryer in our bathroom does not work and the window will not close properly',
    'someone left an umbrella and a pair of glasses on the table beside the entrance of the restaurant',
    'planner could not find a path around the obstacle, trying again with a larger search radius',
    'recovery behaviour finished, costmaps were cleared and the controller accepted the new trajectory',
    'wheel slip detected while turning on the wet floor, speed was reduced until traction came back',
    'what time does the shuttle to the airport leave, and do we have to pay for it in advance',
    'tell the kitchen that two of the guests at the long table cannot eat nuts or anything with milk',
    'the lift on the left side is out of order, please take the stairs or wait for the other one',
    'is it possible to have breakfast brought upstairs, we would rather not come down so early',
    'camera stream resumed after a short pause, exposure and white balance were adjusted automatically',
    'door did not open within the expected interval, asking a member of the staff for help',
    'they asked for extra blankets, a second pillow and something warm to drink before going to bed',
    'map update received, three regions changed since the previous revision and localisation stayed stable',
]

# Not ASCII: accents, umlauts, typographic marks.
EUROPEAN = [
    (
        'Bitte bringen Sie zwei Handtücher an die Rezeption und sagen Sie, dass das Frühstück bis halb'
        ' elf geöffnet ist'
    ),
    (
        'Der Roboter fährt langsam über den Flur, weil der Boden frisch gewischt wurde und ein'
        ' Wägelchen dort steht'
    ),
    (
        '¿Podría traernos dos toallas más a la habitación? También faltan jabón y champú, muchas'
        ' gracias por su ayuda'
    ),
    (
        'Le robot a terminé sa tournée, la réception a été prévenue et l\u2019ascenseur est de nouveau libre'
        ' jusqu\u2019à midi'
    ),
]


def texts():
    dice, planter = random.Random(4), Planter(5)
    for number in range(500):
        yield 'clean', CLEAN[number % len(CLEAN)]
        yield 'european', EUROPEAN[number % len(EUROPEAN)]
        pose = ' '.join(f'{axis}={dice.uniform(-80, 80):.6f}' for axis in 'xyz')
        yield (
            'telemetry',
            (
                f'[INFO] [{1700000000 + number}.{dice.randrange(10**9):09}] [amcl]: pose {pose}'
                f' seq={dice.randrange(10**8)} dt={dice.randrange(200)}ms cov=[{dice.random():.4f},'
                f' {dice.random():.4f}]'
            ),
        )
        yield 'dense', f'{planter.item().sentence}; {planter.item().sentence}'


def presidio(rows):
    """Presidio's pattern recognisers; nothing where it is not installed."""
    try:
        from presidio_analyzer import RecognizerRegistry
    except ImportError:
        print('Presidio is not installed: left out', file=sys.stderr)
        return
    registry = RecognizerRegistry(supported_languages=['en'])
    registry.load_predefined_recognizers(languages=['en'])
    patterns = [
        one for one in registry.get_recognizers(language='en', all_fields=True) if hasattr(one, 'patterns')
    ]
    for case in ('clean', 'european', 'dense', 'telemetry'):
        own = [text for of, text in rows if of == case][:100]
        started, hits = time.perf_counter(), 0
        for text in own:
            hits += sum(len(one.analyze(text, one.supported_entities, None) or []) for one in patterns)
        seconds = time.perf_counter() - started
        yield {
            'bench': 'pii',
            'case': case,
            'variant': 'presidio, patterns',
            'mb_s': sum(map(len, own)) / seconds / 1e6,
            'hits': hits,
            'texts': len(own),
        }


def main():
    arguments = argparse.ArgumentParser(prog='tools/bench pii')
    arguments.add_argument('--peer', help='the program that measures redact-core')
    arguments.add_argument('--json', action='store_true')
    given = arguments.parse_args()
    rows = list(texts())
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl') as file:
        file.writelines(json.dumps({'case': case, 'text': text}) + '\n' for case, text in rows)
        file.flush()
        results = []
        for program in ['target/release/examples/pii_bench', *([given.peer] if given.peer else [])]:
            said = subprocess.run([program, file.name], check=True, stdout=subprocess.PIPE, text=True).stdout
            results += [json.loads(line) for line in said.splitlines()]
    results += presidio(rows)
    results.sort(key=lambda result: result['case'])
    show(results, given.json, ('mb_s', 'p50_us', 'p99_us', 'allocations', 'hits', 'texts', 'load_ms'))


main()
