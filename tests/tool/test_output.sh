#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# amcp copy: the output appears whole or not at all, and every error is one clear line.

# A shell cannot undo what it inherits as ignored: nohup leaves SIGHUP so.
[ -z "$(trap -p HUP)" ] || exec env --default-signal=HUP bash "$0" "$@"

. "$(dirname "$0")/tap.sh"

prepare() {
    make_file in 100000
    make_file old 10
}

# as_user COMMAND...: without the privileges of root, before which no permission counts.
as_user() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
        return
    fi
    command -v setpriv >/dev/null || skip "needs setpriv, or not to be root"
    [ -x ../amcp ] || install -m 755 "$AMCP" ../amcp
    shift
    chmod 777 .
    setpriv --reuid=65534 --regid=65534 --clear-groups ../amcp "$@"
}

input_is_missing() {
    fails_with 1 '^amcp copy: cannot read "missing": No such file or directory$' \
        "$AMCP" copy missing out
    only ""
}

input_is_a_directory() {
    mkdir directory
    fails_with 1 '^amcp copy: cannot read "directory": Is a directory$' "$AMCP" copy directory out
    only directory
}

input_is_unreadable() {
    prepare
    chmod 000 in
    fails_with 1 '^amcp copy: cannot read "in": Permission denied$' as_user "$AMCP" copy in out
    only in old
}

# The first page of a process cannot be read: an error in the middle of the work.
input_fails_later() {
    fails_with 1 '^amcp copy: cannot read "/proc/self/mem": Input/output error$' \
        "$AMCP" copy /proc/self/mem out
    only ""
}

output_directory_is_missing() {
    prepare
    fails_with 1 '^amcp copy: cannot write "no/out": No such file or directory$' \
        "$AMCP" copy in no/out
    fails_with 1 '^amcp copy: cannot write "no/": No such file or directory$' "$AMCP" copy in no/
    fails_with 1 '^amcp copy: cannot write "": No such file or directory$' "$AMCP" copy in ""
    fails_with 1 '^amcp copy: cannot write "in/out": Not a directory$' "$AMCP" copy in in/out
    only in old
}

output_is_a_directory() {
    prepare
    mkdir directory
    fails_with 1 '^amcp copy: cannot write "directory": Is a directory$' "$AMCP" copy in directory
    [ -z "$(ls -A directory)" ]
}

output_is_protected() {
    prepare
    chmod 444 old
    fails_with 1 '^amcp copy: cannot write "old": Permission denied$' as_user "$AMCP" copy in old
    only in old
    [ "$(wc -c <old)" = 10 ]
}

output_directory_is_protected() {
    prepare
    mkdir protected
    chmod 555 protected
    fails_with 1 '^amcp copy: cannot write "protected/out": Permission denied$' \
        as_user "$AMCP" copy in protected/out
    [ -z "$(ls -A protected)" ]
}

disk_is_full() {
    local full
    full=$(device full)
    prepare
    fails_with 1 "^amcp copy: cannot write \"$full\": No space left on device\$" \
        "$AMCP" copy in "$full"
    [ -c "$full" ]
    fails_with 1 '^amcp copy: cannot write "-": No space left on device$' \
        bash -c '"$0" copy in - >/dev/full' "$AMCP"
}

# A limit on the size of files, here 1 MiB, is the full disk that anyone can make.
disk_fills_up() {
    make_file in 1500000
    make_file old 10
    cp old before
    fails_with 1 '^amcp copy: cannot write "out": File too large$' \
        bash -c 'ulimit -f 1024; "$0" copy --chip esp32c3 in out' "$AMCP"
    fails_with 1 '^amcp copy: cannot write "old": File too large$' \
        bash -c 'ulimit -f 1024; "$0" copy --chip esp32c3 in old' "$AMCP"
    cmp old before
    only in old before
}

reader_is_gone() {
    prepare
    cat >../run_without_reader.py <<'PYTHON'
import os, signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
os.execv(sys.argv[1], sys.argv[1:])
PYTHON
    fails_with 1 '^amcp copy: cannot write "-": Broken pipe$' \
        python3 ../run_without_reader.py "$AMCP" copy in -
}

report_cannot_be_written() {
    prepare
    fails_with 1 '^amcp copy: cannot write to standard output: No space left on device$' \
        bash -c '"$0" copy in out >/dev/full' "$AMCP"
    cmp in out
}

special_files() {
    local null
    null=$(device null)
    prepare
    "$AMCP" copy --quiet in "$null"
    [ -c "$null" ]
    "$AMCP" copy --quiet "$null" out
    [ -f out ] && [ ! -s out ]
    mkfifo pipe
    cat pipe >through &
    "$AMCP" copy --quiet in pipe
    wait $!
    cmp in through
    [ -p pipe ]
}

permissions() {
    prepare
    umask 027
    "$AMCP" copy --quiet in new
    [ "$(stat -c %a new)" = 640 ]
    chmod 755 old
    "$AMCP" copy --quiet in old
    [ "$(stat -c %a old)" = 755 ]
}

symbolic_links() {
    prepare
    mkdir elsewhere
    mv old elsewhere/
    ln -s elsewhere/old link
    "$AMCP" copy --quiet in link
    [ -L link ]
    cmp in elsewhere/old
    [ "$(ls -A elsewhere)" = old ]
    ln -s nowhere dangling
    fails_with 1 '^amcp copy: cannot write "dangling": it is a symbolic link to nothing$' \
        "$AMCP" copy in dangling
}

# The output does not appear before it is whole. The writer of the pipe cannot go on before amcp has
# read, and amcp has opened its output by then; so nothing here depends on time.
start_half_way() {
    mkfifo pipe
    "$AMCP" copy --quiet pipe "$1" &
    amcp_pid=$!
    exec 3>pipe
    head -c 200000 /dev/zero >&3
    compgen -G '.amcp-*' >/dev/null || die "no temporary file: $(ls -A)"
}

ended_by_signal() {
    local signal=$1 status=0
    prepare
    cp old before
    start_half_way old
    kill -s "$signal" "$amcp_pid"
    wait "$amcp_pid" || status=$?
    exec 3>&-
    [ "$status" = $((128 + $(kill -l "$signal"))) ] || die "status $status"
    cmp old before
    only in old before pipe
}

ended_by_sigterm() { ended_by_signal TERM; }
ended_by_sighup() { ended_by_signal HUP; }

# A shell without job control starts what runs in the background with SIGINT ignored.
ended_by_sigint() {
    set -m
    ended_by_signal INT
}

ignored_signals_stay_ignored() {
    trap '' HUP
    start_half_way out
    kill -s HUP "$amcp_pid"
    exec 3>&-
    wait "$amcp_pid"
    [ "$(wc -c <out)" = 200000 ]
    only out pipe
}

not_there_half_way() {
    start_half_way out
    [ ! -e out ]
    exec 3>&-
    wait "$amcp_pid"
    only out pipe
}

long_name() {
    local name
    prepare
    name=$(printf '%255s' x | tr ' ' x)
    "$AMCP" copy --quiet in "$name"
    cmp in "$name"
    fails_with 1 'File name too long$' "$AMCP" copy in "x$name"
    only in old "$name"
}

add "INPUT is missing" input_is_missing
add "INPUT is a directory" input_is_a_directory
add "INPUT may not be read" input_is_unreadable
add "INPUT cannot be read on" input_fails_later
add "the directory of OUTPUT is missing" output_directory_is_missing
add "OUTPUT is a directory" output_is_a_directory
add "OUTPUT may not be written" output_is_protected
add "the directory of OUTPUT may not be written" output_directory_is_protected
add "the disk is full" disk_is_full
add "the disk fills up" disk_fills_up
add "the reader of the pipe is gone" reader_is_gone
add "the report cannot be written" report_cannot_be_written
add "devices and pipes are written to directly" special_files
add "permissions of OUTPUT" permissions
add "symbolic links" symbolic_links
add "nothing of OUTPUT is there half-way" not_there_half_way
add "SIGTERM leaves nothing behind" ended_by_sigterm
add "SIGINT leaves nothing behind" ended_by_sigint
add "SIGHUP leaves nothing behind" ended_by_sighup
add "an ignored signal stays ignored" ignored_signals_stay_ignored
add "a long name" long_name

run_tests "$@"
