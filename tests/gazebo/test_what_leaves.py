"""What each stakeholder of the lobby received, held against the same message inside:
pictures, scans, and answers of a service.
"""

import functools

import numpy
import pytest
from PIL import Image, ImageDraw

hotel = pytest.importorskip('hotel', reason='NOT RUN: no ROS here; source .ros/env.sh')

from sim import people, pictures, robot, truth

WHO = ('navigation', 'front_desk', 'analytics')
SMALLEST = 20  # pixels of height from which on a face counts
NO_READING = (70, 16, 24)  # how demo/frames_io.py shows it
EMPTY = (
    (250, 50, 420, 100),
    (215, 320, 390, 400),
)  # left, top, right, bottom: ceiling and rug, with nobody before them
FACES = ('guest_sitting', 'guest_in_red', 'guest_in_profile')  # before the camera at the start


def mask(polygon, shape, grown=0.0):
    """The pixels of an area, or of the box around it, grown by a part of its size."""
    image = Image.new('1', (shape[1], shape[0]))
    if grown:
        xs, ys = zip(*polygon)
        wide, high = grown * (max(xs) - min(xs)) + 8, grown * (max(ys) - min(ys)) + 8
        polygon = [
            (min(xs) - wide, min(ys) - high),
            (max(xs) + wide, min(ys) - high),
            (max(xs) + wide, max(ys) + high),
            (min(xs) - wide, max(ys) + high),
        ]
    ImageDraw.Draw(image).polygon([tuple(corner) for corner in polygon], fill=1)
    return numpy.asarray(image)


@functools.cache
def marks(pose, camera='colour'):
    return truth.marks(pose, robot.DEPTH if camera == 'depth' else robot.CAMERA)


def unchanged(frame, who):
    return (frame.pixels['inside'] == frame.pixels[who]).all(axis=2)


def counts(mark, kind):
    top, bottom = mark.box()[1], mark.box()[3]
    return mark.kind == kind and mark.visible > 0.95 and (kind != 'face' or bottom - top >= SMALLEST)


def shown(guarded, who, kind):
    """Of each area that should be covered: which frame, what it is,
    and how much of it came as it was inside.
    """
    for frame in guarded.frames:
        for name, mark in marks(tuple(frame.pose)).items():
            if counts(mark, kind):
                yield frame, name, float(unchanged(frame, who)[mask(mark.polygon, (480, 640))].mean())


def likeness(pixels, name):
    """How much the face in a frame is like the picture that the lobby was made with:
    1 is the same, 0 nothing of it.
    """
    left, top, right, bottom = (round(edge) for edge in marks((0.0, 0.0, 0.0))[name].box())
    drawn = pictures.drawn(name).convert('RGB')
    xs, ys = zip(*people.FACES[name])
    drawn = drawn.crop(
        [round(at * size) for at, size in zip((min(xs), min(ys), max(xs), max(ys)), drawn.size * 2)]
    )
    wanted = numpy.asarray(
        drawn.convert('L').resize((right - left, bottom - top), Image.Resampling.BOX)
    ).astype(float)
    found = pixels[top:bottom, left:right].mean(axis=2)
    if found.std() < 1:
        return 0.0
    return float(numpy.corrcoef(wanted.ravel(), found.ravel())[0, 1])


def test_there_are_frames_of_standing_and_of_driving(guarded):
    assert sum(frame.standing for frame in guarded.frames) >= 3
    assert sum(not frame.standing for frame in guarded.frames) >= 5
    assert max(frame.pose[0] for frame in guarded.frames) > 1


@pytest.mark.parametrize('name', FACES)
def test_inside_the_faces_are_there(guarded, name):
    """Else nothing that follows would prove anything."""
    assert min(likeness(frame.pixels['inside'], name) for frame in guarded.frames if frame.standing) > 0.7


@pytest.mark.parametrize('name', FACES)
@pytest.mark.parametrize('who', WHO)
def test_a_standing_robot_shows_nobody_a_face(guarded, who, name):
    assert max(abs(likeness(frame.pixels[who], name)) for frame in guarded.frames if frame.standing) < 0.3


@pytest.mark.parametrize('kind', ['face', 'plate'])
@pytest.mark.parametrize('who', WHO)
def test_faces_and_the_plate_are_covered(guarded, who, kind):
    looked = list(shown(guarded, who, kind))
    print(
        f'{who}: {len(looked)} times a {kind}, of the worst {max(share for *_, share in looked):.1%} came as'
        ' it was'
    )
    assert len(looked) >= 5
    bad = [
        (name, f'{share:.0%}', f'standing at {frame.pose}' if frame.standing else f'driving at {frame.pose}')
        for frame, name, share in looked
        if share > 0.1
    ]
    assert not bad


@pytest.mark.parametrize('who', WHO)
def test_the_rest_of_the_picture_is_what_it_was_inside(guarded, who):
    """But for the margins that are covered until somebody has looked at them,
    and signs that are taken for plates.
    """
    shares = []
    for frame in guarded.frames:
        if frame.standing:
            same = unchanged(frame, who)
            near = numpy.zeros_like(same)
            for mark in marks(tuple(frame.pose)).values():
                if mark.kind in ('face', 'plate'):
                    near |= mask(mark.polygon, same.shape, grown=0.6)
            shares.append(same[~near].mean())
            print(f'{who}: {same.mean():.1%} of the picture, {shares[-1]:.1%} away from faces and plate')
            assert all(same[top:bottom, left:right].all() for left, top, right, bottom in EMPTY)
    assert shares and numpy.median(shares) > 0.9 and min(shares) > 0.6


def test_depth_has_no_reading_where_the_camera_sees_a_face(guarded):
    looked = 0
    for frame in guarded.depth:
        for name, mark in marks(tuple(frame.pose), 'depth').items():
            if mark.kind == 'face' and mark.visible > 0.95 and name in FACES:
                inside = mask(mark.polygon, (240, 320))
                none = {
                    who: (frame.pixels[who] == NO_READING).all(axis=2)[inside].mean()
                    for who in ('inside', 'maintenance')
                }
                assert none['inside'] < 0.1 and none['maintenance'] > 0.9, f'{name}: {none}'
                looked += 1
    assert looked >= 3


def test_scans_are_as_they_were_byte_for_byte(guarded):
    for who in ('navigation', 'maintenance'):
        same, compared = guarded.same[who]
        assert compared > 100 and same == compared, f'{who}: {same} of {compared}'
    assert not {'front_desk', 'analytics', 'outside'} & set(guarded.same)


def guest(query):
    return next((guest for guest in hotel.GUESTS if query == guest[1] or query in guest[0].casefold()), None)


def test_the_front_desk_is_told_all_of_its_guests(guarded):
    for query, answer in guarded.lookups.items():
        told = tuple(answer[field] for field in ('name', 'room', 'passport_number', 'card_number', 'phone'))
        assert told == (guest(query) or ('',) * 5) and answer['found'] == bool(guest(query))


def test_who_may_have_answers_redacted_is_told_that_there_is_somebody(guarded):
    for query, answer in guarded.redacted_lookups.items():
        name, room, passport, card, phone = guest(query)
        assert answer['found']
        for field, known in (
            ('name', name),
            ('room', room),
            ('passport_number', passport),
            ('card_number', card),
            ('phone', phone),
        ):
            assert answer[field] and known not in answer[field], f'{field}: {answer[field]}'


@pytest.mark.parametrize('caller', ['an identity of its own', "the vendor's key"])
def test_nobody_else_is_told_of_guests(guarded, caller):
    (attempt,) = (
        attempt
        for attempt in guarded.attempts
        if 'book of guests' in attempt.title and caller in attempt.title
    )
    assert attempt.sent and attempt.found.startswith('0 answered') and attempt.refusals.get(attempt.expected)
