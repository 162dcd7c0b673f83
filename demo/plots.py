"""The page's drawings, as SVG: a plan of the lobby with the driven path, and frames over time."""

import html
import math

COLOURS = {
    'inside': 'var(--soft)',
    'navigation': 'var(--navigation)',
    'front_desk': 'var(--front_desk)',
    'analytics': 'var(--analytics)',
    'maintenance': 'var(--maintenance)',
}
NAMES = {
    'inside': 'the camera itself',
    'navigation': 'navigation',
    'front_desk': 'front desk',
    'analytics': 'analytics',
    'maintenance': 'maintenance',
    'outside': 'everyone',
}


def plan(things, path, revoked_at):
    """`things`: (kind, x, y, deep, wide) in metres, x ahead of the robot's start, y to its left. `path`:
    [x, y] and so on.
    """
    left, right, top, bottom = -1.6, 8.4, 3.8, -3.4
    scale = 84

    def at(x, y):
        return f'{(x - left) * scale:.0f}', f'{(top - y) * scale:.0f}'

    parts = []
    for kind, x, y, deep, wide, name in things:
        corner = at(x - deep / 2, y + wide / 2)
        if kind == 'desk':
            middle = at(x + 0.9, y)
            parts.append(f'<text x="{middle[0]}" y="{middle[1]}">desk</text>')
        parts.append(
            f'<rect class="{kind}" x="{corner[0]}" y="{corner[1]}" width="{max(deep * scale, 5):.0f}" '
            f'height="{max(wide * scale, 5):.0f}" rx="2"><title>{html.escape(name)}</title></rect>'
        )
    points = ' '.join(','.join(at(x, y)) for x, y in path)
    parts.append(f'<polyline class="way" points="{points}"/>')
    start, end = at(*path[0]), at(*path[-1])
    parts.append(
        f'<circle class="start" cx="{start[0]}" cy="{start[1]}" r="9"/><circle class="robot" cx="{end[0]}"'
        f' cy="{end[1]}" r="15"/>'
    )
    parts.append(f'<text x="{start[0]}" y="{int(start[1]) + 42}" text-anchor="middle">start</text>')
    if revoked_at:
        place = at(*revoked_at)
        parts.append(
            f'<line class="revoked" x1="{place[0]}" y1="{int(place[1]) - 34}" x2="{place[0]}"'
            f' y2="{int(place[1]) + 34}"/><text class="revoked" x="{place[0]}" y="{int(place[1]) - 46}"'
            ' text-anchor="middle">vendor revoked</text>'
        )
    width, height = (right - left) * scale, (top - bottom) * scale
    return (
        f'<svg class="plan" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="The lobby from'
        f' above">{"".join(parts)}</svg>'
    )


def timeline(series, events, marked):
    """Frames a second of each party, in lanes. `events`: (seconds, text);
    `marked` is the one that gets a line.
    """
    frames = series['frames']
    lanes = [who for who in ('inside', 'navigation', 'front_desk', 'analytics') if who in frames]
    slots = max(len(values) for values in frames.values())
    width, lane, gap, margin = 1000, 64, 26, 34
    height = margin + len(lanes) * (lane + gap) + 34
    most = max(max(values) for values in frames.values()) or 1
    seconds = slots / 2

    def across(moment):
        return moment / seconds * width

    parts = []
    for row, who in enumerate(lanes):
        base = margin + row * (lane + gap) + lane
        parts.append(f'<line class="base" x1="0" y1="{base}" x2="{width}" y2="{base}"/>')
        bars = ''.join(
            f'M{across(slot / 2):.1f}'
            f' {base}V{base - value / most * lane:.1f}H{across((slot + 1) / 2) - 0.6:.1f}V{base}Z'
            for slot, value in enumerate(frames[who])
            if value
        )
        parts.append(f'<path d="{bars}" fill="{COLOURS[who]}"/>')
        parts.append(f'<text x="0" y="{base - lane - 6}">{NAMES[who]}: {sum(frames[who])} frames</text>')
    bottom = margin + len(lanes) * (lane + gap)
    for moment in range(0, math.ceil(seconds), 10):
        parts.append(f'<text class="tick" x="{across(moment):.0f}" y="{bottom + 10}">{moment} s</text>')
    parts.append(
        f'<line class="revoked" x1="{across(marked):.1f}" y1="10" x2="{across(marked):.1f}"'
        f' y2="{bottom - gap + 4}"/><text class="revoked" x="{across(marked) + 6:.1f}" y="20">discreet revoke'
        ' analytics</text>'
    )
    for moment, text in events:
        parts.append(
            f'<line class="event" x1="{across(moment):.1f}" y1="{bottom - gap + 4}" x2="{across(moment):.1f}"'
            f' y2="{bottom - gap + 12}"><title>{html.escape(text)}</title></line>'
        )
    return (
        f'<svg class="time" viewBox="0 0 {width} {height}" role="img" aria-label="Frames received over'
        f' time">{"".join(parts)}</svg>'
    )
