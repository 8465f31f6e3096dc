#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: stream a file through the driver on a simulated ESP32-C3 and verify every byte
#
# usage: ./run demo [FILE]
#
# Builds the program amcp, copies FILE (without one, a file of some 3 MiB made of this tree's
# sources) through esp_async_memcpy on a simulated ESP32-C3 with eight requests in flight, prints
# what happened, and compares the copy with the original byte by byte.

COMMAND=demo
. "$(dirname "$0")/lib/common.sh"

case "${1-}" in
-h | --help)
    print_usage
    exit 0
    ;;
--) shift ;;
-?*) usage_error "unknown option '$1'" ;;
esac
[ $# -le 1 ] || usage_error "one FILE at most, not $#"
if [ $# -eq 1 ]; then
    [ -e "$1" ] || fail "'$1' does not exist"
    [ -f "$1" ] || fail "'$1' is not a regular file"
    [ -r "$1" ] || fail "'$1' cannot be read by this user"
fi

need "$NEEDS_BUILD"
build tool amcp

work=$(mktemp -d "${TMPDIR:-/tmp}/async_memcpy_demo.XXXXXX")
trap 'rm -rf "$work"' EXIT

# 3 MiB and an odd tail: larger than the chip's memory, and no multiple of anything.
make_input() {
    local size=$((3 * 1024 * 1024 + 13))
    find "$ROOT/include" "$ROOT/src" "$ROOT/ports" "$ROOT/sim" -name '*.[ch]' -print0 |
        LC_ALL=C sort -z | xargs -0 cat >"$work/sources"
    while [ "$(wc -c <"$work/input")" -lt "$size" ]; do
        cat "$work/sources" >>"$work/input"
    done
    truncate -s "$size" "$work/input"
}

input=${1-}
if [ -z "$input" ]; then
    : >"$work/input"
    make_input
    input="$work/input"
fi

case "$input" in
-*) input="./$input" ;;
esac
"$BUILD/tool/amcp" copy --chip esp32c3 --backlog 8 "$input" "$work/output" ||
    fail "the copy failed (message above)"
cmp -- "$input" "$work/output" || fail "the copy differs from the original"
echo "verified: cmp finds all $(wc -c <"$work/output") bytes equal to the original"
