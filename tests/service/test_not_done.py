"""Whoever was told "under way" has gone when the bank says no: an alarm tells the people of the merchant."""

import pytest
from sqlalchemy import select

from app.alarms import NOT_DONE
from app.database import Scope, unit_of_work
from app.models import Alarm
from tests.service.clock import BusinessClock
from tests.service.shop import EUR, Shop


def told(shop: Shop) -> list[tuple[str, dict[str, object]]]:
    """Kind and values of each alarm."""
    with unit_of_work(Scope((shop.id,))) as session:
        return [(each.kind, each.params) for each in session.scalars(select(Alarm).order_by(Alarm.id))]


def test_a_refund_promised_for_the_night_and_then_refused(shop: Shop, clock: BusinessClock) -> None:
    shop.night()
    clock.at("2027-03-10 15:00")
    reference = shop.captured()
    assert shop.act(reference, "refund", amount=4_000).status == 202
    assert told(shop) == []
    shop.bank.fault("refund", "refuse:05", reference=reference)
    clock.at("2027-03-10 23:06")
    shop.send_waiting()
    assert shop.last(reference).status == "REFUSED"
    assert shop.amounts(reference)[3:] == (0, 0)
    assert told(shop) == [(NOT_DONE, {"amount": "40,00\xa0€", "reference": reference, "code": "05"})]


@pytest.mark.parametrize("verb", ["refund", "cancel"])
def test_what_was_uncertain_and_turns_out_not_to_be_done(shop: Shop, verb: str) -> None:
    reference = shop.captured() if verb == "refund" else shop.sold()
    shop.bank.fault(verb, "cut_before_commit", reference=reference)
    assert shop.act(reference, verb, amount=500).status == 202
    assert told(shop) == []
    shop.settle()
    assert shop.last(reference).status == "FAILED"
    assert told(shop) == [(NOT_DONE, {"amount": "5,00\xa0€", "reference": reference, "code": "–"})]


@pytest.mark.parametrize("verb", ["refund", "cancel"])
def test_a_refusal_at_once_is_told_to_who_asked_and_to_nobody_else(shop: Shop, verb: str) -> None:
    reference = shop.captured() if verb == "refund" else shop.sold()
    shop.bank.fault(verb, "refuse:05", reference=reference)
    assert shop.act(reference, verb, amount=500).status == 409
    assert told(shop) == []


def test_what_was_uncertain_and_turns_out_to_be_done_alarms_nobody(shop: Shop) -> None:
    reference = shop.captured()
    shop.bank.fault("refund", "cut_after_commit", reference=reference)
    assert shop.act(reference, "refund").status == 202
    shop.settle()
    assert shop.amounts(reference) == ("CREDITED", EUR, EUR, EUR, 0)
    assert told(shop) == []
