"""Some days of a shop from commands, by API and on the pages: the bank prints what our books explain, and nothing else."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.days.bookings import AMEX, CARDS, PARIS
from tests.days.fortnight import live
from tests.days.statements import check
from tools.product import running

DAYS, FRIDAY = 4, 4  # over a week-end, gross and net, by API and on the pages; `make fortnight` lives two weeks


@pytest.mark.slow
@pytest.mark.timeout(900)  # some thirty commands, each a process
def test_every_line_the_bank_prints_is_explained_to_the_cent(tmp_path: Path) -> None:
    tomorrow = datetime.now(PARIS).date() + timedelta(days=1)
    friday = tomorrow + timedelta(days=(FRIDAY - tomorrow.weekday()) % 7)
    with running(tmp_path / "var", past=False) as product:
        fortnight, lived = live(product, tmp_path, friday, DAYS)
        assert check(lived) == []
        assert [each["way"] for each in fortnight.days] == ["API", "screens"] * 2
        assert fortnight.seen == 2 * DAYS  # of cards and of American Express
        printed = {
            account: {line.code for each in lived.statements[account] for line in each.lines}
            for account in lived.statements
        }
        assert printed == {CARDS: {"30", "36", "38", "62", "67"}, AMEX: {"05"}}
        product.command("verify")  # raises when an invariant is broken

        for wrong, said in (  # what the check sees
            ({"net_from": None}, "nothing explains"),
            ({"unpaid": lived.unpaid[1:]}, "38 "),
            ({"unpaid": lived.unpaid[:1]}, "AMERICAN EXPRESS"),
            ({"remittances": lived.remittances[1:]}, "nothing explains"),
            ({"not_remitted": {"SALE": "EXPIRED"}}, "SALE: approved, cancelled by nobody, and EXPIRED"),
            ({"refunded": lived.refunded + Counter(SALE=1)}, "people refunded"),
        ):
            assert any(said in each for each in check(dataclasses.replace(lived, **wrong))), wrong  # type: ignore[arg-type]
