"""Lines that a robot logs and publishes, without anything personal: every finding in them is wrong.

Made from a seed. `python3 benches/telemetry.py [BYTES] [SEED]` prints them.
"""

import functools
import random
import sys

BYTES, SEED = 400 * 1024, 20_261
NAMES = {
    'joint': (
        'shoulder_pan shoulder_lift elbow wrist_1 wrist_2 wrist_3 gripper_left gripper_right lift_column'
    ),
    'node': (
        'amcl controller_server planner_server bt_navigator velocity_smoother lifecycle_manager robot_state'
    ),
    'frame': 'map odom base_link base_footprint laser camera_link imu_link wheel_left_link tray_link',
    'level': 'DEBUG INFO WARN ERROR',
}

# `{real:LOW,HIGH}` is a decimal, `{reals:COUNT,LOW,HIGH}` are several; `{n:LIMIT}` is below a limit,
# `{digits:COUNT}` has as many digits, `{hex:COUNT}` as many hexadecimal ones; `{one:A,B}` is one of words.
LINES = {
    'log': ['[{level}] [{stamp}] [{node}]: {pairs}'],
    'key values': ['{pairs}'],
    'ids': [
        'order_id: {digits:6,16} state: {one:queued,picked,done} shelf: {digits:3}',
        'task {digits:6} assigned, goal_id={uuid}',
        'job #{digits:8} finished after {real:1,900} s, batch {digits:4}-{digits:4}-{digits:4}',
        '{{"order": {digits:12}, "sku": "{digits:13}", "qty": {n:40}}}',
        'part {digits:3}-{digits:2}-{digits:4} revision {one:A,B,C,D}, lot {digits:10}',
    ],
    'times': [
        'stamp={time}Z latency={real:0,90}ms',
        '{time}.{digits:6}+00:00 heartbeat {digits:7}',
        'uptime {n:99} days, {n:24}:{digits:2}, load {real:0,4}',
        'header: {{stamp: {{sec: {digits:10}, nanosec: {digits:9}}}, frame_id: {frame}}}',
    ],
    'joint states': [
        'name: [{joint}, {joint}, {joint}] position: [{reals:3}] velocity: [{reals:3,-1,1}]',
        'effort: [{reals:9,-40,40}]',
    ],
    'diagnostics': [
        'level: {n:3} name: "motor {n:9}: driver" message: "OK" hardware_id: "{digits:8}"',
        'motor_{n:9} temperature {real:20,80} C current {real:0,9} A encoder {digits:7}',
        'cpu {n:100}% mem {digits:5}/{digits:5} MB disk {n:100}% temp {real:30,90}',
        'lidar: {digits:4} points, {n:90} dropped, rpm {digits:3}, serial {hex:12}',
        'fan {n:5} at {digits:4} rpm, target {digits:4}, pwm {n:256}',
    ],
    'navigation': [
        'feedback: distance_remaining: {real:0,80} eta: {real:0,900} recoveries: {n:4}',
        'Nav2 navigation_time: {real:0,900} estimated_time_remaining: {real:0,900}',
        'Passing new path to controller, {n:900} poses, length {real:1,90} m, cost {digits:5}',
        'Begin navigating from current location ({reals:2,-50,50}) to ({reals:2,-50,50})',
        'Reached waypoint {n:40} of {n:60}, heading error {real:-1,1} rad',
    ],
    'costmap': [
        'global_costmap: {digits:4} X {digits:4} at {real:0.01,0.2} m/pix origin ({reals:2,-50,50})',
        'costmap data: {cells}',
        'map tile {digits:4}-{digits:4}-{digits:4} updated, crc {hex:8}',
    ],
    'odometry': [
        'odom pose: ({reals:3}) orientation: ({reals:4,-1,1})',
        'twist: {{linear: {real:-1,1}, angular: {real:-1,1}}}',
        'covariance: [{reals:12,0,1}]',
    ],
    'battery': [
        'battery: voltage={real:22,29} current={real:-9,9} percentage={real:0,1} cycles={digits:3}',
        'cell_voltage: [{reals:7,3.2,4.2}] design_capacity: {real:20,60} serial_number: BAT-{digits:6}',
        'docked, charging at {real:1,9} A, full in {n:200} min',
    ],
    'wifi': [
        'wlan0: signal -{digits:2} dBm, noise -{digits:2}, channel {n:165}',
        'wifi rx_bytes={digits:11} tx_bytes={digits:10} retries={digits:5} roam={n:9}',
        'ping gateway: {real:1,90} ms, loss {n:9}%, mcs {n:10}',
    ],
    'firmware': [
        'firmware {version}-rc{n:9}+{hex:7} bootloader {version}',
        'motor board rev {one:A,B,C}{n:9} fw=v{version} build {digits:8} git {hex:40}',
        'ros-jazzy-nav2-core {version}-1noble.{digits:8}.{digits:6}',
        'sha256:{hex:64} size {digits:8}',
        'md5 {hex:32} for image {version}',
    ],
    'paths': [
        'loading /opt/ros/jazzy/share/nav2_bringup/params/nav2_params.yaml line {n:400}',
        'wrote /var/log/robot/2026{digits:4}/run_{digits:6}.mcap ({digits:9} bytes)',
        '/tmp/core.{digits:5}: signal 11 at 0x{hex:12} in libcontroller.so+0x{hex:5}',
        'topic /robot_{n:30}/camera/depth/points {real:1,30} Hz, {digits:8} bytes',
        'tf {frame} -> {frame} age {real:0,2} s, buffer {digits:4}',
    ],
}


class Placeholder:
    """Makes a new value each time that a line is formatted with it."""

    def __init__(self, make):
        self.make = make

    def __format__(self, given):
        return str(self.make(*given.split(','))) if given else str(self.make())


class Dice(random.Random):
    def digits(self, least, most=None):
        count = self.randint(int(least), int(most or least))
        return self.randrange(10 ** (count - 1), 10**count)

    def real(self, low='-50', high='50'):
        return f'{self.uniform(float(low), float(high)):.{self.choice((1, 2, 3, 4, 6, 9))}f}'

    def reals(self, count, low='-4', high='4'):
        return ', '.join(self.real(low, high) for _ in range(int(count)))

    def hex(self, length):
        return f'{self.getrandbits(4 * int(length)):0{length}x}'

    def uuid(self):
        return '-'.join(self.hex(length) for length in (8, 4, 4, 4, 12))

    def stamp(self):
        return f'{1_790_000_000 + self.randrange(10**7)}.{self.randrange(10**9):09}'

    def time(self):
        hour, minute, second = (self.randrange(limit) for limit in (24, 60, 60))
        return f'2026-{self.randrange(1, 13):02}-{self.randrange(1, 29):02}T{hour:02}:{minute:02}:{second:02}'

    def version(self):
        return f'{self.randrange(9)}.{self.randrange(20)}.{self.randrange(40)}'

    def cells(self):
        some = self.randrange(10, 40)
        return ' '.join(str(self.choice((0, 0, 0, 100, 254, 255, self.randrange(256)))) for _ in range(some))

    def pairs(self):
        made = {
            'seq': self.digits(1, 9),
            'x': self.real(),
            'y': self.real(),
            'yaw': self.real('-3.2', '3.2'),
            'vel': self.real('-1', '1'),
            'dt': f'{self.randrange(200)}ms',
            'queue': f'{self.randrange(20)}/{self.randrange(20, 100)}',
            'ticks': self.digits(5, 12),
            'frame': self.choice(NAMES['frame'].split()),
            'err': f'{self.random() * 10 ** -self.randrange(9):.3e}',
        }
        return ' '.join(f'{key}={made[key]}' for key in self.sample(sorted(made), self.randrange(3, 9)))

    def placeholders(self):
        own = ('digits', 'real', 'reals', 'hex', 'uuid', 'stamp', 'time', 'version', 'cells', 'pairs')
        made = {name: Placeholder(getattr(self, name)) for name in own}
        for name, words in NAMES.items():
            made[name] = Placeholder(functools.partial(self.choice, words.split()))
        return made | {
            'n': Placeholder(lambda limit: self.randrange(int(limit))),
            'one': Placeholder(lambda *words: self.choice(words)),
        }


def lines(size=BYTES, seed=SEED):
    """(kind of line, line), until there are `size` bytes."""
    dice, made = Dice(seed), 0
    placeholders = dice.placeholders()
    while made < size:
        kind = dice.choice(sorted(LINES))
        line = dice.choice(LINES[kind]).format(**placeholders)
        made += len(line.encode())
        yield kind, line


if __name__ == '__main__':
    for _, made_line in lines(*map(int, sys.argv[1:])):
        print(made_line)
