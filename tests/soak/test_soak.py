#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A short soak on each chip under the sanitizers, and whether a failure is noticed and repeats."""

import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SOAK = os.environ.get("SOAK", os.path.join(ROOT, "build", "sanitize", "soak"))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

SECONDS_MAX = 300
PROGRAMS = 2500 if tap.FULL else 250
SEED = tap.SEED


def soak(*arguments, status=0):
    """Returns what the soak prints to stdout."""
    command = [SOAK, *arguments]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            timeout=SECONDS_MAX, check=False, text=True)
    assert result.returncode == status, (
        f"{' '.join(command)}\nexit status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def holds(chip):
    """Programs hold, and nothing that they are meant to do is missing."""
    result = json.loads(soak("--chip", chip, "--seed", SEED, "--programs", str(PROGRAMS), "--json"))
    assert result["failure"] is None and result["programs"] == PROGRAMS, result
    assert result["faults"] * 10 > result["requests"] > 50 * PROGRAMS, result
    unseen = [name for table in ("callbacks_by_status", "waits_by_status", "faults_by_kind")
              for name, count in result[table].items() if count == 0]
    # A callback does not time out.
    assert unseen == ["ESP_ERR_TIMEOUT"], unseen
    assert result["callbacks_by_status"]["ESP_ERR_TIMEOUT"] == 0, result


def numbers_of(result):
    """Returns all that is counted, as pairs of a name and a number."""
    counted = dict(result)
    for name in ("seed", "seconds", "processor_seconds", "failure"):
        del counted[name]
    return {f"{name} {key}": number for name, value in counted.items()
            for key, number in (value.items() if isinstance(value, dict) else [("", value)])}


def is_the_same_again(chip):
    arguments = ["--chip", chip, "--seed", SEED, "--programs", "20", "--json"]
    first, second = (numbers_of(json.loads(soak(*arguments))) for _ in range(2))
    assert first == second, (first, second)


def depends_on_no_other_program(chip):
    """A program behind others is what it is alone."""
    first, second, both = (
        numbers_of(json.loads(soak("--chip", chip, "--seed", str(seed), "--programs", str(programs),
                                   "--json")))
        for seed, programs in ((int(SEED), 30), (int(SEED) + 30, 1), (int(SEED), 31)))
    assert both == {name: first[name] + second[name] for name in first}, (first, second, both)


def notices_a_spoilt_byte():
    spoil = ["--spoil-after", "1000"]
    output = soak("--seed", SEED, "--programs", "1000", *spoil, status=1)
    assert re.search(r"^FAILED on esp32(c3|s3) with seed \d+: byte \d+ of the arena", output,
                     re.MULTILINE), output
    repeat = re.search(r"^to repeat: \./run soak (.*)$", output, re.MULTILINE)
    assert repeat, output
    again = soak(*shlex.split(repeat.group(1)), "--spoil-after", "1", status=1)
    failed = re.search(r"^FAILED.*$", output, re.MULTILINE).group(0)
    assert failed in again, (output, again)


def refuses_wrong_usage():
    for arguments in (["--seed"], ["--seed", "x"], ["--chip", "esp32"], ["--programs", "-1"],
                      ["--workers", "0"], ["more"]):
        soak(*arguments, status=2)


tap.main([
    ("random programs on esp32c3", lambda: holds("esp32c3")),
    ("random programs on esp32s3", lambda: holds("esp32s3")),
    ("the same seed is the same program on esp32c3", lambda: is_the_same_again("esp32c3")),
    ("the same seed is the same program on esp32s3", lambda: is_the_same_again("esp32s3")),
    ("a program is the same behind others on esp32c3",
     lambda: depends_on_no_other_program("esp32c3")),
    ("a program is the same behind others on esp32s3",
     lambda: depends_on_no_other_program("esp32s3")),
    ("a spoilt byte is noticed, and the seed repeats that", notices_a_spoilt_byte),
    ("wrong usage is refused", refuses_wrong_usage),
])
