"""`tools/bench e2e`: the simulated lobby's mission with the guard and without, in turns.

Navigation drives to the reception desk by camera and lidar: `bare` on the robot's own domain, `guarded`
behind guard, unsealer and commander, with policies/lobby.yaml and all that belongs to it. Gazebo runs in
lockstep, so both have the same frames.

`sim_s`, `wall_s`: from the first centimetre to the last. `p50_ms`, `p99_ms`: from the camera's publishing to
the consumer's receiving. `frames`: of the camera in that time; `lost`: those that the consumer did not get;
`left_out`: those that the guard passed over for a newer one; `black`: those that left black, because nobody
could look in time. `cpu`: of one processor, what guard, redactors, keeper, unsealers and commanders took, in
per cent; `all_cpu`: what everything took, Gazebo and consumers too.
"""

import argparse
import pathlib
import signal
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'tests/gazebo'))

import runs
from sim import namespace
from stage import Broken
from table import show

COLUMNS = ('sim_s', 'wall_s', 'p50_ms', 'p99_ms', 'frames', 'lost', 'left_out', 'black', 'cpu', 'all_cpu')
SLOWER, VARIANTS = 5, ('bare', 'guarded')  # per cent that the mission may take longer


def main():
    parser = argparse.ArgumentParser(
        prog='tools/bench e2e', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--quick', action='store_true', help='one round')
    parser.add_argument('--policy', type=pathlib.Path, help='another one than policies/lobby.yaml')
    options = parser.parse_args()
    enter()
    results = {variant: [] for variant in VARIANTS}
    for number in range(rounds := 1 if options.quick else options.rounds):
        for variant in VARIANTS:
            print(f'{number + 1}/{rounds} {variant}', file=sys.stderr, flush=True)
            results[variant].append(measure(variant, options.policy))
    show(
        [
            {'bench': 'e2e', 'case': 'mission', 'variant': variant, **summary(results[variant])}
            for variant in VARIANTS
        ],
        options.json,
        COLUMNS,
    )
    if not options.json:
        verdict(results)


def enter():
    """Into the namespaces, or out of here with the reason why there is no lobby."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with it
    try:
        if why := runs.deployment.missing():
            sys.exit(f'the lobby cannot be run: {why}')
        namespace.enter()
    except namespace.Unavailable as why:
        sys.exit(f'the lobby cannot be run: {why}')


def measure(variant, policy=None):
    with tempfile.TemporaryDirectory() as folder:
        try:
            with runs.Run(
                folder,
                guarded=variant == 'guarded',
                watch=('inside', 'navigation'),
                keep=False,
                policy=policy,
            ) as run:
                run.begin()
                before = run.settled_guard()
                mission = run.drive_to_the_desk()
                return figures(run, mission, before, 'navigation' if run.guarded else 'inside')
        except Broken as why:
            logs = '\n'.join(
                f'== {log.name}\n{log.read_text(errors="replace")[-1500:]}'
                for log in pathlib.Path(folder).glob('*.log')
            )
            sys.exit(f'{variant}: {why}\n{logs}')


def figures(run, mission, before, consumer):
    if not mission['arrived']:
        raise Broken(f'the robot did not arrive: {mission}')
    first, last = mission['moved']
    during = [
        stamp
        for stamp in run.listeners.ask('stamps', topic=runs.CAMERA)['stamps']['inside']
        if first <= stamp <= last
    ]
    late = {
        stamp: late
        for stamp, late in run.listeners.ask('latencies', topic=runs.CAMERA)[consumer]
        if first <= stamp <= last
    }
    after = run.settled_guard()
    more = {key: value - before.get(key, 0) for key, value in after.items()}
    ours = sum(seconds for name, seconds in mission['cpu'].items() if name in runs.OURS)
    sorted_late = sorted(late.values())
    return {
        'sim_s': mission['simulated'],
        'wall_s': mission['wall'],
        'p50_ms': 1e3 * sorted_late[len(late) // 2],
        'p99_ms': 1e3 * sorted_late[int(len(late) * 0.99)],
        'frames': len(during),
        'lost': len(during) - len(late),
        'left_out': more.get('frames skipped', 0),
        'black': sum(value for key, value in more.items() if key.startswith('blank_')),
        'cpu': 100 * ours / mission['elapsed'],
        'all_cpu': 100 * sum(mission['cpu'].values()) / mission['elapsed'],
        'reasons': {
            key: value
            for key, value in more.items()
            if value and key.startswith(('blank_', 'denied', 'lost'))
        },
        'cpu_of': {
            name: round(100 * seconds / mission['elapsed'], 1)
            for name, seconds in mission['cpu'].items()
            if name in runs.OURS
        },
    }


def summary(measured):
    """Medians of the rounds; what is counted, added up."""
    result = {
        key: round(statistics.median(one[key] for one in measured), 3)
        for key in ('sim_s', 'wall_s', 'p50_ms', 'p99_ms', 'cpu', 'all_cpu')
    }
    result |= {key: sum(one[key] for one in measured) for key in ('frames', 'lost', 'left_out', 'black')}
    return {**result, 'rounds': len(measured), 'each': measured}


def verdict(results):
    bare, guarded = (statistics.median(one['sim_s'] for one in results[variant]) for variant in VARIANTS)
    slower, lost = 100 * (guarded / bare - 1), sum(one['lost'] for one in results['guarded'])
    frames = sum(one['frames'] for one in results['guarded'])
    print(
        f'\nthe mission takes {slower:+.1f} % of simulated time with the guard '
        f'({"within" if abs(slower) <= SLOWER else "NOT within"} the {SLOWER} % that are the goal)'
    )
    print(
        f'of {frames} frames at 15 Hz the redacted view lost {lost} ({"as" if not lost else "NOT as"} the'
        ' goal has it, none)'
    )
    for one in results['guarded']:
        print(
            f'  guarded round: processors {one["cpu_of"]}; guard counts {one["reasons"] or "nothing else"},'
            f' left out {one["left_out"]}'
        )


if __name__ == '__main__':
    main()
