"""What is warned of before its limit, once, and as it is at that moment."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import Alarm
from plugins.payment_gateway.remittance import warnings
from tests.service.clock import BusinessClock
from tests.service.shop import EUR, Shop

EVERYTHING = 100_000


@pytest.mark.parametrize("day", ["2027-03-15", "2027-03-16"])
def test_a_part_cancelled_with_an_unknown_outcome_before_the_limit_is_warned_of_once(
    shop: Shop, clock: BusinessClock, day: str
) -> None:
    """The sale is in no remittance while the outcome is open, and its last day is passing."""
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_day=6)
    clock.at(f"{day} 10:00")
    shop.bank.fault("cancel", "cut_before_commit", reference=reference)
    assert shop.act(reference, "cancel", amount=1_000).status == 202
    clock.advance(minutes=4)
    warnings.warn_due(EVERYTHING)
    assert shop.alarms() == []  # most are settled within seconds
    clock.advance(minutes=2)
    warnings.warn_due(EVERYTHING)
    warnings.warn_due(EVERYTHING)
    assert shop.alarms() == ["expires_soon"]
    with unit_of_work(Scope((shop.id,))) as session:
        alarm = session.scalars(select(Alarm)).one()
    assert alarm.params["operation"] == "CANCEL"
    assert alarm.params["limit"] == "2027-03-16"
    shop.settle()
    assert shop.sale(reference).amount == EUR


def _meanwhile(monkeypatch: pytest.MonkeyPatch, do: Any) -> None:
    """Let something be done between finding what is due and locking it."""
    find = warnings._due

    def found(most: int) -> Any:
        due = find(most)
        do()
        return due

    monkeypatch.setattr(warnings, "_due", found)


def test_what_was_settled_in_between_is_not_called_held(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_day=6)
    clock.at("2027-03-15 10:00")
    shop.bank.fault("cancel", "cut_before_commit", reference=reference)
    assert shop.act(reference, "cancel", amount=1_000).status == 202
    clock.advance(minutes=6)
    _meanwhile(monkeypatch, shop.settle)
    warnings.warn_due(EVERYTHING)
    assert (shop.sale(reference).state, shop.alarms()) == ("TO_CAPTURE", ["not_done"])  # what settling has said


def test_what_was_decided_or_told_of_in_between_is_left_alone(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 12:00")
    validated, left = (shop.sold(capture_mode="VALIDATION", capture_day=6) for _ in range(2))
    clock.at("2027-03-15 10:00")
    warn = warnings.warn_due

    def decided() -> None:
        monkeypatch.undo()
        shop.act(validated, "validate")
        warn(EVERYTHING)

    _meanwhile(monkeypatch, decided)
    warn(EVERYTHING)
    with unit_of_work(Scope((shop.id,))) as session:
        assert session.scalars(select(Alarm.transaction_id)).all() == [shop.sale(left).id]


def test_what_waited_for_a_second_person_is_uncertain_since_it_left(shop: Shop, clock: BusinessClock) -> None:
    """Whatever was told before it left."""
    shop.limit("cancel", 100)
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_day=6)
    shop.act(reference, "hold")
    clock.at("2027-03-15 09:00")
    asked = shop.act(reference, "cancel", amount=1_000)
    clock.at("2027-03-15 10:00")
    warnings.warn_due(EVERYTHING)  # held
    clock.at("2027-03-15 11:00")
    shop.bank.fault("cancel", "cut_before_commit", reference=reference)
    shop.decide(asked.operation_id, True, who=shop.second)
    clock.advance(minutes=4)
    warnings.warn_due(EVERYTHING)
    assert shop.alarms() == ["expires_soon"]
    clock.advance(minutes=2)
    warnings.warn_due(EVERYTHING)
    warnings.warn_due(EVERYTHING)
    assert shop.alarms() == ["expires_soon"] * 2
    shop.settle()
