"""Killed between the written intent and the call: asked about within a minute, whatever it takes to believe the answer."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.database import Scope, real_now, unit_of_work
from app.models import Operation
from plugins.payment_gateway.ledger import GRACE
from plugins.payment_gateway.resolution import resolve_due
from tests.service.clock import BusinessClock
from tests.service.shop import Shop

WITHIN = timedelta(seconds=60)  # of the kill, by whoever lives
SWEEP = timedelta(seconds=2)


@pytest.mark.parametrize("verb", ["order", "capture", "cancel"])
def test_a_killed_workers_item_is_taken_over_within_a_minute(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    clock.at("2027-03-10 12:00")
    settings = shop.app.extensions["settings"]
    in_production = dataclasses.replace(settings, gateway_deadline=25, not_found_after=600)
    monkeypatch.setitem(shop.app.extensions, "settings", in_production)
    reference = "" if verb == "order" else shop.sold()
    with monkeypatch.context() as killed, suppress(RuntimeError):
        killed.setattr("app.failpoints._points", {"runner.after_intent": ["raise", 1]})
        shop.take() if verb == "order" else shop.act(reference, verb)
    reference = reference or shop.sales()[0].reference
    last = shop.last(reference)
    assert last.status == "SENT"
    assert last.next_inquiry_at - last.sent_at + SWEEP <= WITHIN
    resolve_due(100_000)
    assert shop.last(reference).inquiries == 0  # the call may still be made
    _ago(last, last.next_inquiry_at - last.sent_at)
    resolve_due(100_000)
    asked = shop.last(reference)
    assert (asked.status, asked.inquiries, asked.not_found_count) == ("UNKNOWN", 1, 1)
    _ago(asked, timedelta(seconds=600))
    resolve_due(100_000)
    assert shop.last(reference).status == "FAILED"


def _ago(operation: Operation, elapsed: timedelta) -> None:
    """As if so much time had gone by since it was sent."""
    sent = real_now() - elapsed - timedelta(seconds=1)
    deadline = sent + timedelta(seconds=25) if elapsed < timedelta(seconds=60) else sent
    times = {"sent_at": sent, "deadline": deadline, "next_inquiry_at": deadline + GRACE}
    with unit_of_work(Scope((operation.merchant_id,))) as session:
        session.execute(update(Operation).where(Operation.id == operation.id).values(**times))
