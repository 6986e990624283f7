"""The audit lives and dies with the change it tells of, holds no card and no secret, and is never changed."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import audit
from app.database import Scope, unit_of_work
from app.domain.actor import Actor
from app.models import AuditEntry, Membership
from tests.post.people import merchant, person

CARD = "4970100000000006"
ADMIN = Scope((), admin=True)


def entries(scope: Scope = ADMIN) -> list[AuditEntry]:
    with unit_of_work(scope) as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def actor(*shops: int) -> Actor:
    return Actor(7, "sophie", shops, frozenset())


def test_an_entry_comes_and_goes_with_its_change(app: Flask, shop: int) -> None:
    def fail() -> None:
        with unit_of_work(Scope((shop,))) as session:
            audit.record(session, actor(shop), audit.EXPORTED, "transactions", merchant_id=shop)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert entries() == []
    with unit_of_work(Scope((shop,))) as session:
        audit.record(session, actor(shop), audit.EXPORTED, "transactions", audit.OK, "WEB ::1", shop, {"count": 3})
    (entry,) = entries(Scope((shop,)))
    assert (entry.actor_id, entry.actor, entry.outcome, entry.origin) == (7, "sophie", "OK", "WEB ::1")
    assert entry.data == {"count": 3}


def test_what_was_refused_stays_although_the_request_fails(app: Flask, shop: int) -> None:
    other = merchant("OTHER")
    with app.test_request_context("/api/v1/transactions/ABC", environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        audit.record_refused(actor(shop), audit.ACCESS_REFUSED, "GET /api/v1/transactions/<reference>")
    audit.record_refused("who\0ever", audit.LOGIN, "user whoever")
    audit.record_refused(None, audit.LOGIN, f"user {CARD}")
    found = entries()
    assert [(e.merchant_id, e.actor, e.outcome, e.origin) for e in found] == [
        (shop, "sophie", "REFUSED", "API 192.0.2.7"),
        (None, "whoever", "REFUSED", "MACHINE"),
        (None, "", "REFUSED", "MACHINE"),
    ]
    assert CARD not in found[2].object
    assert entries(Scope((other,))) == []


def test_a_sign_in_that_failed_is_seen_by_the_auditor_of_the_users_merchant(app: Flask, shop: int) -> None:
    person(shop, "anne", "Clerk")
    both = person(shop, "bob", "Clerk")
    with unit_of_work(Scope((), admin=True)) as session:
        session.add(Membership(user_id=both.id, merchant_id=merchant("OTHER")))
    for name in ("Anne", "bob", "nobody"):
        audit.record_refused(name, audit.LOGIN, name)
    assert [(each.actor, each.merchant_id) for each in entries()] == [("Anne", shop), ("bob", None), ("nobody", None)]


def test_an_entry_that_cannot_be_written_does_not_hide_the_refusal(app: Flask, shop: int) -> None:
    audit.record_refused(actor(shop), audit.ACCESS_REFUSED, "x", merchant_id=4711)
    assert entries() == []


def test_no_card_number_no_secret_no_endless_value(app: Flask, shop: int) -> None:
    data: dict[str, Any] = {
        "note": f"typed {CARD}",
        "digits": int(CARD),
        CARD: 1,
        "password": "hunter2",
        "security_code": "123",
        "api-token": "abc",
        "before": {"roles": {"b", "a"}, "deep": {"deeper": {"deepest": {"gone": 1}}}},
        "long": "x" * 5000,
        "nul": "a\0b",
        "many": list(range(500)),
        "none": None,
        "yes": True,
    }
    with unit_of_work(Scope((shop,))) as session:
        audit.record(session, actor(shop), "k" * 99, "o" * 999, merchant_id=shop, data=data)
    (entry,) = entries()
    assert entry.data is not None
    everything = str(entry.data)
    assert CARD not in everything
    assert "hunter2" not in everything
    assert "123" not in (entry.data["security_code"], entry.data["api-token"])
    assert entry.data["before"]["roles"] == ["a", "b"]
    assert len(entry.data["long"]) == 200
    assert entry.data["nul"] == "ab"
    assert len(entry.data["many"]) == 50
    assert (entry.data["none"], entry.data["yes"]) == (None, True)
    assert (len(entry.kind), len(entry.object)) == (40, 120)


@pytest.mark.parametrize("statement", ["UPDATE audit SET outcome = 'OK'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_application_cannot_take_an_entry_back(app: Flask, shop: int, statement: str) -> None:
    audit.record_refused(actor(shop), audit.ACCESS_REFUSED, "x")

    def change() -> None:
        with unit_of_work(Scope((shop,), admin=True)) as session:
            session.execute(text(statement))

    with pytest.raises(DBAPIError) as error:
        change()
    assert getattr(error.value.orig, "sqlstate", "") == "42501"
    assert len(entries()) == 1
