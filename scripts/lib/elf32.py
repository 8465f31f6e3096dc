# SPDX-License-Identifier: Apache-2.0
"""Reads what the image checks need of a 32-bit little-endian RISC-V ELF file."""

import bisect
import struct
from collections import namedtuple

Section = namedtuple("Section", "name type flags address offset size link info entry_size")
Symbol = namedtuple("Symbol", "name address size type section")
Relocation = namedtuple("Relocation", "address type target")  # target: an address, or None

SHT_RELA, SHT_SYMTAB = 4, 2
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
STT_OBJECT, STT_FUNC = 1, 2

# Types that name no target: relaxation leftovers, alignment, and PCREL_LO12, whose symbol is the
# label of the instruction that has the target.
WITHOUT_TARGET = {0, 24, 25, 43, 51}
# GPREL_I, GPREL_S: the addend has the value of gp taken off
RELATIVE_TO_GP = {47, 48}
SHN_ABS = 0xFFF1
# BRANCH, JAL, CALL, CALL_PLT, RVC_BRANCH, RVC_JUMP
TRANSFERS = {16, 17, 18, 19, 44, 45}


class Elf:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.bytes = file.read()
        if self.bytes[:6] != b"\x7fELF\x01\x01" or self.unpack("<H", 18)[0] != 243:
            raise ValueError(f"{path}: not a 32-bit RISC-V ELF file")
        self.flags = self.unpack("<I", 36)[0]
        self.entry = self.unpack("<I", 24)[0]
        self.sections = self.read_sections()
        self.all_symbols = self.read_symbols()
        self.symbols = sorted((s for s in self.all_symbols if s.type in (STT_OBJECT, STT_FUNC)),
                              key=lambda s: (s.address, s.size))
        self.addresses = [s.address for s in self.symbols]

    def unpack(self, layout, offset):
        return struct.unpack_from(layout, self.bytes, offset)

    def text_at(self, offset):
        return self.bytes[offset:self.bytes.index(b"\0", offset)].decode()

    def read_sections(self):
        table, = self.unpack("<I", 32)
        size, count, names = self.unpack("<HHH", 46)
        raw = [self.unpack("<10I", table + size * i) for i in range(count)]
        return [Section(self.text_at(raw[names][4] + r[0]), r[1], r[2], r[3], r[4], r[5], r[6],
                        r[7], r[9]) for r in raw]

    def read_symbols(self):
        symbols = []
        for section in self.sections:
            if section.type != SHT_SYMTAB:
                continue
            names = self.sections[section.link].offset
            for at in range(section.offset, section.offset + section.size, 16):
                name, value, size, info, _, index = self.unpack("<IIIBBH", at)
                symbols.append(Symbol(self.text_at(names + name), value, size, info & 15, index))
        return symbols

    def section_of(self, address):
        """Returns the section in memory that holds an address, or None."""
        for section in self.sections:
            if section.flags & SHF_ALLOC and \
                    section.address <= address < section.address + section.size:
                return section
        return None

    def symbol_of(self, address):
        """Returns the function or object that holds an address, or None."""
        at = bisect.bisect_right(self.addresses, address)
        while at > 0:
            symbol = self.symbols[at - 1]
            if symbol.address <= address < symbol.address + max(symbol.size, 1):
                return symbol
            if symbol.address + symbol.size < address - 0x10000:
                return None
            at -= 1
        return None

    def relocations(self):
        """Returns what the linker kept (--emit-relocs) of the sections in memory."""
        kept = []
        gp = next((s.address for s in self.all_symbols if s.name == "__global_pointer$"), 0)
        for section in self.sections:
            if section.type != SHT_RELA or not self.sections[section.info].flags & SHF_ALLOC:
                continue
            for at in range(section.offset, section.offset + section.size, 12):
                address, info, addend = self.unpack("<IIi", at)
                kind, index = info & 0xFF, info >> 8
                symbol, target = self.all_symbols[index], None
                # A number that the linker script defines is not a place.
                if kind not in WITHOUT_TARGET and symbol.section not in (0, SHN_ABS):
                    base = gp if kind in RELATIVE_TO_GP else 0
                    target = (symbol.address + addend + base) & 0xFFFFFFFF
                kept.append(Relocation(address, kind, target))
        return kept
