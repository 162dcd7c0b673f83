"""The robot: two driven wheels, a lidar on the base, and on a mast a colour and a depth camera."""

import math

# Each in the axes of base_link, which is between the wheels on the floor.
CAMERA = {'at': (0.06, 0.0, 0.9), 'width': 640, 'height': 480, 'field_of_view': math.radians(80), 'rate': 15}
DEPTH = {'at': (0.06, 0.0, 0.86), 'width': 320, 'height': 240, 'field_of_view': math.radians(80), 'rate': 5}
LIDAR = {'at': (0.0, 0.0, 0.32), 'beams': 360, 'near': 0.12, 'far': 12.0, 'rate': 10}
WHEELS = {'radius': 0.08, 'apart': 0.36}

SHELL, DARK = '0.92 0.9 0.86 1', '0.16 0.16 0.18 1'


def model(harmonic):
    return f"""    <model name="robot">
      <pose>0 0 0 0 0 0</pose>
      <link name="base_link">
        <inertial><pose>0 0 0.14 0 0 0</pose><mass>14</mass>
          <inertia><ixx>0.3</ixx><iyy>0.3</iyy><izz>0.35</izz><ixy>0</ixy><ixz>0</ixz><iyz>0</iyz></inertia></inertial>
        <collision name="body_shape"><pose>0 0 0.16 0 0 0</pose>
          <geometry><cylinder><radius>0.2</radius><length>0.18</length></cylinder></geometry></collision>
        <visual name="body"><pose>0 0 0.16 0 0 0</pose>
          <geometry><cylinder><radius>0.2</radius><length>0.18</length></cylinder></geometry>{paint(SHELL)}</visual>
        <visual name="mast"><pose>-0.06 0 0.56 0 0 0</pose>
          <geometry><cylinder><radius>0.025</radius><length>0.66</length></cylinder></geometry>{paint(DARK)}</visual>
        <visual name="head"><pose>-0.02 0 0.9 0 0 0</pose>
          <geometry><box><size>0.1 0.22 0.12</size></box></geometry>{paint(SHELL)}</visual>
{caster('front', 0.15)}{caster('rear', -0.15)}{sensors(harmonic)}      </link>
{wheel('left', 1)}{wheel('right', -1)}{drive(harmonic)}
    </model>"""


def paint(colour):
    return f'<material><ambient>{colour}</ambient><diffuse>{colour}</diffuse></material>'


def caster(name, x):
    return f"""        <collision name="caster_{name}"><pose>{x} 0 0.0302 0 0 0</pose>
          <geometry><sphere><radius>0.03</radius></sphere></geometry>
          <surface><friction><ode><mu>0</mu><mu2>0</mu2></ode></friction></surface></collision>
"""


def wheel(name, side):
    radius, y = WHEELS['radius'], side * WHEELS['apart'] / 2
    shape = f'<geometry><cylinder><radius>{radius}</radius><length>0.04</length></cylinder></geometry>'
    return f"""      <link name="{name}_wheel">
        <pose>0 {y} {radius} -1.570796 0 0</pose>
        <inertial><mass>0.8</mass>
          <inertia><ixx>0.0015</ixx><iyy>0.0015</iyy><izz>0.0026</izz><ixy>0</ixy><ixz>0</ixz><iyz>0</iyz></inertia></inertial>
        <collision name="tyre_shape"><geometry><sphere><radius>{radius}</radius></sphere></geometry>
          <surface><friction><ode><mu>1</mu><mu2>1</mu2></ode></friction></surface></collision>
        <visual name="tyre">{shape}{paint(DARK)}</visual>
      </link>
      <joint name="{name}_wheel_joint" type="revolute">
        <parent>base_link</parent><child>{name}_wheel</child>
        <axis><xyz>0 0 1</xyz><limit><lower>-1e16</lower><upper>1e16</upper></limit></axis>
      </joint>
"""


def sensors(harmonic):
    """Harmonic has other names for two sensors, and needs the names of topics and frames,
    which the adapter has.
    """
    return (
        camera('camera', 'camera', CAMERA, 'R8G8B8', (0.05, 50), 'camera/image_raw', harmonic)
        + camera(
            'depth',
            'depth_camera' if harmonic else 'depth',
            DEPTH,
            'R_FLOAT32' if harmonic else 'L8',
            (0.1, 10),
            'camera/depth/image_rect_raw',
            harmonic,
        )
        + lidar(harmonic)
    )


def camera(name, kind, has, pixels, clip, topic, harmonic):
    return f"""        <sensor name="{name}" type="{kind}">
          <pose>{place(has)} 0 0 0</pose><always_on>true</always_on><update_rate>{has['rate']}</update_rate>
          {f'<topic>{topic}</topic>' if harmonic else '<visualize>false</visualize>'}
          <camera>{f'<optical_frame_id>{name}_optical</optical_frame_id>' if harmonic else ''}
            <horizontal_fov>{has['field_of_view']:.6f}</horizontal_fov>
            <image><width>{has['width']}</width><height>{has['height']}</height><format>{pixels}</format></image>
            <clip><near>{clip[0]}</near><far>{clip[1]}</far></clip></camera>
        </sensor>
"""


def lidar(harmonic):
    step = 2 * math.pi / LIDAR['beams']
    shape = 'lidar' if harmonic else 'ray'
    topic = (
        '<topic>scan</topic><gz_frame_id>laser</gz_frame_id>' if harmonic else '<visualize>false</visualize>'
    )
    return f"""        <sensor name="lidar" type="{'gpu_lidar' if harmonic else 'ray'}">
          <pose>{place(LIDAR)} 0 0 0</pose>
          <always_on>true</always_on><update_rate>{LIDAR['rate']}</update_rate>
          {topic}
          <{shape}><scan><horizontal><samples>{LIDAR['beams']}</samples><resolution>1</resolution>
              <min_angle>{-math.pi:.6f}</min_angle>
              <max_angle>{math.pi - step:.6f}</max_angle></horizontal></scan>
            <range><min>{LIDAR['near']}</min><max>{LIDAR['far']}</max><resolution>0.01</resolution></range></{shape}>
        </sensor>
"""


def place(has):
    return ' '.join(f'{part:g}' for part in has['at'])


def drive(harmonic):
    joints = '<left_joint>left_wheel_joint</left_joint><right_joint>right_wheel_joint</right_joint>'
    if not harmonic:
        return (
            f'      <plugin name="drive" filename="libDiffDrivePlugin.so">{joints}<torque>6</torque></plugin>'
        )
    return f"""      <plugin filename="gz-sim-diff-drive-system" name="gz::sim::systems::DiffDrive">{joints}
        <wheel_separation>{WHEELS['apart']}</wheel_separation><wheel_radius>{WHEELS['radius']}</wheel_radius>
        <topic>cmd_vel</topic><odom_topic>odom</odom_topic><tf_topic>tf</tf_topic>
        <odom_publish_frequency>50</odom_publish_frequency><frame_id>odom</frame_id><child_frame_id>base_link</child_frame_id>
      </plugin>"""
