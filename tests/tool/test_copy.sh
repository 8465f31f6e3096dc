#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# amcp copy: what is copied, every option, and the report.

. "$(dirname "$0")/tap.sh"

# copies SIZE OPTION...: a file of this size arrives whole.
copies() {
    local size=$1
    shift
    make_file in "$size"
    "$AMCP" copy --quiet "$@" in out
    cmp in out
    only in out
    rm in out
}

# Sizes around one item of 4095 bytes, one chunk, and the whole chip's memory.
sizes() {
    local size
    for size in 0 1 2 3 4 31 4094 4095 4096 4097 8190 16383 16384 16385 131072; do
        copies $size
    done
}

larger_than_memory() { copies $((1024 * 1024 + 3)); }

every_chunk() {
    local chunk
    for chunk in 1 3 4095 4096 4097 1k 1K 12345; do
        copies 10007 --chunk $chunk
    done
    copies 300001 --chunk 100K --backlog 1
    copies 3000 --chunk=7
}

every_backlog() {
    local backlog
    for backlog in 1 2 3 7 8 64; do
        copies 100003 --chunk 1000 --backlog $backlog
    done
    copies 30011 --chunk 16 --backlog 1024
}

every_alignment() {
    local align size
    for align in 0 1 2 4 16 64 4096; do
        for size in 1 4095 16384 50001; do
            copies $size --sram-align $align
        done
    done
    copies 100000 --sram-align 32K --chunk 32K --backlog 4
}

standard_streams() {
    make_file in 70001
    "$AMCP" copy - - <in >out 2>report
    cmp in out
    grep -q '^verified  *yes' report
    "$AMCP" copy --json in - >out2 2>json
    cmp in out2
    python3 -m json.tool json >/dev/null
    cat in | "$AMCP" copy --quiet - out3
    cmp in out3
}

report_to_stderr_if_output_is_stdout() {
    make_file in 100
    "$AMCP" copy in /proc/self/fd/1 2>report | cat >out
    cmp in out
    grep -q '^verified' report
}

# Chunks are filled up all the same: there are four.
short_reads() {
    make_file in 20000
    python3 -c '
import os
data = open("in", "rb").read()
for start in range(0, len(data), 777):
    os.write(1, data[start:start + 777])' | "$AMCP" copy --json --chunk 5000 - out >json
    cmp in out
    grep -q '"requests": 4,' json
}

onto_itself() {
    make_file in 50001
    cp in original
    "$AMCP" copy --quiet in in
    cmp in original
    only in original
}

text_report() {
    make_file in 50001
    "$AMCP" copy --chip esp32c3 in out >report 2>messages
    [ ! -s messages ]
    grep -qx 'chip        esp32c3 (simulated), 8 requests in flight at most' report
    grep -qx 'copied      50001 bytes in 4 requests of up to 16384 bytes' report
    grep -qx 'memory      from SRAM to SRAM' report
    grep -qx 'verified    yes, every byte' report
    grep -q '^throughput .* simulated$' report
    grep -q '^DMA  *busy [0-9.]* % ' report
    grep -q '^CPU  *[0-9]* interrupts' report
    grep -q '^CPU spared' report
}

# The numbers must be those of this copy: they depend on one another.
json_report() {
    make_file in 50001
    "$AMCP" copy --chip esp32c3 --json \
        --backlog 3 --chunk 5000 --sram-align 4 in out >json 2>messages
    [ ! -s messages ]
    python3 - <<'PYTHON'
import json
report = json.load(open("json"))
assert report["chip"] == "esp32c3" and report["verified"] is True
assert report["bytes"] == 50001 and report["requests"] == 11
assert report["backlog"] == 3 and report["chunk_bytes"] == 5000
assert report["sram_align_bytes"] == 4
assert report["from"] == "sram" and report["to"] == "sram"
assert report["dma_bytes"] == 50004, report["dma_bytes"]
assert 0 < report["dma_busy_ns"] <= report["simulated_ns"]
assert abs(report["dma_busy_percent"] * report["simulated_ns"] / 100 - report["dma_busy_ns"]) < 1e3
rate = report["bytes"] * 1e9 / report["simulated_ns"]
assert abs(report["simulated_bytes_per_second"] - rate) <= 1
assert 0 < report["interrupts"] <= 22
assert report["register_writes"] > 11
assert report["cpu_cycles_spared_estimate"] == 50004 // 4 * 5
PYTHON
}

json_of_nothing() {
    : >in
    "$AMCP" copy --json in out >json
    cmp in out
    python3 -c '
import json
report = json.load(open("json"))
assert report["bytes"] == 0 and report["requests"] == 0 and report["verified"] is True'
}

same_every_time() {
    make_file in 200001
    "$AMCP" copy --json in out >first
    "$AMCP" copy --json in out >second
    cmp first second
}

quiet() {
    make_file in 100
    "$AMCP" copy --quiet in out >stdout 2>stderr
    [ ! -s stdout ] && [ ! -s stderr ]
    "$AMCP" copy --quiet --json in out >stdout 2>stderr
    python3 -m json.tool stdout >/dev/null
    [ ! -s stderr ]
}

# on_terminal OPTION...: copies with stderr on a terminal, and prints what came there.
on_terminal() {
    python3 - "$AMCP" copy "$@" in out <<'PYTHON'
import os, pty, subprocess, sys
master, slave = pty.openpty()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
text = b""
try:
    while part := os.read(master, 4096):
        text += part
except OSError:
    pass  # the last one that had the terminal open has ended
sys.stdout.buffer.write(text)
sys.exit(process.wait())
PYTHON
}

progress_bar() {
    make_file in 500000
    on_terminal >bar
    grep -q '100 %' bar
    grep -q '  3 %' bar
    # It is gone at the end: the last thing drawn is an empty line.
    [ "$(tail -c 4 bar)" = $'\r\033[K' ]
    cat in | on_terminal --quiet >bar
    [ ! -s bar ]
    on_terminal --json >bar
    [ ! -s bar ]
}

no_progress_bar_in_a_pipe() {
    make_file in 500000
    "$AMCP" copy in out 2>&1 >/dev/null | cat >messages
    [ ! -s messages ]
}

chip_by_environment() {
    copies 100 --chip esp32c3
    ASYNC_MEMCPY_CHIP=esp32c3 copies 100
    ASYNC_MEMCPY_CHIP=nonsense copies 100 --chip esp32c3
}

# with_psram FUNCTION: calls it for each chip that has PSRAM.
with_psram() {
    local chip chips
    chips=$(chips_with_psram)
    for chip in $chips; do
        "$1" "$chip"
    done
}

every_pair() {
    local from to size
    for from in sram psram; do
        for to in sram psram; do
            for size in 1 15 16 17 63 64 65 4064 4095 4096 30011; do
                copies $size --chip "$1" --from $from --to $to
            done
            copies 30011 --chip "$1" --from $from --to $to --chunk 1001
            copies 3001 --chip "$1" --from $from --to $to --chunk 13 --backlog 64
        done
    done
}

every_psram_align() {
    local align size
    for align in 0 16 32 64; do
        for size in 1 64 4095 30011; do
            copies $size --chip "$1" --to psram --psram-align $align --chunk 4096
            copies $size --chip "$1" --from psram --psram-align $align --chunk 1001
            copies $size --chip "$1" --from psram --to psram --psram-align $align --burst $align
        done
    done
}

every_burst() {
    local burst
    for burst in 0 1 4 16 32 64; do
        copies 30011 --chip "$1" --from psram --to psram --burst $burst --chunk 1001
        copies 30011 --chip "$1" --burst $burst --sram-align 4 --chunk 1000
    done
}

psram_json() {
    make_file in 20001
    "$AMCP" copy --chip "$1" --json --from psram --to sram --chunk 1000 in out >json
    cmp in out
    "$AMCP" copy --chip "$1" --from sram --to psram --psram-align 32 --chunk 4K --json in out >json2
    cmp in out
    "$AMCP" copy --chip "$1" --to psram --burst 64 --json in out >json3
    python3 - "$1" <<'PYTHON'
import json, sys
first, second, third = (json.load(open(name)) for name in ("json", "json2", "json3"))
assert first["chip"] == sys.argv[1] and first["from"] == "psram" and first["to"] == "sram"
assert first["psram_align_bytes"] == 0 and first["burst_bytes"] == 0
assert second["from"] == "sram" and second["to"] == "psram"
assert second["psram_align_bytes"] == 32 and second["requests"] == 5
assert second["dma_bytes"] == 20001 + -20001 % 32
assert third["burst_bytes"] == 64
PYTHON
    "$AMCP" copy --chip "$1" --from psram --to sram in out >report
    grep -qx 'memory      from PSRAM to SRAM' report
}

# What the CPU places is not said to be spared.
few_bytes_report() {
    make_file in 1
    "$AMCP" copy --chip "$1" --to psram --json in out >json
    grep -q '"dma_bytes": 4,' json
    grep -q '"cpu_bytes_spared": 0,' json
    grep -q '"cpu_cycles_spared_estimate": 0,' json
    "$AMCP" copy --chip "$1" --to psram in out >report
    grep -q '^DMA .* of that time, 0 bytes$' report
    grep -q '^ *and 4 bytes to end requests that the CPU placed$' report
    grep -q '^CPU spared  moving 0 bytes: about 0 cycles,' report
    "$AMCP" copy --chip "$1" --from psram --json in out >json
    grep -q '"cpu_bytes_spared": 1,' json
}

# What has no effect on a chip without PSRAM is accepted there, as by the driver.
without_psram() {
    copies 20000 --chip esp32c3 --psram-align 32 --burst 128
    copies 20000 --chip esp32c3 --from sram --to sram
}

pairs_of_memories() { with_psram every_pair; }
psram_alignments() { with_psram every_psram_align; }
bursts() { with_psram every_burst; }
psram_reports() { with_psram psram_json; }
few_bytes() { with_psram few_bytes_report; }

add "sizes from 0 to 128 KiB" sizes
add "a file larger than the memory" larger_than_memory
add "--chunk" every_chunk
add "--backlog" every_backlog
add "--sram-align" every_alignment
add "--from and --to" pairs_of_memories
add "--psram-align" psram_alignments
add "--burst" bursts
add "the report of a copy with PSRAM" psram_reports
add "the report of what the CPU places" few_bytes
add "the options for PSRAM without it" without_psram
add "--chip and the environment" chip_by_environment
add "standard input and output" standard_streams
add "the report keeps out of the data" report_to_stderr_if_output_is_stdout
add "short reads from a pipe" short_reads
add "INPUT and OUTPUT are the same file" onto_itself
add "the report" text_report
add "--json" json_report
add "--json of an empty file" json_of_nothing
add "the same numbers every time" same_every_time
add "--quiet" quiet
add "a progress bar on a terminal" progress_bar
add "no progress bar in a pipe" no_progress_bar_in_a_pipe

run_tests "$@"
