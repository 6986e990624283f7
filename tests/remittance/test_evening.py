"""At the cut-off what is due leaves in the remittance of the day; what comes later leaves with the next one."""

from __future__ import annotations

from datetime import date

from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.shop import CAPTURE_REFUSED, EUR, Shop, statuses


def test_what_is_due_leaves_at_the_cut_off_and_not_before(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    today, later = shop.sold(capture_day=0), shop.sold(capture_day=2)
    clock.at("2027-03-10 20:59")
    assert not evening.is_due()
    assert evening.run().sent.total() == 0
    clock.at("2027-03-10 21:00")
    assert evening.is_due()
    assert evening.run().sent == {"DONE": 1}
    assert (shop.sale(today).state, shop.sale(later).state) == ("CAPTURED", "TO_CAPTURE")
    assert evening.remittances() == [(1, "2027-03-10", "SENT", EUR, 0, 1)]
    assert evening.lines(1) == [(1, "CAPTURE", "DONE")]
    assert shop.done(today)[-1] == ("VALIDATE", EUR)
    assert not evening.is_due()
    assert evening.run().sent.total() == 0
    clock.at("2027-03-12 21:05")
    evening.run()
    assert evening.remittances()[1] == (2, "2027-03-12", "SENT", EUR, 0, 1)


def test_lines_of_the_day_leave_with_its_remittance_and_what_comes_after_with_the_next(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    early = shop.captured(3_000)
    shop.act(early, "refund", amount=1_000)
    shop.sold(4_000, capture_day=0)
    assert evening.states() == ["OPEN"]
    clock.at("2027-03-10 21:10")
    evening.run()
    assert evening.remittances() == [(1, "2027-03-10", "SENT", 7_000, 1_000, 3)]
    late = shop.captured(500)
    assert shop.last(late).origin.endswith("-2")
    assert [each[:3] for each in evening.remittances()][1] == (2, "2027-03-11", "OPEN")
    assert shop.last(late).remittance_line == 1


def test_the_bank_prints_contract_and_number(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    evening.run()
    origins = [each["operationOrigin"] for each in shop.bank.journal(reference) if each["operation"] == "VALIDATE"]
    assert origins == [shop.last(reference).origin]


def test_a_refused_line_makes_it_partly_sent_and_a_person_decides(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    good, bad = shop.sold(capture_day=0), shop.take(CAPTURE_REFUSED, capture_day=0).reference
    clock.at("2027-03-10 21:00")
    assert evening.run().sent == {"DONE": 1, "REFUSED": 1}
    assert evening.remittances() == [(1, "2027-03-10", "PARTLY_SENT", EUR, 0, 1)]
    assert shop.sale(bad).capture_error == "05"
    assert shop.alarms() == ["capture_refused"]
    assert not evening.is_due()
    clock.at("2027-03-11 21:00")
    assert evening.run().sent.total() == 0
    assert shop.sale(good).state == "CAPTURED"


def test_held_moved_cancelled_and_unvalidated_sales_stay(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    held, moved, gone = (shop.sold(capture_day=0) for _ in range(3))
    waiting = shop.sold(capture_mode="VALIDATION", capture_day=3)
    shop.act(held, "hold")
    shop.act(moved, "move", capture_date=date(2027, 3, 12))
    shop.act(gone, "cancel")
    clock.at("2027-03-10 21:00")
    assert evening.run().sent.total() == 0
    assert evening.rows() == []
    assert [shop.sale(each).state for each in (held, moved, gone, waiting)] == [
        "TO_CAPTURE", "TO_CAPTURE", "CANCELLED", "TO_VALIDATE",
    ]  # fmt: skip
    shop.act(held, "release")
    assert shop.sale(held).capture_date == date(2027, 3, 11)
    clock.at("2027-03-11 21:00")
    evening.run()
    assert shop.sale(held).state == "CAPTURED"


def test_a_net_of_nothing_is_settled_without_a_bank_line(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    shop.act(shop.captured(2_000), "refund")
    clock.at("2027-03-10 21:00")
    evening.run()
    assert evening.remittances() == [(1, "2027-03-10", "SETTLED", 2_000, 2_000, 2)]


def test_what_reaches_its_limit_today_is_sent_at_noon(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 10:00")
    reference = shop.sold(capture_day=6)
    clock.at("2027-03-16 11:59")
    assert not evening.is_due()
    clock.at("2027-03-16 12:00")
    assert evening.is_due()
    assert evening.run().sent == {"DONE": 1}
    assert evening.remittances()[0][:3] == (1, "2027-03-16", "OPEN")
    assert statuses(shop.sale(reference))[-1] == ("CAPTURE", "DONE")


def test_a_missed_evening_is_caught_up_under_the_day_it_is_really_sent(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    shop.captured(1_000)
    shop.sold(2_000, capture_day=0)
    clock.at("2027-03-12 09:00")
    assert evening.is_due()
    evening.run()
    assert [each[:3] for each in evening.remittances()] == [(1, "2027-03-10", "SENT"), (2, "2027-03-12", "OPEN")]
    clock.at("2027-03-12 21:00")
    evening.run()
    assert evening.remittances()[1] == (2, "2027-03-12", "SENT", 2_000, 0, 1)


def test_a_second_remittance_of_the_day_when_something_comes_late(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    shop.sold(1_000, capture_day=0)
    assert evening.run(date(2027, 3, 10)).sent == {"DONE": 1}
    shop.sold(2_000, capture_day=0)
    assert evening.run(date(2027, 3, 10)).sent == {"DONE": 1}
    assert evening.run(date(2027, 3, 10)).sent.total() == 0
    assert evening.remittances() == [(1, "2027-03-10", "SENT", 1_000, 0, 1), (2, "2027-03-10", "SENT", 2_000, 0, 1)]


def test_each_contract_has_its_own(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    card, amex = shop.sold(capture_day=0), shop.sold(number="378282246310005", capture_day=0)
    clock.at("2027-03-10 21:00")
    evening.run()
    assert (shop.sale(card).state, shop.sale(amex).state) == ("CAPTURED", "TO_CAPTURE")
