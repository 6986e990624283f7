"""Ship part: what is released is said before, the shipped amount validated, the second parcel one click away."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest

from app.models import Transaction
from tests.bank.conftest import BankProcess
from tests.web.desk import Desk, filled_in, token_of
from tests.web.test_shipped_today import deferred

As = Callable[[str], Desk]
SAID = "€25.00 is kept and remitted. €15.00 is released: the customer is not charged for it"


@pytest.fixture
def sale(supervisor: Desk) -> Transaction:
    """40.00 waiting to be validated."""
    return deferred(supervisor, f"P{uuid.uuid4().hex[:6].upper()}", "40.00")


def test_what_is_released_is_said_before_and_the_second_parcel_is_one_click_away(
    supervisor: Desk, sale: Transaction, bank: BankProcess
) -> None:
    assert "€40.00, or less when only a part leaves" in supervisor.form(sale, "validate").text
    first = supervisor.act(sale, "validate", amount="25.00", note="one box")
    assert first.status_code == 200
    assert SAID in first.text
    assert "Validate €25.00, release €15.00" in first.text
    assert supervisor.sale(sale.reference).state == "TO_VALIDATE"
    form = filled_in(first.text)
    assert (form["amount"], form["note"], form["release"]) == ("25.00", "one box", "1500")
    done = supervisor.client.post(f"/transactions/{sale.id}/validate", data=form)
    assert (done.status_code, done.headers["Location"]) == (303, f"/shipped/{sale.id}/rest")
    after = supervisor.sale(sale.reference)
    assert (after.state, after.amount, after.operations[-1].note) == ("TO_CAPTURE", 2500, "one box")
    again = supervisor.client.post(f"/transactions/{sale.id}/validate", data=form)
    assert again.status_code == 303
    assert len(supervisor.sale(sale.reference).operations) == 2
    rest = supervisor.client.get(f"/shipped/{sale.id}/rest").text
    assert "When the rest leaves, €15.00 is charged by a new authorisation of the same card" in rest
    link = re.search(r'href="(/transactions/\d+/duplicate\?parcel=2)"', rest)
    assert link
    duplicate = supervisor.client.get(link[1]).text
    assert "<h1>Second parcel</h1>" in duplicate
    assert ">Charge the second parcel</button>" in duplicate
    form = filled_in(duplicate)
    assert (form["amount"], form["order_number"]) == ("15.00", f"{sale.order_number}-2")
    assert "€15.00</output>" in duplicate or "15.00 EUR</output>" in duplicate
    supervisor.client.post(link[1], data=form | {"capture_mode": "AUTHOR_CAPTURE"})
    rest = supervisor.client.get(f"/shipped/{sale.id}/rest").text
    assert f"{sale.order_number}-2" in rest
    third = filled_in(supervisor.client.get(link[1]).text)
    assert third["order_number"] == f"{sale.order_number}-3", "the number of the second parcel is taken"


def test_another_amount_than_the_one_confirmed_is_said_again(supervisor: Desk, sale: Transaction) -> None:
    form = filled_in(supervisor.act(sale, "validate", amount="25.00").text)
    other = supervisor.client.post(f"/transactions/{sale.id}/validate", data=form | {"amount": "20.00"})
    assert "Validate €20.00, release €20.00" in other.text
    assert supervisor.sale(sale.reference).state == "TO_VALIDATE"
    whole = supervisor.client.post(f"/transactions/{sale.id}/validate", data=form | {"amount": "40.00"})
    assert whole.headers["Location"] == f"/transactions/show/{sale.id}"
    assert supervisor.sale(sale.reference).amount == 4000
    assert "Nothing of this sale was released" in supervisor.client.get(f"/shipped/{sale.id}/rest").text


def test_too_much_and_what_was_cancelled_before(supervisor: Desk, sale: Transaction) -> None:
    assert "At most €40.00 is possible." in supervisor.act(sale, "validate", amount="40.01").text
    supervisor.act(sale, "cancel", amount="10.00")
    page = supervisor.act(sale, "validate", amount="25.00")
    assert "€5.00 is released" in page.text
    supervisor.client.post(f"/transactions/{sale.id}/validate", data=filled_in(page.text))
    assert filled_in(supervisor.client.get(f"/transactions/{sale.id}/duplicate?parcel=2").text)["amount"] == "5.00"
    assert "fill in the €5.00 that was released" in supervisor.form(sale, "duplicate").text


def test_a_long_order_number_keeps_its_32_characters(supervisor: Desk) -> None:
    number = f"{uuid.uuid4().hex}"[:32].upper().replace("4970", "AAAA")
    long = deferred(supervisor, number, "40.00")
    supervisor.act(long, "validate", amount="25.00", release="1500")
    form = filled_in(supervisor.client.get(f"/transactions/{long.id}/duplicate?parcel=2").text)
    assert form["order_number"] == f"{number[:30]}-2"


@pytest.mark.parametrize(
    ("login", "status"),
    [("clerk", 403), ("manager", 200), ("accountant", 403), ("auditor", 403), ("manager2", 404), ("admin", 403)],
)
def test_who_may(as_: As, sale: Transaction, login: str, status: int) -> None:
    desk = as_(login)
    answer = desk.client.get(f"/shipped/{sale.id}/rest")
    assert answer.status_code == status
    assert (sale.order_number or "") in answer.text or status != 200
    token = token_of(desk.client.get("/").text)
    data = {"csrf_token": token, "amount": "25.00", "key": str(uuid.uuid4()), "release": "1500"}
    desk.client.post(f"/transactions/{sale.id}/validate", data=data)
    assert desk.sale(sale.reference).state == ("TO_CAPTURE" if login == "manager" else "TO_VALIDATE")
