#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the emulator's decoder with the disassembler of the RISC-V binutils: every compressed
encoding, and 32-bit encodings of every opcode and function, with random operands."""

import os
import random
import re
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

SEED = int(tap.SEED)
ABI = ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 "
       "t3 t4 t5 t6").split()
BYTES = {"b": 1, "bu": 1, "h": 2, "hu": 2, "w": 4}
# What the disassembler knows besides rv32imc_zicsr_zifencei whatever it is told: other privileged
# instructions, which the chip's documentation does not name.
NOT_OURS = {"uret", "sret", "hret", "dret", "sfence.vma", "sfence.vm", "hfence.gvma",
            "hfence.vvma"}


def decode(words):
    """Returns word -> (length, kind, bytes, base, offset) as the emulator says."""
    with tempfile.TemporaryDirectory() as directory:
        program = os.path.join(directory, "dump_decode")
        subprocess.run(["gcc", "-std=c11", "-I", os.path.join(ROOT, "emu"), "-o", program,
                        os.path.join(ROOT, "tests", "emu", "dump_decode.c"),
                        os.path.join(ROOT, "emu", "decode.c")], check=True)
        output = subprocess.run([program], input="\n".join(f"{word:x}" for word in words),
                                check=True, capture_output=True, text=True).stdout
    decoded = {}
    for line in output.splitlines():
        word, length, kind, count, base, offset = line.split()
        decoded[int(word, 16)] = (int(length), kind, int(count), base, int(offset))
    return decoded


def fence(word):
    """Whether a fence has others see earlier stores: predecessors w, successors w or o."""
    before, after = word >> 24 & 0xF, word >> 20 & 0xF
    return ("fence" if word >> 12 & 7 == 0 and before & 1 and after & 5 else "plain",)


def expectation(word, text):
    """Returns what the emulator must say of a line of the disassembler, without the length."""
    mnemonic, _, operands = text.partition("\t")
    name = mnemonic.removeprefix("c.").removesuffix("sp")
    # The unused fields of a fence are reserved and to be ignored.
    if word & 0x7F == 0x0F and word >> 12 & 7 <= 1:
        return fence(word)
    if word == 0x6101:
        return ("illegal",)  # c.addi16sp of 0 is reserved; the disassembler does not mind
    # The disassembler takes the shifts of RV64 for those of RV32.
    if name in ("slli", "srli", "srai") and int(operands.split(",")[-1], 0) >= 32:
        return ("illegal",)
    if mnemonic in NOT_OURS or mnemonic.startswith((".", "unimp", "c.unimp")):
        return ("illegal",)
    if name in ("ecall", "ebreak", "wfi", "mret"):
        return (name,)
    if name.startswith("csr"):
        return ("csr",)
    access = re.match(r"(l|s)(b|bu|h|hu|w)$", name)
    place = re.search(r"(-?\d+)\((\w+)\)", operands)
    if access and place:
        return ("load" if access[1] == "l" else "store", BYTES[access[2]],
                f"x{ABI.index(place[2])}", int(place[1]))
    return ("plain",)


def disassemble(words, length):
    """Returns word -> expectation, from the disassembler."""
    with tempfile.TemporaryDirectory() as directory:
        source = os.path.join(directory, "all.S")
        with open(source, "w", encoding="ascii") as file:
            file.write('.attribute arch, "rv32imc_zicsr_zifencei"\n.option norelax\n')
            file.writelines(f".insn {length}, {word:#x}\n" for word in words)
        binary = os.path.join(directory, "all.o")
        subprocess.run(["riscv64-unknown-elf-gcc", "-march=rv32imc_zicsr_zifencei", "-mabi=ilp32",
                        "-c", source, "-o", binary], check=True)
        text = subprocess.run(["riscv64-unknown-elf-objdump", "-d", "-M", "no-aliases",
                               "--disassemble-zeroes", binary], check=True, capture_output=True,
                              text=True).stdout
    expected = {}
    for line in text.splitlines():
        match = re.match(r"\s*[0-9a-f]+:\t([0-9a-f]+)\s+\t?(.*)$", line)
        if match:
            expected[int(match[1], 16)] = expectation(int(match[1], 16), match[2].strip())
    return expected


def compare(words, length):
    decoded, expected = decode(words), disassemble(words, length)
    wrong = []
    for word in words:
        got = decoded[word]
        wanted = expected.get(word)
        shown = got[1:1 + len(wanted)] if wanted else None
        if got[0] != length or shown != wanted:
            wrong.append(f"{word:#x}: {got}, the disassembler says {wanted}")
    assert not wrong, f"{len(wrong)} of {len(words)}:\n" + "\n".join(wrong[:20])


def every_compressed_encoding():
    compare([word for word in range(1 << 16) if word & 3 != 3], 2)


def encodings_of_every_opcode():
    source = random.Random(SEED)
    words = set()
    for opcode in range(3, 128, 4):
        if opcode & 0x1C == 0x1C:
            continue  # longer than 32 bits
        for function in range(8):
            for high in range(128):
                for _ in range(3):
                    operands = source.getrandbits(32) & 0x01FF8F80
                    words.add(high << 25 | operands | function << 12 | opcode)
    words |= {0x00000073, 0x00100073, 0x10500073, 0x30200073, 0x10200073, 0x00200073, 0x7B200073}
    compare(sorted(words), 4)


tap.main([("every compressed encoding", every_compressed_encoding),
          ("encodings of every opcode", encodings_of_every_opcode)])
