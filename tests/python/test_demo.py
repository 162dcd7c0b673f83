"""What of the lobby's demo is decided without a robot:
how the mission steers, what the page shows, what the table starts.
"""

import math
import pathlib
import re
import sys

import numpy
import pytest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'demo'))

mission = pytest.importorskip('mission', reason='NOT RUN: no rclpy here; source .ros/env.sh')
import page
import processes

HALF = math.radians(40)


def frame(left, right, colour=(20, 60, 220)):
    """A picture with the sign between two columns."""
    pixels = numpy.full((480, 640, 3), 120, numpy.uint8)
    pixels[256:282, left:right] = colour
    return pixels


def test_the_sign_is_found_with_its_direction_and_distance():
    sign = mission.find_sign(frame(288, 352), HALF)
    assert abs(sign.bearing) < 0.01 and sign.distance == pytest.approx(5.96, abs=0.1)
    assert mission.find_sign(frame(0, 64), HALF).bearing > 0.5  # to the left
    assert mission.find_sign(frame(288, 352, (90, 70, 130)), HALF) is None  # a violet patch is no sign
    assert mission.find_sign(frame(288, 294), HALF) is None


def test_it_goes_to_the_sign_and_stops_before_the_desk():
    straight, aside = mission.Sign(0.0, 5.0), mission.Sign(0.6, 5.0)
    assert mission.steer(straight, 0, 5.0, 1.0) == (mission.FASTEST, 0.0)
    assert mission.steer(straight, 0, 1.0, 1.0) == (0.0, 0.0)
    speed, turn = mission.steer(aside, 0, 5.0, 1.0)
    assert speed == 0 and turn > 0  # turns before it goes
    assert mission.steer(aside, 0, 0.8, 1.0)[1] > 0  # and where something stands before it


def test_without_the_sign_it_creeps_and_then_only_looks_around():
    assert 0 < mission.steer(None, 1.0, 4.0, 1.0)[0] < mission.FASTEST / 2
    assert mission.steer(None, 1.0, 1.5, 1.0) == (0.0, 0.0)
    speed, turn = mission.steer(None, 10.0, 4.0, 1.0)
    assert speed == 0 and turn > 0


def test_the_table_asks_for_no_argument_that_nobody_declares():
    words = re.findall(r'\{(\w+)\}', ' '.join(map(repr, processes.PROCESSES)))
    assert set(words) <= set(processes.ARGUMENTS) and len(words) > 20
    bins = re.findall(r'^name = "(\w+)"', (ROOT / 'Cargo.toml').read_text(), re.M)
    for process in processes.PROCESSES:
        assert process.program in bins or (ROOT / 'demo' / process.program).exists()
        values = {name: f'<{name}>' for name in processes.ARGUMENTS}
        assert '{' not in repr(process.fill(values).arguments)


def test_what_was_heard_cannot_write_into_the_page():
    for heard in (
        '<script>alert(1)</script> from <person>',
        '<script src=x>',
        'a <b',
        '<img onerror="x">',
        '&lt;script&gt;',
    ):
        shown = re.sub('</?mark>', '', page.marked(heard) + page.text(heard))
        assert '<' not in shown and '"' not in shown
    assert page.marked('call <phone>') == 'call <mark>phone</mark>'
