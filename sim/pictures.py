"""Draws the pictures on the lobby's surfaces into PNG files; they are not in the repository.

Usage: python3 sim/pictures.py FOLDER
"""

import functools
import math
import pathlib
import random
import sys

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from sim import people

# Invented guests, test card numbers of payment systems, and the specimen passport of ICAO 9303.
GUESTS = [
    ('Mira Okafor', '412', '4111 1111 1111 1111', 'L898902C3'),
    ('Jonas Lindqvist', '208', '5555 5555 5555 4444', 'L898902C4'),
    ('Ines Castellano', '115', '4012 8888 8888 1881', 'L898902C5'),
    ('Tomas Brandvik', '301', '3782 822463 10005', 'L898902C6'),
]
PLATE = 'QU 482 IO'  # invalid everywhere: no plate of this form has the letters Q, U, I and O
SIGN = (20, 60, 220)


def draw_all(folder, shadows=()):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for look in LOOKS:
        drawn(look).save(folder / f'{look}.png')
    floor(shadows).save(folder / 'floor.png')


@functools.cache
def drawn(look):
    return solid_edges(LOOKS[look]()) if look in people.GUESTS else LOOKS[look]()


def solid_edges(picture):
    """Extends colours beyond the outline: otherwise transparent pixels
    appear as a dark rim at a distance.
    """
    spread = picture
    for radius in (2, 8):
        soft = picture.filter(ImageFilter.GaussianBlur(radius))
        spread = Image.alpha_composite(soft, spread)
    colour = spread.convert('RGB')
    return Image.merge('RGBA', (*colour.split(), picture.getchannel('A')))


def font(size):
    return ImageFont.load_default(size)


def text(draw, at, words, size, fill, bold=0, anchor='la'):
    draw.text(at, words, font=font(size), fill=fill, stroke_width=bold, stroke_fill=fill, anchor=anchor)


def sign():
    picture = Image.new('RGB', (500, 200), SIGN)
    text(ImageDraw.Draw(picture), (250, 100), 'RECEPTION', 60, 'white', 1, 'mm')
    return picture


def plate():
    picture = Image.new('RGB', (520, 110), 'white')
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((2, 2, 517, 107), 10, outline='#111', width=5)
    draw.rectangle((8, 8, 46, 101), fill='#3c3f45')
    text(draw, (284, 56), PLATE, 88, '#111', 3, 'mm')
    return picture


def screen():
    picture = Image.new('RGB', (700, 420), '#10222e')
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 700, 78), fill='#1f6f6b')
    text(draw, (28, 40), 'Check-in today', 46, 'white', 1, 'lm')
    for row, (name, room, card, _) in enumerate(GUESTS[:3]):
        top = 96 + row * 106
        text(draw, (28, top), f'{room}  {name}', 42, '#f4e9d2', 1)
        text(draw, (28, top + 48), card, 40, '#9fd6c8', 1)
    return picture


def document():
    picture = Image.new('RGB', (420, 594), '#fbf8ef')
    draw = ImageDraw.Draw(picture)
    text(draw, (210, 52), 'GUEST LIST', 56, '#222', 2, 'mm')
    draw.line((30, 92, 390, 92), fill='#222', width=4)
    for row, (name, room, _, passport) in enumerate(GUESTS):
        top = 108 + row * 118
        text(draw, (30, top), name, 42, '#222', 1)
        text(draw, (30, top + 48), f'{room}  {passport}', 42, '#333', 1)
    return picture


def car():
    """A small car from behind, 1.6 m wide."""
    big = Image.new('RGBA', (1280, 1120))
    draw = ImageDraw.Draw(big)
    for left in (110, 950):
        draw.rounded_rectangle((left, 860, left + 220, 1115), 40, fill='#161616')
    draw.polygon([(270, 90), (1010, 90), (1130, 440), (150, 440)], fill='#a8352c')
    draw.rounded_rectangle((60, 400, 1220, 900), 120, fill='#b23a30')
    draw.rounded_rectangle((260, 50, 1020, 200), 80, fill='#a8352c')
    draw.polygon([(310, 120), (970, 120), (1060, 410), (220, 410)], fill='#26333b')
    draw.polygon([(330, 130), (560, 130), (430, 400), (240, 400)], fill='#3b4d58')
    draw.rounded_rectangle((40, 760, 1240, 990), 70, fill='#8f2c25')
    draw.rounded_rectangle((40, 900, 1240, 1000), 50, fill='#2b2b2d')
    for left in (80, 1040):
        draw.rounded_rectangle((left, 470, left + 160, 690), 40, fill='#d9261c')
        draw.rounded_rectangle((left + 20, 590, left + 140, 650), 20, fill='#f3d9b8')
    draw.line((90, 740, 1190, 740), fill='#7c251f', width=6)
    draw.rounded_rectangle((540, 470, 740, 510), 14, fill='#d8d8d8')
    light = Image.linear_gradient('L').resize(big.size).point(lambda value: 90 - value // 3)
    shine = Image.composite(Image.new('RGBA', big.size, 'white'), Image.new('RGBA', big.size), light)
    lit = Image.alpha_composite(big, shine)
    lit.putalpha(big.getchannel('A'))
    return solid_edges(lit.resize((640, 560), Image.Resampling.LANCZOS))


def street():
    """What is on the other side of the road, in the evening."""
    dice, size = random.Random(3), (1024, 512)
    picture = Image.composite(
        Image.new('RGB', size, '#f7d9ae'),
        Image.new('RGB', size, '#9db4c4'),
        Image.linear_gradient('L').resize(size),
    )
    draw, left = ImageDraw.Draw(picture), 0
    while left < 1024:
        width, height = dice.randint(90, 170), dice.randint(140, 300)
        shade = dice.choice(['#b08a6c', '#a39b8f', '#c0a27e', '#8d8177', '#9c7a62'])
        draw.rectangle((left, 400 - height, left + width, 400), fill=shade)
        for x in range(left + 14, left + width - 20, 32):
            for y in range(400 - height + 16, 370, 40):
                draw.rectangle(
                    (x, y, x + 15, y + 22), fill=dice.choice(['#4a4f52', '#5b5f60', '#ffdf9a', '#f7cf85'])
                )
        left += width
    for x in range(30, 1024, 150):
        draw.rectangle((x - 5, 320, x + 5, 412), fill='#4b3a2a')
        for _ in range(60):
            a, r = dice.uniform(0, 6.28), dice.uniform(0, 42)
            y, spot = 290 + r * math.sin(a), dice.randint(8, 17)
            draw.ellipse(
                (x + r * math.cos(a) - spot, y - spot, x + r * math.cos(a) + spot, y + spot),
                fill=dice.choice(['#5d7340', '#6f8549', '#4f6637']),
            )
    draw.rectangle((0, 405, 1024, 425), fill='#a9a29a')
    draw.rectangle((0, 425, 1024, 512), fill='#66635f')
    return picture.filter(ImageFilter.GaussianBlur(1.5))


def wood():
    """Slats, with the hotel's name in brass, lit from above."""
    dice, picture = random.Random(5), Image.new('RGB', (1024, 768))
    draw = ImageDraw.Draw(picture)
    for left in range(0, 1024, 32):
        tone = dice.randint(-10, 10)
        draw.rectangle((left, 0, left + 27, 768), fill=(128 + tone, 84 + tone, 54 + tone))
        draw.rectangle((left + 28, 0, left + 31, 768), fill='#2f1f15')
    for x in range(0, 1024, 2):
        draw.line(
            (x, 0, x + dice.randint(-1, 1), 768), fill=(90, 58, 38) if dice.random() < 0.12 else (134, 90, 58)
        )
    for left in range(0, 1024, 32):
        draw.rectangle((left + 28, 0, left + 31, 768), fill='#2f1f15')
    picture = pools(picture, 4, 0.62)
    text(ImageDraw.Draw(picture), (276, 128), 'HOTEL AURORA', 72, '#f3d48a', 2, 'mm')
    return picture


def wall():
    picture = Image.new('RGB', (1024, 384), '#efe2cc')
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 290, 1024, 384), fill='#c7a985')
    draw.rectangle((0, 284, 1024, 291), fill='#8a6a49')
    draw.rectangle((0, 370, 1024, 384), fill='#5e4632')
    for left in range(0, 1024, 128):
        draw.rectangle((left + 10, 302, left + 118, 360), outline='#a98a66', width=3)
    return pools(picture, 5, 0.74)


def pools(picture, count, dark):
    """Light of lamps at the ceiling, in cones down the wall."""
    width, height = picture.size
    light = Image.new('L', (256, 128), int(255 * dark))
    draw = ImageDraw.Draw(light)
    for lamp in range(count):
        x = 256 * (lamp + 0.5) / count
        draw.polygon([(x - 5, 0), (x + 5, 0), (x + 26, 100), (x - 26, 100)], fill=255)
    light = light.filter(ImageFilter.GaussianBlur(9)).resize((width, height), Image.Resampling.BICUBIC)
    return ImageChops.multiply(picture, ImageOps.colorize(light, '#000000', '#fff3dc', mid='#8a7f70'))


def ceiling():
    picture = Image.new('RGB', (1024, 1024), '#d9ccb6')
    draw = ImageDraw.Draw(picture)
    glow = Image.new('L', picture.size)
    for x in range(64, 1024, 128):
        for y in range(64, 1024, 128):
            ImageDraw.Draw(glow).ellipse((x - 24, y - 24, x + 24, y + 24), fill=200)
    picture.paste('#fff1d2', (0, 0), glow.filter(ImageFilter.GaussianBlur(14)))
    for x in range(64, 1024, 128):
        for y in range(64, 1024, 128):
            draw.ellipse((x - 11, y - 11, x + 11, y + 11), fill='#fffbe9')
    return picture


def floor(shadows, size=1536):
    """Tiles, and the soft shadows of what stands on them:
    (across, down, half width, half depth) from 0 to 1 each.
    """
    dice, picture = random.Random(7), Image.new('RGB', (size, size), '#a08a70')
    draw, tiles = ImageDraw.Draw(picture), 16
    side = size // tiles
    for row in range(tiles):
        for column in range(tiles):
            tone = dice.randint(-7, 7) + (9 if (row + column) % 2 else 0)
            draw.rectangle(
                (column * side, row * side, column * side + side - 2, row * side + side - 2),
                fill=(206 + tone, 188 + tone, 162 + tone),
            )
    veins = Image.effect_noise((size // 3, size // 3), 40).resize((size, size), Image.Resampling.BICUBIC)
    picture = ImageChops.multiply(picture, ImageOps.colorize(veins, '#d8d2c8', '#ffffff'))
    shade = Image.new('L', (512, 512), 255)
    for x, y, wide, deep in shadows:
        ImageDraw.Draw(shade).ellipse(
            [512 * edge for edge in (x - wide, y - deep, x + wide, y + deep)], fill=110
        )
    shade = shade.filter(ImageFilter.GaussianBlur(7)).resize((size, size), Image.Resampling.BICUBIC)
    return ImageChops.multiply(picture, Image.merge('RGB', (shade,) * 3))


def plant():
    """Leaves over a pot."""
    dice, picture = random.Random(11), Image.new('RGBA', (360, 560))
    draw = ImageDraw.Draw(picture)
    for _ in range(70):
        turn, length = dice.uniform(-1.35, 1.35), dice.uniform(140, 330)
        points, back = [], []
        for step in range(11):
            t = step / 10
            x = 180 + length * math.sin(turn) * t * 0.62
            y = 420 - length * math.cos(turn * 0.8) * t + 90 * t * t * abs(turn)
            wide = 15 * math.sin(math.pi * min(1, t * 0.96 + 0.04))
            points.append((x - wide, y - wide / 3)), back.append((x + wide, y + wide / 3))
        draw.polygon(
            points + back[::-1], fill=dice.choice(['#3f5f34', '#4d7440', '#5f8a4b', '#35522d', '#6f9a55'])
        )
    draw.polygon([(110, 400), (250, 400), (232, 556), (128, 556)], fill='#d9d2c6')
    draw.polygon([(200, 400), (250, 400), (232, 556), (196, 556)], fill='#b9b1a4')
    return solid_edges(picture)


def painting():
    """Hills at sunset, framed."""
    picture = Image.composite(
        Image.new('RGB', (400, 300), '#f2a65e'),
        Image.new('RGB', (400, 300), '#8c5a6e'),
        Image.linear_gradient('L').resize((400, 300)),
    )
    draw = ImageDraw.Draw(picture)
    draw.ellipse((240, 110, 300, 170), fill='#ffe9b0')
    for base, colour in ((190, '#a5604f'), (225, '#7c4a45'), (260, '#4f3a38')):
        draw.polygon(
            [(0, 300), *((x, base + 22 * math.sin(x / 47 + base)) for x in range(0, 401, 8)), (400, 300)],
            fill=colour,
        )
    draw.rectangle((0, 0, 399, 299), outline='#7a5a2c', width=14)
    return picture


def rug():
    """Woven, with a border."""
    picture = Image.new('RGB', (400, 1000), '#7a3a34')
    draw = ImageDraw.Draw(picture)
    for inset, colour in ((18, '#c9a878'), (30, '#5c2b2b'), (70, '#c9a878'), (76, '#8a453c')):
        draw.rectangle((inset, inset, 399 - inset, 999 - inset), fill=colour)
    for row in range(9):
        for column in (0, 1):
            x, y = 133 + 134 * column, 130 + 92 * row
            draw.polygon([(x - 30, y), (x, y - 40), (x + 30, y), (x, y + 40)], outline='#d8bd8e', width=4)
    threads = Image.effect_noise(picture.size, 40)
    return ImageChops.multiply(picture, ImageOps.colorize(threads, '#c8c8c8', '#ffffff'))


LOOKS = {
    **people.GUESTS,
    **{
        draw.__name__: draw
        for draw in (sign, screen, document, plate, car, street, wood, wall, ceiling, plant, painting, rug)
    },
}


if __name__ == '__main__':
    if len(sys.argv) != 2 or sys.argv[1].startswith('-'):
        sys.exit(__doc__.strip())
    draw_all(sys.argv[1])
