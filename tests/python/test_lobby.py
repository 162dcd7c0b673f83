"""The simulated lobby without a simulator: its worlds are SDF, and both Gazebos have the same topics."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from sim import lobby, robot, sdf

SIMULATORS = [sdf.CLASSIC, sdf.HARMONIC]


@pytest.mark.parametrize('simulator', SIMULATORS)
def test_no_two_parts_of_a_link_have_one_name(simulator):
    world = ElementTree.fromstring(sdf.world(lobby.THINGS, simulator))
    links = list(world.iter('link'))
    assert len(links) == 4
    for link in links:
        names = [part.attrib['name'] for part in link if 'name' in part.attrib]
        assert len(names) == len(set(names))


@pytest.mark.parametrize('simulator', SIMULATORS)
def test_the_parser_of_sdf_finds_it_valid(simulator, tmp_path):
    if not shutil.which('ign'):
        pytest.skip('NOT CHECKED: `ign sdf` is missing (Debian: ignition-tools libsdformat-dev)')
    file = tmp_path / 'lobby.sdf'
    file.write_text(sdf.world(lobby.THINGS, simulator))
    said = subprocess.run(['ign', 'sdf', '-k', file], capture_output=True, text=True, timeout=60)
    assert (
        said.returncode == 0
        and 'Valid.' in said.stdout
        and 'Error' not in said.stderr.replace('Library error', '')
    )


def test_harmonics_bridge_carries_what_the_robots_sensors_publish():
    bridged = yaml.safe_load((ROOT / 'sim/harmonic/bridge.yaml').read_text())
    assert all(row['ros_topic_name'] == row['gz_topic_name'] for row in bridged)
    out = {row['gz_topic_name'] for row in bridged if row['direction'] == 'GZ_TO_ROS'}
    model = ElementTree.fromstring(robot.model(harmonic=True))
    for sensor in model.iter('sensor'):
        assert '/' + sensor.find('topic').text in out
    drive = model.find('plugin')
    assert {'/' + drive.find(f'{name}_topic').text for name in ('odom', 'tf')} <= out
    assert [row['gz_topic_name'] for row in bridged if row['direction'] == 'ROS_TO_GZ'] == [
        '/' + drive.find('topic').text
    ]


def test_nothing_solid_stands_between_robot_and_desk():
    desk = next(thing for thing in lobby.THINGS if thing.name == 'desk')
    front, robots_side = desk.at[0] - desk.size[0] / 2, robot.WHEELS['apart'] / 2 + 0.1
    for thing in lobby.THINGS:
        if thing.solid is not False and thing is not desk:
            near, far = thing.at[0] - thing.size[0] / 2, thing.at[0] + thing.size[0] / 2
            right, left = thing.at[1] - thing.size[1] / 2, thing.at[1] + thing.size[1] / 2
            # Guests are not as wide as their pictures.
            if thing.solid is not True:
                right, left = thing.at[1] - thing.size[1] * 0.3, thing.at[1] + thing.size[1] * 0.3
            assert far < -0.3 or near > front or left < -robots_side or right > robots_side, thing.name


SOURCES = """
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/x] https://vendor.example/linux bookworm main
deb http://updates.example/debian-security bookworm main
deb [ trusted=yes ]   http://mirror.example/debian/   bookworm   main contrib
"""
STANZAS = """Types: deb deb-src
# a comment
URIs: https://vendor.example/apt
Suites: bookworm
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs:
 http://first.example/debian
 http://second.example/debian
Suites: bookworm bookworm-updates
Components: main
"""


@pytest.mark.parametrize(
    'system, file, text, mirror',
    [
        ('debian', 'sources.list', SOURCES, 'http://mirror.example/debian/'),
        ('debian', 'sources.list.d/debian.sources', STANZAS, 'http://first.example/debian'),
        ('ubuntu', 'sources.list', SOURCES, ''),
        ('debian', 'sources.list', '', ''),
    ],
)
def test_the_mirror_is_debians_own_and_nobody_elses(tmp_path, system, file, text, mirror):
    release = tmp_path / 'os-release'
    release.write_text(f'ID={system}\nVERSION_CODENAME=bookworm\n')
    (tmp_path / 'sources.list.d').mkdir()
    (tmp_path / file).write_text(text)
    script = (
        f'ROOT={tmp_path}; set -euo pipefail; shopt -s nullglob; source {ROOT}/tools/lib/gazebo.sh;'
        ' debian_mirror'
    )
    environment = {**os.environ, 'APT_SOURCES': str(tmp_path), 'OS_RELEASE': str(release)}
    environment.pop('DISCREET_DEBIAN_MIRROR', None)
    said = subprocess.run(['bash', '-c', script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == mirror
