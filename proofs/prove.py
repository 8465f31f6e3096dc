#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ./run prove runs; scripts/prove.sh says how it is called."""

import concurrent.futures
import json
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
import drift  # noqa: E402
import model  # noqa: E402
import wp  # noqa: E402


class Report:
    """Prints a line for each result, and counts."""

    def __init__(self, as_json):
        self.as_json, self.began = as_json, time.monotonic()
        self.results, self.failed = [], 0

    def add(self, kind, name, good, text, **figures):
        self.failed += not good
        self.results.append({"kind": kind, "name": name, "good": good, "text": text, **figures})
        print(f"{'ok  ' if good else 'FAIL'} {kind}: {name}: {text}", flush=True,
              file=sys.stderr if self.as_json else sys.stdout)

    def count(self, kind, key=None):
        chosen = [result for result in self.results if result["kind"] == kind]
        return sum(result.get(key, 0) for result in chosen) if key else len(chosen)

    def end(self):
        seconds = round(time.monotonic() - self.began)
        parts = []
        if self.count("wp"):
            for kind, what in (("wp", "goals proved"), ("bits", "facts about masks")):
                parts.append(f"{self.count(kind, 'proved')} of {self.count(kind, 'goals')} {what}")
        if self.count("spin"):
            states = self.count("spin", "states")
            parts.append(f"{self.count('spin')} scenarios with {states} states")
        for kind, what in (("wp planted", "the code"), ("spin planted", "the model")):
            found = sum(result["good"] for result in self.results if result["kind"] == kind)
            if self.count(kind):
                parts.append(f"{found} of {self.count(kind)} errors planted in {what} found")
        summary = f"{'; '.join(parts)}; {self.failed} failed ({seconds} s)"
        if self.as_json:
            print(json.dumps({"results": self.results, "failed": self.failed, "seconds": seconds,
                              "summary": summary}, indent=1))
        else:
            print(summary)
        return 1 if self.failed or not self.results else 0


def say(text):
    print(text, file=sys.stderr, flush=True)


def check_drift(report):
    texts = drift.problems(ROOT)
    for text in texts:
        report.add("drift", "the code", False, text)
    if not texts:
        report.add("drift", "the code", True,
                   f"all {len(drift.read_table(ROOT))} functions are those that were modelled")


def prove_wp(report, pool):
    say("Frama-C " + ", ".join(f"{name} {version}" for name, version in wp.versions().items()))
    with tempfile.TemporaryDirectory(prefix="prove-") as directory:
        prover = wp.Wp(ROOT, directory)
        bits = {width: pool.submit(wp.prove_bits, width) for width in wp.WIDTHS}
        goals = {width: pool.submit(prover.prove, width) for width in wp.WIDTHS}
        planted = [pool.submit(prover.plant, number) for number in range(len(wp.PLANTED))]
        for width in wp.WIDTHS:
            count, proved = bits[width].result()
            report.add("bits", f"{width} bits", count == proved,
                       f"{proved} of {count} facts about masks proved", goals=count, proved=proved)
            for function, results in sorted(goals[width].result().items()):
                bad = [goal for goal, proved in results.items() if not proved]
                report.add("wp", f"{width} bits, {function}", not bad,
                           f"{len(results) - len(bad)} of {len(results)} goals proved"
                           + (", not " + " ".join(bad) if bad else ""),
                           goals=len(results), proved=len(results) - len(bad))
        for (what, function, _, _), run in zip(wp.PLANTED, planted):
            bad = run.result()
            text = "NOT found: the text to replace is gone" if bad is None else \
                f"found: not proved: {' '.join(bad)}" if bad else "NOT found"
            report.add("wp planted", f"{function}, {what}", bool(bad), text)


def explore_spin(report, pool):
    scenarios = [(row, pool.submit(model.explore, row[2])) for row in model.plan.SCENARIOS]
    planted = [(row, pool.submit(model.explore, row[4], row[1:4])) for row in model.plan.PLANTED]
    for (name, what, _), run in scenarios:
        found = run.result()
        good = found["complete"] and found["error"] is None
        text = (f"{found['states']} states, depth {found['depth']}, {found['megabytes']} MB,"
                f" {found['seconds']:.0f} s" if good else
                f"{found['error'] or found['why']}, depth {found.get('depth', 0)}")
        report.add("spin", f"{name} ({what})", good, text, states=found.get("states", 0),
                   depth=found.get("depth", 0), megabytes=found.get("megabytes", 0))
    for (what, *_), run in planted:
        found = run.result()
        text = f"found at depth {found['depth']}: {found['error']}" if found["error"] else \
            f"NOT found: {found['why'] or 'nothing is wrong'}"
        report.add("spin planted", what, bool(found["error"]), text,
                   depth=found.get("depth", 0), states=found.get("states", 0))


def main():
    arguments = sys.argv[1:]
    if "--accept" in arguments:
        print(f"{drift.accept(ROOT)} functions were new, gone or had changed")
        return 0
    parts = [part for part in ("wp", "spin") if part in arguments] or ["wp", "spin"]
    report = Report("--json" in arguments)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        check_drift(report)
        if "wp" in parts:
            prove_wp(report, pool)
        if "spin" in parts:
            explore_spin(report, pool)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
