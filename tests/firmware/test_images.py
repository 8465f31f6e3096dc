#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The images that are not suites, and what holds for all images."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

images.tap.main([
    ("images are exactly rv32imc", lambda: images.script("check_image.py")),
    ("the interrupt path is in RAM", lambda: images.script("check_iram.py")),
    *images.plain_tests(["demo", "minimal", "bench"]),
])
