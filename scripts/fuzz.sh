#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: feed the driver and the simulated chips with what a fuzzer makes up, under sanitizers
#
# usage: ./run fuzz [--seconds S] [--target NAME] [--jobs N] [--json]
#        ./run fuzz --repeat FILE [--target NAME] [--trace]
#
#   --seconds S    how long in all, 60 by default; the targets share it
#   --target NAME  only this one: api (programs of calls), items (hostile items and registers) or
#                  corruption (a running driver whose items and registers are changed)
#   --jobs N       so many processes at a time; by default as many as there are processors
#   --json         print the result as JSON
#   --repeat FILE  run a target over one input. Which one is read from the file's name, such as
#                  api-crash-1234, or from its directory, unless --target says so
#   --trace        print all that happens meanwhile to stderr
#
# Begins with the inputs of tests/fuzz/corpus, and with those that earlier runs have found, which
# are kept in build/fuzz-corpus. Prints executions and edges covered now and then, and for each
# finding, which is kept in build/fuzz-findings, the command that repeats it. Exit status: 0 nothing
# was found, 1 something was, 2 for wrong usage.

COMMAND=fuzz
. "$(dirname "$0")/lib/common.sh"

# Prints where clang looks for libFuzzer, which depends on its version and on the processor.
# Nothing without clang.
fuzzer_runtime() {
    clang -fsanitize=fuzzer -x c -### /dev/null 2>&1 |
        sed -n 's/.*"\([^"]*\/libclang_rt\.fuzzer[-.][^"]*\)".*/\1/p'
}

for argument in "$@"; do
    case "$argument" in
    -h | --help)
        print_usage
        exit 0
        ;;
    esac
done
command -v python3 >/dev/null 2>&1 || need 'python3=python3'
python3 "$ROOT/tests/fuzz/run_fuzz.py" --check-arguments "$@" || exit $?
need "$NEEDS_BUILD python3=python3 clang=clang llvm=llvm-symbolizer
    libclang-rt-14-dev=@$(fuzzer_runtime) libcmocka-dev=@/usr/include/cmocka.h"
say "building (log: build/build-fuzz.log)"
build fuzz fuzz
exec python3 "$ROOT/tests/fuzz/run_fuzz.py" "$@"
