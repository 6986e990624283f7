"""What cannot be done is in nobody's way: a sweep takes so many of the oldest, and failures are not always those."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from app.database import Scope, real_now, unit_of_work
from app.models import Alarm, Operation, Transaction
from plugins.payment_gateway import lapses, resolution, waiting
from plugins.payment_gateway.remittance import warnings
from tests.service.clock import BusinessClock
from tests.service.shop import Shop, statuses

LONG_AGO = date(2000, 1, 1)  # before all that other tests' merchants have due
EVERYTHING = 100_000


def _limits(shop: Shop, first: list[str], then: str) -> None:
    with unit_of_work(Scope((shop.id,))) as session:
        for reference in (*first, then):
            day = LONG_AGO if reference in first else LONG_AGO + timedelta(days=1)
            statement = update(Transaction).where(Transaction.reference == reference).values(limit_date=day)
            session.execute(statement)


def _fails_for(references: list[str], do: Callable[..., Any]) -> Callable[..., Any]:
    def failing(case: Any) -> Any:
        if case.transaction.reference in references:
            raise RuntimeError("an error of ours")
        return do(case)

    return failing


def test_sales_that_cannot_lapse_are_told_of_and_hold_up_no_other(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 12:00")
    stuck, good = [shop.sold(), shop.sold()], shop.sold()
    _limits(shop, stuck, good)
    monkeypatch.setattr(lapses, "expire", _fails_for(stuck, lapses.expire))
    for _ in range(2):
        lapses.expire_due(most=2)
    assert statuses(shop.sale(good))[-1] == ("EXPIRED", "WAITING")
    assert shop.alarms() == ["expired"]
    for _ in range(3):
        lapses.expire_due(EVERYTHING)
    assert sorted(shop.alarms()) == ["expired", "not_done", "not_done"]
    monkeypatch.undo()
    lapses.expire_due(EVERYTHING)
    assert {statuses(shop.sale(each))[-1] for each in stuck} == {("EXPIRED", "WAITING")}


def test_sales_whose_outcome_is_open_hold_up_no_other_lapse(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    uncertain, good = [shop.sold(), shop.sold()], shop.sold()
    for reference in uncertain:
        shop.bank.fault("validate", "cut_before_commit", reference=reference)
        assert shop.act(reference, "capture").status == 202
    _limits(shop, uncertain, good)
    for _ in range(2):
        lapses.expire_due(most=2)
    assert statuses(shop.sale(good))[-1] == ("EXPIRED", "WAITING")
    assert shop.alarms() == ["expired"]
    shop.settle()
    lapses.expire_due(EVERYTHING)
    shop.send_waiting()
    assert {shop.sale(each).state for each in (*uncertain, good)} == {"EXPIRED"}


def test_inquiries_that_cannot_even_be_begun_hold_up_no_other(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 12:00")
    references = [shop.sold() for _ in range(3)]
    for reference in references:
        shop.bank.fault("cancel", "cut_after_commit", reference=reference)
        assert shop.act(reference, "cancel").status == 202
    numbers = [shop.last(each).id for each in references]
    with unit_of_work(Scope((shop.id,))) as session:
        for age, number in zip((3, 2, 1), numbers, strict=True):
            due = real_now() - timedelta(days=1_000 + age)
            session.execute(update(Operation).where(Operation.id == number).values(next_inquiry_at=due))
    take = resolution._take

    def broken(session: Any, operation_id: int, at: Any) -> Any:
        if operation_id in numbers[:2]:
            raise RuntimeError("an error of ours")
        return take(session, operation_id, at)

    monkeypatch.setattr(resolution, "_take", broken)
    for _ in range(2):
        resolution.resolve_due(most=2)
    assert shop.sale(references[2]).state == "CANCELLED"
    monkeypatch.undo()
    shop.settle()
    assert {shop.sale(each).state for each in references} == {"CANCELLED"}


def test_refunds_whose_failure_cannot_even_be_noted_hold_up_no_other(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.night()
    clock.at("2027-03-10 15:00")
    references = [shop.captured() for _ in range(3)]
    for reference in references:
        assert shop.act(reference, "refund", amount=4_000).status == 202
    numbers = [shop.last(each).id for each in references]
    with unit_of_work(Scope((shop.id,))) as session:
        for age, number in zip((3, 2, 1), numbers, strict=True):
            due = real_now() - timedelta(days=1_000 + age)
            session.execute(update(Operation).where(Operation.id == number).values(due_at=due))
    clock.at("2027-03-10 23:06")
    send, note = waiting.send_one, waiting._failed

    def broken(merchant_id: int, operation_id: int, *more: Any) -> None:
        if operation_id in numbers[:2]:
            raise RuntimeError("an error of ours")
        (send if len(more) < 1 else note)(merchant_id, operation_id, *more)

    monkeypatch.setattr(waiting, "send_one", broken)
    monkeypatch.setattr(waiting, "_failed", broken)
    for _ in range(2):
        waiting.send_due(most=2)
    assert shop.last(references[2]).status == "DONE"
    monkeypatch.undo()
    shop.send_waiting()
    assert {shop.last(each).status for each in references} == {"DONE"}


def test_a_sale_that_cannot_be_warned_of_keeps_no_other_from_it(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 12:00")
    stuck, good = shop.sold(capture_mode="VALIDATION"), shop.sold(capture_mode="VALIDATION")
    clock.at("2027-03-15 08:00")
    alarm, number = warnings.raise_alarm, shop.sale(stuck).id

    def broken(session: Any, merchant_id: int, kind: str, message: str, params: Any, sale: int, **more: Any) -> Any:
        if sale == number:
            raise RuntimeError("an error of ours")
        return alarm(session, merchant_id, kind, message, params, sale, **more)

    monkeypatch.setattr(warnings, "raise_alarm", broken)
    warnings.warn_due(EVERYTHING)
    with unit_of_work(Scope((shop.id,))) as session:
        assert session.scalars(select(Alarm.transaction_id)).all() == [shop.sale(good).id]
    monkeypatch.undo()
    warnings.warn_due(EVERYTHING)
    assert shop.alarms() == ["expires_soon"] * 2


def _fails_at_commit(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let every unit of the lapses that has touched one sale fail when it is over."""
    expire = lapses.expire

    def spoiling(case: Any) -> Any:
        if case.transaction.id == number:
            case.session.info["spoilt"] = True
        return expire(case)

    def work(scope: Scope) -> Any:
        return _spoilt(unit_of_work(scope))

    monkeypatch.setattr(lapses, "expire", spoiling)
    monkeypatch.setattr(lapses, "unit_of_work", work)


@contextmanager
def _spoilt(work: Any) -> Iterator[Any]:
    with work as session:
        yield session
        if session.info.get("spoilt"):
            session.execute(text("SELECT 1/0"))


def test_a_sale_that_fails_the_whole_unit_is_told_of_after_its_tries_and_the_others_lapse(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 12:00")
    references = [shop.sold() for _ in range(5)]
    _limits(shop, references[:4], references[4])
    poison, good = references[1], [each for each in references if each != references[1]]
    _fails_at_commit(monkeypatch, shop.sale(poison).id)
    lapses.expire_due(EVERYTHING)
    assert {statuses(shop.sale(each))[-1] for each in good} == {("EXPIRED", "WAITING")}
    assert len(shop.sale(poison).operations) == 1
    for _ in range(3):
        lapses.expire_due(EVERYTHING)
    with unit_of_work(Scope((shop.id,))) as session:
        stuck = session.scalars(select(Alarm.transaction_id).where(Alarm.kind == "not_done")).all()
    assert stuck == [shop.sale(poison).id]
    monkeypatch.undo()
    lapses.expire_due(EVERYTHING)
    assert statuses(shop.sale(poison))[-1] == ("EXPIRED", "WAITING")
