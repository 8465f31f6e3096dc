# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2015
#
# What the sub-commands share; each sources this file first. ROOT is the tree.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD="$ROOT/build"
JOBS=$(nproc 2>/dev/null || echo 2)

# What a sub-command needs: Debian packages, each with what shows that it is there already (a
# command, or a file after an "@"), however it was installed.
NEEDS_BUILD='gcc=gcc libc6-dev=@/usr/include/stdlib.h cmake=cmake ninja-build=ninja'
NEEDS_EMULATOR="$NEEDS_BUILD libunicorn-dev=@/usr/include/unicorn/unicorn.h"
NEEDS_FIRMWARE="$NEEDS_EMULATOR python3=python3
    gcc-riscv64-unknown-elf=riscv64-unknown-elf-gcc
    picolibc-riscv64-unknown-elf=@/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs"
NEEDS_TEST="$NEEDS_FIRMWARE g++=g++ pkg-config=pkg-config libcmocka-dev=@/usr/include/cmocka.h
    spin=spin"
NEEDS_CHECK="$NEEDS_TEST clang=clang clang-format=clang-format clang-tidy=clang-tidy
    cppcheck=cppcheck shellcheck=shellcheck gcc-xtensa-lx106=xtensa-lx106-elf-gcc"

say() {
    printf '%s\n' "$*" >&2
}

# Ends the sub-command: it failed.
fail() {
    say "${COMMAND:-run}: $*"
    exit 1
}

# Ends the sub-command: it was called wrongly.
usage_error() {
    say "${COMMAND:-run}: $*; './run ${COMMAND:-help} --help' shows the usage"
    exit 2
}

# Prints the comment that begins with "# usage:" in the calling script.
print_usage() {
    sed -n '/^# usage:/,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"
}

is_there() { # PACKAGE PROBE
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; then
        return 0
    fi
    case "$2" in
    @*) [ -e "${2#@}" ] ;;
    *) command -v "$2" >/dev/null 2>&1 ;;
    esac
}

install_packages() { # PREFIX... -- PACKAGE...: apt-get, run through PREFIX
    local prefix=()
    while [ "$1" != -- ]; do
        prefix+=("$1")
        shift
    done
    shift
    local install=("${prefix[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get install -y -q --no-install-recommends "$@")
    say "installing: $*"
    # The first try fails where the package lists are missing or old.
    quietly setup "${install[@]}" 2>/dev/null || {
        quietly setup "${prefix[@]}" apt-get update -q && quietly setup "${install[@]}"
    }
}

# Installs those packages of a NEEDS_ list that are missing, or says what to type.
need() {
    local missing=() entry
    for entry in $1; do
        if ! is_there "${entry%%=*}" "${entry#*=}"; then
            missing+=("${entry%%=*}")
        fi
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    if ! command -v apt-get >/dev/null 2>&1; then
        fail "missing here: ${missing[*]} (names of Debian packages); install them and try again"
    fi
    if [ "$(id -u)" = 0 ]; then
        install_packages -- "${missing[@]}" || fail "could not install: ${missing[*]}"
    elif sudo -n true 2>/dev/null; then
        install_packages sudo -n -- "${missing[@]}" || fail "could not install: ${missing[*]}"
    else
        local as_root='sudo sh -c'
        command -v sudo >/dev/null 2>&1 || as_root='su -c'
        say "${COMMAND:-run}: packages are missing; type this, then try again:"
        say "  $as_root 'apt-get update && apt-get install -y --no-install-recommends" \
            "${missing[*]}'"
        exit 1
    fi
}

# Runs a command; what it prints is shown only if it fails, and kept in build/NAME.log.
quietly() { # NAME COMMAND...
    local log="$BUILD/$1.log"
    shift
    mkdir -p "$BUILD"
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
}

# Configures and builds a preset of CMakePresets.json in build/PRESET.
build() { # PRESET [TARGET...]
    local preset=$1
    shift
    local targets=()
    if [ $# -gt 0 ]; then
        targets=(--target "$@")
    fi
    (cd "$ROOT" && quietly "configure-$preset" cmake --preset "$preset") &&
        quietly "build-$preset" cmake --build "$BUILD/$preset" "${targets[@]}" ||
        fail "the build '$preset' failed (log above)"
}
