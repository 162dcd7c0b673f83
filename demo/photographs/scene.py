"""The image of the camera at eye level, the guest's face in it, and the visible part of that face.

A frame is computed from its stamp alone, so a receiver can compute the original frame, and compare.
"""

import array
import functools
import importlib.util
import io
import math
import pathlib
import struct
from collections import Counter, deque

import numpy
from PIL import Image as Picture
from sensor_msgs.msg import CompressedImage, Image

CAMERA, JPEGS = '/camera/image_raw', '/camera/image_raw/compressed'
WIDTH, HEIGHT = 640, 480
SIDE = 760  # of the photograph in the camera image
FACE = [edge * SIDE // 512 for edge in (180, 66, 266, 174)]  # left, top, right, bottom in the photograph
NOTE = 'concierge-1, lobby, guest of room 412'  # a comment that a camera driver may write into its JPEG files


def ellipse(width, height):
    y, x = numpy.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return x**2 + y**2 < 1


ELLIPSE = ellipse(FACE[2] - FACE[0], FACE[3] - FACE[1])  # the pixels of the face in its box


@functools.cache
def photograph(name, size):
    """A photograph that scikit-image ships. Only its files are used, so its dependencies are not needed."""
    folder = pathlib.Path(importlib.util.find_spec('skimage').submodule_search_locations[0]) / 'data'
    return numpy.asarray(Picture.open(folder / name).convert('RGB').resize(size, Picture.Resampling.LANCZOS))


def moment(stamp):
    return stamp.sec + stamp.nanosec / 1e9


def frame(stamp):
    """The original frame: its pixels, and the position of the face,
    which has the size of `ELLIPSE`.
    """
    left, top = (int(a + b * math.sin(moment(stamp) / c)) for a, b, c in ((60, 55, 3), (30, 25, 5)))
    face = slice(FACE[1] - top, FACE[3] - top), slice(FACE[0] - left, FACE[2] - left)
    return photograph('astronaut.png', (SIDE, SIDE))[top : top + HEIGHT, left : left + WIDTH], face


def image(stamp, frame_id, pixels):
    height, width = pixels.shape[:2]
    message = Image(height=height, width=width, encoding='rgb8', step=3 * width)
    message.header.stamp, message.header.frame_id = stamp, frame_id
    message.data = array.array('B', pixels.tobytes())
    return message


def jpeg(stamp, frame_id, pixels):
    """The same as JPEG, as cameras write it: with a comment and a thumbnail."""
    picture, small, large = Picture.fromarray(pixels), io.BytesIO(), io.BytesIO()
    picture.resize((160, 120)).save(small, 'jpeg')
    picture.save(large, 'jpeg', quality=90, exif=exif(NOTE.encode() + b'\0', small.getvalue()))
    message = CompressedImage(format='rgb8; jpeg compressed bgr8', data=large.getvalue())
    message.header.stamp, message.header.frame_id = stamp, frame_id
    return message


def exif(note, thumbnail):
    """An Exif block of two directories: one with a description, one with a thumbnail."""
    second = 26 + len(note)
    return (
        b'Exif\0\0'
        + struct.pack('<2sHI', b'II', 42, 8)
        + struct.pack('<HHHIII', 1, 0x010E, 2, len(note), 26, second)
        + note
        + struct.pack(
            '<H HHII HHII HHII I',
            3,
            0x0103,
            3,
            1,
            6,
            0x0201,
            4,
            1,
            second + 42,
            0x0202,
            4,
            1,
            len(thumbnail),
            0,
        )
        + thumbnail
    )


class Witness:
    """Classifies each frame of a camera by the visibility of the guest's face."""

    def __init__(self):
        self.frames, self.least_alike, self.carried = [], 1.0, Counter()
        self.recent = deque(maxlen=60)

    def see(self, message):
        taken, face = frame(message.header.stamp)
        look = self.raw if isinstance(message, Image) else self.compressed
        what = look(message, taken, face)
        self.frames.append([moment(message.header.stamp), what])
        self.recent.append((message, what))

    def example(self, at):
        """A frame to be shown: the one of that time, or the newest that is not blank."""
        wanted = [
            message
            for message, what in self.recent
            if (moment(message.header.stamp) == at if at else what != 'blank')
        ]
        return (wanted or [self.recent[-1][0]])[-1]

    def raw(self, message, taken, face):
        came = numpy.frombuffer(message.data, numpy.uint8).reshape(taken.shape)
        if not came.any():
            return 'blank'
        left_as_it_was = ELLIPSE & (came[face] == taken[face]).all(axis=2)
        if taken[face][left_as_it_was].max(initial=0) > 8:  # a black pixel may belong to the cover
            return 'face'
        if len(self.frames) % 8 == 0:  # too slow for every frame
            self.least_alike = min(self.least_alike, (came == taken).mean())
        return 'covered'

    def compressed(self, message, _taken, face):
        data = bytes(message.data)
        picture = Picture.open(io.BytesIO(data))
        self.carried['exif'] += bool(picture.getexif()) or NOTE.encode() in data
        self.carried['thumbnail'] += data.count(b'\xff\xd8\xff') > 1  # the first bytes of a JPEG
        came = numpy.asarray(picture.convert('RGB'))
        if came.max() < 16:
            return 'blank'
        # JPEG mixes the pixels of a block, so the middle of the face is checked: it has one colour but for
        # rounding.
        return 'covered' if came[face][12:-12, 12:-12].std(axis=(0, 1)).max() < 4 else 'face'

    def report(self):
        """Each frame's time, and whether it is `covered`, `blank`, or shows the `face`."""
        return {'frames': self.frames, 'least_alike': self.least_alike, 'carried': self.carried}
