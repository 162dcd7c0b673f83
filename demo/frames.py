"""Frames of one instant, as each party received them, and the visible faces in them.

sim/truth.py computes the area of a face in a frame from the description of the lobby and the robot's position
at that moment. Pixels are compared: an area is covered if hardly any of them equals the inner image.
"""

CAMERA, DEPTH = '/camera/image_raw', '/camera/depth/image_rect_raw'
SMALLEST = 20  # pixels; lower faces are not counted
SHOWN = 0.10  # share of an area from which it counts as shown
COMPARED = 20  # frames


def choose(ask, revoked):
    """Two instants: one before the vendor's revocation, one after. Returns paths of pictures, by party."""
    kept, arrived = (
        {who: dict(map(tuple, frames)) for who, frames in ask('kept', topic=CAMERA).items()},
        {int(stamp): at for stamp, at in ask('arrived', topic=CAMERA).items()},
    )
    depth = [stamp for stamp, seen in ask('kept', topic=DEPTH).get('maintenance', []) if seen > 0.5]
    chosen = {}
    for name, parties, wanted in (
        (
            'before',
            ('inside', 'navigation', 'front_desk', 'analytics'),
            lambda stamp: arrived[stamp] < revoked,
        ),
        ('after', ('inside', 'navigation', 'front_desk'), lambda stamp: arrived[stamp] > revoked + 0.5),
    ):
        common = [
            stamp
            for stamp in kept['inside']
            if wanted(stamp) and all(kept.get(who, {}).get(stamp) for who in parties)
        ]
        if not common:
            chosen[name] = {}
            continue

        def away(stamp):  # from the nearest depth frame, which has another rate
            return min((abs(other - stamp) for other in depth), default=0)

        # Of the first frames, in which the guests are near, the one that shows most.
        common = [stamp for stamp in common if away(stamp) < 6e8] or common
        stamp = max(common[: len(common) // 2 + 1], key=lambda stamp: kept['navigation'][stamp])
        chosen[name] = {
            'stamp': stamp,
            **{who: ask('save', topic=CAMERA, stamp=stamp, who=who) for who in parties},
        }
        if depth and away(stamp) < 2e9:
            near = min(depth, key=lambda other: abs(other - stamp))
            chosen[name]['maintenance'] = ask('save', topic=DEPTH, stamp=near, who='maintenance')
    return chosen


def compare(ask, path):
    """Visible faces and plates in the frames of each party, sampled over the run."""
    from sim import truth

    kept, poses = ask('kept', topic=CAMERA), {stamp: pose for stamp, *pose in path}
    inside = {stamp for stamp, _ in kept['inside']}
    seen = [stamp for stamp, shown in kept['navigation'] if shown and stamp in inside]
    marks, claims = {}, []
    for stamp in seen[:: len(seen) // COMPARED + 1]:
        pose = poses[min(poses, key=lambda other: abs(other - stamp))]
        marks[stamp] = {name: mark for name, mark in truth.marks(tuple(pose)).items() if counts(mark)}
    for who in ('navigation', 'front_desk', 'analytics'):
        seen = {stamp for stamp, shown in kept.get(who, []) if shown}
        areas = [
            (stamp, name, mark.polygon)
            for stamp in marks
            if stamp in seen
            for name, mark in marks[stamp].items()
        ]
        for kind in ('face', 'plate'):
            answers = ask(
                'unchanged',
                topic=CAMERA,
                who=who,
                areas=[area for area in areas if marks[area[0]][area[1]].kind == kind],
            )
            shown = [name for _, name, share in answers if share > SHOWN]
            claims.append(
                {
                    'holds': bool(answers) and not shown,
                    'who': who,
                    'kind': kind,
                    'shown': len(shown),
                    'of': len(answers),
                    'claim': (
                        f'{who}: a {kind} was {len(answers)} times in a frame, and shown {len(shown)} times'
                        + (f' ({", ".join(sorted(set(shown)))})' if shown else '')
                    ),
                }
            )
    return claims


def counts(mark):
    """True if it should be covered and is completely in view."""
    _, top, _, bottom = mark.box()
    return mark.visible > 0.95 and (
        mark.kind == 'plate' or (mark.kind == 'face' and bottom - top >= SMALLEST)
    )


def plan():
    """Objects of the lobby, for a plan: kind, x, y, depth, width, name."""
    from sim import lobby

    kinds = [
        ('wall', lobby.BUILDING),
        ('thing', lobby.LOUNGE),
        ('desk', lobby.DESK[:1]),
        ('guest', lobby.GUESTS),
        ('car', lobby.OUTSIDE),
    ]
    return [
        (kind, *thing.at[:2], *thing.size[:2], thing.name)
        for kind, things in kinds
        for thing in things
        if (thing.solid or kind in ('guest', 'car'))
        and thing.name not in ('floor', 'road', 'street', 'kerb', 'plate')
    ]
