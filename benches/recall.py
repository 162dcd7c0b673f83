"""`tools/bench recall`: how much of people's faces is covered, beside deface, on the same pictures.

DIR has images and `boxes.jsonl`, a line an image: {"image", "width", "height", "boxes": [[x1, y1, x2, y2],
...]} with all faces, or all plates if `--subject plates` looks for these. One counts if its longer side has
at least 20 pixels.
"""

import argparse
import hashlib
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import time

import cv2
import numpy as np

from table import show

SMALLEST = 20
SIZES = (('all', SMALLEST, 1e9), ('20-40', SMALLEST, 40), ('40-80', 40, 80), ('80+', 80, 1e9))
FRAME = (960, 540)
FRAMES, CLIPS = 900, 30


def main():
    options = arguments()
    cv2.setNumThreads(1)
    looker = Discreet(options)
    peer = None if options.no_peer else Deface()
    results = []
    for case, pictures in cases(options):
        ours, theirs = Score(), Score()
        for picture, boxes, stamp in Progress(case, pictures):
            clip = stamp // (3600 * 10**9)
            ours.add(clip, picture, boxes, *looker.look(picture, stamp))
            if peer:
                theirs.add(clip, picture, boxes, *peer.look(picture))
        results += ours.results(case, 'discreet')
        if peer:
            results += theirs.results(case, 'deface')
        if options.profile:
            results.append({'case': case, 'variant': 'stages', **looker.stages()})
    show(results, options.json, COLUMNS)


COLUMNS = (
    'faces',
    'f90',
    'f90_low',
    'f90_high',
    'missed',
    'missed_low',
    'missed_high',
    'pixels',
    'pixels_low',
    'pixels_high',
    'hidden',
    'with_any',
    'cpu_ms',
    'motion_ms',
    'detection_ms',
    'tracking_ms',
    'total_ms',
)


def arguments():
    parser = argparse.ArgumentParser(prog='tools/bench recall', description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=pathlib.Path, required=True, metavar='DIR')
    parser.add_argument('--moving', action='store_true', help='a moving camera, made from the same pictures')
    parser.add_argument('--halves', action='store_true', help='also each half of the pictures by itself')
    parser.add_argument('--profile', action='store_true', help='also milliseconds a picture, stage by stage')
    parser.add_argument('--opencv', action='store_true', help="OpenCV's own engine instead of ONNX Runtime")
    parser.add_argument('--every', type=int, default=1, metavar='N', help='detect in every n-th frame')
    parser.add_argument(
        '--turned',
        default='0',
        choices=('90', '180', '270'),
        help='the clockwise turn that makes pictures upright',
    )
    parser.add_argument(
        '--rotated',
        choices=('0', '90', '180', '270', 'any'),
        help='the turn that the policy names (that of --turned)',
    )
    parser.add_argument('--grey', action='store_true', help='without colours, as of an infrared camera')
    parser.add_argument('--pale', type=int, metavar='N', help='at an Nth of the contrast')
    parser.add_argument('--dark', action='store_true', help='at 15 %% of the light, with noise')
    parser.add_argument(
        '--within', metavar='WIDTHxHEIGHT', help='each picture that fits in the middle of a larger frame'
    )
    parser.add_argument(
        '--small', action='store_true', help='the policy asks for small faces in large frames'
    )
    parser.add_argument(
        '--subject',
        default='faces',
        choices=('faces', 'plates', 'persons', 'text'),
        help='what is looked for (faces)',
    )
    parser.add_argument('--threads', type=int, default=1, metavar='N')
    parser.add_argument(
        '--frames', type=int, default=FRAMES, metavar='N', help=f'frames of --moving ({FRAMES})'
    )
    parser.add_argument('--no-peer', action='store_true', help='without deface')
    parser.add_argument('--json', action='store_true')
    return parser.parse_args()


def cases(options):
    rows = [json.loads(line) for line in (options.data / 'boxes.jsonl').read_text().splitlines()]
    if options.within:
        width, height = map(int, options.within.split('x'))
        rows = [row for row in rows if row['width'] <= width and row['height'] <= height]
    if options.moving:
        yield 'moving', moving(options, rows)
        return
    yield 'stills', stills(options, rows)
    if options.halves:
        for half in (0, 1):
            chosen = [row for row in rows if hashlib.sha256(row['image'].encode()).digest()[0] % 2 == half]
            yield f'stills, half {half + 1}', stills(options, chosen)


def stills(options, rows):
    def pictures():
        for number, row in enumerate(rows):
            picture, boxes = read(options.data, row), np.array(row['boxes'], float).reshape(-1, 4)
            # An hour between them: nothing is remembered from one to the next.
            yield *changed(options, picture, boxes, number), number * 3600 * 10**9

    return len(rows), pictures()


def changed(options, picture, boxes, number):
    """The picture as another camera would take it."""
    if options.grey:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if options.pale:
        picture = (128 - 128 // options.pale + picture // options.pale).astype(np.uint8)
    if options.dark:
        noise = np.random.default_rng(number).normal(0, 4, picture.shape)
        if options.grey:
            noise = noise[:, :, :1]
        picture = np.clip(picture * 0.15 + noise, 0, 255).astype(np.uint8)
    if options.within:
        width, height = map(int, options.within.split('x'))
        left, top = (width - picture.shape[1]) // 2, (height - picture.shape[0]) // 2
        frame = np.full((height, width, 3), 110, np.uint8)
        frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        picture, boxes = frame, boxes + np.array((left, top, left, top))
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = boxes.T
    if options.turned == '90':
        picture, boxes = cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE), (y1, width - x2, y2, width - x1)
    elif options.turned == '180':
        picture, boxes = (
            cv2.rotate(picture, cv2.ROTATE_180),
            (width - x2, height - y2, width - x1, height - y1),
        )
    elif options.turned == '270':
        picture, boxes = cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE), (height - y2, x1, height - y1, x2)
    else:
        return picture, boxes
    return picture, np.array(boxes).T


def moving(options, rows):
    """Pans and zooms over pictures, with the unsteadiness of a robot that drives."""
    rows = sorted(
        (row for row in rows if row['boxes']), key=lambda row: hashlib.sha256(row['image'].encode()).digest()
    )
    clips = [rows[number % len(rows)] for number in range(CLIPS)]
    frames, length = options.frames, math.ceil(options.frames / CLIPS)

    def pictures():
        shown = 0
        for number, row in enumerate(clips):
            picture, path = read(options.data, row), Path(row, random.Random(number))
            for at in range(min(length, frames - shown)):
                matrix = path.matrix(at / 30)
                frame = cv2.warpAffine(picture, matrix, FRAME, flags=cv2.INTER_LINEAR)
                shown += 1
                seen = changed(options, frame, inside(row['boxes'], matrix), shown)
                yield *seen, number * 3600 * 10**9 + at * 10**9 // 30

    return min(frames, length * CLIPS), pictures()


class Path:
    """A camera's way over a picture: a slow pan and zoom, and a tremble."""

    def __init__(self, row, chance):
        self.width, self.height = row['width'], row['height']
        self.waves = [(chance.uniform(0.15, 0.45), chance.uniform(0, 2 * math.pi)) for _ in range(3)]
        self.tremble = [(chance.uniform(2, 6), chance.uniform(0, 2 * math.pi)) for _ in range(2)]

    def matrix(self, seconds):
        pan_x, pan_y, zoom = (math.sin(2 * math.pi * hertz * seconds + phase) for hertz, phase in self.waves)
        # The view is 75 to 95 % of what would fit, so that no face is blown up.
        share = 0.85 + 0.1 * zoom
        wide = min(self.width, self.height * FRAME[0] / FRAME[1]) * share
        high = wide * FRAME[1] / FRAME[0]
        left = (self.width - wide) * (0.5 + 0.5 * pan_x)
        top = (self.height - high) * (0.5 + 0.5 * pan_y)
        times = FRAME[0] / wide
        shake = [2 * math.sin(2 * math.pi * hertz * seconds + phase) for hertz, phase in self.tremble]
        return np.array([[times, 0, -left * times + shake[0]], [0, times, -top * times + shake[1]]])


def inside(boxes, matrix):
    """The faces in a frame that are at least half in it, cut at its edges."""
    kept = []
    for x1, y1, x2, y2 in boxes:
        (x1, y1), (x2, y2) = (matrix @ (x, y, 1) for x, y in ((x1, y1), (x2, y2)))
        cut = (max(x1, 0), max(y1, 0), min(x2, FRAME[0]), min(y2, FRAME[1]))
        if max(cut[2] - cut[0], 0) * max(cut[3] - cut[1], 0) >= (x2 - x1) * (y2 - y1) / 2:
            kept.append(cut)
    return np.array(kept, float).reshape(-1, 4)


def read(folder, row):
    picture = cv2.imread(str(folder / row['image']), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        sys.exit(f'error: {folder / row["image"]} cannot be read')
    return picture


class Discreet:
    """The detectors and the tracking of this clone, in a process of their own."""

    def __init__(self, options):
        command = [
            'target/release/examples/recall_bench',
            '--every',
            str(options.every),
            '--threads',
            str(options.threads),
            '--rotated',
            options.rotated or options.turned,
            '--subject',
            options.subject,
        ]
        target = os.environ.get('CARGO_TARGET_DIR')
        if target:
            command[0] = f'{target}/release/examples/recall_bench'
        self.child = subprocess.Popen(
            command + ['--opencv'] * options.opencv + ['--small'] * options.small,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.longest, self.times = 3840 if options.small else 960, []

    def look(self, picture, stamp):
        height, width = picture.shape[:2]
        # What the guard sends is at most this long (ImageRules::longest_side).
        times = min(1, self.longest / max(width, height))
        small = (
            cv2.resize(picture, (round(width * times), round(height * times)), interpolation=cv2.INTER_AREA)
            if times < 1
            else picture
        )
        before = cpu_time(self.child.pid)
        self.child.stdin.write(b'%d %d %d\n' % (small.shape[1], small.shape[0], stamp))
        self.child.stdin.write(small.tobytes())
        self.child.stdin.flush()
        answer = json.loads(self.child.stdout.readline())
        self.times.append(answer)
        areas = np.array([area[:4] for area in answer['areas']], float).reshape(-1, 4) / times
        return areas, (cpu_time(self.child.pid) - before) * 1000

    def stages(self):
        names = ('motion_ms', 'detection_ms', 'tracking_ms')
        stages = {name: float(np.median([time[name] for time in self.times])) for name in names}
        return {**stages, 'total_ms': float(np.median([time['ms'] for time in self.times]))}


class Deface:
    """The peer with its own settings: threshold 0.2, and each side of a box moved out by 30 % of the box."""

    def __init__(self):
        from deface.centerface import CenterFace

        self.network = CenterFace()

    def look(self, picture):
        before = time.process_time()
        boxes, _ = self.network(picture[:, :, ::-1].copy(), threshold=0.2)
        took = (time.process_time() - before) * 1000
        boxes = np.array(boxes, float).reshape(-1, 5)
        more_x, more_y = 0.3 * (boxes[:, 2] - boxes[:, 0]), 0.3 * (boxes[:, 3] - boxes[:, 1])
        return (
            np.stack(
                [boxes[:, 0] - more_x, boxes[:, 1] - more_y, boxes[:, 2] + more_x, boxes[:, 3] + more_y], 1
            ),
            took,
        )


def cpu_time(pid):
    with open(
        f'/proc/{pid}/schedstat'
    ) as file:  # nanoseconds of its main thread, which is the one that looks
        return int(file.read().split()[0]) / 1e9


class Score:
    """Of every face the share that is covered, and of every picture the share that is hidden."""

    def __init__(self):
        self.faces, self.hidden, self.cpu = [], [], []

    def add(self, clip, picture, boxes, areas, cpu_ms):
        height, width = picture.shape[:2]
        covered = np.zeros((height, width), bool)
        for x1, y1, x2, y2 in (
            np.concatenate([np.floor(areas[:, :2]), np.ceil(areas[:, 2:])], 1).clip(0, 1e6).astype(int)
        ):
            covered[y1:y2, x1:x2] = True
        for x1, y1, x2, y2 in boxes:
            side = max(x2 - x1, y2 - y1)
            under = covered[int(y1) : math.ceil(y2), int(x1) : math.ceil(x2)]
            if side >= SMALLEST and under.size:
                self.faces.append((clip, side, under.mean(), under.size))
        self.hidden.append(covered.mean())
        self.cpu.append(cpu_ms)

    def results(self, case, variant):
        faces = np.array(self.faces, float).reshape(-1, 4)
        for name, least, most in SIZES:
            chosen = faces[(faces[:, 1] >= least) & (faces[:, 1] < most)]
            result = {'case': f'{case}, {name}', 'variant': variant, 'faces': len(chosen)}
            if len(chosen):
                result |= with_intervals(chosen)
            if name == 'all':
                result |= {'hidden': float(np.mean(self.hidden)), 'cpu_ms': float(np.median(self.cpu))}
                result['with_any'] = float(np.mean(np.array(self.hidden) > 0))
            yield result


def with_intervals(faces):
    """f90, missed and pixels, each with its bootstrap 95 % interval over pictures (the frames
    of a clip are one).
    """
    pictures = np.unique(faces[:, 0])
    # Of each picture: faces, faces covered, faces missed, pixels, pixels covered.
    sums = np.array(
        [
            [
                len(of),
                (of[:, 2] >= 0.9).sum(),
                (of[:, 2] < 0.1).sum(),
                of[:, 3].sum(),
                (of[:, 2] * of[:, 3]).sum(),
            ]
            for of in (faces[faces[:, 0] == picture] for picture in pictures)
        ]
    )
    draws = np.random.default_rng(0).integers(len(pictures), size=(1000, len(pictures)))
    rates = {}
    for name, part, whole in (('f90', 1, 0), ('missed', 2, 0), ('pixels', 4, 3)):
        drawn = sums[draws].sum(1)
        low, high = np.quantile(drawn[:, part] / drawn[:, whole], (0.025, 0.975))
        rates |= {name: sums[:, part].sum() / sums[:, whole].sum(), f'{name}_low': low, f'{name}_high': high}
    return {name: float(rate) for name, rate in rates.items()}


class Progress:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, name, pictures):
        self.name, (self.count, self.pictures) = name, pictures

    def __iter__(self):
        for number, picture in enumerate(self.pictures):
            yield picture
            if sys.stderr.isatty():
                done = 40 * (number + 1) // self.count
                print(
                    f'\r{self.name} [{"#" * done}{"." * (40 - done)}] {number + 1}/{self.count}',
                    end='',
                    file=sys.stderr,
                )
        if sys.stderr.isatty():
            print('\r\033[K', end='', file=sys.stderr)


if __name__ == '__main__':
    main()
