#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""amcp boot: which files and options it takes, and what it makes of the symbols of a file."""

import os
import struct
import subprocess
import tempfile

from images import AMCP, EXIT, assemble, boot
import tap


def wrong_files():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "file")
        for content, what in ((b"", "is not an ELF file"), (b"\x7fELF" + bytes(10), "not an ELF"),
                              (open(AMCP, "rb").read(), "not for a 32-bit RISC-V chip")):
            with open(path, "wb") as file:
                file.write(content)
            run = subprocess.run([AMCP, "boot", path], capture_output=True, text=True)
            assert run.returncode == 1 and what in run.stderr, run.stderr
            assert len(run.stderr.splitlines()) == 1, run.stderr
    run = subprocess.run([AMCP, "boot", "/nonexistent"], capture_output=True, text=True)
    assert run.returncode == 1 and "cannot be opened" in run.stderr, run.stderr


def damaged_files_are_survived():
    """Every header field of an image, set to values that lie."""
    with tempfile.TemporaryDirectory() as directory:
        path = assemble(directory, "li a0, 0" + EXIT)
        with open(path, "rb") as file:
            good = file.read()
        for at in range(16, 116, 4):
            for value in (b"\xff\xff\xff\xff", b"\x00\x00\x00\x80"):
                with open(path, "wb") as file:
                    file.write(good[:at] + value + good[at + 4:])
                run = subprocess.run([AMCP, "boot", "--max-instructions", "1000", path],
                                     capture_output=True, text=True, timeout=60)
                assert run.returncode in (0, 1), f"offset {at}: {run.returncode} {run.stderr}"


def set_words(at, *values):
    """For boot(): writes words into the file."""
    def change(file):
        file.seek(at)
        file.write(struct.pack(f"<{len(values)}I", *values))
    return change


def set_sizes(of, offset=None):
    """For boot(): sets p_filesz and p_memsz of the first segment to of(p_vaddr, p_filesz)."""
    def change(file):
        content = file.read()
        first, = struct.unpack_from("<I", content, 28)
        at = next(at for at in range(first, first + 256, 32)
                  if struct.unpack_from("<I", content, at) == (1,))
        address, _, size = struct.unpack_from("<III", content, at + 8)
        set_words(at + 16, *of(address, size))(file)
        if offset is not None:
            set_words(at + 4, offset)(file)
    return change


def wrong_entries():
    for entry, what in ((0x40380001, "begins at an odd address, where no instruction can be"),
                        (0x7001, "begins at an odd address, where no instruction can be")):
        status, _, error = boot("li a0, 0" + EXIT, change=set_words(24, entry))
        assert status == 1 and what in error and len(error.splitlines()) == 1, error
    # No symbol is there, however near one is.
    for entry in (0x20000000, 0x403E0000):
        status, _, error = boot("li a0, 0" + EXIT, change=set_words(24, entry))
        assert status == 1 and f"at {entry:#010x}, after 0 instructions" in error, error
        assert "called from 0x00000000\n" in error, error


def segments_must_fit():
    end = 0x3FCE0000
    good = "li a0, 0" + EXIT
    assert boot(good, change=set_sizes(lambda address, size: (size, end - address)))[0] == 0
    assert boot(good, change=set_sizes(lambda address, size: (0, size), 0x1000000))[0] == 0
    for sizes in (lambda address, size: (size, end - address + 1),
                  lambda address, size: (size, 0xFFFFFFFF),
                  lambda address, size: (0, 0xFFFFFFFF), lambda address, size: (size, size - 1)):
        status, _, error = boot(good, change=set_sizes(sizes))
        assert status == 1 and "does not fit into the chip's memory" in error, error
        assert len(error.splitlines()) == 1, error


def names_of_places():
    """A symbol is named where an address lies within it, and it is in a section; a return address
    may lie just behind it."""
    text = ".type number, @function\n.size number, 256\n.equ number, 0x40380810\n" \
        ".type small, @function\n.size small, 8\nj past\n.org 0x100\nsmall: .skip 64\n" \
        "past: li ra, {}\n.2byte 0\n"
    for caller, name in ((0x40380101, "small+0x1"), (0x40380108, "small+0x8"),
                         (0x4038010A, "begin+0x10a"), (0x40380820, None), (0x40381000, None)):
        error = boot(text.format(caller))[2]
        place = f" ({name})" if name else ""
        assert f"called from {caller:#010x}{place}\n" in error, error


def wrong_usage():
    for arguments, what in ((["a", "b"], "one IMAGE"), ([], "one IMAGE"),
                            (["--variants", "nonsense", "x"], "is not a variant; they are"),
                            (["--max-instructions", "0", "x"], "whole number from 1"),
                            (["--max-instructions", "9" * 23, "x"], "whole number from 1"),
                            (["--seed", str(2 ** 64), "x"], "whole number from 0"),
                            (["--seed", "-1", "x"], "whole number from 0"),
                            (["--nonsense", "x"], "unknown option")):
        run = subprocess.run([AMCP, "boot", *arguments], capture_output=True, text=True)
        assert run.returncode == 2 and what in run.stderr, (arguments, run)
    run = subprocess.run([AMCP, "boot", "--chip", "esp99", "x"], capture_output=True, text=True)
    assert run.returncode != 0 and "esp99" in run.stderr, run


tap.main([
    ("wrong files", wrong_files),
    ("wrong entries", wrong_entries),
    ("segments must fit", segments_must_fit),
    ("names of places", names_of_places),
    ("damaged files are survived", damaged_files_are_survived),
    ("wrong usage", wrong_usage),
])
