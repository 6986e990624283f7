"""What is wrong is told beside its field; everything typed stays but the card; no card is in any answer or log."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import AuditEntry
from tests.web.desk import APPROVED, Desk, filled_in, read

As = Callable[[str], Desk]
STRAY = "4970 1012 3456 7893"  # right check digit, typed where none belongs


def errors_of(answer: object) -> dict[str, str]:
    return {error["field"]: error["message"] for error in answer.json["errors"]}  # type: ignore[attr-defined]


def test_every_wrong_field_is_told_at_once_in_the_order_of_the_page(clerk: Desk) -> None:
    answer = clerk.order(
        amount="1.2345", card_number="4970100000000007", card_expiry="1320", security_code="12", customer_email="nobody"
    )
    assert answer.status_code == 422
    found = errors_of(answer)
    assert list(found) == ["amount", "card_number", "card_expiry", "security_code", "customer_email"]
    assert found["card_number"] == "This is not a card number: a digit is wrong."
    assert answer.json is not None
    assert "key" not in answer.json  # nothing was consumed


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("amount", "", "An amount is needed."),
        ("amount", "0", "above zero"),
        ("amount", "-5", "This is not an amount"),
        ("card_expiry", "0720", "The card has expired."),
        ("card_expiry", "", "needed"),
        ("card_number", "", "needed"),
        ("card_number", "6011000000000004", "not accepted"),
        ("capture_day", "7", "0 to 6"),
        ("capture_day", "soon", "whole number"),
        ("shipping_date", "2999-01-01", "0 to 6"),
        ("shipping_date", "2020-01-01", "The shipping day is over."),
        ("shipping_date", "soon", "not a date"),
        ("capture_mode", "LATER", "Possible"),
        ("channel", "PIGEON", "Possible"),
        ("brand", "MASTERCARD", "does not bear this brand"),
        ("order_number", "x" * 33, "At most 32"),
        ("customer_telephone", "call me", "with its country"),
        ("customer_country", "France", "two letters"),
    ],
)
def test_a_wrong_field_is_named_with_its_reason(clerk: Desk, field: str, value: str, message: str) -> None:
    answer = clerk.order(**{field: value})
    assert answer.status_code == 422, answer.text
    assert message in errors_of(answer)[field]


@pytest.mark.parametrize("currency", ["euro", "-1", "\u0663", "<b>", "USD", "x" * 400])
@pytest.mark.parametrize("amount", ["12.34", "9999999999999"])
@pytest.mark.parametrize("json", [True, False])
def test_a_currency_the_page_never_offered_is_a_wrong_field(
    clerk: Desk, currency: str, amount: str, json: bool
) -> None:
    answer = clerk.order(json=json, currency=currency, amount=amount)
    assert answer.status_code == 422
    if json:
        assert list(errors_of(answer)) == (["currency"] if amount == "12.34" else ["amount", "currency"])


@pytest.mark.parametrize(
    "field",
    [
        "amount", "order_number", "customer_name", "customer_address", "customer_id", "note", "return_context", "customer_telephone",
    ],
)  # fmt: skip
@pytest.mark.parametrize("json", [True, False])
def test_a_card_number_in_another_field_is_refused_naming_the_field(clerk: Desk, field: str, json: bool) -> None:
    value = STRAY.replace(" ", "") if field == "customer_id" else STRAY
    answer = clerk.order(json=json, **{field: value})
    assert answer.status_code == 422
    assert "card numbers belong in the card" in answer.text.replace("&#39;", "'")
    assert STRAY not in answer.text
    assert STRAY.replace(" ", "") not in answer.text
    if json:
        assert list(errors_of(answer)) == [field]
    with clerk.app.app_context():
        merchant = read(clerk.app, clerk.taken().reference).merchant_id
        with unit_of_work(Scope((merchant,))) as session:
            entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.kind, entry.object) == ("card_found", f"order page: {field}")


def test_without_script_everything_is_kept_but_the_card_and_the_page_says_so(clerk: Desk) -> None:
    typed = {"order_number": "A-2001", "customer_name": "<b>Ann</b>", "note": "n" * 257, "customer_id": "C42"}
    answer = clerk.order(json=False, amount="12.345", card_number=APPROVED, card_expiry="0731", **typed)
    assert answer.status_code == 422
    kept = filled_in(answer.text)
    assert (kept["amount"], kept["order_number"], kept["customer_id"]) == ("12.345", "A-2001", "C42")
    assert kept["customer_name"] == "&lt;b&gt;Ann&lt;/b&gt;"
    assert (kept["card_number"], kept["card_expiry"], kept["security_code"]) == ("", "", "")
    assert "are not kept" in answer.text
    assert 'id="amount-error"' in answer.text
    assert 'aria-describedby="amount-error"' in answer.text
    assert 'href="#amount"' in answer.text


def test_no_card_number_or_code_in_any_answer_or_log(
    as_: As, logged: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """New numbers through every kind of answer, then hunted in whatever was said."""
    clerk, said = as_("clerk"), list[str]()
    rng = random.Random(20261124)
    numbers = [luhn(f"497011{rng.randrange(10**9):09d}") for _ in range(6)]
    for number, more in zip(
        numbers,
        ({}, {"amount": "x"}, {"card_expiry": "1399"}, {"key": "bad"}, {"note": numbers[4]}, {"json": False}),
        strict=True,
    ):
        fields = {"card_number": number, "security_code": "907", **more}
        answer = clerk.order(**fields)  # type: ignore[arg-type]
        said += [answer.text, str(answer.headers), answer.request.path]
    everything = "\n".join([*said, logged.text, *capsys.readouterr()])
    for number in numbers:
        assert number not in everything
        assert " ".join(number[i : i + 4] for i in range(0, 16, 4)) not in everything
    assert "######" in everything  # it was there to be found


def luhn(start: str) -> str:
    digits = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(start))]
    total = sum(d - 9 if d > 9 else d for d in digits)
    return start + str(-total % 10)


def test_another_merchant_is_not_there(as_: As) -> None:
    clerk = as_("clerk")
    assert clerk.order(merchant="OTHER").status_code == 404
    assert clerk.client.get("/counter?merchant=OTHER").status_code == 404
    foreign = as_("clerk2").taken()
    assert clerk.client.get(f"/counter/status/{foreign.reference}").status_code == 404
    assert clerk.client.get(f"/counter?last={foreign.reference}").status_code == 404


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("clerk", 200),
        ("supervisor", 200),
        ("manager", 200),
        ("accountant", 403),
        ("risk", 403),
        ("auditor", 403),
        ("admin", 403),
    ],
)
def test_who_may_take_orders(as_: As, login: str, status: int) -> None:
    desk = as_(login)
    assert desk.client.get("/counter").status_code == status
    token = as_("clerk").client.get("/counter").text  # a token of another session is none here
    assert desk.client.post("/counter", data={"csrf_token": token}).status_code == 400
