"""AMEND a slip: the new values stand, the old ones stay readable."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.errors import InvalidInput, NotPermitted
from app.plugin import registry
from app.ports import CustomerData
from tests.service.clock import BusinessClock
from tests.service.shop import CUT_AFTER, EUR, REFUSED, Shop, person, statuses


def test_the_old_values_stay_in_the_event(shop: Shop) -> None:
    reference = shop.sold(order_number="E-1", customer=CustomerData(name="Zoé Dupont"), note="first")
    zoe = shop.sale(reference).customer_row_id
    answer = shop.act(
        reference,
        "amend",
        order_number="E-2",
        customer=CustomerData(name="Zoé Durand", email="z@example.org"),
        note=None,
    )
    sale = shop.sale(reference)
    assert answer.status == 200
    assert (sale.order_number, sale.note, sale.state, sale.amount) == ("E-2", None, "TO_CAPTURE", EUR)
    assert sale.customer_row_id != zoe
    assert sale.events[-1].kind == "AMENDED"
    old = sale.events[-1].data["old"]
    assert (old["order_number"], old["note"], old["customer"]["name"]) == ("E-1", "first", "Zoé Dupont")
    assert statuses(sale)[-1] == ("AMEND", "DONE")


def test_what_is_not_given_stays(shop: Shop) -> None:
    reference = shop.sold(order_number="E-3", customer_id="C7")
    shop.act(reference, "amend", note="seen")
    sale = shop.sale(reference)
    assert (sale.order_number, sale.customer_id, sale.note) == ("E-3", "C7", "seen")
    with pytest.raises(InvalidInput):
        shop.act(reference, "amend")


def test_the_shipping_day_is_amended_and_the_remittance_stays_as_planned(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold(shipping_date=date(2027, 3, 12))
    assert shop.act(reference, "amend", shipping_date=date(2027, 3, 15)).status == 200
    sale = shop.sale(reference)
    assert (sale.shipping_date, sale.capture_date) == (date(2027, 3, 15), date(2027, 3, 12))
    assert sale.events[-1].data["old"] == {"shipping_date": "2027-03-12"}
    shop.act(reference, "amend", shipping_date=None)
    assert shop.sale(reference).shipping_date is None
    clock.at("2027-03-11 12:00")
    shop.act(reference, "amend", shipping_date=date(2027, 3, 10))  # they have left already
    assert shop.sale(reference).shipping_date == date(2027, 3, 10)


@pytest.mark.parametrize(
    ("day", "code"), [("2027-03-09", "shipping_date_past"), ("2027-03-17", "shipping_date_beyond_limit")]
)
def test_a_shipping_day_before_the_order_or_beyond_the_limit_is_refused(
    shop: Shop, clock: BusinessClock, day: str, code: str
) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold()
    with pytest.raises(InvalidInput) as refused:
        shop.act(reference, "amend", shipping_date=date.fromisoformat(day), note="lost")
    assert [(each.field, each.code) for each in refused.value.errors] == [("shipping_date", code)]
    sale = shop.sale(reference)
    assert (sale.shipping_date, sale.note, len(sale.operations)) == (None, None, 1)
    shop.act(reference, "capture")
    if code == "shipping_date_beyond_limit":  # what is remitted may leave later
        assert shop.act(reference, "amend", shipping_date=date.fromisoformat(day)).status == 200


def test_the_order_number_the_merchant_asks_for_cannot_be_emptied(shop: Shop) -> None:
    reference = shop.sold(order_number="E-4")
    shop.set(order_number_required=True)
    with pytest.raises(InvalidInput):
        shop.act(reference, "amend", order_number=None)


def test_in_any_state_even_while_the_bank_is_asked(shop: Shop) -> None:
    pending, refused = shop.take(CUT_AFTER).reference, shop.take(REFUSED).reference
    credited = shop.captured()
    shop.act(credited, "refund")
    for reference, state in ((pending, "PENDING"), (refused, "REFUSED"), (credited, "CREDITED")):
        assert shop.act(reference, "amend", note="seen").status == 200
        assert shop.sale(reference).state == state


def test_a_clerk_amends_own_sales(shop: Shop) -> None:
    mine, others = shop.sold(), shop.sold(who=person(shop.id, "Clerk"))
    assert shop.act(mine, "amend", who=shop.clerk, note="seen").status == 200
    with pytest.raises(NotPermitted):
        shop.act(others, "amend", who=shop.clerk, note="seen")


def test_until_remittance_a_clerk_amends_own_sales_and_no_longer(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 10:00")
    shop.set(clerk_cancels="UNTIL_REMITTANCE")
    waits, remitted, refused = shop.sold(capture_day=5), shop.captured(), shop.take(REFUSED).reference
    assert shop.act(remitted, "amend", who=shop.clerk, note="the same day").status == 200
    clock.at("2027-03-13 10:00")
    assert shop.act(waits, "amend", who=shop.clerk, note="not yet remitted").status == 200
    for reference in (remitted, refused):
        assert "amend" not in registry().desk.allowed(shop.clerk, shop.sale(reference))
        with pytest.raises(NotPermitted):
            shop.act(reference, "amend", who=shop.clerk, note="three days later")
    assert shop.act(remitted, "amend", note="by the supervisor").status == 200
