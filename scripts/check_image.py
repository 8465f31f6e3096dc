#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that an image is for exactly rv32imc.

    check_image.py IMAGE.elf...

Looks at the ABI in the header, at the architecture that the linker merged from all objects, and at
every instruction. Besides the base, M and C there are Zicsr, which the interrupt entry needs, and
Zmmul, which is the half of M that the linker names apart.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import elf32  # noqa: E402

EXTENSIONS = {"i", "m", "c", "zicsr", "zmmul"}
EF_RISCV_RVC = 1
# Atomics, everything on floating-point registers, and what the disassembler, which goes by the
# architecture that the image names, takes for data.
FOREIGN = re.compile(r"^(amo|lr\.|sc\.|f(?!ence)|c\.f|\.)")
# Fills the gaps, also behind objects that were compiled without C.
C_NOP = "0001"


def tool_output(tool, *arguments):
    return subprocess.run([f"riscv64-unknown-elf-{tool}", *arguments], check=True,
                          capture_output=True, text=True).stdout


def architecture(path):
    """Returns the extensions of the merged architecture, such as {"i", "m"}."""
    match = re.search(r'Tag_RISCV_arch: "rv32(\S*)"', tool_output("readelf", "-A", path))
    if match is None:
        return set()
    return {re.sub(r"\d+p\d+$", "", part) for part in match[1].split("_")}


def foreign_instructions(path):
    for line in tool_output("objdump", "-d", "-M", "no-aliases", path).splitlines():
        match = re.match(r"\s*([0-9a-f]+):\s+([0-9a-f]+)\s+(\S+)", line)
        if match and FOREIGN.match(match[3]) and match[2] != C_NOP:
            yield f"{match[3]} at 0x{match[1]}"


def problems_of(path):
    found = []
    flags = elf32.Elf(path).flags
    if flags & ~EF_RISCV_RVC:
        found.append(f"the header's flags are {flags:#x}: not the ABI ilp32")
    extensions = architecture(path)
    if not extensions:
        found.append("it does not say its architecture")
    elif extensions - EXTENSIONS or not {"i", "m", "c"} <= extensions:
        found.append(f"its architecture is {'_'.join(sorted(extensions))}")
    return found + [f"instruction {text}" for text in foreign_instructions(path)]


def main(paths):
    if not paths:
        print("usage: check_image.py IMAGE.elf...", file=sys.stderr)
        return 2
    failed = False
    for path in paths:
        problems = problems_of(path)
        for problem in problems:
            print(f"{path}: {problem}", file=sys.stderr)
        failed = failed or bool(problems)
        print(f"{os.path.basename(path)}: {'not ' if problems else ''}exactly rv32imc")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
