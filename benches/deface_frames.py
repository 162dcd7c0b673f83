"""deface with its defaults, on frames from a file: SIZE THREADS SECONDS FILE.
Needs the Python package deface.
"""

import json
import sys
import time

import cv2
import numpy
from deface.centerface import CenterFace
from deface.deface import anonymize_frame

size, threads, seconds, file = sys.argv[1:]
width, height = map(int, size.split('x'))
cv2.setNumThreads(int(threads))
frames = numpy.fromfile(file, numpy.uint8).reshape(-1, height, width, 3)
centerface = CenterFace(in_shape=None, backend='opencv')
times, covered, used = [], 0, 0.0
while sum(times) < float(seconds) or len(times) < len(frames):
    for frame in frames:
        picture = frame.copy()
        before, started = time.process_time(), time.perf_counter()
        found, _ = centerface(picture, threshold=0.2)
        anonymize_frame(
            found,
            picture,
            mask_scale=1.3,
            replacewith='blur',
            ellipse=True,
            draw_scores=False,
            replaceimg=None,
            mosaicsize=20,
        )
        times.append(time.perf_counter() - started)
        used += time.process_time() - before
        covered += len(found)
    if len(times) > 4 and sum(times) > float(seconds):
        break
times.sort()
print(
    json.dumps(
        {
            'fps': len(times) / sum(times),
            'cpu_ms': used / len(times) * 1e3,
            'p50_ms': times[len(times) // 2] * 1e3,
            'p99_ms': times[int(len(times) * 0.99)] * 1e3,
            'covered': covered / len(times),
        }
    )
)
