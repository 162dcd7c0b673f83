"""Areas of faces, plate, screen, document and sign in the camera's picture, computed from the lobby's
description alone.

Usage: python3 sim/truth.py [X Y YAW]      for a robot at that pose (metres, radians), as JSON
"""

import dataclasses
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from sim import lobby, people, pictures, robot

WHOLE = [(0, 0), (1, 0), (1, 1), (0, 1)]
SURFACES = {
    'plate': 'plate',
    'screen': 'screen',
    'document': 'document',
    'sign': 'sign',
    **dict.fromkeys(people.FACES, 'face'),
}


@dataclasses.dataclass(frozen=True)
class Mark:
    kind: str  # face, plate, screen, document or sign
    polygon: list  # in pixels, (0, 0) is the picture's top left corner; may reach beyond the picture
    # Share of it that is in the picture and not occluded. The walking person is not considered.
    visible: float

    def box(self):
        """left, top, right, bottom"""
        across, down = zip(*self.polygon)
        return min(across), min(down), max(across), max(down)


def marks(pose=(0.0, 0.0, 0.0), camera=robot.CAMERA):
    """Name of the object -> Mark, for all objects before the camera of a robot at `pose`: x, y, yaw."""
    eye = in_world(pose, camera['at'])
    found = {}
    for thing in lobby.THINGS:
        if thing.look not in SURFACES:
            continue
        unit = people.FACES.get(thing.look, WHOLE)
        corners = [on_front(thing, *corner) for corner in unit]
        if min(ahead(pose, eye, corner) for corner in corners) > 0.05:
            samples = [on_front(thing, *sample) for sample in inside(unit)]
            seen = [
                in_picture(pixel(pose, eye, camera, sample), camera) and not hidden(eye, sample, thing)
                for sample in samples
            ]
            found[thing.name] = Mark(
                SURFACES[thing.look],
                [pixel(pose, eye, camera, corner) for corner in corners],
                round(sum(seen) / len(seen), 3),
            )
    return found


def in_world(pose, at):
    x, y, yaw = pose
    return (
        x + at[0] * math.cos(yaw) - at[1] * math.sin(yaw),
        y + at[0] * math.sin(yaw) + at[1] * math.cos(yaw),
        at[2],
    )


def on_front(thing, across, down):
    """The point in the world of a point of a picture that faces the robot's start."""
    (x, y, z), (deep, wide, high) = thing.at, thing.size
    return x - deep / 2, y + (0.5 - across) * wide, z + (0.5 - down) * high


def ahead(pose, eye, point):
    return (point[0] - eye[0]) * math.cos(pose[2]) + (point[1] - eye[1]) * math.sin(pose[2])


def pixel(pose, eye, camera, point):
    focal = camera['width'] / 2 / math.tan(camera['field_of_view'] / 2)
    depth = ahead(pose, eye, point)
    left = (point[1] - eye[1]) * math.cos(pose[2]) - (point[0] - eye[0]) * math.sin(pose[2])
    return (
        round(camera['width'] / 2 - focal * left / depth, 2),
        round(camera['height'] / 2 - focal * (point[2] - eye[2]) / depth, 2),
    )


def in_picture(at, camera):
    return 0 <= at[0] < camera['width'] and 0 <= at[1] < camera['height']


def inside(polygon):
    """Points spread over a convex polygon: from its edge towards its centre."""
    middle = [sum(part) / len(polygon) for part in zip(*polygon)]
    edge = [
        [a + (b - a) * step / 4 for a, b in zip(start, end)]
        for start, end in zip(polygon, polygon[1:] + polygon[:1])
        for step in range(4)
    ]
    return [
        [m + (e - m) * scale for m, e in zip(middle, corner)]
        for corner in edge
        for scale in (0.35, 0.65, 0.95)
    ]


def hidden(eye, point, target):
    return any(
        thing is not target and thing.clear < 0.5 and blocks(thing, eye, point) for thing in lobby.THINGS
    )


def blocks(thing, eye, point):
    """True if the line from `eye` to `point` goes through it, where it is not cut out."""
    enters, leaves = 0.0, 0.999
    for start, end, middle, side in zip(eye, point, thing.at, thing.size):
        way, low, high = end - start, middle - side / 2, middle + side / 2
        if abs(way) < 1e-9:
            if not low <= start <= high:
                return False
            continue
        first, last = sorted(((low - start) / way, (high - start) / way))
        enters, leaves = max(enters, first), min(leaves, last)
    if enters > leaves:
        return False
    if thing.size[0] > lobby.THIN or 'A' not in pictures.drawn(thing.look).getbands():
        return True
    picture = pictures.drawn(thing.look).getchannel('A')
    y, z = (start + (end - start) * enters for start, end in zip(eye[1:], point[1:]))
    across, down = 0.5 - (y - thing.at[1]) / thing.size[1], 0.5 - (z - thing.at[2]) / thing.size[2]
    place = (
        min(picture.width - 1, int(across * picture.width)),
        min(picture.height - 1, int(down * picture.height)),
    )
    return picture.getpixel(place) > 110


def main():
    if len(sys.argv) not in (1, 4) or any(word in ('-h', '--help') for word in sys.argv):
        sys.exit(__doc__.strip())
    pose = tuple(map(float, sys.argv[1:])) or (0.0, 0.0, 0.0)
    print(
        json.dumps(
            {name: dataclasses.asdict(mark) | {'box': mark.box()} for name, mark in marks(pose).items()},
            indent=1,
        )
    )


if __name__ == '__main__':
    main()
