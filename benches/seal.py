"""`tools/bench seal`: what sealing costs, as a function and on real ROS 2.

--part primitives: nanoseconds and megabytes a second of sealing and opening, beside the bare cipher.

--part ways: a message's way through the guard. `clear` is for everyone; `sealed` for one stakeholder,
aes-256-gcm, signed (a contextual class); `sealed operational` chacha20-poly1305, not signed. The stakeholder
opens in the process that reads. Beside it DDS-Security from writer to reader, without a relay, on a Fast DDS
that has it: `dds none`, and `dds-security` with the kinds of protection that SROS2 chooses by default
(benches/peer/governance.xml). What counts is what each adds.

--part readers: the same clear and sealed topic with 1, 2, 4 and 8 readers, each a process. `sealed, one
opens`: the others take the messages and leave them as they are, so that readers who open on the guard's own
cores do not slow it down.

`sender_us` is the processor time of the guard, or of the DDS writer, for each message; `reader_us` that of
each reader; `cpu_us` of the sender and all readers. A message's own time is measured from before it is
published to after it is taken and opened. The first tenth is warm-up. Everything is reliable, keep-last 2, on
the tuned transport, launch/fastdds.xml.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from peer import enclaves
from processes import BIN, TUNED, NothingMeasured, Processes, progress, traffic
from table import FIGURES, show

ROBOT, DESK, TOPIC, TYPE = 'bench', 'desk', '/x', 'std_msgs/msg/UInt8MultiArray'
INNER, OUTER, PEERS = (
    98,
    99,
    100,
)  # domains; the peer is another Fast DDS, whose shared memory must not be mixed with ours
# Two cores do not keep up with 30 large frames a second of some variants, which then measures a queue; 10 a
# second they do.
CASES = [
    ('1 KiB', 1024, 100),
    ('64 KiB', 65536, 100),
    ('1 MiB', 1 << 20, 30),
    ('6.2 MB', 1920 * 1080 * 3, 30),
    ('6.2 MB', 1920 * 1080 * 3, 10),
]
NO_PEER = 'WARNING: measured without DDS-Security, so that nothing is shown of what it would cost'
# More often, so that what the guard does anyway counts less; and where sealing is most of what it does.
CROWDS = [('1 KiB', 1024, 250), ('1 MiB', 1 << 20, 30)]
ONE_OPENS = 'sealed, one opens'
READERS = (1, 2, 4, 8)
WAYS = ('clear', 'sealed', 'sealed operational')
BESIDE = {'sealed': 'clear', 'sealed operational': 'clear', 'dds-security': 'dds none'}
POLICY = """
discreet: 1
robot: {robot}
version: 1
classes:
  operational: {{ suite: chacha20-poly1305, epoch: 1h, retention: 7d }}
  contextual: {{ suite: aes-256-gcm, epoch: 1h, retention: 24h }}
stakeholders:
  {desk}: {{ identity: {desk}.pub }}
topics:
  {topic}: {{ type: {type_name}, class: {of_class}, depth: 2 }}
rules:
  - {{ who: {who}, read: {topic}, as: clear }}
"""
COLUMNS = (*FIGURES, 'of_bare')


def main():
    parser = argparse.ArgumentParser(
        prog='tools/bench seal', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--part', choices=('primitives', 'ways', 'readers'))
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--rounds', type=int)
    parser.add_argument('--seconds', type=float, default=4.0)
    parser.add_argument('--case', default='')
    parser.add_argument('--dds', metavar='DIR', help='what benches/peer/build has made')
    parser.add_argument('--no-peer', action='store_true')
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.peer = options.part in (None, 'ways') and not options.no_peer
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with it
    if options.part in (None, 'primitives'):
        show(primitives(), options.json, COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder), options)
        if options.part in (None, 'ways'):
            ways(bench, options)
        if options.part in (None, 'readers'):
            readers(bench, options)


def primitives():
    lines = subprocess.run(
        [f'{BIN}/examples/seal_bench'], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return [json.loads(line) for line in lines.splitlines()]


def ways(bench, options):
    """Every size, every variant, in rounds."""
    variants = [*WAYS, *(['dds none', 'dds-security'] if options.peer else [])]
    cases = [case for case in CASES if options.case in case[0]]
    if options.quick:
        cases = [case for case in cases if case in (CASES[0], CASES[-1])]
    results, added = [], {}
    for name, size, rate in cases:
        name = f'{name}@{rate}'
        runs = bench.rounds(name, variants, lambda variant: bench.run(variant, size, rate))
        results += [summary(name, variant, runs[variant]) for variant in variants]
        added[name] = {
            what: [more(of, runs[what], runs[base]) for of in (p50, cpu)]
            for what, base in BESIDE.items()
            if what in runs
        }
    show(results, options.json, COLUMNS)
    if options.json:
        return
    print('\nadded                               p50_ms   cpu_us   of what DDS-Security adds: p50, cpu')
    for name, costs in added.items():
        for what, cost in costs.items():
            shares = (f'{own / peers:.2f}' for own, peers in zip(cost, costs.get('dds-security', ())))
            print(f'{name:<12} {what:<20} {cost[0]:>9.3f} {cost[1]:>8.1f}  ', *shares)
    if not options.peer:
        print(NO_PEER)


def readers(bench, options):
    """One topic, more and more readers."""
    counts = (READERS[0], READERS[-1]) if options.quick else READERS
    variants = [(variant, count) for count in counts for variant in ('clear', 'sealed', ONE_OPENS)]
    results, sealing = [], []
    for name, size, rate in (case for case in CROWDS if options.case in case[0]):
        name = f'{name}@{rate} readers'
        runs = bench.rounds(name, variants, lambda variant: bench.run(variant[0], size, rate, variant[1]))
        results += [summary(name, variant, runs[variant, count]) for variant, count in variants]
        for what in ('sealed', ONE_OPENS):
            sealing += [
                (name, what, count, more(sender, runs[what, count], runs['clear', count])) for count in counts
            ]
    show(results, options.json, COLUMNS)
    if options.json:
        return
    print(
        '\nsealing at the guard: what it takes more than for clear; the rest is what DDS takes for each'
        ' reader'
    )
    for name, what, count, cost in sealing:
        print(f'{name:<20} {what:<18} {count} readers {cost:>8.1f} us a message')


class Bench:
    """Identities, made once, and one measurement at a time."""

    def __init__(self, folder, options):
        self.folder, self.options, self.seconds = folder, options, options.seconds
        self.passphrase = folder / 'passphrase'
        self.passphrase.touch(0o600)
        self.passphrase.write_text('correct horse battery staple')
        for name in (ROBOT, DESK):
            subprocess.run(
                [
                    f'{BIN}/discreet',
                    'identity',
                    'new',
                    folder / f'{name}.key',
                    '--name',
                    name,
                    '--passphrase-file',
                    self.passphrase,
                ],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        if options.peer:
            (folder / 'dds').mkdir()
            self.enclaves = enclaves.make(folder / 'dds', PEERS, 'source', 'sink')

    def rounds(self, name, variants, run):
        """Variants in turns. What failed is tried once more, on a busy machine."""
        runs, total = {variant: [] for variant in variants}, self.options.rounds * len(variants)
        for number in range(total):
            variant = variants[number % len(variants)]
            progress(f'{number + 1}/{total} {name}: {variant} (load {os.getloadavg()[0]:.1f})')
            try:
                runs[variant].append(run(variant))
            except NothingMeasured:
                progress(f'{name}: {variant}: nothing was measured; once more')
                try:
                    runs[variant].append(run(variant))
                except NothingMeasured as said:
                    sys.exit(f'{name}: {variant}: nothing was measured\n{said}')
        progress('')
        return runs

    def run(self, variant, size, rate, readers=1):
        with (
            tempfile.TemporaryDirectory() as own,
            Processes(FASTRTPS_DEFAULT_PROFILES_FILE=TUNED, ROS_LOG_DIR=own) as processes,
        ):
            try:
                if variant.startswith('dds'):
                    measured = self.dds(processes.start, variant, size, rate)
                else:
                    measured = self.ros(processes.start, pathlib.Path(own), variant, size, rate, readers)
                return {**measured, 'readers': readers}
            except NothingMeasured:
                raise NothingMeasured(processes.said()) from None

    def ros(self, start, own, variant, size, rate, readers):
        """Source, guard, readers; and for what is sealed a keeper."""
        sealed = variant != 'clear'
        of_class = 'contextual' if variant in ('sealed', ONE_OPENS) else 'operational'
        policy, socket = self.folder / 'policy.yaml', own / 'keeper.sock'
        policy.write_text(
            POLICY.format(
                robot=ROBOT,
                desk=DESK,
                topic=TOPIC,
                type_name=TYPE,
                of_class=of_class,
                who=DESK if sealed else 'everyone',
            )
        )
        if sealed:
            keeper = start(
                f'{BIN}/keeper',
                '--policy',
                policy,
                '--identity',
                self.folder / f'{ROBOT}.key',
                '--passphrase-file',
                self.passphrase,
                '--state',
                own / 'keeper',
                '--socket',
                socket,
                '--new-state',
                '--same-user',
            )
            wait_until(lambda: socket.exists() or keeper.poll() is not None)
        guard = start(
            f'{BIN}/guard',
            '--ros-args',
            '-p',
            f'policy:={policy}',
            '-p',
            f'outer_domain:={OUTER}',
            '-p',
            f'audit:={own}/audit.log',
            '-p',
            f'keeper:={socket}',
            ROS_DOMAIN_ID=str(INNER),
        )
        who = [self.folder / f'{DESK}.key', self.passphrase, self.folder / f'{ROBOT}.pub'] if sealed else []
        program = f'{BIN}/examples/traffic'
        others = ['unopened'] if variant == ONE_OPENS else who
        sinks = [
            start(program, 'sink', OUTER, TOPIC, size, self.seconds, *(others if number else who))
            for number in range(readers)
        ]
        return traffic(sinks, lambda: start(program, 'source', INNER, TOPIC, size, rate, self.seconds), guard)

    def dds(self, start, variant, size, rate):
        """Writer and reader, with nothing between them."""
        program, libraries = f'{self.options.dds}/traffic', {'LD_LIBRARY_PATH': f'{self.options.dds}/lib'}
        own = self.enclaves if variant == 'dds-security' else {}
        sink, source = ([own[name]] if own else [] for name in ('sink', 'source'))
        sinks = [start(program, 'sink', PEERS, size, self.seconds, *sink, **libraries)]
        return traffic(
            sinks, lambda: start(program, 'source', PEERS, size, rate, self.seconds, *source, **libraries)
        )


def wait_until(check):
    end = time.monotonic() + 20
    while not check():
        if time.monotonic() > end:
            raise NothingMeasured
        time.sleep(0.02)


def summary(case, variant, runs):
    middle = {name: round(statistics.median(run[name] for run in runs), 4) for name in ('p50_ms', 'p99_ms')}
    # What was sent before everybody had found each other is not lost on the way.
    sent = sum(run['sent'] - run['first'] for run in runs)
    cost = {'cpu_us': cpu, 'sender_us': sender, 'reader_us': reader}
    return {
        'bench': 'seal',
        'case': case,
        'variant': variant,
        **middle,
        **{name: round(statistics.median(map(of, runs)), 1) for name, of in cost.items()},
        'sent': sent,
        'lost': sent - sum(run['received'] for run in runs),
        'readers': runs[0]['readers'],
    }


def p50(run):
    return run['p50_ms']


def sender(run):
    return run['sender_ns'] / 1e3


def reader(run):
    return run['reader_ns'] / run['readers'] / 1e3


def cpu(run):
    return (run['sender_ns'] + run['reader_ns']) / 1e3


def more(of, runs, bases):
    """What one variant has more than the other, round by round."""
    return statistics.median(of(run) - of(base) for run, base in zip(runs, bases))


if __name__ == '__main__':
    main()
