"""A membership goes by the administrator's own form alone: no GET, no form of another, nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import AuditEntry, Membership
from tests.walls.world import A, World

pytestmark = pytest.mark.usefixtures("world_made_anew")


def test_a_membership_goes_by_the_administrators_own_form_alone(app: Flask, world: World) -> None:
    def memberships() -> list[int]:
        with app.app_context(), unit_of_work(Scope(admin=True)) as unit:
            return list(unit.scalars(select(Membership.id).where(Membership.user_id == world.users[f"auditor_{A}"])))

    (row,) = memberships()
    path, admin, manager = f"/memberships/delete/{row}", world.client("admin"), world.client(f"manager_{A}")
    token, others = (_token(client.get("/").text) for client in (admin, manager))
    assert admin.get(path).status_code == 405
    assert admin.get(path, headers={"X-HTTP-Method-Override": "POST"}).status_code == 405
    assert admin.post(path).status_code == 400
    assert admin.post(path, data={"csrf_token": others}).status_code == 400
    assert manager.post(path, data={"csrf_token": others}).status_code == 403
    nobody = world.client(None)
    assert nobody.post(path, data={"csrf_token": _token(nobody.get("/login/").text)}).status_code == 302
    assert memberships() == [row]
    assert admin.post(path, data={"csrf_token": token}).status_code == 302
    assert memberships() == []
    with app.app_context(), unit_of_work(Scope(admin=True)) as unit:
        entries = unit.scalars(select(AuditEntry.actor).where(AuditEntry.object == f"membership {row} deleted")).all()
    assert entries == ["admin"]
    assert world.client(f"auditor_{A}").get("/transactions/list/").text.count(world.references[A][0]) == 0


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]
