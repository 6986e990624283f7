"""Every card of interface.md's table "Practice bank" ends as the table says, before and after `resolve`."""

from __future__ import annotations

import pytest

from app.ports import Answer
from tests.service.shop import EUR, Shop, is_open
from tests.web_process import together

# card, state, response, acquirer, state after resolve (None: unchanged), what the bank did
ANSWERED = [
    ("4970100000000006", "TO_CAPTURE", "00", "00"),
    ("4970100000000022", "REFERRAL", "02", "02"),
    ("4970100000000055", "REFUSED", "05", "05"),
    ("4970100000000147", "REFUSED", "14", "14"),
    ("4970100000000410", "REFUSED", "05", "41"),
    ("4970100000000519", "REFUSED", "05", "51"),
    ("4970100000000543", "REFUSED", "54", "54"),
    ("4970100000000915", "REFUSED", "05", "91"),
    ("4970100000000675", "TO_CAPTURE", "00", "00"),
    ("4111111111111111", "TO_CAPTURE", "00", "00"),
    ("5555555555554444", "TO_CAPTURE", "00", "00"),
    ("378282246310005", "TO_CAPTURE", "00", "00"),
]
UNANSWERED = [
    ("4970100000000600", "TO_CAPTURE", "00", [("TRANSACTION", EUR)]),
    ("4970100000000618", "REFUSED", "97", []),
    ("4970100000000626", "TO_CAPTURE", "00", [("TRANSACTION", EUR)]),
    ("4970100000000634", "REFUSED", "97", []),
    ("4970100000000642", "TO_CAPTURE", "00", [("TRANSACTION", EUR)]),
    ("4970100000000659", "TO_CAPTURE", "00", [("TRANSACTION", EUR)]),
    ("4970100000000667", "TO_CAPTURE", "00", [("TRANSACTION", EUR)]),
]


@pytest.mark.parametrize(("card", "state", "response", "acquirer"), ANSWERED)
def test_an_answer_of_the_bank_is_final(shop: Shop, card: str, state: str, response: str, acquirer: str) -> None:
    taken = shop.take(card)
    sale = shop.sale(taken.reference)
    assert taken.status == 201
    assert (sale.state, sale.response_code, sale.acquirer_response_code) == (state, response, acquirer)
    assert (sale.amount, sale.original_amount, sale.captured_amount) == (EUR, EUR, 0)
    assert sale.answered_at is not None
    assert not is_open(sale)
    shop.settle()
    assert shop.sale(taken.reference).state == state


def test_without_a_usable_answer_a_sale_is_pending_until_it_is_resolved(shop: Shop) -> None:
    def take(number: int) -> Answer:
        with shop.app.app_context():
            return shop.take(UNANSWERED[number][0])

    half = len(UNANSWERED) // 2  # six calls at a time
    answers = [*together(half, take), *together(len(UNANSWERED) - half, lambda number: take(half + number))]
    taken = {card: answer for (card, *_), answer in zip(UNANSWERED, answers, strict=True)}
    for answer in taken.values():
        sale = shop.sale(answer.reference)
        assert answer.status == 202
        assert (sale.state, sale.response_code, sale.answered_at) == ("PENDING", None, None)
        assert sale.operations[0].status == "UNKNOWN"
        assert sale.operations[0].ended_at is not None
    shop.settle()
    for card, state, response, done in UNANSWERED:
        sale = shop.sale(taken[card].reference)
        assert (sale.state, sale.response_code) == (state, response), card
        assert sale.amount == EUR
        assert sale.operations[0].status == ("DONE" if state == "TO_CAPTURE" else "FAILED")
        assert shop.done(sale.reference) == done
        assert [each.kind for each in sale.events] == [
            "SUBMITTED",
            "APPROVED_TO_CAPTURE" if state == "TO_CAPTURE" else "NOT_RECEIVED",
        ]
        assert (sale.not_received_at is not None) == (response == "97")


def test_a_replay_of_a_pending_order_tells_how_it_ended(shop: Shop) -> None:
    first = shop.take("4970100000000642", key="the same", order_number="R-1")
    again = shop.take("4970100000000642", key="the same", order_number="R-1")
    shop.settle()
    later = shop.take("4970100000000642", key="the same", order_number="R-1")
    assert (first.status, again.status, later.status) == (202, 202, 201)
    assert (again.replayed, later.replayed) == (True, True)
    assert {each.reference for each in (first, again, later)} == {first.reference}


def test_a_bank_that_cannot_be_reached_refuses_nothing_silently(shop: Shop) -> None:
    shop.set_account(url="http://127.0.0.1:1")
    taken = shop.take()
    sale = shop.sale(taken.reference)
    assert taken.status == 201
    assert (sale.state, sale.response_code, sale.operations[0].status) == ("REFUSED", "90", "FAILED")
    assert sale.events[-1].kind == "NOT_SENT"
    shop.differs.add(taken.reference)  # the account leads nowhere: it cannot be asked
