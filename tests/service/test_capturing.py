"""CAPTURE now, refused captures, IMMEDIATE, and the remittance a capture joins."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.domain.errors import InvalidInput, NotAllowedInState, NotPermitted, OperationInFlight
from app.models import Operation, Remittance
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import CAPTURE_REFUSED, EUR, REFERRAL, Shop, new_key, statuses


def remittances(shop: Shop) -> list[Remittance]:
    with unit_of_work(Scope((shop.id,))) as session:
        return list(session.scalars(select(Remittance).order_by(Remittance.contract_id, Remittance.number)))


def lines(shop: Shop, remittance: Remittance) -> list[tuple[int | None, str, str]]:
    """Line, name and status of every operation that was sent in it."""
    with unit_of_work(Scope((shop.id,))) as session:
        found = session.scalars(
            select(Operation).where(Operation.remittance_id == remittance.id).order_by(Operation.remittance_line)
        )
        return [(each.remittance_line, each.name, each.status) for each in found]


def test_a_capture_takes_the_current_amount(shop: Shop) -> None:
    reference = shop.sold()
    shop.act(reference, "cancel", amount=1_000)
    answer = shop.act(reference, "capture")
    sale = shop.sale(reference)
    assert answer.status == 200
    assert shop.amounts(reference) == ("CAPTURED", 9_000, 9_000, 0, 0)
    assert (sale.bank_status, sale.bank_captured_amount, sale.captured_at is not None) == ("CAPTURED", 9_000, True)
    assert shop.done(reference)[-1] == ("VALIDATE", 9_000)


def test_a_capture_takes_no_amount(shop: Shop) -> None:
    reference = shop.sold()
    for amount in (EUR, 1):
        with pytest.raises(InvalidInput):
            shop.act(reference, "capture", amount=amount)
    assert shop.amounts(reference)[0] == "TO_CAPTURE"


def test_who_may_capture(shop: Shop) -> None:
    reference = shop.sold()
    for who in (shop.clerk, shop.accountant, shop.risk):
        with pytest.raises(NotPermitted):
            shop.act(reference, "capture", who=who)
    assert shop.act(reference, "capture", who=shop.manager).status == 200


def test_only_what_waits_for_its_remittance_is_captured(shop: Shop) -> None:
    for reference in (
        shop.captured(),
        shop.take(REFERRAL).reference,
        shop.sold(capture_mode="VALIDATION"),
    ):
        with pytest.raises(NotAllowedInState):
            shop.act(reference, "capture")


def test_a_capture_the_bank_refuses_waits_for_a_person(shop: Shop) -> None:
    reference, key = shop.take(CAPTURE_REFUSED).reference, new_key()
    first = shop.act(reference, "capture", key=key)
    sale = shop.sale(reference)
    assert (first.status, first.code) == (409, "bank_refused")
    assert (sale.state, sale.amount, sale.captured_amount, sale.capture_error) == ("TO_CAPTURE", EUR, 0, "05")
    assert shop.alarms() == ["capture_refused"]
    assert shop.act(reference, "capture", key=key).replayed
    assert shop.act(reference, "release").status == 200
    assert shop.sale(reference).capture_error is None
    assert shop.act(reference, "cancel").status == 200
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)


@pytest.mark.parametrize(
    ("fault", "state"), [("cut_after_commit", "CAPTURED"), ("cut_before_commit", "TO_CAPTURE"), ("html", "CAPTURED")]
)
def test_a_capture_without_an_answer_is_settled_by_asking(shop: Shop, fault: str, state: str) -> None:
    reference, key = shop.sold(), new_key()
    shop.bank.fault("validate", fault, reference=reference)
    assert shop.act(reference, "capture", key=key).status == 202
    with pytest.raises(OperationInFlight):
        shop.act(reference, "cancel")
    shop.settle()
    assert shop.sale(reference).state == state
    again = shop.act(reference, "capture", key=key)
    assert again.status == 200
    assert shop.sale(reference).state == "CAPTURED"
    assert [each for each in shop.done(reference) if each[0] == "VALIDATE"] == [("VALIDATE", EUR)]


def test_immediate_is_captured_with_the_approval(new_shop: NewShop) -> None:
    shop = new_shop(contract={"immediate_allowed": True})
    taken = shop.take(capture_mode="IMMEDIATE")
    reference = taken.reference
    assert taken.sale is None or taken.sale.state == "CAPTURED"
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 0)
    assert shop.done(reference) == [("TRANSACTION", EUR), ("VALIDATE", EUR)]


def test_immediate_whose_capture_is_refused_or_unknown_stays_to_be_remitted(new_shop: NewShop) -> None:
    shop = new_shop(contract={"immediate_allowed": True})
    refused = shop.take(CAPTURE_REFUSED, capture_mode="IMMEDIATE")
    assert (refused.status, shop.sale(refused.reference).state) == (201, "TO_CAPTURE")
    shop.bank.fault("validate", "cut_before_commit")
    unknown = shop.take(capture_mode="IMMEDIATE")
    assert (unknown.status, shop.sale(unknown.reference).state) == (201, "TO_CAPTURE")
    shop.settle()
    assert statuses(shop.sale(unknown.reference)) == [("TRANSACTION", "DONE"), ("CAPTURE", "FAILED")]


def test_immediate_where_the_contract_does_not_allow_it_is_day_zero(new_shop: NewShop, clock: BusinessClock) -> None:
    shop = new_shop(contract={"immediate_allowed": False})
    clock.at("2027-03-10 10:00")
    sale = shop.sale(shop.take(capture_mode="IMMEDIATE", capture_day=4).reference)
    assert (sale.state, sale.capture_mode, sale.capture_day) == ("TO_CAPTURE", "AUTHOR_CAPTURE", 0)
    assert str(sale.capture_date) == "2027-03-10"


def test_immediate_in_the_blackout_is_left_to_the_remittance(new_shop: NewShop, clock: BusinessClock) -> None:
    shop = new_shop(contract={"immediate_allowed": True})
    shop.night()
    clock.at("2027-03-10 22:10")
    taken = shop.take(capture_mode="IMMEDIATE")
    assert taken.status == 201
    assert statuses(shop.sale(taken.reference)) == [("TRANSACTION", "DONE")]
    assert shop.journal(taken.reference) == [("TRANSACTION", EUR, "00")]
    assert str(shop.sale(taken.reference).capture_date) == "2027-03-11"


def test_captures_and_refunds_are_lines_of_the_contracts_open_remittance(shop: Shop) -> None:
    sales = [shop.captured(), shop.captured()]
    shop.act(sales[0], "refund", amount=500)
    (remittance,) = remittances(shop)
    assert (remittance.number, remittance.state, remittance.last_line) == (1, "OPEN", 3)
    assert lines(shop, remittance) == [(1, "CAPTURE", "DONE"), (2, "CAPTURE", "DONE"), (3, "CREDIT", "DONE")]
    origins = [entry["operationOrigin"] for entry in shop.bank.journal(sales[0]) if entry["operation"] == "VALIDATE"]
    assert origins == [f"{shop.sale(sales[0]).contract.number}-1"]


def test_each_contract_has_its_own_series(shop: Shop) -> None:
    from tests.service.shop import AMEX

    shop.captured()
    amex = shop.take(AMEX).reference
    shop.act(amex, "capture")
    assert [(each.number, each.last_line) for each in remittances(shop)] == [(1, 1), (1, 1)]


def test_what_was_refused_or_waits_leaves_no_gap_in_the_lines(shop: Shop) -> None:
    refused = shop.take(CAPTURE_REFUSED).reference
    first = shop.captured()
    shop.act(refused, "capture")
    shop.bank.fault("refund", "code:24", reference=first)
    assert shop.act(first, "refund", amount=100).status == 202
    shop.captured()
    (remittance,) = remittances(shop)
    assert [line for line, _, status in lines(shop, remittance) if status == "DONE"] == [1, 2]
    assert remittance.last_line == 2


def test_the_first_capture_after_cut_off_opens_tomorrows_remittance(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 21:00")
    shop.captured()
    assert [str(each.day) for each in remittances(shop)] == ["2027-03-11"]


def test_lines_have_no_gap_and_no_double_under_concurrency(shop: Shop, app: Flask) -> None:
    sales = [shop.sold() for _ in range(12)]
    numbers = itertools.count(1)

    def capture(reference: str) -> int:
        with app.app_context():
            for _ in range(100):
                try:
                    return shop.act(reference, "capture", key=f"c{next(numbers)}-{reference}").status
                except Exception as error:
                    if getattr(error, "code", "") != "not_sent":  # six calls in flight
                        raise
        return 0

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(capture, sales)) == {200}
    (remittance,) = remittances(shop)
    assert [line for line, _, _ in lines(shop, remittance)] == list(range(1, 13))
    assert remittance.last_line == 12


def test_what_the_bank_had_captured_already_counts_as_captured(shop: Shop) -> None:
    """A capture given up as not done may be written late by the platform: the next one is answered 24, CAPTURED."""
    reference, other = shop.sold(), shop.sold()
    shop.bank.cash("validate", reference, EUR)
    shop.bank.cash("validate", other, 4_000)
    assert shop.act(reference, "capture").status == 200
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 0)
    assert shop.act(other, "capture").status == 409  # another amount than ours: for a person
    assert shop.alarms() == ["capture_refused"]
    shop.differs.add(other)
