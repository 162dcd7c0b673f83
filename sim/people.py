"""The lobby's guests: people cut out of two photographs that scikit-image ships (sim/README.md has their
rights).

Each function draws one person on a transparent background. FACES has the polygon of the face in each picture,
from (0, 0) at the top left to (1, 1).
"""

import functools
import importlib.util
import math
import pathlib

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageOps

# Outlines in the photographs of 512 by 512 pixels.
HEAD = [
    (154, 72),
    (157, 60),
    (165, 50),
    (177, 42),
    (188, 36),
    (193, 29),
    (203, 22),
    (215, 18),
    (231, 16),
    (250, 18),
    (266, 24),
    (281, 34),
    (290, 46),
    (297, 62),
    (300, 86),
    (297, 104),
    (290, 116),
    (280, 126),
    (273, 130),
    (273, 134),
    (268, 136),
    (266, 146),
    (260, 158),
    (257, 166),
    (255, 176),
    (255, 200),
    (187, 200),
    (186, 170),
    (184, 155),
    (182, 140),
    (181, 131),
    (174, 126),
    (170, 118),
    (162, 110),
    (157, 98),
    (154, 84),
]
SUIT = [
    (186, 150),
    (250, 150),
    (256, 177),
    (274, 189),
    (290, 205),
    (301, 222),
    (303, 240),
    (330, 256),
    (346, 278),
    (355, 305),
    (360, 346),
    (400, 343),
    (440, 349),
    (472, 372),
    (491, 405),
    (498, 440),
    (497, 511),
    (66, 511),
    (36, 492),
    (22, 462),
    (21, 410),
    (30, 345),
    (38, 290),
    (52, 262),
    (82, 238),
    (114, 222),
    (114, 196),
    (125, 172),
    (146, 155),
    (162, 150),
]
PHOTOGRAPHER = [
    (157, 112),
    (163, 95),
    (175, 80),
    (200, 66),
    (225, 66),
    (250, 80),
    (267, 98),
    (271, 122),
    (262, 139),
    (322, 138),
    (326, 160),
    (332, 172),
    (332, 190),
    (322, 212),
    (304, 222),
    (296, 250),
    (290, 278),
    (270, 300),
    (245, 308),
    (215, 298),
    (195, 320),
    (172, 350),
    (150, 378),
    (140, 395),
    (148, 430),
    (152, 511),
    (16, 511),
    (6, 420),
    (4, 340),
    (8, 285),
    (20, 235),
    (45, 205),
    (62, 182),
    (75, 160),
    (95, 142),
    (120, 128),
    (140, 110),
]
TRIPOD = [
    [(286, 190), (300, 190), (300, 486), (288, 486)],
    [(292, 320), (304, 328), (246, 502), (234, 498)],
    [(304, 326), (314, 324), (404, 508), (394, 511)],
    [(280, 312), (312, 312), (314, 340), (280, 340)],
]
PROFILE = [
    (183, 132),
    (196, 134),
    (214, 126),
    (240, 124),
    (256, 134),
    (262, 152),
    (252, 184),
    (238, 197),
    (206, 192),
    (190, 172),
]
FACE = (180, 70, 268, 180)  # left, top, right, bottom of an ellipse
# The part of each drawing that becomes the picture.
SITTING, STANDING, AT_A_CAMERA = (14, 10, 504, 512), (40, 10, 412, 1076), (0, 60, 412, 896)


@functools.cache
def photograph(name):
    """Only the files of scikit-image are used, so its dependencies are not needed."""
    found = importlib.util.find_spec('skimage')
    if not found:
        raise SystemExit('sim: the photographs are missing: run tools/setup --demo')
    return Image.open(pathlib.Path(found.submodule_search_locations[0]) / 'data' / name).convert('RGB')


def sitting():
    """The whole portrait, as the upper body of a person in an armchair."""
    return cut(without_blue(photograph('astronaut.png')), [HEAD, SUIT]).crop(SITTING)


def without_blue(picture):
    """Makes the badges grey: no other object may be as blue as the sign."""
    red, green, blue = picture.split()
    excess = ImageChops.subtract(blue, ImageChops.lighter(red, green))
    return Image.composite(
        picture.convert('L').convert('RGB'), picture, excess.point(lambda value: min(255, 8 * value))
    )


def in_a_coat(coat, trousers, hair, mirrored=False):
    """The head of the portrait, with other hair, on a drawn body."""
    portrait = photograph('astronaut.png')
    dyed = ImageOps.colorize(
        ImageOps.autocontrast(portrait.convert('L')), '#0a0705', hair, mid=hair_shade(hair)
    )
    hairs = ImageChops.subtract(outline([HEAD], 3), oval((172, 62, 274, 200), 6))
    portrait = Image.composite(dyed, portrait, hairs)
    picture = Image.new('RGBA', (452, 1080))
    legs(picture, (110, 342), 560, 1070, trousers, '#1d1a19')
    body(picture, coat)
    picture.alpha_composite(cut(portrait, [HEAD]).crop((0, 0, 452, 512)))
    collar(picture, coat)
    picture = picture.crop(STANDING)
    return ImageOps.mirror(picture) if mirrored else picture


def in_profile():
    """A man at his camera."""
    grey = photograph('camera.png').convert('L')
    coloured = ImageOps.colorize(grey, '#0b0d14', '#e9e4dc', mid='#7d7a78')
    skin = ImageOps.colorize(grey, '#2a1710', '#f6dcc4', mid='#a8744f')
    coloured = Image.composite(skin, coloured, outline([PROFILE], 4))
    picture = Image.new('RGBA', (420, 900))
    legs(picture, (18, 160), 490, 890, '#2b2d33', '#151414')
    draw = ImageDraw.Draw(picture)
    for top, bottom in ((240, 205), (294, 294), (400, 452)):
        draw.line([(top, 480), (bottom - (12 if bottom < 290 else 0), 888)], fill='#5a5c60', width=11)
    picture.alpha_composite(cut(coloured, [PHOTOGRAPHER, *TRIPOD]).crop((0, 0, 420, 512)))
    return picture.crop(AT_A_CAMERA)


def cut(picture, outlines):
    return Image.merge('RGBA', (*picture.split(), outline(outlines, 1.2)))


def outline(polygons, soft):
    mask = Image.new('L', (1024, 1024))
    draw = ImageDraw.Draw(mask)
    for polygon in polygons:
        draw.polygon([(2 * x, 2 * y) for x, y in polygon], fill=255)
    return mask.resize((512, 512), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(soft))


def oval(box, soft):
    mask = Image.new('L', (512, 512))
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(soft))


def ellipse(box, corners=24):
    left, top, right, bottom = box
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    return [
        (
            (left + right) / 2 + (right - left) / 2 * math.cos(turn),
            (top + bottom) / 2 + (bottom - top) / 2 * math.sin(turn),
        )
        for turn in turns
    ]


def within(box, polygon, mirrored=False):
    left, top, right, bottom = box
    parts = [((x - left) / (right - left), (y - top) / (bottom - top)) for x, y in polygon]
    return [(1 - x, y) for x, y in parts] if mirrored else parts


def hair_shade(colour):
    return tuple(part * 5 // 12 for part in ImageColor.getrgb(colour))


def shaded(size, polygon, colour, light=(0.35, 0.9)):
    """A polygon of cloth: lighter where it faces the light, with soft transitions."""
    mask = Image.new('L', size)
    ImageDraw.Draw(mask).polygon(polygon, fill=255)
    inner = mask.filter(ImageFilter.GaussianBlur(14)).point(lambda value: max(0, 2 * value - 255))
    left = ImageChops.offset(inner, -6, 0)
    dark, bright = (
        tuple(min(255, int(part * factor)) for part in ImageColor.getrgb(colour)) for factor in (0.45, 1.15)
    )
    cloth = ImageOps.colorize(left, dark, bright).convert('RGBA')
    cloth.putalpha(mask.filter(ImageFilter.GaussianBlur(1)))
    return cloth


def legs(picture, across, top, bottom, colour, shoes):
    left, right = across
    middle, gap = (left + right) / 2, (right - left) * 0.04
    for outer, inner in ((left, middle - gap), (right, middle + gap)):
        narrow = (inner - outer) * 0.22
        leg = [
            (outer, top),
            (middle, top),
            (inner, top + 60),
            (inner - narrow * 0.4, bottom - 22),
            (outer + narrow, bottom - 22),
        ]
        shoe = [
            (outer + narrow * 0.7, bottom - 34),
            (inner - narrow * 0.3, bottom - 34),
            (inner, bottom),
            (outer + narrow * 0.2, bottom),
        ]
        picture.alpha_composite(shaded(picture.size, shoe, shoes))
        picture.alpha_composite(shaded(picture.size, leg, colour))


def body(picture, colour):
    """A coat, from the shoulders to the hem."""
    torso = [
        (180, 196),
        (262, 196),
        (318, 222),
        (352, 262),
        (340, 470),
        (352, 640),
        (96, 640),
        (112, 470),
        (98, 262),
        (128, 222),
    ]
    arms = [
        [(132, 220), (96, 256), (64, 480), (66, 588), (108, 596), (118, 480), (132, 330)],
        [(314, 220), (354, 256), (386, 480), (384, 588), (342, 596), (330, 480), (316, 330)],
    ]
    for hand in ((70, 580, 106, 630), (344, 580, 380, 630)):
        ImageDraw.Draw(picture).ellipse(hand, fill='#d9a58a')
    picture.alpha_composite(shaded(picture.size, torso, colour))
    for arm in arms:
        picture.alpha_composite(shaded(picture.size, arm, colour))


def collar(picture, colour):
    jumper = [(187, 190), (255, 190), (264, 206), (222, 345), (178, 206)]
    picture.alpha_composite(shaded(picture.size, jumper, '#1b1a1c'))
    for lapel in (
        [(176, 196), (160, 226), (188, 300), (222, 372), (220, 330)],
        [(266, 196), (284, 226), (256, 300), (222, 372), (222, 330)],
    ):
        picture.alpha_composite(shaded(picture.size, lapel, colour))
    draw = ImageDraw.Draw(picture)
    draw.line([(222, 372), (222, 636)], fill='#00000060', width=3)
    for button in (400, 450, 500):
        draw.ellipse((228, button, 237, button + 9), fill='#c9a24a')


GUESTS = {
    'guest_sitting': sitting,
    'guest_in_profile': in_profile,
    'guest_in_red': functools.partial(in_a_coat, '#8a3040', '#33302f', '#6b4a36', mirrored=True),
    'guest_in_grey': functools.partial(in_a_coat, '#7d7f86', '#3a3f4a', '#3a302c'),
    'receptionist': functools.partial(in_a_coat, '#23423a', '#23302c', '#8a3d1c'),
}
FACES = {
    'guest_sitting': within(SITTING, ellipse(FACE)),
    'guest_in_profile': within(AT_A_CAMERA, PROFILE),
    'guest_in_red': within(STANDING, ellipse(FACE), mirrored=True),
    'guest_in_grey': within(STANDING, ellipse(FACE)),
    'receptionist': within(STANDING, ellipse(FACE)),
}
