"""The demo's page: one file without scripts and external resources.
All contents are from the run and are escaped.
"""

import base64
import html
import io
import pathlib
import time

from PIL import Image

import plots
from plots import NAMES
from processes import STAKEHOLDERS

HERE = pathlib.Path(__file__).parent
SPEECH = '/speech/transcript'
ABOUT = {
    'release': 'Released topics',
    'words': 'Words',
    'pictures': 'Pictures',
    'mission': 'The mission',
    'revocation': 'The revocation',
    'lookup': 'The front desk',
    'intruder': 'The intruder',
    'goals': 'Goals',
    'hours': 'Hours',
    'audit': 'The audit log',
}


def write(path, summary):
    """Writes the page."""
    parts = [
        head(summary),
        views(summary),
        table(summary),
        words(summary),
        drive(summary),
        intruder(summary),
        errands(summary),
        shifts(summary),
        cost(summary),
        claims(summary),
    ]
    style = (HERE / 'page.css').read_text()
    path.write_text(f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Discreet: a hotel lobby, guarded</title><style>
{style}</style></head><body><main>
{''.join(parts)}
</main></body></html>
""")


def text(value):
    return html.escape(str(value))


def tick(holds):
    return (
        '<span class="yes" title="seen to be so">✓</span>'
        if holds
        else '<span class="no" title="not so">✗</span>'
    )


def section(title, lead, body, name=''):
    return f'<section id="{name}"><h2>{title}</h2><p class="lead">{lead}</p>{body}</section>'


def table_of(heads, rows, kind=''):
    top = ''.join(f'<th>{head}</th>' for head in heads)
    body = ''.join(
        '<tr>' + ''.join(cell if cell.startswith('<td') else f'<td>{cell}</td>' for cell in row) + '</tr>'
        for row in rows
    )
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{top}</tr></thead>'
        f'<tbody>{body}</tbody></table></div>'
    )


def head(summary):
    wrong = sum(not claim['holds'] for claim in summary['claims'])
    count = len(summary['claims'])
    verdict = (
        f'{count} of {count} claims were seen to be so'
        if not wrong
        else f'{wrong} of {count} claims were not so'
    )
    begun = time.strftime('%d %B %Y, %H:%M', time.localtime(summary['series']['begin']))
    return f"""<header><p class="brand">Discreet</p><h1>A hotel lobby, guarded</h1>
<p class="lead">A robot drives through a simulated lobby ({text(summary['source'])}). The guard is
between its sensors and all other parties; the policy <code>lobby.yaml</code> says who may have which data.
All messages below were received in this run, and compared with the policy.</p>
<p class="verdict {'bad' if wrong else 'good'}">{tick(not wrong)} {verdict}</p>
<p class="small">{text(begun)}, {text(summary['seconds'])} s</p></header>"""


def figure(path, title, caption, kind=''):
    if path:
        shown = f'<img src="{inline(path)}" alt="{title}: {text(caption)}">'
    else:
        shown = '<div class="nothing"><span>nothing</span></div>'
    return f'<figure class="{kind}">{shown}<figcaption><b>{title}</b>{caption}</figcaption></figure>'


def inline(path):
    """A picture, embedded in the page."""
    buffer = io.BytesIO()
    picture = Image.open(path)
    if picture.width < 640:
        picture = picture.resize((640, 640 * picture.height // picture.width), Image.Resampling.NEAREST)
    picture.save(buffer, 'jpeg', quality=86)
    return 'data:image/jpeg;base64,' + base64.b64encode(buffer.getvalue()).decode()


def views(summary):
    before, after = summary['pictures']['before'], summary['pictures']['after']
    heard = summary['intruder']['heard']
    first = [
        figure(before.get('inside'), 'Inside', 'the camera image; it stays in the robot', 'wide'),
        figure(before.get('navigation'), 'Navigation', 'redacted and sealed: enough to find the desk'),
        figure(before.get('front_desk'), 'Front desk', 'redacted and sealed'),
        figure(before.get('analytics'), 'Analytics', 'a vendor: redacted and sealed'),
        figure(before.get('maintenance'), 'Maintenance', 'depth only; no reading in the area of a face'),
        figure(None, 'Intruder', f'received {heard} sealed messages on the same network, opened none'),
    ]
    second = [
        figure(after.get('inside'), 'Inside', 'the camera image'),
        figure(after.get('navigation'), 'Navigation', 'continues'),
        figure(after.get('analytics'), 'Analytics', 'revoked: nothing, from the next message on'),
    ]
    body = (
        f'<div class="views">{"".join(first)}</div>'
        '<h3>Later in the drive, after <code>discreet revoke analytics</code></h3>'
        f'<div class="views after">{"".join(second)}</div>'
    )
    return section(
        'One instant, as each party received it',
        'All colour pictures have the same header stamp. Faces, plates and writing are covered '
        'before a frame leaves the robot.',
        body,
        'views',
    )


def table(summary):
    rows = []
    for row in summary['table']:
        cells = [
            f'<td><code>{text(row["topic"])}</code>'
            f'<span class="small">{text(row["class"] or "not declared")}</span></td>',
            f'<td class="number">{row["inside"]}</td>',
        ]
        for who in ('outside', *STAKEHOLDERS):
            cell = row['cells'][who]
            if cell['form'] and not cell['sealed'] and who != 'outside':
                cells.append('<td class="cell clear"><span>as everyone</span></td>')
                continue
            word = 'nothing' if not cell['form'] else cell['form']
            sealed = ', sealed' if cell['sealed'] and cell['form'] else ''
            count = f'<b>{cell["came"]}</b>' if cell['form'] or cell['came'] else ''
            cells.append(f'<td class="cell {word}">{count}<span>{word}{sealed}</span></td>')
        rows.append(cells)
    heads = ['topic', 'inside', *(NAMES[who] for who in ('outside', *STAKEHOLDERS))]
    return section(
        'Received messages',
        'Messages received by each party, compared with the policy. Analytics was revoked '
        'midway. Frames that the guard dropped for newer ones: '
        + ', '.join(
            f'{row["skipped"]} of <code>{text(row["topic"])}</code>'
            for row in summary['table']
            if row['skipped']
        )
        + '.',
        table_of(heads, rows, 'matrix'),
        'table',
    )


def words(summary):
    said, blocks = summary['said'], []
    for topic, parties in (
        (SPEECH, ('inside', 'front_desk', 'analytics')),
        ('/rosout', ('inside', 'maintenance')),
        ('/diagnostics', ('inside', 'maintenance')),
    ):
        columns = ''.join(
            f'<div><h4>{NAMES[who] if who != "inside" else "inside"}</h4><ul>'
            + ''.join(f'<li>{marked(line)}</li>' for line in said[topic].get(who, []))
            + '</ul></div>'
            for who in parties
        )
        blocks.append(f'<h3><code>{topic}</code></h3><div class="columns">{columns}</div>')
    answer = summary['lookups']['412']
    asked = ', '.join(
        f'{key.replace("_", " ")} {text(value)}' for key, value in answer.items() if key != 'found'
    )
    blocks.append(
        '<h3><code>/guests/lookup</code></h3>'
        f'<p>The front desk asks for room 412 and is told: {asked}. Nobody else may ask.</p>'
    )
    return section('Texts', 'Guests are invented, their numbers are test numbers.', ''.join(blocks), 'words')


def marked(line):
    """Highlights the replacements of personal data."""
    escaped = text(line)
    parts = escaped.split('&lt;')
    return parts[0] + ''.join(
        '<mark>' + part.replace('&gt;', '</mark>', 1) if '&gt;' in part else '&lt;' + part
        for part in parts[1:]
    )


def drive(summary):
    mission, begin = summary['mission'], summary['series']['begin']
    way = [[x, y] for _, x, y, _ in summary['path']][::10]
    lines = [(event['time'] - begin, event['text']) for event in summary['events']]
    body = (
        plots.plan(summary['plan'], way, summary['revoked_at'])
        + '<h3>Frames received, each half second</h3>'
        + plots.timeline(summary['series'], lines, summary['revoked'] - begin)
        + '<details><summary>What happened when</summary><ol class="events">'
        + ''.join(f'<li><b>{moment:.0f} s</b> {text(what)}</li>' for moment, what in lines)
        + '</ol></details>'
    )
    ahead = f'{mission["ahead"]:.2f}' if mission.get('ahead') else '?'
    return section(
        'The drive',
        f'{tick(mission["arrived"])} Navigation steers from its own domain by the redacted picture and the'
        f' lidar, and its commands come back signed: {mission.get("commands")} sent, {mission["received"]}'
        f' reached the robot. After {mission.get("seconds")} s the robot {text(mission["why"])}, {ahead} m'
        ' away.',
        body,
        'drive',
    )


def intruder(summary):
    rows = [
        [
            tick(attempt['held']),
            text(attempt['title']),
            f'<td class="number">{attempt["sent"]}</td>',
            text(attempt['found']),
            ', '.join(
                f'<code>{text(reason)}</code> {count}' for reason, count in attempt['refusals'].items()
            ),
        ]
        for attempt in summary['attempts']
    ]
    lead = ' '.join(
        f'{tick(claim["holds"])} {text(claim["claim"][0].upper() + claim["claim"][1:])}.<br>'
        for claim in summary['claims']
        if claim['about'] == 'intruder'
    )
    lead = '<br>'.join(lead.split('<br>')[:4])
    return section(
        'The intruder',
        lead,
        table_of(['', 'attempt', 'sent', 'result', 'reason of the refusal'], rows, 'attempts'),
        'intruder',
    )


def errands(summary):
    claims = [claim for claim in summary['claims'] if claim['about'] == 'goals']
    rows = [
        [
            NAMES[errand['who']],
            f'x {errand["goal"][0]:.2f}, y {errand["goal"][1]:.2f}',
            'cancelled on the way' if errand['cancelled'] else '',
            text(errand['outcome']),
            f'<td class="number">{len(errand["feedback"])}</td>',
            ', '.join(f'<code>{text(reason)}</code> {count}' for reason, count in errand['refusals'].items()),
        ]
        for errand in summary['errands']
    ]
    return section(
        'Goals',
        f'{tick(all(claim["holds"] for claim in claims))} The front desk sends the robot to a place with an'
        " ordinary action client: the robot's own navigation drives. Goals, cancelling and results go through"
        ' the guard, feedback comes back sealed. Maintenance has the same client and no right.',
        table_of(['', 'goal', '', 'outcome', 'feedback', 'reason of the refusal'], rows),
        'goals',
    )


def shifts(summary):
    rows = [
        [
            tick(shift['moved'] > 0.2 if shift['allowed'] else not shift['received']),
            f'version {shift["version"]}',
            text(shift['hours']),
            'allowed now' if shift['allowed'] else 'not now',
            f'{shift["received"]} of {shift["sent"]}',
            f'{shift["moved"]:.2f} m',
        ]
        for shift in summary['shift']
    ]
    return section(
        'Within and outside of its hours',
        'Maintenance drives within its hours. The demo cannot wait for the night, so it switches to a '
        'version of the policy with the opposite hours, while the robot runs.',
        table_of(['', 'policy', 'its hours', 'it may drive', 'commands received', 'moved'], rows),
        'hours',
    )


OURS = ('guard', 'redactor', 'keeper', 'unsealer', 'commander')


def cost(summary):
    shares = {name: share for name, share in summary['machine'].items() if share >= 0.005}
    most = max(shares.values())
    bars = ''.join(
        f'<div class="bar"><span>{text(name)}</span><i style="width:{100 * share / most:.0f}%" '
        f'class="{"ours" if name in OURS else ""}"></i><b>{share:.0%}</b></div>'
        for name, share in shares.items()
    )
    rows = [
        [
            f'<code>{text(topic)}</code>',
            text(values.get('released', '')),
            text(values.get('latency p50', '')),
            text(values.get('latency p99', '')),
        ]
        for topic, values in summary['guard_latency'].items()
    ]
    delays = ', '.join(
        f'{NAMES[who]} {values["p50"]} ms (99 %: {values["p99"]} ms)'
        for who, values in summary['camera_delay'].items()
    )
    body = (
        f'<h3>Processor time during the mission, of one core</h3><div class="bars">{bars}</div>'
        '<h3>In the guard, from taking a message to having published it</h3>'
        f'{table_of(["topic", "released", "median", "99 %"], rows)}'
        "<p>A camera frame came later than inside by (median), opened on the party's own domain: "
        f'{delays}.</p>'
    )
    return section(
        'Costs',
        'Programs of Discreet in colour, all others grey; the simulator draws its pictures on the same'
        ' processor.',
        body,
        'cost',
    )


def claims(summary):
    groups = []
    for about, title in ABOUT.items():
        lines = [claim for claim in summary['claims'] if claim['about'] == about]
        if lines:
            items = ''.join(f'<li>{tick(claim["holds"])} {text(claim["claim"])}</li>' for claim in lines)
            holds = all(claim['holds'] for claim in lines)
            groups.append(
                f'<details{"" if holds else " open"}>'
                f'<summary>{tick(holds)} {title} <span class="small">{len(lines)}</span></summary>'
                f'<ul class="claims">{items}</ul></details>'
            )
    audit = (
        f'<p class="audit">{tick(summary["audit"]["verified"])} <code>discreet audit verify</code></p>'
        f'<pre>{text(summary["audit"]["text"])}</pre>'
    )
    return section('Every claim', 'All claims of this page.', audit + ''.join(groups), 'claims')
