"""Orders through the page: the answers, the refusals, and no card anywhere but in the request."""

from __future__ import annotations

from tests.web.desk import APPROVED, Desk


def test_an_approved_order_is_answered_and_the_card_is_gone(clerk: Desk) -> None:
    answer = clerk.order(order_number="A-1001")
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["outcome"] == "approved"
    assert APPROVED not in answer.text
