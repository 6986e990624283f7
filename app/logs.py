"""Where log lines go: standard output, and nowhere when that cannot be written. No answer fails for its log line."""

from __future__ import annotations

import sys
from contextlib import suppress

import structlog


class Printer:
    """Writes each line to standard output; a full disk or a closed pipe loses the line and nothing else.

    What the line tells of was done and committed: a caller must hear of it though nobody can write it down.
    """

    def msg(self, message: str) -> None:
        """Write one line."""
        with suppress(OSError, ValueError):
            sys.stdout.write(message + "\n")
            sys.stdout.flush()

    log = debug = info = warn = warning = error = critical = fatal = failure = exception = msg


def init_logs() -> None:
    """Let structlog write with Printer from now on.

    Tracebacks are plain: the fuller ones structlog makes where `rich` happens to be installed show the variables of every
    frame, and with them whatever was typed.
    """
    structlog.configure(logger_factory=lambda *_args: Printer())
    structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback
