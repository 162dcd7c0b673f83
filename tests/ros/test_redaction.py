"""Cameras over real DDS: what the policy hides is hidden in every frame,
and what cannot be looked at is blanked.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy
import pytest
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

import faces
from faces import is_blank, shown, shown_of
from process import BINARIES, REPOSITORY, Process
from rules import declared, everyone
from waiting import eventually

CAMERA = '/camera/image_raw'
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
MODELS = pathlib.Path(os.environ.get('DISCREET_MODELS', REPOSITORY / '.ros' / 'models'))
YUNET = MODELS / 'face_detection_yunet_2023mar.onnx'
REDACTED = everyone('contextual', **{'as': 'redacted'})
DEEP = QoSProfile(depth=30)

pytestmark = [
    pytest.mark.skipif(not YUNET.exists(), reason=f'NOT RUN: no models in {MODELS}; tools/setup gets them'),
    pytest.mark.skipif(
        faces.photograph() is None, reason='NOT RUN: scikit-image, whose photograph is used, is missing'
    ),
    pytest.mark.skipif(not (BINARIES / 'redactor').exists(), reason='NOT RUN: the redactor is not built'),
]


def camera(**more):
    return declared(IMAGE, 'contextual', redact={'faces': 'solid'}, **more)


@pytest.fixture(scope='module')
def scene():
    return faces.Scene()


def detector():
    """OpenCV's own reader of the face model, which shares no code with the guard's."""
    cv2 = pytest.importorskip('cv2', reason='NOT RUN: no OpenCV for Python')
    yunet = cv2.FaceDetectorYN.create(str(YUNET), '', (faces.WIDTH, faces.HEIGHT), 0.6)
    yunet.setInputSize((faces.WIDTH // 2, faces.HEIGHT // 2))
    return lambda picture: yunet.detect(numpy.ascontiguousarray(picture[::2, ::2, ::-1]))[1]


def redacts(robot, publisher, outside, scene):
    """Waits until a frame came out that was looked at, and forgets all until then."""
    numbers = iter(range(10_000))

    def looked_at():
        publisher.publish(faces.image(scene.frame(next(numbers))[0], 0))
        time.sleep(0.05)
        return any(not is_blank(frame) for frame in outside.typed())

    robot.released(outside.subscription.topic_name)
    eventually(lambda: f'a frame that is not blank\n{robot.guard.said()[-2000:]}', looked_at)
    time.sleep(0.3)
    outside.forget()


@pytest.mark.timeout(240, method='signal')
def test_a_minute_of_a_moving_face_shows_no_pixel_of_it(robot, scene):
    detect = detector()
    robot.policy({CAMERA: camera()}, [REDACTED])
    robot.start()
    outside = robot.outer.reader(CAMERA, Image, DEEP)
    seconds, begun = 60, time.monotonic()
    Process(
        [sys.executable, faces.__file__, robot.inner.number, CAMERA, faces.RATE, seconds * faces.RATE],
        robot.folder / 'camera.log',
        {},
    )
    while time.monotonic() - begun < seconds + 8 and len(outside.poll()) < seconds * faces.RATE:
        time.sleep(0.01)
    frames, found, blank, detected_before, detected_after = len(outside.messages), [], 0, 0, 0
    for message in outside.messages:
        came = deserialize_message(message.cdr, Image)
        taken, area = scene.frame(faces.number(came))
        found.append(shown_of(came, taken, area))
        blank += is_blank(came)
        detected_before += detect(taken) is not None
        detected_after += detect(faces.pixels(came)) is not None
    print(
        f"{frames} frames, {blank} of them blank; the test's own detector finds a face in {detected_before}"
        f' of them before and in {detected_after} after'
    )
    assert frames > 0.9 * seconds * faces.RATE, f'only {frames} frames came out'
    assert blank < 0.1 * frames, f'{blank} of {frames} frames are blank'
    assert detected_before > 0.95 * frames, 'the test would not notice a face'
    assert detected_after == 0
    assert max(found) == 0, (
        f'{sum(count > 0 for count in found)} frames show pixels of the face, at most {max(found)}'
    )


@pytest.mark.parametrize('fault', ['kill -9', 'SIGSTOP', 'starvation'])
def test_without_its_redactor_only_blank_or_redacted_frames_leave(robot, scene, fault):
    robot.policy({CAMERA: camera()}, [REDACTED])
    guard = robot.start()
    outside = robot.outer.reader(CAMERA, Image, DEEP)
    publisher = robot.inner.publisher(CAMERA, Image, DEEP)
    redacts(robot, publisher, outside, scene)
    spinning = []
    try:
        for number in range(120):
            publisher.publish(faces.image(scene.frame(number)[0], number))
            if number == 30 and fault == 'starvation':
                busy = [sys.executable, '-c', 'while True: pass']
                spinning = [subprocess.Popen(busy) for _ in range(4 * (os.cpu_count() or 2))]
                for child in guard.children():
                    os.system(f'renice -n 19 -p {child} > /dev/null')
            elif number in (30, 60) and fault != 'starvation':
                # The second one may not have started yet.
                redactor = eventually('a redactor', guard.children)[-1]
                os.kill(redactor, signal.SIGKILL if fault == 'kill -9' else signal.SIGSTOP)
            time.sleep(1 / faces.RATE)
            outside.poll()
    finally:
        for process in spinning:
            process.kill()
    time.sleep(1)
    came = outside.typed()
    seconds = {faces.number(frame) // faces.RATE for frame in came}
    assert seconds == set(range(120 // faces.RATE)), 'frames leave in each second of the camera'
    assert max(shown(frame, scene) for frame in came) == 0
    if fault != 'starvation':
        assert any(is_blank(frame) for frame in came)
        status = robot.status(CAMERA)
        blanked = sum(int(count) for key, count in status.values.items() if key.startswith('blank_'))
        assert blanked >= sum(is_blank(frame) for frame in came)
    redacts(robot, publisher, outside, scene)  # it comes back by itself
    robot.stop()
    counted = [
        route['redaction']
        for entry in robot.audit()
        if entry['entry'] == 'closed'
        for route in entry['routes']
        if route['topic'] == CAMERA and 'redaction' in route
    ]
    assert counted, 'the audit counts what was covered and blanked'


def test_two_frames_wait_for_one_that_takes_long_and_of_more_the_oldest_are_left_out_and_counted(
    robot, scene
):
    robot.policy({CAMERA: camera(camera={'deadline': '1s'})}, [REDACTED])
    guard = robot.start()
    outside = robot.outer.reader(CAMERA, Image, DEEP)
    publisher = robot.inner.publisher(CAMERA, Image, DEEP)
    redacts(robot, publisher, outside, scene)

    def burst(frames):
        """Numbers of those that come out, if they come while the redactor does not get to work."""
        outside.forget()
        redactor = guard.children()[-1]  # the one that works
        os.kill(redactor, signal.SIGSTOP)
        try:
            publisher.publish(faces.image(scene.frame(0)[0], 0))
            time.sleep(0.1)  # it is being looked at
            for number in range(1, frames):
                publisher.publish(faces.image(scene.frame(number)[0], number))
            time.sleep(0.2)
        finally:
            os.kill(redactor, signal.SIGCONT)
        eventually(
            'the last frame', lambda: outside.poll() and faces.number(outside.typed()[-1]) == frames - 1
        )
        assert not any(is_blank(frame) for frame in outside.typed())
        return [faces.number(frame) for frame in outside.typed()]

    def skipped():
        return robot.status(CAMERA).number('frames skipped')

    before = skipped()
    assert burst(3) == [0, 1, 2]
    assert skipped() == before
    assert burst(8) == [0, 5, 6, 7]
    eventually('four frames counted', lambda: skipped() == before + 4)


def test_the_robot_leaves_no_redactor_behind(robot, scene):
    robot.policy({CAMERA: camera()}, [REDACTED])
    guard = robot.start()
    outside = robot.outer.reader(CAMERA, Image, DEEP)
    redacts(robot, robot.inner.publisher(CAMERA, Image, DEEP), outside, scene)
    children = guard.children()
    assert children
    for pid in children[1:]:  # nor does the one that works leave a door to its domains open
        files = [os.readlink(file) for file in pathlib.Path(f'/proc/{pid}/fd').iterdir()]
        assert len({file for file in files if file.startswith('socket:')}) == 1, files
        assert not any('.cache' in file or '.db' in file for file in files), f'it keeps records: {files}'
        assert not any('fastrtps' in file or 'audit' in file for file in files), files
    guard.kill()
    eventually(
        'the redactor ends with its guard',
        lambda: not any(pathlib.Path(f'/proc/{pid}/exe').exists() for pid in children),
    )


def test_each_form_is_what_it_says(robot, scene):
    """Clear, redacted and nothing, side by side; the catalogue names the form."""
    kinds = {
        '/clear/image_raw': ('operational', {}),
        '/eyes/image_raw': ('contextual', {'redact': {'faces': 'solid'}}),
        '/dark/image_raw': ('contextual', {'redact': {'frame': 'blank'}}),
        '/coarse/image_raw': ('contextual', {'redact': {'frame': 'lowres'}}),
    }
    topics = {topic: declared(IMAGE, data_class, **more) for topic, (data_class, more) in kinds.items()}
    topics['/shut/image_raw'] = declared(IMAGE, 'contextual', redact={'faces': 'solid'})
    robot.policy(
        topics,
        [everyone('operational'), REDACTED, {'who': 'everyone', 'read': '/shut/image_raw', 'deny': True}],
    )
    robot.start()
    outside = {topic: robot.outer.reader(topic, Image, DEEP) for topic in topics}
    inside = {topic: robot.inner.publisher(topic, Image, DEEP) for topic in topics}
    picture = scene.frame(7)[0]
    for topic in kinds:
        robot.flow(inside[topic], outside[topic], faces.image(picture, 7))
    redacts(robot, inside['/eyes/image_raw'], outside['/eyes/image_raw'], scene)
    for topic in topics:
        inside[topic].publish(faces.image(picture, 7))
    last = {topic: outside[topic].wait(1) and outside[topic].typed()[-1] for topic in kinds}
    assert (faces.pixels(last['/clear/image_raw']) == picture).all()
    assert shown(last['/eyes/image_raw'], scene) == 0
    assert (faces.pixels(last['/eyes/image_raw']) == picture).mean() > 0.7, (
        'the rest of the frame is as it was'
    )
    assert is_blank(last['/dark/image_raw'])
    tiles = {tuple(pixel) for pixel in faces.pixels(last['/coarse/image_raw']).reshape(-1, 3)}
    assert 4 < len(tiles) < 2000
    assert not outside['/shut/image_raw'].poll()
    catalog = robot.catalog()
    assert {topic: catalog[topic].form for topic in kinds} == {
        topic: 'clear' if topic.startswith('/clear') else 'redacted' for topic in kinds
    }


def test_a_camera_that_becomes_redacted_shows_no_face_from_then_on(robot, scene):
    robot.policy({CAMERA: camera()}, [everyone('contextual')])
    robot.start()
    outside = robot.outer.reader(CAMERA, Image, DEEP)
    publisher = robot.inner.publisher(CAMERA, Image, DEEP)
    redacts(robot, publisher, outside, scene)
    robot.policy({CAMERA: camera()}, [REDACTED], version=2)
    assert robot.reload().success
    time.sleep(0.2)
    outside.forget()
    for number in range(45):
        publisher.publish(faces.image(scene.frame(number)[0], number))
        time.sleep(1 / faces.RATE)
        outside.poll()
    came = outside.wait(30)
    assert max(shown(frame, scene) for frame in outside.typed()) == 0 and came


def test_a_compressed_image_comes_out_without_face_thumbnail_and_exif(robot, scene):
    from io import BytesIO

    from PIL import Image as Picture

    topic = CAMERA + '/compressed'
    robot.policy({topic: declared(COMPRESSED, 'contextual', redact={'faces': 'solid'})}, [REDACTED])
    robot.start()
    outside = robot.outer.reader(topic, CompressedImage, DEEP)
    publisher = robot.inner.publisher(topic, CompressedImage, DEEP)
    robot.released(topic)
    pixels, area = scene.frame(7)
    picture = Picture.fromarray(pixels)
    exif = picture.getexif()
    exif[0x010E] = 'CANARY room 412'
    for form in ('jpeg', 'png'):
        buffer = BytesIO()
        picture.save(buffer, form, exif=exif)
        message = CompressedImage(format=f'rgb8; {form} compressed bgr8', data=buffer.getvalue())
        assert b'CANARY' in buffer.getvalue()

        def looked_at():
            publisher.publish(message)
            time.sleep(0.1)
            for came in outside.typed():
                decoded = Picture.open(BytesIO(bytes(came.data)))
                assert decoded.size == picture.size and b'CANARY' not in bytes(came.data)
                if numpy.asarray(decoded.convert('RGB')).any():
                    return decoded
            return None

        came = eventually(f'a {form} that was looked at', looked_at)
        assert came.format.lower() == form and not came.getexif()
        left, top, right, bottom = (int(edge) for edge in area)
        face = numpy.asarray(came.convert('RGB'))[top + 8 : bottom - 8, left + 8 : right - 8]
        assert face.std(axis=(0, 1)).max() < 4, 'one colour, but for what JPEG adds'
        outside.forget()


def test_an_encoding_that_cannot_be_looked_at_is_blanked_and_said(robot):
    robot.policy({CAMERA: camera()}, [REDACTED])
    robot.start()
    outside = robot.outer.reader(CAMERA, Image, DEEP)
    publisher = robot.inner.publisher(CAMERA, Image, DEEP)
    robot.released(CAMERA)
    noise = numpy.random.default_rng(1).integers(1, 255, (48, 64, 3), numpy.uint8)
    odd = {'strange8': noise, 'lies about its size': noise}
    for name, pixels in odd.items():
        message = faces.image(pixels, 1, 'strange8')
        if name == 'lies about its size':
            message.encoding, message.height = 'rgb8', 5000
        publisher.publish(message)
        came = outside.wait(1) and outside.typed()[-1]
        assert is_blank(came) and came.encoding in ('mono8', 'rgb8')
        assert len(came.data) == came.height * came.step <= len(message.data)
        outside.forget()
    status = robot.status(CAMERA)
    assert status.number('blank_unknown_encoding') == 1 and status.number('blank_unfit_layout') == 1


def test_a_depth_camera_hides_the_person_that_its_colour_camera_sees(robot, scene):
    depth = '/camera/depth/image_raw'
    robot.policy(
        {
            CAMERA: declared(
                IMAGE, 'contextual', redact={'faces': 'solid', 'persons': 'solid'}, camera={'deadline': '1s'}
            ),
            depth: declared(
                IMAGE, 'contextual', redact={'persons': 'solid'}, camera={'follows': CAMERA, 'deadline': '1s'}
            ),
        },
        [REDACTED],
    )
    robot.start()
    colour, outside = robot.outer.reader(CAMERA, Image, DEEP), robot.outer.reader(depth, Image, DEEP)
    publisher, ranges = robot.inner.publisher(CAMERA, Image, DEEP), robot.inner.publisher(depth, Image, DEEP)
    redacts(robot, publisher, colour, scene)
    pixels, area = scene.frame(7)
    flat = numpy.full((faces.HEIGHT // 2, faces.WIDTH // 2), 1234, '<u2')

    def readings(frame):
        return numpy.frombuffer(frame.data, '<u2').reshape(flat.shape)

    def together():
        publisher.publish(faces.image(pixels, 7))
        ranges.publish(faces.image(flat, 7, '16UC1'))
        time.sleep(0.1)
        # Findings that come late on a busy machine are enlarged, at times to all of the picture.
        return next((frame for frame in outside.typed() if (readings(frame) == 1234).mean() > 0.2), None)

    came = eventually('a depth frame with readings beside the person', together)
    left, top, right, bottom = (int(edge) // 2 for edge in area)
    hidden = readings(came)[max(top, 0) : bottom, max(left, 0) : right]
    assert not hidden.any(), 'no reading where the person is'
    # Without the colour camera nobody knows where the person is.
    outside.forget()
    late = faces.image(flat, 3000, '16UC1')
    ranges.publish(late)
    assert is_blank(outside.wait(1) and outside.typed()[-1])
    assert robot.status(depth).number('blank_nothing_to_follow') >= 1


def test_siblings_of_a_camera_stay_inside(robot, scene):
    """What image_transport and drivers publish beside it,
    undeclared or under a glob that would let it out.
    """
    siblings = {
        '/camera/image_raw/compressed': CompressedImage,
        '/camera/image_raw/thumbnail': Image,
        '/camera/image_raw/theora': CompressedImage,
        '/camera/camera_info': CameraInfo,
    }
    robot.policy({CAMERA: camera()}, [REDACTED])
    robot.start()
    outside = [robot.outer.reader(topic, kind, DEEP) for topic, kind in siblings.items()]
    inside = [robot.inner.publisher(topic, kind, DEEP) for topic, kind in siblings.items()]
    camera_outside = robot.outer.reader(CAMERA, Image, DEEP)
    redacts(robot, robot.inner.publisher(CAMERA, Image, DEEP), camera_outside, scene)
    for publisher in inside:
        publisher.publish(publisher.msg_type())
    eventually(
        'they are known', lambda: set(robot.status('guard').values['undeclared'].split()) >= set(siblings)
    )
    assert not any(reader.poll() for reader in outside)
