#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzzed programs for a time, and sums up; scripts/fuzz.sh says how it is called."""

import json
import mmap
import os
import re
import shlex
import signal
import struct
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import command  # noqa: E402

BUILD = os.path.join(ROOT, "build")
PROGRAMS = os.environ.get("FUZZ_PROGRAMS", os.path.join(BUILD, "fuzz"))
KEPT = os.environ.get("FUZZ_KEPT", BUILD)
CORPUS = os.path.join(ROOT, "tests", "fuzz", "corpus")
TARGETS = {"api": 2000, "items": 1000, "corruption": 800}  # name -> longest input, in bytes
HANG_SECONDS = 60
MEMORY_MB = 2048
PROGRESS_SECONDS = 5
POLL_SECONDS = 0.2
GRACE_SECONDS = 90
JOBS_MAX = 64
SECONDS_MAX = 9_999_999


def parse_arguments():
    parser = command.Parser("fuzz")
    parser.add_argument("--seconds", type=command.number(1, SECONDS_MAX), default=60)
    parser.add_argument("--target")
    parser.add_argument("--jobs", type=command.number(1, JOBS_MAX),
                        default=min(JOBS_MAX, os.cpu_count() or 2))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", metavar="FILE")
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--check-arguments", action="store_true")
    arguments = parser.parse_args()
    if arguments.target is not None and arguments.target not in TARGETS:
        parser.error(f"unknown target '{arguments.target}'; known: {', '.join(TARGETS)}")
    if arguments.trace and not arguments.repeat:
        parser.error("--trace is for --repeat")
    if arguments.repeat:
        if not os.path.isfile(arguments.repeat):
            parser.error(f"no file '{arguments.repeat}'")
        arguments.target = arguments.target or target_of(arguments.repeat)
        if arguments.target is None:
            parser.error(f"the name of '{arguments.repeat}' does not say which target; "
                         "add --target NAME")
    return arguments


def target_of(path):
    """Returns the target whose input a file is, or None."""
    path = os.path.abspath(path)
    names = (os.path.basename(path).split("-")[0], os.path.basename(os.path.dirname(path)))
    return next((name for name in names if name in TARGETS), None)


def environment(**more):
    values = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1", **more)
    values.setdefault("ASAN_OPTIONS", "detect_leaks=1")
    return values


def program(target):
    return os.path.join(PROGRAMS, f"fuzz_{target}")


def write_seeds(target):
    """Writes the committed inputs as libFuzzer wants them, and returns the directory."""
    directory = os.path.join(KEPT, "fuzz-seeds", target)
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(CORPUS, f"{target}.hex"), encoding="utf-8") as lines:
        inputs = [bytes.fromhex(line) for line in lines if not line.startswith("#")]
    for number, content in enumerate(inputs, 1):
        with open(os.path.join(directory, f"{target}-{number}"), "wb") as file:
            file.write(content)
    return directory


class Worker:
    """A process that fuzzes a target."""

    def __init__(self, target, number, seconds):
        self.log_path = os.path.join(KEPT, "fuzz-logs", f"{target}-{number}.log")
        self.counter_path = os.path.join(KEPT, "fuzz-logs", f"{target}-{number}.count")
        with open(self.counter_path, "wb") as file:
            file.write(bytes(8))
        with open(self.counter_path, "r+b") as file:
            self.counter = mmap.mmap(file.fileno(), 8)
        kept = os.path.join(KEPT, "fuzz-corpus", target)
        seeds = os.path.join(KEPT, "fuzz-seeds", target)
        words = [
            program(target), kept, seeds, f"-max_total_time={seconds}",
            f"-max_len={TARGETS[target]}", "-len_control=20", f"-timeout={HANG_SECONDS}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-artifact_prefix={os.path.join(KEPT, 'fuzz-findings', target)}-"]
        with open(self.log_path, "wb") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True,
                                            env=environment(FUZZ_COUNTER=self.counter_path))

    def executions(self):
        return struct.unpack("=Q", self.counter[:8])[0]

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def edges(self):
        """Returns how many edges have been covered, and how many there are."""
        text = self.log()
        covered = [int(number) for number in re.findall(r"\bcov: (\d+)", text)]
        there = re.search(r"Loaded \d+ modules\s+\((\d+) ", text)
        return max(covered, default=0), int(there.group(1)) if there else 0

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def finding(self):
        """Returns what a process that failed has found."""
        text = self.log()
        said = re.search(r"^FOUND: (.*)$", text, re.MULTILINE) or re.search(
            r"runtime error: (.*)$", text, re.MULTILINE) or re.search(
                r"^SUMMARY: (.*)$", text, re.MULTILINE)
        kept = re.search(r"Test unit written to (\S+)", text)
        return {"text": said.group(1) if said else
                f"the process ended with exit status {self.process.returncode}",
                "file": os.path.relpath(kept.group(1), os.getcwd()) if kept else None,
                "log": os.path.relpath(self.log_path, os.getcwd())}


def progress(target, workers, began):
    seconds = time.monotonic() - began
    executions = sum(worker.executions() for worker in workers)
    covered = max(worker.edges()[0] for worker in workers)
    print(f"{target}: {seconds:.0f} s, {executions} executions, "
          f"{executions / max(seconds, 0.1):.0f} a second, {covered} edges", file=sys.stderr,
          flush=True)


def fuzz(target, arguments, seconds):
    """Runs one target and returns what is to be said of it."""
    began = time.monotonic()
    workers = [Worker(target, number, seconds) for number in range(arguments.jobs)]
    failed = None
    pace = command.Pace(PROGRESS_SECONDS)
    try:
        while failed is None and any(worker.process.poll() is None for worker in workers):
            time.sleep(POLL_SECONDS)
            failed = next((worker for worker in workers
                           if worker.process.poll() not in (None, 0)), None)
            if pace.is_due():
                progress(target, workers, began)
            if time.monotonic() - began > seconds + GRACE_SECONDS:
                break
    finally:
        for worker in workers:
            worker.stop()
    failed = failed or next((worker for worker in workers if worker.process.returncode > 0), None)
    took = time.monotonic() - began
    executions = sum(worker.executions() for worker in workers)
    edges = [worker.edges() for worker in workers]
    result = {
        "seconds": round(took, 1), "executions": executions,
        "executions_per_second": round(executions / took), "edges": max(edges)[0],
        "edges_of": max(edges)[1],
        "inputs_kept": len(os.listdir(os.path.join(KEPT, "fuzz-corpus", target))),
        "findings": []}
    if failed is not None:
        finding = failed.finding()
        if finding["file"]:
            finding["repeat"] = f"./run fuzz --repeat {shlex.quote(finding['file'])}"
        result["findings"].append(finding)
    return result


def print_result(target, result):
    print(f"{target:10}  {result['executions']:9} executions in {result['seconds']:6.1f} s, "
          f"{result['executions_per_second']:5} a second; {result['edges']} of "
          f"{result['edges_of']} edges; {len(result['findings'])} findings")
    for finding in result["findings"]:
        print(f"FOUND by {target}: {finding['text']}")
        print(f"to repeat: {finding['repeat']}" if finding["file"] else f"see {finding['log']}")
    sys.stdout.flush()


def run_all(arguments):
    for directory in ("fuzz-logs", "fuzz-findings"):
        os.makedirs(os.path.join(KEPT, directory), exist_ok=True)
    targets = [arguments.target] if arguments.target else list(TARGETS)
    results = {}
    for index, target in enumerate(targets):
        os.makedirs(os.path.join(KEPT, "fuzz-corpus", target), exist_ok=True)
        write_seeds(target)
        share = arguments.seconds * (index + 1) // len(targets) - (
            arguments.seconds * index // len(targets))
        results[target] = fuzz(target, arguments, max(1, share))
        if not arguments.json:
            print_result(target, results[target])
    found = sum(len(result["findings"]) for result in results.values())
    if arguments.json:
        print(json.dumps({"jobs": arguments.jobs, "findings": found, "targets": results}, indent=2))
    elif not found:
        print("nothing was found")
    return 1 if found else 0


def repeat(arguments):
    """Runs a target over one input, with all that it prints."""
    more = {"FUZZ_TRACE": "1"} if arguments.trace else {}
    result = subprocess.run(
        [program(arguments.target), f"-timeout={HANG_SECONDS}", "-artifact_prefix=/dev/null-",
         arguments.repeat], env=environment(**more), stdout=sys.stderr, check=False)
    print("nothing was found" if result.returncode == 0 else f"FOUND by {arguments.target}")
    return 1 if result.returncode else 0


def main():
    arguments = parse_arguments()
    if arguments.check_arguments:
        return 0
    return repeat(arguments) if arguments.repeat else run_all(arguments)


if __name__ == "__main__":
    sys.exit(command.run_main("fuzz", main))
