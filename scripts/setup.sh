#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: install the packages that other sub-commands need
#
# usage: ./run setup [build|firmware|test|check]
#
# Installs what is missing for building (demo, amcp, install), for images of RISC-V chips and the
# emulated chip, for test, or for check; without an argument for all of them. Every sub-command does
# its own part of this by itself.

COMMAND=setup
. "$(dirname "$0")/lib/common.sh"

[ $# -le 1 ] || usage_error "one argument at most, not $#"
case "${1-check}" in
-h | --help) print_usage ;;
build) need "$NEEDS_BUILD" ;;
firmware) need "$NEEDS_FIRMWARE" ;;
test) need "$NEEDS_TEST" ;;
check) need "$NEEDS_CHECK" ;;
*) usage_error "unknown argument '$1'" ;;
esac
