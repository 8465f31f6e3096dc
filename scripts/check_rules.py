#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of this tree that a program can count.

usage: check_rules.py [--root DIR]

Prints each violation as "file:line: rule: text". Exit status: 0 none, 1 some, 2 wrong usage.
"""

import argparse
import bisect
import os
import re
import statistics
import subprocess
import sys
import tempfile

COLUMNS_MAX = 100
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70
FUNCTION_LINES_MEDIAN_MAX = 15
PARAMETERS_MAX = 5
# ESP-IDF's signature is not ours to shorten.
# The second has the parameters of the first, which it stands in for.
PARAMETERS_EXEMPT = {"esp_async_memcpy", "upkeep_then_submit"}
# Types that the port contract fixes; every other type is struct x or enum x.
TYPES_ALLOWED = {"bus_addr_t", "port_lock_t", "port_lock_state_t"}

NO_CONDITIONALS = ("src/core/", "src/engine/", "src/chip/")
EXTENSIONS_FREE = ("ports/", "firmware/")
FORMAT_ATTRIBUTE_IN = ("sim/", "emu/", "tools/", "tests/support/")
PLACEMENT_HEADER = "include/platform/esp_attr.h"

# A file under the first may not include a header that stands under one of the second.
FORBIDDEN_INCLUDES = (
    ("include/", ("src/", "ports/", "sim/", "tests/", "tools/", "emu/")),
    ("src/", ("sim/", "tests/", "tools/", "emu/")),
    ("src/engine/", ("src/core/",)),
    ("src/chip/", ("src/core/",)),
    ("ports/", ("src/core/", "tests/", "tools/", "emu/")),
    ("sim/", ("src/", "ports/", "include/", "tests/", "tools/", "emu/")),
)

CODE = (".c", ".h")
SCRIPTS = (".py", ".sh", "CMakeLists.txt", ".cmake", ".in", ".map", ".ld", ".S")
SKIPPED_DIRECTORIES = re.compile(r"^(\.git|build|build-.*|__pycache__)$")
NO_SPDX = re.compile(r"(^LICENSE|\.json|\.svg|\.png)$")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
RULER = re.compile(r"[-=*~#_/]{5,}")
EXTENSION = re.compile(
    r"\b(__attribute__|__builtin_\w+|__asm__|__asm|asm|typeof|__typeof__|__extension__"
    r"|__auto_type|__int128|__COUNTER__|__declspec|_Pragma)\b|#\s*pragma\b|\(\s*\{"
)
FORMAT_ATTRIBUTE = re.compile(r"__attribute__\s*\(\(\s*format\s*\(")
KEYWORD = re.compile(r"\b(if|for|while|switch|else|do)\b")
CALLABLE = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
NOT_A_NAME = {"__attribute__", "_Alignas", "_Static_assert", "if", "for", "while", "switch",
              "return", "sizeof", "defined"}


class Violation:
    def __init__(self, path, line, rule, text):
        self.path, self.line, self.rule, self.text = path, line, rule, text

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def strip_c(text, keep_strings=False):
    """Blanks comments, and what stands in quotes; every line keeps its number and columns."""
    pattern = re.compile(
        r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)

    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found if keep_strings else found[0] + " " * (len(found) - 2) + found[0]
        return re.sub(r"[^\n]", " ", found)

    return pattern.sub(blank, text)


def comments_c(text):
    """Blanks all but the comments."""
    code = strip_c(text, keep_strings=True)
    return "".join("\n" if raw == "\n" else (raw if raw != kept else " ")
                   for raw, kept in zip(text, code))


def strip_directives(code):
    """Blanks preprocessor directives with their continuation lines."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                  code, flags=re.MULTILINE)


def matching(code, start):
    """Returns the index of the bracket that closes the one at start, or the end of the text."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    opening, closing, depth = code[start], pairs[code[start]], 0
    for index in range(start, len(code)):
        if code[index] == opening:
            depth += 1
        elif code[index] == closing:
            depth -= 1
            if depth == 0:
                return index
    return len(code) - 1


def split_parameters(text):
    """Counts the parameters between two parentheses."""
    text = text.strip()
    if text in ("", "void"):
        return 0
    depth, count = 0, 1
    for letter in text:
        depth += letter in "([{"
        depth -= letter in ")]}"
        count += letter == "," and depth == 0
    return count


class Source:
    """A C file, its comments gone, with its functions found."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.code = strip_c(text)
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.functions = []  # (name, first line, line count, parameter count), definitions
        self.declarations = []  # (name, line, parameter count)
        self.find_functions()

    def line(self, index):
        return bisect.bisect_right(self.starts, index)

    def find_functions(self):
        code = strip_directives(self.code)
        code = re.sub(r'extern\s+"[^"]*"\s*\{', lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)
        index = head = 0
        while index < len(code):
            letter = code[index]
            if letter == "(":
                index = matching(code, index)
            elif letter == "{":
                end = matching(code, index)
                if self.note(code, head, index, end):
                    head = end + 1
                index = end
            elif letter == ";":
                self.note(code, head, index, None)
                head = index + 1
            elif letter == "}":
                head = index + 1
            index += 1

    def note(self, code, head, stop, end):
        """Notes the function that begins at head, if one does. `end` is that of its body."""
        text = code[head:stop]
        flat = re.sub(r"\([^()]*\)", "()", text)
        while flat != (flat := re.sub(r"\([^()]+\)", "()", flat)):
            pass
        if "=" in flat or re.match(r"\s*typedef\b", text):
            return False
        names = [m for m in CALLABLE.finditer(text) if m.group(1) not in NOT_A_NAME]
        if not names or not re.search(r"\w[\s*]+$", text[:names[0].start()]):
            return False
        opening = head + names[0].end() - 1
        count = split_parameters(code[opening + 1:matching(code, opening)])
        first = self.line(head + len(text) - len(text.lstrip()))
        if end is None:
            self.declarations.append((names[0].group(1), first, count))
        else:
            self.functions.append((names[0].group(1), first, self.line(end) - first + 1, count))
        return True


def check_functions(source, found):
    for name, line, lines, parameters in source.functions:
        if lines > FUNCTION_LINES_MAX:
            found(line, "function-length",
                  f"{name} has {lines} lines, more than {FUNCTION_LINES_MAX}")
    counted = [(name, line, count) for name, line, _, count in source.functions]
    for name, line, count in counted + source.declarations:
        if count > PARAMETERS_MAX and name not in PARAMETERS_EXEMPT:
            found(line, "parameters", f"{name} has {count}, more than {PARAMETERS_MAX}")


def check_conditionals(source, found):
    directives = [(m.start(), m.group(1), m.group(2)) for m in re.finditer(
        r"^[ \t]*#[ \t]*(\w+)[ \t]*([^\n]*)", source.code, re.MULTILINE)]
    if source.path.startswith(NO_CONDITIONALS):
        inner = directives
        if (source.path.endswith(".h") and len(directives) > 2 and directives[0][1] == "ifndef"
                and directives[1][1] == "define" and directives[-1][1] == "endif"
                and directives[0][2].split()[:1] == directives[1][2].split()[:1]):
            inner = directives[2:-1]
        for index, name, _ in inner:
            if name in ("if", "ifdef", "ifndef", "elif"):
                found(source.line(index), "conditional", f"#{name} in code that has no variants")
    for index, name, rest in directives:
        if name == "if" and rest.strip() in ("0", "1"):
            found(source.line(index), "dead-code", f"#if {rest.strip()}")


def check_guard(source, found):
    if source.path.endswith(".h"):
        guard = re.sub(r"\W", "_", os.path.basename(source.path)).upper()
        if not re.search(rf"^#ifndef (\w*{guard})\n#define \1$", source.text, re.MULTILINE):
            found(1, "include-guard", f"no guard that ends in {guard}")


def check_extensions(source, found):
    if source.path.startswith(EXTENSIONS_FREE) or source.path == PLACEMENT_HEADER:
        return
    for match in EXTENSION.finditer(source.code):
        if (FORMAT_ATTRIBUTE.match(source.code, match.start())
                and source.path.startswith(FORMAT_ATTRIBUTE_IN)):
            continue
        found(source.line(match.start()), "extension",
              f"{' '.join(match.group(0).split())} outside ports/")


def check_volatile(source, found):
    if re.fullmatch(r"ports/\w+(/\w+)?/mmio\.h", source.path):
        return
    code = source.code
    if source.path.startswith(EXTENSIONS_FREE):
        code = re.sub(r"\b(asm|__asm__)\s+(volatile|__volatile__)\b",
                      lambda m: " " * len(m.group(0)), code)
    for match in re.finditer(r"\b(volatile|__volatile__|__volatile)\b", code):
        found(source.line(match.start()), "volatile", "outside mmio.h of a port")


def check_braces(source, found):
    code = source.code.replace("\\\n", " \n")
    for match in KEYWORD.finditer(code):
        before = code[code.rfind("\n", 0, match.start()) + 1:match.start()]
        if before.strip() in ("#",) or re.match(r"\s*#\s*(include|error|warning)\b", before):
            continue
        word, index = match.group(1), match.end()
        if word in ("if", "for", "while", "switch"):
            opening = code.find("(", index)
            if opening < 0 or code[index:opening].strip():
                continue
            index = matching(code, opening) + 1
        rest = code[index:].lstrip()
        if rest.startswith("{") or (word == "else" and re.match(r"if\b", rest)):
            continue
        if word == "while" and code[:match.start()].rstrip().endswith("}") and rest[:1] in ";\\\n":
            continue
        if word == "while" and code[:match.start()].rstrip().endswith("}") and in_macro(
                code, match.start()):
            continue
        found(source.line(match.start()), "braces", f"{word} without a block")


def in_macro(code, index):
    """Whether the text at index belongs to a #define; code has its continuations blanked."""
    return code.rfind("#define", 0, index) > code.rfind(";\n", 0, index)


def check_types(source, found):
    if source.path.startswith("include/"):
        return
    for match in re.finditer(r"\btypedef\b", source.code):
        text = declaration(source.code, match.end())
        pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)\s*\(", text)
        words = re.findall(r"[A-Za-z_]\w*", text)
        name = pointer.group(1) if pointer else (words[-1] if words else "")
        if name in TYPES_ALLOWED:
            continue
        if name.endswith("_t"):
            found(source.line(match.start()), "type-name", f"{name}: _t is for the mirrored types")
        elif not pointer and words and words[0] in ("struct", "enum", "union"):
            found(source.line(match.start()), "typedef", f"{name}: say {words[0]} {name}")
    for match in re.finditer(r"\b(struct|enum|union)\s+(\w+_t)\s*\{", source.code):
        found(source.line(match.start()), "type-name", f"{match.group(2)}: a tag without _t")


def declaration(code, index):
    """Returns a declaration from index to its semicolon, without what stands in braces."""
    text = ""
    while index < len(code) and code[index] != ";":
        if code[index] == "{":
            index = matching(code, index)
        else:
            text += code[index]
        index += 1
    return text


def check_includes(source, headers, found):
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', source.text, re.MULTILINE):
        name = match.group(1)
        places = headers.get(os.path.basename(name), [])
        for below, forbidden in FORBIDDEN_INCLUDES:
            if source.path.startswith(below) and places and all(
                    place.startswith(forbidden) for place in places):
                found(source.line(match.start()), "include",
                      f"{name} ({places[0]}) from {below}")


def check_c(source, headers, found):
    check_functions(source, found)
    check_conditionals(source, found)
    check_guard(source, found)
    check_extensions(source, found)
    check_volatile(source, found)
    check_braces(source, found)
    check_types(source, found)
    check_includes(source, headers, found)


def check_text(path, text, found):
    """What holds for every file."""
    lines = text.split("\n")
    first = 1 if lines[0].startswith("#!") else 0
    if not NO_SPDX.search(path) and "SPDX-License-Identifier: Apache-2.0" not in "".join(
            lines[first:first + 1]):
        found(first + 1, "spdx", "no SPDX line first in the file")
    if text and not text.endswith("\n"):
        found(len(lines), "whitespace", "no newline at the end of the file")
    is_code = path.endswith(CODE) or path.endswith(SCRIPTS) or lines[0].startswith("#!")
    if is_code and len(lines) - 1 > FILE_LINES_MAX:
        found(len(lines) - 1, "file-length", f"{len(lines) - 1} lines, more than {FILE_LINES_MAX}")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip() or (is_code and "\t" in line):
            found(number, "whitespace", "a tab, or blanks at the end of the line")
        if is_code and len(line) > COLUMNS_MAX:
            found(number, "columns", f"{len(line)}, more than {COLUMNS_MAX}")
        if is_code and UNFINISHED.search(line):
            found(number, "unfinished", UNFINISHED.search(line).group(0))
    comments = comments_c(text).replace("/*", "  ").replace("*/", "  ") if path.endswith(
        CODE) else "\n".join(line if line.lstrip().startswith("#") else "" for line in lines)
    for number, line in enumerate(comments.split("\n"), 1):
        if is_code and RULER.search(line) and "#!" not in line:
            found(number, "ruler", "a comment that draws a line")


def check_public_header(root, header, found):
    """A public header compiles alone, twice, as C and as C++."""
    include = os.path.relpath(header, "include/platform" if header.startswith("include/platform")
                              else "include")
    strict = ["-Wall", "-Wextra", "-pedantic", "-Wshadow", "-Wconversion", "-Wundef", "-Werror"]
    for compiler, suffix, options in (
            ("gcc", ".c", ["-std=c11", "-Wstrict-prototypes"]),
            ("g++", ".cc", ["-std=c++11"]), ("g++", ".cc", ["-std=c++17"])):
        with tempfile.NamedTemporaryFile("w", suffix=suffix) as program:
            program.write(f'#include "{include}"\n#include "{include}"\nextern int program;\n')
            program.flush()
            result = subprocess.run(
                [compiler, *options, *strict, "-fsyntax-only", "-I", "include", "-I",
                 "include/platform", program.name],
                cwd=root, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            reason = re.search(r"error: .*", result.stderr)
            found(1, "public-header", f"{compiler} {options[0]}: "
                  f"{reason.group(0) if reason else result.stderr.strip()}")


def list_files(root):
    for directory, names, files in os.walk(root):
        names[:] = sorted(n for n in names if not SKIPPED_DIRECTORIES.match(n))
        for name in sorted(files):
            path = os.path.join(directory, name)
            if not os.path.islink(path):
                yield os.path.relpath(path, root)


def check_tree(root):
    """Returns all violations, the number of files, and the lengths of the functions."""
    violations, texts = [], {}
    for path in list_files(root):
        try:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                texts[path] = file.read()
        except UnicodeDecodeError:
            violations.append(Violation(path, 1, "encoding", "not UTF-8"))
    headers = {}
    for path in texts:
        headers.setdefault(os.path.basename(path), []).append(path)
    lengths = []
    for path, text in texts.items():
        def found(line, rule, message, path=path):
            violations.append(Violation(path, line, rule, message))

        check_text(path, text, found)
        if path.endswith(CODE):
            source = Source(path, text)
            check_c(source, headers, found)
            if not path.startswith("tests/"):
                lengths += [function[2] for function in source.functions]
        if re.fullmatch(r"include/.*\.h", path):
            check_public_header(root, path, found)
    if lengths and statistics.median(lengths) > FUNCTION_LINES_MEDIAN_MAX:
        violations.append(Violation(".", 0, "function-median", f"{statistics.median(lengths)} "
                                    f"lines, more than {FUNCTION_LINES_MEDIAN_MAX}"))
    return violations, len(texts), lengths


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    arguments = parser.parse_args()
    violations, files, lengths = check_tree(arguments.root)
    for violation in violations:
        print(violation)
    if not lengths:
        print("check_rules: no function found", file=sys.stderr)
        return 1
    print(f"{files} files, {len(lengths)} functions: median {statistics.median(lengths):g} lines, "
          f"longest {max(lengths)}; {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
