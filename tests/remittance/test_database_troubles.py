"""What the database refuses one sale (too slow, a deadlock, its connection lost) is that sale's trouble; a server that is
away is everybody's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import database
from app.domain.states import OperationName
from plugins.payment_gateway import resolution, together, waiting
from plugins.payment_gateway.remittance import aside, batch, captures
from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.shop import Shop


def too_slow(session: Session) -> None:
    session.execute(text("SET LOCAL statement_timeout = '20ms'"))
    session.execute(text("SELECT pg_sleep(5)"))


def lost(session: Session) -> None:
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


Trouble = Callable[[Session], None]
either = pytest.mark.parametrize("trouble", [too_slow, lost])


def _spoil(monkeypatch: pytest.MonkeyPatch, transaction_id: int, trouble: Trouble) -> None:
    """Let the database refuse one sale's capture, whoever sends it."""
    intend = captures.intent_of

    def spoilt(case: Any, *more: Any) -> Any:
        if case.transaction.id == transaction_id:
            trouble(case.session)
        return intend(case, *more)

    monkeypatch.setattr(captures, "intent_of", spoilt)
    monkeypatch.setattr(batch, "intent_of", spoilt)


def _due_this_evening(shop: Shop, clock: BusinessClock) -> list[str]:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(6)]
    clock.at("2027-03-10 21:00")
    return references


@either
def test_one_sale_is_counted_and_set_aside_while_the_others_leave(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    references = _due_this_evening(shop, clock)
    poison, good = references[2], [each for each in references if each != references[2]]
    _spoil(monkeypatch, shop.sale(poison).id, trouble)
    assert evening.run().sent == {"ASIDE": 1, "DONE": 5}
    assert {shop.sale(each).state for each in good} == {"CAPTURED"}
    assert shop.sale(poison).capture_tries == 1
    for _ in range(aside.MOST_TRIES - 1):
        evening.no_pause()
        assert evening.run().sent == {"ASIDE": 1}
    assert shop.sale(poison).capture_error == "ASIDE"
    assert shop.alarms() == ["capture_refused"]
    shop.differs.add(poison)


@either
def test_a_try_that_cannot_be_noted_ends_no_pass(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    references = _due_this_evening(shop, clock)
    _spoil(monkeypatch, shop.sale(references[0]).id, trouble)

    def refused(merchant_id: int, *_: Any) -> None:
        with database.unit_of_work(database.Scope((merchant_id,))) as session:
            trouble(session)

    monkeypatch.setattr(captures, "note_try", refused)
    assert evening.run().sent == {"ASIDE": 1, "DONE": 5}
    monkeypatch.undo()
    evening.run()
    assert shop.sale(references[0]).state == "CAPTURED"


@either
def test_results_that_cannot_be_written_together_are_written_each_by_itself(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(4)]
    clock.at("2027-03-10 21:00")
    monkeypatch.setattr(together, "reject_overtaken", lambda case: trouble(case.session))
    assert evening.run().sent == {"DONE": 4}
    assert {shop.sale(each).state for each in references} == {"CAPTURED"}


def test_a_server_that_is_away_ends_the_pass_and_counts_against_no_sale(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(3)]
    clock.at("2027-03-10 21:00")
    for each in references:
        _spoil(monkeypatch, shop.sale(each).id, lost)
    with monkeypatch.context() as gone:
        gone.setattr(database, "_answers", lambda: False)
        with pytest.raises(OperationalError):
            evening.run()
    monkeypatch.undo()
    assert [shop.sale(each).capture_tries for each in references] == [0, 0, 0]
    evening.run()
    assert {shop.sale(each).state for each in references} == {"CAPTURED"}


def test_a_lost_connection_is_told_from_a_server_that_is_away(shop: Shop) -> None:
    with (
        pytest.raises(OperationalError) as seen,
        database.unit_of_work(database.Scope((shop.id,))) as session,
    ):
        lost(session)
    assert not database.is_away(seen.value)
    assert database.is_away(OperationalError("SELECT 1", {}, psycopg.OperationalError("connection refused")))


DEADLOCK = OperationalError("SELECT 1", {}, psycopg.errors.DeadlockDetected("deadlock detected"))


def test_waiting_refunds_go_on_after_one_that_met_a_deadlock(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.night()
    clock.at("2027-03-11 15:00")
    references = [shop.captured() for _ in range(3)]
    for reference in references:
        shop.act(reference, "refund", amount=1_000)
    clock.at("2027-03-11 23:06")
    send, note = waiting.send_one, waiting._failed
    first, second = (shop.last(each).id for each in references[:2])

    def deadlock(merchant_id: int, operation: int, **more: Any) -> None:
        if operation in (first, second):
            raise DEADLOCK
        send(merchant_id, operation, **more)

    def unnoted(merchant_id: int, operation: int, error: Exception) -> None:
        if operation == second:
            raise DEADLOCK
        note(merchant_id, operation, error)

    monkeypatch.setattr(waiting, "send_one", deadlock)
    monkeypatch.setattr(waiting, "_failed", unnoted)
    waiting.send_all(OperationName.CREDIT)
    assert [shop.last(each).status for each in references] == ["WAITING", "WAITING", "DONE"]
    assert shop.last(references[0]).evidence["tries"] == 1
    monkeypatch.undo()
    waiting.send_all(OperationName.CREDIT)
    assert {shop.last(each).status for each in references} == {"DONE"}


def test_inquiries_go_on_after_one_that_met_a_deadlock(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-11 15:00")
    references = [shop.sold() for _ in range(2)]
    for reference in references:
        shop.bank.fault("cancel", "cut_after_commit", reference=reference)
        assert shop.act(reference, "cancel").status == 202
    take, first = resolution._take, shop.last(references[0]).id

    def deadlock(session: Session, operation_id: int, at: Any) -> Any:
        if operation_id == first:
            raise DEADLOCK
        return take(session, operation_id, at)

    monkeypatch.setattr(resolution, "_take", deadlock)
    resolution.resolve_open()
    assert shop.sale(references[1]).state == "CANCELLED"
    monkeypatch.undo()
    resolution.resolve_open()
    assert shop.sale(references[0]).state == "CANCELLED"
