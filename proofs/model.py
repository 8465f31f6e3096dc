# SPDX-License-Identifier: Apache-2.0
"""The model of the driver, explored by Spin: every state that a scenario of spin/plan.py can come
to is visited, and each planted error must lead to one that is wrong."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "spin"))
import plan  # noqa: E402

MEGABYTES_MAX = 1500
DEPTH_MAX = 100000
SECONDS_MAX = 900
# COLLAPSE keeps the states small; they are all kept, nothing is hashed away. The compiler takes
# longer to optimize the generated program than that program then saves.
COMPILE = ["gcc", "-O0", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEGABYTES_MAX}",
           "-o", "pan", "pan.c"]


def figure(pattern, output):
    match = re.search(pattern, output)
    return float(match.group(1)) if match else 0.0


def write_model(directory, edit):
    """Writes the model into a directory, with an error planted: (file, text, what replaces it).
    Returns false if the text does not stand there exactly once."""
    for name in os.listdir(os.path.join(HERE, "spin")):
        if not name.endswith(".pml"):
            continue
        with open(os.path.join(HERE, "spin", name), encoding="utf-8") as file:
            text = file.read()
        if edit and name == edit[0]:
            if text.count(edit[1]) != 1:
                return False
            text = text.replace(edit[1], edit[2])
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(text)
    return True


def explore(macros, edit=None):
    """Returns what Spin found: "error", None if nothing is wrong, and the figures of the search."""
    with tempfile.TemporaryDirectory(prefix="prove-") as directory:
        if not write_model(directory, edit):
            return {"complete": False, "error": None,
                    "why": "the text that is to be replaced does not stand there once"}
        options = [f"-D{name}={value}" for name, value in macros.items()]
        for command in (["spin", "-a", *options, "driver.pml"], COMPILE):
            made = subprocess.run(command, cwd=directory, capture_output=True, text=True,
                                  check=False)
            if made.returncode != 0 or not os.path.exists(os.path.join(directory, "pan.c")):
                return {"complete": False, "error": None,
                        "why": (made.stdout + made.stderr)[-2000:]}
        try:
            output = subprocess.run(["./pan", f"-m{DEPTH_MAX}"], cwd=directory, check=False,
                                    capture_output=True, text=True, timeout=SECONDS_MAX).stdout
        except subprocess.TimeoutExpired:
            return {"complete": False, "error": None, "why": f"more than {SECONDS_MAX} seconds"}
    found = re.search(r"pan:1: (.*?) \(at depth (\d+)\)", output)
    cut = re.search(r"not completed|max search depth too small|out of memory|reached -DMEMLIM",
                    output)
    errors = re.search(r"errors: (\d+)", output)
    return {
        "error": found.group(1) if found else None,
        "depth": int(found.group(2)) if found else int(figure(r"depth reached (\d+)", output)),
        "states": int(figure(r"(\d+) states, stored", output)),
        "megabytes": round(figure(r"([\d.]+)\s+total actual memory", output)),
        "seconds": figure(r"elapsed time ([\d.]+)", output),
        "complete": not cut and errors is not None and errors.group(1) == "0",
        "why": cut.group(0) if cut else "",
    }


def is_installed():
    return shutil.which("spin") is not None and shutil.which("gcc") is not None
