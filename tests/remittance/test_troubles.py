"""Whatever goes wrong in the evening: nothing is lost, nothing leaves twice, one item blocks no other."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from app.alarms import LABELS
from app.database import Scope, unit_of_work
from app.domain.errors import NotAllowedInState, OperationInFlight
from app.mail import in_language, sentence
from app.models import Alarm
from plugins.payment_gateway.remittance import aside
from plugins.payment_gateway.remittance.warnings import warn_due
from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import EUR, Shop
from tests.web_process import together


@pytest.mark.parametrize(("fault", "end"), [("cut_after_commit", "CAPTURED"), ("cut_before_commit", "TO_CAPTURE")])
def test_an_unknown_line_stays_or_leaves_with_an_event(
    shop: Shop, evening: Evening, clock: BusinessClock, fault: str, end: str
) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    shop.bank.fault("validate", fault, reference=reference)
    assert evening.run().sent == {"UNKNOWN": 1}
    assert evening.remittances() == [(1, "2027-03-10", "PARTLY_SENT", 0, 0, 0)]
    shop.settle()
    sale = shop.sale(reference)
    assert sale.state == end
    if end == "CAPTURED":
        assert evening.remittances() == [(1, "2027-03-10", "SENT", EUR, 0, 1)]
        return
    assert [each.kind for each in sale.events][-1] == "CAPTURE_NOT_DONE"
    assert evening.lines(1) == []
    assert evening.states() == ["SETTLED"]
    evening.no_pause()
    evening.run()
    assert shop.sale(reference).state == "CAPTURED"
    assert evening.remittances()[1] == (2, "2027-03-10", "SENT", EUR, 0, 1)


def test_a_bank_that_cannot_be_reached_is_left_alone_and_tried_again(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(25)]
    clock.at("2027-03-10 21:00")
    shop.set_account(url="http://127.0.0.1:9")
    tally = evening.run()
    assert tally.away
    assert set(tally.sent) == {"NOT_SENT"}
    assert tally.sent.total() < 25
    assert evening.states() == ["SENDING"]
    assert shop.alarms() == []
    clock.at("2027-03-10 21:44")
    evening.tell_late()
    assert shop.alarms() == []
    clock.at("2027-03-10 21:45")
    evening.tell_late()
    evening.tell_late()
    assert shop.alarms() == ["remittance_late"]
    shop.set_account(url=f"http://127.0.0.1:{shop.bank.port}")
    assert evening.run().sent.total() == 25 - tally.sent.total()  # the others pause
    evening.no_pause()
    evening.run()
    assert {shop.sale(each).state for each in references} == {"CAPTURED"}
    assert evening.remittances() == [(1, "2027-03-10", "SENT", 25_000, 0, 25)]


def test_in_the_blackout_the_run_waits_and_goes_on_after_it(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    shop.night()
    clock.at("2027-03-10 21:56")
    assert evening.run().sent == {"NOT_SENT": 1}
    assert len(shop.sale(reference).operations) == 1
    clock.at("2027-03-10 23:11")
    assert evening.run().sent == {"DONE": 1}
    assert evening.remittances() == [(1, "2027-03-10", "SENT", EUR, 0, 1)]


def test_a_sale_that_cannot_be_captured_is_set_aside_and_blocks_no_other(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    poison, good = shop.sold(capture_day=0), [shop.sold(capture_day=0) for _ in range(3)]
    evening.change(poison, gateway_account_id=None)
    clock.at("2027-03-10 21:00")
    assert evening.run().sent == {"ASIDE": 1, "DONE": 3}
    assert {shop.sale(each).state for each in good} == {"CAPTURED"}
    assert evening.states() == ["SENDING"]
    for _ in range(aside.MOST_TRIES - 1):
        evening.no_pause()
        assert evening.run().sent == {"ASIDE": 1}
    evening.run()
    assert evening.remittances() == [(1, "2027-03-10", "PARTLY_SENT", 3 * EUR, 0, 3)]
    sale = shop.sale(poison)
    assert (sale.state, sale.capture_error) == ("TO_CAPTURE", "ASIDE")
    assert [each.kind for each in sale.events][-1] == "SET_ASIDE"
    assert shop.alarms() == ["capture_refused"]
    assert not evening.is_due()
    shop.differs.add(poison)


def test_an_error_of_ours_counts_a_try_and_writes_nothing_else(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    monkeypatch.setattr("app.failpoints._points", {"remittance.before_sending": ["raise", 1]})
    assert evening.run().sent == {"ASIDE": 1}
    sale = shop.sale(reference)
    assert (sale.capture_tries, len(sale.operations)) == (1, 1)
    evening.no_pause()
    evening.run()
    assert shop.sale(reference).state == "CAPTURED"


def test_four_workers_at_once_send_each_sale_once(
    shop: Shop, evening: Evening, clock: BusinessClock, app: Flask
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(30)]
    clock.at("2027-03-10 21:00")

    def work(_number: int) -> None:
        with app.app_context():
            evening.run()

    together(4, work)
    evening.run()
    assert all(shop.done(each) == [("TRANSACTION", 1_000), ("VALIDATE", 1_000)] for each in references)
    assert evening.remittances() == [(1, "2027-03-10", "SENT", 30_000, 0, 30)]
    assert [line for line, _name, _status in evening.lines(1)] == list(range(1, 31))


def test_a_capture_by_hand_during_the_run_is_one_capture(
    shop: Shop, evening: Evening, clock: BusinessClock, app: Flask
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(8)]
    clock.at("2027-03-10 21:00")

    def work(number: int) -> None:
        with app.app_context():
            if number:
                evening.run()
                return
            for each in reversed(references):
                with suppress(OperationInFlight, NotAllowedInState):  # the run was there first
                    shop.act(each, "capture")

    together(2, work)
    evening.run()
    assert all(shop.done(each) == [("TRANSACTION", 1_000), ("VALIDATE", 1_000)] for each in references)


@pytest.mark.parametrize(
    ("taken", "evening_of"),
    [("2027-03-27 15:00", "2027-03-28"), ("2027-10-30 15:00", "2027-10-31"), ("2028-02-28 15:00", "2028-02-29"),
     ("2027-12-31 15:00", "2028-01-01")],
)  # fmt: skip
def test_short_and_long_days_leap_days_and_the_years_end(
    shop: Shop, evening: Evening, clock: BusinessClock, taken: str, evening_of: str
) -> None:
    clock.at(taken)
    reference = shop.sold(capture_day=1)
    clock.at(f"{evening_of} 20:59")
    assert evening.run().sent.total() == 0
    clock.at(f"{evening_of} 21:00")
    evening.run()
    assert shop.sale(reference).captured_at.date() == date.fromisoformat(evening_of)
    assert evening.rows()[0].day.isoformat() == evening_of


@pytest.mark.parametrize("kind", ["TO_VALIDATE", "held"])
def test_the_day_before_its_limit_people_are_told_once(new_shop: NewShop, clock: BusinessClock, kind: str) -> None:
    shop = new_shop()
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_mode="VALIDATION" if kind == "TO_VALIDATE" else "AUTHOR_CAPTURE", capture_day=6)
    normal = shop.sold(capture_day=6)
    if kind == "held":
        shop.act(reference, "hold")
    clock.at("2027-03-15 07:59")
    warn_due()
    assert shop.alarms() == []
    clock.at("2027-03-15 08:00")
    warn_due()
    warn_due()
    assert shop.alarms() == ["expires_soon"]
    assert shop.sale(normal).state == "TO_CAPTURE"
    with unit_of_work(Scope((shop.id,))) as session:
        alarm = session.scalars(select(Alarm)).one()
    called = f"{shop.sale(reference).order_number} ({reference})"
    with shop.app.test_request_context():
        for language, day in (("en", "16 Mar 2027"), ("fr", "16/03/2027")):
            with in_language(language):
                said = sentence(alarm.message, alarm.params)
                assert called in said
                assert day in said
                assert "tomorrow" not in sentence(LABELS[alarm.kind])


def test_what_has_lapsed_is_not_warned_of_any_more(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    shop.sold(capture_mode="VALIDATION", capture_day=6)
    clock.at("2027-03-17 00:00:30")
    warn_due()
    assert shop.alarms() == []


@pytest.mark.parametrize("by_command", [False, True])
def test_what_is_past_its_limit_lapses_and_is_not_captured(
    shop: Shop, evening: Evening, clock: BusinessClock, by_command: bool
) -> None:
    """Nothing ran for days: the authorisation may not hold any more, so the sale is released, never remitted."""
    clock.at("2027-03-10 15:00")
    over = shop.sold(capture_day=2)
    clock.at("2027-03-11 15:00")
    still = shop.sold(capture_day=2)
    clock.at("2027-03-17 00:00:30")
    assert evening.run(date(2027, 3, 17) if by_command else None).sent == {"DONE": 1}
    assert (shop.sale(over).state, shop.sale(still).state) == ("TO_CAPTURE", "CAPTURED")
    shop.lapse()
    shop.send_waiting()
    assert shop.sale(over).state == "EXPIRED"
    assert shop.alarms() == ["expired"]


def test_a_sale_that_cannot_even_be_set_aside_blocks_no_other(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    poison, good = shop.sold(capture_day=0), [shop.sold(capture_day=0) for _ in range(3)]
    evening.change(poison, gateway_account_id=None)
    clock.at("2027-03-10 21:00")
    monkeypatch.setattr("app.failpoints._points", {"remittance.before_try_noted": ["raise", 1]})
    assert evening.run().sent == {"ASIDE": 1, "DONE": 3}
    assert {shop.sale(each).state for each in good} == {"CAPTURED"}
    shop.differs.add(poison)
