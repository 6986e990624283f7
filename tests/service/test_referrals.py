"""The bank wants a call (02): the clerk telephones and forces with the number obtained, or gives up."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidInput, NotAllowedInState, NotCapable, NotPermitted, NotSent
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import EUR, REFERRAL, Shop, new_key, statuses

RIGHT, WRONG = "123456", "654321"


def test_the_right_number_makes_it_an_approval_counted_from_now(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 10:00")
    reference = shop.take(REFERRAL, capture_day=2).reference
    sale = shop.sale(reference)
    assert (sale.state, sale.amount, str(sale.limit_date)) == ("REFERRAL", EUR, "2027-03-10")
    answer = shop.act(reference, "force", who=shop.clerk, authorisation_number=RIGHT)
    sale = shop.sale(reference)
    assert answer.status == 200
    assert (sale.state, sale.authorisation_id, sale.response_code) == ("TO_CAPTURE", RIGHT, "00")
    assert (str(sale.capture_date), str(sale.limit_date)) == ("2027-03-12", "2027-03-16")
    assert statuses(sale) == [("TRANSACTION", "REFUSED"), ("ADVICE", "DONE")]
    assert [each.kind for each in sale.events] == ["SUBMITTED", "ASKED_TO_CALL", "APPROVED_TO_CAPTURE"]
    assert shop.act(reference, "capture").status == 200


def test_a_wrong_number_refuses_it_for_good(shop: Shop) -> None:
    reference = shop.take(REFERRAL).reference
    answer = shop.act(reference, "force", authorisation_number=WRONG)
    assert (answer.status, answer.code) == (409, "bank_refused")
    assert shop.amounts(reference)[:2] == ("REFUSED", EUR)
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "force", authorisation_number=RIGHT)


@pytest.mark.parametrize("number", [None, "", "12 34", "12345678901", "é1"])
def test_what_is_no_number_is_not_sent(shop: Shop, number: str | None) -> None:
    reference = shop.take(REFERRAL).reference
    with pytest.raises(InvalidInput):
        shop.act(reference, "force", authorisation_number=number)
    assert shop.sale(reference).state == "REFERRAL"


def test_validation_mode_waits_for_the_goods_after_the_call(shop: Shop) -> None:
    reference = shop.take(REFERRAL, capture_mode="VALIDATION").reference
    shop.act(reference, "force", authorisation_number=RIGHT)
    assert shop.sale(reference).state == "TO_VALIDATE"


def test_where_forcing_is_not_allowed_02_is_a_refusal(shop: Shop) -> None:
    reference = shop.take(REFERRAL).reference
    shop.set(forcing_allowed=False)
    with pytest.raises(NotCapable):
        shop.act(reference, "force", authorisation_number=RIGHT)
    sale = shop.sale(shop.take(REFERRAL).reference)
    assert (sale.state, sale.response_code, sale.acquirer_response_code) == ("REFUSED", "02", "02")


def test_who_may_force(shop: Shop) -> None:
    reference = shop.take(REFERRAL).reference
    for who in (shop.accountant, shop.risk):
        with pytest.raises(NotPermitted):
            shop.act(reference, "force", who=who, authorisation_number=RIGHT)


def test_a_referral_lives_until_the_end_of_its_orders_day(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 23:30")
    reference = shop.take(REFERRAL).reference
    shop.lapse()
    assert shop.sale(reference).state == "REFERRAL"
    clock.at("2027-03-11 00:00:01")
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "force", authorisation_number=RIGHT)
    shop.lapse()
    sale = shop.sale(reference)
    assert (sale.state, sale.amount) == ("EXPIRED", 0)
    assert statuses(sale)[-1] == ("EXPIRED", "DONE")
    assert shop.journal(reference) == [("TRANSACTION", EUR, "02")]


@pytest.mark.parametrize(("fault", "state"), [("cut_after_commit", "TO_CAPTURE"), ("cut_before_commit", "REFERRAL")])
def test_a_forcing_without_an_answer_is_settled_by_asking(shop: Shop, fault: str, state: str) -> None:
    reference, key = shop.take(REFERRAL).reference, new_key()
    shop.bank.fault("referral", fault, reference=reference)
    assert shop.act(reference, "force", authorisation_number=RIGHT, key=key).status == 202
    shop.settle()
    assert shop.sale(reference).state == state
    assert shop.act(reference, "force", authorisation_number=RIGHT, key=key).status == 200
    assert shop.sale(reference).state == "TO_CAPTURE"
    assert [each for each in shop.done(reference) if each[0] == "ADVICE"] == [("ADVICE", EUR)]


def test_in_the_blackout_nothing_is_forced(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 21:00")
    reference = shop.take(REFERRAL).reference
    shop.night()
    clock.at("2027-03-10 21:56")
    with pytest.raises(NotSent) as raised:
        shop.act(reference, "force", authorisation_number=RIGHT)
    assert raised.value.params["opens_at"] == "2027-03-10T22:05:00+00:00"
    assert len(shop.sale(reference).operations) == 1


def test_immediate_is_captured_as_soon_as_the_number_is_accepted(new_shop: NewShop) -> None:
    shop = new_shop(contract={"immediate_allowed": True})
    reference = shop.take(REFERRAL, capture_mode="IMMEDIATE").reference
    answer = shop.act(reference, "force", who=shop.clerk, authorisation_number=RIGHT)
    assert answer.status == 200
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 0)
    assert statuses(shop.sale(reference)) == [("TRANSACTION", "REFUSED"), ("ADVICE", "DONE"), ("CAPTURE", "DONE")]
