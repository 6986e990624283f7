"""A sale whose limit date is over is released at the bank and EXPIRED, with an alarm."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.domain.errors import OperationInFlight
from app.models import OutboxMail
from app.supervisor.caught_up import summary
from tests.post.people import person
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


def test_after_days_off_one_mail_tells_of_all_that_lapsed(shop: Shop, clock: BusinessClock) -> None:
    for language in ("fr", "en"):
        person(shop.id, f"lapse{shop.id}{language}", "Supervisor", language=language)
    clock.at("2027-03-10 12:00")
    three = [shop.sold(order_number=f"LAPSED-{count}") for count in range(3)]
    clock.at("2027-03-20 09:00")
    shop.lapse()
    assert shop.alarms() == ["expired"] * 3
    with unit_of_work(Scope((shop.id,))) as session:
        mails = session.scalars(select(OutboxMail).where(OutboxMail.kind == "alarm:expired")).all()
    assert sorted(mail.language for mail in mails) == ["en", "fr"]
    for mail in mails:
        for count, reference in enumerate(three):
            assert f"LAPSED-{count} ({reference})" in mail.body
    english = next(mail for mail in mails if mail.language == "en")
    assert english.body.startswith("3 sales were not remitted by their limit dates; they are released at the bank: ")


def test_what_a_start_after_days_off_says_is_counted_in_words() -> None:
    done = {"CAPTURED": 1, "EXPIRED": 2, "REFUNDED_IN_PART": 1, "CAPTURE_REFUSED": 1}
    said = (
        "1 sale remitted, 1 capture refused by the bank, 2 sales lapsed, their authorisations released, 1 refund sent"
    )
    assert summary(done) == said


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
