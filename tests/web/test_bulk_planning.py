"""Several sales moved, held and released at once: a day for all of them, each row refused by its own limit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from app.database import Scope, now, unit_of_work
from app.domain.days import next_remittance
from app.models import Transaction
from tests.bank.conftest import BankProcess
from tests.web.bulk import boxes, results, send, tick
from tests.web.desk import Desk, token_of

As = Callable[[str], Desk]
SOONEST = "From {}, the next remittance, to {}, the smallest limit of these sales."


@pytest.fixture
def sales(supervisor: Desk) -> list[Transaction]:
    """Two sales to remit in three days, the first of which has to leave a day earlier than the second."""
    mark = uuid.uuid4().hex[:6].upper()
    found = [supervisor.taken(capture_day="3", order_number=f"{mark}-{n}") for n in (1, 2)]
    first = found[0]
    assert first.limit_date is not None
    with supervisor.app.app_context(), unit_of_work(Scope((first.merchant_id,))) as session:
        earlier = first.limit_date - timedelta(days=1)
        session.execute(update(Transaction).where(Transaction.id == first.id).values(limit_date=earlier))
    return [supervisor.sale(sale.reference) for sale in found]


def test_ticked_sales_move_together_and_the_bank_hears_nothing(
    supervisor: Desk, sales: list[Transaction], bank: BankProcess
) -> None:
    limits = [sale.limit_date for sale in sales]
    assert limits[0] is not None
    assert limits[1] is not None
    soonest = next_remittance(now(), ZoneInfo("Europe/Paris"), sales[0].contract.cut_off)
    page = tick(supervisor, "move", sales).text
    assert "Move several sales to another day" in page
    assert SOONEST.format(f"{soonest:%d %b %Y}", f"{limits[0]:%d %b %Y}") in page
    assert f"Some may wait until {limits[1]:%d %b %Y}" in page
    assert f'min="{soonest}"' in page
    assert f'max="{limits[0]}"' in page
    day = soonest + timedelta(days=1)
    done = send(supervisor, page, capture_date=day.isoformat())
    assert "2 done" in done.text
    assert f"Done: it leaves with the remittance of {day:%d %b %Y}." in done.text
    assert {supervisor.sale(sale.reference).capture_date for sale in sales} == {day}
    assert [e["operation"] for e in bank.journal(sales[0].reference)] == ["TRANSACTION"]
    again = send(supervisor, page, capture_date=day.isoformat())
    assert results(again.text) == results(done.text)
    assert [e.kind for e in events(supervisor, sales[0])].count("MOVED") == 1


def test_ticked_sales_move_to_their_shipping_day(supervisor: Desk, sales: list[Transaction]) -> None:
    shipped = sales[0].limit_date
    assert shipped is not None
    done = send(supervisor, tick(supervisor, "move", sales).text, shipping_date=shipped.isoformat())
    assert "2 done" in done.text
    found = [supervisor.sale(sale.reference) for sale in sales]
    assert {(each.capture_date, each.shipping_date) for each in found} == {(shipped, shipped)}


def test_a_row_beyond_its_own_limit_is_refused_with_the_reason_and_the_others_move(
    supervisor: Desk, sales: list[Transaction]
) -> None:
    first, second = sales
    assert second.limit_date is not None
    page = tick(supervisor, "move", sales).text
    done = send(supervisor, page, capture_date=second.limit_date.isoformat())
    found = results(done.text)
    assert found[first.order_number or ""][0] == "not done"
    assert (
        f"This sale must be remitted by {first.limit_date:%d %b %Y} at the latest."
        in found[first.order_number or ""][1]
    )
    assert found[second.order_number or ""][0] == "done"
    assert supervisor.sale(first.reference).capture_date == first.capture_date
    assert supervisor.sale(second.reference).capture_date == second.limit_date


@pytest.mark.parametrize("day", [None, "", "tomorrow", "2026-02-30"])
def test_a_day_that_is_none_is_told_beside_the_field_and_nothing_moves(
    supervisor: Desk, sales: list[Transaction], day: str | None
) -> None:
    page = tick(supervisor, "move", sales).text
    answer = send(supervisor, page, **({} if day is None else {"capture_date": day}))
    assert answer.status_code == 422
    assert 'id="capture_date-error"' in answer.text
    assert len(boxes(answer.text)) == 2
    assert [supervisor.sale(s.reference).capture_date for s in sales] == [s.capture_date for s in sales]


def test_a_day_past_is_refused_row_by_row(supervisor: Desk, sales: list[Transaction]) -> None:
    page = tick(supervisor, "move", sales).text
    found = results(send(supervisor, page, capture_date="2020-01-01").text)
    assert {kind for kind, _ in found.values()} == {"not done"}
    assert all("no earlier day is possible" in text for _, text in found.values())
    assert [supervisor.sale(s.reference).capture_date for s in sales] == [s.capture_date for s in sales]


def test_sales_are_held_and_released_together(supervisor: Desk, sales: list[Transaction]) -> None:
    done = send(supervisor, tick(supervisor, "hold", sales).text, note="flood in the depot")
    assert "2 done" in done.text
    assert "it is held out of the remittances" in done.text
    assert all(supervisor.sale(sale.reference).held for sale in sales)
    again = tick(supervisor, "hold", sales).text
    assert "None of these sales can be done" in again
    page = tick(supervisor, "release", sales).text
    assert "held; limit" in page
    assert "2 done" in send(supervisor, page).text
    assert not any(supervisor.sale(sale.reference).held for sale in sales)


def test_who_may_plan(as_: As, sales: list[Transaction]) -> None:
    for login, status in (("clerk", 403), ("accountant", 403), ("risk", 403), ("auditor", 403), ("manager", 200)):
        for verb in ("move", "hold", "release"):
            answer = as_(login).client.get(f"/bulk/?verb={verb}&sale={sales[0].id}")
            assert answer.status_code == status, (login, verb)
    clerk = as_("clerk")
    form = {"csrf_token": token_of(clerk.client.get("/").text), "key": str(uuid.uuid4()), "verb": "hold"}
    assert clerk.client.post("/bulk/", data=form | {"sale": f"{sales[0].id}:TO_CAPTURE:1234"}).status_code == 403
    assert not as_("supervisor").sale(sales[0].reference).held


def events(desk: Desk, sale: Transaction) -> list[object]:
    """What happened to a sale."""
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        return list(session.get_one(Transaction, sale.id).events)
