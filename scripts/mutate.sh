#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: plant faults in the driver, one by one, and show which test kills each
#
# usage: ./run mutate [--only NAME...] [--resume] [--jobs N] [--json]
#        ./run mutate --list
#
#   --only NAME   only these faults; a file of the driver stands for the faults in it, and * for
#                 anything
#   --resume      go on after a run that was interrupted: what it found out counts, unless the tree
#                 or the fault has changed since
#   --jobs N      so many at a time, each in a copy of the tree; as many as processors by default
#   --json        print the result as JSON, and the progress to stderr
#   --list        list the faults of the table, tests/mutate/faults/; says which are stale
#
# Prints a line for each fault, the survivors with the reason, and the numbers of each area. Work is
# done in copies of the tree in build/mutate, the tree itself stays as it is.
# Exit status: 0 if at least 95 % were killed and each survivor is explained, 1 otherwise, 2 for
# wrong usage, 130 if it was interrupted.

COMMAND=mutate
. "$(dirname "$0")/lib/common.sh"

case " $* " in
*' --help '* | *' -h '*)
    print_usage
    exit 0
    ;;
esac
need 'python3=python3'
python3 "$ROOT/tests/mutate/mutate.py" --check-arguments "$@" || exit $?
case " $* " in
*' --list '*) exit 0 ;;
esac
need "$NEEDS_TEST"
exec python3 "$ROOT/tests/mutate/mutate.py" "$@"
