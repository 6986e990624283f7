"""Giving a merchant its past: beside what was there, again after a failure, by the clock, and what comes after it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.database import Scope, now, unit_of_work
from app.domain.actor import Actor
from app.domain.card import parse_card
from app.domain.clock import configure
from app.domain.days import local_day
from app.domain.states import State
from app.models import Contract, Merchant, Operation, Remittance, Transaction
from app.plugin import registry
from app.ports import ActionRequest, NewOrder
from app.security.profiles import PROFILES
from plugins.payment_gateway.demo import past
from tests.past.conftest import Practice, count, wrong


def supervisor(merchant_id: int) -> Actor:
    return Actor(99_001, "supervisor9", (merchant_id,), PROFILES["Supervisor"].rights)


def take(merchant_id: int, key: str = "k1") -> str:
    """An order of today, whatever was there before."""
    card = parse_card("4970100000000006", "12/34", "123", date(2026, 1, 1))
    order = NewOrder(merchant_id, "TELEPHONE_ORDER", 4_200, "EUR", card, order_number="A-1001")
    taken = registry().desk.take(supervisor(merchant_id), order, key)
    assert taken.status == 201
    return taken.reference


def act(merchant_id: int, reference: str, verb: str, **fields: object) -> int:
    request = ActionRequest(**{"given": frozenset(fields)} | fields)  # type: ignore[arg-type]
    return registry().desk.act(supervisor(merchant_id), reference, verb, request, f"{verb} {reference}").status


def test_what_was_taken_before_stays_and_numbers_go_on(practice: Practice) -> None:
    """An installation made before it could have a past: orders, remittance, references of its own."""
    mine = practice.merchants["PRACTICE"]
    before = take(mine)
    assert act(mine, before, "capture") == 200
    practice.give("PRACTICE")
    after = take(mine, "k2")
    assert act(mine, after, "capture") == 200
    assert act(mine, before, "refund", amount=1_000) == 200
    with unit_of_work(Scope((mine,))) as session:
        remittances = session.execute(
            select(Contract.scheme, Remittance.number, Remittance.day, Remittance.last_line, Remittance.state)
            .join(Contract, Contract.id == Remittance.contract_id)
            .order_by(Contract.scheme, Remittance.number)
        ).all()
        joined = session.execute(
            select(Transaction.reference, Remittance.number)
            .distinct()
            .join(Operation, Operation.transaction_id == Transaction.id)
            .join(Remittance, Remittance.id == Operation.remittance_id)
            .where(Transaction.reference.in_([before, after]))
        ).all()
    for scheme in ("CARD", "AMEX"):
        numbers = [row.number for row in remittances if row.scheme == scheme]
        assert numbers == list(range(1, len(numbers) + 1))
    assert {tuple(row) for row in joined} == {(before, 1), (after, 1)}  # today's, still open
    past_days = [row.day for row in remittances if row.scheme == "CARD" and row.number > 1]
    assert past_days == sorted(set(past_days))
    assert wrong() == {}


def test_old_sales_can_be_refunded_and_a_refused_capture_is_refused_again(practice: Practice) -> None:
    mine = practice.merchants["PRACTICE"]
    practice.give("PRACTICE")
    with unit_of_work(Scope((mine,))) as session:
        oldest = session.scalars(
            select(Transaction)
            .where(Transaction.state == State.CAPTURED, Transaction.refunded_amount == 0)
            .order_by(Transaction.id)
        ).first()
        stuck = session.scalars(select(Transaction).where(Transaction.capture_error.is_not(None))).one()
        to_validate = session.scalars(select(Transaction).where(Transaction.state == State.TO_VALIDATE)).first()
    assert oldest is not None
    assert to_validate is not None
    assert act(mine, oldest.reference, "refund", confirm=("unpaid",)) == 200
    assert practice.bank.inquire(oldest.reference)["transactionStatus"] == "CREDITED"
    assert act(mine, stuck.reference, "capture") == 409
    assert act(mine, to_validate.reference, "validate") == 200
    assert act(mine, to_validate.reference, "capture") == 200
    assert [entry["operation"] for entry in practice.bank.journal()] == ["CREDIT", "VALIDATE", "VALIDATE"]
    assert wrong() == {}


def test_a_load_that_broke_off_leaves_nothing_and_is_done_again(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bank has it already when our own unit fails: the next load puts it there anew, and all is one."""

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    mine = practice.merchants["PRACTICE"]
    with monkeypatch.context() as broken:
        broken.setattr(past, "record", fail)
        with pytest.raises(OSError, match="disk"):
            practice.give("PRACTICE")
    assert count(mine) == 0
    assert practice.give("PRACTICE") is not None
    assert wrong() == {}


def test_the_day_before_the_clock_s_day_is_the_last(practice: Practice) -> None:
    """Ends yesterday by the clock, not by the machine's; what is open has its limit today at the earliest."""
    settings = practice.app.extensions["settings"]
    settings.clock_file.write_text(json.dumps({"offset_seconds": 40 * 86_400, "high_water": 0}))
    try:
        configure(settings.clock_file)
        mine = practice.merchants["PRACTICE"]
        practice.give("PRACTICE")
        with unit_of_work(Scope((mine,))) as session:
            zone = session.scalars(select(Merchant)).one().zone
            today = local_day(now(), ZoneInfo(zone))
            sales = session.scalars(select(Transaction)).all()
            settled = session.scalar(select(func.max(Operation.created_at)))
        last = max(local_day(sale.created_at, ZoneInfo(zone)) for sale in sales)
        assert today - timedelta(days=3) <= last < today
        assert settled is not None
        assert local_day(settled, ZoneInfo(zone)) < today
        states = (State.TO_CAPTURE, State.TO_VALIDATE, State.TO_CHALLENGE)
        for sale in sales:
            if sale.state in states:
                assert sale.limit_date is not None
                assert today <= sale.limit_date <= today + timedelta(days=6)
    finally:
        settings.clock_file.unlink()
