#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: count what a copy costs on a chip, in executed instructions
#
# usage: ./run bench [--chip NAME] [--json] [--check]
#
#   --chip NAME  the chip, esp32c3 by default
#   --json       print JSON
#   --check      exit with 1 if a budget is exceeded
#
# The numbers are exact: they are counted on the emulated chip, not timed.

COMMAND=bench
. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/firmware.sh"

chip=esp32c3
arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
    -h | --help)
        print_usage
        exit 0
        ;;
    --json | --check) arguments+=("$1") ;;
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
build tool bench
build_firmware "$chip"
images="$BUILD/firmware-$chip"
exec "$BUILD/tool/bench/bench" --chip "$chip" "${arguments[@]}" \
    "$images/bench.elf" "$images/minimal-board.elf.map"
