#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# amcp: help, version, chips, and wrong usage.

. "$(dirname "$0")/tap.sh"

help_everywhere() {
    "$AMCP" --help >help
    grep -q '^usage: amcp COMMAND' help
    "$AMCP" -h | cmp - help
    "$AMCP" help | cmp - help
    local command
    for command in copy chips boot help; do
        grep -q "^  $command " help
        "$AMCP" $command --help >of_command 2>messages
        [ ! -s messages ]
        grep -q "^usage: amcp $command " of_command
        "$AMCP" $command -h | cmp - of_command
        "$AMCP" help $command | cmp - of_command
    done
}

help_names_every_option() {
    local option
    for option in chip from to chunk backlog cores sram-align psram-align burst trace timeline \
        window json quiet help version; do
        "$AMCP" copy --help | grep -q "^  --$option "
    done
}

version_everywhere() {
    "$AMCP" --version >version
    grep -qx 'amcp [0-9]*\.[0-9]*\.[0-9]*' version
    local command
    for command in copy chips boot help; do
        "$AMCP" $command --version | cmp - version
    done
}

chips_text() {
    "$AMCP" chips >chips
    head -n 1 chips | grep -q '^CHIP '
    grep -q '^esp32c3 .*0x6003f000 .*SRAM 0x3fc80000..0x3fcdffff (384 KiB)$' chips
}

chips_json() {
    "$AMCP" chips --json >json
    python3 - <<'PYTHON'
import json
chips = {chip["chip"]: chip for chip in json.load(open("json"))}
c3 = chips["esp32c3"]
assert c3["channel_pairs"] == [0, 1, 2] and c3["base"] == 0x6003F000
assert c3["trigger_ids"] == [0, 2, 3, 6, 7, 8]
assert c3["memory"] == [{"kind": "sram", "low": 0x3FC80000, "size_bytes": 384 * 1024}]
assert c3["burst_align_bytes"] == 4 and c3["cores"] == 1
s3 = chips["esp32s3"]
assert s3["channel_pairs"] == [0, 1, 2, 3, 4] and s3["cores"] == 2
assert s3["memory"][0] == {"kind": "sram", "low": 0x3FC88000, "size_bytes": 480 * 1024}
assert s3["memory"][1] == {"kind": "psram", "low": 0x3C000000, "size_bytes": 32 << 20}
PYTHON
}

output_is_full() {
    local arguments
    for arguments in --help --version help chips "chips --json" "copy --help"; do
        fails_with 1 'cannot write to standard output: No space left on device$' \
            bash -c '"$0" '"$arguments"' >/dev/full' "$AMCP"
    done
}

wrong_commands() {
    fails_with 2 '^amcp: a command is missing; "amcp help" lists them$' "$AMCP"
    fails_with 2 '^amcp: "cpoy" is not a command; the commands are copy, chips' "$AMCP" cpoy in out
    fails_with 2 '^amcp: unknown option "--chip"; "amcp --help" lists them$' "$AMCP" --chip esp32c3
    fails_with 2 '^amcp help: "cpoy" is not a command; the commands are ' "$AMCP" help cpoy
    fails_with 2 '^amcp help: one COMMAND at most, not 2$' "$AMCP" help copy chips
    fails_with 2 '^amcp chips: no operand is needed, but "esp32c3" was given$' "$AMCP" chips esp32c3
    fails_with 2 '^amcp chips: unknown option "--jason"' "$AMCP" chips --jason
}

wrong_operands() {
    : >in
    fails_with 2 'two operands are needed, INPUT and OUTPUT, not 0$' "$AMCP" copy
    fails_with 2 'two operands are needed, INPUT and OUTPUT, not 1$' "$AMCP" copy in
    fails_with 2 'two operands are needed, INPUT and OUTPUT, not 3$' "$AMCP" copy in out more
    fails_with 2 'unknown option "--fast"; "amcp copy --help" lists' "$AMCP" copy --fast in out
    fails_with 2 'unknown option "-x"; ' "$AMCP" copy -x in out
    fails_with 2 'unknown option "--json=yes"; ' "$AMCP" copy in out --json=yes
    fails_with 2 '^amcp copy: --chunk needs a value$' "$AMCP" copy in out --chunk
    only in
}

# wrong OPTION VALUE MESSAGE
wrong() {
    fails_with 2 "^amcp copy: --$1 $2 $3\$" "$AMCP" copy "--$1" "$2" in out
    only in
}

wrong_numbers() {
    local value
    : >in
    for value in 0 0x 0x10 -1 +1 1025 8K 1.5 '' ' 1' '1 ' 99999999999999999999999; do
        wrong backlog "$value" 'is not a number from 1 to 1024'
    done
    for value in 0 0K -1 17M 16385K 1G K 1KK 1KB 18014398509481985K ''; do
        wrong chunk "$value" 'is not a number of bytes from 1 to 16M (16K is 16384)'
    done
    for value in 3 12 -4 128K 65K x ''; do
        wrong sram-align "$value" 'is neither 0 nor a power of two up to 64K'
        wrong psram-align "$value" 'is neither 0 nor a power of two up to 64K'
        wrong burst "$value" 'is neither 0 nor a power of two up to 64K'
    done
    for value in 0 3 -1 two 1.5 ''; do
        wrong cores "$value" 'is neither 1 nor 2'
    done
    for value in rom SRAM psram2 sra ''; do
        wrong from "$value" 'is neither sram nor psram'
        wrong to "$value" 'is neither sram nor psram'
    done
}

core_is_missing() {
    : >in
    fails_with 2 '^amcp copy: --cores 2: esp32c3 has 1; take --cores 1$' \
        "$AMCP" copy --chip esp32c3 --cores 2 in out
    only in
}

psram_is_missing() {
    local option
    : >in
    for option in from to; do
        fails_with 2 "--$option psram: esp32c3 has no PSRAM; take --$option sram, or a --chip" \
            "$AMCP" copy --chip esp32c3 --$option psram in out
        fails_with 2 "or a --chip that has: esp32s3\$" \
            env ASYNC_MEMCPY_CHIP=esp32c3 "$AMCP" copy --$option psram in out
    done
    only in
}

# What the driver would refuse, with what it would take.
refused_by_the_driver() {
    local value
    : >in
    for value in 1 8 128 1K; do
        fails_with 2 '--psram-align [0-9]* is not possible on esp32s3; take one of 0, 16,' \
            "$AMCP" copy --chip esp32s3 --psram-align $value in out
        grep -q ' 0, 16, 32, 64$' ../stderr
    done
    fails_with 2 '--burst 128 is not possible on esp32s3; take one of 0, 1, 2, .*, 64$' \
        "$AMCP" copy --chip esp32s3 --burst 128 in out
    fails_with 2 '--psram-align 16 and --burst 32 contradict one another; leave one' \
        "$AMCP" copy --chip esp32s3 --psram-align 16 --burst 32 in out
    only in
}

wrong_combination() {
    : >in
    fails_with 2 '^amcp copy: --chunk 1000 is not a multiple of --sram-align 16$' \
        "$AMCP" copy --chunk 1000 --sram-align 16 in out
    fails_with 2 '--chunk 1000 is not a multiple of --psram-align 16$' \
        "$AMCP" copy --chip esp32s3 --chunk 1000 --psram-align 16 --to psram in out
    # An alignment of the memory that is not written to does not matter.
    "$AMCP" copy --quiet --chip esp32s3 --chunk 1000 --sram-align 16 --to psram in out
    "$AMCP" copy --quiet --chip esp32s3 --chunk 1000 --psram-align 16 --from psram in out
}

unknown_chip() {
    : >in
    fails_with 2 '^amcp copy: --chip esp32 is not a known chip; known: esp32c3' \
        "$AMCP" copy --chip esp32 in out
    fails_with 2 '^amcp copy: ASYNC_MEMCPY_CHIP=esp32 is not a known chip; known: esp32c3' \
        env ASYNC_MEMCPY_CHIP=esp32 "$AMCP" copy in out
    only in
}

# What the message proposes must fit, and a little more must not.
too_large_for_memory() {
    local options chunk backlog
    make_file in 100001
    for options in "" "--sram-align 4" "--sram-align 64" "--sram-align 4096"; do
        fails_with 2 'times two buffers of 65536 bytes do not fit into the [0-9]* bytes' \
            "$AMCP" copy $options --chunk 64K --backlog 8 in out
        chunk=$(sed -n 's/.*; --chunk \([0-9]*\) fits.*/\1/p' ../stderr)
        backlog=$(sed -n 's/.*; --backlog \([0-9]*\) fits.*/\1/p' ../stderr)
        "$AMCP" copy --quiet $options --chunk "$chunk" --backlog 8 in out
        "$AMCP" copy --quiet $options --chunk 64K --backlog "$backlog" in out
        rm out
        chunk=$((chunk + 4096)) backlog=$((backlog + 1))
        fails_with 2 'do not fit' "$AMCP" copy $options --chunk $chunk in out
        fails_with 2 'do not fit' "$AMCP" copy $options --chunk 64K --backlog $backlog in out
    done
    fails_with 2 '--chunk [0-9]* fits$' "$AMCP" copy --chunk 16M in out
    only in
}

# Likewise with the buffers in two memories, of which the smaller one is full first.
too_large_for_one_of_two() {
    local options chunk backlog
    make_file in 100001
    for options in "--from psram" "--to psram" "--from psram --sram-align 64"; do
        fails_with 2 'times a buffer of 65536 bytes do not fit into the [0-9]* bytes of SRAM' \
            "$AMCP" copy --chip esp32s3 $options --chunk 64K --backlog 8 in out
        chunk=$(sed -n 's/.*; --chunk \([0-9]*\) fits.*/\1/p' ../stderr)
        backlog=$(sed -n 's/.*; --backlog \([0-9]*\) fits.*/\1/p' ../stderr)
        "$AMCP" copy --quiet --chip esp32s3 $options --chunk "$chunk" --backlog 8 in out
        "$AMCP" copy --quiet --chip esp32s3 $options --chunk 64K --backlog "$backlog" in out
        rm out
        chunk=$((chunk + 4096)) backlog=$((backlog + 1))
        fails_with 2 'do not fit' "$AMCP" copy --chip esp32s3 $options --chunk $chunk in out
        fails_with 2 'do not fit' \
            "$AMCP" copy --chip esp32s3 $options --chunk 64K --backlog $backlog in out
    done
    fails_with 2 'two buffers of 1048576 bytes do not fit into the [0-9]* bytes of PSRAM' \
        "$AMCP" copy --chip esp32s3 --from psram --to psram --chunk 1M in out
    only in
}

add "help everywhere" help_everywhere
add "the help names every option" help_names_every_option
add "version everywhere" version_everywhere
add "chips" chips_text
add "chips --json" chips_json
add "the output cannot be written" output_is_full
add "wrong commands" wrong_commands
add "wrong operands and unknown options" wrong_operands
add "wrong numbers" wrong_numbers
add "options that contradict one another" wrong_combination
add "an unknown chip" unknown_chip
add "PSRAM on a chip without it" psram_is_missing
add "a chip without a second core" core_is_missing
add "what the driver refuses" refused_by_the_driver
add "buffers larger than the memory" too_large_for_memory
add "buffers larger than one of two memories" too_large_for_one_of_two

run_tests "$@"
