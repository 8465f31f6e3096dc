#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That the proofs are about the code as it is, and that the model of it can tell right from wrong.
All of it takes some minutes: ./run prove."""

import os
import shutil
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
sys.path.insert(0, os.path.join(ROOT, "proofs"))
import drift  # noqa: E402
import model  # noqa: E402
import tap  # noqa: E402


def the_code_is_the_one_that_was_modelled():
    texts = drift.problems(ROOT)
    assert not texts, "\n".join(texts + ["then: ./run prove --accept"])


def a_change_is_noticed():
    """In a copy of the tree's code, in which one function at a time is changed."""
    with tempfile.TemporaryDirectory() as root:
        for path in drift.PATHS:
            if os.path.exists(os.path.join(ROOT, path)):
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                shutil.copy(os.path.join(ROOT, path), os.path.join(root, path))
        shutil.copytree(os.path.join(ROOT, "proofs"), os.path.join(root, "proofs"))
        drift.accept(root)
        assert drift.problems(root) == [], "a copy of the code is not taken for the code"
        path = os.path.join(root, "src/core/complete.c")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for change, expected in (
                (text.replace("context->delivering == NULL", "true"), "complete_isr"),
                (text + "\nvoid another(void)\n{\n}\n", "another"),
                (text.replace("deliver_locked", "hand_over"), "hand_over")):
            assert change != text, f"there is nothing to change for {expected}"
            with open(path, "w", encoding="utf-8") as file:
                file.write(change)
            texts = drift.problems(root)
            assert any(expected in words for words in texts), f"{expected}: {texts}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("/* One loop", "/* Just one loop"))
        assert drift.problems(root) == [], "a comment is taken for a change"


def need_spin():
    if not model.is_installed():
        raise tap.Skip("spin is not installed; ./run prove installs it")


def scenario(name):
    return next(row[2] for row in model.plan.SCENARIOS if row[0] == name)


def a_scenario_holds():
    need_spin()
    found = model.explore(dict(scenario("lost"), CALLS0=1, CALLS1=1))
    assert found["complete"] and found["error"] is None, str(found)
    assert found["states"] > 1000, f"only {found['states']} states"


def a_planted_error_is_found():
    need_spin()
    row = next(row for row in model.plan.PLANTED if row[0].startswith("do not resume"))
    found = model.explore(row[4], row[1:4])
    assert found["error"], str(found)


def every_planted_error_can_be_planted():
    for row in model.plan.PLANTED:
        with tempfile.TemporaryDirectory() as directory:
            assert model.write_model(directory, row[1:4]), row[0]


tap.main([
    ("the code is the one that was modelled", the_code_is_the_one_that_was_modelled),
    ("a change of the code is noticed", a_change_is_noticed),
    ("a scenario holds", a_scenario_holds),
    ("a planted error is found", a_planted_error_is_found),
    ("every planted error can be planted", every_planted_error_can_be_planted),
])
