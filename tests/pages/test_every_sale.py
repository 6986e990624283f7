"""The page of a sale opens for everybody who may read it, whatever became of the sale and of each of its operations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.states import STORED, OperationName, OperationStatus, State
from app.models import Operation
from app.views.shipped import ShippedView
from app.views.uncertain import UncertainView
from config import Settings
from tests.factories import make_operation
from tests.house_fixtures import empty
from tests.pages.shop import LOGINS, Shop

AMOUNT, PART = 12_345, 5_000
ASKED_OF = {
    OperationName.CREDIT: (State.CAPTURED, {}),
    OperationName.VALIDATE: (State.TO_VALIDATE, {}),
    OperationName.CANCEL: (State.TO_CAPTURE, {}),
    OperationName.CAPTURE: (State.TO_CAPTURE, {}),
    OperationName.AMEND: (State.TO_CAPTURE, {}),
    OperationName.DUPLICATE: (State.TO_CAPTURE, {}),
    OperationName.ACCEPT_CHALLENGE: (State.TO_CHALLENGE, {}),
    OperationName.REFUSE_CHALLENGE: (State.TO_CHALLENGE, {}),
    OperationName.ADVICE: (State.REFERRAL, {}),
    OperationName.CHARGEBACK: (State.CAPTURED, {}),
    OperationName.REPRESENTMENT: (State.CAPTURED, {}),
}
SET_ASIDE: dict[str, Any] = {"held": True, "capture_error": "05"}


@pytest.fixture(scope="module")
def shop(app: Flask, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Shop]:
    """One shop for all of these tests; they only look."""
    empty(servers, written_tables)
    yield Shop(app)
    empty(servers, written_tables)


@pytest.fixture(scope="module")
def sales(shop: Shop) -> dict[str, int]:
    """A sale of each state, one set aside, one shipped in part, and one for each thing asked and what became of it."""
    made = {state.value: shop.sale(state).id for state in STORED}
    made["set aside"] = shop.sale(State.TO_CAPTURE, **SET_ASIDE).id
    with shop.books() as session:
        for name, (state, values) in ASKED_OF.items():
            for status in OperationStatus:
                sale = session.merge(shop.sale(state, **values))
                make_operation(session, sale, name, status, amount=PART)
                made[f"{name} {status}"] = sale.id
    return made


@pytest.mark.parametrize("login", [login for login in LOGINS if login != "admin"])
def test_the_page_of_every_sale_opens(sales: dict[str, int], shop: Shop, login: str) -> None:
    client = shop.client(login)
    wrong = {name: answer for name, id in sales.items() if (answer := _status(client, id)) != 200}
    assert not wrong


def test_who_may_decide_is_led_to_the_evidence_and_to_the_rest(sales: dict[str, int], shop: Shop) -> None:
    uncertain, part = f"/transactions/show/{sales['PENDING']}", f"/transactions/show/{sales['VALIDATE DONE']}"
    for login, leads in (("clerk", False), ("supervisor", True), ("auditor", False), ("manager", True)):
        client = shop.client(login)
        assert (f"{UncertainView.route_base}/{_asked(shop, sales['PENDING'])}" in client.get(uncertain).text) is leads
        assert (f"{ShippedView.route_base}/{sales['VALIDATE DONE']}/rest" in client.get(part).text) is leads


def test_no_template_asks_what_the_compiler_answers_for_everybody(shop: Shop) -> None:
    """Jinja folds a filter of constants when it compiles: whoever comes first would decide for all. A call is not folded."""
    folded = re.compile(r"""["']can_\w+["'] *\| *is_item_visible\(["']""")
    folder = Path(shop.app.root_path) / "templates"
    assert [each.name for each in folder.rglob("*.html") if folded.search(each.read_text(encoding="utf-8"))] == []


def test_what_a_template_asks_of_a_view_is_one_of_its_permissions(shop: Shop) -> None:
    asked = re.compile(r"""has_access\("(\w+)", "(\w+)"\)""")
    folder = Path(shop.app.root_path) / "templates"
    found = {pair for each in folder.rglob("*.html") for pair in asked.findall(each.read_text(encoding="utf-8"))}
    views = {type(view).__name__: view for view in shop.app.extensions["appbuilder"].baseviews}
    assert found
    assert [(right, name) for right, name in sorted(found) if right not in views[name].base_permissions] == []


def _status(client: Any, id: int) -> int:
    return int(client.get(f"/transactions/show/{id}").status_code)


def _asked(shop: Shop, sale: int) -> int:
    with shop.books() as session:
        return int(session.scalars(select(Operation.id).where(Operation.transaction_id == sale)).one())
