"""Two merchants x every route, action, filter, drop-down and API call: nothing of the other, behind one wall or both."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.database import Scope, unit_of_work
from app.extensions import db, limiter
from app.models.queries.cursor import Position, write_cursor
from app.views.filtered import FilteredView
from config import Settings
from tests.walls.others import FOUND_NOT, NAMING, OTHERS, STAFF, form_of_b, of_b
from tests.walls.routes import BULK, TABLES, view_of
from tests.walls.world import MARKER, A, B, World

OF_NO_ROW = ("/calendar/<day>/",)  # a day is everybody's; what is shown on it is not


@pytest.mark.parametrize("name", STAFF)
def test_no_page_of_a_shows_a_byte_of_b(app: Flask, world: World, walls: str, name: str) -> None:
    client, token = world.client(name), world.token(name)
    for rule, method, path, deed in of_b(app, world, world.references[B][0]):
        if method != "GET":
            continue
        query = form_of_b(world, rule, deed, 0) if rule.endswith(NAMING) else None
        answer = client.get(path, query_string=query, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code < 500, path
        assert OTHERS not in answer.data.upper(), path
        if ("<" in rule and rule not in OF_NO_ROW) or rule == BULK:
            assert answer.status_code in FOUND_NOT, (path, answer.status_code)


@pytest.mark.parametrize("view", sorted(TABLES))
def test_no_filter_sort_or_cursor_reaches_b(app: Flask, world: World, walls: str, view: str) -> None:
    name = f"auditor_{A}" if view != "limits" else f"manager_{A}"
    client, generated = world.client(name), view_of(app, view)
    rows = world.rows[B]
    values = {MARKER[B], world.references[B][0], str(rows["merchant"]), str(rows[TABLES[view]]), B}
    if isinstance(generated, FilteredView):
        for field in generated.filter_class.fields:
            for value in sorted(values):
                _asked(client, f"/{view}/list/", {field.name: value}, (200, 302, 400, 404))
        for sort in generated.filter_class.sorts:
            for cursor in cursors_of(world, generated, sort):
                _asked(client, f"/{view}/list/", {"sort": sort, "page_size": 1, "cursor": cursor}, (200, 400))
        return
    for column, operators in generated.datamodel.operators().items():
        if column not in generated.search_columns:
            continue
        for index in range(len(operators)):
            for value in sorted(values):
                _asked(client, f"/{view}/list/", {f"_flt_{index}_{column}": value}, (200, 302))
    for column in generated.order_columns:
        for direction in ("asc", "desc"):
            kind = type(generated).__name__
            answer = client.get(f"/{view}/list/?_oc_{kind}={column}&_od_{kind}={direction}&psize_{kind}=1")
            assert answer.status_code == 200
            assert OTHERS not in answer.data.upper()


def _asked(client: Any, path: str, query: dict[str, Any], statuses: tuple[int, ...]) -> None:
    answer = client.get(path, query_string=query)
    assert answer.status_code in statuses, (query, answer.status_code)
    page = answer.data.upper()
    for value in query.values():  # what was typed stands in its input, and in the links that keep it
        page = page.replace(str(value).upper().encode(), b"(typed)") if OTHERS not in str(value).encode() else page
    typed = any(OTHERS in str(value).encode() for value in query.values())
    traces = (b"%s-", b"CLERK%s", b"C%s", b"CONTEXT %s", b"NOTE %s") if typed else (b"%s",)
    for trace in traces:
        assert trace % OTHERS not in page, query
    assert b"%s SARL" % OTHERS not in page


def cursors_of(world: World, view: Any, sort: str) -> list[str]:
    """Places in a list right before and right after a row of B."""
    wanted = view.filter_class.sorts[sort]
    with world.app.app_context(), unit_of_work(Scope((world.rows[B]["merchant"],))) as session:
        row = session.scalars(select(view.datamodel.obj).order_by(view.datamodel.obj.id)).first()
        values = tuple(getattr(row, column.key) for column in wanted.columns)
        return [write_cursor(sort, Position(values, row.id, back)) for back in (False, True)]


@pytest.mark.usefixtures("without_csrf")
def test_drop_downs_offer_and_take_own_rows_only(app: Flask, world: World, walls: str) -> None:
    client = world.client(f"manager_{A}")
    for path, values in (
        ("/limits/add", {"verb": "cancel", "amount": "10,00"}),
        ("/reasons/add", {"code": "STOLEN", "label_fr": "x", "label_en": "x"}),
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert OTHERS not in page.data.upper()
        answer = client.post(path, data=values | {"merchant": str(world.rows[B]["merchant"])})
        assert answer.status_code == 422, "the form is shown again"
        assert OTHERS not in answer.data.upper()
    with app.app_context(), unit_of_work(Scope((world.rows[B]["merchant"],))) as session:
        assert not session.scalar(
            select(func.count())
            .select_from(view_of(app, "limits").datamodel.obj)
            .where(view_of(app, "limits").datamodel.obj.verb == "cancel")
        )


def test_lists_of_the_api_hold_own_rows_only(world: World, walls: str) -> None:
    for name in (f"manager_{A}", f"auditor_{A}", f"clerk_{A}"):
        client, headers = world.client(None), {"Authorization": f"Bearer {world.token(name)}"}
        for path in ("/api/v1/transactions", "/api/v1/operations", "/api/v1/remittances", "/api/v1/unpaid"):
            for query in ("", f"?merchant={A}", "?page_size=1"):
                answer = client.get(path + query, headers=headers)
                assert answer.status_code in (200, 403), answer.data
                assert OTHERS not in answer.data.upper()
            assert client.get(f"{path}?merchant={B}", headers=headers).status_code in FOUND_NOT
        for reference in world.references[B]:
            answer = client.get(f"/api/v1/transactions/{reference}", headers=headers)
            assert answer.status_code == 404
            assert OTHERS not in answer.data.upper()


def test_the_first_wall_holds_alone(servers: Settings, world: World) -> None:
    """The same pages read as a role that row security does not bind: the ORM listener is all that stands."""
    unbound = create_app(dataclasses.replace(servers, database_url=servers.check_url or ""))
    limiter.enabled = False  # a new application turns it on
    alone = dataclasses.replace(world, app=unbound)
    client = alone.client(f"auditor_{A}")
    asked = 0
    for rule, method, path, _deed in of_b(unbound, alone, world.references[B][0]):
        if (
            method == "GET"
            and rule.rstrip("/").endswith(("list", "<pk>"))
            and not rule.startswith(("/audit", "/users", "/member"))
        ):
            answer = client.get(path)
            assert answer.status_code in (200, *FOUND_NOT), (path, answer.status_code)
            assert OTHERS not in answer.data.upper(), path
            asked += 1
    assert asked > 25
    with unbound.app_context():
        db.engine.dispose()


def test_without_a_scope_nothing_is_seen(world: World, walls: str) -> None:
    with world.app.app_context(), unit_of_work(Scope()) as session:
        for view in world.app.extensions["appbuilder"].baseviews:
            model = getattr(getattr(view, "datamodel", None), "obj", None)
            if model is not None and hasattr(model, "merchant_id") and model.__tablename__ != "membership":
                assert session.scalars(select(model)).all() == [], model


def test_the_administrator_sees_no_money(app: Flask, world: World, walls: str) -> None:
    client = world.client("admin")
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        for view in ("transactions", "operations", "events", "customers", "alarms", "mails", "remittances", "unpaid"):
            assert session.scalars(select(view_of(app, view).datamodel.obj)).all() == []
            assert client.get(f"/{view}/list/").status_code == 403


def test_no_view_leans_on_base_filters(app: Flask) -> None:
    """FAB's base filters guard lists and records but no action, drop-down or child list, so nothing here needs them."""
    for view in app.extensions["appbuilder"].baseviews:
        assert not getattr(view, "base_filters", None), view
