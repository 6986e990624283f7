"""Who gives whom which profile: the administrator, in FAB's own views, never to themselves, and never money to themselves."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.database import NOTHING, Scope, unit_of_work
from app.models import AuditEntry, Membership
from app.security.sync import ADMIN, PUBLIC
from tests.factories import PASSWORD
from tests.walls.world import A, World

pytestmark = pytest.mark.usefixtures("without_csrf")
NEW = {
    "first_name": "Nina",
    "last_name": "New",
    "active": "y",
    "password": "practice-5678-9999",
    "conf_password": "practice-5678-9999",
}


def role(app: Flask, name: str) -> str:
    with app.app_context(), unit_of_work(NOTHING) as session:
        return str(session.scalar(select(Role.id).where(Role.name == name)))


def user(app: Flask, username: str) -> User | None:
    with app.app_context(), unit_of_work(NOTHING) as session:
        found = session.scalar(select(User).where(User.username == username))
        if found:
            _ = [role.name for role in found.roles]
        return found


def test_the_administrator_makes_and_changes_users(app: Flask, world: World) -> None:
    client = world.client("admin")
    form = NEW | {"username": "nina", "email": "nina@example.test", "roles": role(app, "Clerk")}
    assert client.post("/users/add", data=form).status_code == 302
    made = user(app, "nina")
    assert made is not None
    assert [r.name for r in made.roles] == ["Clerk"]
    assert made.password
    assert NEW["password"] not in made.password

    change = {
        "username": "nina",
        "first_name": "Nina",
        "last_name": "Newer",
        "email": "nina@example.test",
        "active": "y",
    }
    answer = client.post(f"/users/edit/{made.id}", data=change | {"roles": role(app, "Supervisor")})
    assert answer.status_code == 302
    changed = user(app, "nina")
    assert changed is not None
    assert [r.name for r in changed.roles] == ["Supervisor"]
    assert changed.password == made.password
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        kinds = set(session.scalars(select(AuditEntry.kind).where(AuditEntry.object == f"user {made.id}")))
    assert {"user_created", "user_changed", "user_roles_changed"} <= kinds


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", " "), ("username", "x"), ("username", "née"), ("username", "a b"), ("username", "a\x01b"),
        ("username", "x" * 300), ("username", "<b>"), ("username", "CLERK_" + A), ("email", "nobody"), ("email", "a@b@c.fr"),
        ("email", "x" * 300 + "@example.test"), ("email", "a@exa\nmple.test"), ("first_name", "Ni\x07na"),
        ("last_name", "x" * 300), ("last_name", "New\u202eweN"),
    ],
)  # fmt: skip
def test_a_users_names_are_refused_beside_their_field(app: Flask, world: World, field: str, value: str) -> None:
    client = world.client("admin")
    form = NEW | {"username": "olga", "email": "olga@example.test", "roles": role(app, "Clerk")} | {field: value}
    answer = client.post("/users/add", data=form)
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text
    assert user(app, form["username"].replace("\0", "")) is None or value.startswith("CLERK")
    existing = world.users[f"risk_{A}"]
    change = {name: text for name, text in form.items() if "password" not in name}
    assert (
        client.post(f"/users/edit/{existing}", data=change | {"username": f"risk_{A}"} | {field: value}).status_code
        == 422
    )


def test_ones_own_name_holds_no_control_characters(app: Flask, world: World) -> None:
    client = world.client(f"clerk_{A}")
    for field, value in (("first_name", "A\x1bB"), ("last_name", "x" * 65)):
        answer = client.post("/own-name/form", data={"first_name": "A", "last_name": "B"} | {field: value})
        assert answer.status_code == 422
        assert "aria-invalid" in answer.text
    assert client.post("/own-name/form", data={"first_name": "A", "last_name": "B"}).status_code == 302


def test_nobody_changes_their_own_roles(app: Flask, world: World) -> None:
    for name in ("admin", "admin2"):
        client, own = world.client(name), world.users[name]
        assert client.get(f"/users/edit/{own}").status_code == 403
        form = {
            "username": name,
            "first_name": "x",
            "last_name": "x",
            "email": "x@example.test",
            "roles": role(app, "Supervisor"),
        }
        assert client.post(f"/users/edit/{own}", data=form).status_code == 403
        found = user(app, name)
        assert found is not None
        assert [r.name for r in found.roles] == ["Platform administrator"]
        page = client.post(
            "/own-name/form", data={"first_name": "A", "last_name": "B", "roles": role(app, "Supervisor")}
        )
        assert page.status_code == 302
        found = user(app, name)
        assert found is not None
        assert [r.name for r in found.roles] == ["Platform administrator"]


@pytest.mark.parametrize("name", [ADMIN, PUBLIC])
def test_fabs_built_in_roles_are_not_offered_and_not_taken(app: Flask, world: World, name: str) -> None:
    client, number = world.client("admin"), role(app, name)
    page = client.get("/users/add").text
    assert f'value="{number}"' not in page[page.index('name="roles"') :]
    form = NEW | {"username": "mallory", "email": "m@example.test", "roles": number}
    assert client.post("/users/add", data=form).status_code == 422
    assert user(app, "mallory") is None


def test_the_administrators_profile_goes_with_no_other(app: Flask, world: World) -> None:
    client = world.client("admin")
    form = NEW | {"username": "both", "email": "both@example.test"}
    answer = client.post(
        "/users/add", data=form | {"roles": [role(app, "Platform administrator"), role(app, "Supervisor")]}
    )
    assert answer.status_code == 422
    assert user(app, "both") is None


def test_an_administrator_works_for_no_merchant(app: Flask, world: World) -> None:
    client = world.client("admin")
    for name in ("admin", "admin2"):
        form = {"user": str(world.users[name]), "merchant": str(world.rows[A]["merchant"])}
        assert client.post("/memberships/add", data=form).status_code == 422
    with app.app_context(), unit_of_work(NOTHING) as session:
        taken = session.scalars(select(Membership.user_id)).all()
    assert not {world.users["admin"], world.users["admin2"]} & set(taken)


def test_a_member_does_not_become_administrator(app: Flask, world: World) -> None:
    client, clerk = world.client("admin"), world.users[f"clerk_{A}"]
    form = {
        "username": "clerk_alpha",
        "first_name": "x",
        "last_name": "x",
        "email": "clerk_alpha@example.test",
        "active": "y",
    }
    answer = client.post(f"/users/edit/{clerk}", data=form | {"roles": role(app, "Platform administrator")})
    assert answer.status_code == 422
    found = user(app, "clerk_alpha")
    assert found is not None
    assert [r.name for r in found.roles] == ["Clerk"]


def test_no_hash_anywhere(world: World) -> None:
    client = world.client("admin")
    pages = [
        "/users/list/",
        f"/users/show/{world.users['admin2']}",
        f"/users/edit/{world.users['admin2']}",
        "/users/add",
        "/users/userinfo/",
    ]
    for path in pages:
        page = client.get(path).text
        assert "scrypt" not in page, path
        assert "pbkdf2" not in page, path
    assert client.get("/users/list/?_flt_0_password=scrypt").status_code == 400
    assert client.get("/users/list/?_oc_UserView=password&_od_UserView=asc").status_code == 400


def test_a_new_password_by_the_administrator_and_by_oneself(app: Flask, world: World) -> None:
    admin, theirs = world.client("admin"), world.client(f"auditor_{A}")
    number = world.users[f"auditor_{A}"]
    assert theirs.get("/users/userinfo/").status_code == 200
    for bad in ("short1", "onlyletterslong", "123456789012", f"x1{'auditor_alpha'}"):
        admin.post(f"/resetpassword/form?pk={number}", data={"password": bad, "conf_password": bad})
        assert theirs.get("/users/userinfo/").status_code == 200, "nothing was changed"
    good = "another-9876-secret"
    assert (
        admin.post(f"/resetpassword/form?pk={number}", data={"password": good, "conf_password": good}).status_code
        == 302
    )
    assert theirs.get("/users/userinfo/").status_code == 302, "the old session is dead"
    assert admin.get(f"/resetpassword/form?pk={world.users['admin']}").status_code == 403

    own = world.client(f"auditor_{A}")
    form = {"current": "wrong", "password": PASSWORD, "conf_password": PASSWORD}
    assert own.post("/resetmypassword/form", data=form).status_code == 422
    assert own.post("/resetmypassword/form", data=form | {"current": good}).status_code == 302
    assert own.get("/users/userinfo/").status_code == 200, "this session goes on"
