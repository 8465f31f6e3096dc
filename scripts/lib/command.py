# SPDX-License-Identifier: Apache-2.0
"""How those sub-commands behave that are Python programs: their arguments, progress and end."""

import argparse
import os
import signal
import sys
import time

INTERRUPTED = 130  # the exit status that a shell gives to what Ctrl-C has ended


class Parser(argparse.ArgumentParser):
    """Tells wrong usage in one line, as usage_error of common.sh does. --help is for the script
    that calls, whose first comment is the usage."""

    def __init__(self, command):
        super().__init__(prog=command, add_help=False, allow_abbrev=False)

    def error(self, message):
        message = message.removeprefix("argument ")
        print(f"{self.prog}: {message}; './run {self.prog} --help' shows the usage",
              file=sys.stderr)
        sys.exit(2)


def number(least, most):
    """Returns what makes an argument a whole number within these bounds."""

    def parse(text):
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(
                f"takes a number from {least} to {most}, not '{text}'")
        return int(text)

    return parse


class Pace:
    """Says when nothing has been printed for so long that progress is to be told."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.restart()

    def restart(self):
        self.shown = time.monotonic()

    def is_due(self):
        due = time.monotonic() - self.shown >= self.seconds
        if due:
            self.restart()
        return due


def run_main(command, main):
    """Returns the exit status of main(). Ctrl-C and SIGTERM reach it as KeyboardInterrupt, and end
    the sub-command with a line instead of a traceback."""
    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        return main()
    except KeyboardInterrupt:
        print(f"{command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads has seen enough. What is still to be written must not fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
