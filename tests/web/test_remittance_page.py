"""The page of a remittance that is still open tells what the bank has taken so far, as the API does."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import Remittance
from app.models.queries.remittances import sums_of
from app.web.formats import amount
from tests.web.desk import Desk


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]))


def test_an_open_remittance_shows_its_lines_and_sums(app: Flask, supervisor: Desk) -> None:
    sale = supervisor.taken(amount="80.00", order_number="R-1")
    supervisor.act(sale, "capture")
    supervisor.act(sale, "refund", amount="30.00")
    with app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        row = session.scalars(select(Remittance).where(Remittance.state == "OPEN").order_by(Remittance.id)).first()
        assert row is not None
        sums = sums_of(session, [row])[row.id]
    assert sums.lines >= 2
    with app.test_request_context(headers={"Accept-Language": "en"}):
        sales, refunds = amount(sums.debit_amount, "EUR"), amount(sums.credit_amount, "EUR")
    shown = words(supervisor.client.get(f"/remittances/show/{row.id}").text)
    assert f"Lines {sums.lines} Sales {sales} Refunds {refunds}" in shown
    assert "Contract Currency" not in shown
    assert f"{sums.lines} {sales} {refunds}" in words(supervisor.client.get("/remittances/list/").text)
