#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That scripts/check_rules.py finds a planted violation of every rule, where it stands, and nothing
else; and that it passes what is allowed."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
CLEAN = {"src/core/clean.c": SPDX + "int clean(void);\n\nint clean(void)\n{\n    return 0;\n}\n"}
MARK = "TO" + "DO"
VOLATILE = "vola" + "tile"


def header(name, body, comment=""):
    guard = name.replace(".", "_").upper()
    return f"{SPDX}{comment}#ifndef {guard}\n#define {guard}\n\n{body}\n#endif\n"


def function(lines, name="f", parameters="void"):
    """A function of that many lines, all told."""
    return f"int {name}({parameters})\n{{\n" + "    g();\n" * (lines - 4) + "    return 0;\n}\n"


def check(files):
    """Returns the set of "path:line: rule" that the script reports for a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**CLEAN, **files}.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        result = subprocess.run(
            [sys.executable, os.path.join(ROOT, "scripts", "check_rules.py"), "--root", root],
            capture_output=True, text=True, check=False)
    found = {":".join(line.split(":")[:3]) for line in result.stdout.splitlines()[:-1]}
    assert result.returncode == (1 if found else 0), result.stdout + result.stderr
    return found


def planted(expected, path, text, others=None):
    def test():
        found = check({path: text, **(others or {})})
        assert found == {f"{path}:{expected}"}, f"found {sorted(found)}, not {path}:{expected}"
    return test


def allowed(path, text, others=None):
    def test():
        found = check({path: text, **(others or {})})
        assert not found, f"found {sorted(found)}"
    return test


def median():
    functions = "".join(function(16, f"f{index}") for index in range(3))
    assert check({"src/core/a.c": SPDX + functions}) == {".:0: function-median"}


def no_function_at_all():
    with tempfile.TemporaryDirectory() as root:
        result = subprocess.run(
            [sys.executable, os.path.join(ROOT, "scripts", "check_rules.py"), "--root", root],
            capture_output=True, check=False)
    assert result.returncode == 1


SIM_HEADER = {"sim/machine.h": header("machine.h", "int machine(void);\n")}
CORE_HEADER = {"src/core/queue.h": header("queue.h", "int queue(void);\n")}

TESTS = [
    ("a clean tree", allowed("README.md", "<!-- SPDX-License-Identifier: Apache-2.0 -->\n")),
    ("no function at all", no_function_at_all),
    # Every file.
    ("spdx missing", planted("1: spdx", "src/core/a.c", "int a;\n")),
    ("spdx behind the first line of a script",
     allowed("scripts/a.sh", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")),
    ("spdx missing in a script", planted("2: spdx", "scripts/a.sh", "#!/bin/sh\necho\n")),
    ("columns", planted("2: columns", "src/core/a.c", SPDX + "int " + "a" * 96 + ";\n")),
    ("columns at the limit", allowed("src/core/a.c", SPDX + "int " + "a" * 95 + ";\n")),
    ("tab", planted("2: whitespace", "src/core/a.c", SPDX + "int\ta;\n")),
    ("blank at the end", planted("2: whitespace", "src/core/a.c", SPDX + "int a; \n")),
    ("no newline at the end", planted("2: whitespace", "src/core/a.c", SPDX + "int a;")),
    ("unfinished", planted("2: unfinished", "src/core/a.c", SPDX + f"/* {MARK}: more */\n")),
    ("ruler", planted("2: ruler", "src/core/a.c", SPDX + "/* -------- */\n")),
    ("ruler in a script", planted("2: ruler", "scripts/a.py",
                                  "# SPDX-License-Identifier: Apache-2.0\n# ======\n")),
    ("file length", planted("801: file-length", "src/core/a.c", SPDX + "int a;\n" * 800)),
    ("file length at the limit", allowed("src/core/a.c", SPDX + "int a;\n" * 799)),
    # Functions.
    ("function length", planted("2: function-length", "tests/a.c", SPDX + function(71))),
    ("function length at the limit", allowed("tests/a.c", SPDX + function(70))),
    ("function length behind a comment with a brace",
     planted("3: function-length", "tests/a.c", SPDX + "/* { */\nstatic " + function(71))),
    ("function median", median),
    ("parameters of a definition",
     planted("2: parameters", "src/core/a.c", SPDX + function(4, "f", "int a, int b, int c, int d, "
                                                              "int e, int g"))),
    ("parameters of a declaration",
     planted("2: parameters", "src/core/a.c", SPDX + "int f(int, int, int, int, int, int);\n")),
    ("parameters at the limit, one a function",
     allowed("src/core/a.c", SPDX + "int f(int, int, int, int, int (*)(int, int));\n")),
    ("parameters of the mirrored function", allowed(
        "src/core/a.c", SPDX + "int esp_async_memcpy(int, int, int, int, int, int);\n")),
    # Preprocessor.
    ("conditional in the core",
     planted("2: conditional", "src/core/a.c", SPDX + "#ifdef A\nint a;\n#endif\n")),
    ("conditional in an engine's registers", planted(
        "5: conditional", "src/engine/regs/a.h", header("a.h", "#if defined(A)\n#endif\n"))),
    ("conditional in a port", allowed("ports/a.c", SPDX + "#ifdef A\nint a;\n#endif\n")),
    ("dead code", planted("2: dead-code", "ports/a.c", SPDX + "#if 0\nint a;\n#endif\n")),
    ("include guard", planted("1: include-guard", "ports/a.h", SPDX + "int a;\n")),
    ("include guard of a name with a prefix",
     allowed("ports/a.h", SPDX + "#ifndef PORT_A_H\n#define PORT_A_H\n\n#endif\n")),
    # Language.
    ("attribute",
     planted("2: extension", "src/core/a.c", SPDX + "__attribute__((packed)) int a;\n")),
    ("builtin", planted("2: extension", "tools/a.c", SPDX + "int a = __builtin_clz(1);\n")),
    ("statement expression",
     planted("4: extension", "tools/a.c", SPDX + "int f(void)\n{\n    return ({ 1; });\n}\n")),
    ("pragma", planted("2: extension", "sim/a.c", SPDX + "#pragma once\n")),
    ("attribute in a port", allowed("ports/a.c", SPDX + "__attribute__((packed)) int a;\n")),
    ("format attribute of a header of the machine", allowed("sim/a.h", header(
        "a.h", "void f(const char *, ...) __attribute__((format(printf, 1, 2)));\n"))),
    ("format attribute in the driver", planted("5: extension", "src/core/a.h", header(
        "a.h", "void f(const char *, ...) __attribute__((format(printf, 1, 2)));\n"))),
    ("attribute in a comment", allowed("src/core/a.c", SPDX + "/* __attribute__ */\n")),
    ("volatile", planted(f"2: {VOLATILE}", "src/core/a.c", SPDX + f"{VOLATILE} int a;\n")),
    ("volatile in a port's file",
     planted(f"2: {VOLATILE}", "ports/bare/a.c", SPDX + f"{VOLATILE} int a;\n")),
    ("volatile in mmio.h of a port",
     allowed("ports/bare/mmio.h", header("mmio.h", f"extern {VOLATILE} int a;\n"))),
    ("volatile in mmio.h of a port for one chip",
     allowed("ports/bare/chip/mmio.h", header("mmio.h", f"extern {VOLATILE} int a;\n"))),
    ("volatile in a string", allowed("src/core/a.c", SPDX + f'const char a[] = "{VOLATILE}";\n')),
    ("if without braces", planted("4: braces", "src/core/a.c", SPDX +
                                  "int f(void)\n{\n    if (a)\n        g();\n}\n")),
    ("else without braces", planted("6: braces", "src/core/a.c", SPDX +
                                    "int f(void)\n{\n    if (a) {\n        g();\n    } else\n"
                                    "        g();\n}\n")),
    ("for without braces", planted("4: braces", "src/core/a.c", SPDX +
                                   "int f(void)\n{\n    for (;;)\n        g();\n}\n")),
    ("empty while", planted("4: braces", "src/core/a.c", SPDX +
                            "int f(void)\n{\n    while (g())\n        ;\n}\n")),
    ("braces in a macro", planted("2: braces", "src/core/a.c", SPDX + "#define F(a) if (a) g()\n")),
    ("braces of do and while in a macro", allowed(
        "src/core/a.c", SPDX + "#define F(a)    \\\n    do {        \\\n        g(a);   \\\n"
        "    } while (0)\nint a;\n")),
    ("else if and do while", allowed(
        "src/core/a.c", SPDX + "int f(void)\n{\n    do {\n        g();\n    } while (a);\n"
        "    if (a) {\n        g();\n    } else if (b) {\n        h();\n    }\n"
        "    return 0;\n}\n")),
    ("typedef of a struct",
     planted("2: typedef", "src/core/a.c", SPDX + "typedef struct {\n    int a;\n} queue;\n")),
    ("name with _t", planted("2: type-name", "sim/a.c", SPDX + "typedef int count_t;\n")),
    ("tag with _t", planted("2: type-name", "sim/a.c", SPDX + "struct a_t {\n    int a;\n};\n")),
    ("types of the port contract", allowed("ports/bare/a.h", header(
        "a.h", "typedef unsigned bus_addr_t;\ntypedef struct {\n    int a;\n} port_lock_t;\n"))),
    ("function pointer type",
     allowed("sim/a.h", header("a.h", "typedef void (*listener)(int a);\n"))),
    # Dependence.
    ("driver includes the machine", planted("2: include", "src/engine/a.c", SPDX +
                                            '#include "machine.h"\n', SIM_HEADER)),
    ("engine includes the core", planted("2: include", "src/engine/a.c", SPDX +
                                         '#include "queue.h"\n', CORE_HEADER)),
    ("machine includes the driver", planted("2: include", "sim/a.c", SPDX + '#include "queue.h"\n',
                                            CORE_HEADER)),
    ("port includes the machine",
     allowed("ports/a.c", SPDX + '#include "machine.h"\n', SIM_HEADER)),
    # Public headers.
    ("public header that needs another",
     planted("1: public-header", "include/a.h", header("a.h", "uint32_t a(void);\n"))),
    ("public header that is no C++",
     planted("1: public-header", "include/a.h", header("a.h", "int class(void);\n"))),
    ("public header", allowed("include/a.h", header("a.h", "#include <stdint.h>\n\n"
                                                    "uint32_t a(void);\n"))),
]

tap.main(TESTS)
