"""What waits for the bank and cannot be sent through an error of ours: tried again, told of, and in nobody's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from app.database import now
from app.domain.states import OperationName
from plugins.payment_gateway import turns, waiting
from plugins.payment_gateway.commands import resolve
from tests.service.clock import BusinessClock
from tests.service.shop import Shop

ALL = 10_000  # those of other tests' merchants too


def _broken(monkeypatch: pytest.MonkeyPatch, operation_id: int) -> None:
    """Let one operation, of all that wait, fail through an error of ours."""
    send = waiting.send_one

    def send_but_one(merchant_id: int, operation: int, **more: Any) -> None:
        if operation == operation_id:
            raise RuntimeError("an error of ours")
        send(merchant_id, operation, **more)

    monkeypatch.setattr(waiting, "send_one", send_but_one)


def test_after_three_tries_people_are_told_and_it_leaves_all_the_same_once_it_can(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.night()
    clock.at("2027-03-10 15:00")
    stuck, other = shop.captured(), shop.captured()
    for reference in (stuck, other):
        assert shop.act(reference, "refund", amount=4_000).status == 202
    clock.at("2027-03-10 23:06")
    _broken(monkeypatch, shop.last(stuck).id)
    for tries in (1, 2, 3):
        assert shop.alarms() == []
        waiting.send_due(ALL)
        assert shop.last(stuck).evidence["tries"] == tries
        assert shop.amounts(stuck)[3:] == (0, 4_000)  # promised, so it stays reserved
        assert shop.last(other).status == "DONE"  # held up by nobody
        clock.advance(minutes=6)
    assert shop.alarms() == ["not_done"]
    assert shop.last(stuck).due_at - now() > timedelta(minutes=50)
    clock.advance(minutes=60)
    monkeypatch.undo()
    waiting.send_due(ALL)
    assert shop.amounts(stuck)[3:] == (4_000, 0)
    assert shop.alarms() == ["not_done"]


def test_remit_goes_on_after_a_refund_that_cannot_be_sent(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.night()
    clock.at("2027-03-11 15:00")
    references = [shop.captured() for _ in range(2)]
    for reference in references:
        shop.act(reference, "refund", amount=1_000)
    clock.at("2027-03-11 23:06")
    _broken(monkeypatch, shop.last(references[0]).id)
    waiting.send_all(OperationName.CREDIT)
    assert [shop.last(each).status for each in references] == ["WAITING", "DONE"]
    monkeypatch.undo()
    waiting.send_all(OperationName.CREDIT)
    assert {shop.last(each).status for each in references} == {"DONE"}


def test_resolve_sends_all_that_waits_though_the_bank_is_slow(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.night()
    clock.at("2027-03-11 15:00")
    references = [shop.captured() for _ in range(6)]
    for reference in references:
        shop.act(reference, "refund", amount=1_000)
    clock.at("2027-03-11 23:06")
    monkeypatch.setattr(turns, "SLOW", -1.0)
    waiting.send_due(ALL)
    assert [shop.last(each).status for each in references] == ["DONE"] * 2 + ["WAITING"] * 4
    assert CliRunner().invoke(resolve).exit_code == 0
    assert {shop.last(each).status for each in references} == {"DONE"}
