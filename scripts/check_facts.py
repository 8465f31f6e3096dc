#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the hardware facts in the code against the hardware tables.

usage: check_facts.py [--build DIR] [--copy]

The tables are the CSV files of ../shared/hardware when that stands beside the tree, and otherwise
the copy of the needed rows in tests/facts. When both are there they must agree. Facts that only the
datasheet's text gives stand in tests/facts/prose.csv, each with the words that give it.

The driver's facts (src/engine/regs, the descriptor words in src/engine/engine.h, the rows of
src/chip) and the model's (the register tables, memories and interrupt sources of sim/) are compared
with the tables independently, so that a mistake which both share does not pass. A fact that no
table knows is a violation too.

  --build DIR  where dump_driver and dump_model were built (build/plain without it)
  --copy       write the copy anew from ../shared/hardware, for the chips of the driver's table

Exit status: 0 all agree, 1 something does not, 2 wrong usage.
"""

import argparse
import csv
import functools
import glob
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
COPY = os.path.join(ROOT, "tests", "facts")
ORIGINAL = os.path.join(ROOT, "..", "shared", "hardware")
TABLES = ("chips", "bases", "strides", "registers")
SPDX = "# SPDX-License-Identifier: Apache-2.0"

# Which chips a macro speaks of: those of a layout of chips.csv, and the block it names.
MACRO_PREFIXES = (("GDMA_V1_C3_", "v1_c3", "AHB_GDMA"), ("GDMA_V1_S3_", "v1_s3", "AHB_GDMA"),
                  ("GDMA_V1_", "v1_", "AHB_GDMA"), ("GDMA_", "v1_", "AHB_GDMA"))
# Registers that tell how far it is from one channel to the next; all that a chip has must agree.
STRIDES = {"INT_STRIDE": ("INT_RAW_CHn", "INT_ST_CHn", "INT_ENA_CHn", "INT_CLR_CHn"),
           "CHANNEL_STRIDE": tuple(f"{side}_{name}_CHn" for side in ("IN", "OUT")
                                   for name in ("CONF0", "CONF1", "LINK", "PERI_SEL"))}
# Where the macros stand: headers, which of their macros are facts, and what is to be included.
DRIVER_MACROS = (("src/engine/regs/*.h", r"\w+"), ("src/engine/engine.h", r"DW0_\w+"))
DRIVER_INCLUDE = ("include", "include/platform", "src/engine", "src/chip", "ports", "ports/common",
                  "ports/sim")
MODEL_MACROS = (("sim/models/*gdma*.h", r"GDMA_\w+"),)
MODEL_INCLUDE = ("sim", "sim/models")
# What the model says of each kind of access.
ACCESS = {"R/W": "writable", "R/WTC/SS": "clears", "WT": "triggers", "WO": "triggers",
          "R/W/SC": "triggers", "RO": "read_only"}


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


class Tables:
    """The rows of the hardware tables, for some chips."""

    def __init__(self, directory, chips=None):
        self.rows = {name: [row for row in read_csv(os.path.join(directory, f"{name}.csv"))
                            if chips is None or row["chip"] in chips] for name in TABLES}
        self.prose = read_csv(os.path.join(COPY, "prose.csv"))
        self.by_block = {}
        for row in self.rows["registers"]:
            self.by_block.setdefault((row["chip"], row["block"]), []).append(row)

    def chips(self):
        return sorted({row["chip"] for row in self.rows["chips"]})

    def chip(self, chip, engine="AHB_GDMA"):
        return next((row for row in self.rows["chips"]
                     if row["chip"] == chip and row["engine"] == engine), None)

    def base(self, chip, block):
        return next((int(row["base_hex"], 16) for row in self.rows["bases"]
                     if (row["chip"], row["block"]) == (chip, block)), None)

    def stride(self, chip, block, register):
        return next((int(row["stride_hex"], 16) for row in self.rows["strides"]
                     if (row["chip"], row["block"], row["register"]) == (chip, block, register)),
                    None)

    def fields(self, chip, block):
        return self.by_block.get((chip, block), [])

    def offset(self, chip, block, register):
        return next((int(row["offset_hex"], 16) for row in self.fields(chip, block)
                     if row["register"] == register), None)

    def address(self, chip, block, register):
        offset = self.offset(chip, block, register)
        return None if offset is None else self.base(chip, block) + offset

    def said(self, chip, fact):
        return next((int(row["value"], 0) for row in self.prose
                     if (row["chip"], row["fact"]) == (chip, fact)), None)


def mask_of(field):
    msb, lsb = int(field["msb"]), int(field["lsb"])
    return ((1 << (msb - lsb + 1)) - 1) << lsb


def reset_of(field):
    return int(field["reset"], 16) << int(field["lsb"])


@functools.lru_cache(maxsize=None)
def without_channel(name):
    return re.sub(r"_INT_(RAW|ST|ENA|CLR)$", "", re.sub(r"_CH\d+(?=_|$)", "", name))


def plain_name(field):
    """A field's name without its channel, and without which interrupt register it stands in."""
    return without_channel(field["field"])


class Report:
    def __init__(self):
        self.violations, self.checked = [], 0

    def expect(self, name, actual, expected, source):
        self.checked += 1
        if expected is None:
            self.violations.append(f"{name} = {actual:#x}: no table knows it ({source})")
        elif actual != expected:
            self.violations.append(f"{name} = {actual:#x}: the tables say {expected:#x} ({source})")

    def wrong(self, text):
        self.checked += 1
        self.violations.append(text)


def only(values):
    """The one value that all are, or None."""
    return values.pop() if len(values := set(values)) == 1 else None


@functools.lru_cache(maxsize=None)
def expected_macro(tables, chip, block, name):
    """Returns what the tables say of a macro, named without its prefix; None if nothing."""
    fields = tables.fields(chip, block)
    if name.endswith("_REG"):
        register = name[:-len("_REG")]
        offset = tables.offset(chip, block, f"{register}_CH0")
        return offset if offset is not None else tables.offset(chip, block, register)
    if name in STRIDES:
        return only(stride for register in STRIDES[name]
                    if (stride := tables.stride(chip, block, register)) is not None)
    if name.endswith("INT_ALL"):
        register = f"{name.removesuffix('INT_ALL')}INT_RAW_CH0"
        return sum(mask_of(field) for field in fields if field["register"] == register) or None
    if name == "PERI_SEL_NONE":
        return only(int(field["reset"], 16) for field in fields
                    if plain_name(field) in ("PERI_IN_SEL", "PERI_OUT_SEL"))
    for suffix, value in (("_SHIFT", lambda field: int(field["lsb"])), ("_MASK", mask_of),
                          ("_RESET", reset_of), ("", mask_of)):
        wanted = name.removesuffix(suffix) if suffix else name
        # A name without a direction speaks of both.
        names = [prefix + wanted for prefix in ("", "IN_", "OUT_", "IN", "OUT")]
        found = [value(field) for field in fields if plain_name(field) in names]
        if found and name.endswith(suffix):
            return only(found)
    return None


def check_macros(tables, macros, report):
    """Compares macros, a dictionary, with the registers of every chip that they speak of."""
    for name, value in macros.items():
        if "DW0_" in name:
            said = tables.said("all", name[name.index("DW0_"):])
            report.expect(name, value, said, "descriptor.md")
            continue
        match = next((entry for entry in MACRO_PREFIXES if name.startswith(entry[0])), None)
        chips = [row["chip"] for row in tables.rows["chips"]
                 if match and row["layout"].startswith(match[1])]
        if not chips:
            report.wrong(f"{name}: its name says no register language that the tables know")
        for chip in chips:
            expected = expected_macro(tables, chip, match[2], name[len(match[0]):])
            report.expect(name, value, expected, f"registers of {chip}")


# The interrupt matrix, where there are several that of the first core.
MATRICES = ("INTMTX", "INTMTX_CORE0")


def first_of(span):
    """The first number of "44..46" or of "44"; 0 if there is none."""
    return int(span.split("..")[0]) if span else 0


def expected_row(tables, chip):
    """Returns what the tables say of a chip, by the names of dump_driver."""
    row = tables.chip(chip)
    number = {key: int(value, 0) for key, value in row.items()
              if re.fullmatch(r"\d+|0[xX][0-9a-fA-F]+", value or "")}
    psram = row["psram_by_dma"] == "1"
    matrix = next(block for block in MATRICES if tables.base(chip, block) is not None)
    second = tables.base(chip, "INTMTX_CORE1")
    return {
        "core_count": number["cpu_cores"],
        "sram.low": number["int_ram_low"],
        "sram.size_bytes": number["int_ram_high"] + 1 - number["int_ram_low"],
        "psram.low": number["psram_low"] if psram else 0,
        "psram.size_bytes": number["psram_high"] + 1 - number["psram_low"] if psram else 0,
        "cache_sync": tables.address(chip, "EXTMEM", "DCACHE_SYNC_CTRL") or 0,
        "interrupts.map_base": tables.base(chip, matrix),
        # What the map registers hold after reset, when nothing is routed.
        "interrupts.map_none": only(int(field["reset"], 16) for field in tables.fields(chip, matrix)
                                    if re.fullmatch(r"DMA_.*_INT_MAP", field["register"])),
        "interrupts.core_stride": second - tables.base(chip, matrix) if second else 0,
        "interrupts.enable_register": tables.address(chip, matrix, "CPU_INT_ENABLE") or 0,
        "interrupts.type_register": tables.address(chip, matrix, "CPU_INT_TYPE") or 0,
        "interrupts.priority_base": tables.address(chip, matrix, "CPU_INT_PRI_0") or 0,
        "interrupts.threshold_register": tables.address(chip, matrix, "CPU_INT_THRESH") or 0,
        "interrupts.software_base": tables.said(chip, "interrupts.software_base"),
        "interrupts.software_source": tables.said(chip, "interrupts.software_source"),
        "interrupts.line_mask": tables.said(chip, "interrupts.line_mask"),
        "ahb.base": number["base_hex"],
        "ahb.gate.clock_register": number["clk_en_addr"],
        "ahb.gate.clock_mask": 1 << number["clk_en_bit"],
        "ahb.gate.reset_register": number["rst_addr"],
        "ahb.gate.reset_mask": 1 << number["rst_bit"],
        "ahb.pair_mask": number["m2m_pair_mask"],
        "ahb.trigger_id_mask": number["m2m_free_id_mask"],
        "ahb.interrupt_source": first_of(row["irq_combined"] or row["irq_in"]),
        "ahb.out_interrupt_source": first_of(row["irq_out"]),
        "ahb.burst_align_bytes": number["rx_align_burst_on"],
        "ahb.block_bytes_max": number["max_burst_psram"] if psram else 0,
    }


def check_rows(tables, facts, report):
    """Compares the driver's chip table: facts, a dictionary of "chip.fact"."""
    for chip in sorted({name.split(".")[0] for name in facts}):
        if tables.chip(chip) is None:
            report.wrong(f"{chip}: the tables know no such chip")
            continue
        expected = expected_row(tables, chip)
        for name in sorted(name for name in facts if name.startswith(f"{chip}.")):
            report.expect(name, facts[name], expected.pop(name[len(chip) + 1:], None), "chips.csv")
        for name in expected:
            report.wrong(f"{chip}.{name}: the driver's table does not say it")
        # An interrupt source is told twice, as a number and as the address of its map register.
        for fact, registers in (("interrupt_source", ("DMA_CH0_INT_MAP", "DMA_IN_CH0_INT_MAP")),
                                ("out_interrupt_source", ("DMA_OUT_CH0_INT_MAP",))):
            source = facts.get(f"{chip}.ahb.{fact}", 0)
            address = next((address for register in registers for block in MATRICES
                            if (address := tables.address(chip, block, register))), None)
            if source != 0 or address is not None:
                report.expect(f"{chip}: map register of the first channel's {fact}",
                              facts.get(f"{chip}.interrupts.map_base", 0) + 4 * source,
                              address, "registers.csv")


@functools.lru_cache(maxsize=None)
def expected_registers(tables, chip):
    """Returns (block, offset) -> what the tables say of every register of a chip."""
    expected = {}
    blocks = {row["block"] for row in tables.rows["registers"] if row["chip"] == chip}
    for block in blocks:
        for field in tables.fields(chip, block):
            key = (block, int(field["offset_hex"], 16))
            register = expected.setdefault(key, {
                "name": field["register"], "base": tables.base(chip, block), "reset": 0,
                "writable": 0, "clears": 0, "triggers": 0, "read_only": 0})
            register["reset"] |= reset_of(field)
            register[ACCESS[field["access"]]] |= mask_of(field)
    return expected


def check_registers(tables, registers, report):
    """Compares the model's registers, a list of dictionaries, with those of the tables."""
    for chip in sorted({register["chip"] for register in registers}):
        expected, said = dict(expected_registers(tables, chip)), said_registers(tables, chip)
        for register in (register for register in registers if register["chip"] == chip):
            where = f"{chip} {register['block']} {register['name']}"
            key = (register["block"], register["offset"])
            wanted = expected.pop(key, said.get(key))
            if wanted is None:
                report.wrong(f"{where}: no table knows a register at {register['offset']:#x}")
                continue
            if register["name"] != wanted["name"]:
                report.wrong(f"{where}: the tables call it {wanted['name']}")
            for key in ("base", "reset", "writable", "clears", "triggers", "read_only"):
                report.expect(f"{where} {key}", register[key], wanted[key], "registers.csv")
        for (block, offset), register in expected.items():
            report.wrong(f"{chip} {block} {register['name']} at {offset:#x}: not in the model")


@functools.lru_cache(maxsize=None)
def said_registers(tables, chip):
    """Returns (block, offset) -> what the datasheet's text says of registers that registers.csv
    lacks. A fact is "register BLOCK NAME OFFSET ACCESS=MASK...", its value is that after reset;
    NAME may hold {FIRST..LAST}, and OFFSET is then that of number FIRST, 4 less than the next."""
    registers = {}
    for row in tables.prose:
        words = row["fact"].split()
        if row["chip"] != chip or words[0] != "register":
            continue
        block, name, offset = words[1], words[2], int(words[3], 0)
        span = re.search(r"\{(\d+)\.\.(\d+)\}", name)
        first, last = map(int, span.groups()) if span else (0, 0)
        for number in range(first, last + 1):
            registers[block, offset + 4 * (number - first)] = {
                "name": re.sub(r"\{.*\}", str(number), name), "reset": int(row["value"], 0),
                "base": tables.base(chip, block) or tables.said(chip, f"base {block}"),
                "writable": 0, "clears": 0, "triggers": 0, "read_only": 0,
                **{access: int(mask, 0) for access, mask in (w.split("=") for w in words[4:])}}
    return registers


def expected_machine(tables, chip):
    """Returns what the tables say of a chip, by the names of dump_model."""
    row = tables.chip(chip)
    psram = row["psram_by_dma"] == "1"
    first = first_of(row["irq_combined"] or row["irq_in"])
    last = int((row["irq_combined"] or row["irq_out"]).split("..")[-1])
    # Each block of interrupt registers with a source of its own.
    blocks = ("INT_RAW_CH0",) if row["irq_combined"] else ("IN_INT_RAW_CH0", "OUT_INT_RAW_CH0")
    expected = {
        "core_count": int(row["cpu_cores"]),
        "sram.low": int(row["int_ram_low"], 16), "sram.high": int(row["int_ram_high"], 16),
        "rtc_ram.low": tables.said(chip, "rtc_ram.low"),
        "sources.first": first, "sources.count": last - first + 1,
        "gdma.pair_count": int(row["pairs"]), "gdma.source": first,
        "gdma.block_count": len(blocks), "gdma.out_source": first_of(row["irq_out"]),
        "gdma.external_low": int(row["psram_low"], 16) if psram else 0,
        "gdma.external_high": int(row["psram_high"], 16) if psram else 0,
        "gdma.reject_source": tables.said(chip, "gdma.reject_source") if psram else 0,
        "gdma.window_low": int(row["int_ram_low"], 16),
        "gdma.window_high": int(row["int_ram_high"], 16),
        # LINK.ADDR holds 20 bits of a descriptor's address (descriptor.md).
        "gdma.address_high": int(row["int_ram_low"], 16) & 0xFFF00000,
        "gdma.m2m_ids": int(row["m2m_free_id_mask"], 16)}
    for field in tables.fields(chip, "AHB_GDMA"):
        if field["register"] in blocks:
            expected[f"gdma.event.{plain_name(field)}"] = int(field["lsb"])
            expected[f"gdma.event_block.{plain_name(field)}"] = blocks.index(field["register"])
    return expected


def check_machine(tables, facts, report):
    """Compares what the model says beside its registers."""
    for chip in sorted({name.split(".")[0] for name in facts}):
        expected = expected_machine(tables, chip)
        for name in (name for name in facts if name.startswith(f"{chip}.")):
            report.expect(name, facts[name], expected.get(name[len(chip) + 1:]), "chips.csv")


def read_macros(places, include):
    """Returns name -> value of the macros at those places, as the compiler evaluates them."""
    names, headers = [], []
    for pattern, wanted in places:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
            headers.append(path)
            with open(path, encoding="utf-8") as file:
                names += re.findall(rf"^#define ({wanted})(?:[ \t]+\S|[ \t]*\\\n)", file.read(),
                                    re.MULTILINE)
    includes = "".join(f'#include "{path}"\n' for path in headers)
    prints = "".join(f'    printf("%s=0x%llx\\n", "{name}", (unsigned long long)({name}));\n'
                     for name in names)
    with tempfile.TemporaryDirectory() as directory:
        source, program = (os.path.join(directory, name) for name in ("dump.c", "dump"))
        with open(source, "w", encoding="utf-8") as file:
            file.write(f"#include <stdio.h>\n{includes}"
                       f"int main(void)\n{{\n{prints}    return 0;\n}}\n")
        options = [f"-I{os.path.join(ROOT, path)}" for path in include]
        # Inline functions of the headers call what is not linked here; optimized they vanish.
        subprocess.run(["cc", "-std=c11", "-O1", *options, source, "-o", program], check=True)
        output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return parse_facts(output)


def parse_facts(output):
    return {name: int(value, 0) for name, value in
            (line.split("=") for line in output.splitlines())}


def dump(build, program):
    path = os.path.join(build, program)
    try:
        return subprocess.run([path], check=True, capture_output=True, text=True).stdout
    except OSError as error:
        sys.exit(f"check_facts: cannot run {path}: {error.strerror}; build first")


class Code:
    """The facts as they stand in the code."""

    def __init__(self, build):
        self.macros = read_macros(DRIVER_MACROS, DRIVER_INCLUDE)
        self.rows = parse_facts(dump(build, "dump_driver"))
        self.model_macros = read_macros(MODEL_MACROS, MODEL_INCLUDE)
        self.registers, facts = [], []
        for line in dump(build, "dump_model").splitlines():
            if "," not in line:
                facts.append(line)
                continue
            chip, block, base, name, *numbers = line.split(",")
            keys = ("offset", "reset", "writable", "clears", "triggers", "read_only")
            self.registers.append({"chip": chip, "block": block, "base": int(base, 16),
                                   "name": name, **dict(zip(keys, (
                                       int(number, 16) for number in numbers)))})
        self.machine = parse_facts("\n".join(facts))


def check_driver(tables, code):
    report = Report()
    check_macros(tables, code.macros, report)
    check_rows(tables, code.rows, report)
    return report


def check_model(tables, code):
    report = Report()
    if not code.registers or not code.machine or not code.model_macros:
        report.wrong("the model says nothing")
    check_macros(tables, code.model_macros, report)
    check_registers(tables, code.registers, report)
    check_machine(tables, code.machine, report)
    return report


def check_copy():
    """Compares the copy with the original, and the quotations with the datasheet's text. Returns a
    report, or None if there is no original."""
    if not os.path.isdir(ORIGINAL):
        return None
    report = Report()
    copy = Tables(COPY)
    original = Tables(ORIGINAL, copy.chips())
    for name in TABLES:
        report.checked += len(copy.rows[name])
        if copy.rows[name] != original.rows[name]:
            report.wrong(f"tests/facts/{name}.csv is not what the original has for "
                         f"{', '.join(copy.chips())}; check_facts.py --copy writes it anew")
    for row in copy.prose:
        with open(os.path.join(ORIGINAL, row["file"]), encoding="utf-8") as file:
            report.checked += 1
            if row["quote"] not in file.read():
                report.wrong(f"{row['fact']}: '{row['quote']}' does not stand in {row['file']}")
    return report


def write_copy(chips):
    for name in TABLES:
        with open(os.path.join(ORIGINAL, f"{name}.csv"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        kept = [line for line in lines[1:] if line.split(",")[0] in chips]
        with open(os.path.join(COPY, f"{name}.csv"), "w", encoding="utf-8") as file:
            file.write("\n".join([SPDX, lines[0], *kept]) + "\n")


def best_tables():
    copy = Tables(COPY)
    return Tables(ORIGINAL, copy.chips()) if os.path.isdir(ORIGINAL) else copy


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "plain"))
    parser.add_argument("--copy", action="store_true")
    arguments = parser.parse_args()
    if arguments.copy:
        facts = parse_facts(dump(arguments.build, "dump_driver"))
        write_copy({name.split(".")[0] for name in facts})
    code, tables = Code(arguments.build), best_tables()
    reports = [check_driver(tables, code), check_model(tables, code), check_copy()]
    violations = [text for report in reports if report for text in report.violations]
    for text in violations:
        print(f"check_facts: {text}")
    print(f"{sum(report.checked for report in reports if report)} facts checked, "
          f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
