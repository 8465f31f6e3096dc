# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the sub-commands share that need images; sourced after common.sh, which names the packages.

# Builds all images of a chip into build/firmware-CHIP.
build_firmware() { # CHIP
    local directory="$BUILD/firmware-$1"
    quietly "configure-firmware-$1" cmake -S "$ROOT/firmware" -B "$directory" -G Ninja \
        -D "CMAKE_TOOLCHAIN_FILE=$ROOT/firmware/toolchain.cmake" -D "FIRMWARE_CHIP=$1" &&
        quietly "build-firmware-$1" cmake --build "$directory" ||
        fail "the build of the images failed (log above)"
}

# Fails unless images can be built for a chip.
require_chip() { # CHIP
    [ -f "$ROOT/firmware/$1.ld" ] || {
        local known
        known=$(cd "$ROOT/firmware" && printf '%s ' *.ld)
        usage_error "no images for chip '$1'; known: ${known//.ld/}"
    }
}
