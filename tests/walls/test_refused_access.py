"""Refused access leaves a row in the audit (PCI DSS 10.2.1.4): a right one lacks, and a row that is another merchant's."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit import ACCESS_REFUSED
from app.database import Scope, unit_of_work
from app.models import AuditEntry
from tests.walls.world import A, B, World

Told = list[tuple[str, str, int]]


def told(app: Flask, world: World, after: int = 0) -> Told:
    """Who was refused what with which status, in A's audit, after a row's id."""
    rows = (
        select(AuditEntry)
        .where(AuditEntry.kind == ACCESS_REFUSED, AuditEntry.outcome == "REFUSED", AuditEntry.id > after)
        .order_by(AuditEntry.id)
    )
    with app.app_context(), unit_of_work(Scope((world.rows[A]["merchant"],))) as session:
        return [(each.actor, each.object, (each.data or {})["status"]) for each in session.scalars(rows)]


def newest(app: Flask, world: World) -> int:
    """The id of A's newest row."""
    with app.app_context(), unit_of_work(Scope((world.rows[A]["merchant"],))) as session:
        return session.scalar(select(func.max(AuditEntry.id))) or 0


@pytest.mark.parametrize("name", ["clerk", "manager"])
def test_asking_for_another_merchants_row_is_seen(app: Flask, world: World, name: str) -> None:
    client, token = world.client(f"{name}_{A}"), world.token(f"{name}_{A}")
    before = newest(app, world)
    theirs, reference = world.rows[B]["transaction"], world.references[B][0]
    assert client.get(f"/transactions/show/{theirs}").status_code == 404
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get(f"/api/v1/transactions/{reference}", headers=bearer).status_code == 404
    who = f"{name}_{A.lower()}"
    assert told(app, world, before) == [
        (who, "GET /transactions/show/<pk>", 404),
        (who, "GET /api/v1/transactions/<reference>", 404),
    ]


def test_a_right_one_lacks_is_seen(app: Flask, world: World) -> None:
    client, token = world.client(f"clerk_{A}"), world.token(f"clerk_{A}")
    before = newest(app, world)
    assert client.get("/approvals/").status_code == 403
    answer = client.get("/api/v1/remittances", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    who = f"clerk_{A.lower()}"
    assert told(app, world, before) == [(who, "GET /approvals/", 403), (who, "GET /api/v1/remittances", 403)]


def test_what_is_found_and_what_is_no_row_leave_none(app: Flask, world: World) -> None:
    client = world.client(f"clerk_{A}")
    before = newest(app, world)
    assert client.get(f"/transactions/show/{world.rows[A]['transaction']}").status_code == 200
    assert client.get("/no-such-page").status_code == 404
    assert client.get("/static/no-such-file.js").status_code == 404
    assert world.client(None).get(f"/transactions/show/{world.rows[B]['transaction']}").status_code in (302, 404)
    assert told(app, world, before) == []
