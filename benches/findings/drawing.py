"""A drawing of what is found and wrongly found, by kind, as SVG."""

import html

from . import tables

COLOURS = ('#2563eb', '#ea580c', '#16a34a')
LABELS, WIDE, GAP, HIGH, TOP = 130, 300, 40, 9, 56


def bars(results):
    """On the left the share that is found, on the right false hits a KB; a bar for each program."""
    names = tables.variants(results)
    kb = sum(one['kb'] for one in tables.of(results, 'data'))
    sums = {name: tables.pooled(results, name) for name in names}
    kinds = {kind: of[0] for own in sums.values() for kind, of in own.items() if of[0] >= tables.FEWEST}
    kinds = sorted(kinds, key=lambda kind: -kinds[kind])
    none = (0, 0, 0)
    most = max((sums[name].get(kind, none)[2] for name in names for kind in kinds), default=0) / kb or 1
    right, step = LABELS + WIDE + GAP, HIGH * len(names) + 8
    parts = [text(LABELS, TOP - 22, 'found, %'), text(right, TOP - 22, f'false hits a KB, up to {most:.2f}')]
    for tick in range(0, 101, 25):
        x = LABELS + WIDE * tick / 100
        parts += [
            f'<path d="M{x:.1f} {TOP - 4}v{step * len(kinds)}" stroke="#ddd"/>',
            text(x, TOP - 8, tick, 'middle'),
        ]
    for row, kind in enumerate(kinds):
        top = TOP + row * step
        n = max(sums[name].get(kind, none)[0] for name in names)
        parts.append(text(LABELS - 6, top + step / 2, f'{kind} ({n})', 'end'))
        for number, (name, colour) in enumerate(zip(names, COLOURS)):
            _, found, false = sums[name].get(kind, none)
            y = top + number * HIGH
            for x, length in ((LABELS, WIDE * found / n), (right, WIDE * false / kb / most)):
                parts.append(f'<path d="M{x} {y}h{length:.1f}v{HIGH - 1}h-{length:.1f}z" fill="{colour}"/>')
    for number, (name, colour) in enumerate(zip(names, COLOURS)):
        parts.append(text(LABELS + 90 * number, 12, tables.NAMES.get(name, name), colour=colour))
    size = f'{right + WIDE + 20} {TOP + step * len(kinds) + 8}'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"'
        f' font-family="sans-serif" font-size="11">{"".join(parts)}</svg>\n'
    )


def text(x, y, words, anchor='start', colour='#111'):
    words = html.escape(str(words))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
