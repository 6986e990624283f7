"""Two merchants x every acting route x every profile: not a digest of the other's tables changes, behind one wall or both."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import Transaction
from config import Settings
from tests.walls.filled import body_of, key
from tests.walls.judge import owned_by
from tests.walls.others import FOUND_NOT, NAMING, OTHERS, STAFF, form_of_b, of_b, send
from tests.walls.routes import ACTION_POST, BULK, FORMS, deeds
from tests.walls.world import STATES, A, B, World


@pytest.mark.usefixtures("without_csrf")
@pytest.mark.parametrize("name", STAFF)
def test_nothing_of_b_is_changed_by_a(app: Flask, servers: Settings, world: World, walls: str, name: str) -> None:
    """Whole forms for every verb on B's sales in every state; the rest of B's rows are asked for once."""
    before = owned_by(servers, world.rows[B]["merchant"])
    client, token = world.client(name), world.token(name)
    for number, reference in enumerate(world.references[B]):
        for rule, method, path, deed in of_b(app, world, reference):
            names_rows = "<" in rule or rule.endswith(NAMING)
            if method == "GET" or not names_rows or not (number == 0 or rule.startswith("/api/") or rule == FORMS):
                continue
            form = body_of(path, merchant=B) if rule.startswith("/api/") else form_of_b(world, rule, deed, number)
            answer = send(client, method, path, token, form)
            assert OTHERS not in answer.data.upper(), path
            assert answer.status_code in FOUND_NOT, (path, deed, answer.status_code, answer.data[:200])
    assert owned_by(servers, world.rows[B]["merchant"]) == before


@pytest.mark.usefixtures("without_csrf")
@pytest.mark.parametrize("name", STAFF)
def test_a_row_of_b_among_rows_of_a_is_left_alone(
    app: Flask, servers: Settings, world: World, walls: str, name: str
) -> None:
    """Forms that take several rows, sent with one of A's own and one of B's; pasted numbers; B named in a drop-down."""
    merchant, sales = world.rows[B]["merchant"], world.sales
    before, client = owned_by(servers, merchant), world.client(name)
    for number, state in enumerate(STATES):
        ticked = [f"{sales[side][number]}:{state}:12345" for side in (A, B)]
        for verb in deeds(app, BULK):
            form = {"verb": verb, "sale": ticked, "key": key(), "note": "both", "capture_date": "2026-11-25"}
            _untold(client.post(BULK, data=form | {"reason": "RETURNED"}))
        for action in deeds(app, f"/transactions{ACTION_POST}"):
            rows = [str(sales[side][number]) for side in (A, B)]
            _untold(client.post("/transactions/action_post", data={"action": action, "rowid": rows}))
    alarms = [str(world.rows[side]["alarm"]) for side in (A, B)]
    _untold(client.post("/alarms/acknowledge", data={"alarm": alarms, "note": "both"}))
    with app.app_context(), unit_of_work(Scope((merchant,))) as session:
        numbers = [sale.order_number or "" for sale in session.scalars(select(Transaction))]
    assert client.post("/shipped/", data={"numbers": "\n".join(numbers)}).status_code in (200, 403)
    for path, values in (
        ("/limits/add", {"verb": "refund", "amount": "1,00"}),
        ("/reasons/add", {"code": "OURS", "label_fr": "x", "label_en": "x"}),
    ):
        _untold(client.post(path, data=values | {"merchant": str(merchant)}))
    assert owned_by(servers, merchant) == before


def _untold(answer: Any) -> None:
    assert answer.status_code < 500
    assert OTHERS not in answer.data.upper()


def test_the_judge_sees_every_table_and_the_smallest_change(app: Flask, servers: Settings, world: World) -> None:
    merchant_id = world.rows[B]["merchant"]
    before = owned_by(servers, merchant_id)
    ours = {mapper.class_.__tablename__ for mapper in Model.registry.mappers if hasattr(mapper.class_, "merchant_id")}
    assert ours <= set(before)
    assert {name for name, (count, _) in before.items() if not count} <= {"submission", "user_setting"}, (
        "B has one of everything"
    )
    with app.app_context(), unit_of_work(Scope((merchant_id,))) as session:
        sale = session.get_one(Transaction, world.sales[B][0])
        sale.held = not sale.held
    changed = owned_by(servers, merchant_id)
    with app.app_context(), unit_of_work(Scope((merchant_id,))) as session:
        sale = session.get_one(Transaction, world.sales[B][0])
        sale.held = not sale.held
    assert {name for name in before if changed[name] != before[name]} == {"transaction"}
    assert owned_by(servers, merchant_id) == before
