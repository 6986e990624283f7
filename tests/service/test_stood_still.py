"""A process that stands still between its intent and the call: whoever asked the bank meanwhile must stay right."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from datetime import timedelta

import pytest
from flask import Flask

from app.database import Scope, real_now, unit_of_work
from app.models import Operation
from app.ports import GatewayResult, Outcome
from plugins.payment_gateway import runner
from plugins.payment_gateway.cases import lock
from tests.service.shop import APPROVED, EUR, Shop


@pytest.fixture
def stands_still(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next intent is committed, then for longer than a call may take nothing happens."""
    monkeypatch.setitem(app.extensions, "settings", dataclasses.replace(app.extensions["settings"], gateway_deadline=1))
    monkeypatch.setattr("app.failpoints._points", {"runner.after_intent": ["wait:2", 1]})


@pytest.mark.usefixtures("stands_still")
def test_an_order_whose_time_is_over_is_not_sent_any_more(shop: Shop) -> None:
    answer = shop.take(APPROVED)
    sale = shop.sale(answer.reference)
    assert (answer.status, sale.state, sale.response_code) == (201, "REFUSED", "90")
    assert shop.done(answer.reference) == []


def test_a_refund_whose_time_is_over_is_not_sent_any_more(shop: Shop, request: pytest.FixtureRequest) -> None:
    reference = shop.captured()
    request.getfixturevalue("stands_still")
    assert shop.act(reference, "refund", amount=4_000).status == 503
    assert shop.last(reference).status == "FAILED"
    assert [name for name, _ in shop.done(reference)] == ["TRANSACTION", "VALIDATE"]
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 0)


@pytest.mark.parametrize(("outcome", "alarms"), [(Outcome.FAILED, []), (Outcome.APPROVED, ["unexplained_difference"])])
def test_the_answer_to_an_earlier_sending_does_not_settle_a_later_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, alarms: list[str]
) -> None:
    """It was given up, waited, and another worker is sending it again at this moment."""
    reference = shop.captured()

    def sent_again(intent: runner.Intent) -> GatewayResult:
        with unit_of_work(Scope((shop.id,))) as session:
            session.get_one(Operation, intent.operation_id).deadline = intent.deadline + timedelta(seconds=1)
        return GatewayResult(outcome, response_code="00")

    monkeypatch.setattr(runner, "call", sent_again)
    shop.act(reference, "refund", amount=4_000)
    monkeypatch.undo()
    assert shop.last(reference).status == "SENT"
    assert shop.alarms() == alarms
    with unit_of_work(Scope((shop.id,))) as session:  # the other worker dies as well
        session.get_one(Operation, shop.last(reference).id).deadline = real_now() - timedelta(minutes=1)
    shop.settle()
    assert shop.last(reference).status == "FAILED"
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 0)


def test_whatever_an_adapter_raises_is_not_known(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have sent everything before it fell over: only the bank knows."""
    reference = shop.captured()
    real = runner.gateway_for

    class Clumsy:
        def __init__(self, account: object) -> None:
            self.adapter = real(account)

        @property
        def capabilities(self) -> object:
            return self.adapter.capabilities

        def refund(self, request: object, deadline: float) -> None:
            self.adapter.refund(request, deadline)
            raise KeyError("amount")

    monkeypatch.setattr(runner, "gateway_for", Clumsy)
    assert shop.act(reference, "refund", amount=4_000).status == 202
    assert shop.last(reference).status == "UNKNOWN"
    monkeypatch.undo()
    shop.settle()
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 4_000, 0)


@pytest.mark.parametrize("verb", ["refund", "take"])
def test_who_cannot_write_the_answer_in_time_is_not_told_that_nothing_was_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Another process stands still with the sale's lock in its hand: the bank has done it, so it is under way."""
    reference = shop.captured() if verb == "refund" else ""
    real = runner.call
    with ExitStack() as held:

        def busy(intent: runner.Intent) -> GatewayResult:
            result = real(intent)
            lock(held.enter_context(unit_of_work(Scope((shop.id,)))), intent.transaction_id)
            return result

        monkeypatch.setattr(runner, "call", busy)
        answer = shop.act(reference, "refund", amount=4_000) if verb == "refund" else shop.take(APPROVED)
        monkeypatch.undo()
    assert answer.status == 202
    assert shop.last(answer.reference).status == "SENT"
    with unit_of_work(Scope((shop.id,))) as session:
        session.get_one(Operation, answer.operation_id).deadline = real_now() - timedelta(minutes=1)
    shop.settle()
    state, *_, refunded, _ = shop.amounts(answer.reference)
    assert (state, refunded) == (("CAPTURED", 4_000) if verb == "refund" else ("TO_CAPTURE", 0))
