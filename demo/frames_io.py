"""Serialized images: their stamp, and their display."""

import struct

import numpy


def stamp_of(serialized):
    """Nanoseconds in the header of a serialized message; little-endian, like all messages here."""
    seconds, nanoseconds = struct.unpack_from('<iI', serialized, 4)
    return seconds * 10**9 + nanoseconds


def picture(image):
    """An Image as RGB pixels. Depth: near is light, and no reading is dark red."""
    if image.encoding == '32FC1':
        depth = numpy.frombuffer(image.data, numpy.float32).reshape(image.height, image.width)
        known = numpy.isfinite(depth) & (depth > 0)
        grey = numpy.where(known, 255 * (1 - numpy.clip(depth, 0.3, 10) / 10.5), 0)
        return numpy.dstack(
            [numpy.where(known, grey * tint, dark) for tint, dark in ((0.82, 70), (0.95, 16), (1.0, 24))]
        ).astype(numpy.uint8)
    return numpy.frombuffer(image.data, numpy.uint8).reshape(image.height, image.width, 3)
