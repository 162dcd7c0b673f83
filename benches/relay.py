"""`tools/bench relay`: a message's way on real ROS 2, with and without something in between.

Variants: `direct` one hop; `bare` a relay over the guard's own edge to ROS, without decision, record or tag;
`guard`; `guard+tags` with `tags: true` and somebody reading them; `guard before`, another build of it, with
`--before`; `rclpy raw` and `rclpy typed`, relays as one writes them in Python. `cpu_us` is the relay's
processor time for each message, over the whole time of the traffic. The message's own time is measured from
before it is published to after it is taken. The first tenth is warm-up.
"""

import argparse
import functools
import statistics
import sys
import tempfile

from processes import BIN, TUNED, NothingMeasured, Processes, progress, traffic
from table import show

TOPIC, INNER, OUTER = '/x', 66, 67
CASES = [('string', 1000, 'std_msgs/msg/String', 100)] + [
    (size, 30, 'sensor_msgs/msg/Image', 2) for size in ('640x480', '1280x720', '1920x1080')
]
VARIANTS = ('direct', 'bare', 'guard', 'guard+tags', 'rclpy raw', 'rclpy typed')
POLICY = """
discreet: 1
robot: bench
version: 1
{tags}
classes:
  operational: {{ suite: chacha20-poly1305, epoch: 1h, retention: 7d }}
topics:
  {topic}: {{ type: {type_name}, class: operational, depth: {depth} }}
rules:
  - {{ who: everyone, read: operational, as: clear }}
"""


def main():
    parser = argparse.ArgumentParser(prog='tools/bench relay', description=__doc__)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--rounds', type=int)
    parser.add_argument('--seconds', type=float, default=4.0)
    parser.add_argument('--case', default='')
    parser.add_argument('--before', help='folder with another build of the guard, measured as `guard before`')
    options = parser.parse_args()
    variants = [*VARIANTS, 'guard before'] if options.before else VARIANTS
    run = functools.partial(measure, before=options.before)
    cases = [CASES[0], CASES[-1]] if options.quick else CASES
    rounds = options.rounds or (1 if options.quick else 3)
    chosen = [
        (f'{case[0]}@{case[1]} {transport}', transport, case)
        for transport in ('tuned', 'default')
        for case in cases
    ]
    chosen = [one for one in chosen if options.case in one[0]]
    results, done = [], 0
    for name, transport, case in chosen:
        runs = {variant: [] for variant in variants}
        for _ in range(rounds):
            for variant in variants:
                done += 1
                progress(f'{done}/{len(chosen) * rounds * len(variants)} {name}: {variant}')
                runs[variant].append(run(variant, transport, *case, options.seconds))
        results += [summary(name, variant, runs[variant]) for variant in variants]
    progress('')
    show(results, options.json)
    if not options.json:
        goals(results)


def measure(variant, transport, case, rate, type_name, depth, seconds, before=None):
    """One variant, once: what the sink saw, and the relay's processor time."""
    between = [INNER, OUTER, TOPIC, type_name, depth]
    transported = {'FASTRTPS_DEFAULT_PROFILES_FILE': TUNED if transport == 'tuned' else None}
    with tempfile.TemporaryDirectory() as folder, Processes(**transported) as processes:
        start, relay = processes.start, None
        if variant == 'bare':
            relay = start(f'{BIN}/examples/bare_relay', *between)
        elif variant.startswith('rclpy'):
            relay = start(sys.executable, 'benches/rclpy_relay.py', variant.split()[1], *between)
        elif variant.startswith('guard'):
            with open(f'{folder}/policy.yaml', 'w') as policy:
                tags = 'tags: true' if variant == 'guard+tags' else ''  # an older build does not know it
                policy.write(POLICY.format(topic=TOPIC, type_name=type_name, depth=depth, tags=tags))
            relay = start(
                f'{before if variant == "guard before" else BIN}/guard',
                '--ros-args',
                '-p',
                f'policy:={folder}/policy.yaml',
                '-p',
                f'outer_domain:={OUTER}',
                '-p',
                f'audit:={folder}/audit.log',
                ROS_DOMAIN_ID=str(INNER),
            )
        if variant == 'guard+tags':
            start(f'{BIN}/examples/read_tags', OUTER, TOPIC, type_name)
        sink_domain = INNER if variant == 'direct' else OUTER
        sink = start(f'{BIN}/examples/traffic', 'sink', sink_domain, TOPIC, case, seconds)
        try:
            seen = traffic(
                [sink],
                lambda: start(f'{BIN}/examples/traffic', 'source', INNER, TOPIC, case, rate, seconds),
                relay,
            )
        except NothingMeasured:
            sys.exit(f'{variant}, {case}, {transport}: nothing was measured\n{processes.said()}')
    return {**seen, 'cpu_us': seen['sender_ns'] / 1e3 if relay else None}


def summary(case, variant, runs):
    middle = {name: statistics.median(run[name] for run in runs) for name in ('p50_ms', 'p99_ms')}
    result = {'bench': 'relay', 'case': case, 'variant': variant, **middle}
    if runs[0]['cpu_us'] is not None:
        result['cpu_us'] = round(statistics.median(run['cpu_us'] for run in runs), 1)
    # What was sent before everybody had found each other is not lost on the way.
    sent = sum(run['sent'] - run['first'] for run in runs)
    return {**result, 'sent': sent, 'lost': sent - sum(run['received'] for run in runs)}


def goals(results):
    """The guard beside what it must not cost, and what it must beat."""
    print('\nratios             guard/bare p50  guard/bare cpu  guard/rclpy raw cpu  guard/rclpy typed cpu')
    by_case = {}
    for result in results:
        by_case.setdefault(result['case'], {})[result['variant']] = result
    for case, found in by_case.items():
        guard = found['guard']
        if 'guard before' in found:
            old = found['guard before']
            delay, cost = (guard[of] / old[of] for of in ('p50_ms', 'cpu_us'))
            print(f'{case:<22} guard/before p50 {delay:.2f} cpu {cost:.2f}')
        print(
            f'{case:<22} {guard["p50_ms"] / found["bare"]["p50_ms"]:>10.2f} '
            + ' '.join(
                f'{guard["cpu_us"] / found[peer]["cpu_us"]:>{width}.2f}'
                for peer, width in (('bare', 15), ('rclpy raw', 20), ('rclpy typed', 22))
            )
        )


main()
