# SPDX-License-Identifier: Apache-2.0
"""Runs firmware images on the emulated chip. Each test of an image is a test here, under the
variants of the machine; with --full under each variant alone and with several seeds."""

import functools
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build", "plain"))
AMCP = os.environ.get("AMCP", os.path.join(BUILD, "amcp"))
CHIP = "esp32c3"
IMAGES = os.environ.get("IMAGES", os.path.join(ROOT, "build", f"firmware-{CHIP}"))

VARIANTS = ("restart-lost-at-end", "restart-needs-reset", "restart-uses-addr", "next-read-late",
            "stale-eof-completes", "write-back-late", "burst-lands-after-reset", "stores-delayed",
            "error-not-parked")
INSTRUCTIONS_MAX = 20_000_000_000
PLAIN_INSTRUCTIONS_MAX = 200_000_000  # of an image that is one test
SUITE_INSTRUCTIONS_MAX = 2_000_000_000  # of a table of the conformance suite

# A pattern was given: each test gets a run of its own.
ALONE = any(not word.startswith("-") and before != "--seed"
            for before, word in zip(sys.argv, sys.argv[1:]))


def files():
    with open(os.path.join(IMAGES, "images.txt"), encoding="ascii") as lines:
        return [line.strip() for line in lines]


def images_named(prefix):
    names = [name.removesuffix(".elf") for name in files()]
    return [name for name in names if name.startswith(prefix) and not name.endswith("-board")]


def settings(full):
    """Yields the name of a setting and the options of amcp boot for it."""
    yield "none", ()
    yield "all", ("--variants", "all")
    if full:
        for name in VARIANTS:
            yield name, ("--variants", name)
        for seed in (2, 3):
            yield f"all, seed {seed}", ("--variants", "all", "--seed", str(seed))


def boot(image, *options):
    run = subprocess.run([AMCP, "boot", "--chip", CHIP, "--max-instructions",
                          str(INSTRUCTIONS_MAX), *options, os.path.join(IMAGES, f"{image}.elf")],
                         capture_output=True, text=True)
    return run.returncode, run.stdout.replace("\r", "") + run.stderr


@functools.lru_cache(maxsize=None)
def names_in(image):
    status, text = boot(image, "--arguments", "--list")
    assert status == 0, text
    return list(dict.fromkeys(text.splitlines()))


def results_of(text):
    """Returns name -> (outcome, what follows). A name that comes twice has its worse outcome."""
    results, current = {}, None
    for line in text.splitlines():
        match = re.match(r"(ok|not ok) \d+ - (.*?)(?: # SKIP (.*))?$", line)
        if match is None:
            if current is not None and line.startswith("#"):
                results[current] = (results[current][0], results[current][1] + line + "\n")
            continue
        current = match[2]
        outcome = "skipped" if match[3] else match[1]
        if results.get(current, ("ok",))[0] != "not ok":
            results[current] = (outcome, match[3] or "")
    return results


@functools.lru_cache(maxsize=None)
def whole_run(image, setting):
    status, text = boot(image, *setting)
    return status, text, results_of(text)


def check_end(status, text):
    """A run must come to its end, unless a test failed: that ends it, too, and is told there."""
    if re.search(r"^not ok ", text, re.M) is None:
        well = status == 0 and re.search(r"^1\.\.\d+$", text, re.M) is not None
        assert well, f"exit status {status}, and at the end:\n{text[-2000:]}"


def check_whole_end(image, setting):
    """What ends an image between two tests, or behind the last one, is no test's result."""
    status, text, _ = whole_run(image, setting)
    check_end(status, text)


def check_test(image, setting, name):
    """A failure ends the image; what comes after it gets a run of its own."""
    alone = ALONE or name not in whole_run(image, setting)[2]
    if alone:
        status, text = boot(image, *setting, "--arguments", name)
        results = results_of(text)
        assert name in results, f"no result; exit status {status}\n{text}"
        check_end(status, text)
    else:
        results = whole_run(image, setting)[2]
    outcome, more = results[name]
    if outcome == "skipped":
        raise tap.Skip(more)
    assert outcome == "ok", f"with {' '.join(setting) or 'no variants'}:\n{more}"


def tests_of(images):
    """Every test of these images, and then their end, under every setting."""
    tests = []
    for label, setting in settings(tap.FULL):
        for image in images:
            tests += [(f"{image}: {name} [{label}]",
                       functools.partial(check_test, image, setting, name))
                      for name in names_in(image)]
            tests.append((f"{image} ends well [{label}]",
                          functools.partial(check_whole_end, image, setting)))
    return tests


def check_plain(image, setting):
    status, text = boot(image, "--max-instructions", str(PLAIN_INSTRUCTIONS_MAX), *setting)
    assert status == 0, f"exit status {status}\n{text}"


def plain_tests(images):
    """An image that is one test."""
    return [(f"{image} [{label}]", functools.partial(check_plain, image, setting))
            for label, setting in settings(tap.FULL) for image in images]


def script(name):
    """A check over all images."""
    images = [os.path.join(IMAGES, name) for name in files()]
    run = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", name), *images],
                         capture_output=True, text=True)
    assert run.returncode == 0 and images, run.stdout + run.stderr


if not os.path.exists(os.path.join(IMAGES, "images.txt")):
    print("the images are not built; ./run firmware --build-only does it", file=sys.stderr)
    sys.exit(1)
