"""Requests that wait for a second person while the sale goes on: overtaken, uncertain, in the bank's night."""

from __future__ import annotations

import pytest

from app.domain.errors import (
    NotAllowedInState,
    NotSent,
    OperationInFlight,
)
from tests.service.clock import BusinessClock
from tests.service.shop import Shop, new_key, statuses


def test_what_no_longer_fits_is_not_approved(shop: Shop) -> None:
    shop.limit("cancel", 5_000)
    reference = shop.sold()
    asked = shop.act(reference, "cancel", amount=8_000)
    shop.act(reference, "cancel", amount=4_000)
    with pytest.raises(NotAllowedInState):
        shop.decide(asked.operation_id, True)
    assert shop.amounts(reference)[:2] == ("TO_CAPTURE", 6_000)
    assert shop.decide(asked.operation_id, False).status == 200


def test_while_another_operation_is_uncertain_nothing_is_approved(shop: Shop) -> None:
    shop.limit("refund", 5_000)
    reference = shop.captured()
    asked = shop.act(reference, "refund", amount=6_000)
    shop.bank.fault("refund", "cut_after_commit", reference=reference)
    assert shop.act(reference, "refund", amount=100).status == 202
    with pytest.raises(OperationInFlight):
        shop.decide(asked.operation_id, True)


def test_a_capture_approved_late_takes_the_amount_of_now(shop: Shop) -> None:
    shop.limit("capture", 5_000)
    reference = shop.sold()
    asked = shop.act(reference, "capture")
    assert shop.act(reference, "cancel", amount=1_000).status == 200
    with pytest.raises(NotAllowedInState):
        shop.decide(asked.operation_id, True)  # another amount than the one asked for


def test_in_the_blackout_an_approval_is_not_sent(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 20:00")
    shop.limit("cancel", 0)
    reference, key = shop.sold(), new_key()
    asked = shop.act(reference, "cancel")
    shop.night()
    clock.at("2027-03-10 22:00")
    with pytest.raises(NotSent):
        shop.decide(asked.operation_id, True, key=key)
    assert statuses(shop.sale(reference))[-1] == ("CANCEL", "REQUESTED")
    clock.at("2027-03-10 23:10")
    assert shop.decide(asked.operation_id, True, key=key).status == 200


def test_in_the_blackout_an_approved_refund_waits(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 20:00")
    shop.limit("refund", 0)
    reference = shop.captured()
    asked = shop.act(reference, "refund")
    shop.night()
    clock.at("2027-03-10 22:00")
    answer = shop.decide(asked.operation_id, True)
    assert (answer.status, shop.last(reference).status) == (202, "WAITING")


@pytest.mark.parametrize("asked", ["cancel", "capture", "validate"])
def test_what_a_gone_sale_no_longer_allows_the_machine_rejects(shop: Shop, asked: str) -> None:
    shop.limit(asked, 5_000)
    reference = shop.sold(capture_mode="VALIDATION" if asked == "validate" else "AUTHOR_CAPTURE")
    waits = shop.act(reference, asked)
    shop.act(reference, "cancel" if asked != "cancel" else "capture", amount=None)
    if asked == "cancel":
        assert shop.sale(reference).state == "CAPTURED"
    operation = next(each for each in shop.sale(reference).operations if each.id == waits.operation_id)
    assert (operation.status, operation.approved_by_id) == ("REJECTED", None)
    assert [(each.kind, each.actor) for each in shop.sale(reference).events][-1] == ("WITHDRAWN", "e-gestion")
    with pytest.raises(NotAllowedInState):
        shop.decide(waits.operation_id, True)


def test_a_lapsed_sale_takes_its_requests_with_it(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    shop.limit("capture", 0)
    reference = shop.sold()
    shop.act(reference, "capture")
    clock.at("2027-03-18 12:00")
    shop.lapse()
    shop.send_waiting()
    assert shop.sale(reference).state == "EXPIRED"
    assert statuses(shop.sale(reference))[1:] == [("CAPTURE", "REJECTED"), ("EXPIRED", "DONE")]


def test_a_refund_asked_for_stays_whatever_is_refunded_meanwhile(shop: Shop) -> None:
    shop.limit("refund", 5_000)
    reference = shop.captured()
    asked = shop.act(reference, "refund", amount=6_000)
    assert shop.act(reference, "refund", amount=4_000).status == 200
    assert shop.decide(asked.operation_id, True).status == 200
    assert shop.amounts(reference)[0] == "CREDITED"
