"""The summary of a run, for a terminal."""

import re

from frames import CAMERA
from processes import STAKEHOLDERS


def report(summary, paint):
    """The whole summary as text."""

    def shown(cell, who):
        if cell['form'] and not cell['sealed'] and who != 'outside':
            return 'as everyone'
        return f'{cell["came"]} {cell["form"] or "denied"}' if cell['form'] or cell['came'] else '-'

    parties = ['outside', *STAKEHOLDERS]
    lines = [['TOPIC', 'INSIDE', *(name.upper().replace('OUTSIDE', 'EVERYONE') for name in parties)]]
    for row in summary['table']:
        lines.append([row['topic'], str(row['inside']), *(shown(row['cells'][who], who) for who in parties)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        paint(
            '  '.join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip(),
            1 if number == 0 else 0,
        )
        for number, line in enumerate(lines)
    ]
    about = None
    for claim in summary['claims']:
        if claim['about'] != about:
            about = claim['about']
            text += ['', paint(about.upper(), 1)]
        text.append(f'{paint("✓", 32) if claim["holds"] else paint("✗ NOT SO:", 31)} {claim["claim"]}')
    wrong = sum(not claim['holds'] for claim in summary['claims'])
    guard = re.sub(r'\D*(\d.*)', r'\1', summary['guard_latency'].get(CAMERA, {}).get('latency p50', '-'))
    text += [
        '',
        f'The guard took {guard} for a camera frame (median), its processes '
        + ', '.join(
            f'{name} {share:.0%}'
            for name, share in summary['machine'].items()
            if name in ('guard', 'redactor', 'unsealer')
        )
        + ' of one processor while the robot drove',
        '',
        paint(
            f'{len(summary["claims"]) - wrong} of {len(summary["claims"])} claims were seen to be so.',
            31 if wrong else 32,
        ),
    ]
    return '\n'.join(text)
