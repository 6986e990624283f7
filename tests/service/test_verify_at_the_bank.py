"""`verify` with the bank as judge: old sales that moved, approvals nobody knows, sales past their limit date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import update

from app.database import Scope, real_now, unit_of_work
from app.domain.states import State
from app.models import Operation
from plugins.payment_gateway import checks
from plugins.payment_gateway.checks import bank_checks
from plugins.payment_gateway.commands import resolve
from tests.bank.conftest import OTHER, new_reference
from tests.service.clock import BusinessClock
from tests.service.shop import CUT_AFTER, CUT_BEFORE, EUR, REFERRAL, Shop, statuses


def wrong(reference: str) -> list[tuple[str, str]]:
    """What the bank's invariants say of one sale."""
    return [
        (each.invariant, text.removeprefix(reference))
        for each in bank_checks()
        for text in each.wrong
        if reference in text
    ]


def test_a_second_refund_of_an_old_sale_at_the_bank_is_seen(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.captured()
    clock.at("2027-05-20 12:00")
    assert shop.act(reference, "refund", amount=1_000).status == 200
    assert wrong(reference) == []
    assert shop.bank.cash("refund", reference, 1_000)["responseCode"] == "00"
    assert wrong(reference) == [
        ("I2", " CAPTURED: refunded 1000 here, 2000 at the bank"),
        ("I4", ": 2000 refunded at the bank, 1000 here"),
    ]
    shop.differs.add(reference)


def test_an_old_sale_refunded_at_the_bank_alone_is_seen_in_its_journal(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.captured()
    clock.at("2027-05-20 12:00")
    assert shop.bank.cash("refund", reference, 700)["responseCode"] == "00"
    assert ("I4", ": 700 refunded at the bank, 0 here") in wrong(reference)
    shop.differs.add(reference)


def test_an_approval_at_the_bank_that_nobody_here_knows_is_named_until_it_is_cancelled(shop: Shop) -> None:
    lost, foreign, refused = new_reference(), new_reference(), new_reference()
    checked = [each.checked for each in bank_checks()][-1]
    assert shop.bank.order(reference=lost, amount=EUR)["responseCode"] == "00"
    assert shop.bank.order(reference=foreign, amount=EUR, merchant=OTHER)["responseCode"] == "00"
    assert shop.bank.order("4970100000000055", reference=refused, amount=EUR)["responseCode"] == "05"
    assert wrong(lost) == [("I4", ": approved at the bank without a reversal, unknown here")]
    assert wrong(foreign) == []  # no account of ours goes by that merchant
    assert wrong(refused) == []
    assert [each.checked for each in bank_checks()][-1] == checked + 2
    for reference, more in ((lost, {}), (foreign, {"merchant": OTHER})):
        assert shop.bank.cash("cancel", reference, EUR, **more)["responseCode"] == "00"
    assert wrong(lost) == []


def test_a_forced_approval_of_a_sale_refused_here_is_seen(shop: Shop) -> None:
    shop.set(forcing_allowed=False)
    reference = shop.take(REFERRAL).reference
    assert shop.sale(reference).state == "REFUSED"
    forced = shop.bank.cash("referral", reference, authorisationId="123456")
    assert forced["responseCode"] == "00"
    assert ("I4", ": refused here, approved at the bank without a reversal") in wrong(reference)
    assert shop.bank.cash("cancel", reference, EUR)["responseCode"] == "00"


def test_a_sale_past_its_limit_is_open_until_the_sweep_comes_by(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    sold, held = shop.sold(), shop.sold(capture_mode="VALIDATION")
    called = shop.take(REFERRAL).reference
    clock.at("2027-03-17 12:00")
    assert [found for each in (sold, held, called) for found in wrong(each)] == []
    shop.lapse()
    shop.send_waiting()
    assert {shop.sale(each).state for each in (sold, held, called)} == {State.EXPIRED}
    assert [found for each in (sold, held, called) for found in wrong(each)] == []


def test_a_sale_within_its_limit_that_the_bank_let_go_is_wrong_however_old(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold()
    assert shop.bank.cash("cancel", reference, EUR)["responseCode"] == "00"
    assert wrong(reference) == [("I2", " TO_CAPTURE: CANCELLED at the bank")]
    shop.differs.add(reference)


def test_resolve_lets_lapse_what_is_past_its_limit_and_asks_about_the_rest(
    app: Flask, shop: Shop, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 12:00")
    sold, never = shop.sold(), shop.take(CUT_BEFORE).reference
    clock.at("2027-03-19 12:00")
    done = CliRunner().invoke(resolve, obj=app)
    assert done.exit_code == 0, done.output
    assert statuses(shop.sale(sold)) == [("TRANSACTION", "DONE"), ("EXPIRED", "DONE")]
    assert shop.amounts(sold)[:2] == ("EXPIRED", 0)
    assert len(shop.sale(never).operations) == 1


def test_what_is_uncertain_for_longer_than_a_day_is_compared_with_the_bank_too(shop: Shop) -> None:
    captured, undone = shop.sold(), shop.sold()
    shop.bank.fault("validate", "cut_after_commit", reference=captured)
    shop.bank.fault("validate", "cut_before_commit", reference=undone)
    for reference in (captured, undone):
        assert shop.act(reference, "capture").status == 202
        assert wrong(reference) == []  # the resolution has its time
        with unit_of_work(Scope((shop.id,))) as session:
            statement = update(Operation).where(Operation.id == shop.last(reference).id)
            session.execute(statement.values(sent_at=real_now() - timedelta(hours=24)))
    assert wrong(captured) == [("I2", " TO_CAPTURE: CAPTURED at the bank")]
    assert wrong(undone) == []  # uncertain, but the bank has what we have
    shop.settle()
    assert (wrong(captured), shop.sale(captured).state) == ([], "CAPTURED")


def test_an_order_uncertain_for_longer_than_a_day_that_the_bank_holds_is_named(shop: Shop) -> None:
    order = shop.take(CUT_AFTER)
    reference = order.sale.reference
    assert wrong(reference) == []
    with unit_of_work(Scope((shop.id,))) as session:
        statement = update(Operation).where(Operation.id == shop.last(reference).id)
        session.execute(statement.values(sent_at=real_now() - timedelta(hours=24)))
    assert [name for name, _ in wrong(reference)] == ["I2"]
    shop.settle()
    assert wrong(reference) == []


def test_sales_read_a_few_at_a_time_are_all_compared(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week of a busy counter does not fit into memory: what is wrong in any part of it is named, all of it is counted."""
    monkeypatch.setattr(checks, "READ_AT_ONCE", 2)
    sold = [shop.sold() for _ in range(5)]
    before = checks.same_as_the_bank()
    for reference in (sold[0], sold[4]):
        assert shop.bank.cash("cancel", reference, EUR)["responseCode"] == "00"
    after = checks.same_as_the_bank()
    assert (after.checked, after.note) == (before.checked, before.note)
    assert after.checked >= len(sold)
    assert tuple(after.wrong) == (
        *before.wrong,
        *(f"{each} TO_CAPTURE: CANCELLED at the bank" for each in (sold[0], sold[4])),
    )
    shop.differs |= {sold[0], sold[4]}
