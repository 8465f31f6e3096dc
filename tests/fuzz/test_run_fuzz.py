#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How run_fuzz.py is called and what it makes of what fuzzers do; these here are pretended ones."""

import json
import os
import stat
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RUN_FUZZ = os.path.join(ROOT, "tests", "fuzz", "run_fuzz.py")
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

TARGETS = ("api", "items", "corruption")
SECONDS_MAX = 60

CLEAN = """#!/usr/bin/env bash
echo "INFO: Loaded 1 modules   (200 inline 8-bit counters)" >&2
echo "#7 NEW cov: 123 ft: 5" >&2
printf '\\007\\0\\0\\0\\0\\0\\0\\0' | dd of="$FUZZ_COUNTER" conv=notrunc status=none
"""

FINDING = """#!/usr/bin/env bash
for argument in "$@"; do
    case "$argument" in -artifact_prefix=*) prefix=${argument#*=} ;; esac
    last=$argument
done
if [ -f "$last" ]; then # one input
    echo "FOUND: trace $FUZZ_TRACE" >&2
    exit 77
fi
echo abc >"${prefix}crash-1"
echo "FOUND: a byte is wrong" >&2
echo "Test unit written to ${prefix}crash-1" >&2
exit 77
"""


def run_fuzz(*arguments, programs=None, kept=None):
    """Returns exit status, output and errors."""
    values = dict(os.environ, FUZZ_PROGRAMS=programs or ROOT, FUZZ_KEPT=kept or ROOT)
    result = subprocess.run([sys.executable, RUN_FUZZ, *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, timeout=SECONDS_MAX, check=False, text=True,
                            env=values)
    return result.returncode, result.stdout, result.stderr


def pretend(directory, **texts):
    for target in TARGETS:
        path = os.path.join(directory, f"fuzz_{target}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(texts.get(target, CLEAN))
        os.chmod(path, stat.S_IRWXU)


def refuses_wrong_usage():
    for arguments in (["--seconds"], ["--seconds", "0"], ["--seconds", "x"], ["--jobs", "0"],
                      ["--jobs", "65"], ["--target", "apis"], ["--repeat", "/nowhere"],
                      ["--repeat", RUN_FUZZ, "--trace", "more"], ["--trace"], ["more"]):
        status, _, errors = run_fuzz(*arguments)
        assert status == 2 and errors.startswith("fuzz: "), (arguments, status, errors)
        assert errors.endswith("; './run fuzz --help' shows the usage\n"), (arguments, errors)
        assert errors.count("\n") == 1, (arguments, errors)
    status, _, errors = run_fuzz("--repeat", __file__.replace("test_run_fuzz.py", "run_fuzz.py"))
    assert status == 2 and "which target" in errors, (status, errors)


def says_that_nothing_was_found():
    with tempfile.TemporaryDirectory() as directory:
        pretend(directory)
        status, output, errors = run_fuzz("--seconds", "3", "--jobs", "2", programs=directory,
                                          kept=directory)
        assert status == 0 and output.endswith("nothing was found\n"), (status, output, errors)
        for target in TARGETS:
            assert target in output, output
        status, output, errors = run_fuzz("--seconds", "3", "--jobs", "2", "--json",
                                          programs=directory, kept=directory)
        result = json.loads(output)
        assert status == 0 and result["findings"] == 0, (output, errors)
        items = result["targets"]["items"]
        assert (items["executions"], items["edges"], items["edges_of"]) == (14, 123, 200), items
        seeds = os.listdir(os.path.join(directory, "fuzz-seeds", "api"))
        assert len(seeds) > 10, seeds


def keeps_a_finding_and_repeats_it():
    with tempfile.TemporaryDirectory() as directory:
        pretend(directory, items=FINDING)
        status, output, errors = run_fuzz("--seconds", "3", "--json", programs=directory,
                                          kept=directory)
        result = json.loads(output)
        assert status == 1 and result["findings"] == 1, (status, output, errors)
        assert result["targets"]["api"]["findings"] == [], output
        finding = result["targets"]["items"]["findings"][0]
        assert finding["text"] == "a byte is wrong", finding
        assert finding["repeat"] == f"./run fuzz --repeat {finding['file']}", finding
        path = os.path.abspath(finding["file"])
        assert os.path.isfile(path), finding
        status, output, errors = run_fuzz("--repeat", path, "--trace", programs=directory)
        assert status == 1 and "FOUND: trace 1" in errors, (status, output, errors)
        status, output, _ = run_fuzz("--repeat", path, "--target", "api", programs=directory)
        assert status == 1 or "nothing was found" in output, (status, output)


def tells_of_a_process_that_fails_otherwise():
    with tempfile.TemporaryDirectory() as directory:
        pretend(directory, api="#!/usr/bin/env bash\nexit 3\n")
        status, output, _ = run_fuzz("--seconds", "1", "--target", "api", programs=directory,
                                     kept=directory)
        assert status == 1 and "exit status 3" in output and "see " in output, output


tap.main([
    ("wrong usage is refused", refuses_wrong_usage),
    ("nothing found is said, with figures", says_that_nothing_was_found),
    ("a finding is kept and can be repeated", keeps_a_finding_and_repeats_it),
    ("a process that fails otherwise is told of", tells_of_a_process_that_fails_otherwise),
])
