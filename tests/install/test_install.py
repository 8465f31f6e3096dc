#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs the library under a prefix, moves that elsewhere, and builds and runs a program outside
the tree against it: with pkg-config and with CMake, shared and static, as C and as C++."""

import functools
import glob
import os
import re
import shutil
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build", "plain"))
HERE = os.path.join(ROOT, "tests", "install")
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
import tap  # noqa: E402
from tap import output_of as run  # noqa: E402

WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
EXPORTED = re.compile(r"^(esp_|heap_caps_|async_memcpy_host_)")


@functools.lru_cache(maxsize=None)
def outside():
    """Returns a directory outside the tree that holds the installed files and the program."""
    directory = tempfile.mkdtemp(prefix="async_memcpy_install.")
    run("cmake", "--install", BUILD, "--prefix", os.path.join(directory, "first"))
    os.rename(os.path.join(directory, "first"), os.path.join(directory, "prefix"))
    for name in ("program.c", "CMakeLists.txt"):
        shutil.copy(os.path.join(HERE, name), directory)
    shutil.copy(os.path.join(HERE, "program.c"), os.path.join(directory, "program.cc"))
    return directory


def find(pattern):
    """Returns the one installed file of that name."""
    found = glob.glob(os.path.join(outside(), "prefix", "**", pattern), recursive=True)
    assert len(found) == 1, f"{len(found)} files match {pattern}: {found}"
    return found[0]


def pkg_config(*options):
    path = os.path.dirname(find("async_memcpy.pc"))
    return run("pkg-config", *options, "async_memcpy",
               env={**os.environ, "PKG_CONFIG_PATH": path}).split()


def needs_shared_library(program):
    return "libasync_memcpy.so" in run("readelf", "-d", program)


def check_program(program, shared):
    assert run(program, cwd="/") == "copied\n"
    assert needs_shared_library(program) == shared, f"linked shared: {not shared}"


def build_with_pkg_config(name, compiler, source, shared):
    directory = outside()
    program = os.path.join(directory, name)
    libraries = os.path.dirname(find("libasync_memcpy.a"))
    if shared:
        link = pkg_config("--libs") + [f"-Wl,-rpath,{libraries}"]
    else:
        link = ["-Wl,-Bstatic", *pkg_config("--static", "--libs"), "-Wl,-Bdynamic"]
    run(*compiler, *WARNINGS, *pkg_config("--cflags"), os.path.join(directory, source), "-o",
        program, *link)
    check_program(program, shared)


@functools.lru_cache(maxsize=None)
def build_with_cmake():
    build = os.path.join(outside(), "build")
    run("cmake", "-S", outside(), "-B", build, "-G", "Ninja",
        f"-DCMAKE_PREFIX_PATH={os.path.join(outside(), 'prefix')}",
        f"-DCMAKE_C_FLAGS={' '.join(WARNINGS)}")
    run("cmake", "--build", build)
    return build


def installed_files():
    for header in glob.glob(os.path.join(ROOT, "include", "**", "*.h"), recursive=True):
        installed = find(os.path.basename(header))
        assert installed.endswith(f"include/async_memcpy/{os.path.basename(header)}"), installed
    for name in ("libasync_memcpy.a", "libasync_memcpy.so", "async_memcpyConfig.cmake",
                 "async_memcpyConfigVersion.cmake", "amcp"):
        find(name)
    texts = glob.glob(os.path.join(outside(), "prefix", "**", "*.[cp][mc]*"), recursive=True)
    assert texts
    for path in texts:
        with open(path, encoding="utf-8") as file:
            assert ROOT not in file.read(), f"{path} names the source tree"


def exported_names():
    lines = run("nm", "-D", "--defined-only", find("libasync_memcpy.so")).splitlines()
    names = [line.split()[2] for line in lines]
    foreign = [name for name in names if not EXPORTED.match(name)]
    assert not foreign, f"exported, but not public: {foreign}"
    declared = set()
    for header in glob.glob(os.path.join(ROOT, "include", "**", "*.h"), recursive=True):
        with open(header, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
        declared |= set(re.findall(r"^\w[\w *]*?\b(\w+)\([^;{}]*\);", text, re.MULTILINE))
    declared = {name for name in declared if EXPORTED.match(name)}
    assert len(declared) >= 10, declared
    missing, undeclared = declared - set(names), set(names) - declared
    assert not missing, f"declared in a public header, but not exported: {sorted(missing)}"
    assert not undeclared, f"exported, but in no public header: {sorted(undeclared)}"


def soname():
    assert re.search(r"SONAME.*\[libasync_memcpy\.so\.\d+\]",
                     run("readelf", "-d", find("libasync_memcpy.so")))


def pkg_config_version():
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
        version = re.search(r"VERSION (\d+\.\d+\.\d+)", file.read()).group(1)
    assert pkg_config("--modversion") == [version]


def cmake_shared():
    check_program(os.path.join(build_with_cmake(), "with_shared"), True)


def cmake_static():
    check_program(os.path.join(build_with_cmake(), "with_static"), False)


def pkg_config_test(name, compiler, source, shared):
    return name, functools.partial(build_with_pkg_config, name.replace(" ", "_"), compiler, source,
                                   shared)


status = tap.run([
    ("installed files", installed_files),
    ("the shared library exports the public API", exported_names),
    ("the shared library has a soname", soname),
    ("pkg-config tells the version", pkg_config_version),
    pkg_config_test("pkg-config shared", ["cc", "-std=c11"], "program.c", True),
    pkg_config_test("pkg-config static", ["cc", "-std=c11"], "program.c", False),
    pkg_config_test("pkg-config shared C++11", ["g++", "-std=c++11"], "program.cc", True),
    pkg_config_test("pkg-config static C++17", ["g++", "-std=c++17"], "program.cc", False),
    ("CMake shared", cmake_shared),
    ("CMake static", cmake_static),
])
if outside.cache_info().currsize:
    shutil.rmtree(outside())
sys.exit(status)
