#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: build and run every test
#
# usage: ./run test [--list] [--full] [--seed N] [PATTERN]
#
#   --list    print the names of the tests instead, one a line
#   --full    run the whole matrix where the default samples it, and the C tests without sanitizers
#             as well as with them
#   --seed N  repeat with seed N, a number or "random"; the default is 1. The seed is printed
#   PATTERN   only tests whose name contains this; * stands for anything
#
# The last line is "N passed, N failed", with ", N skipped" behind it if there were any. Exit
# status: 0 if none failed and at least one ran, 1 otherwise, 2 for wrong usage.

COMMAND='test'
. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/firmware.sh"

case " $* " in
*' --help '* | *' -h '*)
    print_usage
    exit 0
    ;;
esac
need "$NEEDS_TEST"
python3 "$ROOT/scripts/run_tests.py" --check-arguments "$@" || exit $?
say "building (log: build/build-*.log)"
build plain
build sanitize
build thread posix_tests
build tool amcp
build_firmware esp32c3
exec python3 "$ROOT/scripts/run_tests.py" "$@"
