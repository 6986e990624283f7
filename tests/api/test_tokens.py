"""Bearer tokens: an hour, signed, dead at disabling, role change and a new token version."""

from __future__ import annotations

import subprocess
import time

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.api import tokens as bearer
from app.database import Scope, unit_of_work
from app.extensions import db
from app.models import AuditEntry
from app.security.tokens import end_sessions
from tests.api.client import Client, body_of, problem_of, token_of
from tests.factories import make_user


@pytest.fixture
def person(app: Flask) -> str:
    """A user of no merchant."""
    name = f"person{time.monotonic_ns()}"
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        make_user(session, name, "Auditor")
    return name


def change(app: Flask, statement: str, name: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(statement), {"name": name})


def client(app: Flask, name: str) -> Client:
    with app.app_context():
        return Client(app, token_of(name))


def test_a_token_dies_with_its_person_and_lives_again_only_while_nothing_changed(app: Flask, person: str) -> None:
    api = client(app, person)
    assert api.get("/transactions").status_code == 200
    change(app, "UPDATE ab_user SET active = false WHERE username = :name", person)
    problem_of(api.get("/transactions"), 401, "unauthorized")
    change(app, "DELETE FROM ab_user_role WHERE user_id = (SELECT id FROM ab_user WHERE username = :name)", person)
    change(app, "UPDATE ab_user SET active = true WHERE username = :name", person)
    problem_of(api.get("/transactions"), 401, "unauthorized")


def test_a_token_dies_with_a_role(app: Flask, person: str) -> None:
    api = client(app, person)
    add = """INSERT INTO ab_user_role (user_id, role_id) SELECT u.id, r.id FROM ab_user u, ab_role r
        WHERE u.username = :name AND r.name = 'Clerk'"""
    change(app, add, person)
    problem_of(api.get("/transactions"), 401, "unauthorized")
    assert client(app, person).get("/transactions").status_code == 200


def test_a_token_dies_with_its_version(app: Flask, person: str) -> None:
    api = client(app, person)
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        user_id = session.scalar(text("SELECT id FROM ab_user WHERE username = :name"), {"name": person})
        end_sessions(session, user_id)
    problem_of(api.get("/transactions"), 401, "unauthorized")


def test_a_token_lives_an_hour_of_real_time(app: Flask, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    api = client(app, person)
    began = time.time()
    monkeypatch.setattr(time, "time", lambda: began + bearer.LIFETIME - 5)
    assert api.get("/transactions").status_code == 200
    monkeypatch.setattr(time, "time", lambda: began + bearer.LIFETIME + 5)
    problem_of(api.get("/transactions"), 401, "unauthorized")


def test_a_membership_taken_away_is_gone_at_once(app: Flask, person: str) -> None:
    join = """INSERT INTO membership (user_id, merchant_id) SELECT u.id, m.id FROM ab_user u, merchant m
        WHERE u.username = :name AND m.short_name = 'OTHER'"""
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.execute(text(join), {"name": person})
    api = client(app, person)
    assert api.get("/transactions", merchant="OTHER").status_code == 200
    change(app, "DELETE FROM membership WHERE user_id = (SELECT id FROM ab_user WHERE username = :name)", person)
    problem_of(api.get("/transactions", merchant="OTHER"), 404, "not_found")


def test_identity_and_scope_cost_two_statements(app: Flask, person: str) -> None:
    from sqlalchemy import event

    api, seen = client(app, person), []
    with app.app_context():
        engine = db.engine

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        api.get("/transactions")
        event.remove(engine, "before_cursor_execute", note)
    scope = [statement for statement in seen if "ab_" in statement or "set_config" in statement]
    assert len(scope) <= 2, seen


def test_the_command_prints_a_token_that_works(
    app: Flask, person: str, command: str, environment: dict[str, str]
) -> None:
    done = subprocess.run([command, "api-token", person], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert body_of(Client(app, done.stdout.strip()).get("/transactions"))["items"] == []
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        kinds = session.scalars(select(AuditEntry.kind).where(AuditEntry.actor == "command line")).all()
    assert "token_issued" in kinds
    unknown = subprocess.run([command, "api-token", "no"], env=environment, capture_output=True, text=True, check=False)
    assert unknown.returncode == 1
    assert unknown.stderr.count("\n") == 1
    usage = subprocess.run([command, "api-token"], env=environment, capture_output=True, text=True, check=False)
    assert usage.returncode == 2


def test_refused_access_is_audited_by_its_template(app: Flask, tokens: dict[str, str]) -> None:
    problem_of(Client(app, tokens["clerk"]).get("/remittances/1234567/1"), 403, "not_permitted")
    assert Client(app, tokens["clerk"]).get("/transactions", q="4970100000000006").status_code == 422
    problem_of(Client(app, "forged").get("/transactions/4970100000000006"), 401, "unauthorized")
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        told = session.execute(
            select(AuditEntry.actor, AuditEntry.object).where(AuditEntry.kind.in_(("access_refused", "card_found")))
        ).all()
    assert ("clerk", "GET /api/v1/remittances/<contract>/<number>") in told
    assert ("clerk", "GET /api/v1/transactions: q") in told
    assert ("", "GET /api/v1/transactions/<reference>") in told
