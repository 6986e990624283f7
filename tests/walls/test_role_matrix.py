"""What roles hold: exactly what the views declare, FAB's own nothing, and no screen that changes one."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.database import NOTHING, unit_of_work
from app.security.profiles import ADMINISTER, PROFILES
from app.security.sync import ADMIN, PUBLIC, declared, sync
from tests.walls.world import A, World

pytestmark = pytest.mark.usefixtures("without_csrf")


def test_only_list_and_show_of_roles(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {rule for rule in rules if rule.startswith("/roles")} == {"/roles/list/", "/roles/show/<pk>"}
    for gone in (
        "/permissions",
        "/viewmenus",
        "/permissionviews",
        "/groups",
        "/registeruser",
        "/register",
        "/userstatschart",
    ):
        assert not [rule for rule in rules if rule.startswith(gone)], gone
    assert not [rule for rule in rules if rule.startswith("/api/v1/security")]


def test_profiles_have_exactly_what_the_views_declare(app: Flask) -> None:
    with app.app_context():
        builder = app.extensions["appbuilder"]
        wanted = declared(builder)
        with unit_of_work(NOTHING) as session:
            roles = {
                found.name: {(pv.permission.name, pv.view_menu.name) for pv in found.permissions}
                for found in session.scalars(select(Role))
            }
        assert roles[ADMIN] == roles[PUBLIC] == set()
        for name, profile in PROFILES.items():
            expected = {pair for pair, needs in wanted.items() if "everybody" in needs or needs & profile.rights}
            assert roles[name] == expected
        money = {
            pair for pair, needs in wanted.items() if needs and ADMINISTER not in needs and "everybody" not in needs
        }
        assert not roles["Platform administrator"] & money
        sync(builder)  # twice is once


def test_members_of_fabs_admin_role_get_nothing(app: Flask, world: World) -> None:
    with app.app_context(), unit_of_work(NOTHING) as session:
        intruder = session.get(User, world.users[f"risk_{A}"])
        assert intruder is not None
        kept = list(intruder.roles)
        intruder.roles = [session.scalars(select(Role).where(Role.name == ADMIN)).one()]
    try:
        client = world.client(f"risk_{A}")
        for path in ("/transactions/list/", "/users/list/", "/merchants/list/", "/audit/list/"):
            assert client.get(path).status_code == 403
    finally:
        with app.app_context(), unit_of_work(NOTHING) as session:
            found = session.get(User, world.users[f"risk_{A}"])
            assert found is not None
            found.roles = [session.merge(role) for role in kept]


def test_a_view_that_says_no_right_stops_init(app: Flask) -> None:
    with app.app_context():
        builder = app.extensions["appbuilder"]
        view = next(view for view in builder.baseviews if type(view).__name__ == "AlarmView")
        view.rights = {"can_list": "alarms"}
        try:
            with pytest.raises(ValueError, match="AlarmView does not say which right can_show takes"):
                sync(builder)
        finally:
            del view.rights
        sync(builder)
