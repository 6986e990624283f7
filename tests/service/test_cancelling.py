"""CANCEL whole and part, before the remittance."""

from __future__ import annotations

import pytest

from app.domain.errors import AmountTooHigh, InvalidInput, NotAllowedInState, NotPermitted, OperationInFlight
from app.plugin import registry
from tests.service.clock import BusinessClock
from tests.service.shop import EUR, REFERRAL, REFUSED, Shop, is_open, new_key, person, statuses


def test_a_part_leaves_the_rest_authorised(shop: Shop) -> None:
    reference = shop.sold()
    answer = shop.act(reference, "cancel", amount=3_000, reason="OUT_OF_STOCK", note="one parcel less")
    assert (answer.status, answer.code) == (200, None)
    assert shop.amounts(reference) == ("TO_CAPTURE", 7_000, 0, 0, 0)
    operation = shop.last(reference)
    assert (operation.name, operation.status, operation.amount, operation.new_amount) == (
        "CANCEL",
        "DONE",
        3_000,
        7_000,
    )
    assert (operation.reason, operation.note) == ("OUT_OF_STOCK", "one parcel less")
    assert shop.done(reference) == [("TRANSACTION", EUR), ("CANCEL", 3_000)]


def test_several_parts_and_the_exact_rest_cancel_the_whole(shop: Shop) -> None:
    reference = shop.sold()
    for amount in (1, 4_999, 5_000):
        assert shop.act(reference, "cancel", amount=amount).status == 200
    sale = shop.sale(reference)
    assert (sale.state, sale.amount, sale.original_amount, sale.capture_date) == ("CANCELLED", 0, EUR, None)
    assert shop.done(reference)[1:] == [("CANCEL", 1), ("CANCEL", 4_999), ("CANCEL", 5_000)]
    assert [each.kind for each in sale.events][-3:] == ["CANCELLED_IN_PART", "CANCELLED_IN_PART", "CANCELLED"]


def test_no_amount_means_all_that_is_left(shop: Shop) -> None:
    reference = shop.sold()
    shop.act(reference, "cancel", amount=2_500)
    shop.act(reference, "cancel")
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)
    assert shop.done(reference)[-1] == ("CANCEL", 7_500)


@pytest.mark.parametrize("amount", [EUR + 1, 10**12])
def test_more_than_is_left_is_too_high(shop: Shop, amount: int) -> None:
    reference = shop.sold()
    with pytest.raises(AmountTooHigh) as raised:
        shop.act(reference, "cancel", amount=amount)
    assert raised.value.most == EUR
    assert shop.journal(reference) == [("TRANSACTION", EUR, "00")]
    assert len(shop.sale(reference).operations) == 1


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_no_amount(shop: Shop, amount: int) -> None:
    with pytest.raises(InvalidInput):
        shop.act(shop.sold(), "cancel", amount=amount)


def test_a_referral_is_cancelled_whole_without_the_bank(shop: Shop) -> None:
    reference = shop.take(REFERRAL).reference
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "cancel", amount=1)
    answer = shop.act(reference, "cancel", reason="GOODWILL", note="gave up")
    operation = shop.last(reference)
    assert answer.status == 200
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)
    assert (operation.reason, operation.note, operation.requested_by_id) == ("GOODWILL", "gave up", shop.supervisor.id)
    assert shop.journal(reference) == [("TRANSACTION", EUR, "02")]


@pytest.mark.parametrize("make", ["captured", "refused", "cancelled"])
def test_what_is_not_authorised_any_more_cannot_be_cancelled(shop: Shop, make: str) -> None:
    if make == "refused":
        reference = shop.take(REFUSED).reference
    else:
        reference = shop.sold()
        shop.act(reference, "capture" if make == "captured" else "cancel")
    before, keys = shop.journal(reference), shop.keys()
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "cancel")
    assert (shop.journal(reference), shop.keys()) == (before, keys)


def test_the_state_is_told_before_the_amount(shop: Shop) -> None:
    reference = shop.captured()
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "cancel", amount=EUR * 2, reason="NO_SUCH_REASON")


def test_a_reason_must_be_on_the_merchants_list(shop: Shop) -> None:
    reference = shop.sold()
    shop.drop_reason("GOODWILL")
    for reason in ("GOODWILL", "WHIM"):
        with pytest.raises(InvalidInput) as raised:
            shop.act(reference, "cancel", reason=reason)
        assert [(each.field, each.code) for each in raised.value.errors] == [("reason", "reason_unknown")]
    assert len(shop.sale(reference).operations) == 1


def test_a_clerk_cancels_own_sales_of_the_day(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 10:00")
    mine, yesterdays, others = shop.sold(), shop.sold(capture_day=4), shop.sold(who=person(shop.id, "Clerk"))
    assert shop.act(mine, "cancel", who=shop.clerk).status == 200
    with pytest.raises(NotPermitted):
        shop.act(others, "cancel", who=shop.clerk)
    clock.at("2027-03-11 00:01")
    with pytest.raises(NotPermitted):
        shop.act(yesterdays, "cancel", who=shop.clerk)
    shop.set(clerk_cancels="UNTIL_REMITTANCE")
    assert "cancel" in registry().desk.allowed(shop.clerk, shop.sale(yesterdays))
    assert shop.act(yesterdays, "cancel", who=shop.clerk).status == 200
    with pytest.raises(NotPermitted):
        shop.act(others, "cancel", who=shop.clerk)
    with pytest.raises(NotPermitted):
        shop.act(others, "cancel", who=shop.accountant)


def test_an_answer_that_never_comes_leaves_the_cancellation_uncertain_until_asked(shop: Shop) -> None:
    for fault, amount, after in (
        ("cut_after_commit", 4_000, 6_000),
        ("cut_before_commit", 1_000, EUR),
        ("http_500", None, 0),
    ):
        reference, key = shop.sold(), new_key()
        shop.bank.fault("cancel", fault, reference=reference)
        answer = shop.act(reference, "cancel", amount=amount, key=key)
        assert answer.status == 202
        assert is_open(shop.sale(reference))
        assert shop.amounts(reference)[1] == EUR
        for verb in ("cancel", "capture", "duplicate", "hold"):
            with pytest.raises(OperationInFlight):
                shop.act(reference, verb)
        shop.settle()
        assert shop.amounts(reference)[1] == after
        assert statuses(shop.sale(reference))[-1] == ("CANCEL", "FAILED" if after == EUR else "DONE")


def test_a_refusal_of_the_bank_changes_nothing_and_replays(shop: Shop) -> None:
    reference, key = shop.sold(), new_key()
    shop.bank.fault("cancel", "refuse:05", reference=reference)
    first = shop.act(reference, "cancel", key=key)
    again = shop.act(reference, "cancel", key=key)
    assert (first.status, first.code, first.replayed) == (409, "bank_refused", False)
    assert (again.status, again.code, again.replayed) == (409, "bank_refused", True)
    assert shop.last(reference).response_code == "05"
    assert shop.amounts(reference)[:2] == ("TO_CAPTURE", EUR)
    assert len(shop.journal(reference)) == 2


def test_what_the_bank_had_let_go_already_counts_as_cancelled(shop: Shop) -> None:
    reference = shop.sold()
    shop.bank.cash("cancel", reference, EUR)
    assert shop.act(reference, "cancel").status == 200
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)


def test_a_part_released_elsewhere_is_told_with_the_answer(shop: Shop) -> None:
    """Not only in the evening, when the capture of what is not held any more is refused."""
    reference = shop.sold()
    assert shop.act(reference, "cancel", amount=EUR // 10).status == 200
    assert shop.alarms() == []
    shop.bank.cash("cancel", reference, EUR // 2)
    assert shop.act(reference, "cancel", amount=EUR // 10).status == 200
    assert shop.alarms() == ["unexplained_difference"]
    assert shop.sale(reference).bank_amount == EUR * 3 // 10
    assert shop.act(reference, "cancel").status == 200, (
        "what the bank still holds is let go, not what we thought it held"
    )
    assert shop.bank.inquire(reference)["transactionStatus"] == "CANCELLED"
