#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: remove everything that was built in this tree
#
# usage: ./run clean
#
# Removes the directory build/.

COMMAND=clean
. "$(dirname "$0")/lib/common.sh"

case "${1-}" in
'') rm -rf "$BUILD" ;;
-h | --help) print_usage ;;
*) usage_error "unknown argument '$1'" ;;
esac
