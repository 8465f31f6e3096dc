#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The images that are not suites, and what holds for all images."""

import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402
import elf32  # noqa: E402

PLAIN = ["demo", "minimal", "restart", "port-checks", "bench"]
IDLE = "the run was ended: wfi with nothing under way"


def idles(name):
    """What a board gets prints the same as what an emulator gets, and then sleeps for ever, which
    the emulated chip notices."""
    def check():
        status, text = images.boot(name)
        assert status == 0, text
        status, board_text = images.boot(f"{name}-board")
        assert status == 1 and board_text.startswith(text), board_text
        report = board_text.removeprefix(text)
        assert report.startswith("amcp boot: " + IDLE), report
        assert "(board_exit+0x" in report, report
    return check


def address_of(image, name):
    found, = [symbol.address for symbol in
              elf32.Elf(os.path.join(images.IMAGES, f"{image}.elf")).all_symbols
              if symbol.name == name]
    return found


def exception_is_reported(name, cause, value_is_address):
    """With cause, place and mtval, although the stack pointer is bad."""
    def check():
        status, text = images.boot("port-checks", "--arguments", f"--{name}")
        where = address_of("port-checks", f"port_{name}")
        value = where if value_is_address else 0
        assert status == 1, text
        assert f"\nexception {cause:08x} at {where:08x}, mtval {value:08x}\n" in text, text
    return check


def restart_starts_three_times():
    """The runs follow one another, each of a program that was left in its own way."""
    status, text = images.boot("restart")
    assert status == 0, text
    assert re.findall(r"^(\w+) run: copied$", text, re.M) == ["first", "second", "third"], text


# The system timer (interrupts.md, section 8)
TIMER_UPDATE, TIMER_HIGH = 0x60023004, 0x60023040


def readings(path):
    """Yields the events of a trace from each update of the system timer on up to the read of its
    upper half, or to the next update, and the event that follows."""
    reading = None
    with open(path, encoding="ascii") as trace:
        for line in trace:
            event, address = line[13:31].rstrip(), int(line[35:45], 16) if line[0] != "#" else 0
            if reading and reading[-1] == ("register-read", TIMER_HIGH) and \
                    event in ("interrupt-enter", "register-write"):
                yield reading, event
                reading = None
            if (event, address) == ("register-write", TIMER_UPDATE):
                if reading:
                    yield reading, event
                reading = []
            if reading is not None and (not reading or
                                        reading[-1] != ("register-read", TIMER_HIGH)):
                reading.append((event, address))


def time_is_read_in_one():
    """Between the update of the system timer and the read of its upper half nothing else updates
    it, though interrupts that do become due meanwhile."""
    held_back = 0
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "trace")
        status, text = images.boot("port-checks", "--trace", path)
        assert status == 0, text
        for reading, after in readings(path):
            assert reading[-1] == ("register-read", TIMER_HIGH), (reading, after)
            names = [event for event, _ in reading]
            assert "interrupt-enter" not in names, reading
            held_back += "write-back" in names and after == "interrupt-enter"
    assert held_back > 20, held_back


def board_suite(name):
    """A suite as a board gets it: all tests of the image for emulators, and sleep at the end."""
    def check():
        status, text = images.boot(f"{name}-board", "--max-instructions",
                                   str(images.SUITE_INSTRUCTIONS_MAX))
        results = images.results_of(text)
        bad = {test: result for test, result in results.items() if result[0] == "not ok"}
        assert not bad and list(results) == images.names_in(name), (bad, text)
        assert re.search(rf"^1\.\.{len(results)}$", text, re.M), text
        assert status == 1 and "\namcp boot: " + IDLE in text and "(board_exit+0x" in text, text
    return check


images.tap.main([
    ("images are exactly rv32imc", lambda: images.script("check_image.py")),
    ("S36 S37 the interrupt path is in RAM, without heap and console",
     lambda: images.script("check_iram.py")),
    *images.plain_tests(PLAIN),
    ("an ecall is reported", exception_is_reported("ecall", 11, False)),
    ("an ebreak is reported", exception_is_reported("ebreak", 3, True)),
    ("restart starts three times", restart_starts_three_times),
    ("the time is read in one go", time_is_read_in_one),
    *((f"{name}-board idles at its end", idles(name)) for name in PLAIN),
    *((f"{name}-board runs to its end", board_suite(name))
      for name in images.images_named("conformance-")),
])
