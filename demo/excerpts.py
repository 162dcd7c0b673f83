"""Excerpts of a run for the page: frames over time, example texts, latency of frames."""

import hotel
from frames import CAMERA

SPEECH = '/speech/transcript'


def series(run):
    """Frames received in each half second, by party."""
    times = {who: topics.get(CAMERA, []) for who, topics in run.times.items()}
    begin = min(event.time for event in run.events)
    counted = {}
    for who, moments in times.items():
        if moments:
            slots = [0] * (int(2 * (max(times['inside']) - begin)) + 1)
            for moment in moments:
                if 0 <= (slot := int(2 * (moment - begin))) < len(slots):
                    slots[slot] += 1
            counted[who] = slots[:-1]  # the last one is incomplete
    return {'begin': begin, 'frames': counted}


def examples(run):
    """The messages of one round of each kind of text, as each party received them."""
    begins = {
        SPEECH: hotel.HEARD[0],
        '/rosout': f'base: {hotel.LOGGED[0]}',
        '/diagnostics': hotel.REPORTED[0][0],
    }
    chosen = {}
    for topic, begin in begins.items():
        for who, texts in run.said[topic].items():
            lines = [line for line in texts if not line.startswith('discreet:')]
            first = next(
                (at for at, line in enumerate(lines) if line.startswith(begin[:14])), 0
            )  # up to the first name
            chosen.setdefault(topic, {})[who] = list(dict.fromkeys(lines[first : first + len(hotel.HEARD)]))
    return chosen


def percentiles(values):
    values = sorted(values)
    return {
        'p50': round(1000 * values[len(values) // 2], 1),
        'p99': round(1000 * values[int(len(values) * 0.99)], 1),
        'count': len(values),
    }
