"""A drawing of memory over time, as SVG."""

import html
import math

COLOURS = (
    '#2563eb',
    '#dc2626',
    '#16a34a',
    '#9333ea',
    '#ea580c',
    '#0891b2',
    '#ca8a04',
    '#475569',
    '#db2777',
    '#65a30d',
)
WIDE, HIGH, LEFT, TOP = 760, 360, 56, 16


def memory(samples, warm):
    """`samples`: seconds and `own`, KiB by name. `warm`: the second from which on they count."""
    names = sorted({name for sample in samples for name in sample['own']})
    last, most = (
        max(sample['seconds'] for sample in samples),
        max(max(sample['own'].values(), default=1) for sample in samples),
    )
    step = 10 ** math.floor(math.log10(most / 1024))
    top = math.ceil(most / 1024 / step) * step

    def at(seconds, kib):
        return f'{LEFT + seconds / last * WIDE:.1f},{TOP + HIGH - kib / 1024 / top * HIGH:.1f}'

    parts = []
    for tick in range(0, top + 1, max(1, step)):
        y = TOP + HIGH - tick / top * HIGH
        parts.append(
            f'<path d="M{LEFT} {y:.1f}h{WIDE}" stroke="#ddd"/><text x="{LEFT - 6}" y="{y + 4:.1f}"'
            f' text-anchor="end">{tick}</text>'
        )
    for minute in range(0, int(last / 60) + 1, max(1, int(last / 600))):
        parts.append(
            f'<text x="{LEFT + minute * 60 / last * WIDE:.1f}" y="{TOP + HIGH + 18}"'
            f' text-anchor="middle">{minute}</text>'
        )
    parts.append(
        f'<path d="M{LEFT + warm / last * WIDE:.1f} {TOP}v{HIGH}" stroke="#888" stroke-dasharray="4 4"/>'
    )
    for name, colour in zip(names, COLOURS * 3):
        points = ' '.join(
            at(sample['seconds'], sample['own'][name]) for sample in samples if name in sample['own']
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
    for number, (name, colour) in enumerate(zip(names, COLOURS * 3)):
        parts.append(
            f'<text x="{LEFT + WIDE + 14}" y="{TOP + 14 + number * 18}"'
            f' fill="{colour}">{html.escape(name)}</text>'
        )
    parts.append(
        f'<text x="{LEFT + WIDE / 2}" y="{TOP + HIGH + 36}" text-anchor="middle">minutes; MiB of their own'
        ' memory</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + 190} {TOP + HIGH + 46}" '
        f'font-family="sans-serif" font-size="12">{"".join(parts)}</svg>\n'
    )
