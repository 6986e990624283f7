"""A sale whose limit date is over is released at the bank and EXPIRED, with an alarm."""

from __future__ import annotations

import pytest

from app.domain.errors import OperationInFlight
from tests.service.assessor import hit, install
from tests.service.clock import BusinessClock
from tests.service.shop import EUR, Shop, statuses


@pytest.mark.parametrize("kind", ["TO_CAPTURE", "TO_VALIDATE", "TO_CHALLENGE"])
def test_at_the_end_of_its_limit_it_is_released_and_expires(shop: Shop, clock: BusinessClock, kind: str) -> None:
    clock.at("2027-03-10 12:00")
    if kind == "TO_CHALLENGE":
        install(hits_before=[hit("CHALLENGE", "03")])
    reference = shop.sold(capture_mode="VALIDATION" if kind == "TO_VALIDATE" else "AUTHOR_CAPTURE")
    assert shop.sale(reference).state == kind
    clock.at("2027-03-16 23:59")
    shop.lapse()
    assert shop.sale(reference).state == kind
    clock.at("2027-03-17 00:00:01")
    shop.lapse()
    assert (shop.sale(reference).state, shop.alarms()) == (kind, ["expired"])
    shop.send_waiting()
    sale = shop.sale(reference)
    assert (sale.state, sale.amount, sale.capture_date) == ("EXPIRED", 0, None)
    assert statuses(sale)[-1] == ("EXPIRED", "DONE")
    shop.lapse()
    assert len(shop.sale(reference).operations) == 2
    assert shop.alarms() == ["expired"]


def test_what_lapsed_is_neither_captured_nor_cancelled_meanwhile(shop: Shop, clock: BusinessClock) -> None:
    """The machine owes the bank its release: another operation on the sale would make it ask in vain for ever."""
    clock.at("2027-03-10 12:00")
    reference = shop.sold()
    clock.at("2027-03-17 00:00:01")
    shop.lapse()
    for verb in ("capture", "cancel", "hold"):
        with pytest.raises(OperationInFlight):
            shop.act(reference, verb)
    shop.send_waiting()
    assert shop.sale(reference).state == "EXPIRED"


def test_in_the_blackout_the_release_waits(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_mode="VALIDATION", capture_day=0)
    shop.set(zone="Pacific/Auckland")  # its day is over while the bank remits
    shop.night()
    clock.at("2027-03-10 22:00")
    shop.lapse()
    shop.send_waiting()
    assert statuses(shop.sale(reference))[-1] == ("EXPIRED", "WAITING")
    assert shop.journal(reference) == [("TRANSACTION", EUR, "00")]
    clock.at("2027-03-10 23:11")
    shop.send_waiting()
    assert shop.sale(reference).state == "EXPIRED"


def test_a_bank_that_does_not_let_go_is_asked_again_and_shown_once(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_mode="VALIDATION", capture_day=0)
    shop.set(zone="Pacific/Auckland")
    clock.at("2027-03-10 15:00")
    shop.lapse()
    shop.bank.fault("cancel", "refuse:05", times=2, reference=reference)
    shop.bank.fault("cancel", "cut_before_commit", times=1, reference=reference)
    for _ in range(3):
        shop.send_waiting()
        clock.advance(minutes=6)
    shop.settle()
    assert shop.alarms() == ["expired", "unexplained_difference"]
    clock.advance(minutes=6)
    shop.send_waiting()
    assert shop.sale(reference).state == "EXPIRED"


def test_a_sale_with_an_uncertain_capture_does_not_expire(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-16 23:50")
    reference = shop.sold(capture_mode="VALIDATION", capture_day=0)
    shop.act(reference, "validate")
    shop.bank.fault("validate", "cut_after_commit", reference=reference)
    shop.act(reference, "capture")
    clock.at("2027-03-17 00:00:01")
    shop.lapse()
    assert statuses(shop.sale(reference))[-1] == ("CAPTURE", "UNKNOWN")
    shop.settle()
    shop.lapse()
    assert shop.sale(reference).state == "CAPTURED"
