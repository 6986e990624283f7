"""Alarms worked off: the open ones first, taken note of together with a note, by whom and when."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.alarms import CAPTURE_REFUSED, EXPIRES_SOON, raise_alarm
from app.database import Scope, now, unit_of_work
from app.models import Alarm, AuditEntry, Transaction
from tests.web.desk import Desk, token_of

As = Callable[[str], Desk]


@pytest.fixture
def sale(supervisor: Desk) -> Transaction:
    """A sale to have alarms about; no other alarm is open."""
    sale = supervisor.taken(order_number="ALARM-1")
    with supervisor.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        session.execute(
            update(Alarm)
            .where(Alarm.acknowledged_at.is_(None))
            .values(acknowledged_at=now(), acknowledged_by="supervisor")
        )
    return sale


def alarm(desk: Desk, sale: Transaction, message: str, kind: str = CAPTURE_REFUSED) -> int:
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        made = raise_alarm(session, sale.merchant_id, kind, message, transaction_id=sale.id, mail=False)
        session.flush()
        return int(made.id)


def post(desk: Desk, path: str = "/alarms/acknowledge", **fields: object) -> TestResponse:
    token = token_of(desk.client.get("/").text)
    return desk.client.post(path, data={"csrf_token": token, **fields})


def stored(desk: Desk, ids: list[int]) -> list[tuple[str | None, str | None]]:
    with desk.app.app_context(), unit_of_work(Scope(admin=False, merchants=(1, 2, 3, 4))) as session:
        rows = session.scalars(select(Alarm).where(Alarm.id.in_(ids)).order_by(Alarm.id))
        return [(row.acknowledged_by, row.note) for row in rows]


def section(page: str, table: str) -> str:
    found = re.search(rf'<table[^>]*id="{table}".*?</table>', page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def test_open_ones_stand_first_and_are_acknowledged_together_with_a_note(supervisor: Desk, sale: Transaction) -> None:
    ids = [alarm(supervisor, sale, f"what happened {n}", EXPIRES_SOON if n else CAPTURE_REFUSED) for n in range(3)]
    page = supervisor.client.get("/alarms/").text
    shown = section(page, "open-alarms")
    assert shown.index("what happened 2") < shown.index("what happened 1") < shown.index("what happened 0")
    assert "Capture refused" in shown
    assert "ALARM-1" in shown
    done = post(supervisor, alarm=[str(ids[0]), str(ids[2])], note="called the customer")
    assert (done.status_code, done.headers["Location"]) == (303, "/alarms/")
    assert supervisor.flashes() == ["2 alarms are acknowledged."]
    assert stored(supervisor, ids) == [
        ("supervisor", "called the customer"),
        (None, None),
        ("supervisor", "called the customer"),
    ]
    page = supervisor.client.get("/alarms/").text
    assert "what happened 1" in section(page, "open-alarms")
    assert "what happened 0" not in section(page, "open-alarms")
    taken = section(page, "taken-alarms")
    assert "supervisor" in taken
    assert "called the customer" in taken
    assert "called the customer" in supervisor.client.get(f"/alarms/show/{ids[0]}").text


def test_who_comes_second_changes_nothing_and_is_told(as_: As, supervisor: Desk, sale: Transaction) -> None:
    number = alarm(supervisor, sale, "once")
    post(supervisor, f"/alarms/{number}/acknowledge", note="I was first")
    supervisor.flashes()
    manager = as_("manager")
    post(manager, alarm=[str(number)], note="second")
    assert manager.flashes() == ["Somebody had acknowledged it before you."]
    assert stored(supervisor, [number]) == [("supervisor", "I was first")]


def test_a_wrong_note_is_told_beside_it_and_the_ticks_stay(supervisor: Desk, sale: Transaction) -> None:
    number = alarm(supervisor, sale, "note")
    for note in ("x" * 257, "card 4970 1000 0000 0006"):
        answer = post(supervisor, alarm=[str(number)], note=note)
        assert answer.status_code == 422
        assert 'id="note-error"' in answer.text
        assert f'name="alarm" value="{number}" checked' in answer.text
        assert "4970 1000" not in answer.text
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.kind, last.outcome, last.object) == ("card_found", "REFUSED", "/alarms/acknowledge: note")
        assert (last.merchant_id, last.data) == (sale.merchant_id, {"alarms": [number]})
    assert stored(supervisor, [number]) == [(None, None)]
    assert post(supervisor).status_code == 303
    assert supervisor.flashes() == ["No row is ticked."]


@pytest.mark.parametrize(
    ("login", "looks", "acts"),
    [
        ("clerk", 403, 403), ("manager", 200, 303), ("accountant", 403, 403), ("risk", 403, 403), ("auditor", 200, 403),
        ("admin", 403, 403), ("manager2", 200, 404),
    ],
)  # fmt: skip
def test_who_may(as_: As, supervisor: Desk, sale: Transaction, login: str, looks: int, acts: int) -> None:
    number, desk = alarm(supervisor, sale, "for whom"), as_(login)
    page = desk.client.get("/alarms/")
    assert page.status_code == looks
    assert ("for whom" in page.text) == (login in ("manager", "auditor"))
    assert ('name="alarm"' in page.text) == (login == "manager")
    for path, fields in (("/alarms/acknowledge", {"alarm": [str(number)]}), (f"/alarms/{number}/acknowledge", {})):
        assert post(desk, path, **fields).status_code == acts
    assert stored(supervisor, [number]) == [("manager" if login == "manager" else None, None)]
    assert post(as_("supervisor"), alarm=["x"]).status_code == 404
