#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The conformance suite as machine code: the same bodies as on a PC, with real interrupts."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

images.tap.main(images.tests_of(images.images_named("conformance-")))
