"""`tools/bench soak`: the guarded lobby for half an hour, and whether it stays as it was.

The robot drives to the desk and back, navigation steers, all stakeholders receive what is theirs. Every ten
seconds the memory of the guard, its redactors, the keeper, the unsealers and the commanders is read: `own` is
theirs alone; `all` has their part of shared memory too. Pages of files are in neither: the system drops and
shares them as it likes. Programs that hold keys lock all of their memory, so that the large segments of the
tuned transport count from the start, and `all` is large. In the first minute the unsealers and the guard are
stopped for a moment: each of their queues has been full once then, and takes no more from then on.

It holds if, after the first five minutes (a quarter of a shorter run), both grew by less than 5 % in each
program, and /dev/shm too; the audit log verifies, without a fault, and has a window for every second in which
a stakeholder received something; every mission arrived; no program ended, and none was a zombie for ten
seconds; and when all has ended, nothing of it is in /dev/shm. Leaves soak.svg, soak.json and all logs in
--out.

Exit status: 0 it holds, 1 something does not, 2 a wrong argument.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

import e2e  # first: it puts the folders of what follows on the path

# isort: split
import curves
import machine
import runs
from stage import BIN, Broken

EVERY, GROWTH, MARGIN = 10, 5, 256  # seconds; per cent; KiB that a small process may grow by beside that
PROCESSES = {'keeper': 2, 'redactor': sys.maxsize}  # one that works and one that waits for it; restarted
KEPT = 'lttng-ust-wait-'  # the tracer that ROS is built with keeps these for the next traced program
WATCHED = ('inside', 'outside', 'navigation', 'front_desk', 'maintenance', 'analytics')
STOPPED_AT, STOPPED_FOR = 45, 1.5  # seconds; longer than any queue needs to be full
DRIVEN_BACK, TURNED = 0.3, 0.3  # m/s; rad/s at most


def main():
    parser = argparse.ArgumentParser(
        prog='tools/bench soak', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--minutes', type=float, default=30)
    parser.add_argument('--json', action='store_true')
    parser.add_argument(
        '--out',
        type=pathlib.Path,
        default=runs.ROOT / 'out/soak',
        help='folder for the curves, the numbers and all logs (default out/soak)',
    )
    options = parser.parse_args()
    e2e.enter()
    options.out.mkdir(parents=True, exist_ok=True)
    run = runs.Run(options.out, watch=WATCHED, keep=False)
    try:
        with run:
            run.begin()
            soak = Soak(run, options.minutes * 60)
            soak.go()
            soak.collect()
    except Broken as why:
        sys.exit(f'soak: {why}; see {options.out}')
    left = sorted(file.name for file in pathlib.Path('/dev/shm').iterdir() if not file.name.startswith(KEPT))
    result = soak.judge(left)
    (options.out / 'soak.json').write_text(json.dumps({**result, 'samples': soak.samples}, indent=1) + '\n')
    (options.out / 'soak.svg').write_text(curves.memory(soak.samples, soak.warm))
    if options.json:
        print(json.dumps(result))
    else:
        print(f'{"MiB":<22} {"own":>16} {"all":>17}')
        for name, one in result['memory'].items():
            print(
                f'{name:<22} {one["own"][0]:>7.1f} {one["own"][1]:>8.1f} {one["all"][0]:>8.1f}'
                f' {one["all"][1]:>8.1f}'
            )
        for claim in result['claims']:
            print(f'{"so" if claim["holds"] else "NOT SO"}: {claim["claim"]}')
    return 0 if all(claim['holds'] for claim in result['claims']) else 1


class Soak:
    def __init__(self, run, seconds):
        self.run, self.seconds = run, seconds
        self.warm = min(300, seconds / 4)
        self.samples, self.zombies, self.dead, self.missions, self.pids = [], [], set(), [], {}
        self.stopped_at = min(STOPPED_AT, self.warm / 2)
        self.began = self.due = time.monotonic()

    def go(self):
        """Missions to the desk, and back, until the time is over."""
        while self.elapsed() < self.seconds:
            mission = self.run.stage.start(
                'mission',
                [
                    sys.executable,
                    runs.ROOT / 'demo/mission.py',
                    '--domain',
                    self.run.deployment.domains['navigation'],
                    '--namespace',
                    '/navigation',
                    '--limit',
                    60,
                ],
            )
            while mission.poll() is None:
                self.look()
            self.missions.append(mission.returncode)
            self.drive_back()
            print(
                f'{self.elapsed() / 60:.1f} min: {len(self.missions)} missions,'
                f' {sum(status == 0 for status in self.missions)} arrived',
                file=sys.stderr,
                flush=True,
            )

    def drive_back(self):
        """Along the line that it came on, in pieces of a second,
        so that the memory is looked at meanwhile.
        """
        limit = time.monotonic() + 60
        while (pose := self.run.pose())[0] > 0.3 and time.monotonic() < limit:
            _, aside, yaw = pose
            turn = max(-TURNED, min(TURNED, aside / 2 - yaw))  # backwards, it moves against where it looks
            self.run.listeners.ask('drive', who='navigation', speed=-DRIVEN_BACK, turn=turn, seconds=1)
            self.look(wait=0)

    def elapsed(self):
        return time.monotonic() - self.began

    def look(self, wait=0.2):
        time.sleep(wait)
        self.run.deployment.gazebo.check()
        if self.stopped_at and self.elapsed() > self.stopped_at:
            self.stopped_at = None
            self.fill_queues()
        if time.monotonic() < self.due:
            return
        self.due += EVERY
        found = processes()
        self.count_zombies(found)
        self.samples.append({'seconds': round(self.elapsed(), 1), 'shm': shared(), 'own': {}, 'all': {}})
        for pid, name in found.items():
            if name.split()[0] in runs.OURS and (memory := read(pid)):
                self.pids.setdefault(name, set()).add(pid)
                for kind in memory:
                    self.samples[-1][kind][name] = self.samples[-1][kind].get(name, 0) + memory[kind]

    @staticmethod
    def fill_queues():
        for program in ('unsealer', 'guard'):
            found = [pid for pid, name in processes().items() if name.split()[0] == program]
            for pid in found:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(STOPPED_FOR)
            for pid in found:
                os.kill(pid, signal.SIGCONT)

    def collect(self):
        """What everybody received and when; what the guard says at the end."""
        self.report, self.times = self.run.listeners.ask('report'), self.run.listeners.ask('times')
        time.sleep(1)
        self.count_zombies(processes())

    def count_zombies(self, found):
        """Those that were so the last time too: whoever has just ended is one until its parent looks."""
        dead = {pid for pid in found if state(pid) == 'Z'}
        self.zombies += [found[pid] for pid in dead & self.dead]
        self.dead = dead

    def judge(self, left):
        claims, memory = [], {}

        def claim(holds, text):
            claims.append({'holds': bool(holds), 'claim': text})

        late = [sample for sample in self.samples if sample['seconds'] >= self.warm]
        third = max(1, min(12, len(late) // 3))  # two minutes of them

        def ends(values):
            return statistics.median(values[:third]), statistics.median(values[-third:])

        for name in sorted({name for sample in late for name in sample['all']}):
            memory[name] = {}
            for kind in ('own', 'all'):
                begin, end = ends([sample[kind][name] for sample in late if name in sample[kind]])
                memory[name][kind] = [round(begin / 1024, 2), round(end / 1024, 2)]
                claim(
                    end <= begin * (1 + GROWTH / 100) or end - begin < MARGIN,
                    f'{name}: {end / 1024:.1f} MiB ({kind}) at the end, {100 * (end / begin - 1):+.1f} %'
                    f' since {self.warm / 60:.1f} min',
                )
        begin, end = ends([sample['shm'] for sample in late])
        claim(
            end <= begin * (1 + GROWTH / 100),
            f'/dev/shm: {end / 2**20:.0f} MiB at the end, {100 * (end / begin - 1):+.1f} %',
        )
        claim(len(late) >= 6, f'{len(self.samples)} samples in {self.elapsed() / 60:.1f} min')
        claim(
            self.missions and not any(self.missions),
            f'{len(self.missions)} missions, {sum(map(bool, self.missions))} of them without arriving',
        )
        again = [name for name, pids in self.pids.items() if len(pids) > PROCESSES.get(name, 1)]
        claim(not again, 'no program had to be started again' + (f', but {again}' if again else ''))
        claim(
            not self.zombies,
            f'{len(self.zombies)} zombies' + (f': {sorted(set(self.zombies))}' if self.zombies else ''),
        )
        claim(not left, f'{len(left)} files left in /dev/shm' + (f': {left[:5]}' if left else ''))
        for holds, text in audited(self.run.out / 'keeper/audit.log', self.times):
            claim(holds, text)
        return {
            'bench': 'soak',
            'minutes': round(self.elapsed() / 60, 1),
            'memory': memory,
            'claims': claims,
            'shm_mib': round(max(sample['shm'] for sample in self.samples) / 2**20),
            'guard': {
                name: self.report['guard'].get(name, {})
                for name in ('guard', 'audit', 'keys', runs.CAMERA, runs.DEPTH)
            },
        }


def audited(log, times):
    """The log is whole, and says of each message that a stakeholder received that it could leave then."""
    verified = subprocess.run([BIN / 'discreet', 'audit', 'verify', log], capture_output=True, text=True)
    yield (
        verified.returncode == 0,
        f'the audit log verifies: {(verified.stdout + verified.stderr).strip().splitlines()[0]}',
    )
    opened, closed, faults = {}, set(), []
    parts = sorted(log.parent.glob(f'{log.name}.' + '[0-9]' * 6))
    for line in (line for part in [*parts, log] for line in part.read_text().splitlines()):
        entry = json.loads(line)
        if entry['entry'] == 'window':
            for route in entry['routes']:
                opened.setdefault(route['topic'], set()).add((route['route'], entry['from'], entry['to']))
        elif entry['entry'] == 'closed':
            closed |= {
                (route['route'], entry['from'], entry['to']) for route in entry['routes'] if route['released']
            }
        elif entry['entry'] in ('fault', 'recovered'):
            faults.append(entry)
    windows = set().union(*opened.values())
    yield not faults, f'{len(faults)} faults in the log'
    yield (
        closed and closed <= windows,
        f'{len(closed)} windows in which something left, {len(closed - windows)} of them never opened',
    )
    for topic in (runs.CAMERA, runs.SCAN):
        seconds = {
            second
            for _, begin, end in opened.get(topic, ())
            for second in range(int(unix(begin)), int(unix(end)))
        }
        came = [
            moment for name, topics in times.items() if name != 'inside' for moment in topics.get(topic, [])
        ]
        # What left at the end of a second may have been received in the next one.
        bare = [moment for moment in came if not {int(moment), int(moment - 0.5)} & seconds]
        yield (
            came and not bare,
            f'{topic}: {len(came)} messages received, {len(bare)} of them in a second without a window',
        )


def unix(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()


def processes():
    """Process id -> what it is, of all that this run started. A stakeholder's are told apart."""
    found = {}
    for pid in machine.descendants():
        try:
            words = pathlib.Path(f'/proc/{pid}/cmdline').read_text()
            name = pathlib.Path(f'/proc/{pid}/stat').read_text().partition('(')[2].rpartition(')')[0]
        except OSError:
            continue  # it has just ended
        whose = re.search(r'/identities/(\w+)\.key', words) if name in ('unsealer', 'commander') else None
        found[pid] = f'{name} {whose[1]}' if whose else name
    return found


def state(pid):
    try:
        return pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0]
    except OSError:
        return None


def read(pid):
    """KiB."""
    try:
        said = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text()
    except OSError:
        return None
    own, shared = (
        int(re.search(rf'^{field}:\s+(\d+)', said, re.M)[1]) for field in ('Pss_Anon', 'Pss_Shmem')
    )
    return {'own': own, 'all': own + shared}


def shared():
    """Bytes in this run's own /dev/shm."""
    space = os.statvfs('/dev/shm')
    return (space.f_blocks - space.f_bfree) * space.f_frsize


if __name__ == '__main__':
    sys.exit(main())
