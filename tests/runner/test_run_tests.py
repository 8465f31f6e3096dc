#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That scripts/run_tests.py counts what happened, also when a test program misbehaves."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

SECONDS_MAX = 60
HEAD = """\
case "$*" in
*--list*) printf '%s\\n' one two three; exit 0 ;;
esac
echo 1..3
"""
PASSING = HEAD + "echo 'ok 1 - one'; echo 'ok 2 - two'; echo 'ok 3 - three'\n"
# Answers to a pattern as the C programs do.
FILTERING = """\
names='one two three'
for last; do :; done
case "$*" in
*--list*) printf '%s\\n' $names; exit 0 ;;
esac
for name in $names; do
    case "$last" in one | two | three) [ "$name" = "$last" ] || continue ;; esac
    echo "ok 1 - $name"
done
"""


def run_tests(program, *arguments):
    """Returns the exit status, the last line and all output of the runner over one program."""
    with tempfile.TemporaryDirectory() as directory:
        script = os.path.join(directory, "program.sh")
        programs = os.path.join(directory, "programs")
        with open(script, "w", encoding="utf-8") as file:
            file.write(program)
        with open(programs, "w", encoding="utf-8") as file:
            file.write(f"fake/program bash {script}\n")
        result = subprocess.run(
            [sys.executable, os.path.join(ROOT, "scripts", "run_tests.py"), "--programs", programs,
             *arguments], capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
    return result.returncode, (result.stdout.splitlines() or [""])[-1], result.stdout


def expect(program, status, last_line, *arguments, text=""):
    actual = run_tests(program, *arguments)
    expected = (status, last_line)
    assert actual[:2] == expected, f"{actual[:2]}, not {expected}:\n{actual[2]}"
    assert text in actual[2], f"'{text}' is not in:\n{actual[2]}"


def all_pass():
    expect(PASSING, 0, "3 passed, 0 failed")


def one_fails():
    expect(HEAD + "echo 'ok 1 - one'; echo 'not ok 2 - two'; echo '# why'; echo 'ok 3 - three'\n"
           "exit 1\n", 1, "2 passed, 1 failed", text="failed: fake/program/two\n    # why")


def failure_wins_over_exit_status_0():
    expect(HEAD + "echo 'ok 1 - one'; echo 'not ok 2 - two'; echo 'ok 3 - three'\n", 1,
           "2 passed, 1 failed")


def skipped_in_both_notations():
    expect(HEAD + "echo 'ok 1 - one # SKIP not here'; echo 'not ok 2 # SKIP two'\n"
           "echo 'ok 3 - three'\n", 0, "1 passed, 0 failed, 2 skipped")


def only_skipped_is_not_success():
    expect(HEAD + "for name in one two three; do echo \"ok 1 - $name # SKIP\"; done\n", 1,
           "0 passed, 0 failed, 3 skipped")


def crash_in_the_middle():
    expect(HEAD + "echo 'ok 1 - one'; kill -SEGV $$\n", 1, "1 passed, 2 failed",
           text="no result: it ended by SIGSEGV")


def silent_early_end():
    expect(HEAD + "echo 'ok 1 - one'; exit 0\n", 1, "1 passed, 2 failed",
           text="the program did not run it")


def failing_exit_after_all_passed():
    expect(PASSING + "exit 23\n", 1, "3 passed, 1 failed", text="exit status 23")


def interrupted():
    # $PPID is the runner.
    status, _, output = run_tests(HEAD + "kill -TERM $PPID\nexec sleep 1000\n")
    assert status == 130 and "FAIL" not in output and "failed" not in output, (status, output)


def failing_group():
    expect(PASSING + "echo 'not ok 0 - group [  FAILED  ] GROUP TEARDOWN'; exit 1\n", 1,
           "3 passed, 1 failed")


def failing_list():
    expect("exit 3\n", 1, "0 passed, 1 failed")


def empty_list():
    expect("exit 0\n", 1, "0 passed, 1 failed")


def pattern_selects():
    expect(FILTERING, 0, "1 passed, 0 failed", "program/tw")
    expect(FILTERING, 0, "2 passed, 0 failed", "t")
    expect(FILTERING, 0, "1 passed, 0 failed", "fake*ee")
    expect(FILTERING, 0, "3 passed, 0 failed", "fake/program")


def pattern_without_match():
    expect(FILTERING, 1, "0 passed, 0 failed", "nowhere")


def seed_is_printed_and_passed_on():
    program = HEAD + "case \"$*\" in *'--seed 77'*) echo 'ok 1 - one'; esac\n" \
        "echo 'ok 2 - two'; echo 'ok 3 - three'\n"
    expect(program, 0, "3 passed, 0 failed", "--seed", "77", text="seed 77")
    expect(program, 1, "2 passed, 1 failed", "--seed", "78", text="--seed 78 fake/program/one")


def wrong_usage():
    assert run_tests(PASSING, "--seed", "x")[0] == 2
    assert run_tests(PASSING, "--unknown")[0] == 2
    assert run_tests(PASSING, "a", "b")[0] == 2


def list_prints_names():
    expect(PASSING, 0, "fake/program/three", "--list")


tap.main([(f.__name__.replace("_", " "), f) for f in (
    all_pass, one_fails, failure_wins_over_exit_status_0, skipped_in_both_notations,
    only_skipped_is_not_success, crash_in_the_middle, silent_early_end,
    failing_exit_after_all_passed, interrupted, failing_group, failing_list, empty_list,
    pattern_selects, pattern_without_match, seed_is_printed_and_passed_on, wrong_usage,
    list_prints_names)])
