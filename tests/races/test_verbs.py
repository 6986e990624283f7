"""Verbs asked for at once with different keys: 200 rounds of each, the bank's journal as judge."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from flask import Flask

from app.domain.errors import DomainError, NotSent
from app.verify import gather
from tests.service.conftest import NewShop
from tests.service.shop import EUR, Shop, new_key
from tests.web_process import together

pytestmark = pytest.mark.slow
ROUNDS, THREADS = 200, 8


@dataclass
class Round:
    """One sale and what each thread was answered: (verb, status, code)."""

    reference: str
    answers: list[tuple[str, int, str]] = field(default_factory=list)

    def done(self, verb: str) -> int:
        """How many were answered 200."""
        return sum(status == 200 for asked, status, _ in self.answers if asked == verb)


def ask(
    app: Flask, shop: Shop, this: Round, verb: str, amount: int | None, patience: float = 0
) -> tuple[str, int, str]:
    """Ask once; with patience, again under the same key while another operation is in flight."""
    key, limit = new_key(), time.monotonic() + patience
    with app.app_context():
        while True:
            try:
                answer = shop.act(this.reference, verb, amount=amount, key=key)
                found = (verb, answer.status, answer.code or "")
            except DomainError as error:
                found = (verb, error.status, error.code)
            this.answers.append(found)
            if found[2] not in ("operation_in_flight", "not_sent") or time.monotonic() >= limit:
                return found
            time.sleep(random.uniform(0.01, 0.03))


def rounds(
    app: Flask, shop: Shop, references: Iterable[str], asked: Sequence[tuple[str, int | None]], patience: float = 0
) -> list[Round]:
    """Play each round in as many threads as there are askings."""
    played = []
    for reference in references:
        this = Round(reference)
        together(len(asked), lambda n, this=this: ask(app, shop, this, *asked[n], patience))
        played.append(this)
    return played


def journal(shop: Shop) -> Mapping[str, list[tuple[str, int, str]]]:
    """What the bank was asked for, by reference, but the authorisations: operation, amount, code."""
    found: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for entry in shop.bank.journal():
        if entry["operation"] != "TRANSACTION":
            found[entry["transactionReference"]].append((entry["operation"], entry["amount"], entry["responseCode"]))
    return found


def test_capture_and_cancel_exactly_one_reaches_the_bank(shop: Shop, app: Flask) -> None:
    references = [shop.sold() for _ in range(ROUNDS)]
    played = rounds(app, shop, references, [("capture", None), ("cancel", None)] * (THREADS // 2))
    asked, states = journal(shop), Counter[str]()
    for this in played:
        assert len(asked[this.reference]) == 1, (this, asked[this.reference])
        (operation, amount, code) = asked[this.reference][0]
        assert (amount, code) == (EUR, "00")
        winner, state = {"VALIDATE": ("capture", "CAPTURED"), "CANCEL": ("cancel", "CANCELLED")}[operation]
        assert [each[:2] for each in this.answers if each[1] == 200] == [(winner, 200)]
        assert {code for _, status, code in this.answers if status != 200} <= {
            "operation_in_flight",
            "not_allowed_in_state",
        }
        assert shop.sale(this.reference).state == state
        states[state] += 1
    assert len(states) == 2, "both sides must have won now and then"


def test_refund_and_refund_never_more_than_allowed(shop: Shop, app: Flask) -> None:
    """Each 200 once at the bank, each 409 never."""
    references = [shop.captured() for _ in range(ROUNDS)]
    amounts = (3_000, 4_000, 5_000, 2_000, 6_000, 1_000, 2_500, 7_500)
    played = rounds(app, shop, references, [("refund", amount) for amount in amounts])
    asked = journal(shop)
    for this in played:
        credits = [
            amount for operation, amount, code in asked[this.reference] if operation == "CREDIT" and code == "00"
        ]
        assert len(asked[this.reference]) == 1 + len(credits), "what was not answered 200 never reached the bank"
        assert this.done("refund") == len(credits)
        assert sum(credits) <= EUR
        sale = shop.sale(this.reference)
        assert (sale.refunded_amount, sale.reserved_amount) == (sum(credits), 0)


def test_a_client_that_comes_again_ends_at_exactly_the_allowed_sum(shop: Shop, app: Flask) -> None:
    references = [shop.captured() for _ in range(ROUNDS)]
    played = rounds(app, shop, references, [("refund", 2_500)] * 5, patience=30)
    asked = journal(shop)
    for this in played:
        credits = [amount for operation, amount, code in asked[this.reference] if (operation, code) == ("CREDIT", "00")]
        assert credits == [2_500] * 4
        assert len(asked[this.reference]) == 5
        assert this.done("refund") == 4
        assert {code for _, status, code in this.answers if status not in (200, 409, 503)} <= {"amount_too_high"}
        assert shop.amounts(this.reference) == ("CREDITED", EUR, EUR, EUR, 0)


def test_validate_and_cancel_end_as_the_table_says(shop: Shop, app: Flask) -> None:
    references = [shop.sold(capture_mode="VALIDATION") for _ in range(ROUNDS)]
    played = rounds(app, shop, references, [("validate", None), ("cancel", None)] * (THREADS // 2))
    asked = journal(shop)
    for this in played:
        # TO_VALIDATE and TO_CAPTURE may both be cancelled: whoever validates first, the sale ends CANCELLED.
        assert asked[this.reference] == [("CANCEL", EUR, "00")]
        assert this.done("cancel") == 1
        assert this.done("validate") <= 1
        assert shop.amounts(this.reference) == ("CANCELLED", 0, 0, 0, 0)


def test_parts_validated_and_cancelled_at_once_add_up(shop: Shop, app: Flask) -> None:
    references = [shop.sold(capture_mode="VALIDATION") for _ in range(ROUNDS // 2)]
    played = rounds(
        app, shop, references, [("validate", 6_000), ("cancel", 1_000), ("cancel", 2_000), ("validate", 9_000)]
    )
    asked = journal(shop)
    for this in played:
        sale = shop.sale(this.reference)
        cancelled = sum(amount for _, amount, code in asked[this.reference] if code == "00")
        assert len(asked[this.reference]) == this.done("cancel")
        assert sale.bank_amount == EUR - cancelled
        assert sale.state == ("TO_CAPTURE" if this.done("validate") else "TO_VALIDATE")
        kept = [each.amount for each in sale.operations if each.name == "VALIDATE" and each.status == "DONE"]
        assert sale.amount <= min([EUR - cancelled, *kept])


def test_orders_on_one_new_card_share_it(shop: Shop, app: Flask) -> None:
    def take(_number: int) -> str | None:
        with app.app_context():
            try:
                return shop.take("4970101234567893").reference
            except NotSent:  # six calls at a time
                return None

    references = list(filter(None, together(THREADS, take)))
    assert len(references) > 1
    assert len({shop.sale(reference).card_id for reference in references}) == 1


def test_two_approvers_execute_once(new_shop: NewShop, app: Flask) -> None:
    shop = new_shop()
    shop.limit("refund", 0)
    asked = [
        (reference, shop.act(reference, "refund", amount=1_000)) for reference in (shop.captured() for _ in range(40))
    ]

    def decide(number: int, operation_id: int | None) -> int:
        with app.app_context():
            try:
                return shop.decide(operation_id, number % 2 == 0, who=(shop.second, shop.manager)[number % 2]).status
            except DomainError as error:
                return error.status

    for reference, answer in asked:
        results = together(4, lambda n, id=answer.operation_id: decide(n, id))
        assert results.count(200) == 1, results
        refunded = shop.sale(reference).refunded_amount
        assert refunded in (0, 1_000)
        assert [each for each in shop.done(reference) if each[0] == "CREDIT"] == [("CREDIT", 1_000)] * (
            refunded // 1_000
        )


def test_verify_finds_nothing_wrong_after_all_that(service: Flask) -> None:
    wrong = {each.invariant: each.wrong for _, each in gather(service) if each.wrong}
    assert wrong == {}
