"""What a rule's decision makes of an order, before and after the bank's answer, and when a rule fails."""

from __future__ import annotations

import threading

import pytest

from app.domain.errors import NotAllowedInState, NotPermitted
from tests.service.assessor import hit, install
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import (
    APPROVED,
    CUT_AFTER,
    EUR,
    REFERRAL,
    REFUSED,
    Shop,
    new_key,
    statuses,
)


def test_without_assessors_there_is_no_code(shop: Shop) -> None:
    assert shop.sale(shop.sold()).complementary_code is None


def test_all_passed_is_00(shop: Shop) -> None:
    install()
    assert shop.sale(shop.sold()).complementary_code == "00"


def test_a_refusing_rule_is_34_and_the_bank_is_never_called(shop: Shop) -> None:
    assessor = install(hits_before=[hit("REFUSE", "02", "outstanding"), hit("INFORM", "05", "foreign")])
    key = new_key()
    taken = shop.take(key=key, order_number="F-1")
    sale = shop.sale(taken.reference)
    assert taken.status == 201
    assert (sale.state, sale.response_code, sale.amount) == ("REFUSED", "34", EUR)
    assert (sale.complementary_code, sale.complementary_info) == ("02", "outstanding says REFUSE")
    assert statuses(sale) == [("TRANSACTION", "REFUSED")]
    assert [(each.kind, each.from_state) for each in sale.events] == [("REFUSED_BY_RULE", "NEW")]
    assert shop.hits(taken.reference) == [("outstanding", "REFUSE", "02"), ("foreign", "INFORM", "05")]
    assert shop.journal(taken.reference) == []
    assert assessor.seen == ["before"]
    assert shop.take(key=key, order_number="F-1").replayed
    with pytest.raises(NotAllowedInState):
        shop.act(taken.reference, "duplicate")


def test_an_informing_rule_is_stored_and_stops_nothing(shop: Shop) -> None:
    install(hits_before=[hit("INFORM", "05", "foreign")])
    reference = shop.sold()
    assert (shop.sale(reference).state, shop.sale(reference).complementary_code) == ("TO_CAPTURE", "05")
    assert shop.hits(reference) == [("foreign", "INFORM", "05")]


def test_the_code_is_the_strictest_hits_then_the_highest_prioritys(shop: Shop) -> None:
    install(
        hits_before=[
            hit("INFORM", "05", "first", 9),
            hit("CHALLENGE", "02", "second", 1),
            hit("CHALLENGE", "03", "third", 5),
        ]
    )
    assert shop.sale(shop.sold()).complementary_code == "03"


@pytest.mark.parametrize(("mode", "state"), [("AUTHOR_CAPTURE", "TO_CAPTURE"), ("VALIDATION", "TO_VALIDATE")])
def test_a_challenged_sale_is_authorised_and_held_until_accepted(shop: Shop, mode: str, state: str) -> None:
    install(hits_before=[hit("CHALLENGE", "03")])
    reference = shop.sold(capture_mode=mode)
    assert shop.amounts(reference)[:2] == ("TO_CHALLENGE", EUR)
    assert shop.sale(reference).capture_date is None
    for verb in ("capture", "validate", "refund", "duplicate", "hold"):
        with pytest.raises(NotAllowedInState):
            shop.act(reference, verb)
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "cancel", amount=1)
    with pytest.raises(NotPermitted):
        shop.act(reference, "accept-challenge", who=shop.clerk)
    assert shop.act(reference, "accept-challenge", who=shop.risk).status == 200
    assert shop.sale(reference).state == state
    assert (shop.sale(reference).capture_date is not None) == (state == "TO_CAPTURE")
    assert shop.done(reference) == [("TRANSACTION", EUR)]


def test_a_refused_challenge_is_cancelled_at_the_bank(shop: Shop) -> None:
    install(hits_before=[hit("CHALLENGE", "03")])
    reference = shop.sold()
    assert shop.act(reference, "refuse-challenge", who=shop.risk, reason="DISPUTE").status == 200
    sale = shop.sale(reference)
    assert (sale.state, sale.amount) == ("CANCELLED", 0)
    assert statuses(sale)[-1] == ("REFUSE_CHALLENGE", "DONE")
    assert shop.done(reference)[-1] == ("CANCEL", EUR)


def test_a_challenged_sale_can_be_cancelled_whole(shop: Shop) -> None:
    install(hits_before=[hit("CHALLENGE", "03")])
    reference = shop.sold()
    assert shop.act(reference, "cancel").status == 200
    assert shop.sale(reference).state == "CANCELLED"


def test_an_immediate_sale_that_is_challenged_becomes_day_zero(new_shop: NewShop) -> None:
    shop = new_shop(contract={"immediate_allowed": True})
    install(hits_before=[hit("CHALLENGE", "03")])
    sale = shop.sale(shop.sold(capture_mode="IMMEDIATE"))
    assert (sale.state, sale.capture_mode, sale.capture_day) == ("TO_CHALLENGE", "AUTHOR_CAPTURE", 0)
    shop.act(sale.reference, "accept-challenge")
    assert shop.sale(sale.reference).state == "TO_CAPTURE"
    assert shop.done(sale.reference) == [("TRANSACTION", EUR)]


def test_a_challenge_accepted_days_later_is_remitted_from_then_on(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    install(hits_before=[hit("CHALLENGE", "03")])
    reference = shop.sold(capture_day=1)
    clock.at("2027-03-13 21:30")
    shop.act(reference, "accept-challenge")
    assert str(shop.sale(reference).capture_date) == "2027-03-14"


def test_a_challenged_referral_is_held_after_the_call(shop: Shop) -> None:
    install(hits_before=[hit("CHALLENGE", "03")])
    reference = shop.take(REFERRAL).reference
    assert shop.sale(reference).state == "REFERRAL"
    shop.act(reference, "force", authorisation_number="123456")
    assert shop.sale(reference).state == "TO_CHALLENGE"


def test_a_rule_that_needs_the_answer_refuses_and_the_bank_lets_go(shop: Shop) -> None:
    install(hits_after=[hit("REFUSE", "06", "country")])
    taken = shop.take()
    assert taken.status == 202
    assert shop.sale(taken.reference).state == "PENDING"
    shop.send_waiting()
    sale = shop.sale(taken.reference)
    assert (sale.state, sale.amount, sale.complementary_code) == ("CANCELLED", 0, "06")
    assert statuses(sale) == [("TRANSACTION", "DONE"), ("CANCEL", "DONE")]
    assert sale.events[-1].kind == "APPROVED_THEN_REFUSED"
    assert shop.done(taken.reference) == [("TRANSACTION", EUR), ("CANCEL", EUR)]
    assert shop.hits(taken.reference) == [("country", "REFUSE", "06")]


def test_a_rule_that_needs_the_answer_may_hold(shop: Shop) -> None:
    install(hits_before=[hit("INFORM", "05")], hits_after=[hit("CHALLENGE", "06", "country")])
    sale = shop.sale(shop.sold())
    assert (sale.state, sale.complementary_code) == ("TO_CHALLENGE", "06")


def test_a_rule_that_needs_the_answer_may_inform(shop: Shop) -> None:
    install(hits_before=[hit("CHALLENGE", "03")], hits_after=[hit("INFORM", "06", "country")])
    sale = shop.sale(shop.sold())
    assert (sale.state, sale.complementary_code) == ("TO_CHALLENGE", "03")
    assert shop.hits(sale.reference) == [("rule", "CHALLENGE", "03"), ("country", "INFORM", "06")]


def test_a_refused_answer_is_not_judged_again(shop: Shop) -> None:
    assessor = install(hits_after=[hit("REFUSE", "06")])
    assert shop.sale(shop.take(REFUSED).reference).state == "REFUSED"
    assert assessor.seen == ["before"]


def test_an_approval_found_by_asking_is_judged_too(shop: Shop) -> None:
    install(hits_after=[hit("REFUSE", "06")])
    reference = shop.take(CUT_AFTER).reference
    shop.settle()
    shop.send_waiting()
    assert shop.sale(reference).state == "CANCELLED"
    assert shop.done(reference) == [("TRANSACTION", EUR), ("CANCEL", EUR)]


def test_in_the_blackout_the_banks_release_waits(shop: Shop, clock: BusinessClock) -> None:
    shop.night()
    clock.at("2027-03-10 22:00")
    install(hits_after=[hit("REFUSE", "06")])
    reference = shop.take().reference
    shop.send_waiting()
    assert shop.journal(reference) == [("TRANSACTION", EUR, "00")]
    assert shop.sale(reference).state == "PENDING"
    clock.at("2027-03-10 23:15")
    shop.send_waiting()
    assert shop.sale(reference).state == "CANCELLED"


@pytest.mark.parametrize("breaks", [False, True])
def test_a_rule_that_fails_before_the_call_never_approves_silently(shop: Shop, breaks: bool) -> None:
    """domain.md section 4: 99 technical problem in a control. A person decides."""
    install(fails_before=True, breaks_the_transaction=breaks)
    sale = shop.sale(shop.take(APPROVED).reference)
    assert (sale.state, sale.complementary_code) == ("TO_CHALLENGE", "99")
    assert sale.complementary_info == "technical problem in a control"
    assert shop.hits(sale.reference) == [("switches", "CHALLENGE", "99")]


@pytest.mark.parametrize("breaks", [False, True])
def test_a_rule_that_fails_after_the_answer_never_approves_silently(shop: Shop, breaks: bool) -> None:
    install(fails_after=True, breaks_the_transaction=breaks)
    taken = shop.take(APPROVED)
    sale = shop.sale(taken.reference)
    assert (taken.status, sale.state, sale.complementary_code) == (201, "TO_CHALLENGE", "99")
    assert shop.act(taken.reference, "refuse-challenge").status == 200


def test_a_failing_rule_does_not_hide_the_others(shop: Shop) -> None:
    install(name="a", fails_before=True)
    install(name="b", hits_before=[hit("REFUSE", "11", "stolen")])
    sale = shop.sale(shop.take(APPROVED).reference)
    assert (sale.state, sale.complementary_code) == ("REFUSED", "11")


def test_a_duplicate_is_judged_like_an_order(shop: Shop) -> None:
    earlier = shop.captured()
    install(hits_before=[hit("REFUSE", "02")])
    key = new_key()
    answer = shop.act(earlier, "duplicate", key=key)
    sale = shop.sale(answer.reference)
    assert (answer.status, sale.state, sale.response_code) == (201, "REFUSED", "34")
    assert statuses(sale) == [("DUPLICATE", "REFUSED")]
    assert shop.journal(answer.reference) == []
    assert shop.act(earlier, "duplicate", key=key).reference == answer.reference


def test_a_slip_amended_while_the_bank_is_asked_does_not_lose_the_refusal(shop: Shop) -> None:
    install(hits_after=[hit("REFUSE", "06")])
    shop.bank.control(latency_ms=800)
    taken: list[int] = []

    def take() -> None:
        with shop.app.app_context():
            taken.append(shop.take().status)

    taking = threading.Thread(target=take)
    taking.start()
    shop.wait_until(lambda: bool(shop.sales()))
    reference = shop.sales()[0].reference
    assert shop.act(reference, "amend", note="seen").status == 200
    taking.join()
    shop.bank.control(latency_ms=0)
    assert taken == [202]
    assert statuses(shop.sale(reference)) == [("TRANSACTION", "DONE"), ("AMEND", "DONE"), ("CANCEL", "WAITING")]
    shop.send_waiting()
    assert shop.sale(reference).state == "CANCELLED"
