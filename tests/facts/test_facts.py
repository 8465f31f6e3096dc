#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That the facts in the code agree with the hardware tables, and that the check notices it when any
single one of them does not."""

import copy
import functools
import os
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build", "plain"))
sys.path[:0] = [os.path.join(ROOT, "scripts", "lib"), os.path.join(ROOT, "scripts")]
import check_facts  # noqa: E402
import tap  # noqa: E402


@functools.lru_cache(maxsize=None)
def facts_as_built():
    return check_facts.Code(BUILD)


def code():
    """The facts as they stand in the code, for a test to change."""
    return copy.deepcopy(facts_as_built())


def agree(report):
    assert report.checked > 20, f"only {report.checked} facts"
    assert not report.violations, "\n".join(report.violations)


def driver_agrees():
    agree(check_facts.check_driver(check_facts.best_tables(), code()))


def model_agrees():
    agree(check_facts.check_model(check_facts.best_tables(), code()))


def agree_with_copy():
    tables = check_facts.Tables(check_facts.COPY)
    agree(check_facts.check_driver(tables, code()))
    agree(check_facts.check_model(tables, code()))


def copy_is_current():
    report = check_facts.check_copy()
    if report is None:
        raise tap.Skip("the original tables are not beside this tree")
    agree(report)


def unnoticed(good, check, names, change):
    """Returns those names whose change the check does not notice."""
    tables = check_facts.best_tables()
    missed = []
    for name in names:
        bad = copy.deepcopy(good)
        change(bad, name)
        if not check(tables, bad).violations:
            missed.append(name)
    assert names, "nothing to change"
    return missed


def every_change_is_noticed(check, kind, change):
    good = code()
    missed = unnoticed(good, check, list(getattr(good, kind)), change)
    assert not missed, f"changed unnoticed: {missed}"


def increment(check, kind):
    """A test that changes each value of a dictionary in turn."""
    def change(facts, name):
        getattr(facts, kind)[name] += 1
    return lambda: every_change_is_noticed(check, kind, change)


def remove(check, kind):
    return lambda: every_change_is_noticed(check, kind,
                                           lambda facts, name: getattr(facts, kind).pop(name))


def flip_register_bits():
    """Changes each value of some registers, the first and the last among them."""
    good = code()
    names = [(index, key) for index, register in enumerate(good.registers)
             for key, value in register.items() if isinstance(value, int)
             and (index % 5 == 0 or index == len(good.registers) - 1)]

    def change(facts, name):
        facts.registers[name[0]][name[1]] ^= 1 << 3
    missed = unnoticed(good, check_facts.check_model, names, change)
    assert not missed, f"changed unnoticed: {missed}"


def remove_register():
    good = code()
    names = [index for index, register in enumerate(good.registers)
             if register["block"] == "AHB_GDMA"]
    missed = unnoticed(good, check_facts.check_model, names,
                       lambda facts, index: facts.registers.pop(index))
    assert not missed, f"removed unnoticed: {missed}"


def unknown_macro_is_noticed():
    good = code()
    good.macros["GDMA_V1_C3_NEVER_HEARD_OF_REG"] = 0
    assert check_facts.check_driver(check_facts.best_tables(), good).violations


DRIVER, MODEL = check_facts.check_driver, check_facts.check_model
tap.main([
    ("the driver agrees with the tables", driver_agrees),
    ("the model agrees with the tables", model_agrees),
    ("both agree with the copy of the tables", agree_with_copy),
    ("the copy is that of the original", copy_is_current),
    ("a wrong macro of the driver is noticed", increment(DRIVER, "macros")),
    ("an unknown macro of the driver is noticed", unknown_macro_is_noticed),
    ("a wrong value in the chip table is noticed", increment(DRIVER, "rows")),
    ("a missing value in the chip table is noticed", remove(DRIVER, "rows")),
    ("a wrong macro of the model is noticed", increment(MODEL, "model_macros")),
    ("a wrong register of the model is noticed", flip_register_bits),
    ("a missing register of the model is noticed", remove_register),
    ("a wrong fact of the machine is noticed", increment(MODEL, "machine")),
])
