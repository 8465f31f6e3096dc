#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That check_iram.py and check_image.py notice what they look for, on small images of which each
has one fault; and that images.py notices how an image ends."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

SCRIPT = """
ENTRY(interrupt_entry)
SECTIONS {
    .iram0.text 0x40380000 : { KEEP(*(.iram1*)) }
    .text : { KEEP(*(.text.install)) *(.text*) }
    .rodata 0x3FC90000 : { *(.rodata*) }
    .dram1 0x3FCA0000 : { *(.dram1*) }
    .dram0.data 0x3FCB0000 : { __global_pointer$ = . + 0x100; *(.data*) *(.sdata*) }
    .dram0.bss : { *(.bss*) *(.sbss*) }
}
"""

ENTRY = """
#define IRAM __attribute__((noinline, section(".iram1.x")))
#define DRAM __attribute__((section(".dram1.x")))
#define KEEP __attribute__((used))
void handler(void);
IRAM KEEP void interrupt_entry_vectors(void) {}
IRAM KEEP void interrupt_entry(void) { handler(); }
"""

FLASH = "__attribute__((noinline)) void flash(void) { __asm__ volatile(\"nop\"); }\n"

GOOD = """
static DRAM const int table[4] = {1, 2, 3, 4};
static volatile int count;
IRAM void inner(void) { count += table[count & 3]; }
IRAM void handler(void) { inner(); inner(); }
"""

# name -> (the rest of the program, what must be said)
FAULTS = {
    "direct call": (FLASH + "IRAM void handler(void) { flash(); __asm__(\"\"); }", "flash"),
    "tail call": (FLASH + "IRAM void handler(void) { flash(); }", "flash"),
    "call in a callee": (FLASH + "IRAM void inner(void) { flash(); __asm__(\"\"); }\n"
                         "IRAM void handler(void) { inner(); __asm__(\"\"); }", "flash <- inner"),
    "constant": ("const int table[4] = {1, 2, 3, 4};\nvolatile int at;\n"
                 "IRAM void handler(void) { at = table[at & 3]; }", "table <- handler"),
    "string": ("const char *volatile text;\nIRAM void handler(void) { text = \"flash\"; }",
               "in .rodata"),
    "table of functions": (FLASH + "static DRAM void (*const table[1])(void) = {flash};\n"
                           "IRAM void handler(void) { "
                           "for (int i = 0; i < 1; i++) ((void (*volatile *)(void))table)[i](); }",
                           "flash <- "),
    "pointer in data": (FLASH + "void (*volatile pointer)(void) = flash;\n"
                        "IRAM void handler(void) { pointer(); }", "flash <- "),
    "handler registered elsewhere": (FLASH + "void (*volatile pointer)(void);\n"
                                     "KEEP void install(void) { pointer = flash; }\n"
                                     "IRAM void handler(void) { pointer(); }",
                                     "flash <- called indirectly"),
    "code without a size": (FLASH + "void bare(void);\n"
                            "__asm__(\".section .iram1.x, \\\"ax\\\"\\n\"\n"
                            "\".type bare, @function\\nbare: nop\\ncall flash\\n.text\");\n"
                            "IRAM void handler(void) { bare(); __asm__(\"\"); }",
                            "flash <- what has no symbol with a size"),
    "S37 a heap call": ("IRAM void heap_take(void) { __asm__ volatile(\"nop\"); }\n"
                        "IRAM void handler(void) { heap_take(); __asm__(\"\"); }",
                        "heap_take <- handler <- interrupt_entry <- interrupt: not in an"),
    "S37 a log call": ("IRAM void esp_log_write(void) { __asm__ volatile(\"nop\"); }\n"
                       "IRAM void handler(void) { esp_log_write(); __asm__(\"\"); }",
                       "esp_log_write <- handler"),
}


def link(directory, source, options=(), suffix="c", script=SCRIPT):
    """Compiles a program that counts as the driver's. Returns the path of the image."""
    os.makedirs(os.path.join(directory, "src"))
    path = os.path.join(directory, "src", f"all.{suffix}")
    image = os.path.join(directory, "image.elf")
    with open(path, "w", encoding="ascii") as file:
        file.write(source)
    with open(os.path.join(directory, "image.ld"), "w", encoding="ascii") as file:
        file.write(script)
    march = ["-march=rv32imc_zicsr", "-mabi=ilp32"]
    common = ["riscv64-unknown-elf-gcc", *(options or march)]
    subprocess.run([*common, "-Os", "-w", "-ffunction-sections", "-fdata-sections", "-c", path,
                    "-o", path + ".o"], check=True)
    subprocess.run([*common, "-nostdlib", "-T", os.path.join(directory, "image.ld"), path + ".o",
                    "-o", image, "-Wl,--gc-sections,--emit-relocs,--no-warn-rwx-segments",
                    f"-Wl,-Map={image}.map"], check=True)
    return image


def run(script, image):
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", script), image],
                          capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def good_image_passes():
    with tempfile.TemporaryDirectory() as directory:
        image = link(directory, ENTRY + GOOD)
        assert run("check_iram.py", image)[0] == 0, run("check_iram.py", image)[1]
        assert run("check_image.py", image)[0] == 0, run("check_image.py", image)[1]


def fault(name):
    def check():
        source, what = FAULTS[name]
        with tempfile.TemporaryDirectory() as directory:
            status, text = run("check_iram.py", link(directory, ENTRY + source))
            assert status == 1 and what in text, f"{status}\n{text}"
    return check


def missing_entry():
    with tempfile.TemporaryDirectory() as directory:
        source = ENTRY.replace("interrupt_entry(void)", "other_entry(void)") + GOOD
        status, text = run("check_iram.py", link(directory, source))
        assert status == 1 and "there is no interrupt_entry" in text, text


def missing_map():
    with tempfile.TemporaryDirectory() as directory:
        image = link(directory, ENTRY + GOOD)
        os.remove(image + ".map")
        assert run("check_iram.py", image)[0] == 1


def image_for(march, abi, body, what):
    def check():
        with tempfile.TemporaryDirectory() as directory:
            image = link(directory, ENTRY + "void handler(void) {" + body + "}",
                         (f"-march={march}", f"-mabi={abi}"))
            status, text = run("check_image.py", image)
            assert status == 1 and what in text, text
    return check


def misplaced(change, what, body=""):
    """An image with a changed linker script."""
    def check():
        with tempfile.TemporaryDirectory() as directory:
            image = link(directory, ENTRY + FLASH + GOOD + body, script=SCRIPT.replace(*change))
            status, text = run("check_image.py", image)
            assert status == 1 and what in text, text
    return check


def hidden_instruction():
    """An object that does not say what it uses."""
    with tempfile.TemporaryDirectory() as directory:
        source = ".globl interrupt_entry\ninterrupt_entry:\n.insn 4, 0x0062a32f\nret\n" \
            ".section .iram1.x, \"ax\"\nnop\n"
        image = link(directory, source, suffix="S")
        status, text = run("check_image.py", image)
        assert status == 1 and "instruction ." in text, text


# Stands in for amcp: an image with two tests.
IMAGE = """#!/bin/sh
case "$*" in
*--list*) printf 'one\\ntwo\\n' ;;
*"--arguments two"*) printf 'ok 1 - two\\n1..1\\n' ;;
*) {} ;;
esac
"""
ENDS = {
    "at its end": ("printf 'ok 1 - one\\nok 2 - two\\n1..2\\n'", []),
    "by a refusal between tests": ("printf 'ok 1 - one\\n'; exit 1", ["ends well"]),
    "by a refusal at the end": ("printf 'ok 1 - one\\nok 2 - two\\n1..2\\n'; exit 1",
                                ["ends well"]),
    "early, with status 0": ("printf 'ok 1 - one\\n'", ["ends well"]),
    "with a failed test": ("printf 'not ok 1 - one\\n'; exit 1", ["one"]),
}


def end_of_image(name):
    def check():
        body, failed = ENDS[name]
        with tempfile.TemporaryDirectory() as directory:
            amcp = os.path.join(directory, "amcp")
            for path, text in ((amcp, IMAGE.format(body)),
                               (os.path.join(directory, "images.txt"), "conformance-x.elf\n")):
                with open(path, "w", encoding="ascii") as file:
                    file.write(text)
            os.chmod(amcp, 0o755)
            suite = os.path.join(os.path.dirname(os.path.abspath(__file__)), "test_conformance.py")
            done = subprocess.run([sys.executable, suite], capture_output=True, text=True,
                                  env={**os.environ, "AMCP": amcp, "IMAGES": directory})
            assert "conformance-x: two [all]" in done.stdout, done.stdout + done.stderr
            wrong = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
            assert len(wrong) == 2 * len(failed), done.stdout  # without variants, and with all
            assert all(what in line for what in failed for line in wrong), done.stdout
    return check


tap.main([
    ("a good image passes", good_image_passes),
    *((f"check_iram notices: {name}", fault(name)) for name in FAULTS),
    ("check_iram notices: no interrupt entry", missing_entry),
    ("check_iram notices: no map", missing_map),
    ("check_image notices: atomics", image_for("rv32imac_zicsr", "ilp32", "", "a_c_i_m")),
    ("check_image notices: floating point", image_for("rv32imfc_zicsr", "ilp32", "", "_f_")),
    ("check_image notices: the ABI", image_for("rv32imfc_zicsr", "ilp32f", "", "not the ABI")),
    ("check_image notices: no M", image_for("rv32ic_zicsr", "ilp32", "", "architecture is c_i")),
    ("check_image notices: a hidden instruction", hidden_instruction),
    ("check_image notices: an entry in other memory",
     misplaced(("ENTRY(interrupt_entry)", "ENTRY(flash)"), "the entry is 0x4038")),
    ("check_image notices: data in flash", misplaced(("0x3FCA0000", "0x3C000000"), ".dram1 is")),
    ("check_image notices: code on the data bus",
     misplaced((".text :", ".text 0x3FC80000 :"), ".text is loaded to 0x3fc80000",
               "IRAM KEEP void other(void) { flash(); }")),
    ("check_image notices: a call into ROM",
     misplaced(("SECTIONS", "rom = 0x40380004 + 0x1000; SECTIONS"), "leaves the image",
               "void rom(void);\nIRAM KEEP void other(void) { rom(); }")),
    *((f"images.py: an image ends {name}", end_of_image(name)) for name in ENDS),
])
