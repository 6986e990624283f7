"""When a sale is remitted: deferral, cut-off, moved, held, released."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.errors import InvalidInput, NotAllowedInState, NotPermitted
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import CAPTURE_REFUSED, REFUSED, Shop, new_key


@pytest.mark.parametrize(
    ("taken", "day", "capture", "limit"),
    [
        ("2027-03-10 12:00", 0, "2027-03-10", "2027-03-16"),
        ("2027-03-10 20:59:30", 0, "2027-03-10", "2027-03-16"),
        ("2027-03-10 21:00", 0, "2027-03-11", "2027-03-16"),
        ("2027-03-10 23:59", 0, "2027-03-11", "2027-03-16"),
        ("2027-03-10 21:30", 1, "2027-03-11", "2027-03-16"),
        ("2027-03-10 12:00", 6, "2027-03-16", "2027-03-16"),
        ("2027-03-27 23:30", 1, "2027-03-28", "2027-04-02"),  # the night the clocks go forward
        ("2027-10-31 00:30", 0, "2027-10-31", "2027-11-06"),  # the day of 25 hours
    ],
)
def test_deferral_and_cut_off(shop: Shop, clock: BusinessClock, taken: str, day: int, capture: str, limit: str) -> None:
    clock.at(taken)
    sale = shop.sale(shop.sold(capture_day=day))
    assert (str(sale.capture_date), str(sale.limit_date), sale.capture_day) == (capture, limit, day)


def test_the_merchants_defaults(new_shop: NewShop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    deferred = new_shop(default_capture_day=3)
    waits = new_shop(default_capture_mode="VALIDATION", default_capture_day=5)
    assert str(deferred.sale(deferred.sold()).capture_date) == "2027-03-13"
    sale = waits.sale(waits.sold())
    assert (sale.state, str(sale.limit_date)) == ("TO_VALIDATE", "2027-03-15")


def test_the_contracts_own_cut_off_and_the_merchants_own_zone(new_shop: NewShop, clock: BusinessClock) -> None:
    from datetime import time

    early = new_shop(contract={"cut_off": time(15, 0)})
    island = new_shop(zone="America/Martinique")
    clock.at("2027-03-10 15:00")
    assert str(early.sale(early.sold()).capture_date) == "2027-03-11"
    clock.at("2027-03-11 02:00")
    assert str(island.sale(island.sold()).capture_date) == "2027-03-11"  # 21:00 of the 10th there
    assert str(island.sale(island.sold()).limit_date) == "2027-03-16"


def test_an_approval_known_late_is_remitted_from_then_on(shop: Shop, clock: BusinessClock) -> None:
    from tests.service.shop import CUT_AFTER

    clock.at("2027-03-10 12:00")
    reference = shop.take(CUT_AFTER, capture_day=1).reference
    clock.at("2027-03-13 12:00")
    shop.settle()
    sale = shop.sale(reference)
    assert (sale.state, str(sale.capture_date), str(sale.limit_date)) == ("TO_CAPTURE", "2027-03-13", "2027-03-16")


@pytest.mark.parametrize("day", [-1, 7])
def test_a_deferral_beyond_the_banks_contract(shop: Shop, day: int) -> None:
    with pytest.raises(InvalidInput) as raised:
        shop.take(capture_day=day)
    assert [(each.field, each.code) for each in raised.value.errors] == [("capture_day", "capture_day_invalid")]


def test_a_sale_is_moved_between_the_next_remittance_and_its_limit(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference, key = shop.sold(), new_key()
    answer = shop.act(reference, "move", capture_date=date(2027, 3, 14), key=key)
    assert (answer.status, answer.operation_id) == (200, None)
    assert str(shop.sale(reference).capture_date) == "2027-03-14"
    assert shop.act(reference, "move", capture_date=date(2027, 3, 14), key=key).replayed
    for day, code in ((date(2027, 3, 17), "capture_date_beyond_limit"), (date(2027, 3, 9), "capture_date_past")):
        with pytest.raises(InvalidInput) as raised:
            shop.act(reference, "move", capture_date=day)
        assert [each.code for each in raised.value.errors] == [code]
    with pytest.raises(InvalidInput):
        shop.act(reference, "move")
    clock.at("2027-03-10 21:05")
    with pytest.raises(InvalidInput):
        shop.act(reference, "move", capture_date=date(2027, 3, 10))
    assert shop.act(reference, "move", capture_date=date(2027, 3, 16)).status == 200
    events = [(each.kind, each.data) for each in shop.sale(reference).events][-2:]
    assert events[0] == ("MOVED", {"from": "2027-03-10", "to": "2027-03-14"})


def test_what_is_leaving_this_evening_is_moved_no_more_unless_it_was_held(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    with pytest.raises(InvalidInput) as raised:
        shop.act(reference, "move", capture_date=date(2027, 3, 12))
    assert [(each.field, each.code) for each in raised.value.errors] == [("capture_date", "after_cut_off")]
    assert str(shop.sale(reference).capture_date) == "2027-03-10"
    shop.act(reference, "hold")
    assert shop.act(reference, "move", capture_date=date(2027, 3, 12)).status == 200


def test_a_late_sale_leaves_this_evening_too_and_is_moved_no_more_after_the_cut_off(
    shop: Shop, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    clock.at("2027-03-12 21:00")  # two evenings no run was there
    with pytest.raises(InvalidInput) as raised:
        shop.act(reference, "move", capture_date=date(2027, 3, 14))
    assert [(each.field, each.code) for each in raised.value.errors] == [("capture_date", "after_cut_off")]
    assert str(shop.sale(reference).capture_date) == "2027-03-10"
    shop.act(reference, "hold")
    assert shop.act(reference, "move", capture_date=date(2027, 3, 14)).status == 200


def test_a_late_sale_the_bank_refused_is_moved_after_the_cut_off(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.take(CAPTURE_REFUSED, capture_day=0).reference
    assert shop.act(reference, "capture").status == 409
    clock.at("2027-03-12 21:00")
    assert shop.act(reference, "move", capture_date=date(2027, 3, 14)).status == 200


def test_a_held_sale_that_is_captured_by_hand_is_held_no_more(shop: Shop) -> None:
    reference = shop.sold(capture_day=3)
    shop.act(reference, "hold")
    assert shop.act(reference, "capture").status == 200
    assert (shop.sale(reference).state, shop.sale(reference).held) == ("CAPTURED", False)


def test_a_sale_the_bank_refused_is_not_leaving_after_the_cut_off(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.take(CAPTURE_REFUSED, capture_day=0).reference
    assert shop.act(reference, "capture").status == 409
    clock.at("2027-03-10 21:00")
    assert shop.act(reference, "move", capture_date=date(2027, 3, 12)).status == 200
    assert str(shop.sale(reference).capture_date) == "2027-03-12"


def test_only_what_waits_for_its_remittance_is_moved_or_held(shop: Shop) -> None:
    for reference in (shop.captured(), shop.sold(capture_mode="VALIDATION"), shop.take(REFUSED).reference):
        for verb in ("move", "hold", "release"):
            with pytest.raises(NotAllowedInState):
                shop.act(reference, verb, capture_date=date(2099, 1, 1))


def test_a_sale_is_held_out_of_the_runs_and_released_into_the_next(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold()
    assert shop.act(reference, "hold", note="wait for the supplier").status == 200
    assert shop.sale(reference).held
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "hold")
    clock.at("2027-03-12 21:10")
    assert shop.act(reference, "release").status == 200
    sale = shop.sale(reference)
    assert (sale.held, str(sale.capture_date)) == (False, "2027-03-13")
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "release")
    assert [each.kind for each in sale.events][-2:] == ["HELD", "RELEASED"]


def test_who_may_plan(shop: Shop) -> None:
    reference = shop.sold()
    for verb in ("move", "hold", "release"):
        with pytest.raises(NotPermitted):
            shop.act(reference, verb, who=shop.clerk, capture_date=date(2099, 1, 1))
