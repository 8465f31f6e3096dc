# SPDX-License-Identifier: Apache-2.0
"""Runs Python functions as the tests of a test program (see run_tests.py)."""

import argparse
import subprocess
import sys
import traceback

# For what is done before run().
FULL = "--full" in sys.argv
SEED = sys.argv[sys.argv.index("--seed") + 1] if "--seed" in sys.argv[:-1] else "1"


class Skip(Exception):
    """Raised by a test that cannot run here; its text says why."""


def output_of(*command, **more):
    """Returns what a command prints to stdout. The test fails if the command does."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}{result.stderr}"
    return result.stdout


def run(tests):
    """Runs tests, a list of (name, function), as the command line asks. Returns the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", default="1")
    parser.add_argument("pattern", nargs="?", default="")
    arguments = parser.parse_args()
    chosen = [(name, function) for name, function in tests if arguments.pattern in name]
    if arguments.list:
        for name, _ in chosen:
            print(name)
        return 0
    print(f"1..{len(chosen)}")
    failed = 0
    for number, (name, function) in enumerate(chosen, 1):
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception as error:  # a test may fail in any way
            failed += 1
            print(f"not ok {number} - {name}")
            text = str(error) if isinstance(error, AssertionError) and str(error) \
                else traceback.format_exc()
            print("\n".join("# " + line for line in text.splitlines()), flush=True)
    return 1 if failed else 0


def main(tests):
    sys.exit(run(tests))
