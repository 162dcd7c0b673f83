"""A camera that sees a face move about, and knows where it is in every frame.

The face is the astronaut Eileen Collins, photographed by NASA, which scikit-image ships (demo/README.md says
more). A frame is made from its number alone, so that whoever receives a frame can make the one that the
camera took.

    python3 tests/ros/faces.py DOMAIN TOPIC RATE FRAMES      publishes; the stamp tells the frame
"""

import array
import importlib.util
import math
import pathlib
import sys
import time

import numpy
from PIL import Image as Picture

WIDTH, HEIGHT, RATE = 640, 480, 15
EPOCH = 1_700_000_000
FACE = (180, 66, 266, 174)  # left, top, right, bottom in the photograph, which is 512 by 512


def photograph(name='astronaut.png'):
    """Its pixels; none if it is not installed."""
    package = importlib.util.find_spec('skimage')
    if not package:
        return None
    return Picture.open(pathlib.Path(package.submodule_search_locations[0]) / 'data' / name).convert('RGB')


class Scene:
    """A person who walks through the picture, comes near and goes away, in front of a camera that turns."""

    def __init__(self):
        self.person = photograph()
        wall = numpy.asarray(photograph('brick.png').resize((2 * WIDTH, HEIGHT)))
        self.wall = numpy.concatenate([wall, wall[:, :WIDTH]], axis=1)
        self.sizes = {}

    def frame(self, number):
        """The picture, rows by columns by red, green and blue, and the face's area in it,
        which may lie outside.
        """
        t = number / RATE
        size = round((300 + 180 * math.sin(t / 2.3)) / 12) * 12
        person = self.scaled(size)
        left = int(WIDTH / 2 - size / 2 + (WIDTH / 2 - size / 4) * math.sin(t / 1.7))
        top = int(HEIGHT / 2 - size / 2 + 40 * math.sin(t / 1.1))
        turn = int((1 + math.sin(t / 3.1)) * WIDTH / 2)
        picture = self.wall[:, turn : turn + WIDTH].copy()
        a, b = max(left, 0), min(left + size, WIDTH)
        c, d = max(top, 0), min(top + size, HEIGHT)
        picture[c:d, a:b] = person[c - top : d - top, a - left : b - left]
        scale = size / 512
        x1, y1, x2, y2 = (edge * scale for edge in FACE)
        return picture, (left + x1, top + y1, left + x2, top + y2)

    def scaled(self, size):
        if size not in self.sizes:
            self.sizes[size] = numpy.asarray(self.person.resize((size, size), Picture.Resampling.LANCZOS))
        return self.sizes[size]


def face(area):
    """The part of a picture that frames a face, and which of its pixels are in the ellipse within."""
    left, top, right, bottom = area
    rows = slice(max(int(top), 0), max(min(math.ceil(bottom), HEIGHT), 0))
    columns = slice(max(int(left), 0), max(min(math.ceil(right), WIDTH), 0))
    y, x = numpy.mgrid[rows, columns]
    across, down = (x - (left + right) / 2) / (right - left), (y - (top + bottom) / 2) / (bottom - top)
    return (rows, columns), across**2 + down**2 < 0.25


def image(pixels, number, encoding='rgb8'):
    """A sensor_msgs/Image whose stamp tells the frame."""
    from sensor_msgs.msg import Image

    height, width = pixels.shape[:2]
    message = Image(height=height, width=width, encoding=encoding, step=pixels.strides[0])
    message.header.stamp.sec = EPOCH + number // RATE
    message.header.stamp.nanosec = number % RATE * (1_000_000_000 // RATE)
    message.header.frame_id = 'camera'
    message.data = array.array('B', pixels.tobytes())
    return message


def number(message):
    """Which frame it is."""
    stamp = message.header.stamp
    return (stamp.sec - EPOCH) * RATE + round(stamp.nanosec * RATE / 1_000_000_000)


def pixels(message):
    """The picture of a sensor_msgs/Image of three bytes a pixel."""
    return numpy.frombuffer(message.data, numpy.uint8).reshape(message.height, message.width, 3)


def shown(came, scene):
    """How many of the face's pixels stand in a redacted frame as the camera took them.
    A blank frame has none.
    """
    return shown_of(came, *scene.frame(number(came)))


def shown_of(came, taken, area):
    part, within = face(area)
    before, after = taken[part], pixels(came)[part]
    same = (before == after).all(axis=2) & (before.max(axis=2) > 8)  # black may be the cover
    return int((same & within).sum())


def is_blank(came):
    return not numpy.frombuffer(came.data, numpy.uint8).any()


def main(domain, topic, rate, frames):
    import rclpy
    from sensor_msgs.msg import Image

    rclpy.init(domain_id=int(domain))
    node = rclpy.create_node('camera_driver', start_parameter_services=False, enable_rosout=False)
    publisher = node.create_publisher(Image, topic, 5)
    scene = Scene()
    while not publisher.get_subscription_count():
        time.sleep(0.01)
    begin = time.monotonic()
    for number in range(int(frames)):
        publisher.publish(image(scene.frame(number)[0], number))
        time.sleep(max(0.0, begin + (number + 1) / float(rate) - time.monotonic()))
    time.sleep(2)  # the last of it reaches its readers


if __name__ == '__main__':
    main(*sys.argv[1:])
