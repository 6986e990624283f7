"""Who is asking: few statements, sessions that die, a host that is ours, no GET that changes anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, select

from app.database import NOTHING, unit_of_work
from app.extensions import db
from app.models import Transaction
from app.security.identity import actor_for, parse_key
from app.security.tokens import end_sessions
from tests.factories import PASSWORD
from tests.walls.routes import routes
from tests.walls.world import A, World


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_identity_and_scope_of_an_api_request_take_two_statements(app: Flask, world: World) -> None:
    with app.app_context(), counted(app) as sent:
        actor = actor_for(world.users[f"clerk_{A}"])
        assert actor is not None
        with unit_of_work(actor) as session:
            before = len(sent)
            session.scalars(select(Transaction.id)).all()
    assert before == 1, "the unit's scope comes with its first statement"
    assert len(sent) == 3, sent  # who, scope, and what was asked
    assert actor.merchants == (world.rows[A]["merchant"],)
    assert actor.may("enter")
    assert not actor.may("refund")


IDENTITY, SCOPE = "FROM ab_user", "set_config('app.merchants'"


def test_a_request_of_the_api_takes_one_statement_to_know_who_and_one_to_set_the_scope(
    app: Flask, world: World
) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {world.token(f'manager_{A}')}"}
    reference = world.references[A][0]
    for path in (
        "/api/v1/transactions", "/api/v1/transactions?page_size=2&sort=-amount", f"/api/v1/transactions/{reference}",
        "/api/v1/operations", "/api/v1/remittances", "/api/v1/unpaid",
    ):  # fmt: skip
        with counted(app) as sent:
            assert client.get(path, headers=headers).status_code == 200
        assert [IDENTITY in sent[0], SCOPE in sent[1]] == [True, True], (path, sent)
        assert not [each for each in sent[2:] if IDENTITY in each or "set_config" in each or "ab_" in each], (
            path,
            sent,
        )
        assert len(sent) > 2, "and then what was asked for"


def test_a_request_that_changes_something_asks_once_who_it_is(app: Flask, world: World) -> None:
    """Each database transaction sets its own scope; who is asking is read once, before any of them."""
    client = app.test_client()
    headers = {"Authorization": f"Bearer {world.token(f'manager_{A}')}"}
    path = f"/api/v1/transactions/{world.references[A][7]}"
    for verb, body, status, transactions in (("cancel", {}, 409, 1), ("amend", {"note": "asked once"}, 200, 2)):
        with counted(app) as sent:
            answer = client.post(f"{path}/{verb}", json=body, headers=headers | {"Idempotency-Key": f"once-{verb}"})
        assert answer.status_code == status, answer.data
        assert [number for number, each in enumerate(sent) if IDENTITY in each or "ab_" in each] == [0], sent
        assert SCOPE in sent[1]
        assert sum("set_config" in each for each in sent) == transactions, sent


def test_a_list_page_takes_few_statements(app: Flask, world: World) -> None:
    client = world.client(f"manager_{A}")
    client.get("/transactions/list/")  # permissions of the profile are read once
    with counted(app) as sent:
        assert client.get("/transactions/list/").status_code == 200
    assert len(sent) <= 9, [s[:90] for s in sent]
    with counted(app) as sent:
        assert client.get(f"/transactions/show/{world.rows[A]['transaction']}").status_code == 200
    assert len(sent) <= 12, sent


@pytest.mark.parametrize("value", ["", "0", "-1", "abc", "99999999999", "2147483648", "1.0", "٣", "1\x00", None, True])
def test_what_is_no_key_is_nobody(app: Flask, value: object) -> None:
    assert parse_key(value) is None
    with app.app_context():
        assert actor_for(value) is None


def test_signing_in_and_out(app: Flask, world: World) -> None:
    client = app.test_client()
    token = _token(client.get("/login/?next=/operations/list/%3Fpsize_OperationView=5").text)
    form = {"username": f"clerk_{A.lower()}", "password": PASSWORD, "csrf_token": token}
    answer = client.post("/login/?next=/operations/list/%3Fpsize_OperationView=5", data=form)
    assert (answer.status_code, answer.location) == (302, "/operations/list/?psize_OperationView=5")
    page = client.get("/operations/list/")
    assert page.status_code == 200
    assert client.get("/logout/").status_code == 405, "no link signs anybody out"
    assert client.post("/logout/", data={"csrf_token": _token(page.text)}).status_code == 302
    assert client.get("/operations/list/").status_code == 302


def test_a_copy_of_a_cookie_opens_nothing_after_its_session_signed_out(app: Flask, world: World) -> None:
    def signed_in() -> FlaskClient:
        client = app.test_client()
        form = {
            "username": f"clerk_{A.lower()}",
            "password": PASSWORD,
            "csrf_token": _token(client.get("/login/").text),
        }
        assert client.post("/login/", data=form).status_code == 302
        assert client.get("/operations/list/").status_code == 200
        return client

    here, elsewhere = signed_in(), signed_in()
    bearer = {"Authorization": f"Bearer {world.token(f'clerk_{A}')}"}
    cookie = here.get_cookie("egestion")
    assert cookie is not None
    assert here.post("/logout/", data={"csrf_token": _token(here.get("/").text)}).status_code == 302
    thief = app.test_client()
    thief.set_cookie("egestion", cookie.value)
    assert thief.get("/operations/list/").status_code == 302
    assert thief.post("/counter", data={}).status_code in (302, 400)
    assert elsewhere.get("/operations/list/").status_code == 200, "another session of the same person goes on"
    assert elsewhere.get("/api/v1/transactions", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    "after",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\r\nX:y", "\\\\x"],
)
def test_only_a_path_of_ours_is_followed(app: Flask, world: World, after: str) -> None:
    client = app.test_client()
    token = _token(client.get("/login/").text)
    form = {"username": f"clerk_{A.lower()}", "password": PASSWORD, "csrf_token": token}
    answer = client.post("/login/", query_string={"next": after}, data=form)
    assert answer.status_code == 302
    assert "evil" not in (answer.location or "")
    assert "X:" not in (answer.location or "")


def test_one_message_for_every_failure(app: Flask, world: World) -> None:
    shown = set()
    for name, password in ((f"clerk_{A.lower()}", "wrong"), ("nobody-there", PASSWORD)):
        client = app.test_client()
        form = {"username": name, "password": password, "csrf_token": _token(client.get("/login/").text)}
        page = client.post("/login/", data=form, follow_redirects=True)
        shown.add(re.sub(r"\s+", " ", re.findall(r'class="notice.*?</div>', page.text, re.DOTALL)[0]))
    assert len(shown) == 1


def test_a_session_dies_with_its_users_rights(app: Flask, world: World) -> None:
    client = world.client(f"accountant_{A}")
    assert client.get("/transactions/list/").status_code == 200
    with app.app_context(), unit_of_work(NOTHING) as session:
        end_sessions(session, world.users[f"accountant_{A}"])
    assert client.get("/transactions/list/").status_code == 302

    client = world.client(f"accountant_{A}")
    _active(app, world.users[f"accountant_{A}"], False)
    assert client.get("/transactions/list/").status_code == 302
    with app.app_context():
        assert actor_for(world.users[f"accountant_{A}"]) is None
    _active(app, world.users[f"accountant_{A}"], True)


def _active(app: Flask, user_id: int, active: bool) -> None:
    with app.app_context(), unit_of_work(NOTHING) as session:
        user = session.get(User, user_id)
        assert user is not None
        user.active = active


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "a b", "[::1", "localhost@evil.example"]
)
def test_an_unknown_host_is_refused(app: Flask, world: World, host: str) -> None:
    for path in ("/", "/login/", "/transactions/list/", "/api/v1/transactions"):
        answer = app.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert b"evil" not in answer.data
        assert "evil" not in (answer.location or "")


def test_no_post_without_its_token(app: Flask, world: World) -> None:
    client = world.client(f"manager_{A}")
    for rule, method in routes(app):
        if method != "GET" and not rule.rule.startswith("/api/"):
            path = re.sub(r"<[^>]*>", "1", rule.rule)
            assert client.open(path, method=method).status_code == 400, path


def test_only_get_and_post_and_get_changes_nothing(app: Flask) -> None:
    """What changes something is not reachable by GET: FAB's delete, actions and language switch were."""
    for rule, method in routes(app):
        changing = ("/delete/", "/action/", "/action_post", "/logout", "/lang", "/acknowledge", "/<decision>")
        if any(part in rule.rule for part in changing):
            assert method == "POST", rule.rule


def test_the_language_follows_the_user_then_the_browser(app: Flask, world: World) -> None:
    client = app.test_client()
    assert 'lang="en"' in client.get("/login/", headers={"Accept-Language": "en"}).text
    assert 'lang="fr"' in client.get("/login/", headers={"Accept-Language": "de"}).text
    client = world.client(f"clerk_{A}")
    token = _token(client.get("/").text)
    client.post("/preferences", data={"csrf_token": token, "language": "en", "text_size": "large"})
    elsewhere = app.test_client()
    form = {"username": f"clerk_{A.lower()}", "password": PASSWORD, "csrf_token": _token(elsewhere.get("/login/").text)}
    assert elsewhere.post("/login/", data=form).status_code == 302
    page = elsewhere.get("/", headers={"Accept-Language": "fr"}).text
    assert 'lang="en"' in page
    assert "text-large" in page


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]
