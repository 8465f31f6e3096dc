#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The images that are not suites, and what holds for all images."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

PLAIN = ["demo", "minimal", "restart", "port-checks", "bench"]


def idles(name):
    """What a board gets prints the same as what an emulator gets, and then sleeps for ever, which
    the emulated chip notices."""
    def check():
        status, text = images.boot(name)
        assert status == 0, text
        status, board_text = images.boot(f"{name}-board")
        assert status == 1 and board_text.startswith(text), board_text
        report = board_text.removeprefix(text)
        assert re.match("amcp boot: the run was ended: wfi with nothing under way", report), report
        assert "(board_exit+0x" in report, report
    return check


def exception_is_reported():
    status, text = images.boot("port-checks", "--arguments", "--exception")
    assert status == 1, text
    assert re.search(r"\nexception 0000000b at 40[0-9a-f]{6}, mtval 00000000\n", text), text


images.tap.main([
    ("images are exactly rv32imc", lambda: images.script("check_image.py")),
    ("S36 S37 the interrupt path is in RAM, without heap and console",
     lambda: images.script("check_iram.py")),
    *images.plain_tests(PLAIN),
    ("an exception is reported", exception_is_reported),
    *((f"{name}-board idles at its end", idles(name)) for name in PLAIN),
])
