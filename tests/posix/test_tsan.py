#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tests of threads, processes and the port once more, under the thread sanitizer: the programs
of the build "thread", each test with the name of its program before its own."""

import functools
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("BUILD_THREAD", os.path.join(ROOT, "build", "thread"))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

SECONDS_MAX = 120
ENVIRONMENT = {**os.environ, "TSAN_OPTIONS": "second_deadlock_stack=1"}
SEED = tap.SEED


@functools.lru_cache(maxsize=None)
def prefix():
    """Returns what makes a program start where the kernel spreads addresses more than the sanitizer
    of gcc 12 knows of; nothing, where that is not allowed."""
    command = ["setarch", "-R"]
    try:
        allowed = subprocess.run([*command, "true"], check=False).returncode == 0
    except OSError:
        allowed = False
    return command if allowed else []


def run(*command):
    """Returns the output. Fails if the program fails, or the sanitizer says anything."""
    result = subprocess.run([*prefix(), *command], env=ENVIRONMENT, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=SECONDS_MAX, check=False, text=True)
    assert result.returncode == 0 and "Sanitizer" not in result.stdout, (
        f"{' '.join(command)}\nexit status {result.returncode}\n{result.stdout}")
    return result.stdout


def run_test(program, name):
    if name == "a driver in a forked child":
        raise tap.Skip("the sanitizer cannot start a thread there")
    output = run(program, "--seed", SEED, name)
    assert re.search(rf"^ok \d+ - {re.escape(name)}$", output, re.MULTILINE), output


programs = sorted(path for suite in ("threads", "process", "port")
                  for path in glob.glob(os.path.join(BUILD, "tests", "posix", f"{suite}_*")))
assert programs, f"there is no test program in {BUILD}"
tap.main([(f"{os.path.basename(program)}: {name}", functools.partial(run_test, program, name))
          for program in programs for name in run(program, "--list").splitlines()])
