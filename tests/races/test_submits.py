"""The same order submitted fifty times at once is one authorisation, by the API and by the page."""

from __future__ import annotations

import json
import uuid

from flask import Flask

from tests.bank.conftest import BankProcess
from tests.service.shop import APPROVED, CUT_AFTER, EUR, Shop
from tests.web_process import ApiClient, PageClient, together

FIFTY = 50


def authorised(bank: BankProcess, references: set[str]) -> list[tuple[str, str]]:
    """Each authorisation the bank was asked for: reference and code."""
    return [
        (entry["transactionReference"], entry["responseCode"])
        for entry in bank.journal()
        if entry["operation"] == "TRANSACTION" and entry["transactionReference"] in references
    ]


def test_fifty_identical_submits_by_the_api(api: ApiClient, bank: BankProcess) -> None:
    for number in range(6):
        before = len(bank.journal())
        key = str(uuid.uuid4())
        answers = together(FIFTY, lambda _, n=number, k=key: api.take(APPROVED, EUR, k, order_number=f"R-{n}"))
        references = {body["reference"] for status, body, _ in answers if status in (201, 202)}
        refused = [(status, body.get("code")) for status, body, _ in answers if status not in (201, 202)]
        assert len(references) == 1, refused
        # Some may be told to come again: calls or the pool are limited, never the answer wrong.
        assert {code for _, code in refused} <= {"operation_in_flight", "not_sent", "unavailable"}
        assert sum(headers.get("idempotency-replayed") != "true" for status, _, headers in answers if status < 300) == 1
        assert authorised(bank, references) == [(references.pop(), "00")]
        assert len(bank.journal()) == before + 1


def test_fifty_identical_submits_of_an_order_without_an_answer(api: ApiClient, bank: BankProcess) -> None:
    key = str(uuid.uuid4())
    answers = together(FIFTY, lambda _: api.take(CUT_AFTER, EUR, key))
    references = {body["reference"] for status, body, _ in answers if status == 202}
    assert len(references) == 1
    assert authorised(bank, references) == [(references.pop(), "00")]


def test_fifty_identical_submits_by_the_page(page: PageClient, bank: BankProcess) -> None:
    for number in range(6):
        before = len(bank.journal())
        form = page.open("/counter")
        order = {
            "csrf_token": page.value("csrf_token", form), "key": page.value("key", form), "amount": f"{7100 + number},00",
            "channel": "TELEPHONE_ORDER", "order_number": f"P-{number}", "card_number": APPROVED,
            "card_expiry": "0734", "security_code": "123",
        }  # fmt: skip
        answers = together(FIFTY, lambda _, sent=order: page.send("/counter", sent, "application/json"))
        references = {json.loads(body)["reference"] for status, body in answers if status == 200}
        assert len(references) == 1, [(status, body[:200]) for status, body in answers]
        assert {status for status, _ in answers} <= {200, 202, 409, 503}, "each is answered, none with an error of ours"
        assert authorised(bank, references) == [(references.pop(), "00")]
        assert len(bank.journal()) == before + 1


def test_fifty_different_orders_at_once_are_fifty_or_told_to_come_again(api: ApiClient, bank: BankProcess) -> None:
    answers = together(FIFTY, lambda n: api.take(APPROVED, EUR, f"different-{uuid.uuid4()}", order_number=f"M-{n}"))
    taken = {body["reference"] for status, body, _ in answers if status == 201}
    assert {body.get("code") for status, body, _ in answers if status != 201} <= {"not_sent"}
    assert sorted(authorised(bank, taken)) == sorted((reference, "00") for reference in taken)
    assert taken


def test_the_same_key_on_the_desk_in_many_rounds(shop: Shop, app: Flask) -> None:
    def take(key: str) -> str:
        with app.app_context():
            return shop.take(key=key, order_number="R-1").reference

    made = {key: set(together(8, lambda _, k=key: take(k))) for key in (str(uuid.uuid4()) for _ in range(40))}
    assert all(len(references) == 1 for references in made.values())
    assert len(shop.sales()) == 40
    assert len(authorised(shop.bank, {reference for each in made.values() for reference in each})) == 40
