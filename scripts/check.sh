#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run: check format, warnings, static analysis, and the rules of the tree
#
# usage: ./run check [STEP...]
#
#   format    clang-format has nothing to change
#   gcc       builds with gcc, warnings are errors
#   clang     builds with clang, warnings are errors
#   tidy      clang-tidy is silent
#   cppcheck  cppcheck is silent
#   rules     the rules that scripts/check_rules.py counts
#   facts     the hardware facts in the code agree with the tables
#   shell     shellcheck is silent about the shell scripts
#   xtensa    the driver compiles for Xtensa; prints its size
#
# Without a STEP all of them, in this order. Exit status: 0 all good, 1 something is not.

COMMAND=check
. "$(dirname "$0")/lib/common.sh"

STEPS='format gcc clang tidy cppcheck rules facts shell xtensa'

c_files() { # the C files of the tree, each ended by a zero byte
    find "$ROOT" -name .git -prune -o -name 'build*' -prune -o -type f -name '*.[ch]' -print0
}

compile_gcc() {
    (cd "$ROOT" && cmake --preset plain) && cmake --build "$BUILD/plain" -- -k 0
}

compile_clang() {
    (cd "$ROOT" && cmake --preset clang) && cmake --build "$BUILD/clang" -- -k 0
}

step_format() {
    c_files | xargs -0 clang-format --dry-run -Werror
}

step_gcc() {
    compile_gcc
}

step_clang() {
    compile_clang
}

step_tidy() {
    (cd "$ROOT" && cmake --preset clang) >/dev/null
    # Each file once, though it may be compiled for several targets; and by itself, because the
    # analyzer of clang 14 takes fright at a va_list of any file but the first.
    sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$BUILD/clang/compile_commands.json" | sort -u |
        xargs -P "$JOBS" -n 1 clang-tidy --quiet -p "$BUILD/clang"
}

# What a port answers once and for all is a constant there; the driver uses no library.
step_cppcheck() {
    (cd "$ROOT" && cmake --preset clang) >/dev/null
    mkdir -p "$BUILD/cppcheck"
    cppcheck --project="$BUILD/clang/compile_commands.json" --quiet -j "$JOBS" \
        --cppcheck-build-dir="$BUILD/cppcheck" --std=c11 \
        --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 \
        --library="$ROOT/scripts/lib/cppcheck.cfg" --suppress=missingIncludeSystem \
        --suppress=unmatchedSuppression --suppress=constParameter --suppress=variableScope \
        --suppress="knownConditionTrueFalse:*/src/core/*" \
        --suppress="knownConditionTrueFalse:*/ports/common/*" \
        --suppress="useStandardLibrary:*/src/*" \
        --suppress="nullPointerArithmeticRedundantCheck:*/tests/*"
}

step_rules() {
    python3 "$ROOT/scripts/check_rules.py"
}

step_facts() {
    compile_gcc >/dev/null && python3 "$ROOT/scripts/check_facts.py"
}

step_shell() {
    (cd "$ROOT" && find . -name .git -prune -o -name 'build*' -prune -o -type f \
        \( -name '*.sh' -o -path ./run -o -path ./.ci/run \) -print0 |
        xargs -0 shellcheck --severity=warning -x -P SCRIPTDIR)
}

# A compile check only: Debian has no compiler for the ESP32-S3's own core, the LX7, but one for
# another core of the same family. Registers are passed differently there, and locks become calls.
step_xtensa() {
    local objects="$BUILD/xtensa" include=() source
    local options=(-std=c11 -ffreestanding -Os -mlongcalls -ffunction-sections -fdata-sections
        -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wundef
        -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wwrite-strings
        -DESP_ATTR_SECTIONS -DNDEBUG)
    for source in include include/platform src/core src/engine src/engine/regs src/chip ports \
        ports/common ports/bare_metal/esp32s3; do
        include+=("-I$ROOT/$source")
    done
    rm -rf "$objects" && mkdir -p "$objects" || return
    for source in "$ROOT"/src/core/*.c "$ROOT"/src/engine/*.c "$ROOT"/src/chip/*.c; do
        # The table of all chips is for programs on a PC.
        [ "$source" = "$ROOT/src/chip/chips.c" ] ||
            xtensa-lx106-elf-gcc "${options[@]}" "${include[@]}" -c "$source" \
                -o "$objects/$(basename "$source" .c).o" || return
    done
    # What an image would link that installs, submits and uninstalls.
    xtensa-lx106-elf-ld -r --gc-sections -u esp_async_memcpy_install -u esp_async_memcpy \
        -u esp_async_memcpy_uninstall "$objects"/*.o -o "$objects/driver.elf" || return
    xtensa-lx106-elf-size "$objects/driver.elf" | awk 'NR == 2 {
        printf "note: driver for Xtensa: text %d, data %d, bss %d bytes ", $1, $2, $3
        print "(a compile check only: lx106, not the ESP32-S3'"'"'s own core)" }'
}

for argument in "$@"; do
    case "$argument" in
    -h | --help)
        print_usage
        exit 0
        ;;
    esac
    case " $STEPS " in
    *" $argument "*) ;;
    *) usage_error "no step '$argument'; the steps are $STEPS" ;;
    esac
done

need "$NEEDS_CHECK"
failed=()
read -r -a steps <<<"${*:-$STEPS}"
for step in "${steps[@]}"; do
    began=$SECONDS
    if quietly "check-$step" "step_$step"; then
        printf 'ok     %s (%d s)\n' "$step" $((SECONDS - began))
        sed -n 's/^note: /       /p' "$BUILD/check-$step.log"
    else
        printf 'FAILED %s (%d s)\n' "$step" $((SECONDS - began))
        failed+=("$step")
    fi
done
if [ ${#failed[@]} -gt 0 ]; then
    fail "${failed[*]}: output above; the logs are build/check-*.log"
fi
