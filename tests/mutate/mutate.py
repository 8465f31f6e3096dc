#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants faults in the driver, one by one, and shows which test kills each (scripts/mutate.sh).

The table is faults/*.toml. It has the faults, each with

    name         one word, of the whole table
    file         where it is planted
    text         what it replaces; it must occur exactly once in the file
    replacement
    breaks       what is wrong then
    killers      the tests that are expected to see it, the best first
    survives     why no test can see it; instead of killers

and "wide", the tests that a fault is tried with which survives its own killers.

A test is named as "PROGRAM" or "PROGRAM: PATTERN", the programs being those that KINDS knows. It
kills a fault if it fails, crashes, is found at fault by a sanitizer, or takes much longer than
without the fault. All work is done in copies of the tree, one for each job, under build/mutate.
"""

import collections
import dataclasses
import fnmatch
import glob
import hashlib
import itertools
import json
import os
import queue
import re
import shutil
import signal
import sys
import threading
import time
import tomllib

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import command  # noqa: E402
from programs import RESULT, Processes, environment, kill  # noqa: E402

KILLED_PERCENT_MIN = 95
AREAS = {"src/core/": "core", "src/engine/": "engine", "src/chip/": "engine", "ports/": "port"}
FIELDS = {"name", "file", "text", "replacement", "breaks", "killers", "survives"}
SKIPPED = shutil.ignore_patterns("build", "build-*", ".git", "__pycache__")

# A test may take so long, of the wall clock: a fixed time, and a multiple of what it takes without
# a fault.
SECONDS_FIXED, SECONDS_FACTOR = 25, 10
BASELINE_SECONDS_MAX = 600
INSTRUCTIONS_MAX = 4_000_000_000
PROGRESS_SECONDS = 10
JOBS_MAX = 64
PROCESSES = Processes()

CRASH = re.compile(r"(ERROR: (?:Address|Leak)Sanitizer[^\n]*|WARNING: ThreadSanitizer: [^\n(]*"
                   r"|[^\n]*: runtime error: [^\n]*|[^\n]*Assertion [^\n]* failed"
                   r"|[^\n]*machine: [^\n]*|[^\n]*FAILED[^\n]*|[^\n]*\bNO$)", re.MULTILINE)


class TableError(Exception):
    """The table, or the tree without a fault, is not as it must be."""


@dataclasses.dataclass
class Fault:
    name: str
    file: str
    text: str
    replacement: str
    breaks: str
    killers: list = dataclasses.field(default_factory=list)
    survives: str = ""

    @property
    def area(self):
        return next((area for prefix, area in AREAS.items() if self.file.startswith(prefix)), "")

    def mistake(self, root):
        """Returns what is wrong with this entry, or ''."""
        if not self.area:
            return f"{self.file} is in none of the areas"
        if bool(self.killers) == bool(self.survives):
            return "it needs either killers or a reason why it survives"
        if self.text == self.replacement:
            return "it changes nothing"
        try:
            with open(os.path.join(root, self.file), encoding="utf-8") as file:
                count = file.read().count(self.text)
        except OSError:
            return f"there is no {self.file}"
        return "" if count == 1 else f"stale: its text occurs {count} times in {self.file}"


def read_table(directory):
    """Returns all faults, and what those are tried with that survive. Faults in one file stand
    together, so that it is built once between two of them."""
    faults, wide = [], []
    for path in sorted(glob.glob(os.path.join(directory, "*.toml"))):
        with open(path, "rb") as file:
            table = tomllib.load(file)
        wide += table.get("wide", [])
        for entry in table.get("fault", []):
            wrong = set(entry) - FIELDS | FIELDS - {"killers", "survives"} - set(entry)
            if wrong:
                raise TableError(f"{path}: {entry.get('name')}: unknown or missing: {wrong}")
            faults.append(Fault(**entry))
    counts = collections.Counter(fault.name for fault in faults)
    for name, count in counts.items():
        if count > 1:
            raise TableError(f"{count} faults are called {name}")
    for name in [*wide, *(name for fault in faults for name in fault.killers)]:
        Test(name)
    return sorted(faults, key=lambda fault: fault.file), wide


def mistakes_in(faults, root=ROOT):
    return [f"{fault.name}: {fault.mistake(root)}" for fault in faults if fault.mistake(root)]


def run(*words):
    """Returns the exit status and all that was printed."""
    with PROCESSES.start(words) as process:
        output = process.communicate()[0].decode("utf-8", "replace")
    return process.returncode, output


class Workshop:
    """A copy of the tree with its builds."""

    FLAGS = ("-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1 -g1", "-DASYNC_MEMCPY_TOOL=OFF")

    def __init__(self, directory, processes):
        self.directory, self.processes = directory, processes
        self.tree = os.path.join(directory, "tree")
        self.configured = set()

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def synchronise(self):
        """Makes the copy what the tree is. What is equal keeps its time, what is not is new: a run
        that was interrupted may have left a fault, built after the tree was last changed."""
        fresh = self.path("fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(ROOT, fresh, ignore=SKIPPED)
        for folder, _, names in os.walk(fresh):
            for name in names:
                new = os.path.join(folder, name)
                old = os.path.join(self.tree, os.path.relpath(new, fresh))
                if os.path.exists(old) and read(old) == read(new):
                    shutil.copystat(old, new)
                else:
                    os.utime(new)
        shutil.rmtree(self.tree, ignore_errors=True)
        os.rename(fresh, self.tree)

    def digest(self):
        """Returns what tells this tree from others: all its files but the texts and the table."""
        digest = hashlib.sha256()
        for folder, folders, names in os.walk(self.tree):
            folders[:] = sorted(name for name in folders if name != "faults")
            for name in sorted(name for name in names if not name.endswith(".md")):
                path = os.path.join(folder, name)
                content = read(path)
                digest.update(f"{os.path.relpath(path, self.tree)} {len(content)} ".encode())
                digest.update(content)
        return digest.hexdigest()

    def configure(self, build):
        options = {
            "host": ("-S", self.tree, "-DASYNC_MEMCPY_SANITIZE=address,undefined", *self.FLAGS),
            "thread": ("-S", self.tree, "-DASYNC_MEMCPY_SANITIZE=thread", *self.FLAGS),
            "tool": ("-S", self.tree, "-DASYNC_MEMCPY_TESTS=OFF"),
            "firmware": ("-S", os.path.join(self.tree, "firmware"), "-DCMAKE_TOOLCHAIN_FILE="
                         + os.path.join(self.tree, "firmware", "toolchain.cmake")),
        }[build]
        status, said = run("cmake", "-B", self.path(build), "-G", "Ninja", *options)
        if status != 0:
            raise TableError(f"cmake failed:\n{said}")

    def build(self, build, targets):
        """Returns '' or what the compiler said."""
        if not targets:
            return ""
        if build not in self.configured:
            self.configure(build)
            self.configured.add(build)
        status, said = run("ninja", "-C", self.path(build), f"-j{self.processes}", *targets)
        return "" if status == 0 else said

    def write(self, file, content):
        with open(os.path.join(self.tree, file), "w", encoding="utf-8") as target:
            target.write(content)

    def plant(self, fault):
        """Returns what the file held."""
        content = read(os.path.join(self.tree, fault.file)).decode()
        assert content.count(fault.text) == 1
        self.write(fault.file, content.replace(fault.text, fault.replacement))
        return content


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Kind:
    """A kind of test program: what it is built from and how it is run."""

    build = "host"
    telling_line = -1  # of what it prints if it fails and is no TAP
    without_fault = ()  # builds, with their targets, in which no fault is ever planted

    def targets(self, name):
        return [name.replace("/", "_")]

    def command(self, shop, name, pattern):
        raise NotImplementedError


class Host(Kind):
    """A test program of the host that speaks TAP."""

    def command(self, shop, name, pattern):
        program = shop.path(self.build, "tests", name)
        return [program, "--seed", "1", *([pattern] if pattern else [])]


class Thread(Host):
    build = "thread"

    def command(self, shop, name, pattern):
        # The sanitizer of gcc 12 does not know how far newer kernels spread addresses.
        return ["setarch", "-R", *super().command(shop, name, pattern)]


class Soak(Kind):
    def targets(self, name):
        return ["soak"]

    def command(self, shop, name, pattern):
        return [shop.path("host", "soak"), "--seed", "1", "--workers", "1", "--programs", pattern]


class Facts(Kind):
    telling_line = 0

    def targets(self, name):
        return ["dump_driver", "dump_model"]

    def command(self, shop, name, pattern):
        return [sys.executable, os.path.join(shop.tree, "scripts", "check_facts.py"), "--build",
                shop.path("host")]


class Image(Kind):
    """An image on the emulated chip, whose simulation has no fault."""

    build = "firmware"
    without_fault = (("tool", ("amcp",)),)

    def targets(self, name):
        return [f"{name}.elf"]

    def command(self, shop, name, pattern):
        return [shop.path("tool", "amcp"), "boot", "--chip", "esp32c3", "--max-instructions",
                str(INSTRUCTIONS_MAX), shop.path("firmware", f"{name}.elf"),
                *(["--arguments", pattern] if pattern else [])]


class ImageInAllVariants(Image):
    """Likewise, with all that the hardware may do otherwise."""

    def command(self, shop, name, pattern):
        words = super().command(shop, name, pattern)
        return [*words[:2], "--variants", "all", *words[2:]]


class Iram(Image):
    """Whether the interrupt path of an image is in internal RAM."""

    without_fault = ()

    def command(self, shop, name, pattern):
        return [sys.executable, os.path.join(shop.tree, "scripts", "check_iram.py"),
                shop.path("firmware", f"{name}.elf")]


KINDS = {"": Host(), "thread": Thread(), "soak": Soak(), "facts": Facts(), "image": Image(),
         "image+all": ImageInAllVariants(), "iram": Iram()}


class Test:
    """A killer, as the table names it."""

    def __init__(self, text):
        self.text = text
        program, _, self.pattern = text.partition(": ")
        kind, _, name = program.rpartition(" ")
        if kind == "" and name in KINDS:
            kind = name
        if kind not in KINDS:
            raise TableError(f"no kind of test is called '{kind}': '{text}'")
        self.kind, self.name = KINDS[kind], name

    def build(self, shop):
        return shop.build(self.kind.build, self.kind.targets(self.name))

    def prepare(self, shop):
        """Builds all there is to it, without a fault."""
        for build, targets in (*self.kind.without_fault,
                               (self.kind.build, self.kind.targets(self.name))):
            said = shop.build(build, targets)
            if said:
                raise TableError(f"'{self.text}' does not build:\n{said}")

    def run(self, shop, seconds_max):
        """Returns why the fault is dead, or '', and how many results there were."""
        words = self.kind.command(shop, self.name, self.pattern)
        with PROCESSES.start(words, env=environment(), cwd=shop.tree) as process:
            watch = Watch(process, seconds_max)
            lines, failed = watch.lines_until_failure()
            status = watch.end()
        results = sum(RESULT.match(line) is not None for line in lines)
        asked = f"{self.pattern}: " if self.pattern else ""
        if failed:
            return failed, results
        if watch.hung:
            return f"{asked}it hangs (more than {seconds_max:.0f} s){last_test(lines)}", results
        if status != 0:
            return asked + what_went_wrong(lines, status, self.kind.telling_line), results
        return "", results


class Watch:
    """Reads what a process prints, and ends it when its time is over or it has failed."""

    def __init__(self, process, seconds_max):
        self.process, self.hung = process, False
        self.timer = threading.Timer(seconds_max, self.give_up)
        self.timer.start()

    def give_up(self):
        self.hung = True
        kill(self.process)

    def lines_until_failure(self):
        """Returns the lines, and the first test that failed with its reason, or ''."""
        lines, failed, reasons = [], "", []
        for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            match = RESULT.match(line)
            if failed and not line.startswith("#"):
                break
            if failed:
                reasons.append(line.lstrip("# "))
            elif match and match[1] == "not ok":
                failed = match[2].strip()
            lines.append(line)
        reasons = [line for line in reasons if not re.match(r"(not )?ok - ", line)]
        reasons.sort(key=lambda line: ": failed: " not in line)
        return lines, shorten(": ".join([failed, *reasons[:1]]))

    def end(self):
        self.timer.cancel()
        kill(self.process)
        return self.process.wait()


def shorten(text):
    text = re.sub(r"\S*/tree/", "", text.strip())
    return text if len(text) <= 150 else text[:147] + "..."


def last_test(lines):
    names = [match[2] for match in map(RESULT.match, lines) if match]
    return f", after '{names[-1]}'" if names else ""


def what_went_wrong(lines, status, telling_line):
    match = CRASH.search("\n".join(lines))
    if match:
        return shorten(match[0]) + last_test(lines)
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    told = [line for line in lines if line] or [""]
    return shorten(f"{how}: {told[telling_line]}")


@dataclasses.dataclass
class Verdict:
    fault: Fault
    killer: str = ""   # the test
    reason: str = ""   # what it said
    error: str = ""    # it could not be tried
    seconds: float = 0.0

    @property
    def killed(self):
        return self.killer != ""

    def outcome(self):
        if self.error:
            return f"ERROR: {self.error}"
        if not self.killed:
            return "survived: " + (self.fault.survives or "NOT EXPLAINED")
        stale = " (the table says that it survives)" if self.fault.survives else ""
        return f"killed by {self.killer.partition(': ')[0]}: {self.reason}{stale}"


class Log:
    """The verdicts on the faults in one state of the tree, in a file, for a run that goes on where
    another one has ended."""

    def __init__(self, path, state):
        self.path, self.kept = path, {"state": state, "verdicts": {}}
        try:
            kept = json.loads(read(path))
            if kept["state"] == state:
                self.kept = kept
        except (OSError, ValueError, LookupError):
            pass

    def add(self, verdict):
        self.kept["verdicts"][verdict.fault.name] = dataclasses.asdict(verdict)
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.kept, file, indent=1)
        os.replace(self.path + ".new", self.path)

    def verdict_on(self, fault):
        """Returns the verdict, or None if there is none on the fault as it is in the table now, or
        it could not be tried."""
        kept = self.kept["verdicts"].get(fault.name)
        if kept is None or kept["error"] or kept["fault"] != dataclasses.asdict(fault):
            return None
        return Verdict(**{**kept, "fault": fault})


class Campaign:
    def __init__(self, arguments, faults, wide):
        self.faults, self.wide, self.jobs = faults, wide, arguments.jobs
        self.base, self.resume = arguments.directory, arguments.resume
        self.stream = sys.stderr if arguments.json else sys.stdout
        self.lock, self.seconds = threading.Lock(), {}
        self.pace = command.Pace(PROGRESS_SECONDS)
        processes = max(1, (os.cpu_count() or 1) // self.jobs)
        self.shops = [Workshop(os.path.join(self.base, f"job-{index}"), processes)
                      for index in range(self.jobs)]
        self.tried, self.verdicts, self.log = {}, {}, None

    def say(self, text):
        with self.lock:
            self.pace.restart()
            print(text, file=self.stream, flush=True)

    def on_all_shops(self, work, items):
        """Has each workshop take items until none is left. The first error ends it."""
        waiting, failures = queue.SimpleQueue(), []
        for item in items:
            waiting.put(item)

        def loop(shop):
            try:
                while not failures:
                    work(shop, waiting.get_nowait())
            except queue.Empty:
                pass
            except Exception as error:  # told by the thread that waits
                failures.append(error)

        threads = [threading.Thread(target=loop, args=(shop,)) for shop in self.shops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def verify(self, names):
        """Tests that fail without any fault would prove nothing."""
        names = [name for name in dict.fromkeys(names) if name not in self.seconds]
        wrong, begun = [], itertools.count()

        def verify_one(shop, name):
            count = next(begun)
            if self.pace.is_due():
                self.say(f"    {count} of {len(names)}; now '{name}'")
            test = Test(name)
            test.prepare(shop)
            began = time.monotonic()
            reason, results = test.run(shop, BASELINE_SECONDS_MAX)
            self.seconds[name] = time.monotonic() - began
            if reason:
                wrong.append(f"'{name}' fails without any fault: {reason}")
            elif results == 0 and type(test.kind) in (Host, Thread):
                wrong.append(f"'{name}' is no test")

        self.say(f"verifying {len(names)} tests without any fault")
        began = time.monotonic()
        self.on_all_shops(verify_one, names)
        self.say(f"that took {time.monotonic() - began:.0f} s")
        if wrong:
            raise TableError("\n".join(wrong))

    def try_tests(self, shop, verdict, names):
        for count, name in enumerate(names):
            if self.pace.is_due():
                self.say(f"    {verdict.fault.name}: {count} of {len(names)} tests see nothing; "
                         f"now '{name}'")
            test = Test(name)
            said = test.build(shop)
            if said:
                verdict.error = "it does not compile: " + shorten(
                    next((line for line in said.splitlines() if " error: " in line), said[-200:]))
                return
            reason, _ = test.run(shop, SECONDS_FIXED + SECONDS_FACTOR * self.seconds[name])
            if reason:
                verdict.killer, verdict.reason = name, reason
                return

    def try_fault(self, shop, fault, names, is_last):
        verdict = self.tried.setdefault(fault.name, Verdict(fault))
        began = time.monotonic()
        content = shop.plant(fault)
        try:
            self.try_tests(shop, verdict, names)
        finally:
            shop.write(fault.file, content)
        verdict.seconds += time.monotonic() - began
        if verdict.killed or verdict.error or is_last:
            with self.lock:
                self.verdicts[fault.name] = verdict
                self.log.add(verdict)
                count = len(self.verdicts)
            self.say(f"{count:3}/{len(self.faults)} {fault.name} ({verdict.seconds:.0f} s): "
                     f"{verdict.outcome()}")

    def prepare(self):
        """Copies the tree, and reads what is known already if that is asked for."""
        for shop in self.shops:
            os.makedirs(shop.directory, exist_ok=True)
            shop.synchronise()
        self.log = Log(os.path.join(self.base, "verdicts.json"),
                       [self.shops[0].digest(), *self.wide])
        if self.resume:
            known = {fault.name: self.log.verdict_on(fault) for fault in self.faults}
            self.verdicts.update({name: verdict for name, verdict in known.items() if verdict})
            self.say(f"{len(self.verdicts)} of {len(self.faults)} were tried before, in this state "
                     "of the tree")

    def left(self):
        return [fault for fault in self.faults if fault.name not in self.verdicts]

    def run(self):
        """Returns the verdicts, if the user does not interrupt it."""
        try:
            return self.try_all()
        except KeyboardInterrupt:
            PROCESSES.stop()  # which ends the threads, too
            self.say(f"{len(self.left())} of {len(self.faults)} are left; --resume tries them")
            raise

    def try_all(self):
        self.prepare()
        with_killers = [fault for fault in self.left() if fault.killers]
        self.verify([name for fault in with_killers for name in fault.killers])
        self.on_all_shops(lambda shop, fault: self.try_fault(shop, fault, fault.killers, False),
                          with_killers)
        left = self.left()
        if left:
            self.say(f"{len(left)} left, to be tried with more tests")
            self.verify(self.wide)
            self.on_all_shops(lambda shop, fault: self.try_fault(shop, fault, self.wide, True),
                              left)
        return [self.verdicts[fault.name] for fault in self.faults]


def summary_of(verdicts):
    """Returns area -> (faults, killed), with all of them last."""
    rows = {area: (sum(v.fault.area == area for v in verdicts),
                   sum(v.fault.area == area and v.killed for v in verdicts))
            for area in dict.fromkeys(AREAS.values())}
    rows["all"] = (len(verdicts), sum(verdict.killed for verdict in verdicts))
    return rows


def problems_of(verdicts, is_whole):
    problems = [f"{v.fault.name}: {v.error}" for v in verdicts if v.error]
    problems += [f"{v.fault.name} survived, and nothing says why" for v in verdicts
                 if not v.killed and not v.error and not v.fault.survives]
    problems += [f"{v.fault.name} was killed, though the table says that it survives"
                 for v in verdicts if v.killed and v.fault.survives]
    count, killed = summary_of(verdicts)["all"]
    if is_whole and killed * 100 < count * KILLED_PERCENT_MIN:
        problems.append(f"fewer than {KILLED_PERCENT_MIN} % were killed")
    return problems


def percent(count, killed):
    return f"{100 * killed / count:.1f} %" if count else "-"


def print_text(verdicts, problems, seconds):
    survivors = [v for v in verdicts if not v.killed and not v.error]
    if survivors:
        print("\nsurvivors")
        for verdict in survivors:
            print(f"  {verdict.fault.name}: {verdict.fault.breaks}")
            print(f"    {verdict.fault.survives or 'NOT EXPLAINED'}")
    print(f"\n{'area':8} {'faults':>6} {'killed':>6}")
    for area, (count, killed) in summary_of(verdicts).items():
        print(f"{area:8} {count:6} {killed:6}  {percent(count, killed)}")
    print(f"in {seconds / 60:.1f} minutes")
    for problem in problems:
        print(f"problem: {problem}")


def print_json(verdicts, problems, seconds):
    print(json.dumps({
        "seconds": round(seconds, 1),
        "areas": {area: {"faults": count, "killed": killed}
                  for area, (count, killed) in summary_of(verdicts).items()},
        "faults": [{"name": v.fault.name, "file": v.fault.file, "area": v.fault.area,
                    "breaks": v.fault.breaks, "killed": v.killed, "killer": v.killer,
                    "reason": v.reason, "survives": v.fault.survives, "error": v.error,
                    "seconds": round(v.seconds, 1)} for v in verdicts],
        "problems": problems,
    }, indent=1))


def list_faults(faults, mistakes):
    for fault in faults:
        print(f"{fault.name:34} {fault.file}: {fault.breaks}")
    for mistake in mistakes:
        print(f"mutate: {mistake}", file=sys.stderr)
    return 1 if mistakes else 0


def parse_arguments():
    parser = command.Parser("mutate")
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check-arguments", action="store_true")
    # For the test of this script.
    parser.add_argument("--table", default=os.path.join(ROOT, "tests", "mutate", "faults"))
    parser.add_argument("--directory", default=os.path.join(ROOT, "build", "mutate"))
    parser.add_argument("--jobs", type=command.number(1, JOBS_MAX),
                        default=min(os.cpu_count() or 1, 16))
    return parser.parse_args(), parser


def choose(faults, only, parser):
    def is_meant(fault, pattern):
        return any(fnmatch.fnmatchcase(text, pattern) for text in (fault.name, fault.file))

    for pattern in only:
        if not any(is_meant(fault, pattern) for fault in faults):
            parser.error(f"no fault is called '{pattern}'; './run mutate --list' lists them")
    return [fault for fault in faults
            if not only or any(is_meant(fault, pattern) for pattern in only)]


def main():
    arguments, parser = parse_arguments()
    try:
        faults, wide = read_table(arguments.table)
        faults = choose(faults, arguments.only, parser)
        mistakes = mistakes_in(faults)
        if arguments.list:
            return list_faults(faults, mistakes)
        if mistakes:
            raise TableError("\n".join(mistakes))
        if arguments.check_arguments:
            return 0
        began = time.monotonic()
        verdicts = Campaign(arguments, faults, wide).run()
    except TableError as error:
        print(f"mutate: {error}", file=sys.stderr)
        return 1
    problems = problems_of(verdicts, not arguments.only)
    (print_json if arguments.json else print_text)(verdicts, problems, time.monotonic() - began)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(command.run_main("mutate", main))
