# SPDX-License-Identifier: Apache-2.0
"""Runs test programs for other programs: their environment, results and end."""

import contextlib
import os
import re
import signal
import subprocess
import threading

GRACE_SECONDS = 3
# A line of TAP with the outcome and the name.
RESULT = re.compile(r"(ok|not ok) \d+(?: - | {1,2})?(.*)$")


def environment(**more):
    """Returns what a test program finds in its environment."""
    values = dict(
        os.environ,
        CMOCKA_MESSAGE_OUTPUT="TAP",
        ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=1",
        UBSAN_OPTIONS="print_stacktrace=1",
        TSAN_OPTIONS="second_deadlock_stack=1",
        PYTHONDONTWRITEBYTECODE="1",
        LC_ALL="C.UTF-8",
        **more)
    # A chip that the user chose must not change what the tests see.
    values.pop("ASYNC_MEMCPY_CHIP", None)
    values.pop("ASYNC_MEMCPY_STRICT", None)
    return values


class Stopped(Exception):
    """The processes were stopped: none starts any more, and what the last ones said is nothing."""


class Processes:
    """Processes that threads run, each in a session of its own, so that all it has started can be
    ended with it. Ctrl-C on the terminal does not reach them: stop() is for that."""

    def __init__(self):
        self.lock, self.running, self.stopped = threading.Lock(), set(), False

    @contextlib.contextmanager
    def start(self, command, **more):
        """Gives a process whose output, with its errors, is a pipe. Waits for it at the end."""
        with self.lock:
            if self.stopped:
                raise Stopped
            # pylint: disable=consider-using-with
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, start_new_session=True, **more)
            self.running.add(process)
        try:
            with process:
                yield process
            if self.stopped:
                raise Stopped
        finally:
            with self.lock:
                self.running.remove(process)

    def stop(self):
        """Ends what is running, and lets nothing start."""
        with self.lock:
            self.stopped = True
            # Only ninja itself can end its compilers, which it puts into groups of their own.
            for process in self.running:
                kill(process, signal.SIGTERM)
            for process in self.running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE_SECONDS)
                kill(process)


def kill(process, number=signal.SIGKILL):
    """Sends a signal to a process of start() and to what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
