# SPDX-License-Identifier: Apache-2.0
"""Whether the code is still the one that the proofs are about.

spin/modelled.txt lists every function of the files below: what stands for it in the model, or why
nothing does, and a digest of its text without comments, spaces and placement attributes. When a
function has changed, somebody must look at the model and then accept the new digest."""

import hashlib
import os
import re

FILES = ("async_memcpy.c", "submit.c", "complete.c", "upkeep.c", "recover.c", "cancel.c", "wait.c",
         "drain.c", "poll.c", "ticket.c", "install.c", "external.c", "context.h")
ENGINE_FILES = ("engine.h", "ahb_gdma_v1.h", "ahb_gdma_v1.c", "ahb_gdma_v1_c3.c",
                "ahb_gdma_v1_split.c")
PATHS = tuple(f"src/core/{name}" for name in FILES) + \
        tuple(f"src/engine/{name}" for name in ENGINE_FILES)

TABLE = "proofs/spin/modelled.txt"
HEAD = """\
# SPDX-License-Identifier: Apache-2.0
#
# What stands in the proofs for which function: FILE FUNCTION DIGEST PART. ./run prove --accept
# writes the digests; PART is written by hand. "-" means that nothing stands for it, and why.
"""

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
PLACEMENT = re.compile(r"\b(IRAM_ATTR|DRAM_ATTR|inline|static|const)\b")
NAME = re.compile(r"([A-Za-z_]\w*)\s*\(")


def functions(text):
    """Returns name -> normalised text of the functions that a file defines. Relies on the format of
    the tree: only a function's body begins and ends with a brace in the first column."""
    found = {}
    lines = COMMENT.sub(" ", text).split("\n")
    for begin, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        head = begin
        while head > 0 and lines[head - 1].strip() and lines[head - 1][0] not in "}#" and \
                not lines[head - 1].rstrip().endswith(";"):
            head -= 1
        end = begin
        while lines[end].rstrip() != "}":
            end += 1
        body = PLACEMENT.sub(" ", "\n".join(lines[head:end + 1]))
        found[NAME.search(body).group(1)] = " ".join(re.findall(r"\w+|[^\w\s]", body))
    return found


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_code(root):
    """Returns (path, function) -> digest, of the code as it is."""
    code = {}
    for path in PATHS:
        try:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            continue
        code.update(((path, name), digest(body)) for name, body in functions(text).items())
    return code


def read_table(root):
    """Returns (path, function) -> (digest, part), as it was accepted."""
    table = {}
    with open(os.path.join(root, TABLE), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                path, name, seen, part = line.rstrip("\n").split(None, 3)
                table[path, name] = (seen, part)
    return table


def parts_missing(root, table):
    """Returns texts about parts of the proofs that the table names and that are not there."""
    texts = []
    for (path, name), (_, part) in table.items():
        if part.startswith("-"):
            continue
        file, _, inlines = part.partition(" ")
        try:
            with open(os.path.join(root, "proofs", file), encoding="utf-8") as lines:
                model = lines.read()
        except FileNotFoundError:
            texts.append(f"{path}: {name}: its part in {TABLE}, '{part}', is no file in proofs/")
            continue
        texts += [f"{path}: {name}: proofs/{file} has no '{inline}'" for inline in inlines.split()
                  if not re.search(rf"^ *(inline|proctype|#define|static void) {inline}\b", model,
                                   re.MULTILINE)]
    return texts


def problems(root):
    """Returns a text for each function that is not the one that was modelled."""
    code, table = read_code(root), read_table(root)
    texts = []
    for key, seen in code.items():
        accepted = table.get(key)
        if accepted is None:
            texts.append(f"{key[0]}: {key[1]}() is new; give it a line in {TABLE}")
        elif accepted[0] != seen:
            texts.append(f"{key[0]}: {key[1]}() has changed; look at proofs/{accepted[1]}"
                         if not accepted[1].startswith("-") else
                         f"{key[0]}: {key[1]}() has changed; nothing stands for it ("
                         f"{accepted[1].strip('- ')}): is that still right?")
    texts += [f"{path}: {name}() is gone, but stands in {TABLE}" for path, name in table
              if (path, name) not in code]
    return texts + parts_missing(root, table)


def accept(root):
    """Writes the digests of the code as it is. Returns how many lines are new or changed."""
    code, table = read_code(root), read_table(root)
    changed = sum(table.get(key, ("", ""))[0] != seen for key, seen in code.items()) + \
        sum(key not in code for key in table)
    with open(os.path.join(root, TABLE), "w", encoding="utf-8") as file:
        file.write(HEAD)
        for key, seen in code.items():
            part = table.get(key, ("", "?"))[1]
            file.write(f"{key[0]} {key[1]} {seen} {part}\n")
    return changed
