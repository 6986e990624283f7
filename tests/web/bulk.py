"""Several sales at once, by hand: tick, press, read what came of each row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from werkzeug.test import TestResponse

from app.models import Transaction
from tests.bank.conftest import BankProcess
from tests.web.desk import Desk, filled_in, key_of, token_of


def tick(desk: Desk, verb: str, sales: Sequence[Transaction]) -> TestResponse:
    """Tick the sales in the list and press the button above it."""
    token = token_of(desk.client.get("/transactions/list/").text)
    data = {"csrf_token": token, "action": verb, "rowid": [str(sale.id) for sale in sales]}
    return desk.client.post("/transactions/action_post", data=data, follow_redirects=True)


def boxes(page: str) -> list[str]:
    """What the ticked boxes of the form send."""
    return re.findall(r'name="sale" value="([^"]+)" checked', page)


def send(desk: Desk, page: str, **fields: object) -> TestResponse:
    """Press the form's button."""
    data = {"csrf_token": token_of(page), "key": key_of(page), "verb": filled_in(page)["verb"], "sale": boxes(page)}
    return desk.client.post("/bulk/", data=data | fields)


def results(page: str) -> dict[str, tuple[str, str]]:
    """{order number: (result, what happened)} of the page that says what came of it."""
    found = {}
    for row in re.findall(r'<tr role="row".*?</tr>', page, re.DOTALL):
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd] .*?</t[hd]>", row, re.DOTALL)]
        if len(cells) == 6 and "columnheader" not in row:
            found[cells[0]] = (cells[3], cells[4])
    return found


def cancels(bank: BankProcess, sales: Sequence[Transaction]) -> list[list[int]]:
    """What the bank was asked to cancel, sale by sale."""
    return [[e["amount"] for e in bank.journal(sale.reference) if e["operation"] == "CANCEL"] for sale in sales]
