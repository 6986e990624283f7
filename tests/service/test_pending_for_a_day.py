"""A sale PENDING for 24 hours: a person has it cancelled at the bank, or two close it with the bank's written answer."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from app.domain.errors import InvalidInput, NotAllowedInState, NotPermitted, OperationInFlight
from tests.service.clock import BusinessClock
from tests.service.shop import (
    CUT_AFTER,
    CUT_BEFORE,
    EUR,
    Shop,
    new_key,
    statuses,
)


def pending(shop: Shop, clock: BusinessClock, number: str = CUT_AFTER) -> str:
    """A sale uncertain for a day."""
    clock.at("2027-03-10 12:00")
    reference = shop.take(number).reference
    clock.at("2027-03-11 12:00:30")
    return reference


def test_a_person_waits_24_hours(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.take(CUT_AFTER).reference
    clock.at("2027-03-11 11:59")
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "resolve", decision="cancel")
    clock.at("2027-03-11 12:00:30")
    for who in (shop.clerk, shop.accountant, shop.risk):
        with pytest.raises(NotPermitted):
            shop.act(reference, "resolve", who=who, decision="cancel")
    assert shop.act(reference, "resolve", decision="cancel").status == 200


def test_cancelled_at_the_bank(shop: Shop, clock: BusinessClock) -> None:
    reference, key = pending(shop, clock), new_key()
    first, again = (shop.act(reference, "resolve", decision="cancel", key=key) for _ in range(2))
    assert (first.status, again.status, again.replayed) == (200, 200, True)
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)
    assert shop.done(reference) == [("TRANSACTION", EUR), ("CANCEL", EUR)]


def test_not_cancelled_when_the_bank_does_not_confirm(shop: Shop, clock: BusinessClock) -> None:
    reference = pending(shop, clock, CUT_BEFORE)
    answer = shop.act(reference, "resolve", decision="cancel")
    assert (answer.status, shop.sale(reference).state) == (202, "PENDING")
    assert statuses(shop.sale(reference)) == [("TRANSACTION", "UNKNOWN")]
    shop.settle()
    assert shop.sale(reference).response_code == "97"


def test_while_the_bank_is_asked_to_cancel_nobody_concludes_otherwise(shop: Shop, clock: BusinessClock) -> None:
    """Else an inquiry a moment before the cancellation would leave the sale TO_CAPTURE here and cancelled there."""
    reference = pending(shop, clock)
    shop.bank.control(latency_ms=1_000)

    def cancel() -> None:
        with shop.app.app_context():
            shop.act(reference, "resolve", decision="cancel")

    cancelling = threading.Thread(target=cancel)
    cancelling.start()
    shop.wait_until(lambda: shop.last(reference).status == "SENT")
    assert shop.resolve() == 0
    with pytest.raises(OperationInFlight):
        shop.act(reference, "resolve", decision="cancel", who=shop.second)
    cancelling.join()
    shop.bank.control(latency_ms=0)
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)


@pytest.mark.parametrize(
    ("outcome", "state", "amount"),
    [
        ("APPROVED", "TO_CAPTURE", EUR),
        ("REFUSED", "REFUSED", EUR),
        ("CANCELLED", "CANCELLED", 0),
        ("EXPIRED", "EXPIRED", 0),
    ],
)
def test_closed_by_two_persons_with_the_banks_written_answer(
    shop: Shop, clock: BusinessClock, outcome: str, state: str, amount: int
) -> None:
    reference, key = pending(shop, clock), new_key()
    wanted = {"decision": "close", "outcome": outcome, "note": "letter of the 11th"}
    first = shop.act(reference, "resolve", key=key, **wanted)
    assert (first.status, first.code, shop.sale(reference).state) == (202, "approval_required", "PENDING")
    again = shop.act(reference, "resolve", key=key, **wanted)
    assert (again.status, again.replayed) == (202, True)
    alone = shop.act(reference, "resolve", **wanted)
    assert (alone.status, shop.sale(reference).state) == (202, "PENDING")
    done = shop.act(reference, "resolve", who=shop.second, **wanted)
    assert done.status == 200
    assert shop.amounts(reference)[:2] == (state, amount)
    operation = shop.last(reference)
    assert (operation.requested_by_id, operation.approved_by_id) == (shop.supervisor.id, shop.second.id)
    assert shop.act(reference, "resolve", key=key, **wanted).status == 200
    if outcome != "APPROVED":
        shop.differs.add(reference)


def test_two_persons_who_disagree_close_nothing(shop: Shop, clock: BusinessClock) -> None:
    reference = pending(shop, clock)
    shop.act(reference, "resolve", decision="close", outcome="REFUSED", note="n")
    other = shop.act(reference, "resolve", who=shop.second, decision="close", outcome="APPROVED", note="n")
    assert (other.status, shop.sale(reference).state) == (202, "PENDING")
    settled = shop.act(reference, "resolve", decision="close", outcome="APPROVED", note="n")
    assert (settled.status, shop.sale(reference).state) == (200, "TO_CAPTURE")


def test_a_closing_names_outcome_and_letter(shop: Shop, clock: BusinessClock) -> None:
    reference = pending(shop, clock)
    for wrong in (
        {"decision": "forget"},
        {"decision": "close", "outcome": "MAYBE", "note": "n"},
        {"decision": "close", "outcome": "APPROVED"},
        {},
    ):
        with pytest.raises(InvalidInput):
            shop.act(reference, "resolve", **wrong)


def test_only_what_is_pending_is_resolved(shop: Shop) -> None:
    with pytest.raises(NotAllowedInState):
        shop.act(shop.sold(), "resolve", decision="cancel")


def test_after_a_day_a_person_is_told_once(shop: Shop, clock: BusinessClock) -> None:
    reference = pending(shop, clock, CUT_BEFORE)
    settings = shop.app.extensions["settings"]
    shop.app.extensions["settings"] = dataclasses.replace(settings, not_found_after=600)
    try:
        shop.resolve()
        shop.resolve()
    finally:
        shop.app.extensions["settings"] = settings
    assert shop.sale(reference).state == "PENDING"
    assert shop.alarms() == ["stays_uncertain"]


def test_the_bank_may_have_let_it_lapse(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.take(CUT_AFTER).reference
    clock.at("2027-03-18 12:00")
    shop.settle()
    assert shop.amounts(reference)[:2] == ("EXPIRED", 0)
