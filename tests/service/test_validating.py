"""VALIDATION mode: the sale waits for the goods, then is remitted whole or in part."""

from __future__ import annotations

import pytest

from app.domain.errors import AmountTooHigh, InvalidInput, NotAllowedInState, NotPermitted
from tests.service.clock import BusinessClock
from tests.service.shop import EUR, Shop, statuses


def waiting(shop: Shop, **more: object) -> str:
    return shop.sold(capture_mode="VALIDATION", **more)  # type: ignore[arg-type]


def test_the_whole_is_validated_without_the_bank(shop: Shop) -> None:
    reference = waiting(shop)
    assert shop.amounts(reference)[0] == "TO_VALIDATE"
    assert shop.sale(reference).capture_date is None
    assert shop.act(reference, "validate").status == 200
    sale = shop.sale(reference)
    assert (sale.state, sale.amount) == ("TO_CAPTURE", EUR)
    assert statuses(sale)[-1] == ("VALIDATE", "DONE")
    assert shop.done(reference) == [("TRANSACTION", EUR)]


def test_a_part_is_kept_and_the_rest_is_released_with_the_capture(shop: Shop) -> None:
    reference = waiting(shop)
    assert shop.act(reference, "validate", amount=6_000).status == 200
    assert shop.amounts(reference)[:2] == ("TO_CAPTURE", 6_000)
    assert shop.sale(reference).bank_amount == EUR
    shop.act(reference, "cancel", amount=1_000)
    assert shop.act(reference, "capture").status == 200
    assert shop.amounts(reference) == ("CAPTURED", 5_000, 5_000, 0, 0)
    assert shop.done(reference)[1:] == [("CANCEL", 1_000), ("VALIDATE", 5_000)]


def test_what_was_validated_in_part_is_cancelled_whole_at_the_bank(shop: Shop) -> None:
    reference = waiting(shop)
    shop.act(reference, "validate", amount=6_000)
    assert shop.act(reference, "cancel").status == 200
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)
    assert shop.done(reference)[-1] == ("CANCEL", EUR)


@pytest.mark.parametrize("amount", [EUR + 1, 0, -1])
def test_only_what_is_there_is_validated(shop: Shop, amount: int) -> None:
    with pytest.raises(AmountTooHigh if amount > 0 else InvalidInput):
        shop.act(waiting(shop), "validate", amount=amount)


def test_what_is_not_waiting_is_not_validated(shop: Shop) -> None:
    with pytest.raises(NotAllowedInState):
        shop.act(shop.sold(), "validate")


def test_a_part_may_be_cancelled_before(shop: Shop) -> None:
    reference = waiting(shop)
    assert shop.act(reference, "cancel", amount=2_000).status == 200
    assert shop.amounts(reference)[:2] == ("TO_VALIDATE", 8_000)
    with pytest.raises(AmountTooHigh):
        shop.act(reference, "validate", amount=8_001)
    assert shop.act(reference, "validate", amount=8_000).status == 200


def test_who_may_validate(shop: Shop) -> None:
    with pytest.raises(NotPermitted):
        shop.act(waiting(shop), "validate", who=shop.clerk)


def test_it_is_remitted_today_and_tomorrow_after_cut_off(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    first, second = waiting(shop), waiting(shop)
    clock.at("2027-03-12 20:59:30")
    shop.act(first, "validate")
    clock.at("2027-03-12 21:00")
    shop.act(second, "validate")
    assert [str(shop.sale(each).capture_date) for each in (first, second)] == ["2027-03-12", "2027-03-13"]


def test_it_is_never_remitted_beyond_its_limit(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    default, short = waiting(shop), waiting(shop, capture_day=2)
    assert str(shop.sale(default).limit_date) == "2027-03-16"
    assert str(shop.sale(short).limit_date) == "2027-03-12"
    clock.at("2027-03-12 21:30")
    shop.act(short, "validate")
    assert str(shop.sale(short).capture_date) == "2027-03-12"
