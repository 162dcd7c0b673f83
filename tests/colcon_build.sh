#!/usr/bin/env bash
# An ordinary colcon workspace finds both packages, builds them, and installs what runs and what launches.
#
#   tests/colcon_build.sh          discreet on top of the discreet_interfaces that tools/setup has built, with what cargo
#                                  has compiled already; then discreet_interfaces: under a minute
#   tests/colcon_build.sh --cold   both in one workspace, nothing shared: as on a robot, about seven minutes
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
source "$ROOT/.ros/env.sh"

PASSED=0 FAILED=0
promise() { # promise WORDS COMMAND...
    local words=$1
    shift
    if "$@" >"$WORKSPACE/said" 2>&1; then echo "ok      $words"; PASSED=$((PASSED + 1))
    else
        echo "FAILED  $words"
        FAILED=$((FAILED + 1))
        { grep -im 3 "error" "$WORKSPACE/said" || true; tail -n 20 "$WORKSPACE/said"; }
    fi
}
counts() { echo "$PASSED passed, $FAILED failed, ${1:-0} skipped"; }

if ! command -v colcon >/dev/null; then
    echo "SKIPPED: a colcon build needs colcon: pip install colcon-common-extensions"
    counts 1
    exit
fi

# Outside the clone, as in README.md.
WORKSPACE=$(mktemp -d)
trap 'rm -rf "$WORKSPACE"' EXIT
mkdir "$WORKSPACE/src"
ln -s "$ROOT" "$WORKSPACE/src/discreet"
cd "$WORKSPACE"
SHARE=install/discreet/share/discreet BIN=install/discreet/lib/discreet

PATHS=(--base-paths src src/discreet/interfaces)
build() { colcon build --event-handlers console_direct+ --executor sequential "${PATHS[@]}" "$@"; }
in_workspace() { bash -c 'set +u; source install/local_setup.bash && "$@"' - "$@"; }

# shellcheck disable=SC2016 # the inner shell expands it
promise "colcon finds the three packages, messages before the code" bash -c '
    colcon list --topological-order --names-only --base-paths src src/discreet/interfaces | tee names
    [[ $(sort names | paste -sd " ") == "discreet discreet_interfaces hotel_interfaces" ]] &&
        [[ $(paste -sd " " names) == *discreet_interfaces*discreet* ]]'

if [[ ${1:-} == --cold ]]; then
    promise "all packages build together" build
else
    # Cargo's own setting for intermediate results: the dependencies that are compiled already are used as they are.
    export CARGO_BUILD_BUILD_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
    promise "discreet builds on installed messages" build --packages-ignore discreet_interfaces hotel_interfaces
    promise "discreet_interfaces builds" build --packages-select discreet_interfaces
fi

promise "the guard is installed" test -x $BIN/guard
promise "the redactor is installed beside it" test -x $BIN/redactor
promise "the command-line program is installed" test -x $BIN/discreet
promise "the command-line program runs" $BIN/discreet --help
promise "programs with keys or policies load nothing but the C library" bash -c \
    "for program in keeper discreet; do ! ldd $BIN/\$program | grep -vE 'linux-vdso|ld-linux|/lib(c|m|gcc_s)\\.so' || exit 1; done"
promise "the programs with ROS load no OpenCV" bash -c \
    "for program in guard unsealer commander; do ! ldd $BIN/\$program | grep -i opencv || exit 1; done"
promise "the libraries of the guard are found" bash -c "! ldd $BIN/guard | grep 'not found'"
promise "the launch files are installed" test -f $SHARE/launch/discreet.launch.py -a -f $SHARE/launch/discreet.launch.xml -a -f $SHARE/launch/fastdds.xml
promise "the test of the lock is installed, and runs" in_workspace $BIN/lock-check --help
promise "the example is installed, and begins" in_workspace timeout --preserve-status -s INT 5 python3 $SHARE/examples/read_tags.py /scan
promise "the policies are installed" compgen -G "$SHARE/policies/*.yaml"
promise "the installed policies pass the installed check" \
    bash -c "for policy in $SHARE/policies/*.yaml; do case \$policy in *.cases.yaml) ;; *) $BIN/discreet check \$policy || exit 1 ;; esac; done"
promise "the messages are installed for Python" in_workspace python3 -c \
    'import discreet_interfaces, os.path; assert "'"$WORKSPACE"'" in discreet_interfaces.__file__
from discreet_interfaces.msg import Catalog, CatalogEntry, Tag'
promise "the messages are in the index of ROS packages" \
    test -f install/discreet_interfaces/share/ament_index/resource_index/rosidl_interfaces/discreet_interfaces
if [[ ${1:-} == --cold ]]; then
    promise "it builds again in a shell that uses the workspace" in_workspace colcon build "${PATHS[@]}"
fi
counts
((FAILED == 0))
