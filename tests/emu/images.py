# SPDX-License-Identifier: Apache-2.0
"""Images of a few instructions, and amcp boot on them."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
AMCP = os.environ.get("AMCP", os.path.join(ROOT, "build", "plain", "amcp"))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))

# Everything but A, F and D may stand in an image for the tests; the emulator is to notice those.
ARCHITECTURE = "rv32imafdc_zicsr"

EXIT = """
    li t0, 0x20026
    la t1, block
    sw t0, 0(t1)
    sw a0, 4(t1)
    mv a1, t1
    li a0, 0x20
    .option push
    .option norvc
    .balign 16
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    .option pop
"""

FRAME = """
    .option norelax
    .section .text
    .globl begin
    .type begin, @function
begin:
{body}
    .size begin, . - begin
    .section .data
    .balign 8
block: .skip 64
"""

SCRIPT = """
ENTRY(begin)
SECTIONS {
    .text 0x40380000 : { *(.text*) }
    .data 0x3FC90000 : { *(.data*) }
}
"""


def assemble(directory, body):
    """Returns the path of an image."""
    paths = [os.path.join(directory, name) for name in ("image.S", "image.ld", "image.elf")]
    for path, text in zip(paths, (FRAME.format(body=body), SCRIPT)):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    subprocess.run(["riscv64-unknown-elf-gcc", f"-march={ARCHITECTURE}", "-mabi=ilp32",
                    "-nostdlib", "-T", paths[1], paths[0], "-o", paths[2]], check=True)
    return paths[2]


def boot(body, *options, change=None):
    """Assembles an image and runs it. Returns exit status, stdout and stderr. What stands in the
    file can be changed before."""
    with tempfile.TemporaryDirectory() as directory:
        path = assemble(directory, body)
        if change is not None:
            with open(path, "r+b") as file:
                change(file)
        run = subprocess.run([AMCP, "boot", *options, path], capture_output=True, text=True,
                             timeout=60)
        return run.returncode, run.stdout, run.stderr


def ends_with(body, status, *options):
    got, _, error = boot(body + EXIT, *options)
    assert got == status, f"exit status {got}, not {status}\n{error}"
