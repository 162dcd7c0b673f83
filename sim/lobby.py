"""The hotel lobby: its objects and their positions. sdf.py writes it for both versions of Gazebo, truth.py
computes the areas of its objects in the camera's picture.

    python3 sim/lobby.py FOLDER [--harmonic]

writes lobby.world (or lobby.sdf), the robot in it, and the pictures.

Metres, in the world's axes: the robot starts at the origin and faces along x, y is to its left, z is up.
"""

import argparse
import pathlib
import sys
from dataclasses import dataclass

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from sim import pictures, sdf


@dataclass(frozen=True)
class Box:
    """`look` is a colour, or the name of a picture that is on each of its faces; guests and signs are thin
    boxes.

    A laser beam ends at objects that are `solid`: `True`, or the depth of a guest behind the photograph.
    """

    name: str
    at: tuple  # of its centre
    size: tuple
    look: str
    solid: object = False
    clear: float = 0.0  # transparency, 0 to 1


THIN = 0.0002  # the edges have the picture too, and must not be visible


def upright(name, x, y, width, height, look, bottom=0.0, **more):
    """A picture that faces the robot."""
    return Box(name, (x, y, bottom + height / 2), (THIN, width, height), look, **more)


def standing(name, x, y, width, height, **more):
    return upright(name, x, y, width, height, name, solid=0.25, **more)


FLOOR = Box('floor', (3.5, -0.5, -0.05), (10.0, 10.0, 0.1), 'floor')

BUILDING = [
    FLOOR,
    Box('ceiling', (3.5, -1.15, 3.05), (10.0, 4.1, 0.1), 'ceiling'),
    Box('wall_back', (8.25, -1.15, 1.5), (0.1, 4.1, 3.0), 'wood', solid=True),
    Box('wall_right', (3.4, -3.25, 1.5), (9.8, 0.1, 3.0), 'wall', solid=True),
    Box('wall_left', (5.5, 0.95, 1.5), (5.6, 0.1, 3.0), 'wall', solid=True),
    Box('wall_behind', (-1.55, 0.2, 1.5), (0.1, 7.0, 3.0), 'wall', solid=True),
    Box('wall_entrance', (0.55, 3.65, 1.5), (4.3, 0.1, 3.0), 'wall', solid=True),
    Box('ceiling_entrance', (0.55, 2.3, 3.05), (4.3, 2.8, 0.1), '#d9ccb6'),
    # The glass front, with a door of two leaves.
    Box('glass', (2.66, 2.3, 1.45), (0.02, 2.6, 2.9), '#dfeef0', solid=True, clear=0.88),
    *(
        Box(f'post_{number}', (2.66, y, 1.5), (0.07, 0.05, 3.0), '#3a332c', solid=True)
        for number, y in enumerate((0.92, 2.22, 3.55))
    ),
    Box('lintel', (2.66, 2.3, 2.35), (0.07, 2.7, 0.07), '#3a332c'),
    Box('sill', (2.66, 2.3, 0.03), (0.07, 2.7, 0.06), '#3a332c'),
    Box('handle', (2.62, 2.16, 1.05), (0.02, 0.02, 0.3), '#c9a24a'),
    Box('painting', (5.2, 0.89, 1.7), (1.2, 0.02, 0.9), 'painting'),
    Box('painting_lounge', (5.0, -3.19, 1.7), (1.4, 0.02, 1.0), 'painting'),
]

DESK = [
    Box('desk', (6.3, -0.35, 0.5), (0.6, 2.5, 1.0), '#5a3a26', solid=True),
    Box('desk_top', (6.28, -0.35, 1.015), (0.7, 2.56, 0.04), '#e9dfcf'),
    Box('desk_foot', (5.995, -0.35, 0.06), (0.02, 2.5, 0.12), '#c9a24a'),
    upright('sign', 5.985, 0.0, 1.0, 0.4, 'sign', bottom=0.25),
    upright('screen', 6.1, 0.5, 0.7, 0.42, 'screen', bottom=1.08),
    Box('screen_frame', (6.13, 0.5, 1.29), (0.03, 0.74, 0.46), '#1b1b1d'),
    Box('screen_foot', (6.14, 0.5, 1.05), (0.12, 0.2, 0.04), '#1b1b1d'),
    upright('document', 6.1, -0.5, 0.42, 0.594, 'document', bottom=1.06),
    Box('document_stand', (6.12, -0.5, 1.34), (0.02, 0.46, 0.63), '#8a6a49'),
    Box('lamp_foot', (6.3, -1.35, 1.2), (0.04, 0.04, 0.34), '#c9a24a'),
    Box('lamp_shade', (6.3, -1.35, 1.46), (0.24, 0.24, 0.2), '#ffe2a8'),
]

LOUNGE = [
    Box('sofa_seat', (4.6, -2.75, 0.24), (1.9, 0.75, 0.36), '#5f6f63', solid=True),
    Box('sofa_back', (4.6, -3.08, 0.58), (1.9, 0.18, 0.6), '#56665a'),
    Box('sofa_arm_near', (3.58, -2.75, 0.36), (0.16, 0.78, 0.56), '#56665a'),
    Box('sofa_arm_far', (5.62, -2.75, 0.36), (0.16, 0.78, 0.56), '#56665a'),
    Box('cushion', (4.1, -2.9, 0.55), (0.4, 0.14, 0.36), '#d08c4a'),
    Box('table', (4.6, -2.0, 0.36), (0.9, 0.5, 0.05), '#7a5236'),
    Box('table_foot', (4.6, -2.0, 0.17), (0.5, 0.3, 0.34), '#4a3424', solid=True),
    # The chair of the guest who sits close to the robot.
    Box('chair_seat', (1.04, -0.76, 0.24), (0.5, 0.6, 0.32), '#3f5a50', solid=True),
    Box('chair_back', (1.3, -0.76, 0.52), (0.1, 0.58, 0.8), '#4a675c'),
    Box('rug', (3.9, 0.0, 0.002), (3.6, 1.3, 0.004), 'rug'),
    upright('plant_door', 2.5, 0.8, 0.36, 0.6, 'plant'),
    upright('plant_desk', 6.5, -1.9, 0.8, 1.3, 'plant'),
    upright('plant_lounge', 3.2, -2.85, 0.8, 1.3, 'plant'),
]

GUESTS = [
    upright('guest_sitting', 0.96, -0.71, 0.875, 0.896, 'guest_sitting', bottom=0.4),
    standing('guest_in_profile', 2.45, -0.88, 0.824, 1.672),
    standing('guest_in_red', 2.7, 0.56, 0.62, 1.78),
    standing('guest_in_grey', 4.3, -1.6, 0.6, 1.72),
    upright('receptionist', 7.1, -0.02, 0.6, 1.72, 'receptionist'),
]

OUTSIDE = [
    Box('road', (6.7, 5.5, -0.035), (8.0, 9.0, 0.08), '#77726b'),
    Box('kerb', (2.72, 2.3, 0.01), (0.1, 2.7, 0.08), '#b8b0a4'),
    upright('street', 9.5, 5.0, 12.0, 6.0, 'street', bottom=-0.9),
    upright('car', 2.95, 1.72, 1.6, 1.4, 'car', bottom=0.02),
    upright('plate', 2.93, 1.72, 0.62, 0.131, 'plate', bottom=0.42),
]

THINGS = BUILDING + DESK + LOUNGE + GUESTS + OUTSIDE


def shadows():
    """Shadows of objects on the floor: centre and half sides, as shares of the floor's picture."""
    (x, y, _), (deep, wide, _) = FLOOR.at, FLOOR.size
    for thing in THINGS:
        if (
            0 <= thing.at[2] - thing.size[2] / 2 < 0.1
            and max(thing.size[:2]) < 3
            and thing.name not in ('glass', 'rug')
        ):
            yield (
                (y - thing.at[1]) / wide + 0.5,
                (x - thing.at[0]) / deep + 0.5,
                thing.size[1] * 0.55 / wide,
                max(thing.size[0], 0.3) * 0.6 / deep,
            )


def build(folder, harmonic=False):
    """Writes world, materials and pictures; returns the world's file."""
    folder = pathlib.Path(folder)
    media = folder / 'models/lobby/materials'
    pictures.draw_all(media / 'textures', list(shadows()))
    (media / 'scripts').mkdir(parents=True, exist_ok=True)
    looks = sorted({thing.look for thing in THINGS if not thing.look.startswith('#')})
    (media / 'scripts/lobby.material').write_text(sdf.materials(looks))
    world = folder / ('lobby.sdf' if harmonic else 'lobby.world')
    world.write_text(sdf.world(THINGS, sdf.HARMONIC if harmonic else sdf.CLASSIC))
    return world


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument(
        '--harmonic', action='store_true', help='for Gazebo Harmonic, not for Gazebo classic 11'
    )
    options = parser.parse_args()
    print(build(options.folder, options.harmonic))


if __name__ == '__main__':
    main()
