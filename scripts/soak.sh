#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: run random programs on the simulated chips for a time, against an oracle
#
# usage: ./run soak [--seconds S | --programs N] [--seed N] [--chip C] [--json] [--trace]
#
#   --seconds S   how long, 120 by default
#   --programs N  run so many programs instead, however long it takes
#   --seed N      of the first program, a number or "random"; the default is 1. Each program has a
#                 seed of its own, the next number
#   --chip C      esp32c3 or esp32s3; without it each program's seed chooses
#   --json        print the result as JSON
#   --trace       print all that the programs do to stderr; for a single one
#
# As many programs run at a time as there are processors. Prints requests, bytes, callbacks by
# status and faults by kind; after a failure also the command that repeats it. Exit status: 0 if
# nothing failed, 1 otherwise, 2 for wrong usage.

COMMAND=soak
. "$(dirname "$0")/lib/common.sh"

arguments=()
seconds=120
seed=1
workers=$JOBS
while [ $# -gt 0 ]; do
    case "$1" in
    -h | --help)
        print_usage
        exit 0
        ;;
    --json | --trace) arguments+=("$1") ;;
    --seconds | --programs | --seed | --chip)
        [ $# -ge 2 ] || usage_error "$1 needs a value"
        case "$1=$2" in
        --chip=esp32c3 | --chip=esp32s3) arguments+=("$1" "$2") ;;
        --chip=*) usage_error "unknown chip '$2'; known: esp32c3, esp32s3" ;;
        --seed=random) seed=$(od -A n -t u4 -N 4 /dev/urandom | tr -d ' ') ;;
        *=*[!0-9]* | *=) usage_error "$1 takes a number, not '$2'" ;;
        *=???????????*) usage_error "$1 takes at most ten digits, not '$2'" ;;
        --seconds=0 | --programs=0) usage_error "$1 must be above 0" ;;
        --seed=*) seed=$2 ;;
        --seconds=*) seconds=$2 ;;
        --programs=*)
            arguments+=("$1" "$2")
            [ "$2" != 1 ] || workers=1
            ;;
        esac
        shift
        ;;
    *) usage_error "unknown argument '$1'" ;;
    esac
    shift
done

need "$NEEDS_BUILD libcmocka-dev=@/usr/include/cmocka.h"
say "building (log: build/build-plain.log)"
build plain soak
[ "$workers" -le 16 ] || workers=16
exec "$BUILD/plain/soak" --seconds "$seconds" --seed "$seed" --workers "$workers" "${arguments[@]}"
