#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: install libraries, headers, pkg-config file, CMake package and amcp
#
# usage: ./run install [PREFIX]
#
# Builds, and installs under PREFIX (without one: /usr/local).

COMMAND=install
. "$(dirname "$0")/lib/common.sh"

case "${1-}" in
-h | --help)
    print_usage
    exit 0
    ;;
-*) usage_error "unknown option '$1'" ;;
esac
[ $# -le 1 ] || usage_error "one PREFIX at most, not $#"
target=${1:-/usr/local}

need "$NEEDS_BUILD"
mkdir -p "$target" 2>/dev/null && [ -w "$target" ] ||
    fail "'$target' is not a directory that this user can write; name another PREFIX"
target=$(cd "$target" && pwd)
# A build of its own without the tests, because the target is part of what is installed.
quietly configure-install cmake -S "$ROOT" -B "$BUILD/install" -G Ninja \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DASYNC_MEMCPY_TESTS=OFF \
    -DCMAKE_INSTALL_PREFIX="$target" || fail "could not configure (log above)"
quietly build-install cmake --build "$BUILD/install" || fail "the build failed (log above)"
quietly install cmake --install "$BUILD/install" || fail "could not install (log above)"
echo "installed under $target"
