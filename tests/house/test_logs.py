"""Log lines hold what the code says, never what its variables hold."""

from __future__ import annotations

import pytest
import structlog

from app.logs import init_logs

PAN = "4970100000000006"


def fail(number: str) -> None:
    raise ValueError(f"not this one: {len(number)}")


def test_a_traceback_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    """Though `rich`, which the tests bring, would: structlog prefers it where it is installed."""
    init_logs()
    try:
        fail(PAN)
    except ValueError as error:
        structlog.get_logger("test").error("failed", exc_info=error)
    written = capsys.readouterr().out
    assert "ValueError: not this one: 16" in written
    assert PAN not in written
