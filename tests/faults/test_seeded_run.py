"""The short seeded run of `make test`: the whole product under troubles, and nothing lost, doubled or over-refunded."""

from __future__ import annotations

import os
import sys
import time

import pytest

from tests.faults.engine.options import short
from tests.faults.engine.run import run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SEED = 2027  # SEED=… takes another


def test_nothing_is_lost_doubled_or_refunded_too_often(
    command: str, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    options = short(int(os.environ.get("SEED") or SEED))
    begun = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - begun:6.1f} s] {text}\n")

    with capsys.disabled():
        say(str(options))
    report = run(options, tmp_path_factory.mktemp("seeded"), command, say)
    assert report.wrong == [], str(report)
    assert report.operations >= options.operations
    assert (report.faults >= options.faults, report.kills >= options.kills) == (True, True), str(report)
