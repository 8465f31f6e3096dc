#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: run the command-line program amcp, built first if need be
#
# usage: ./run amcp ARGUMENT...
#
# Builds amcp and runs it with the arguments given; its own help is shown by ./run amcp --help.

COMMAND=amcp
. "$(dirname "$0")/lib/common.sh"

case "${1-}" in
boot) need "$NEEDS_EMULATOR" ;;
*) need "$NEEDS_BUILD" ;;
esac
build tool amcp
exec "$BUILD/tool/amcp" "$@"
