#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""amcp boot, with images of a few instructions: what the emulated chip does, and that it refuses
what the chip cannot do, saying where."""

import os
import re
import subprocess
import tempfile

from images import AMCP, EXIT, boot, ends_with
import tap

VECTORS = """
    la t0, vectors
    ori t0, t0, 1
    csrw mtvec, t0
    j past
    .balign 256
vectors:
    .option push
    .option norvc
    j on_exception
    .rept 31
    j on_interrupt
    .endr
    .option pop
past:
"""

# Routes FROM_CPU 0 (source 50) to line 5, with priority 1.
ROUTE = """
    li s0, 0x600C2000
    li t0, 5
    sw t0, 200(s0)
    li t0, 1
    sw t0, 0x128(s0)
    li t0, 32
    sw t0, 0x104(s0)
    li s1, 0x600C0028
"""

WATCHDOGS_OFF = """
    li t1, 0x50D83AA1
    li t3, 0x80004000
    .irp base, 0x6001F000, 0x60020000
    li t0, \\base
    sw t1, 0x64(t0)
    lw t2, 0x48(t0)
    not t4, t3
    and t2, t2, t4
    li t4, 1 << 22
    or t2, t2, t4
    sw t2, 0x48(t0)
    .endr
    li t0, 0x60008000
    sw t1, 0xa8(t0)
    lw t2, 0x90(t0)
    li t3, ~0x80001000
    and t2, t2, t3
    sw t2, 0x90(t0)
    li t1, 0x8F1D312A
    sw t1, 0xb0(t0)
    lw t2, 0xac(t0)
    li t3, 1 << 30
    or t2, t2, t3
    sw t2, 0xac(t0)
"""

GDMA_CLOCK = """
    li s0, 0x600C0000
    lw t0, 0x14(s0)
    ori t0, t0, 64
    sw t0, 0x14(s0)
    lw t0, 0x1c(s0)
    andi t0, t0, ~64
    sw t0, 0x1c(s0)
"""
# Starts channel 0, which copies from the list at `send` to the list at `receive`, with no interrupt
# enabled. The macro is what stands before the start of the second side.
START_COPY = GDMA_CLOCK + """
    li s1, 0x6003F000
    li t0, 16
    sw t0, 0x70(s1)
    sw zero, 0xa0(s1)
    sw zero, 0x100(s1)
    la t0, receive
    slli t0, t0, 12
    srli t0, t0, 12
    li t1, 1 << 22
    or t0, t0, t1
    sw t0, 0x80(s1)
    la t0, send
    slli t0, t0, 12
    srli t0, t0, 12
    li t1, 1 << 21
    or t0, t0, t1
    {before}
    sw t0, 0xe0(s1)
"""

# From a list that is a ring into a list that is a ring.
CYCLIC_LISTS = START_COPY.format(before="") + """
    .data
    .balign 4
receive: .4byte 0x80000040, bytes + 64, receive
send: .4byte 0x80040040, bytes, send
bytes: .skip 128
    .text
"""

# One item of 8 bytes; ends when the receive side has seen the end.
SINGLE_COPY = START_COPY + """
1:  lw t0, 0(s1)
    andi t0, t0, 2
    beqz t0, 1b
    .data
    .balign 4
receive: .4byte 0x80000008, {to}, 0
send: .4byte 0xC0008008, {of}, 0
    .text
"""

# Counts of the system timer at s0, into a register. {0} is a label of its own.
TIMER_READ = "li t0, 1 << 30\nsw t0, 4(s0)\n{0}: lw t0, 4(s0)\nslli t0, t0, 2\nbgez t0, {0}b\n" \
    "lw {1}, 0x44(s0)\n"

# `patch` returns 1; `patch_data` is where the data bus has it. 0x00200513 there has it return 2.
PATCH = """
    j end
    .equ patch_data, patch - 0x40380000 + 0x3FC80000
    .option push
    .option norvc
    .balign 8
patch:
    li a0, 1
    ret
other:
    li a0, 2
    ret
    .option pop
end:
"""

# HOST_WAIT (host_calls.h)
SEMIHOSTING = ".option norvc\n.balign 16\nslli zero, zero, 0x1f\nebreak\nsrai zero, zero, 7\n"
HOST_WAIT = "li a0, 0x106\n" + SEMIHOSTING


def refused(body, what, where="begin+0x0", options=()):
    """The run must end at the marked instruction, with a report of the registers."""
    status, _, error = boot("li a7, 0x12345678\n" + body + EXIT, *options)
    assert status == 1, f"exit status {status}\n{error}"
    assert re.search(what, error), f"not /{what}/:\n{error}"
    assert re.search(r"at 0x40380[0-9a-f]{3} \(begin\+0x[0-9a-f]+\)", error), error
    assert "a7 12345678" in error, error


def exit_status():
    ends_with("li a0, 0", 0)
    ends_with("li a0, 77", 77)
    ends_with("li a0, 257", 1)
    for no_byte in (256, -256):
        ends_with(f"li a0, {no_byte}", 255)


def arithmetic():
    ends_with("li a0, -7\nli a1, 3\nrem a0, a0, a1\nneg a0, a0\nli a1, 6\nmul a0, a0, a1", 6)


def both_buses_show_one_memory():
    ends_with("la t0, 1f\nli t1, 0x40380000 - 0x3FC80000\nsub t0, t0, t1\nlbu a0, 0(t0)\nj 2f\n"
              "1: .byte 99, 0\n2:", 99)


def console():
    status, out, error = boot("li s0, 0x60000000\nli t0, 'o'\nsw t0, 0(s0)\nli t0, 'k'\n"
                              "sw t0, 0(s0)\n1: lw t0, 0x1c(s0)\nsrli t0, t0, 16\nbnez t0, 1b\n"
                              "li a0, 0" + EXIT)
    assert (status, out) == (0, "ok"), (status, out, error)


def system_timer():
    # 1600 instructions of one cycle at 160 MHz are 160 counts at 16 MHz.
    read = TIMER_READ.format
    ends_with("li s0, 0x60023000\n" + read(1, "s1") + "li t1, 800\n2: addi t1, t1, -1\n"
              "bnez t1, 2b\n" + read(3, "a0") + "sub a0, a0, s1", 163)


def registers_take_no_time():
    """A loop that only reads a register takes as long as its instructions: 2002 of them here."""
    ends_with("li s0, 0x60023000\nli s2, 0x60000000\n" + TIMER_READ.format(1, "s1") +
              "li t1, 667\n2: lw t2, 0x1c(s2)\naddi t1, t1, -1\nbnez t1, 2b\n" +
              TIMER_READ.format(3, "a0") + "sub a0, a0, s1", 203)


def cycle_counter():
    ends_with("csrwi 0x7e0, 1\ncsrwi 0x7e1, 1\ncsrr a0, 0x7e2\nnop\nnop\nnop\ncsrr a1, 0x7e2\n"
              "sub a0, a1, a0", 4)


def interrupt_is_taken():
    """Vector, mcause, mepc, mstatus, and that masked interrupts wait."""
    ends_with(VECTORS + ROUTE + """
    li a0, 0
    li t1, 1
    sw t1, 0(s1)
    nop
    bnez a0, fail
    csrw mtval, t1
    csrsi mstatus, 8
mark:
    j fail
on_interrupt:
    csrr t2, mcause
    li t3, 0x80000005
    bne t2, t3, fail
    csrr t2, mepc
    la t3, mark
    bne t2, t3, fail
    csrr t2, mstatus
    li t3, 0x1880
    bne t2, t3, fail
    csrr t2, mtval
    bnez t2, fail
    sw zero, 0(s1)
    la t2, good
    csrw mepc, t2
    mret
on_exception:
fail:
    li a0, 1
    j end
good:
    csrr t2, mstatus
    andi a0, t2, 8
end:
""", 8)


def wfi_wakes_though_masked():
    ends_with(VECTORS + ROUTE + "li t1, 1\nsw t1, 0(s1)\nwfi\nli a0, 5\nj end\n"
              "on_exception:\non_interrupt:\nli a0, 1\nend:", 5)


def handled_exception():
    ends_with(VECTORS + "ecall\nj on_interrupt\non_exception:\ncsrr a0, mcause\nj end\n"
              "on_interrupt:\nli a0, 1\nend:", 11)
    ends_with(VECTORS + "ebreak\nj on_interrupt\non_exception:\ncsrr a0, mcause\nj end\n"
              "on_interrupt:\nli a0, 1\nend:", 3)


TRAP = """
    li t0, -1
    csrw mtval, t0
    {mask} mstatus, 8
{number}: {instruction}
    li a0, {number}
    la t0, {number}b
    bne s4, t0, end
    li t0, {inside}
    bne s3, t0, end
    {value}
    bne s2, t0, end
    csrr t0, mstatus
    li t1, {after}
    bne t0, t1, end
"""


def trap_state():
    """What a trap leaves in mstatus, mepc and mtval, and then mret in mstatus."""
    masked, open_ = ("csrci", 0x1800, 0x80), ("csrsi", 0x1880, 0x88)
    steps = [("ecall", "mv t0, zero", masked), ("ecall", "mv t0, zero", open_),
             ("ebreak", "la t0, 3b", masked)]
    body = "".join(TRAP.format(number=number, instruction=instruction, value=value, mask=mask,
                               inside=inside, after=after)
                   for number, (instruction, value, (mask, inside, after)) in enumerate(steps, 1))
    ends_with(".option norvc\n" + VECTORS + body + """
    li a0, 0
    j end
on_interrupt:
    li a0, 99
    j end
on_exception:
    csrr s2, mtval
    csrr s3, mstatus
    csrr s4, mepc
    addi t0, s4, 4
    csrw mepc, t0
    mret
end:
""", 0)


def csr_values():
    """What the chip's CSRs read, and that setting and clearing no bits is no write."""
    for write, read, value in (
            ("", "csrr t1, misa", 0x40101104), ("", "csrrs t1, mhartid, zero", 0),
            ("", "csrrci t1, mhartid, 0", 0), ("csrw mscratch, s0", "csrr t1, mscratch", -2),
            ("csrwi mscratch, 5\ncsrrs t0, mscratch, s1", "csrrw t1, mscratch, zero", 7),
            ("csrsi mscratch, 31\ncsrrc t0, mscratch, s1", "csrrci t1, mscratch, 4", 28),
            ("csrw mepc, s1", "csrr t1, mepc", 2), ("csrw mtvec, s2", "csrr t1, mtvec", 0x40380101),
            ("li t0, 0x5fde8\ncsrw mstatus, t0\nli t0, 0x2000", "csrrc t1, mstatus, t0", 0x1888),
            ("csrw mcause, s1", "csrr t1, mcause", 3), ("csrw mtval, s1", "csrr t1, mtval", 3)):
        ends_with(f"li s0, -2\nli s1, 3\nli s2, 0x40380100\nli t1, 9\n{write}\n{read}\n"
                  f"li t2, {value}\nsub a0, t1, t2\nsnez a0, a0", 0)


def overwritten_code():
    """Code that was executed and then written through the data bus, or by the DMA."""
    again = "call patch\nslli a0, a0, 4\nadd a0, a0, s2\n"
    ends_with("call patch\nmv s2, a0\nla t0, patch_data\nli t1, 0x00200513\nsw t1, 0(t0)\n" +
              again + PATCH, 0x21)
    ends_with("call patch\nmv s2, a0\n" +
              SINGLE_COPY.format(to="patch_data", of="patch_data + 8", before="fence") + again +
              PATCH, 0x21)
    # Back to what it was: each is executed as it is then.
    ends_with("la t0, patch_data\nlw t2, 0(t0)\nli t1, 0x00200513\ncall patch\nmv s2, a0\n"
              "sw t1, 0(t0)\ncall patch\nslli a0, a0, 2\nadd s2, s2, a0\nsw t2, 0(t0)\n" + again +
              PATCH, 0x19)


def overwritten_code_ahead():
    """Code that is written by an instruction before it in the same straight line."""
    line = "la t0, patch_data\nli t1, 0x00200513\nli t2, 0x00100513\n{0}\n{1}\n{2}\n" + \
        PATCH.replace("    j end\n", "").replace("    ret\nother", "    j end\nother")
    ends_with(line.format("", "", "sw t1, 0(t0)"), 2)
    # The line is met when it reads 2, and written to be as it was before it is executed.
    ends_with(line.format("sw t1, 0(t0)", "j 1f\n1:", "sw t2, 0(t0)"), 1)


# Stores a word, and copies it with a fence before the start or without one. Ends with the copy's.
STORE_AND_COPY = "la s2, bytes\nli s3, 0x5A\n" + SINGLE_COPY.replace(
    "    .text\n", "bytes: .skip 16\n    .text\n") + "lw a0, 8(s2)\n"


def copies_of_a_store(before, variants):
    """What a copy of a word has, which was stored just before; with several seeds."""
    body = STORE_AND_COPY.format(to="bytes + 8", of="bytes", before="sw s3, 0(s2)\n" + before)
    return {boot(body + EXIT, "--variants", variants, "--seed", str(seed))[0]
            for seed in range(1, 9)}


def delayed_stores():
    """The DMA may see a word as it was until a fence that orders stores; a fence.i is none."""
    assert copies_of_a_store("", "none") == {0x5A}
    assert copies_of_a_store("fence", "stores-delayed") == {0x5A}
    assert copies_of_a_store("fence w, o", "stores-delayed") == {0x5A}
    for no_order in ("", "fence r, rw", "fence w, r", ".4byte 0x0000100F"):
        assert copies_of_a_store(no_order, "stores-delayed") == {0, 0x5A}, no_order


def limit_counts_sleep():
    """A sleep ends at the limit, too, whatever would come later."""
    for body in (WATCHDOGS_OFF + CYCLIC_LISTS + "wfi", WATCHDOGS_OFF + CYCLIC_LISTS + HOST_WAIT):
        status, _, error = boot(body + EXIT, "--max-instructions", "2000")
        match = re.search(r"limit of 2000 instructions .*, with (\d+) cycles asleep", error)
        done = re.search(r"after (\d+) instructions", error)
        assert status == 1 and match and done, error
        assert int(match[1]) + int(done[1]) == 2000, error
    status, _, error = boot("wfi" + EXIT, "--max-instructions", "500")
    assert status == 1 and "instructions was reached, with 500 cycles asleep" in error, error
    # The event that comes after the limit is a watchdog's; the report says nothing of it.
    assert error.startswith("amcp boot: the run was ended: the limit of 500"), error
    assert "mistake" not in error and error.count("after ") == 1, error


# Ends with the first byte of the arguments plus their length; they go to {to}, of {room} bytes.
READ_ARGUMENTS = """
    la a1, block
    la t0, {to}
    sw t0, 0(a1)
    li t0, {room}
    sw t0, 4(a1)
    li a0, 0x15
    """ + SEMIHOSTING + """
    bnez a0, 1f
    la a0, block
    lw t0, 4(a0)
    lbu a0, 16(a0)
    add a0, a0, t0
1:
"""


def arguments_reach_the_image():
    read = READ_ARGUMENTS.format
    ends_with(read(to="block + 16", room=40), ord("x") + 5, "--arguments", "xyzzy")
    # The zero at their end needs room, too.
    ends_with(read(to="block + 16", room=6), ord("x") + 5, "--arguments", "xyzzy")
    status, _, error = boot(read(to="block + 16", room=5) + EXIT, "--arguments", "xyzzy")
    assert status == 2 and "arguments take 6 bytes, and the image has room for 5" in error, error
    # None were given: the image is told that it gets none.
    ends_with(read(to="block + 16", room=0), 255)


def run_is_repeatable():
    body = VECTORS + ROUTE + "li a0, 0\n1: addi a0, a0, 1\nli t0, 1000\nbne a0, t0, 1b\n" \
        "on_exception:\non_interrupt:\nj on_interrupt"
    runs = {boot(body, "--max-instructions", "100000")[2] for _ in range(3)}
    assert len(runs) == 1 and "after 100000 instructions" in runs.pop()


# The whole of a report: where, all registers, and the CSRs of a trap, each with a value of its own.
REPORT = """the run was ended: instruction 0x0000, which the chip lacks
  at 0x40380400 (begin+0x400), after 81 instructions
  called from 0x40380010 (begin+0x10)
  zero 00000000   ra 40380010   sp a2020202   gp a3030303\
   tp a4040404   t0 a5050505   t1 a6060606   t2 a7070707
    s0 a8080808   s1 a9090909   a0 aa0a0a0a   a1 ab0b0b0b\
   a2 ac0c0c0c   a3 ad0d0d0d   a4 ae0e0e0e   a5 af0f0f0f
    a6 b0101010   a7 b1111111   s2 b2121212   s3 b3131313\
   s4 b4141414   s5 b5151515   s6 b6161616   s7 b7171717
    s8 b8181818   s9 b9191919  s10 ba1a1a1a  s11 bb1b1b1b\
   t3 bc1c1c1c   t4 bd1d1d1d   t5 be1e1e1e   t6 bf1f1f1f
  mstatus 00001880  mepc 10203040  mcause 20304051  mtval 30405060  mtvec 40380101\
  mscratch 5060708f
"""


def whole_report():
    csrs = {"mstatus": 0x80 | 0x1800, "mepc": 0x10203041, "mcause": 0x20304051, "mtval": 0x30405060,
            "mtvec": 0x40380101, "mscratch": 0x5060708F}
    # Each takes two instructions, and a CSR's write one more.
    body = ".option norvc\n" + "".join(
        f"lui t0, {value + 0x800 >> 12 & 0xFFFFF}\naddi t0, t0, {(value & 0xFFF ^ 0x800) - 0x800}\n"
        f"csrw {name}, t0\n" for name, value in csrs.items())
    for number in range(1, 32):
        value = 0x40380010 if number == 1 else 0xA0000000 + number * 0x01010101
        body += f"lui x{number}, {value + 0x800 >> 12}\n" \
            f"addi x{number}, x{number}, {(value & 0xFFF ^ 0x800) - 0x800}\n"
    status, _, error = boot(body + "j 1f\nnop\nnop\n.org 0x400\n1: .2byte 0\n")
    assert status == 1 and error == "amcp boot: " + REPORT + "\n", error


# Asks which variants the machine has (HOST_HAS_VARIANT); bit n of s0 is the nth.
ASK_VARIANTS = "li s0, 0\nli s2, 1\n1: la a1, block\nsw s2, 0(a1)\nli a0, 0x105\n" + \
    SEMIHOSTING + "beqz a0, 2f\nor s0, s0, s2\n2: slli s2, s2, 1\nli t0, 1 << 10\n" \
    "bne s2, t0, 1b\n"

# The send side comes to an item that is not owned by it, and checks that. Its PARK is the status.
START_WITH_ERROR = START_COPY.format(before="li t1, 1 << 12\nsw t1, 0xd4(s1)") + """
1:  lw t0, 0(s1)
    andi t0, t0, 64
    beqz t0, 1b
    lw a0, 0xe0(s1)
    srli a0, a0, 23
    andi a0, a0, 1
    .data
    .balign 4
receive: .4byte 0x80000008, bytes, 0
send: .4byte 0x40008008, bytes + 8, 0
bytes: .skip 16
    .text
"""


def variant_names():
    run = subprocess.run([AMCP, "boot", "--variants", "?", "x"], capture_output=True, text=True)
    return run.stderr.split("none, ")[1].strip().split(", ")


def variants_reach_the_machine():
    names = variant_names()
    assert len(names) == 10, names
    for variants, bits in (("none", 0), ("all", 0x3FF), (f"{names[1]},{names[8]}", 0x102),
                           *((name, 1 << bit) for bit, name in enumerate(names))):
        ends_with(ASK_VARIANTS + f"li t0, {bits}\nsub a0, s0, t0\nsnez a0, a0", 0,
                  "--variants", variants)


def variants_reach_the_engine():
    ends_with(START_WITH_ERROR, 1)
    ends_with(START_WITH_ERROR, 0, "--variants", "error-not-parked")
    ends_with(START_WITH_ERROR, 0, "--variants", "stores-delayed,error-not-parked")


def trace_file():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "trace")
        ends_with("li s0, 0x600C2000\nli t0, 5\nsw t0, 200(s0)\nlw a0, 200(s0)", 5, "--trace", path)
        with open(path, encoding="ascii") as file:
            text = file.read()
    assert re.search(r"register-write\s+-1 0x600c20c8 0x00000005", text), text
    assert re.search(r"register-read\s+-1 0x600c20c8 0x00000005", text), text


REFUSALS = {
    "load where nothing is": ("li t0, 0x3FC70000\nlw t0, 0(t0)",
                              "load from 0x3fc70000, where nothing is"),
    "store where nothing is": ("sw t0, 0(zero)", "store to 0x00000000, where nothing is"),
    "load over the end of the memory": ("li t0, 0x3FCE0000\nlb t0, 0(t0)", "load from 0x3fce0000"),
    "compressed load where nothing is": ("li a5, 0x10\n.option rvc\nc.lw a4, 4(a5)",
                                         "load from 0x00000014"),
    "stack where nothing is": ("li sp, 0x20\nc.swsp ra, 8(sp)", "store to 0x00000028"),
    "register that the emulator lacks": ("li t0, 0x60000800\nlw t0, 0(t0)",
                                         "not modelled: register 0x60000800 of UART0\n"),
    "register at the begin of a block": ("li t0, 0x6001F000\nlw t0, 0(t0)",
                                         "not modelled: register 0x6001f000 of TIMG0\n"),
    "register that the chip lacks": (GDMA_CLOCK + "li t0, 0x6003F000\nlw t0, 0x7fc(t0)",
                                     "mistake: AHB_GDMA has no register at offset 0x7FC"),
    "receiving": ("li t0, 0x60000000\nlw t0, 0(t0)", "not modelled: receiving with UART0"),
    "block that the emulator lacks": ("li t0, 0x60004000\nlw t0, 4(t0)",
                                      "load from 0x60004004, where this emulator models no regi"),
    "byte of a block that it lacks": ("li t0, 0x60004000\nsb t0, 5(t0)",
                                      "store to 0x60004005, where this emulator models no regist"),
    "jump to the ROM": ("li t0, 0x40000010\njr t0", "jump to 0x40000010, in the chip's ROM, which"),
    "end of the ROM": ("li t0, 0x4005FFFE\njr t0", "jump to 0x4005fffe, in the chip's ROM, which"),
    "behind the ROM": ("li t0, 0x40060000\njr t0", "jump to 0x40060000, where no code can be"),
    "jump to flash": ("li t0, 0x42000010\njr t0",
                      "jump to 0x42000010, in the chip's flash window, and the emulated chip h"),
    "mret to the ROM": ("li t0, 0x1800\ncsrw mstatus, t0\nli t0, 0x40000010\ncsrw mepc, t0\nmret",
                        "mret to 0x40000010, in the chip's ROM, which the emulated chip does not"),
    "vectors in the ROM": ("li t0, 0x40000000\ncsrw mtvec, t0\necall",
                           "vectors are at 0x40000000, in the chip's ROM, which"),
    "load from the ROM": ("li t0, 0x3FF00000\nlw t0, 0(t0)", "0x3ff00000, in the chip's ROM, w"),
    "load from flash": ("li t0, 0x3C000000\nlw t0, 0(t0)", "0x3c000000, in the chip's flash"),
    "register in a byte": ("li t0, 0x600C2000\nsb t0, 0(t0)", "in less than a word"),
    "misaligned load": ("la t0, block\nlw t0, 2(t0)", "misaligned load from"),
    "misaligned store": ("la t0, block\nsh t0, 1(t0)", "misaligned store to"),
    "data through the instruction bus": ("la t0, begin\nlw t0, 0(t0)", "the instruction bus"),
    "jump where nothing is": ("li t0, 0x1000\njr t0", "jump to 0x00001000, where no code can be"),
    "jump to the data bus": ("la t0, block\njr t0", "jump to 0x3fc90000, where no code can be"),
    "atomic instruction": ("la t0, block\namoadd.w t1, t1, (t0)",
                           "0x0062a32f, which the chip lacks"),
    "load reserved": ("la t0, block\nlr.w t1, (t0)", "which the chip lacks"),
    "code overwritten with an atomic instruction": (
        "call patch\nla t0, patch_data\nli t1, 0x0062A32F\nsw t1, 0(t0)\ncall patch\n" + PATCH,
        "0x0062a32f, which the chip lacks"),
    "code of which the first half is overwritten": (
        "call patch\nla t0, patch_data\nli t1, 0x2503\nsh t1, 0(t0)\ncall patch\n" + PATCH,
        "misaligned load from 0x00000001"),
    "code of which the second half is overwritten": (
        "la s2, block\nla t0, patch_data\nli t1, 0x00092503\nsw t1, 0(t0)\ncall patch\n"
        "la t0, patch_data\nli t1, 0x0029\nsh t1, 2(t0)\ncall patch\n" + PATCH,
        "misaligned load from 0x3fc90002"),
    "floating point": ("fcvt.s.w ft0, t0", "which the chip lacks"),
    "floating point load": ("la t0, block\nflw ft0, 0(t0)", "which the chip lacks"),
    "compressed floating point load": ("la a5, block\nc.flw fa4, 0(a5)", "which the chip lacks"),
    "double precision": ("fadd.d ft0, ft0, ft0", "which the chip lacks"),
    "illegal instruction": (".2byte 0", "instruction 0x0000, which the chip lacks"),
    "supervisor return": ("sret", "instruction 0x10200073, which the chip lacks"),
    **{f"{name} CSR": (f"csrr t0, {name}", f"illegal instruction: CSR {number}, which the chip")
       for name, number in (("cycle", "0xc00"), ("mcycle", "0xb00"), ("fcsr", "0x003"),
                            ("satp", "0x180"), ("sie", "0x104"), ("mie", "0x304"),
                            ("mip", "0x344"))},
    **{f"{name} CSR": (f"csrr t0, {name}", f"CSR {number}, which this emulator does not model")
       for name, number in (("mvendorid", "0xf11"), ("pmpcfg0", "0x3a0"), ("tselect", "0x7a0"))},
    **{f"mhartid by {instruction}": (instruction, "illegal instruction: a write to CSR 0xf14")
       for instruction in ("csrw mhartid, zero", "csrs mhartid, a7", "csrc mhartid, a7",
                           "csrwi mhartid, 0", "csrsi mhartid, 1", "csrci mhartid, 1")},
    "misa without C": ("csrci misa, 4", "0x301 is written with 0x40101100: changing misa"),
    "vectors at half a table": ("li t0, 0x40380080\ncsrw mtvec, t0", "aligned to 256 bytes"),
    "user-mode interrupts": ("csrsi mstatus, 1", "0x300 is written with 0x00000001: UIE"),
    "supervisor mode": ("li t0, 0x800\ncsrs mstatus, t0", "MPP 1 is a mode that the chip lacks"),
    "mret to user mode": ("la t0, 1f\ncsrw mepc, t0\nmret\n1:", "mret to user mode, which this"),
    "mret where nothing is": ("li t0, 0x1800\ncsrw mstatus, t0\nmret",
                              "mret to 0x00000000, where no code can be"),
    "vectors on the data bus": ("li t0, 0x3FC80000\ncsrw mtvec, t0\necall",
                                "exception 11 while the vectors are at 0x3fc80000, where no code"),
    "mret twice": ("la t0, 1f\ncsrw mepc, t0\nli t0, 0x1800\ncsrw mstatus, t0\nmret\n1: mret",
                   "mret to user mode, which this"),
    "unhandled ecall": ("ecall", "exception 11 while mtvec is not set"),
    "unhandled ebreak": ("ebreak", "exception 3 while mtvec is not set"),
    "unhandled interrupt": (ROUTE + "li t1, 1\nsw t1, 0(s1)\ncsrsi mstatus, 8\nnop",
                            "interrupt on line 5 while mtvec is not set"),
    "sleep without end": (WATCHDOGS_OFF + "wfi", "nothing under way that could ever wake it"),
    "sleep while cyclic lists run": (WATCHDOGS_OFF + CYCLIC_LISTS + "wfi",
                                     "no interrupt for 100 ms of simulated time"),
    "test's wait while cyclic lists run": (WATCHDOGS_OFF + CYCLIC_LISTS + HOST_WAIT,
                                           "no interrupt for 100 ms of simulated time"),
    "reserved bit": ("li t0, 0x600C2104\nli t1, 0x10\nsw t1, 0x10(t0)\n", "reserved bits"),
    "watchdogs left on": ("li t0, 4000000\n1: addi t0, t0, -1\nbnez t0, 1b", "watchdog of TIMG0"),
    "a protected watchdog": ("li t0, 0x60008000\nsw zero, 0x90(t0)", "written while protected"),
    "semihosting without a block": ("li a0, 0x20\nli a1, 16\n" + SEMIHOSTING,
                                    "block at 0x00000010, where no memory is"),
    "host call without a block": ("li a0, 0x104\nli a1, 16\n" + SEMIHOSTING,
                                  "block at 0x00000010, where no memory is"),
    "arguments without a block": ("li a0, 0x15\nli a1, 16\n" + SEMIHOSTING,
                                  "block at 0x00000010, where no memory is", ("--arguments", "x")),
    "arguments to where nothing is": (READ_ARGUMENTS.format(to="16", room=6),
                                      "room for the arguments at 0x00000010, where no memory is",
                                      ("--arguments", "xyzzy")),
    "host call that is not": ("li a0, 0x10a\nla a1, block\n" + SEMIHOSTING,
                              "semihosting operation 0x10a"),
    "other semihosting": ("li a0, 4\nla a1, block\n" + SEMIHOSTING,
                          "semihosting operation 0x04"),
    "another reason for the end": ("li t0, 0x20023\nla a1, block\nsw t0, 0(a1)\nli a0, 0x20\n" +
                                   SEMIHOSTING, "image gave up: semihosting reason 0x20023"),
    "too many instructions": ("1: j 1b", "the limit of 500 instructions was reached",
                              ("--max-instructions", "500")),
    "exceptions without end": ("la t0, 1f\ncsrw mtvec, t0\necall\n.balign 256\n1: ebreak",
                               "the limit of 500 instructions was reached",
                               ("--max-instructions", "500")),
}


def refusal(name):
    body, what, *options = REFUSALS[name]
    return lambda: refused(body, what, options=options[0] if options else ())


# Has {count} instructions that do nothing before the last halfword of the memory, and the first
# half of an instruction of four bytes in it; or the whole of `c.jr ra`. Goes to the first one.
LAST_INSTRUCTIONS = """
    li t0, 0x3FCDFFFE - 2 * {count}
    li t1, 1
    li t2, 0x3FCDFFFE
    j 2f
1:  sh t1, 0(t0)
    addi t0, t0, 2
2:  bne t0, t2, 1b
    li t1, {last}
    sh t1, 0(t0)
    li t0, 0x403DFFFE - 2 * {count}
    jalr t0
"""


def instruction_beyond_the_memory():
    for count in (0, 1, 4, 40, 4000):
        last = LAST_INSTRUCTIONS.format
        status, _, error = boot(".option norvc\n" + last(count=count, last=0x0513) + EXIT)
        assert status == 1, error
        assert "the instruction at 0x403dfffe reaches beyond the memory\n" in error, error
        assert f"at 0x403dfffe, after {12 + 4 * count} instructions\n" in error, error
        ends_with("li a0, 9\n" + last(count=count, last=0x8082), 9)
    # The one before it makes it whole, and then it is executed: twice.
    ends_with("li t0, 0x3FCDFFF8\nli t1, 0x90230001\nsw t1, 0(t0)\nli t1, 0x05130062\n"
              "sw t1, 4(t0)\nli t1, 0x8082\nli t2, 0x403DFFF8\naddi t0, t0, 6\njalr t2\n"
              "li a0, 3\njalr t2\naddi a0, a0, 4", 7)


tap.main([
    ("the image's exit status", exit_status),
    ("arithmetic", arithmetic),
    ("both buses show one memory", both_buses_show_one_memory),
    ("console", console),
    ("system timer", system_timer),
    ("registers take no time", registers_take_no_time),
    ("cycle counter", cycle_counter),
    ("an interrupt is taken", interrupt_is_taken),
    ("wfi wakes though interrupts are masked", wfi_wakes_though_masked),
    ("a handled exception", handled_exception),
    ("the state of a trap", trap_state),
    ("the values of CSRs", csr_values),
    ("code that was overwritten", overwritten_code),
    ("code that is overwritten just ahead", overwritten_code_ahead),
    ("stores that the DMA sees late", delayed_stores),
    ("the limit counts sleep", limit_counts_sleep),
    ("arguments reach the image", arguments_reach_the_image),
    ("a run is repeatable", run_is_repeatable),
    ("a whole report", whole_report),
    ("variants reach the machine", variants_reach_the_machine),
    ("variants reach the engine", variants_reach_the_engine),
    ("trace file", trace_file),
    *((f"refused: {name}", refusal(name)) for name in REFUSALS),
    ("an instruction beyond the memory", instruction_beyond_the_memory),
])
