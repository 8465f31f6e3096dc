# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the tests of amcp, which is $AMCP.
#
# A test is a shell function, registered with "add NAME FUNCTION"; the file ends with
# "run_tests "$@"", which answers to [--list] [--full] [--seed N] [PATTERN] with names or with TAP.
# A function runs in an empty directory of its own, under "set -eu", so the first command that fails
# fails the test; what it printed is shown then. Status 77 skips the test.

AMCP=${AMCP:?the program to test}
SKIPPED=77
names=()
functions=()

add() {
    names+=("$1")
    functions+=("$2")
}

die() {
    echo "$*" >&2
    exit 1
}

skip() {
    echo "$*" >&2
    exit $SKIPPED
}

# make_file NAME SIZE: the same bytes every time, without a short period.
make_file() {
    local made="$scratch/file.$2"
    [ -e "$made" ] || python3 - "$made" "$2" <<'PYTHON'
import random, sys
open(sys.argv[1], "wb").write(random.Random(int(sys.argv[2])).randbytes(int(sys.argv[2])))
PYTHON
    rm -f "$1"
    cp "$made" "$1"
}

# Fails unless there is one.
chips_with_psram() {
    "$AMCP" chips --json | python3 -c '
import json, sys
chips = [chip["chip"] for chip in json.load(sys.stdin)
         if any(memory["kind"] == "psram" for memory in chip["memory"])]
print(*chips, sep="\n")
sys.exit(not chips)' || die "no chip has PSRAM"
}

# fails_with STATUS PATTERN COMMAND...: ends with this status, says one line that matches, and
# prints nothing on stdout.
fails_with() {
    local status=$1 pattern=$2 actual=0
    shift 2
    "$@" >../stdout 2>../stderr || actual=$?
    [ "$actual" = "$status" ] || die "status $actual, not $status: $*: $(cat ../stderr)"
    [ "$(wc -l <../stderr)" = 1 ] || die "not one line: $*: $(cat ../stderr)"
    grep -q -e "$pattern" ../stderr || die "does not match \"$pattern\": $(cat ../stderr)"
    [ ! -s ../stdout ] || die "stdout: $(cat ../stdout)"
}

# device NAME: prints the path of a device like /dev/NAME. A program at fault that runs as root
# could replace those of the machine, so root gets a private one.
device() {
    local numbers="1 3"
    [ "$1" != full ] || numbers="1 7"
    if [ "$(id -u)" != 0 ]; then
        echo "/dev/$1"
        return
    fi
    mkdir -p ../devices
    # shellcheck disable=SC2086
    mknod "../devices/$1" c $numbers 2>/dev/null || skip "needs mknod, or not to be root"
    (: >"../devices/$1") 2>/dev/null || skip "needs a directory for devices, or not to be root"
    echo "../devices/$1"
}

# only FILE...: the directory holds these and nothing else.
only() {
    local expected actual
    expected=$(printf '%s\n' "$@" | sort)
    actual=$(ls -A | sort)
    [ "$actual" = "$expected" ] || die "files here: $(echo $actual), not: $(echo $expected)"
}

run_test() {
    local number=$1 name=$2 function=$3 status=0
    mkdir -p "$scratch/$number/here"
    (
        cd "$scratch/$number/here" || exit 1
        set -eu
        "$function"
    ) >"$scratch/log" 2>&1 </dev/null
    status=$?
    case $status in
    0) echo "ok $number - $name" ;;
    "$SKIPPED") echo "ok $number - $name # SKIP $(tail -n 1 "$scratch/log")" ;;
    *)
        echo "not ok $number - $name"
        sed 's/^/# /' "$scratch/log"
        failed=1
        ;;
    esac
}

run_tests() {
    local list=no pattern="" number=0 failed=0 i
    while [ $# -gt 0 ]; do
        case $1 in
        --list) list=yes ;;
        --full) ;;
        --seed) shift ;;
        *) pattern=$1 ;;
        esac
        shift
    done
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/amcp_test.XXXXXX") || exit 1
    chmod 755 "$scratch"
    trap 'rm -rf "$scratch"' EXIT
    for i in "${!names[@]}"; do
        case ${names[i]} in
        *"$pattern"*)
            number=$((number + 1))
            if [ $list = yes ]; then
                echo "${names[i]}"
            else
                run_test $number "${names[i]}" "${functions[i]}"
            fi
            ;;
        esac
    done
    [ $list = yes ] || echo "1..$number"
    exit $failed
}
