#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: stream a file through the driver on two simulated chips and verify every byte
#
# usage: ./run demo [FILE]
#
# Builds the program amcp and copies FILE (without one, a file of some 3 MiB made of this tree's
# sources) through esp_async_memcpy with eight requests in flight: on an ESP32-C3 in internal RAM,
# on an ESP32-S3 from external to internal RAM and back. Prints what happened, compares each copy
# with the original byte by byte, and draws pictures of it in build/demo.

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

pictures="$BUILD/demo"
mkdir -p "$pictures"

copy() { # TITLE FROM TO OPTION...: copies a file, compares, and prints the head of the report
    local title=$1 from=$2 to=$3
    shift 3
    echo "$title"
    "$BUILD/tool/amcp" copy --backlog 8 "$@" "$from" "$to" >"$work/report" ||
        fail "the copy failed (message above)"
    cmp -- "$from" "$to" || fail "the copy differs from the original"
    sed -n '/^CPU spared/,$!s/^/  /p' "$work/report"
    rm -f "$work/report"
}

copy "ESP32-C3, file -> SRAM -> SRAM -> file" "$input" "$work/c3" --chip esp32c3
copy "ESP32-S3, file -> PSRAM -> SRAM -> file" "$input" "$work/s3" \
    --chip esp32s3 --from psram --to sram --timeline "$pictures/psram-to-sram.svg"
copy "ESP32-S3, and back: file -> SRAM -> PSRAM -> file" "$work/s3" "$work/back" \
    --chip esp32s3 --from sram --to psram --window 0:500 \
    --timeline "$pictures/sram-to-psram.svg" --trace "$pictures/sram-to-psram.json"

cmp -- "$input" "$work/back" || fail "the copy differs from the original"
cat <<END
Simulated times rest on the model's assumptions about the bus; they are no measurement of silicon.
verified: cmp finds all $(wc -c <"$work/back") bytes equal to the original after each copy
pictures, for any web browser (docs/timeline.md explains them):
  ${pictures#"$PWD/"}/psram-to-sram.svg
  ${pictures#"$PWD/"}/sram-to-psram.svg   its first 500 us; as a trace, for ui.perfetto.dev:
  ${pictures#"$PWD/"}/sram-to-psram.json
END
