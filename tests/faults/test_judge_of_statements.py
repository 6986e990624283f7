"""The judge of a seeded run sees an account that got something else than what was remitted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.bank.statement_reader import Line, Read
from tests.faults.engine.statements import judge_statements

DAY = date(2027, 3, 10)
REMITTED = {"contract": "1234567", "number": 7, "debit_amount": 1_000, "credit_amount": 300, "net_amount": 700}


def line(code: str, amount: int, reference: str = "1234567-7") -> Line:
    return Line(code, DAY, DAY, "label", amount, "1", reference)


def statement(*lines: Line, opening: int = 0, more: int = 0) -> Read:
    return Read("account", opening, opening + sum(each.amount for each in lines) + more, DAY, DAY, list(lines))


SALES, REFUNDS, FEE, VAT = line("30", 1_000), line("36", -300), line("62", -5), line("67", -1)


def test_what_was_remitted_and_came_is_right() -> None:
    first = statement(SALES, REFUNDS, FEE, VAT)
    assert judge_statements([REMITTED], [first, statement(opening=first.closing)]) == []


@pytest.mark.parametrize(
    ("remittances", "statements", "said"),
    [
        ([REMITTED], [statement(SALES, FEE, VAT)], "700 remitted, 1000 on the account"),
        ([REMITTED], [statement(SALES, SALES, REFUNDS, FEE, VAT)], "700 remitted, 1700 on the account"),
        ([REMITTED], [statement(SALES, REFUNDS)], "sales of 1000, costs"),
        ([], [statement(SALES)], "on the account for 1234567-7, unknown here"),
        ([], [statement(), statement(opening=1)], "does not chain"),
        ([], [statement(more=1), statement(opening=1)], "does not chain"),
    ],
)
def test_what_must_not_be_is_seen(remittances: list[dict[str, Any]], statements: list[Read], said: str) -> None:
    (wrong,) = judge_statements(remittances, statements)
    assert said in wrong
