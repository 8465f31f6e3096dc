#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the interrupt path of an image lies in internal RAM.

    check_iram.py IMAGE.elf...

Walks everything that can be reached from the interrupt entry, over the relocations that the linker
kept: direct calls and jumps, every use of an address, and what the data that is used points to. All
of it must lie in sections .iram* and .dram*, since an interrupt may come while the cache of the
flash is off. Nor may it come to what allocates memory or writes to a console, wherever that lies.

An indirect call may go to any function whose address is taken. So every function of the driver and
of the port whose address is taken anywhere in them counts as reachable: the handlers that the
dispatch table will hold, and all functions of an engine, whichever an interrupt calls. Callbacks
are the program's, and its own concern.

Code and data without a symbol that has a size count as reached, too. An address that is written as
a number has no relocation, and is not seen.

An image needs IMAGE.elf.map beside it, which says what comes from the driver and the port.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import elf32  # noqa: E402

ENTRIES = ("interrupt_entry_vectors", "interrupt_entry")
OURS = re.compile(r"/(src|ports)/")
ALLOWED = re.compile(r"\.(iram|dram)")
# Exceptions end the program; they are not interrupts, although they enter by the same table.
BOUNDARY = {"interrupt_entry_exception"}
FORBIDDEN = re.compile(r"(heap_|board_put|esp_log)|(port_allocate|port_free|_?(m|c|re)alloc|free|"
                       r"\w*printf|f?put(s|c|char))$")


def our_ranges(path):
    """Returns address ranges of the code and data that come from the driver and the port."""
    ranges = []
    with open(path, encoding="utf-8") as lines:
        text = lines.read().split("Linker script and memory map")[-1]
    # A long name of a section stands on a line of its own.
    text = re.sub(r"^( \.\S+)\n +", r"\1 ", text, flags=re.M)
    for match in re.finditer(r"^ \.\S+ +0x([0-9a-f]+) +0x([0-9a-f]+) (\S+)$", text, re.M):
        low, size = int(match[1], 16), int(match[2], 16)
        if size and low and OURS.search(match[3]):
            ranges.append(range(low, low + size))
    return ranges


class Walk:
    def __init__(self, path):
        self.elf = elf32.Elf(path)
        self.ours = our_ranges(path + ".map")
        self.uses = {}   # address of a function or object -> relocations in it
        self.reached = {}  # address -> that of the one that it was reached from, or a text
        self.nameless = []  # relocations in no function or object
        self.problems = []
        for relocation in self.elf.relocations():
            owner = self.elf.symbol_of(relocation.address)
            if relocation.target is None:
                continue
            if owner is not None:
                self.uses.setdefault(owner.address, []).append(relocation)
            if owner is None or owner.size == 0:
                self.nameless.append(relocation)

    def is_ours(self, address):
        return any(address in span for span in self.ours)

    def taken_functions(self):
        """Yields every function of ours whose address something of ours takes."""
        for relocations in self.uses.values():
            for relocation in relocations:
                if relocation.type in elf32.TRANSFERS or not self.is_ours(relocation.address):
                    continue
                target = self.elf.symbol_of(relocation.target)
                if target is not None and target.type == elf32.STT_FUNC and \
                        target.address == relocation.target and self.is_ours(target.address):
                    yield target

    def name_of(self, address):
        symbol = self.elf.symbol_of(address)
        return symbol.name if symbol is not None else f"0x{address:08x}"

    def way_to(self, address):
        way = [self.name_of(address)]
        while isinstance(self.reached[address], int):
            address = self.reached[address]
            way.append(self.name_of(address))
        return " <- ".join(way + [self.reached[address]])

    def visit(self, address, origin, waiting):
        """Notes that an address is used."""
        symbol = self.elf.symbol_of(address)
        key = symbol.address if symbol is not None else address
        if key in self.reached or (symbol is not None and symbol.name in BOUNDARY):
            return
        self.reached[key] = origin
        section = self.elf.section_of(address)
        name = section.name if section is not None else "no section"
        if not ALLOWED.match(name):
            self.problems.append(f"{self.way_to(key)}: in {name}")
        if symbol is not None and FORBIDDEN.match(symbol.name):
            self.problems.append(f"{self.way_to(key)}: not in an interrupt")
        waiting.append(key)

    def run(self):
        waiting = []
        if not self.ours:
            self.problems.append("the map says nothing of the driver and the port")
        for name in ENTRIES:
            entry = next((s for s in self.elf.symbols if s.name == name), None)
            if entry is None:
                self.problems.append(f"there is no {name}")
                continue
            self.visit(entry.address, "interrupt", waiting)
        for function in self.taken_functions():
            self.visit(function.address, "called indirectly", waiting)
        for relocation in self.nameless:
            section = self.elf.section_of(relocation.address)
            if section is not None and ALLOWED.match(section.name):
                self.visit(relocation.target, "what has no symbol with a size", waiting)
        while waiting:
            address = waiting.pop()
            for relocation in self.uses.get(address, []):
                self.visit(relocation.target, address, waiting)


def main(paths):
    if not paths:
        print("usage: check_iram.py IMAGE.elf...", file=sys.stderr)
        return 2
    found = {}  # problem -> the images that have it
    for path in paths:
        walk = Walk(path)
        walk.run()
        name = os.path.basename(path)
        for problem in walk.problems:
            found.setdefault(problem, []).append(name)
        print(f"{name}: {len(walk.reached)} functions and objects reached, "
              f"{len(walk.problems)} problems")
    for problem, names in found.items():
        print(f"{problem} ({', '.join(names)})", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
