#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# amcp copy: --trace, --timeline and --window.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/tap.sh"

# looked_at SIZE OPTION...: a copy whose trace and picture are checked against its report.
looked_at() {
    local size=$1
    shift
    make_file in "$size"
    "$AMCP" copy --json --trace trace.json --timeline picture.svg "$@" in out >report.json
    cmp in out
    python3 "$here/check_trace.py" trace.json report.json || die "$size $*"
    python3 "$here/check_picture.py" picture.svg trace.json || die "$size $*"
    only in out picture.svg report.json trace.json
}

sizes() {
    local size
    for size in 1 4095 4096 16385 50001; do
        looked_at $size
    done
}

options() {
    looked_at 30000 --chunk 1000 --backlog 1
    looked_at 30000 --chunk 100 --backlog 64
    looked_at 30000 --chunk 30 --backlog 30
    looked_at 40001 --sram-align 4 --chunk 5000 --backlog 3
}

large() { looked_at 300003; }

psram() {
    local chip from to chips
    chips=$(chips_with_psram)
    for chip in $chips; do
        for from in sram psram; do
            for to in sram psram; do
                looked_at 20001 --chip "$chip" --from $from --to $to --chunk 1003
            done
        done
        # Most of these have no byte that the DMA moves to its place.
        looked_at 2001 --chip "$chip" --from psram --to psram --chunk 31
        looked_at 20001 --chip "$chip" --from sram --to psram --psram-align 32 --chunk 4096
        grep -q '"write-back"' trace.json
        grep -q '"invalidate"' trace.json
    done
}

# Fails unless there is one.
chips_with_two_cores() {
    "$AMCP" chips --json | python3 -c '
import json, sys
chips = [chip["chip"] for chip in json.load(sys.stdin) if chip["cores"] == 2]
print(*chips, sep="\n")
sys.exit(not chips)' || die "no chip has two cores"
}

two_cores() {
    local chip chips
    chips=$(chips_with_two_cores)
    for chip in $chips; do
        looked_at 1 --chip "$chip" --cores 2
        looked_at 50001 --chip "$chip" --cores 2 --chunk 3000
        looked_at 50001 --chip "$chip" --cores 2 --chunk 3000 --backlog 1
        looked_at 50001 --chip "$chip" --cores 2 --from psram --to psram --chunk 1003 --backlog 5
        grep -q '"core 1: registers"' trace.json
        grep -q 'CPU core 1' picture.svg
        grep -q 'DMA channel 1' picture.svg
    done
}

same_every_time() {
    make_file in 30001
    "$AMCP" copy --quiet --trace trace1 --timeline picture1 in out
    "$AMCP" copy --quiet --trace trace2 --timeline picture2 in out
    cmp trace1 trace2
    cmp picture1 picture2
}

# Looking changes nothing.
same_report() {
    make_file in 30001
    "$AMCP" copy --json in out >without
    "$AMCP" copy --json --trace trace --timeline picture in out >with
    cmp without with
}

nothing_to_copy() {
    : >in
    "$AMCP" copy --quiet --trace trace.json --timeline picture.svg in out
    python3 -m json.tool trace.json >/dev/null
    python3 -c 'import xml.etree.ElementTree as tree; tree.parse("picture.svg")'
}

# A window holds exactly what touches it.
window() {
    make_file in 50001
    "$AMCP" copy --quiet --trace all.json in out
    "$AMCP" copy --quiet --window 100:25 --trace part.json --timeline part.svg in out
    python3 - <<'PYTHON'
import json

def spans(name):
    begun = {}
    for event in json.load(open(name))["traceEvents"]:
        key = event["name"], event["pid"], event.get("tid"), str(event.get("args"))
        if event["ph"] == "X":
            yield key, round(event["ts"] * 1000), round((event["ts"] + event["dur"]) * 1000)
        elif event["ph"] == "b":
            begun[event["cat"], event["id"]] = key, event["ts"]
        elif event["ph"] == "e":
            key, start = begun.pop((event["cat"], event["id"]))
            yield key, round(start * 1000), round(event["ts"] * 1000)

wanted = {span for span in spans("all.json") if span[2] >= 100000 and span[1] < 125000}
found = set(spans("part.json"))
assert found == wanted, (len(found), len(wanted), list(found ^ wanted)[:3])
assert len(wanted) > 100
other = json.load(open("part.json"))["otherData"]
assert other["window_start_ns"] == 100000 and other["window_end_ns"] == 125000
PYTHON
    grep -q '>100 us<' part.svg
    grep -q '>120 us<' part.svg
    ! grep -q '>130 us<' part.svg || die "the axis goes on behind the window"
    "$AMCP" copy --quiet --window 1:10000000 --trace long.json in out
    python3 -m json.tool long.json >/dev/null
}

window_behind_the_end() {
    make_file in 1000
    fails_with 2 '--window begins at 5000 us, but the copy took [0-9.]* us only$' \
        "$AMCP" copy --window 5000:10 --trace trace in out
    only in
}

wrong_window() {
    local value
    make_file in 10
    for value in '' 5 : 5: :5 5:0 -1:5 5:-1 1.5:2 5:x 1:2:3 99999999999999999999:1 1:86400000001; do
        fails_with 2 "^amcp copy: --window $value is not START:LENGTH in whole microseconds, such" \
            "$AMCP" copy --trace trace --window "$value" in out
    done
    fails_with 2 '^amcp copy: --window has no effect without --trace or --timeline$' \
        "$AMCP" copy --window 1:2 in out
    only in
}

standard_output() {
    make_file in 20000
    "$AMCP" copy --trace - in out >trace.json 2>report
    python3 -m json.tool trace.json >/dev/null
    grep -q '^verified' report
    "$AMCP" copy --timeline - --json in out >picture.svg 2>json
    python3 -m json.tool json >/dev/null
    python3 -c 'import xml.etree.ElementTree as tree; tree.parse("picture.svg")'
    "$AMCP" copy --quiet --trace trace2.json in - >out2
    cmp in out2
    cmp trace.json trace2.json
}

# would_be_written_twice OPTION...
would_be_written_twice() {
    fails_with 2 'would be written twice; name different files$' "$AMCP" copy "$@"
}

same_file_twice() {
    make_file in 1000
    mkdir directory
    echo before >old
    would_be_written_twice --trace out in out
    would_be_written_twice --timeline ./out in out
    would_be_written_twice --trace directory/../x --timeline x in out
    would_be_written_twice --trace "$PWD/old" --timeline old in out
    would_be_written_twice --trace - in -
    would_be_written_twice --trace - --timeline - in out
    fails_with 2 '"\./in" is INPUT itself; name a different file$' \
        "$AMCP" copy --trace ./in in out
    fails_with 2 '"in" is INPUT itself; name a different file$' \
        "$AMCP" copy --timeline in in out
    only in directory old
    [ "$(cat old)" = before ]
}

cannot_be_opened() {
    make_file in 1000
    fails_with 1 '^amcp copy: cannot write "no/trace": No such file or directory$' \
        "$AMCP" copy --trace no/trace in out
    fails_with 1 '^amcp copy: cannot write "no/picture": No such file or directory$' \
        "$AMCP" copy --trace trace --timeline no/picture in out
    only in
}

# The trace is far longer than the data, so a limit on the size of files hits it first.
disk_fills_up() {
    make_file in 300000
    echo before >trace
    fails_with 1 '^amcp copy: cannot write "trace": File too large$' \
        bash -c 'ulimit -f 1024; "$0" copy --chip esp32c3 --trace trace --timeline p in out' "$AMCP"
    only in trace
    [ "$(cat trace)" = before ]
}

disk_is_full() {
    local full
    full=$(device full)
    make_file in 1000
    fails_with 1 "^amcp copy: cannot write \"$full\": No space left on device\$" \
        "$AMCP" copy --trace "$full" in out
    fails_with 1 "^amcp copy: cannot write \"$full\": No space left on device\$" \
        "$AMCP" copy --trace trace --timeline "$full" in out
    only in
}

# Half-way through the input a good part of the trace has been written, and its name is not there.
written_as_it_comes() {
    mkfifo pipe
    "$AMCP" copy --quiet --trace trace --timeline picture pipe out &
    amcp_pid=$!
    exec 3>pipe
    head -c 300000 /dev/zero >&3
    [ ! -e trace ] && [ ! -e picture ] && [ ! -e out ]
    [ "$(cat .amcp-* | wc -c)" -gt 1000000 ] || die "$(ls -l .amcp-*)"
    exec 3>&-
    wait "$amcp_pid"
    python3 -m json.tool trace >/dev/null
    only out picture pipe trace
}

ended_by_signal() {
    local status=0
    mkfifo pipe
    "$AMCP" copy --quiet --trace trace --timeline picture pipe out &
    amcp_pid=$!
    exec 3>pipe
    head -c 200000 /dev/zero >&3
    [ "$(compgen -G '.amcp-*' | wc -l)" = 3 ] || die "not three temporary files: $(ls -A)"
    kill -s TERM "$amcp_pid"
    wait "$amcp_pid" || status=$?
    exec 3>&-
    [ "$status" = 143 ] || die "status $status"
    only pipe
}

# Memory does not grow with the copy: ten times the spans, at most 4 MiB more.
bounded_memory() {
    make_file small 100000
    make_file big 1000000
    python3 - "$AMCP" <<'PYTHON'
import os, subprocess, sys

def peak_kib(name):
    process = subprocess.Popen([sys.argv[1], "copy", "--quiet", "--trace", "trace.json",
                                "--timeline", "picture.svg", name, "out"])
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return usage.ru_maxrss

small, big = peak_kib("small"), peak_kib("big")
assert os.path.getsize("trace.json") > 30 << 20
assert big < small + 4096, (small, big)
PYTHON
}

add "the trace and the picture agree with the report" sizes
add "with other options" options
add "of a longer copy" large
add "with PSRAM" psram
add "with two cores" two_cores
add "the same files every time" same_every_time
add "the same report with and without" same_report
add "of an empty file" nothing_to_copy
add "--window" window
add "--window behind the end" window_behind_the_end
add "a wrong --window" wrong_window
add "on standard output" standard_output
add "a file that would be written twice" same_file_twice
add "files that cannot be opened" cannot_be_opened
add "the disk fills up" disk_fills_up
add "the disk is full" disk_is_full
add "the trace is written as it comes" written_as_it_comes
add "a signal leaves nothing behind" ended_by_signal
add "memory is bounded" bounded_memory

run_tests "$@"
