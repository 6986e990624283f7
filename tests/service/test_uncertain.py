"""What stays uncertain: late answers, late approvals, a PENDING of 24 hours, differences nobody explains."""

from __future__ import annotations

import dataclasses
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from app.database import Scope, real_now, unit_of_work
from app.domain.errors import OperationInFlight
from app.models import Operation, Transaction
from app.ports import BankView
from plugins.payment_gateway import nightly, runner
from plugins.payment_gateway.nightly import ask_again_about_refused
from plugins.payment_gateway.resolution import resolve_due, resolve_one
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import (
    AMEX,
    APPROVED,
    CUT_AFTER,
    CUT_BEFORE,
    EUR,
    Shop,
    is_open,
    statuses,
)


def late_answer(shop: Shop) -> str:
    """A sale concluded as not received while its answer, an approval, was still on its way."""
    shop.bank.fault("getTransactionData", "code:25", times=50)
    shop.bank.fault("cardOrder", "late")
    shop.bank.control(late_ms=2_000)
    taken: list[str] = []

    def take() -> None:
        with shop.app.app_context():
            taken.append(shop.take().reference)

    taking = threading.Thread(target=take)
    taking.start()
    shop.wait_until(lambda: bool(shop.sales()))
    with unit_of_work(Scope((shop.id,))) as session:  # as if the deadline were long over: the runner hung
        past = session.query(Operation).one().deadline - timedelta(seconds=60)
        session.execute(update(Operation).values(deadline=past, next_inquiry_at=past))
    shop.wait_until(lambda: bool(shop.resolve()) and not is_open(shop.sales()[0]))
    assert shop.sales()[0].response_code == "97"
    taking.join()
    shop.bank.control(clear=True)
    return taken[0]


def test_an_approval_after_it_was_given_up_stays_refused_and_is_cancelled(shop: Shop) -> None:
    reference = late_answer(shop)
    sale = shop.sale(reference)
    assert (sale.state, sale.response_code) == ("REFUSED", "97")
    assert statuses(sale) == [("TRANSACTION", "FAILED"), ("CANCEL", "WAITING")]
    assert shop.alarms() == ["late_approval"]
    with pytest.raises(OperationInFlight):
        shop.act(reference, "duplicate")
    shop.send_waiting()
    sale = shop.sale(reference)
    assert (sale.state, sale.amount, sale.bank_status) == ("REFUSED", EUR, "CANCELLED")
    assert statuses(sale) == [("TRANSACTION", "FAILED"), ("CANCEL", "DONE")]
    assert shop.done(reference) == [("TRANSACTION", EUR), ("CANCEL", EUR)]
    assert [each.kind for each in sale.events] == ["SUBMITTED", "NOT_RECEIVED", "LATE_APPROVAL"]


def test_the_refused_of_the_last_seven_days_are_asked_about_every_night(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    late, never = shop.take(CUT_BEFORE).reference, shop.take(CUT_BEFORE).reference
    shop.settle()
    assert {shop.sale(each).response_code for each in (late, never)} == {"97"}
    shop.bank.order(APPROVED, late, amount=EUR)  # the platform writes it after all
    clock.at("2027-03-11 03:00")
    ask_again_about_refused(clock.at("2027-03-11 03:00").date())
    shop.send_waiting()
    assert shop.alarms() == ["late_approval"]
    assert statuses(shop.sale(late)) == [("TRANSACTION", "FAILED"), ("CANCEL", "DONE")]
    assert statuses(shop.sale(never)) == [("TRANSACTION", "FAILED")]
    ask_again_about_refused(clock.at("2027-03-12 03:00").date())
    assert shop.alarms() == ["late_approval"]
    shop.bank.order(APPROVED, never, amount=EUR)
    ask_again_about_refused(clock.at("2027-03-18 03:00").date())
    assert len(statuses(shop.sale(never))) == 1  # after seven days nobody asks
    shop.differs.add(never)


def test_a_bank_that_answers_nothing_at_night_is_left_alone_and_the_night_is_tried_again(
    shop: Shop, new_shop: NewShop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question to a bank that hangs takes long, and the day's other work waits behind it."""
    clock.at("2027-03-10 12:00")
    other = new_shop()
    given_up = [shop.take(CUT_BEFORE).reference for _ in range(3)]
    late = other.take(CUT_BEFORE).reference
    shop.settle()
    other.settle()
    assert {shop.sale(each).state for each in given_up} == {"REFUSED"}
    asked: list[str] = []

    def hang(_account: object, reference: str) -> BankView:
        asked.append(reference)
        return BankView(found=None if reference in given_up else False)

    monkeypatch.setattr(nightly, "ask", hang)
    monkeypatch.setattr(nightly, "GIVEN_UP_AFTER", 2)
    with pytest.raises(nightly.BankSilent):
        ask_again_about_refused(clock.at("2027-03-11 03:00").date())
    mine = [each for each in asked if each in (*given_up, late)]
    assert (len([each for each in mine if each in given_up]), late in mine) == (2, True)


def test_a_silent_account_keeps_the_merchants_other_account_from_nothing_at_night(
    shop: Shop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 12:00")
    hanging = [shop.take(CUT_BEFORE).reference for _ in range(3)]
    shop.bank.fault("cardOrder", "cut_before_commit")
    answering = shop.take(AMEX).reference
    shop.settle()
    assert {shop.sale(each).state for each in (*hanging, answering)} == {"REFUSED"}
    asked: list[str] = []

    def hang(_account: object, reference: str) -> BankView:
        asked.append(reference)
        return BankView(found=None if reference in hanging else False)

    monkeypatch.setattr(nightly, "ask", hang)
    for most in (2, 8):  # also when it is asked less often than it takes to be left alone
        asked.clear()
        monkeypatch.setattr(nightly, "GIVEN_UP_AFTER", most)
        with pytest.raises(nightly.BankSilent):
            ask_again_about_refused(clock.at("2027-03-11 03:00").date())
        assert answering in asked
        assert len([each for each in asked if each in hanging]) == min(most, 3)


def test_not_found_is_believed_the_second_time_and_late_enough(shop: Shop) -> None:
    settings = shop.app.extensions["settings"]
    reference = shop.take(CUT_BEFORE).reference
    shop.app.extensions["settings"] = dataclasses.replace(settings, not_found_after=3)
    try:
        for _ in range(2):
            shop.resolve()
        assert shop.sale(reference).state == "PENDING"
        assert shop.last(reference).not_found_count == 4
        shop.wait_until(lambda: bool(shop.resolve()) and shop.sale(reference).state == "REFUSED")
        operation = shop.last(reference)
        assert operation.ended_at is not None
        assert operation.settled_at is not None
        assert operation.settled_at - operation.ended_at >= timedelta(seconds=3)
    finally:
        shop.app.extensions["settings"] = settings


def test_the_timed_inquiries_keep_their_pace(shop: Shop) -> None:
    """trust.md: after 5, 15, 30 s, 1, 5, 30 minutes, then hourly, counted from the end of the call."""
    reference = shop.take(CUT_AFTER).reference
    operation = shop.last(reference)
    assert operation.next_inquiry_at is not None
    assert operation.ended_at is not None
    assert timedelta(seconds=4) < operation.next_inquiry_at - operation.ended_at < timedelta(seconds=6)
    assert resolve_one(shop.id, operation.id) == 0  # its time has not come
    shop.bank.fault("getTransactionData", "http_500", times=6)
    for over, wanted in ((6, 15), (20, 30), (45, 60), (200, 300), (1_000, 1_800), (4_000, 7_600)):
        ended = real_now() - timedelta(seconds=over)
        with unit_of_work(Scope((shop.id,))) as session:
            session.execute(update(Operation).values(ended_at=ended, next_inquiry_at=ended))
        assert resolve_one(shop.id, operation.id) == 1
        later = shop.last(reference).next_inquiry_at
        assert later is not None
        assert abs((later - ended).total_seconds() - wanted) < 2, over
    shop.settle()
    assert shop.last(reference).status == "DONE"


def test_a_sale_changed_at_the_bank_by_others_is_for_a_person(shop: Shop) -> None:
    reference = shop.sold()
    shop.bank.fault("cancel", "cut_before_commit", reference=reference)
    shop.act(reference, "cancel", amount=1_000)
    shop.bank.cash("cancel", reference, 500)  # in the bank's own back office
    shop.resolve()
    shop.resolve()
    assert shop.alarms() == ["unexplained_difference"]
    assert is_open(shop.sale(reference))
    assert shop.amounts(reference)[:2] == ("TO_CAPTURE", EUR)


def test_one_item_that_cannot_be_settled_holds_up_no_other(shop: Shop) -> None:
    first, second = shop.take(CUT_AFTER).reference, shop.take(CUT_AFTER).reference
    damage(shop, first, "TO_CAPTURE")  # the table knows no approval from there: settling it is an error of ours
    with unit_of_work(Scope((shop.id,))) as session:
        session.execute(update(Operation).values(next_inquiry_at=Operation.ended_at))
    resolve_due()
    assert shop.sale(second).state == "TO_CAPTURE"
    assert statuses(shop.sale(first)) == [("TRANSACTION", "UNKNOWN")]
    damage(shop, first, "PENDING")
    shop.settle()
    assert statuses(shop.sale(first)) == [("TRANSACTION", "DONE")]


def damage(shop: Shop, reference: str, state: str) -> None:
    with unit_of_work(Scope((shop.id,))) as session:
        session.execute(update(Transaction).where(Transaction.reference == reference).values(state=state))


def test_an_order_of_which_the_bank_holds_a_part_only_is_for_a_person(shop: Shop) -> None:
    """Its answer was lost, and a part was released at the bank's own desk: it is no approval of the whole."""
    reference = shop.take(CUT_AFTER).reference
    assert shop.bank.cash("cancel", reference, EUR // 4)["responseCode"] == "00"
    shop.resolve()
    sale = shop.sale(reference)
    assert (sale.state, sale.bank_amount) == ("PENDING", None)
    assert shop.alarms() == ["unexplained_difference"]
    shop.bank.cash("cancel", reference, EUR - EUR // 4)  # and the rest: the inquiry tells it
    shop.settle()
    assert shop.sale(reference).state == "CANCELLED"


def test_a_limit_that_was_over_before_the_order_is_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    real = runner.call
    monkeypatch.setattr(runner, "call", lambda intent: dataclasses.replace(real(intent), limit_date=date(1, 1, 1)))
    sale = shop.sale(shop.sold(capture_day=3))
    assert sale.limit_date == sale.capture_date + timedelta(days=3)
    shop.lapse()
    assert shop.sale(sale.reference).state == "TO_CAPTURE"
