# shellcheck shell=bash
# Gazebo classic 11 in a chroot of Debian 11, the last release with it. Sourced by tools/setup.

GAZEBO_ROOT="$ROOT/.ros/gazebo" GAZEBO_WHY="$ROOT/.ros/gazebo.why" GAZEBO_LOG="$ROOT/.ros/log/gazebo.log" GAZEBO_JOB=
GAZEBO_PACKAGES=gazebo,gazebo-plugin-base,xvfb,libgl1-mesa-dri
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Makes the chroot in the background (a minute and a half, 900 MB). If that fails, `end_gazebo` reports the reason.
begin_gazebo() {
    local why
    gazebo_is_ready && return
    rm -rf --one-file-system "$GAZEBO_ROOT" "$GAZEBO_WHY"
    if why=$(no_gazebo_here); then echo "$why" >"$GAZEBO_WHY"; return; fi
    mkdir -p "${GAZEBO_LOG%/*}"
    echo "Gazebo is being installed in the background: $GAZEBO_LOG"
    set -m # a process group of its own, so that stopping us stops all of it
    strictly make_gazebo >"$GAZEBO_LOG" 2>&1 </dev/null 9>&- &
    GAZEBO_JOB=$!
    set +m
    trap 'stop_gazebo_job' EXIT
}

# Waits for it. Returns 1 if there is no Gazebo; the reason is in .ros/gazebo.why for later users.
end_gazebo() {
    local started
    started=$(now)
    if [[ -n $GAZEBO_JOB ]]; then
        wait "$GAZEBO_JOB" || echo "mmdebstrap failed: $(grep -E '^E:' "$GAZEBO_LOG" | head -n 1 || true) ($GAZEBO_LOG)" >"$GAZEBO_WHY"
        GAZEBO_JOB=
        trap - EXIT
        [[ -f $GAZEBO_WHY ]] || printf '  %sdone%s Gazebo (%s more)\n' "$GREEN" "$PLAIN" "$(elapsed "$started")"
    fi
    [[ -f $GAZEBO_WHY ]] || return 0
    printf '%sNo Gazebo:%s %s\n' "$RED" "$PLAIN" "$(cat "$GAZEBO_WHY")"
    return 1
}

stop_gazebo_job() {
    [[ -z $GAZEBO_JOB ]] || kill -- "-$GAZEBO_JOB" 2>/dev/null || true
    rm -rf --one-file-system "$GAZEBO_ROOT.new"
}

gazebo_is_ready() { # one that is named in DISCREET_GAZEBO is used unchanged
    [[ -x ${DISCREET_GAZEBO:-/nowhere}/usr/bin/gzserver ]] && return
    [[ $(cat "$GAZEBO_ROOT/made-by" 2>/dev/null) == "$(gazebo_stamp)" ]]
}

gazebo_stamp() { echo "$GAZEBO_PACKAGES $(declare -f make_gazebo)" | sha256sum; }

# Prints the reason if it cannot be made; fails if it can.
no_gazebo_here() {
    if [[ $(uname -m) != x86_64 ]]; then echo "its packages are for x86-64, and this machine is $(uname -m)."
    elif ((EUID)); then echo "its chroot needs root: run tools/setup --gazebo as root."
    elif ! has mmdebstrap && ! has apt-get; then echo "mmdebstrap is missing, and there is no apt to install it."
    elif [[ -z $(debian_mirror) ]]; then
        echo "this system has no package source of Debian; name a mirror with bullseye: DISCREET_DEBIAN_MIRROR=http://... tools/setup --gazebo"
    else return 1; fi
}

make_gazebo() {
    local new="$GAZEBO_ROOT.new" keyring=()
    if ! has mmdebstrap; then
        apt-get update
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends mmdebstrap
    fi
    [[ -f $KEYRING ]] && keyring=(--keyring="$KEYRING")
    rm -rf --one-file-system "$new"
    mmdebstrap --mode=root --variant=apt "${keyring[@]}" --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --include="$GAZEBO_PACKAGES" bullseye "$new" "$(debian_mirror)"
    [[ -x $new/usr/bin/gzserver ]]
    gazebo_stamp >"$new/made-by"
    mv "$new" "$GAZEBO_ROOT"
}

# The first source of this machine that is Debian itself: of its own release, with main, and not the security updates.
# Vendor repositories with the same release name have another path; mmdebstrap also checks Debian's signature.
debian_mirror() {
    [[ -n ${DISCREET_DEBIAN_MIRROR:-} ]] && { echo "$DISCREET_DEBIAN_MIRROR"; return; }
    local codename
    # shellcheck disable=SC1090 # a file of the system, or of a test
    codename=$(. "${OS_RELEASE:-/etc/os-release}" && [[ $ID == debian ]] && echo "${VERSION_CODENAME:-}") || return 0
    debian_sources | awk -v codename="$codename" '
        $2 == codename && / main( |$)/ && $1 ~ /^https?:/ && $1 ~ /\/debian\/?$/ { print $1; exit }'
}

# Each as `URI suite component...`, from both formats of apt.
debian_sources() {
    local apt=${APT_SOURCES:-/etc/apt}
    { cat "$apt/sources.list" "$apt"/sources.list.d/*.list 2>/dev/null || true; } |
        sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?//p' | tr -s '[:blank:]' ' '
    local file
    for file in "$apt"/sources.list.d/*.sources; do
        [[ -f $file ]] || continue
        # One line for each stanza's URIs and suites; an empty line ends a stanza, a line that begins with a blank continues the previous one.
        { grep -v '^#' "$file"; echo; } | awk '
            function tell(   u, s, i, j, n, m) {
                if (types ~ /(^| )deb( |$)/ && enabled != "no") {
                    n = split(uris, u, " "); m = split(suites, s, " ")
                    for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print u[i], s[j], components
                }
                types = uris = suites = components = enabled = field = ""
            }
            /^[ \t]*$/ { tell(); next }
            /^[^ \t]+:/ { field = tolower($1); sub(/^[^:]+:[ \t]*/, "") }
            { value = $0; sub(/^[ \t]+/, "", value); value = " " value }
            field == "types:" { types = types value }
            field == "uris:" { uris = uris value }
            field == "suites:" { suites = suites value }
            field == "components:" { components = components value }
            field == "enabled:" { enabled = tolower(substr(value, 2)) }' | tr -s ' ' ' '
    done
}
