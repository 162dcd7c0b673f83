"""The fields beside the pixels, over real DDS: strings that say more than they should, and a false size."""

import pytest
from sensor_msgs.msg import CameraInfo, Image

import faces
from faces import is_blank
from rules import declared, everyone
from test_redaction import CAMERA, DEEP, REDACTED, camera, pytestmark, redacts  # noqa: F401 (the marks)


@pytest.fixture(scope='module')
def scene():
    return faces.Scene()


def test_strings_beside_the_pixels_and_lies_about_the_size_do_not_leave(robot, scene):
    info = declared('sensor_msgs/msg/CameraInfo', 'contextual')
    clear = everyone('/camera/camera_info', **{'as': 'clear'})
    robot.policy({CAMERA: camera(), '/camera/camera_info': info}, [REDACTED, clear])
    robot.start()
    outside = robot.outer.reader(CAMERA, Image, DEEP)
    infos = robot.outer.reader('/camera/camera_info', CameraInfo, DEEP)
    publisher = robot.inner.publisher(CAMERA, Image, DEEP)
    calibration = robot.inner.publisher('/camera/camera_info', CameraInfo, DEEP)
    redacts(robot, publisher, outside, scene)

    named = faces.image(scene.frame(0)[0], 0)
    named.header.frame_id = 'Ada Lovelace card 4111 1111 1111 1111'
    publisher.publish(named)
    came = outside.wait(1) and outside.typed()[-1]
    assert came.header.frame_id == 'camera' and not is_blank(came)
    outside.forget()

    robot.released('/camera/camera_info')
    calibration.publish(CameraInfo(width=faces.WIDTH, height=faces.HEIGHT))
    infos.wait(1)
    lie = faces.image(scene.frame(1)[0], 1)
    lie.encoding, lie.width, lie.step = 'mono8', faces.WIDTH * 3, faces.WIDTH * 3
    publisher.publish(lie)
    came = outside.wait(1) and outside.typed()[-1]
    assert is_blank(came) and robot.status(CAMERA).number('blank_misdeclared') == 1
