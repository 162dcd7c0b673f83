"""Builds two versions of a message package: the same names, other fields.
Kept in .ros, so only the first run waits.
"""

import glob
import hashlib
import os
import subprocess
import sys

from process import REPOSITORY

NAME = 'discreet_probe_msgs'
FIELDS = {1: 'int32 number\nstring text\n', 2: 'int32 number\nfloat64 value\n'}
CMAKE = f"""cmake_minimum_required(VERSION 3.22)
project({NAME})
find_package(ament_cmake REQUIRED)
find_package(rosidl_default_generators REQUIRED)
rosidl_generate_interfaces(${{PROJECT_NAME}} msg/Probe.msg)
ament_package()
"""
PACKAGE = f"""<package format="3">
  <name>{NAME}</name><version>0.{{version}}.0</version><description>For a test.</description>
  <maintainer email="nobody@discreet.invalid">nobody</maintainer><license>Apache-2.0</license>
  <buildtool_depend>ament_cmake</buildtool_depend><buildtool_depend>rosidl_default_generators</buildtool_depend>
  <exec_depend>rosidl_default_runtime</exec_depend><member_of_group>rosidl_interface_packages</member_of_group>
  <export><build_type>ament_cmake</build_type></export>
</package>
"""


def probe_messages():
    """The environment that has each version of the package, by its number."""
    builds = {version: build(version) for version in FIELDS}  # side by side
    return {version: finished() for version, finished in builds.items()}


def build(version):
    files = {
        'msg/Probe.msg': FIELDS[version],
        'CMakeLists.txt': CMAKE,
        'package.xml': PACKAGE.format(version=version),
    }
    content = repr((files, os.environ['AMENT_PREFIX_PATH'], sys.version)).encode()
    folder = REPOSITORY / '.ros' / 'probe' / hashlib.sha256(content).hexdigest()[:16]
    prefix, done = folder / 'install', folder / 'done'
    process = None
    if not done.exists():
        for name, text in files.items():
            (folder / 'src' / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / 'src' / name).write_text(text)
        configure = [
            'cmake',
            '-S',
            folder / 'src',
            '-B',
            folder / 'build',
            f'-DCMAKE_INSTALL_PREFIX={prefix}',
            '-DBUILD_TESTING=OFF',
            f'-DPython3_EXECUTABLE={sys.executable}',
            '-DPython3_FIND_VIRTUALENV=FIRST',
        ]
        shell = [
            'sh',
            '-ec',
            '"$@" && exec cmake --build "$0" --parallel 2 --target install',
            folder / 'build',
            *configure,
        ]
        process = subprocess.Popen(shell, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finished():
        if process:
            output, _ = process.communicate()
            assert process.returncode == 0, output
            done.touch()
        python = glob.glob(f'{prefix}/lib/python3*/site-packages') + glob.glob(
            f'{prefix}/local/lib/python3*/dist-packages'
        )
        before = {
            'AMENT_PREFIX_PATH': str(prefix),
            'LD_LIBRARY_PATH': f'{prefix}/lib',
            'PYTHONPATH': python[0],
        }
        return {name: f'{value}:{os.environ.get(name, "")}' for name, value in before.items()}

    return finished
