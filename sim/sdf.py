"""Writes the lobby as SDF: for Gazebo classic 11, and the same for Gazebo Harmonic (checked for syntax only,
never run).
"""

from sim import robot

CLASSIC, HARMONIC = 'classic', 'harmonic'
PICTURES = 'models/lobby/materials/textures'


def world(things, simulator):
    version = '1.7' if simulator == CLASSIC else '1.9'
    return f"""<?xml version="1.0"?>
<!-- Written by sim/lobby.py, which has the description for both versions of Gazebo. -->
<sdf version="{version}">
  <world name="lobby">
    <physics name="steps" type="ode">
      <max_step_size>0.002</max_step_size><real_time_factor>1</real_time_factor>
      <real_time_update_rate>500</real_time_update_rate></physics>
    <gravity>0 0 -9.8</gravity>
    <scene><ambient>0.62 0.58 0.52 1</ambient><background>0.62 0.72 0.8 1</background>
      <shadows>false</shadows></scene>
    <light name="lamps" type="directional">
      <cast_shadows>false</cast_shadows><pose>0 0 10 0 0 0</pose><direction>0.55 -0.3 -0.8</direction>
      <diffuse>0.62 0.56 0.46 1</diffuse><specular>0.05 0.05 0.05 1</specular>
    </light>
{SYSTEMS if simulator == HARMONIC else ACTOR}
    <model name="lobby">
      <static>true</static>
      <link name="things">
        <collision name="ground">
          <geometry><plane><normal>0 0 1</normal><size>40 40</size></plane></geometry></collision>
{''.join(thing_xml(thing, simulator) for thing in things)}      </link>
    </model>
{robot.model(simulator == HARMONIC)}
  </world>
</sdf>
"""


def thing_xml(thing, simulator):
    x, y, z = thing.at
    pose = f'{x:g} {y:g} {z:g} 0 0 0'
    xml = (
        f'        <visual name="{thing.name}"><pose>{pose}</pose>{box(thing.size)}'
        f'{material(thing, simulator)}</visual>\n'
    )
    if thing.solid is not False:
        deep, wide, high = thing.size
        if thing.solid is not True:
            # A guest: narrower than the picture, and with depth.
            deep, wide, x = thing.solid, wide * 0.6, x + thing.solid / 2
        pose = f'{x:g} {y:g} {z:g} 0 0 0'
        xml += (
            '        <collision'
            f' name="{thing.name}_shape"><pose>{pose}</pose>{box((deep, wide, high))}</collision>\n'
        )
    return xml


def box(size):
    return f'<geometry><box><size>{" ".join(f"{side:g}" for side in size)}</size></box></geometry>'


def material(thing, simulator):
    if thing.look.startswith('#'):
        red, green, blue = (int(thing.look[at : at + 2], 16) / 255 for at in (1, 3, 5))
        colour = f'{red:.3f} {green:.3f} {blue:.3f} {1 - thing.clear:g}'
        clear = f'<transparency>{thing.clear:g}</transparency>' if thing.clear else ''
        return (
            f'{clear}<material><ambient>{colour}</ambient><diffuse>{colour}</diffuse><specular>0 0 0'
            ' 1</specular></material>'
        )
    if simulator == CLASSIC:
        return (
            '<material><script><uri>model://lobby/materials/scripts</uri><uri>model://lobby/materials/textures</uri>'
            f'<name>lobby/{thing.look}</name></script></material>'
        )
    picture = f'{PICTURES}/{thing.look}.png'
    return (
        f'<material><diffuse>1 1 1 1</diffuse><pbr><metal><albedo_map>{picture}</albedo_map>'
        f'<emissive_map>{picture}</emissive_map><metalness>0</metalness><roughness>1</roughness></metal></pbr></material>'
    )


def materials(looks):
    """Scripts of OGRE. Pictures include their lighting;
    transparent parts are cut out, for depth cameras too.
    """
    return '\n'.join(
        f"""material lobby/{look}
{{
  technique
  {{
    pass
    {{
      lighting off
      alpha_rejection greater 110
      texture_unit
      {{
        texture {look}.png
        tex_address_mode clamp
        filtering anisotropic
        max_anisotropy 8
      }}
    }}
  }}
}}
"""
        for look in looks
    )


# A person who walks to and fro in the lounge. The mesh is part of Gazebo classic; Harmonic has none.
ACTOR = """    <actor name="walker">
      <skin><filename>walk.dae</filename><scale>1.0</scale></skin>
      <animation name="walking"><filename>walk.dae</filename><scale>1.0</scale>
        <interpolate_x>true</interpolate_x></animation>
      <script>
        <trajectory id="0" type="walking">
          <waypoint><time>0</time><pose>5.5 -1.1 0 0 0 -1.57</pose></waypoint>
          <waypoint><time>3</time><pose>5.5 -2.6 0 0 0 -1.57</pose></waypoint>
          <waypoint><time>3.5</time><pose>5.5 -2.6 0 0 0 1.57</pose></waypoint>
          <waypoint><time>6.5</time><pose>5.5 -1.1 0 0 0 1.57</pose></waypoint>
          <waypoint><time>7</time><pose>5.5 -1.1 0 0 0 -1.57</pose></waypoint>
        </trajectory>
      </script>
    </actor>"""

SYSTEMS = """    <plugin filename="gz-sim-physics-system" name="gz::sim::systems::Physics"/>
    <plugin filename="gz-sim-user-commands-system" name="gz::sim::systems::UserCommands"/>
    <plugin filename="gz-sim-scene-broadcaster-system" name="gz::sim::systems::SceneBroadcaster"/>
    <plugin filename="gz-sim-sensors-system" name="gz::sim::systems::Sensors">
      <render_engine>ogre2</render_engine></plugin>"""
