#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that an image is for exactly rv32imc, and runs from internal RAM alone.

    check_image.py IMAGE.elf...

Looks at the ABI in the header, at the architecture that the linker merged from all objects, and at
every instruction. Besides the base, M and C there are Zicsr, which the interrupt entry needs, and
Zmmul, which is the half of M that the linker names apart.

The entry lies in instruction RAM, all that is loaded in RAM, and every call and jump by name ends
in the image itself, so none in ROM. One through a register is not seen here; it ends the run on the
emulated chip, which has no ROM, if the run comes to it.
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
# ESP32-C3: what the instruction bus and the data bus see of the SRAM (README.md, section 4).
INSTRUCTION_RAM = range(0x40380000, 0x403E0000)
DATA_RAM = range(0x3FC80000, 0x3FCE0000)
SHT_PROGBITS = 1
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


def places(elf):
    """Yields what is not where it should be."""
    entry = elf.section_of(elf.entry)
    if elf.entry not in INSTRUCTION_RAM or entry is None or not entry.name.startswith(".iram"):
        yield f"the entry is 0x{elf.entry:08x}, not in instruction RAM"
    for section in elf.sections:
        if section.type != SHT_PROGBITS or not section.flags & elf32.SHF_ALLOC or not section.size:
            continue
        ram = INSTRUCTION_RAM if section.flags & elf32.SHF_EXECINSTR else DATA_RAM
        if section.address not in ram or section.address + section.size - 1 not in ram:
            yield f"{section.name} is loaded to 0x{section.address:08x}, where no such RAM is"
    for relocation in elf.relocations():
        target = None if relocation.target is None else elf.section_of(relocation.target)
        if relocation.type in elf32.TRANSFERS and \
                (target is None or not target.flags & elf32.SHF_EXECINSTR):
            yield f"the jump at 0x{relocation.address:08x} leaves the image"


def problems_of(path):
    elf = elf32.Elf(path)
    found = list(places(elf))
    flags = elf.flags
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
        print(f"{os.path.basename(path)}: {'not ' if problems else ''}exactly rv32imc, all in RAM")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
