"""Nothing of OTHER reaches PRACTICE: every list, filter, sort, search, id, path and body, and nothing of it changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, Walls, unit_of_work
from app.models import Merchant, Remittance
from tests.api.client import Client, body_of, problem_of
from tests.api.conftest import As
from tests.everything import make_everything
from tests.factories import make_operation, make_transaction

MARKER = "SECRETB"


@pytest.fixture(scope="module")
def theirs(app: Flask) -> dict[str, str]:
    """Rows of OTHER, each text of which holds the marker; PRACTICE has a sale too."""
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            by_name = {each.short_name: each for each in session.scalars(select(Merchant))}
        other, practice = by_name["OTHER"], by_name["PRACTICE"]
        with unit_of_work(Scope((other.id, practice.id), admin=True)) as session:
            make_transaction(session, practice)
            made = make_everything(session, other, MARKER)
            sale = make_transaction(session, other, marker=MARKER)
            asked = make_operation(session, sale, "CANCEL", "REQUESTED", marker=MARKER)
            remittance = session.get_one(Remittance, made["remittance"])
            return {
                "reference": sale.reference,
                "order": sale.order_number or "",
                "customer": sale.customer_id or "",
                "operation": str(asked.id),
                "remittance": f"7654321/{remittance.number}",
            }


@pytest.fixture(params=[True, False], ids=["both walls", "row security alone"])
def walls(request: pytest.FixtureRequest) -> Iterator[None]:
    """With both walls, and with the database's alone."""
    Walls.orm = request.param
    yield
    Walls.orm = True


def paths(theirs: dict[str, str]) -> list[tuple[str, dict[str, object]]]:
    """Every way to read what is theirs."""
    lists = ["/transactions", "/operations", "/remittances", "/unpaid"]
    found: list[tuple[str, dict[str, object]]] = [(each, {}) for each in lists]
    found += [(each, {"merchant": "OTHER"}) for each in lists]
    found += [("/transactions", {name: value}) for name, value in (
        ("q", theirs["reference"]), ("q", MARKER), ("q", theirs["order"]), ("order_number", theirs["order"]),
        ("created_by", f"clerk{MARKER}"), ("customer_id", theirs["customer"]), ("last4", "0006"), ("sort", "amount"),
        ("sort", "order_number"), ("amount", 12345), ("date_from", "2020-01-01"),
    )]  # fmt: skip
    found += [("/operations", {"status": "REQUESTED"}), ("/operations", {"created_by": f"clerk{MARKER}"})]
    found += [("/remittances", {"contract": "7654321"}), (f"/remittances/{theirs['remittance']}", {})]
    return [*found, (f"/transactions/{theirs['reference']}", {})]


@pytest.mark.usefixtures("walls")
def test_reading_gives_nothing_of_theirs(as_: As, theirs: dict[str, str]) -> None:
    for login in ("manager", "auditor"):
        for path, query in paths(theirs):
            response = as_(login).get(path, **query)
            assert response.status_code in (200, 404), (path, query, response.text)
            assert MARKER not in response.text
            assert theirs["reference"] not in response.text
            if response.status_code == 200:
                assert all(each["merchant"] == "PRACTICE" for each in body_of(response)["items"])


@pytest.mark.usefixtures("walls")
def test_writing_changes_nothing_of_theirs(as_: As, theirs: dict[str, str]) -> None:
    manager, owner = as_("manager"), as_("manager2")
    before = body_of(owner.get(f"/transactions/{theirs['reference']}"))
    for verb in ("cancel", "capture", "hold", "amend", "duplicate", "withdraw"):
        problem_of(manager.post(f"/transactions/{theirs['reference']}/{verb}", {"note": "x"}), 404, "not_found")
    for decision in ("approve", "reject"):
        problem_of(manager.post(f"/approvals/{theirs['operation']}/{decision}"), 404, "not_found")
    assert body_of(owner.get(f"/transactions/{theirs['reference']}")) == before


def test_the_owner_sees_it(as_: As, theirs: dict[str, str]) -> None:
    owner: Client = as_("manager2")
    assert MARKER in owner.get("/transactions").text
    assert MARKER in owner.get("/operations", status="REQUESTED").text
    assert owner.get(f"/remittances/{theirs['remittance']}").status_code == 200
    assert MARKER in owner.get("/unpaid").text
