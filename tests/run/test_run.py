#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The entry script: its help, its errors, the demo, and how it sets up a machine that lacks
packages (with stand-ins for apt-get, dpkg-query, sudo and id)."""

import functools
import glob
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402

RUN = os.path.join(ROOT, "run")
TOOLS = ("bash", "cat", "dirname", "env", "mkdir", "nproc", "sed")
NEED = """
COMMAND=demo
. "$COMMON"
BUILD="$SCRATCH/build"
need "missing-one=no-such-command-1 shell=bash missing-two=@/no/such/file"
echo "set up"
"""


def run(*arguments, **more):
    return subprocess.run(arguments, capture_output=True, text=True, check=False, **more)


def expect(result, status, stdout="", stderr=""):
    assert result.returncode == status, f"status {result.returncode}, not {status}:\n{result}"
    assert stdout in result.stdout, f"'{stdout}' is not in:\n{result.stdout}"
    assert stderr in result.stderr, f"'{stderr}' is not in:\n{result.stderr}"
    return result


def sub_commands():
    return sorted(os.path.basename(path)[:-3]
                  for path in glob.glob(os.path.join(ROOT, "scripts", "*.sh")))


def help_lists_all():
    for arguments in (["help"], ["--help"], ["-h"]):
        lines = expect(run(RUN, *arguments), 0).stdout.splitlines()
        for name in sub_commands() + ["help"]:
            described = [line.split(None, 1) for line in lines if line.split()[:1] == [name]]
            assert len(described) == 1 and len(described[0]) == 2, f"{name}: {described}"


def every_sub_command_has_help():
    for name in sub_commands():
        if name != "amcp":
            expect(run(RUN, name, "--help"), 0, stdout=f"usage: ./run {name}")


def wrong_sub_command():
    for name in ("nonsense", "../run", "lib/common", "."):
        result = expect(run(RUN, name), 2, stderr=f"no sub-command '{name}'")
        assert result.stdout == "" and len(result.stderr.splitlines()) == 1, result
    expect(run(RUN), 2, stderr="usage: ./run")


def wrong_usage():
    for arguments in (["demo", "-x"], ["demo", "a", "b"], ["test", "--seed"], ["test", "a", "b"],
                      ["test", "--seed", "x"], ["check", "nothing"], ["clean", "x"],
                      ["install", "-x"], ["setup", "x"]):
        result = expect(run(RUN, *arguments), 2, stderr=f"{arguments[0]}: ")
        assert result.stdout == "" and len(result.stderr.splitlines()) == 1, result


def from_elsewhere():
    with tempfile.TemporaryDirectory() as directory:
        os.symlink(RUN, os.path.join(directory, "link"))
        expect(run("./link", "help", cwd=directory), 0, stdout="usage: ./run")


def demo_of_a_file():
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "-a file"), "wb") as file:
            file.write(bytes(range(256)) * 300 + b"tail")
        expect(run(RUN, "demo", "--", "-a file", cwd=directory), 0,
               stdout="verified: cmp finds all 76804 bytes equal")
        assert os.listdir(directory) == ["-a file"]


def demo_without_a_file():
    expect(run(RUN, "demo"), 0, stdout="verified: cmp finds all 3145741 bytes equal")


def demo_of_no_file():
    expect(run(RUN, "demo", "/no/such/file"), 1, stderr="demo: '/no/such/file' does not exist")
    expect(run(RUN, "demo", "/"), 1, stderr="demo: '/' is not a regular file")


@functools.lru_cache(maxsize=None)
def stand_in(exit_status):
    """Returns a program that notes how it was called, and fails as often as a file says."""
    return (f'#!{shutil.which("bash")}\necho "${{0##*/}} $*" >>"$SCRATCH/calls"\n'
            'if [ -s "$SCRATCH/fail-${0##*/}" ]; then\n'
            '    read -r first <"$SCRATCH/fail-${0##*/}"\n'
            '    sed -i 1d "$SCRATCH/fail-${0##*/}"\n    exit "$first"\nfi\n'
            f"exit {exit_status}\n")


def set_up(user, have_sudo=False, have_apt=True, failures=None):
    """Runs need() as user 0 or another where two packages are missing. Returns its result and the
    calls of the stand-ins."""
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "bin")
        os.mkdir(path)
        for tool in TOOLS:
            os.symlink(shutil.which(tool), os.path.join(path, tool))
        programs = {"dpkg-query": stand_in(1), "id": f'#!{shutil.which("bash")}\necho {user}\n'}
        if have_apt:
            programs["apt-get"] = stand_in(0)
        if have_sudo:
            programs["sudo"] = stand_in(0)
        for name, text in programs.items():
            with open(os.path.join(path, name), "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(os.path.join(path, name), 0o755)
        for name, statuses in (failures or {}).items():
            with open(os.path.join(scratch, f"fail-{name}"), "w", encoding="utf-8") as file:
                file.write("".join(f"{status}\n" for status in statuses))
        result = run(os.path.join(path, "bash"), "-c", NEED, env={
            "PATH": path, "SCRATCH": scratch,
            "COMMON": os.path.join(ROOT, "scripts", "lib", "common.sh")})
        calls = []
        if os.path.exists(os.path.join(scratch, "calls")):
            with open(os.path.join(scratch, "calls"), encoding="utf-8") as file:
                calls = [line for line in file.read().splitlines()
                         if not line.startswith("dpkg-query")]
    return result, calls


INSTALL = "apt-get install -y -q --no-install-recommends missing-one missing-two"


def root_installs():
    result, calls = set_up(0)
    expect(result, 0, stdout="set up", stderr="installing: missing-one missing-two")
    assert calls == [INSTALL], calls


def old_package_lists_are_updated():
    result, calls = set_up(0, failures={"apt-get": [100]})
    expect(result, 0, stdout="set up")
    assert calls == [INSTALL, "apt-get update -q", INSTALL], calls


def install_that_fails():
    result, _ = set_up(0, failures={"apt-get": [100, 0, 100]})
    expect(result, 1, stderr="could not install: missing-one missing-two")
    assert "set up" not in result.stdout


def sudo_installs():
    result, calls = set_up(1000, have_sudo=True)
    expect(result, 0, stdout="set up")
    assert calls == ["sudo -n true", f"sudo -n env DEBIAN_FRONTEND=noninteractive {INSTALL}"], calls


def sudo_wants_a_password():
    result, calls = set_up(1000, have_sudo=True, failures={"sudo": [1]})
    expect(result, 1, stderr="  sudo sh -c 'apt-get update && apt-get install -y "
                             "--no-install-recommends missing-one missing-two'")
    assert calls == ["sudo -n true"], calls


def neither_root_nor_sudo():
    result, calls = set_up(1000)
    expect(result, 1, stderr="  su -c 'apt-get update && apt-get install -y "
                             "--no-install-recommends missing-one missing-two'")
    assert calls == [] and "set up" not in result.stdout, result


def no_debian():
    result, _ = set_up(0, have_apt=False)
    expect(result, 1, stderr="missing here: missing-one missing-two")


tap.main([
    ("help lists every sub-command", help_lists_all),
    ("every sub-command has --help", every_sub_command_has_help),
    ("a wrong sub-command", wrong_sub_command),
    ("wrong usage", wrong_usage),
    ("through a link, from elsewhere", from_elsewhere),
    ("demo of a file", demo_of_a_file),
    ("demo without a file", demo_without_a_file),
    ("demo of what is no file", demo_of_no_file),
    ("missing packages: root installs them", root_installs),
    ("missing packages: old lists are updated", old_package_lists_are_updated),
    ("missing packages: install fails", install_that_fails),
    ("missing packages: sudo installs them", sudo_installs),
    ("missing packages: sudo wants a password", sudo_wants_a_password),
    ("missing packages: neither root nor sudo", neither_root_nor_sudo),
    ("missing packages: not Debian", no_debian),
])
