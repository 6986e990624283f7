"""Several sales at once: who may, and nobody another merchant's."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from app.models import Transaction
from tests.bank.conftest import BankProcess
from tests.web.bulk import boxes, cancels, results, send, tick
from tests.web.desk import Desk, token_of

As = Callable[[str], Desk]


@pytest.mark.parametrize(
    ("login", "status"),
    [("clerk", 200), ("supervisor", 200), ("manager", 200), ("accountant", 403), ("risk", 403), ("auditor", 403), ("admin", 403)],
)  # fmt: skip
def test_who_may(as_: As, sales: list[Transaction], login: str, status: int) -> None:
    desk = as_(login)
    answer = desk.client.get(f"/bulk/?verb=cancel&sale={sales[0].id}")
    assert answer.status_code == status
    page = as_("supervisor").client.get(f"/bulk/?verb=cancel&sale={sales[0].id}").text
    data = {"csrf_token": token_of(desk.client.get("/").text), "key": str(uuid.uuid4()), "verb": "cancel"}
    done = desk.client.post("/bulk/", data=data | {"sale": boxes(page)})
    assert done.status_code == status
    cancelled = as_("supervisor").sale(sales[0].reference).state == "CANCELLED"
    assert cancelled == (login in ("supervisor", "manager")), "a clerk cancels own sales only"
    if login == "clerk":
        assert "Your profile does not allow this." in answer.text
        assert results(done.text)[sales[0].order_number or ""] == ("not done", "Your profile does not allow this.")


def test_a_clerk_cancels_own_sales_of_the_day_together(clerk: Desk, sales: list[Transaction]) -> None:
    own = [clerk.taken(order_number=f"OWN-{uuid.uuid4().hex[:6]}") for _ in range(2)]
    page = tick(clerk, "cancel", [*own, *sales]).text
    assert len(boxes(page)) == 2
    assert "2 done" in send(clerk, page).text
    assert {clerk.sale(sale.reference).state for sale in sales} == {"TO_CAPTURE"}


def test_sales_of_another_merchant_are_not_there(as_: As, sales: list[Transaction], bank: BankProcess) -> None:
    other = as_("manager2")
    own = other.taken(order_number="Z-1")
    mixed = f"/bulk/?verb=cancel&sale={own.id}&sale={sales[0].id}"
    answer = other.client.get(mixed)
    assert answer.status_code == 404
    assert (sales[0].order_number or "") not in answer.text
    for verb in ("cancel", "validate", "move", "hold", "release"):
        assert tick(other, verb, [own, sales[0]]).status_code == 404, verb
    page = other.client.get(f"/bulk/?verb=cancel&sale={own.id}").text
    stolen = [*boxes(page), f"{sales[0].id}:TO_CAPTURE:1000"]
    assert send(other, page, sale=stolen).status_code == 404
    assert cancels(bank, [own, sales[0]]) == [[], []], "all or nothing is looked at before anything is done"
