"""What is done to a merchant's people is seen by that merchant's auditor, whoever does it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.audit import CREDENTIAL_CHANGED, USER_CHANGED, USER_ROLES_CHANGED
from app.database import Scope, unit_of_work
from app.models import AuditEntry, Merchant
from tests.factories import PASSWORD, make_user
from tests.walls.world import A, B, World

pytestmark = pytest.mark.usefixtures("without_csrf")
NEW = "another-password-2026"


def somebody(app: Flask, world: World, name: str) -> int:
    """The number of a new supervisor of A, so that the shared world's people stay as they are."""
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        world.users[name] = make_user(
            session, name, "Supervisor", [session.get_one(Merchant, world.rows[A]["merchant"])]
        ).id
    return world.users[name]


def seen(app: Flask, world: World, merchant: str, user_id: int) -> list[tuple[str, str]]:
    """Kind and actor of the entries about a user that the merchant's auditor sees."""
    with app.app_context(), unit_of_work(Scope((world.rows[merchant]["merchant"],))) as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(each.kind, each.actor) for each in rows if each.object.split()[:2] == ["user", str(user_id)]]


def test_the_administrator_gives_a_new_password(app: Flask, world: World) -> None:
    user_id = somebody(app, world, "told.password")
    answer = world.client("admin").post(
        f"/resetpassword/form?pk={user_id}", data={"password": NEW, "conf_password": NEW}
    )
    assert answer.status_code == 302
    assert (CREDENTIAL_CHANGED, "admin") in seen(app, world, A, user_id)
    assert seen(app, world, B, user_id) == []


def test_the_administrator_gives_another_profile(app: Flask, world: World) -> None:
    name = "told.profile"
    user_id = somebody(app, world, name)
    client = world.client("admin")
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        role = session.scalar(select(Role.id).where(Role.name == "Auditor"))
    form = {"username": name, "first_name": "R", "last_name": "I", "email": f"{name}@example.test", "active": "y"}
    assert client.post(f"/users/edit/{user_id}", data=form | {"roles": [str(role)]}).status_code == 302
    assert {(USER_CHANGED, "admin"), (USER_ROLES_CHANGED, "admin")} <= set(seen(app, world, A, user_id))


def test_a_person_changes_their_own_password_and_name(app: Flask, world: World) -> None:
    name = "told.own"
    user_id = somebody(app, world, name)
    client = world.client(name)
    assert client.post("/own-name/form", data={"first_name": "Another", "last_name": "Person"}).status_code == 302
    form = {"current": PASSWORD, "password": NEW, "conf_password": NEW}
    assert client.post("/resetmypassword/form", data=form).status_code == 302
    assert {(USER_CHANGED, name), (CREDENTIAL_CHANGED, name)} <= set(seen(app, world, A, user_id))
    assert seen(app, world, B, user_id) == []
