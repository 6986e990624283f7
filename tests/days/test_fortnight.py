"""A practice fortnight: what leaves every evening is what the bank prints, to the cent, and nothing is left in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.days.fortnight import DAYS, check, live
from tools.product import running


@pytest.mark.timeout(900)  # some seventy commands, each a process
def test_a_fortnight_with_the_banks_nights_adds_up_to_the_cent(tmp_path: Path) -> None:
    with running(tmp_path / "var", past=False) as product:
        fortnight = live(product, tmp_path)
        assert check(fortnight) == []
        assert len(fortnight.days) == DAYS
        assert sum(each["net_amount"] for each in fortnight.remittances) > 0
        product.command("verify")  # raises when an invariant is broken
