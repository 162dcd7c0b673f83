"""Draws the contact sheet of the demo: the robot's data on the left, the released data on the right."""

import math
import textwrap

from PIL import Image, ImageDraw, ImageFont

PEOPLE, FLOOR, SCAN, SPEECH = '/camera/image_raw', '/camera/floor/image_raw', '/scan', '/speech/transcript'
NIGHT, PAPER, INK, SOFT, LINE = '#0f1720', '#ffffff', '#17202b', '#667382', '#dde3ea'
GREEN, AMBER, GROUND, HATCH = '#0f8a5f', '#b4480f', '#f4f6f9', '#eef1f5'

SCALE = 2  # drawn larger and then reduced, for smooth edges
WIDTH, HEIGHT = 1680, 1136
PANEL, CAPTION, GAP, MARGIN = (362, 272), 62, 20, 36
TOP = 158


def draw(out, summary, shown):
    """`shown`: the last messages of each side, topic to pictures, scans or texts."""
    sheet = Sheet()
    rows = {row['topic']: row for row in reversed(summary['rows']) if row['form'] or row['topic'] != FLOOR}
    later = next((row for row in summary['rows'] if row['topic'] == FLOOR and not row['form']), None)
    sheet.head(summary)
    right = WIDTH - MARGIN - 2 * PANEL[0] - GAP
    for left, side in ((MARGIN, 'inside'), (right, 'outside')):
        sheet.column(left, side)
        for index, topic in enumerate((PEOPLE, FLOOR, SCAN, SPEECH)):
            corner = (left + index % 2 * (PANEL[0] + GAP), TOP + index // 2 * (PANEL[1] + CAPTION + GAP))
            row, content = rows[topic], shown[side].get(topic)
            if side == 'outside' and row['form'] in (None, 'sealed'):
                sheet.withheld(corner, row)
            else:
                sheet.content(corner, topic, content)
            sheet.caption(corner, row, later if topic == FLOOR else None, side)
    sheet.guard(MARGIN + 2 * PANEL[0] + GAP, right)
    sheet.film(summary['cameras'][PEOPLE], TOP + 2 * (PANEL[1] + CAPTION + GAP) - 4)
    sheet.foot(summary)
    sheet.save(out / 'demo.png')
    for side in ('inside', 'outside'):
        frames(out / f'{side}.png', [shown[side].get(topic) for topic in (PEOPLE, FLOOR)])


def frames(path, received):
    """Received frames, side by side; hatched where there is none."""
    picture = Image.new('RGB', (1280, 480), HATCH)
    for left, files in ((0, received[0]), (640, received[1])):
        if files:
            picture.paste(Image.open(files[-1]), (left, 0))
        else:
            hatched = Image.new('RGB', (640, 480), HATCH)
            hatch(ImageDraw.Draw(hatched), (0, 0, 640, 480), 24, 3)
            picture.paste(hatched, (left, 0))
    picture.save(path)


def hatch(draw, box, step, width):
    left, top, right, bottom = box
    for start in range(left - (bottom - top), right, step):
        draw.line([(start, bottom), (start + bottom - top, top)], fill='#d5dce4', width=width)


class Sheet:
    """A canvas in points, each SCALE pixels wide."""

    def __init__(self):
        self.image = Image.new('RGB', (WIDTH * SCALE, HEIGHT * SCALE), GROUND)
        self.draw = ImageDraw.Draw(self.image)

    def text(self, at, text, size=17, fill=INK, bold=False, anchor='ls'):
        # Pillow includes one font in one weight; a thin outline makes it bold.
        font = ImageFont.load_default(size * SCALE)
        self.draw.text(
            (at[0] * SCALE, at[1] * SCALE),
            text,
            fill,
            font,
            anchor,
            stroke_width=size * SCALE / 46 if bold else 0,
            stroke_fill=fill,
        )
        return self.draw.textlength(text, font) / SCALE

    def box(self, left, top, width, height, fill=None, outline=None, radius=10, line=1):
        self.draw.rounded_rectangle(
            [left * SCALE, top * SCALE, (left + width) * SCALE, (top + height) * SCALE],
            radius * SCALE,
            fill,
            outline,
            round(line * SCALE),
        )

    def line(self, points, fill, width):
        self.draw.line([(x * SCALE, y * SCALE) for x, y in points], fill, round(width * SCALE))

    def paste(self, picture, left, top):
        """A picture with the round corners of a panel."""
        mask = Image.new('L', picture.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle([0, 0, picture.width - 1, picture.height - 1], 10 * SCALE, 255)
        self.image.paste(picture, (round(left * SCALE), round(top * SCALE)), mask)

    def head(self, summary):
        old, new = summary['versions']
        self.text((MARGIN, 66), 'Discreet', 42, bold=True)
        self.text(
            (MARGIN + 196, 66),
            'Data of a robot with photographs as camera images, and the released data',
            25,
            SOFT,
        )
        self.text((WIDTH - MARGIN, 54), 'policies/hotel.yaml', 18, bold=True, anchor='rs')
        self.text(
            (WIDTH - MARGIN, 78),
            f'version {old}, then {new}, switched while it drives',
            16,
            SOFT,
            anchor='rs',
        )
        self.line([(MARGIN, 96), (WIDTH - MARGIN, 96)], LINE, 1.5)

    def column(self, left, side):
        title, words = {
            'inside': ('Inner domain', 'data of the robot'),
            'outside': ('Outer domain', 'data for everyone'),
        }[side]
        width = self.text((left, 138), title, 22, bold=True)
        self.text((left + width + 14, 138), words, 19, SOFT)

    def content(self, corner, topic, content):
        size = (PANEL[0] * SCALE, PANEL[1] * SCALE)
        panel = Image.new('RGB', size, NIGHT)
        if topic in (PEOPLE, FLOOR):
            panel = Image.open(content[-1]).resize(size, Image.Resampling.LANCZOS)
        elif topic == SCAN:
            plot(panel, content[-1])
        self.paste(panel, *corner)
        if topic == SPEECH:
            self.speech(corner, content)

    def speech(self, corner, texts):
        left, top = corner
        self.box(left, top, *PANEL, PAPER, LINE)
        y = top + 20
        for text in texts[-3:]:
            lines = textwrap.wrap(text, 36)
            height = 22 * len(lines) + 18
            self.box(left + 18, y, PANEL[0] - 36, height, '#e8f1fb', radius=12)
            for number, line in enumerate(lines):
                self.text((left + 34, y + 25 + 22 * number), line, 17)
            y += height + 14

    def withheld(self, corner, row):
        left, top = corner
        panel = Image.new('RGB', (PANEL[0] * SCALE, PANEL[1] * SCALE), HATCH)
        hatch(ImageDraw.Draw(panel), (0, 0, *panel.size), 18 * SCALE, 2 * SCALE)
        self.paste(panel, left, top)
        self.box(left, top, *PANEL, None, LINE)
        middle = left + PANEL[0] / 2
        rule = row['rule'] or next((other['rule'] for other in row['for_others'].values()), None)
        lines = textwrap.wrap(rule['text'], 40) if rule else []
        height = 118 + 22 * len(lines)
        top += (PANEL[1] - height) / 2
        self.box(left + 24, top, PANEL[0] - 48, height, PAPER, LINE)
        sealed = row['form'] == 'sealed'
        self.text(
            (middle, top + 40),
            'sealed' if sealed else 'withheld',
            27,
            GREEN if sealed else AMBER,
            bold=True,
            anchor='ms',
        )
        reason = 'front desk: {opened} of {of} opened'.format(**row['desk']) if sealed else row['reason']
        self.text((middle, top + 68), reason, 18, bold=True, anchor='ms')
        if rule:
            self.text((middle, top + 96), rule['place'], 16, SOFT, anchor='ms')
        for number, line in enumerate(lines):
            self.text((middle, top + 120 + 21 * number), line, 16, anchor='ms')

    def caption(self, corner, row, later, side):
        left, top = corner[0], corner[1] + PANEL[1]
        self.text((left + 2, top + 27), row['topic'], 18, bold=True)
        right = left + PANEL[0] - 2
        if side == 'inside':
            self.text((left + 2, top + 49), row['class'], 16, SOFT)
            total = row['inside'] + (later['inside'] if later else 0)
            self.text((right, top + 49), f'{total} messages', 16, SOFT, anchor='rs')
        elif later:
            self.text(
                (left + 2, top + 49),
                f'version {row["policy_version"]}: {row["consumer"]} of {row["inside"]}',
                16,
                GREEN,
                bold=True,
            )
            self.text(
                (right, top + 49),
                f'version {later["policy_version"]}: {later["consumer"]} of {later["inside"]}',
                16,
                AMBER,
                bold=True,
                anchor='rs',
            )
        else:
            self.text(
                (left + 2, top + 49),
                f'{row["consumer"]} of {row["inside"]}',
                16,
                GREEN if row['form'] else AMBER,
                bold=True,
            )
            words = f'{row["form"]}, {row["rule"]["place"]}' if row['rule'] else row['form'] or 'nothing'
            if row['form'] == 'sealed':
                words = 'once it is revoked, {after} of {of_after}'.format(**row['desk'])
            self.text((right, top + 49), words, 16, SOFT, anchor='rs')

    def guard(self, left, right):
        """The guard between the columns, with released and withheld data."""
        middle, top, bottom = (left + right) / 2, TOP, TOP + 2 * PANEL[1] + CAPTION + GAP
        self.box(middle - 19, top, 38, bottom - top, NIGHT, radius=12)
        label = Image.new('RGB', (200 * SCALE, 38 * SCALE), NIGHT)
        ImageDraw.Draw(label).text(
            (100 * SCALE, 19 * SCALE), 'G U A R D', PAPER, ImageFont.load_default(17 * SCALE), 'mm'
        )
        label = label.rotate(90, expand=True)
        self.image.paste(label, (round((middle - 19) * SCALE), round(((top + bottom) / 2 - 100) * SCALE)))
        for row, (stays, passes) in enumerate(((0.32, 0.62), (0.62, 0.32))):
            at = top + row * (PANEL[1] + CAPTION + GAP)
            self.stop(left + 12, middle - 26, at + PANEL[1] * stays)
            self.arrow(left + 12, middle - 26, at + PANEL[1] * passes, head=False)
            self.arrow(middle + 26, right - 12, at + PANEL[1] * passes)

    def arrow(self, start, end, y, head=True):
        self.line([(start, y), (end - (6 if head else 0), y)], GREEN, 4)
        if head:
            self.draw.polygon(
                [(x * SCALE, v * SCALE) for x, v in ((end, y), (end - 13, y - 9), (end - 13, y + 9))], GREEN
            )

    def stop(self, start, end, y):
        self.line([(start, y), (end - 8, y)], AMBER, 4)
        self.line([(end - 6, y - 11), (end - 6, y + 11)], AMBER, 4)

    def film(self, camera, top):
        """Each released frame as a stroke, in order of time."""
        width, height = WIDTH - 2 * MARGIN, 96
        self.box(MARGIN, top, width, height, PAPER, LINE)
        self.text((MARGIN + 18, top + 27), 'Each released frame', 18, bold=True)
        at = MARGIN + 18
        for what, colour, words in (
            ('covered', GREEN, 'the face covered'),
            ('blank', NIGHT, 'blank, not inspected in time'),
            ('face', AMBER, 'the face shown'),
        ):
            self.box(at + (210 if what == 'covered' else 0), top + 14, 14, 14, colour, radius=3)
            at += 232 if what == 'covered' else 22
            at += self.text((at, top + 27), f'{words}: {camera[what]}', 16, SOFT) + 26
        median, slowest = camera['latency']
        words = f'{median:.0f} ms in the guard, 99 % below {slowest:.0f} ms'
        self.text((WIDTH - MARGIN - 18, top + 27), words, 16, SOFT, anchor='rs')
        times = [time for time, _ in camera['film']]
        begin, end = times[0], times[-1]
        left, span = MARGIN + 18, width - 36
        for time, what in camera['film']:
            x = left + (time - begin) / (end - begin) * (span - 3)
            self.box(x, top + 40, 2, 26, {'covered': GREEN, 'blank': NIGHT, 'face': AMBER}[what], radius=0)
        killed = camera['killed']
        x = left + (killed['at'] - begin) / (end - begin) * (span - 3)
        self.line([(x, top + 36), (x, top + 88)], AMBER, 2)
        words = (
            f'kill -9 of the redactor: {killed["blank"]} blank frames in {killed["seconds"]:.1f} s, then it'
            ' was back'
        )
        self.text((x - 8, top + 86), words, 16, AMBER, bold=True, anchor='rs')

    def foot(self, summary):
        top, space = HEIGHT - 150, 16
        undeclared = [row for row in summary['rows'] if row['reason'] == 'undeclared_topic']
        commands = summary['commands']
        entries = summary['audit'].split(' entries')[0].split()[-1]
        faces, jpegs = summary['cameras'][PEOPLE], summary['cameras'][f'{PEOPLE}/compressed']
        tiles = [
            (
                f'{faces["face"]} of {faces["frames"]}',
                'frames outside show a pixel of the face',
                f'inside {faces["face_inside"]} of {faces["inside"]} do, by the same check',
            ),
            (
                f'{jpegs["carried"]["exif"]} of {jpegs["frames"]}',
                'JPEGs outside have EXIF or a thumbnail',
                f'inside {jpegs["carried_inside"]["exif"]} of {jpegs["inside"]}: {PEOPLE}/compressed',
            ),
            (
                f'{commands["received_by_robot"]} of {commands["sent"]}',
                'commands from outside reached the robot',
                f'and 0 of {sum(row["inside"] for row in undeclared)} undeclared messages came out',
            ),
            (
                entries,
                'audit entries, verified',
                (
                    f'they count {faces["audit"]["covered"]} covered areas, '
                    f'{faces["audit"]["blank"]} blank frames'
                ),
            ),
        ]
        width = (WIDTH - 2 * MARGIN - 3 * space) / 4
        for number, (figure, what, detail) in enumerate(tiles):
            left = MARGIN + number * (width + space)
            self.box(left, top, width, 96, PAPER, LINE)
            self.text((left + 18, top + 37), figure, 25, bold=True)
            self.text((left + 18, top + 61), what, 16)
            self.text((left + 18, top + 82), detail, 14, SOFT)
        self.text(
            (MARGIN, HEIGHT - 20),
            'Frames, scans, texts and counts as received on each domain by tools/demo. Photographs: Eileen'
            ' Collins by NASA, public domain; brick and gravel by CC0Textures, CC0. Names and numbers are'
            ' invented.',
            14,
            SOFT,
        )

    def save(self, path):
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.quantize(255, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).save(
            path, optimize=True
        )


def plot(panel, distances):
    """A lidar scan from above, the robot in the middle, facing up."""
    draw, reach = ImageDraw.Draw(panel), 7.6  # metres up and down
    x0, y0 = panel.width / 2, panel.height / 2
    unit = panel.height / 2 / reach
    for metres in range(2, 12, 2):
        draw.ellipse(
            [x0 - metres * unit, y0 - metres * unit, x0 + metres * unit, y0 + metres * unit],
            outline='#24313f',
            width=2,
        )
    for number, distance in enumerate(distances):
        angle = -math.pi + number * 2 * math.pi / len(distances)
        x, y = x0 - distance * unit * math.sin(angle), y0 - distance * unit * math.cos(angle)
        draw.ellipse([x - 3, y - 3, x + 3, y + 3], fill='#46d3a5')
    draw.polygon([(x0, y0 - 18), (x0 - 12, y0 + 13), (x0 + 12, y0 + 13)], fill='#ffb454')
