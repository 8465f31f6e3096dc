#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The cost of the driver as machine code: its budgets, and that the numbers are exact."""

import json
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import elf32  # noqa: E402
import tap  # noqa: E402

BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build", "plain"))
BENCH = os.path.join(BUILD, "bench", "bench")
IMAGES = os.environ.get("IMAGES", os.path.join(ROOT, "build", "firmware-esp32c3"))
CACHE = {}


def bench(*options):
    if options not in CACHE:
        CACHE[options] = subprocess.run(
            [BENCH, *options, os.path.join(IMAGES, "bench.elf"),
             os.path.join(IMAGES, "minimal-board.elf.map")], capture_output=True, text=True)
    return CACHE[options]


def report():
    run = bench("--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def budget(index):
    def check():
        entry = report()["budgets"][index]
        assert entry["measured"] <= entry["ceiling"], \
            f"{entry['name']}: {entry['measured']}, and the ceiling is {entry['ceiling']}"
    return check


def every_case_is_complete():
    for case in report()["cases"]:
        if case["copies"] == "CPU":
            assert case["cpu_copy_instructions"] > case["bytes"] / 4, case
            assert set(case) == {"copies", "bytes", "aligned", "cpu_copy_instructions"}, case
            continue
        expected = 4 if case["copies"] == "single" else 16
        assert case["copy_count"] == expected, case
        assert case["dma_written_bytes"] == expected * case["bytes"], case
        if "submit_each_instructions" in case:
            each = case["submit_each_instructions"]
            assert len(each) == expected and max(each) == case["submit_max_instructions"], case
            assert sum(each) == case["submit_instructions"], case
            assert each[0] == case["submit_first_instructions"], case
        assert case["callback_count"] == (0 if "silent" in case["copies"] else expected), case
        assert case["callback_instructions"] == 2 * case["callback_count"], case
        if case["callback_count"]:
            assert case["interrupt_instructions"] > case["stub_instructions"] > 0, case


def cases_come_aligned_and_not():
    """For the copies by the DMA, the same sizes both ways."""
    for copies in ("single", "16 queued"):
        sizes = {aligned: [case["bytes"] for case in report()["cases"]
                           if case["copies"] == copies and case["aligned"] == aligned]
                 for aligned in (True, False)}
        assert sizes[True] == sizes[False] and 64 in sizes[True] and 65536 in sizes[True], sizes


def every_word_is_explained():
    """What the report holds is what it explains."""
    told = report()
    used = {name for case in told["cases"] for name in case}
    assert used == set(told["fields_of_cases"]), used ^ set(told["fields_of_cases"])
    modes = {case["copies"] for case in told["cases"]}
    assert modes == set(told["modes"]), modes ^ set(told["modes"])


def linked_size_is_whole():
    """The parts of the map are all that the image holds."""
    parts = sum(report()[f"linked_{part}_bytes"] for part in ("driver", "port", "other"))
    image = elf32.Elf(os.path.join(IMAGES, "minimal-board.elf"))
    whole = sum(section.size for section in image.sections
                if section.flags & (elf32.SHF_ALLOC | elf32.SHF_WRITE) == elf32.SHF_ALLOC)
    assert whole == parts, (whole, parts)


def numbers_are_exact():
    CACHE.clear()
    first = bench("--json").stdout
    CACHE.clear()
    assert bench("--json").stdout == first


def text_says_the_same():
    text = bench().stdout
    for entry in report()["budgets"]:
        line = next((line for line in text.splitlines() if line.startswith(entry["name"])), "")
        numbers = re.findall(r"\d+", line[len(entry["name"]):])
        assert numbers == [str(entry["measured"]), str(entry["limit"])], (line, entry)


def exceeding_a_budget_is_an_error():
    budgets = report()["budgets"]
    too_high = any(entry["measured"] > entry["ceiling"] for entry in budgets)
    over = [entry for entry in budgets if entry["measured"] > entry["limit"]]
    run = bench("--check")
    assert run.returncode == (1 if too_high else 0), run.stdout
    assert run.stdout.count("OVER") == len(over), run.stdout


def wrong_usage():
    assert bench("--nonsense").returncode == 2
    assert bench("--chip", "esp99").returncode == 1


tap.main([
    ("every case is complete", every_case_is_complete),
    ("cases come aligned and not", cases_come_aligned_and_not),
    ("every word is explained", every_word_is_explained),
    *((f"budget: {entry['name']}", budget(index))
      for index, entry in enumerate(report()["budgets"])),
    ("the linked size is whole", linked_size_is_whole),
    ("the numbers are exact", numbers_are_exact),
    ("the text says the same", text_says_the_same),
    ("exceeding a budget is an error", exceeding_a_budget_is_an_error),
    ("wrong usage", wrong_usage),
])
