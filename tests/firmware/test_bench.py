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


# What the images may cost: the limits that were set for it, and, where one is not met, what is
# reached instead (docs/cost.md). Here once more, so that no change of the program moves them.
SINGLES = (64, 128, 256, 512, 1024)
BUDGETS = {
    "single copy, 64 B to 1 KiB: submit on an idle queue [instructions]": (115, 115),
    "masked, 256 B and 1 KiB: submit, more for each in flight [instructions]": (10, 10),
    "masked, 64 B: submit, more for each that ended unseen [instructions]": (10, 14),
    "single copy, 64 B to 1 KiB: interrupt, vector to mret [instructions]": (130, 130),
    "queued, 64 B, 256 B, 1 KiB: interrupt for each copy, mean [instructions]": (130, 218),
    "single copy, 64 B to 1 KiB: submit and interrupt [instructions]": (240, 240),
    "single copy: both for 4 KiB more than for 1 KiB [instructions]": (60, 60),
    "all: heap calls in submit and interrupt": (0, 0),
    "queued, any size: DMA idle among them [instructions]": (0, 0),
    "linked code and constants of the driver [bytes]": (4096, 4096),
    "linked code and constants of the whole image [bytes]": (4096, 4096),
    "RAM of a handle with backlog 8 [bytes]": (600, 600),
    "silent, up to 1 KiB: interrupts for 16": (2, 2),
}
# A word-wise copy by the CPU: load, store, two additions and a branch.
COPY_INSTRUCTIONS_PER_WORD = 5


def bench(*options, image="bench"):
    key = (image, *options)
    if key not in CACHE:
        CACHE[key] = subprocess.run(
            [BENCH, *options, os.path.join(IMAGES, f"{image}.elf"),
             os.path.join(IMAGES, "minimal-board.elf.map")], capture_output=True, text=True)
    return CACHE[key]


def report(image="bench"):
    run = bench("--json", image=image)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def row(copies, size, aligned=True, image="bench"):
    found, = [case for case in report(image)["cases"]
              if (case["copies"], case["bytes"], case["aligned"]) == (copies, size, aligned)]
    return found


def interrupt_of(case):
    """For each copy, rounded up."""
    return -(-case["interrupt_instructions"] // case["copy_count"])


def both_of(case):
    return case["submit_max_instructions"] + interrupt_of(case)


def more_in_flight(size):
    each = row("16 masked", size)["submit_each_instructions"]
    return max(-(-(each[k] - each[0]) // k) for k in range(1, len(each)))


def measured_anew():
    """What the rows of the report say of each budget, in order."""
    told = report()
    singles = [row("single", size) for size in SINGLES]
    dma = [case for case in told["cases"] if case["copies"] != "CPU"]
    linked = [told[f"linked_{part}_bytes"] for part in ("driver", "port", "other")]
    return [
        max(case["submit_max_instructions"] for case in singles),
        max(more_in_flight(256), more_in_flight(1024)),
        more_in_flight(64),
        max(interrupt_of(case) for case in singles),
        max(interrupt_of(row("16 queued", size)) for size in (64, 256, 1024)),
        max(both_of(case) for case in singles),
        both_of(row("single", 4096)) - both_of(row("single", 1024)),
        sum(case["heap_calls"] for case in dma),
        max(case["dma_idle_instructions"] for case in dma if case["copies"] == "16 queued"),
        linked[0],
        sum(linked),
        told["handle_bytes_backlog_8"],
        max(row("16 silent", size)["interrupt_count"] for size in (64, 1024)),
    ]


def budget(name):
    def check():
        entry, = [entry for entry in report()["budgets"] if entry["name"] == name]
        assert (entry["limit"], entry["ceiling"]) == BUDGETS[name], entry
        assert entry["measured"] == measured_anew()[list(BUDGETS).index(name)], entry
        assert entry["measured"] <= BUDGETS[name][1], entry
    return check


def every_budget_is_known():
    assert [entry["name"] for entry in report()["budgets"]] == list(BUDGETS)


def break_even_follows_from_the_rows():
    """The first size that costs the CPU more than the DMA; between the two rows a copy by the CPU
    costs the same for each word."""
    small, large = (row("CPU", size)["cpu_copy_instructions"] for size in (64, 1024))
    per_word = (large - small) / ((1024 - 64) / 4)
    assert 0 < per_word <= COPY_INSTRUCTIONS_PER_WORD, per_word
    cost = both_of(row("single", 1024))
    size = 4
    while small + (size - 64) / 4 * per_word <= cost:
        size += 4
    assert report()["break_even_bytes"] == size, (report()["break_even_bytes"], size)
    assert f"cheaper than a word-wise memcpy: from {size} B\n" in bench().stdout


# Of bench-probe.elf: its instructions are counted in bench/probe.S.
PROBE = {
    ("single", 64): {
        "copy_count": 0, "interrupt_count": 1, "interrupt_instructions": 9 + 7 + 2,
        "stub_instructions": 9, "callback_count": 1, "callback_instructions": 2,
        "interrupt_register_accesses": 2, "dma_idle_instructions": 0, "heap_calls": 1},
    ("16 queued", 64): {
        "copy_count": 2, "submit_first_instructions": 8, "submit_max_instructions": 14,
        "submit_instructions": 8 + 14, "submit_register_accesses": 1 + 2,
        "submit_each_instructions": [8, 14] + 14 * [0], "interrupt_count": 2,
        "interrupt_instructions": 2 * (9 + 7 + 2), "stub_instructions": 2 * 9,
        "callback_count": 2, "callback_instructions": 2 * 2,
        "interrupt_register_accesses": 2 * 2,
        "dma_idle_instructions": 4 + 14 + 12 + 2 * (9 + 7 + 2), "heap_calls": 1 + 2},
    ("CPU", 64): {"cpu_copy_instructions": 8},
}


def probe(copies, size):
    def check():
        case = row(copies, size, image="bench-probe")
        wrong = {name: (case[name], expected) for name, expected in PROBE[copies, size].items()
                 if case[name] != expected}
        assert not wrong, f"counted and expected: {wrong}"
    return check


def submissions_are_listed():
    """Each of 16 in a row, in the text, too: of aligned copies up to 4096 B."""
    listed = 0
    for case in report()["cases"]:
        assert ("submit_each_instructions" in case) == case["copies"].startswith("16 "), case
        if case["copies"].startswith("16 ") and case["aligned"] and case["bytes"] <= 4096:
            each = " ".join(str(number) for number in case["submit_each_instructions"])
            assert f"\n{case['copies']} {case['bytes']:4} B: {each}\n" in bench().stdout, case
            listed += 1
    assert listed >= 3 * 3, listed


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
    *((f"budget: {name}", budget(name)) for name in BUDGETS),
    ("every budget is known", every_budget_is_known),
    ("break-even follows from the rows", break_even_follows_from_the_rows),
    *((f"the probe is counted exactly: {copies} {size} B", probe(copies, size))
      for copies, size in PROBE),
    ("submissions are listed", submissions_are_listed),
    ("the linked size is whole", linked_size_is_whole),
    ("the numbers are exact", numbers_are_exact),
    ("the text says the same", text_says_the_same),
    ("exceeding a budget is an error", exceeding_a_budget_is_an_error),
    ("wrong usage", wrong_usage),
])
