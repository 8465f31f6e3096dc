#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scenarios as machine code: the same files as on a PC, with real interrupts.

Those of tests/scenarios/host_*.c are not in images: they need a second core or external RAM, which
the chip of the images does not have. Of the others, what an image skips says why in its output."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

images.tap.main(images.tests_of(images.images_named("scenario-")))
