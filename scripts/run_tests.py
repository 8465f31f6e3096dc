#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the test programs that were built, and counts single tests.

A test program, be it C, shell or Python, answers to

    PROGRAM [--list] [--full] [--seed N] [PATTERN]

with the names of its tests, or with TAP, one line for each test. A test that is listed and has no
result has failed: that is how a crash in the middle shows. So has a program that ends with an exit
status other than 0 although all its tests passed, such as one that leaked memory.
"""

import concurrent.futures
import glob
import json
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import command  # noqa: E402
from programs import RESULT, Processes, environment, kill  # noqa: E402

BUILD = os.path.join(ROOT, "build")
SECONDS_FILE = os.path.join(BUILD, "test_seconds.json")
SECONDS_MAX = 400
SECONDS_MAX_FULL = 7200
OUTPUT_TAIL_LINES = 40
PROCESSES = Processes()


class Program:
    """A test program, and the tests of it that were asked for."""

    def __init__(self, name, words):
        self.name, self.command = name, words
        self.tests, self.selected = [], []
        self.seconds = 0.0
        self.results = {}  # test -> ("passed" | "failed" | "skipped", text)

    def count(self, outcome):
        return sum(result[0] == outcome for result in self.results.values())


def find_programs(full):
    """Returns all test programs, the C ones of the sanitized build, with --full the plain ones
    also, and the scripts under tests/: in the order of how long they took last time."""
    programs = []
    for build, prefix in (("sanitize", ""), ("plain", "plain/"))[:2 if full else 1]:
        with open(os.path.join(BUILD, build, "tests.txt"), encoding="utf-8") as lines:
            for line in lines:
                name, path = line.rstrip("\n").split(" ", 1)
                programs.append(Program(prefix + name, [path]))
    for path in sorted(glob.glob(os.path.join(ROOT, "tests", "*", "test_*.[ps][yh]"))):
        interpreter = "bash" if path.endswith(".sh") else sys.executable
        suite = os.path.basename(os.path.dirname(path))
        name = os.path.splitext(os.path.basename(path))[0].removeprefix("test_")
        programs.append(Program(f"{suite}/{name}", [interpreter, path]))
    seconds = read_seconds()
    return sorted(programs, key=lambda program: -seconds.get(program.name, 0.0))


def read_seconds():
    """Returns how long each program took when it last ran as a whole."""
    try:
        with open(SECONDS_FILE, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write_seconds(programs):
    seconds = read_seconds()
    seconds.update({program.name: round(program.seconds, 1) for program in programs
                    if program.selected == program.tests})
    with open(SECONDS_FILE, "w", encoding="utf-8") as file:
        json.dump(seconds, file, indent=0)


def programs_from(path):
    """Returns the programs that a file names, one "NAME COMMAND..." a line."""
    with open(path, encoding="utf-8") as lines:
        return [Program(words[0], words[1:]) for words in map(str.split, lines) if words]


def run(words, seconds_max):
    """Returns the exit status, as a text if it is not a plain 0, and the output."""
    plain = os.path.join(BUILD, "plain")
    values = environment(ROOT=ROOT, BUILD=plain, AMCP=os.path.join(plain, "amcp"))
    with PROCESSES.start(words, env=values, cwd=ROOT) as process:
        try:
            output = process.communicate(timeout=seconds_max)[0]
            status = process.returncode
        except subprocess.TimeoutExpired:
            kill(process)
            output = process.communicate()[0]
            status = None
    text = output.decode("utf-8", "replace")
    if status is None:
        return f"it ran for more than {seconds_max} seconds", text
    if status < 0:
        return f"it ended by {signal.Signals(-status).name}", text
    return f"it ended with exit status {status}" if status else "", text


def list_tests(program, arguments):
    options = ["--full"] if arguments.full else []
    why, output = run(program.command + ["--list"] + options, SECONDS_MAX)
    program.tests = output.splitlines() if not why else []
    if why or not program.tests:
        program.results["(list)"] = ("failed", f"--list: {why or 'no tests'}\n{output}")
    for name in sorted({name for name in program.tests if program.tests.count(name) > 1}):
        program.results[f"{name} (twice)"] = ("failed", "two tests of this name")


def matcher(pattern):
    """Returns a predicate: does a name contain the pattern, * standing for anything."""
    expression = re.compile(".*".join(map(re.escape, pattern.split("*"))))
    return lambda name: expression.search(name) is not None


def runs_of(program, pattern):
    """Returns which runs give the selected tests: pairs of a pattern for the program, "" being all,
    and the tests that count."""
    if len(program.selected) == len(program.tests):
        return [("", program.selected)]
    if program.selected == [name for name in program.tests if pattern in name]:
        return [(pattern, program.selected)]
    return [(name, [name]) for name in program.selected]


def parse(output, listed):
    """Reads TAP. Returns test -> (outcome, text). Lines that begin with # belong to the result
    before them, as TAP has it; what a test itself printed stands before its result."""
    results, current, printed = {}, None, ""
    for line in output.splitlines():
        match = RESULT.match(line)
        if not match:
            if not line.startswith("#"):
                printed += "" if re.match(r"1\.\.\d+$", line) else line + "\n"
            elif current and not re.match(r"# (not )?ok - ", line):
                results[current] = (results[current][0], f"{results[current][1]}{line}\n")
            continue
        outcome, text = ("passed" if match.group(1) == "ok" else "failed"), match.group(2).strip()
        skip = re.match(r"(.*?)\s*# SKIP\s*(.*)$", text, re.IGNORECASE)
        if skip:
            outcome, text = "skipped", skip.group(1) or skip.group(2)
        # cmocka may put a reason behind the name.
        names = [name for name in listed if text == name or text.startswith(name + " ")]
        current = max(names, key=len, default=text)
        if outcome == "failed" or (names and current not in results):
            results[current] = (outcome, printed)
        elif current not in results:
            current = None
        printed = ""
    return results


def tail(output):
    return "\n".join(output.splitlines()[-OUTPUT_TAIL_LINES:])


def run_program(program, arguments):
    options = (["--full"] if arguments.full else []) + ["--seed", str(arguments.seed)]
    seconds_max = SECONDS_MAX_FULL if arguments.full else SECONDS_MAX
    began = time.monotonic()
    for pattern, wanted in runs_of(program, arguments.pattern or ""):
        why, output = run(program.command + options + ([pattern] if pattern else []), seconds_max)
        results = parse(output, program.tests)
        for name, result in results.items():
            if name in wanted or name not in program.tests:
                program.results.setdefault(name, result)
        for name in wanted:
            program.results.setdefault(name, (
                "failed", f"no result: {why or 'the program did not run it'}\n{tail(output)}\n"))
        if why and all(result[0] != "failed" for result in program.results.values()):
            program.results["(exit)"] = ("failed", f"all passed, but {why}\n{tail(output)}\n")
    program.seconds = time.monotonic() - began


class Progress:
    """Prints a line for each program that has ended and, on a terminal, what is running."""

    def __init__(self, count):
        self.lock, self.count, self.ended, self.running = threading.Lock(), count, 0, []
        self.terminal = sys.stdout.isatty()

    def show_running(self):
        if self.terminal and self.running:
            text = f"{self.ended} of {self.count} programs ended; running: {' '.join(self.running)}"
            print(f"\r\033[K{text[:99]}", end="", flush=True)

    def begin(self, program):
        with self.lock:
            self.running.append(program.name)
            self.show_running()

    def end(self, program):
        failed, skipped = program.count("failed"), program.count("skipped")
        text = f"{program.count('passed')} passed"
        text += f", {failed} failed" if failed else ""
        text += f", {skipped} skipped" if skipped else ""
        with self.lock:
            self.running.remove(program.name)
            self.ended += 1
            print(("\r\033[K" if self.terminal else "") + ("FAIL" if failed else "ok  "),
                  f"{program.name:36} {text} ({program.seconds:.1f} s)", flush=True)
            self.show_running()


def on_all_processors(work, items):
    """Does the work on each item, on as many at a time as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        try:
            for one in [pool.submit(work, item) for item in items]:
                one.result()
        except KeyboardInterrupt:
            PROCESSES.stop()
            pool.shutdown(cancel_futures=True)
            raise


def run_all(programs, arguments):
    progress = Progress(len(programs))

    def run_one(program):
        progress.begin(program)
        run_program(program, arguments)
        progress.end(program)

    on_all_processors(run_one, programs)


def summarize(programs, arguments):
    """Prints the failures and the last line, and returns the exit status."""
    failures = [(program, name, text) for program in programs
                for name, (outcome, text) in program.results.items() if outcome == "failed"]
    for program, name, text in failures:
        print(f"\nfailed: {program.name}/{name}")
        print("\n".join("    " + line for line in text.splitlines()))
    if failures:
        full = " --full" if arguments.full else ""
        print("\nto repeat:")
        for program, name, _ in failures:
            test = "" if name.startswith("(") else name.removesuffix(" (twice)")
            print(f"    ./run test{full} --seed {arguments.seed} "
                  f"{shlex.quote(f'{program.name}/{test}')}")
        print()
    passed, failed, skipped = (sum(program.count(outcome) for program in programs)
                               for outcome in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


def parse_arguments():
    parser = command.Parser("test")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--check-arguments", action="store_true")
    parser.add_argument("--programs", help="for the test of this script: run what this file names")
    parser.add_argument("pattern", nargs="?")
    arguments = parser.parse_args()
    if arguments.seed == "random":
        arguments.seed = secrets.randbelow(1 << 32)
    elif re.fullmatch(r"\d{1,19}|0x[0-9a-fA-F]{1,16}", arguments.seed):
        arguments.seed = int(arguments.seed, 0 if arguments.seed.startswith("0x") else 10)
    else:
        parser.error(f"--seed takes a number or 'random', not '{arguments.seed}'")
    return arguments


def main():
    arguments = parse_arguments()
    if arguments.check_arguments:
        return 0
    programs = (programs_from(arguments.programs) if arguments.programs
                else find_programs(arguments.full))
    on_all_processors(lambda program: list_tests(program, arguments), programs)
    matches = matcher(arguments.pattern or "")
    for program in programs:
        program.selected = [name for name in program.tests if matches(f"{program.name}/{name}")]
    programs = [program for program in programs
                if program.selected or (program.results and matches(f"{program.name}/"))]
    if arguments.list:
        for program in programs:
            for name in program.selected:
                print(f"{program.name}/{name}")
            for name, (_, text) in program.results.items():
                print(f"test: {program.name}/{name}: {text}", file=sys.stderr)
        return 1 if any(program.results for program in programs) else 0
    if not programs:
        print(f"test: no test matches '{arguments.pattern}'", file=sys.stderr)
    print(f"seed {arguments.seed}", flush=True)
    run_all([program for program in programs if program.selected], arguments)
    if not arguments.programs:
        write_seconds(programs)
    return summarize(programs, arguments)


if __name__ == "__main__":
    sys.exit(command.run_main("test", main))
