# shellcheck shell=bash
# Output of the tools: progress, durations, errors with remedies. Sourced by the tools; $ROOT is the repository, and logs
# go to .ros/log.

# shellcheck disable=SC2034 # the tools use them
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else BOLD='' DIM='' RED='' GREEN='' PLAIN=''; fi

# die ERROR [REMEDY...]
die() {
    printf '\n%serror:%s %s\n' "$RED" "$PLAIN" "$1" >&2
    shift
    (($#)) && printf '  %s\n' "$@" >&2
    exit 1
}

now() { printf '%s' "${EPOCHREALTIME/[.,]/}"; } # microseconds
elapsed() { local us=$(($(now) - $1)); printf '%d.%d s' $((us / 1000000)) $((us / 100000 % 10)); }

# run NAME COMMAND...: runs it with its output in .ros/log/NAME.log, and shows the last line on the terminal.
run() {
    local name=$1 started line log child status=0 next=20
    shift
    mkdir -p "$ROOT/.ros/log"
    log="$ROOT/.ros/log/${name// /-}.log"
    started=$(now)
    set -m # a process group of its own, so that stopping us stops all of it
    "$@" >"$log" 2>&1 </dev/null &
    child=$!
    set +m
    trap 'kill -- -$child 2>/dev/null; exit 130' INT TERM
    while kill -0 $child 2>/dev/null; do
        if [[ -t 1 ]]; then
            line=$(tail -c 400 "$log" | tr '\r\t' '\n ' | sed '/^ *$/d' | tail -n 1 | tr -cd '[:print:]' | cut -c 1-50)
            printf '\r\e[K  %s %s%s%s' "$name" "$DIM" "$(elapsed "$started") $line" "$PLAIN"
        elif (($(now) - started > next * 1000000)); then
            printf '  %s: %s so far\n' "$name" "$(elapsed "$started")"
            ((next *= 2))
        fi
        sleep 0.2
    done
    wait $child || status=$?
    trap - INT TERM
    [[ -t 1 ]] && printf '\r\e[K'
    if ((status)); then
        tail -n 30 "$log" >&2
        die "$name failed after $(elapsed "$started") (exit status $status)." "Its whole output: $log"
    fi
    printf '  %sdone%s %s (%s)\n' "$GREEN" "$PLAIN" "$name" "$(elapsed "$started")"
}
