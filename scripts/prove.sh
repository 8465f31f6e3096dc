#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: prove what can be proved about the driver
#
# usage: ./run prove [wp | spin] [--json]
#        ./run prove --accept
#
#   wp        only the proof of src/core/copy_plan.h for all inputs, by Frama-C's WP and Z3
#   spin      only the model of submission, interrupt, cancel and uninstall, explored by Spin
#   --json    print the result as JSON
#   --accept  the model has been compared with the functions that have changed: remember them
#
# Prints one line for each function's goals, each scenario of the model, and each error that was
# planted in a copy of the code or the model and must be found. Uses two processors for minutes,
# and 3 GB of memory at most. docs/proofs.md says what is proved and what is not. Exit status: 0 if
# all was proved, every planted error was found and the code is the one that was modelled, 1
# otherwise, 2 for wrong usage.

COMMAND=prove
. "$(dirname "$0")/lib/common.sh"

arguments=("$@")
needs='python3=python3'
parts=''
accept=''
json=''
while [ $# -gt 0 ]; do
    case "$1" in
    -h | --help)
        print_usage
        exit 0
        ;;
    wp | spin)
        [ -z "$parts" ] || usage_error "'$1' is too much; both are proved without an argument"
        parts=$1
        ;;
    --json) json=1 ;;
    --accept) accept=1 ;;
    *) usage_error "unknown argument '$1'" ;;
    esac
    shift
done
if [ -n "$accept" ]; then
    [ -z "$parts$json" ] || usage_error "--accept stands alone"
else
    [ "$parts" = spin ] || needs="$needs frama-c-base=frama-c why3=why3 z3=z3 gcc=gcc"
    [ "$parts" = wp ] || needs="$needs spin=spin gcc=gcc libc6-dev=@/usr/include/stdlib.h"
fi

need "$needs"
PYTHONDONTWRITEBYTECODE=1 exec python3 "$ROOT/proofs/prove.py" "${arguments[@]}"
