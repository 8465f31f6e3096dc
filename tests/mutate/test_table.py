#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of planted faults fits the tree, and the program that plants them tells what is killed,
what survives and what is stale."""

import contextlib
import glob
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutate  # noqa: E402
import tap  # noqa: E402

TABLE = os.path.join(ROOT, "tests", "mutate", "faults")
FAULTS_MIN = 60
SECONDS_MAX = 300
WORK = os.path.join(ROOT, "build", "mutate-test")

SMALL = """
wide = ["unit/copy_plan"]
[[fault]]
name = "seen"
file = "src/core/copy_plan.h"
text = "size - 1 < low_size - offset;"
replacement = "size - 1 <= low_size - offset;"
breaks = "a range may end one byte behind another"
killers = ["unit/copy_plan: items", "unit/copy_plan: range within another"]
[[fault]]
name = "unseen"
file = "src/core/copy_plan.h"
text = "size_t rest = size_bytes - offset_bytes;"
replacement = "size_t rest = 0 + size_bytes - offset_bytes;"
breaks = "nothing"
killers = ["unit/copy_plan: items"]
[[fault]]
name = "nonsense"
file = "src/core/copy_plan.h"
text = "uint32_t offset = address - low;"
replacement = "uint32_t offset = address - lower;"
breaks = "the compiler"
survives = "it is no program"
"""


@contextlib.contextmanager
def start(table, *arguments, **more):
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "table.toml"), "w", encoding="utf-8") as file:
            file.write(table)
        with subprocess.Popen(
                [sys.executable, os.path.join(ROOT, "tests", "mutate", "mutate.py"), "--table",
                 directory, "--directory", WORK, *arguments], text=True,
                stderr=subprocess.PIPE, **{"stdout": subprocess.PIPE, **more}) as process:
            yield process


def program(table, *arguments):
    with start(table, *arguments) as process:
        output, errors = process.communicate(timeout=SECONDS_MAX)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def processes_at_work():
    """Returns the command lines of those that work on the copies of the tree."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = mutate.read(path).decode("utf-8", "replace").split("\0")
            if any(os.path.join(WORK, "job-") in word for word in words):
                found.append(words)
    return found


def table_fits_the_tree():
    faults, wide = mutate.read_table(TABLE)
    mistakes = mutate.mistakes_in(faults)
    assert not mistakes, "\n".join(mistakes)
    assert len(faults) >= FAULTS_MIN and wide, len(faults)
    assert {fault.area for fault in faults} == set(mutate.AREAS.values())


def stale_entries_are_told():
    for table, said in (
            (SMALL.replace("size - 1 < low_size", "size < low_size"), "seen: stale: its text"),
            (SMALL.replace('text = "uint32_t offset', 'text = "uint32_t'), "nonsense: stale"),
            (SMALL.replace("copy_plan.h", "no_such_file.h"), "there is no src/core/no_such_file.h"),
            (SMALL.replace('"unseen"', '"seen"'), "2 faults are called seen"),
            (SMALL.replace('"unit/copy_plan: items"]', ']'), "unseen: it needs either"),
            (SMALL.replace('["unit/copy_plan"]', '["unite copy_plan"]'), "no kind of test")):
        result = program(table, "--list")
        assert result.returncode == 1 and said in result.stderr, f"{said}:\n{result.stderr}"


def wrong_usage():
    for arguments, said in ((["--only", "nothing"], "no fault is called 'nothing'"),
                            (["--jobs", "0"], "--jobs: takes"),
                            (["--jobs", "x"], "--jobs: takes"), (["--nonsense"], "--nonsense")):
        result = program(SMALL, *arguments)
        assert result.returncode == 2 and said in result.stderr, result
        assert "'./run mutate --help' shows the usage" in result.stderr, result


def faults_are_planted():
    result = program(SMALL, "--jobs", "1", "--json")
    assert result.returncode == 1, result
    told = json.loads(result.stdout)
    seen, unseen, nonsense = told["faults"]
    assert seen["killed"] and seen["killer"] == "unit/copy_plan: range within another", seen
    assert "range within another" in seen["reason"], seen
    assert not unseen["killed"] and not unseen["error"], unseen
    assert "it does not compile" in nonsense["error"] and "lower" in nonsense["error"], nonsense
    assert told["areas"]["core"] == {"faults": 3, "killed": 1}, told
    assert [problem.partition(" ")[0] for problem in told["problems"]] == [
        "nonsense:", "unseen", "fewer"], told["problems"]


def an_interrupted_run_is_resumed():
    head, fault, *_ = SMALL.split("[[fault]]")
    table = "[[fault]]".join([head, fault, fault.replace('"seen"', '"next"'),
                              fault.replace('"seen"', '"last"')])
    with start(table, "--jobs", "1") as process:
        for line in process.stdout:
            if " seen (" in line:
                break
        process.terminate()
        output, errors = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 130 and "Traceback" not in errors, (output, errors)
    assert "2 of 3 are left" in output and errors.endswith("interrupted\n"), (output, errors)
    assert "/3 next" not in output, output
    assert not processes_at_work(), processes_at_work()
    told = program(table, "--jobs", "1", "--resume", "--only", "seen", "--json")
    assert told.returncode == 0 and json.loads(told.stdout)["faults"][0]["killed"], told
    assert "1 of 1 were tried before" in told.stderr and "1/1 seen" not in told.stderr, told
    changed = table.replace("a range may end", "a range ends")
    told = program(changed, "--jobs", "1", "--resume", "--only", "seen")
    assert "0 of 1 were tried before" in told.stdout and "1/1 seen" in told.stdout, told
    told = program(changed.replace('["unit/copy_plan"]', '["unit/port"]'), "--jobs", "1",
                   "--resume", "--only", "seen")
    assert "0 of 1 were tried before" in told.stdout, told


def subsets():
    for pattern, names in (("*se*", ["nonsense", "seen", "unseen"]), ("se?n", ["seen"]),
                           ("src/core/copy_plan.h", ["nonsense", "seen", "unseen"]),
                           ("seen", ["seen"])):
        told = program(SMALL, "--list", "--only", pattern)
        assert sorted(line.split()[0] for line in told.stdout.splitlines()) == names, told


def nobody_reads_the_list():
    reading, writing = os.pipe()
    os.close(reading)
    with start(SMALL, "--list", stdout=writing) as process:
        os.close(writing)
        errors = process.communicate(timeout=SECONDS_MAX)[1]
    assert process.returncode == 1 and errors == "", (process.returncode, errors)


def tests_that_fail_anyway_prove_nothing():
    result = program(SMALL.replace("range within another", "no such test"), "--jobs", "1",
                     "--only", "seen")
    assert result.returncode == 1 and "is no test" in result.stderr, result


tap.main([
    ("the table fits the tree", table_fits_the_tree),
    ("stale entries are told", stale_entries_are_told),
    ("wrong usage", wrong_usage),
    ("faults are planted", faults_are_planted),
    ("an interrupted run is resumed", an_interrupted_run_is_resumed),
    ("subsets", subsets),
    ("nobody reads the list", nobody_reads_the_list),
    ("tests that fail anyway prove nothing", tests_that_fail_anyway_prove_nothing),
])
