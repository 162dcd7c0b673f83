"""`tools/bench redact`: hiding faces in camera frames, beside deface, which the same frames are given.

Each case is a frame size and a number of faces (a photograph of one face, set into the frame that often,
moving). Variants: `guard` is the guard's own code and its redactor process, together pinned to one core or to
two, detection on every frame; `deface` is the Python package with its defaults, pinned the same. `cpu_ms` is
processor time a frame, of all processes.
"""

import argparse
import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image as Picture

from table import show

SIZES, FACES, CORES = ((640, 480), (1280, 720), (1920, 1080)), (0, 1, 5, 20), (1, 2)
FRAMES = 12  # different ones, again and again
COLUMNS = ('fps', 'cpu_ms', 'p50_ms', 'p99_ms', 'covered', 'blank')


def main():
    parser = argparse.ArgumentParser(prog='tools/bench redact', description=__doc__)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--quick', action='store_true', help='1280x720 with 0 and 5 faces only')
    parser.add_argument('--seconds', type=float, default=4.0, help='of each variant')
    parser.add_argument('--deface', help='a Python that has deface; without it deface is left out')
    options = parser.parse_args()
    cases = [(size, faces) for size in SIZES for faces in FACES]
    if options.quick:
        cases = [((1280, 720), 0), ((1280, 720), 5)]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / 'frames.rgb'
        for done, ((width, height), faces) in enumerate(cases):
            file.write_bytes(
                b''.join(frame(width, height, faces, number).tobytes() for number in range(FRAMES))
            )
            for cores in CORES:
                for variant, command in variants(options.deface, cores):
                    progress(f'{done + 1}/{len(cases)} {width}x{height}, {faces} faces: {variant}')
                    words = [*command, f'{width}x{height}', str(cores), str(options.seconds), str(file)]
                    cpus = ','.join(map(str, range(cores)))
                    said = subprocess.run(
                        ['taskset', '--cpu-list', cpus, *words],
                        stdout=subprocess.PIPE,
                        text=True,
                        check=True,
                        env={**os.environ, 'OMP_NUM_THREADS': str(cores)},
                    )
                    results.append(
                        {
                            'case': f'{width}x{height}, {faces} faces',
                            'variant': f'{variant}, {cores} core{"s" * (cores > 1)}',
                            **json.loads(said.stdout),
                        }
                    )
    progress('')
    show(results, options.json, COLUMNS)
    if not options.json and options.deface:
        ratios(results)


def variants(deface, cores):
    yield 'guard', ['target/release/examples/redact_bench']
    if deface:
        yield 'deface', [deface, 'benches/deface_frames.py']


def frame(width, height, faces, number):
    """A frame with that many faces, each at its place and in motion."""
    folder = pathlib.Path(importlib.util.find_spec('skimage').submodule_search_locations[0]) / 'data'
    wall = Picture.open(folder / 'brick.png').convert('RGB').resize((width + 64, height + 64))
    turn = int(32 + 30 * math.sin(number / 3))
    picture = wall.crop((turn, turn, turn + width, turn + height))
    columns = math.ceil(math.sqrt(faces * width / height)) if faces else 1
    rows = math.ceil(faces / columns) if faces else 1
    side = int(min(width / columns, height / rows) * 0.9)
    person = (
        Picture.open(folder / 'astronaut.png').convert('RGB').crop((90, 0, 390, 300)).resize((side, side))
    )
    for at in range(faces):
        x = int((at % columns + 0.5) * width / columns - side / 2 + 6 * math.sin(number / 2 + at))
        y = int((at // columns + 0.5) * height / rows - side / 2 + 6 * math.cos(number / 2 + at))
        picture.paste(person, (x, y))
    return numpy.asarray(picture)


def ratios(results):
    print('\nframes per second, guard against deface')
    for mine in results:
        if mine['variant'].startswith('guard'):
            other = next(
                result
                for result in results
                if result['case'] == mine['case']
                and result['variant'] == mine['variant'].replace('guard', 'deface')
            )
            print(f'{mine["case"]:24} {mine["variant"]:16} {mine["fps"] / other["fps"]:.1f}')


def progress(text):
    if sys.stderr.isatty():
        print(f'\r\x1b[K{text}', end='', file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


if __name__ == '__main__':
    main()
