"""What sim/truth.py says of the camera's picture is so in the picture that Gazebo takes."""

import pathlib
import re
import subprocess
import sys

import numpy
import pytest
from PIL import Image, ImageDraw

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from sim import gazebo, lobby, namespace, people, truth

MISSING = gazebo.unavailable() or namespace.unavailable()
COLOURS = dict(
    zip(
        truth.SURFACES,
        ['#ff00ff', '#00ff00', '#00ffff', '#ffff00', '#ff0000', '#0000ff', '#ff8000', '#0080ff', '#8000ff'],
    )
)


@pytest.fixture(scope='module')
def painted(tmp_path_factory):
    """The lobby with each face and each writing in a colour of its own, and nobody who walks about."""
    folder = tmp_path_factory.mktemp('painted')
    world = lobby.build(folder)
    world.write_text(re.sub('<actor.*?</actor>', '', world.read_text(), flags=re.DOTALL))
    for look, colour in COLOURS.items():
        file = folder / f'models/lobby/materials/textures/{look}.png'
        picture = Image.open(file)
        corners = [(x * picture.width, y * picture.height) for x, y in people.FACES.get(look, truth.WHOLE)]
        ImageDraw.Draw(picture).polygon(corners, fill=colour)
        picture.save(file)
    return world


def taken_at(pose, world):
    x, y, yaw = pose
    moved = world.with_name('moved.world')
    start = '<model name="robot">\n      <pose>0 0 0 0 0 0</pose>'
    assert start in world.read_text()
    moved.write_text(
        world.read_text().replace(start, f'<model name="robot"><pose>{x} {y} 0 0 0 {yaw}</pose>')
    )
    picture = world.with_name('picture.png')
    subprocess.run(
        [sys.executable, ROOT / 'sim/gazebo.py', '--world', moved, '--picture', picture],
        check=True,
        timeout=90,
    )
    return numpy.asarray(Image.open(picture)).astype(int)


@pytest.mark.skipif(bool(MISSING), reason=f'NO GAZEBO: {MISSING}')
@pytest.mark.parametrize('pose', [(0.0, 0.0, 0.0), (1.5, 0.1, -0.12), (4.5, -0.05, 0.03)])
def test_each_face_and_writing_is_where_it_is_said_to_be(painted, pose):
    picture = taken_at(pose, painted)
    marks = truth.marks(pose)
    assert any(mark.visible == 1 for mark in marks.values())
    for name, mark in marks.items():
        frame = Image.new('L', (640, 480))
        ImageDraw.Draw(frame).polygon(mark.polygon, fill=255)
        said = numpy.asarray(frame) > 0
        colour = numpy.array([int(COLOURS[name][at : at + 2], 16) for at in (1, 3, 5)])
        # Colours that the lobby has too are only looked for near the place.
        left, top, right, bottom = (int(edge) for edge in mark.box())
        near = numpy.zeros_like(said)
        near[max(0, top - 12) : max(0, bottom + 12), max(0, left - 12) : max(0, right + 12)] = True
        seen = (abs(picture - colour).max(axis=2) < 60) & near
        if mark.visible == 0:
            assert seen.sum() == 0, f'{name} was said to be hidden'
        elif mark.visible == 1:
            down, across = numpy.nonzero(seen)
            assert len(down), f'{name} is not in the picture'
            found = across.min(), down.min(), across.max() + 1, down.max() + 1
            assert max(abs(a - b) for a, b in zip(found, mark.box())) <= 1.5, (
                f'{name}: {found}, not {mark.box()}'
            )
        else:
            assert seen.sum() <= said.sum(), f'{name} is larger than was said'


def test_at_the_start_faces_and_plate_are_large_enough_to_be_found():
    marks = truth.marks()
    height = {name: mark.box()[3] - mark.box()[1] for name, mark in marks.items()}
    assert height['guest_sitting'] >= 80 and height['guest_in_red'] >= 25 and height['plate'] >= 16
    assert all(
        marks[name].visible == 1
        for name in ('guest_sitting', 'guest_in_red', 'guest_in_profile', 'plate', 'sign')
    )
