"""Remitted on the day the goods leave: which days are possible, what is kept, what a move to it says."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.errors import InvalidInput
from tests.service.clock import BusinessClock
from tests.service.shop import Shop


@pytest.mark.parametrize(
    ("taken", "shipped", "capture"),
    [
        ("2027-03-10 12:00", date(2027, 3, 10), "2027-03-10"),
        ("2027-03-10 21:00", date(2027, 3, 10), "2027-03-11"),  # today's remittance has left
        ("2027-03-10 12:00", date(2027, 3, 16), "2027-03-16"),
    ],
)
def test_an_order_is_remitted_on_its_shipping_day(
    shop: Shop, clock: BusinessClock, taken: str, shipped: date, capture: str
) -> None:
    clock.at(taken)
    sale = shop.sale(shop.sold(shipping_date=shipped))
    assert (str(sale.capture_date), str(sale.limit_date), sale.shipping_date) == (capture, "2027-03-16", shipped)


def test_what_waits_for_a_validation_keeps_its_shipping_day_and_its_whole_delay(
    shop: Shop, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 12:00")
    sale = shop.sale(shop.sold(capture_mode="VALIDATION", shipping_date=date(2027, 3, 12)))
    assert (sale.capture_date, str(sale.limit_date), str(sale.shipping_date)) == (None, "2027-03-16", "2027-03-12")


@pytest.mark.parametrize(
    ("shipped", "code"),
    [(date(2027, 3, 9), "shipping_date_past"), (date(2027, 3, 17), "shipping_date_beyond_limit")],
)
def test_a_shipping_day_no_remittance_can_wait_for(shop: Shop, clock: BusinessClock, shipped: date, code: str) -> None:
    clock.at("2027-03-10 12:00")
    with pytest.raises(InvalidInput) as raised:
        shop.take(shipping_date=shipped)
    assert [(each.field, each.code) for each in raised.value.errors] == [("shipping_date", code)]


def test_a_sale_is_moved_to_its_shipping_day(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold()

    def ship(day: date | None, **also: object) -> None:
        given = frozenset({"shipping_date", *also})
        assert shop.act(reference, "move", shipping_date=day, given=given, **also).status == 200

    def stands() -> tuple[str, str]:
        sale = shop.sale(reference)
        return str(sale.shipping_date), str(sale.capture_date)

    ship(date(2027, 3, 13))
    assert stands() == ("2027-03-13", "2027-03-13")
    event = shop.sale(reference).events[-1]
    assert (event.kind, event.data) == (
        "MOVED",
        {"from": "2027-03-10", "to": "2027-03-13", "shipping_date": "2027-03-13"},
    )
    ship(date(2027, 3, 12), capture_date=date(2027, 3, 14))
    assert stands() == ("2027-03-12", "2027-03-14")
    assert shop.act(reference, "move", capture_date=date(2027, 3, 11)).status == 200
    assert stands() == ("2027-03-12", "2027-03-11")
    ship(None, capture_date=date(2027, 3, 12))
    assert stands() == ("None", "2027-03-12")
    clock.at("2027-03-10 21:05")
    ship(date(2027, 3, 10))
    assert stands() == ("2027-03-10", "2027-03-11")
    for day, code in ((date(2027, 3, 9), "shipping_date_past"), (date(2027, 3, 17), "shipping_date_beyond_limit")):
        with pytest.raises(InvalidInput) as raised:
            shop.act(reference, "move", shipping_date=day)
        assert [(each.field, each.code) for each in raised.value.errors] == [("shipping_date", code)]
    assert stands() == ("2027-03-10", "2027-03-11")


@pytest.mark.parametrize("shipped", [date(1900, 1, 1), date(2027, 3, 9), date(2027, 3, 17)])
def test_a_shipping_day_that_cannot_be_is_refused_beside_a_capture_date_too(
    shop: Shop, clock: BusinessClock, shipped: date
) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_day=0)
    with pytest.raises(InvalidInput) as raised:
        shop.act(reference, "move", capture_date=date(2027, 3, 12), shipping_date=shipped)
    assert [each.field for each in raised.value.errors] == ["shipping_date"]
    sale = shop.sale(reference)
    assert (str(sale.capture_date), sale.shipping_date) == ("2027-03-10", None)
