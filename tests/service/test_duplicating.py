"""DUPLICATE: the card of an earlier sale authorised again, a new sale with its own limit."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.database import Scope, unit_of_work
from app.domain.errors import InvalidInput, NotAllowedInState, NotPermitted
from app.models import Transaction
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import CUT_AFTER, EUR, REFERRAL, REFUSED, VISA, Shop, new_key, statuses


def test_a_duplicate_is_a_new_sale_on_the_same_card(shop: Shop) -> None:
    earlier = shop.captured(order_number="D-1", customer_id="C1")
    answer = shop.act(earlier, "duplicate", amount=2_500, order_number="D-2")
    first, second = shop.sale(earlier), shop.sale(answer.reference)
    assert answer.status == 201
    assert second.reference != earlier
    assert (second.state, second.original_amount, second.order_number) == ("TO_CAPTURE", 2_500, "D-2")
    assert (second.card_id, second.masked_pan, second.customer_id) == (first.card_id, first.masked_pan, "C1")
    assert (second.duplicate_of_id, second.created_by) == (first.id, shop.supervisor.name)
    assert statuses(second) == [("DUPLICATE", "DONE")]
    assert (first.state, [each.kind for each in first.events][-1]) == ("CAPTURED", "DUPLICATED")
    assert shop.done(answer.reference) == [("DUPLICATE", 2_500)]
    assert shop.act(answer.reference, "capture").status == 200


def test_without_an_amount_or_number_they_are_those_of_the_earlier_sale(shop: Shop) -> None:
    earlier = shop.captured(order_number="D-9")
    sale = shop.sale(shop.act(earlier, "duplicate").reference)
    assert (sale.original_amount, sale.order_number) == (EUR, "D-9")


def test_the_same_key_makes_one_duplicate(shop: Shop) -> None:
    earlier, key = shop.captured(), new_key()
    first, again = (shop.act(earlier, "duplicate", amount=500, key=key) for _ in range(2))
    assert (first.reference, first.status, again.status, again.replayed) == (again.reference, 201, 201, True)
    assert len(shop.sales()) == 2


@pytest.mark.parametrize("state", ["TO_CAPTURE", "TO_VALIDATE", "CAPTURED", "CREDITED", "CANCELLED"])
def test_from_these_states_it_is_possible(shop: Shop, state: str) -> None:
    earlier = shop.sold(capture_mode="VALIDATION") if state == "TO_VALIDATE" else shop.sold()
    for verb in {"CAPTURED": ["capture"], "CREDITED": ["capture", "refund"], "CANCELLED": ["cancel"]}.get(state, []):
        shop.act(earlier, verb)
    assert shop.sale(earlier).state == state
    assert shop.act(earlier, "duplicate").status == 201


def test_from_these_states_it_is_not(shop: Shop) -> None:
    for number in (REFERRAL, REFUSED):
        with pytest.raises(NotAllowedInState):
            shop.act(shop.take(number).reference, "duplicate")


def test_never_from_an_expired_card(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    earlier = shop.captured(expiry="03/27")
    assert shop.act(earlier, "duplicate").status == 201
    clock.at("2027-04-01 00:30")
    with pytest.raises(NotAllowedInState):
        shop.act(earlier, "duplicate")


def test_never_from_a_takings_of_a_terminal(shop: Shop) -> None:
    earlier = shop.captured()
    with unit_of_work(Scope((shop.id,))) as session:
        session.execute(update(Transaction).where(Transaction.reference == earlier).values(channel="TERMINAL"))
    for verb in ("duplicate", "refund"):
        with pytest.raises(NotAllowedInState):
            shop.act(earlier, verb)
    assert shop.act(earlier, "amend", note="seen").status == 200


def test_a_visa_duplicate_holds_five_days(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    earlier = shop.captured(number=VISA)
    for day in (5, 6):
        with pytest.raises(InvalidInput) as raised:
            shop.act(earlier, "duplicate", capture_day=day)
        assert [(each.field, each.code) for each in raised.value.errors] == [
            ("capture_day", "capture_day_beyond_validity")
        ]
    sale = shop.sale(shop.act(earlier, "duplicate", capture_day=4).reference)
    assert (str(sale.capture_date), str(sale.limit_date)) == ("2027-03-14", "2027-03-14")
    own = shop.sale(shop.act(shop.captured(), "duplicate", capture_day=6).reference)
    assert (str(own.capture_date), str(own.limit_date)) == ("2027-03-16", "2027-03-16")


def test_a_default_beyond_its_validity_is_as_late_as_it_holds(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    shop.set(default_capture_day=6)
    earlier = shop.captured(number=VISA)
    sale = shop.sale(shop.act(earlier, "duplicate").reference)
    assert (sale.capture_day, str(sale.capture_date)) == (4, "2027-03-14")


def test_in_validation_mode_it_waits_as_long_as_it_holds(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    visa = shop.sale(shop.act(shop.captured(number=VISA), "duplicate", capture_mode="VALIDATION").reference)
    own = shop.sale(shop.act(shop.captured(), "duplicate", capture_mode="VALIDATION").reference)
    assert (visa.state, str(visa.limit_date)) == ("TO_VALIDATE", "2027-03-14")
    assert (own.state, str(own.limit_date)) == ("TO_VALIDATE", "2027-03-16")


def test_immediate_is_captured_as_soon_as_it_is_approved(new_shop: NewShop) -> None:
    shop = new_shop(contract={"immediate_allowed": True})
    earlier, key = shop.captured(), new_key()
    taken = shop.act(earlier, "duplicate", capture_mode="IMMEDIATE", amount=700, key=key)
    again = shop.act(earlier, "duplicate", capture_mode="IMMEDIATE", amount=700, key=key)
    assert (taken.status, again.status, again.reference, again.replayed) == (201, 201, taken.reference, True)
    assert shop.amounts(taken.reference) == ("CAPTURED", 700, 700, 0, 0)
    assert shop.sale(taken.reference).capture_mode == "IMMEDIATE"
    assert shop.done(taken.reference) == [("DUPLICATE", 700), ("VALIDATE", 700)]


def test_immediate_where_the_contract_does_not_allow_it_is_day_zero(new_shop: NewShop) -> None:
    shop = new_shop(contract={"immediate_allowed": False})
    sale = shop.sale(shop.act(shop.captured(), "duplicate", capture_mode="IMMEDIATE").reference)
    assert (sale.capture_mode, sale.capture_day, sale.state) == ("AUTHOR_CAPTURE", 0, "TO_CAPTURE")


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_amount(shop: Shop, amount: int) -> None:
    with pytest.raises(InvalidInput):
        shop.act(shop.captured(), "duplicate", amount=amount)


def test_the_order_number_the_merchant_asks_for(shop: Shop) -> None:
    earlier = shop.captured(order_number=None)
    shop.set(order_number_required=True)
    with pytest.raises(InvalidInput):
        shop.act(earlier, "duplicate")
    assert shop.act(earlier, "duplicate", order_number="D-7").status == 201


def test_who_may_duplicate(shop: Shop) -> None:
    with pytest.raises(NotPermitted):
        shop.act(shop.captured(), "duplicate", who=shop.clerk)


def test_an_uncertain_duplicate_is_pending_and_settled_by_asking(shop: Shop) -> None:
    earlier = shop.take(CUT_AFTER).reference
    shop.settle()
    answer = shop.act(earlier, "duplicate")
    assert answer.status == 202
    assert shop.sale(answer.reference).state == "PENDING"
    shop.settle()
    assert shop.sale(answer.reference).state == "TO_CAPTURE"
