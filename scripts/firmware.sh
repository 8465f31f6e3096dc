#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: build the firmware images and run them on the emulated chip
#
# usage: ./run firmware [--chip NAME] [--build-only]
#
#   --chip NAME   the chip, esp32c3 by default
#   --build-only  only build and check the images; they lie in build/firmware-NAME then, NAME.elf
#                 for emulators and NAME-board.elf for boards (docs/boards.md)
#
# Exit status: 0 if all images ran well, 1 otherwise, 2 for wrong usage.

COMMAND=firmware
. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/firmware.sh"

chip=esp32c3
build_only=''
while [ $# -gt 0 ]; do
    case "$1" in
    -h | --help)
        print_usage
        exit 0
        ;;
    --build-only) build_only=yes ;;
    --chip)
        [ $# -ge 2 ] || usage_error "--chip needs a value"
        chip=$2
        shift
        ;;
    *) usage_error "unknown argument '$1'" ;;
    esac
    shift
done

require_chip "$chip"
need "$NEEDS_FIRMWARE"
build tool amcp
build_firmware "$chip"

images="$BUILD/firmware-$chip"
mapfile -t names <"$images/images.txt"
python3 "$ROOT/scripts/check_image.py" "${names[@]/#/$images/}"
python3 "$ROOT/scripts/check_iram.py" "${names[@]/#/$images/}"
if [ -n "$build_only" ]; then
    exit 0
fi

failed=0
for name in "${names[@]}"; do
    case "$name" in
    *-board.elf) continue ;;
    esac
    echo "== $name on the emulated $chip"
    "$BUILD/tool/amcp" boot --chip "$chip" "$images/$name" || {
        echo "== $name: failed"
        failed=1
    }
done
exit $failed
