#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That every C block of the documentation compiles, and that those which are programs run, as do
the examples."""

import functools
import glob
import os
import re
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build", "plain"))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402
from tap import output_of as run  # noqa: E402

INCLUDE = [f"-I{os.path.join(ROOT, path)}" for path in ("include", "include/platform")]
# Everything that a block may use without saying so.
PRELUDE = "".join(f"#include <{name}>\n" for name in (
    "stdbool.h", "stdint.h", "stdio.h", "string.h", "async_memcpy_host.h", "esp_async_memcpy.h",
    "esp_heap_caps.h"))


def check_block(text, where):
    """A block with main() is a program and is run as it stands; any other need only compile, at
    file level or inside a function."""
    with tempfile.TemporaryDirectory() as directory:
        source, program = os.path.join(directory, "block.c"), os.path.join(directory, "block")
        compile_command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", *INCLUDE]
        if re.search(r"^int main\(", text, re.MULTILINE):
            write(source, f'#line {where[1]} "{where[0]}"\n{text}')
            run(*compile_command, source, os.path.join(BUILD, "libasync_memcpy.a"), "-pthread",
                "-o", program)
            run(program)
            return
        try:
            write(source, f'{PRELUDE}#line {where[1]} "{where[0]}"\n{text}\n')
            run(*compile_command, "-Wno-unused", "-fsyntax-only", source)
        except AssertionError:
            write(source, f'{PRELUDE}void block(void)\n{{\n#line {where[1]} "{where[0]}"\n'
                          f"{text}\n}}\n")
            run(*compile_command, "-Wno-unused", "-fsyntax-only", source)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def blocks():
    """Yields (where, text) of each C block."""
    paths = glob.glob(os.path.join(ROOT, "*.md")) + glob.glob(os.path.join(ROOT, "docs", "*.md"))
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for match in re.finditer(r"^```c\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, match.start()) + 2
            yield (os.path.relpath(path, ROOT), line), match.group(1)


def run_example(path):
    """An example was built with the shared library; it is run in an empty directory."""
    with tempfile.TemporaryDirectory() as directory:
        run(os.path.join(BUILD, f"example_{os.path.splitext(os.path.basename(path))[0]}"),
            cwd=directory)


def readme_has_a_program():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        assert re.search(r"^```c\n(?:(?!```).*\n)*int main\(", file.read(), re.MULTILINE)


tap.main([("README.md has a program", readme_has_a_program)] + [
    (f"{where[0]} line {where[1]}", functools.partial(check_block, text, where))
    for where, text in blocks()] + [
    (f"examples/{os.path.basename(path)}", functools.partial(run_example, path))
    for path in sorted(glob.glob(os.path.join(ROOT, "examples", "*.c")))])
