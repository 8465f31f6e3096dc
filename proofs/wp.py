# SPDX-License-Identifier: Apache-2.0
"""The pure functions of src/core/copy_plan.h, proved for all inputs: runs Frama-C's WP with Z3 over
wp/copy_plan.c, and Z3 over the bit-vectors on which wp/arithmetic.h rests; then plants errors into
copies of the header, each of which must leave a goal unproved."""

import collections
import os
import re
import shutil
import subprocess

# The chips have 32 bits, the PC on which the tests run has 64.
WIDTHS = (32, 64)
# Those rely on unsigned numbers that wrap round; no other function and no driver may let one.
WRAPPING = ("plan_head_bytes", "plan_range_within", "plan_last_overlaps")
HEADER = "src/core/copy_plan.h"
# Steps, unlike seconds, are the same on every machine.
STEPS, STEPS_PLANTED = 4000000, 1000000
SECONDS_MAX = 120

WHY3_CONFIG = """\
[main]
magic = 14
memlimit = 1500
running_provers_max = 2
timelimit = 120

[prover]
alternative = ""
command = "{z3} -smt2 -T:%t {options} -st %f"
command_steps = "{z3} -smt2 {options} -st rlimit=%S %f"
driver = "z3_471"
in_place = false
interactive = false
name = "Z3"
shortcut = "z3"
version = "{version}"
"""
Z3_OPTIONS = "smt.auto_config=false sat.random_seed=42 nlsat.randomize=false smt.random_seed=42"

GOAL = re.compile(r"\[(?:Qed|Z3 [\d.]+)\] Goal typed_(\w+) : (\w+)")
NOT_TRIED = re.compile(r"User Error|not tried|\[Failed\]")

# What is done wrong, the function in which, what stands there, and what is put in its place.
PLANTED = (
    ("half of the alignment is enough", "plan_item_bytes",
     "~(mask > largest ? largest : mask)", "~((mask > largest ? largest : mask) >> 1)"),
    ("an alignment above half of the field is not cut down", "plan_item_bytes",
     "mask > largest ? largest : mask", "mask"),
    ("the alignment is dropped", "plan_item_bytes",
     "PLAN_ITEM_BYTES_MAX & ~(mask > largest ? largest : mask)", "PLAN_ITEM_BYTES_MAX"),
    ("items of 4096 bytes", "plan_item_bytes",
     "PLAN_ITEM_BYTES_MAX & ~(", "(PLAN_ITEM_BYTES_MAX + 1) & ~("),
    ("the count is rounded down", "plan_item_count",
     "(size_bytes - 1) / item_bytes + 1", "size_bytes / item_bytes"),
    ("the count is one too large for whole items", "plan_item_count",
     "(size_bytes - 1) / item_bytes + 1", "size_bytes / item_bytes + 1"),
    ("the count overflows for sizes near the largest", "plan_item_count",
     "(size_bytes - 1) / item_bytes + 1", "(size_bytes + item_bytes - 1) / item_bytes"),
    ("the last item is as large as the others", "plan_item_size",
     "rest < item_bytes ? rest : item_bytes", "item_bytes"),
    ("an item is one byte short", "plan_item_size",
     "rest < item_bytes ? rest : item_bytes", "rest < item_bytes ? rest : item_bytes - 1"),
    ("the rest is counted from the wrong end", "plan_item_size",
     "size_bytes - offset_bytes", "offset_bytes"),
    ("the head goes back instead of on", "plan_head_bytes",
     "(size_t)(0 - address) & mask", "(size_t)address & mask"),
    ("the head of an aligned address is a whole block", "plan_head_bytes",
     "(size_t)(0 - address) & mask", "mask + 1 - ((size_t)address & mask)"),
    ("the body is not cut to whole blocks", "plan_body_bytes",
     "(size - head) & ~mask", "size - head"),
    ("the body is cut without regard to the head", "plan_body_bytes",
     "(size - head) & ~mask", "size & ~mask"),
    ("a range shorter than its head wraps round", "plan_body_bytes",
     "size < head ? 0 : (size - head) & ~mask", "(size - head) & ~mask"),
    ("a range may reach one byte further", "plan_range_within",
     "size - 1 < low_size - offset", "size - 1 <= low_size - offset"),
    ("an empty range is within", "plan_range_within",
     "size - 1 < low_size - offset", "size <= low_size - offset"),
    ("ranges that touch overlap", "plan_last_overlaps",
     "a_last - b < b_size + a_before_last", "a_last - b <= b_size + a_before_last"),
    ("a range that begins before the other one is overlooked", "plan_last_overlaps",
     "a_last - b < b_size + a_before_last", "a_last - b < b_size"),
    ("the last byte is left out", "plan_ranges_overlap",
     "plan_last_overlaps(a + (a_size - 1), a_size - 1,", "plan_last_overlaps(a + a_size, a_size,"),
)


def bit_queries(width):
    """Yields SMT-LIB texts, each of them unsatisfiable if a fact of arithmetic.h holds for a mask:
    over bit-vectors wide enough for sums not to wrap."""
    wide = width + 2

    def number(value, bits=wide):
        return f"(_ bv{value} {bits})"

    def wide_of(term):
        return f"((_ zero_extend 2) {term})"

    def deny(mask, given, fact):
        return (f"(set-logic QF_BV)(declare-const x (_ BitVec {width}))"
                f"(declare-const y (_ BitVec {width}))"
                f"(define-fun m () (_ BitVec {width}) {number(mask, width)})"
                f"(define-fun low () (_ BitVec {width}) (bvand x m))"
                f"(define-fun high () (_ BitVec {width}) (bvand x (bvnot m)))"
                f"(define-fun next () (_ BitVec {wide}) (ite (= low {number(0, width)}) {number(0)}"
                f" (bvsub {number(mask + 1)} {wide_of('low')})))"
                f"(assert {given})(assert (not {fact}))(check-sat)")

    def aligned(term):
        return f"(= (bvand {term} m) {number(0, width)})"

    both = f"(and {aligned('x')} {aligned('y')})"
    last = number((1 << width) - 1)
    for bits in range(width + 1):
        mask = (1 << bits) - 1
        # low_bits and is_aligned() are what they are called: the remainder.
        yield deny(mask, "true", f"(= {wide_of('low')} (bvurem {wide_of('x')} {number(mask + 1)}))")
        yield deny(mask, "true", "(and (bvule low m) (bvule low x))")
        if mask <= 0xfff:
            yield deny(mask, "true", f"(= (bvand {number(0xfff, width)} m) m)")
        yield deny(mask, "true", f"(= (bvnot m) (bvsub {number((1 << width) - 1, width)} m))")
        yield deny(mask, "true", f"(and (= high (bvsub x low)) {aligned('high')})")
        yield deny(mask, "true", f"(= {wide_of('(bvand (bvneg x) m)')} next)")
        yield deny(mask, f"(bvule (bvadd {wide_of('x')} next) {last})",
                   aligned(f"((_ extract {width - 1} 0) (bvadd {wide_of('x')} next))"))
        yield deny(mask, both, aligned("(bvadd x y)"))
        yield deny(mask, both, aligned("(bvsub x y)"))
    # There is no other mask.
    cases = " ".join(f"(= x {number((1 << bits) - 1, width)})" for bits in range(width + 1))
    yield deny(0, f"(= (bvand x (bvadd x {number(1, width)})) {number(0, width)})", f"(or {cases})")


def prove_bits(width):
    """Returns how many facts about masks there are, and how many of them Z3 proved."""
    queries = list(bit_queries(width))
    result = subprocess.run(["z3", "-in", f"-T:{SECONDS_MAX}"], input="\n(reset)\n".join(queries),
                            capture_output=True, text=True, check=False)
    return len(queries), result.stdout.split().count("unsat")


def versions():
    """Returns the versions of the provers, as they call themselves."""
    def first(*command):
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return re.search(r"\d+\.\d[\w.-]*", text).group(0)
    return {"frama-c": first("frama-c", "-version"), "why3": first("why3", "--version"),
            "z3": first("z3", "--version")}


class Wp:
    """Frama-C as it is called here, with a directory for its files."""

    def __init__(self, root, directory):
        self.root, self.directory = root, directory
        self.config = os.path.join(directory, "why3.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(WHY3_CONFIG.format(z3=shutil.which("z3"), options=Z3_OPTIONS,
                                          version=versions()["z3"]))

    def run(self, width, arguments, headers, steps):
        """Returns goal -> whether it was proved, and all output."""
        command = ["frama-c", "-machdep", f"gcc_x86_{width}", f"-cpp-extra-args=-I{headers}",
                   "-wp", "-wp-rte", "-wp-prover", "z3", "-wp-timeout", str(SECONDS_MAX),
                   "-wp-steps", str(steps), "-wp-par", "1", "-wp-cache", "none", *arguments,
                   os.path.join(self.root, "proofs", "wp", "copy_plan.c")]
        environment = dict(os.environ, WHY3CONFIG=self.config, HOME=self.directory, LC_ALL="C")
        result = subprocess.run(command, capture_output=True, text=True, check=False,
                                env=environment, cwd=self.directory)
        output = result.stdout + result.stderr
        goals = {name: verdict == "Valid" for name, verdict in GOAL.findall(output)}
        counted = re.search(r"Proved goals: +(\d+) / (\d+)", output)
        # Goals that are trivial are counted, but not all of them are listed.
        if result.returncode != 0 or NOT_TRIED.search(output) or counted is None or \
                int(counted.group(2)) - int(counted.group(1)) != list(goals.values()).count(False):
            raise RuntimeError(f"frama-c did not do its work:\n{output[-3000:]}")
        return goals, output

    def prove(self, width):
        """Returns function -> goal -> whether it was proved."""
        headers = os.path.join(self.root, os.path.dirname(HEADER))
        names = ",".join(WRAPPING)
        goals = self.run(width, ["-warn-unsigned-overflow", "-wp-skip-fct", names], headers,
                         STEPS)[0]
        goals.update(self.run(width, ["-wp-fct", names], headers, STEPS)[0])
        goals.update(self.run(width, ["-wp-prop", "@lemma"], headers, STEPS)[0])
        return by_function(self.root, goals)

    def plant(self, number):
        """Returns the goals that an error leaves unproved; None if there is nothing to replace."""
        _, function, before, after = PLANTED[number]
        with open(os.path.join(self.root, HEADER), encoding="utf-8") as file:
            text = file.read()
        # A function's body may stand elsewhere, too: only the one meant is changed.
        begin = text.find(f" {function}(")
        end = text.find("\n}\n", begin)
        if begin < 0 or text.count(before, begin, end) != 1:
            return None
        directory = os.path.join(self.directory, f"planted-{number}")
        os.mkdir(directory)
        with open(os.path.join(directory, os.path.basename(HEADER)), "w", encoding="utf-8") as file:
            file.write(text[:begin] + text[begin:end].replace(before, after) + text[end:])
        arguments = ["-wp-fct", function]
        if function not in WRAPPING:
            arguments.append("-warn-unsigned-overflow")
        goals = self.run(WIDTHS[0], arguments, directory, STEPS_PLANTED)[0]
        return [name for name, proved in goals.items() if not proved]


def by_function(root, goals):
    """Sorts goals by the function that they are of; lemmas are one group."""
    with open(os.path.join(root, "proofs", "wp", "copy_plan.c"), encoding="utf-8") as file:
        names = set(re.findall(r"^static [\w ]+?(\w+)\(", file.read(), re.MULTILINE))
    groups = collections.defaultdict(dict)
    for goal, proved in goals.items():
        owners = [name for name in names if goal.startswith(name + "_")]
        groups[max(owners, key=len, default="lemmas")][goal] = proved
    return groups
