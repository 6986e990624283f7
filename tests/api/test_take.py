"""POST /transactions on the practice bank."""

from __future__ import annotations

import pytest

from tests.api.client import (
    AMEX,
    COMMITS_THEN_CUTS,
    REFERRAL,
    REFUSED,
    Client,
    body_of,
    card,
    fields_of,
    order,
    problem_of,
    without,
)
from tests.api.conftest import As
from tests.bank.conftest import BankProcess

# interface.md "Transaction", to the letter
FIELDS = """reference merchant order_number channel state original_amount amount captured_amount refunded_amount
reserved_amount refundable_amount currency brand masked_pan card_expiry response_code acquirer_response_code
authorisation_id complementary_code complementary_info capture_mode capture_day capture_date limit_date capture_error
created_at created_by customer_id customer return_context unpaid allowed""".split()


def test_an_approved_order_is_201_with_the_whole_transaction(clerk: Client) -> None:
    customer = {"name": "Zoé Dupont", "telephone": "+33612345678", "email": "zoe@example.com", "country": "FR"}
    sent = order(customer=customer, customer_id="C42", return_context="ctx", capture_day=3)
    response = clerk.post("/transactions", sent)
    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response.headers
    sale = body_of(response)
    assert set(FIELDS) <= set(sale)
    assert sale["state"] == "TO_CAPTURE"
    assert (sale["original_amount"], sale["amount"], sale["captured_amount"]) == (12345, 12345, 0)
    assert (sale["brand"], sale["masked_pan"], sale["card_expiry"]) == ("CB", "497010######0006", "07/31")
    assert (sale["response_code"], sale["acquirer_response_code"]) == ("00", "00")
    assert sale["customer"] == {**customer, "postal_code": None, "address": None}
    assert (sale["customer_id"], sale["return_context"], sale["unpaid"]) == ("C42", "ctx", None)
    assert (sale["merchant"], sale["created_by"], sale["capture_day"]) == ("PRACTICE", "clerk", 3)
    assert sale["created_at"].endswith("Z")
    assert "cancel" in sale["allowed"]
    assert "refund" not in sale["allowed"]


def test_a_refused_order_is_recorded_too(clerk: Client) -> None:
    sale = clerk.take(REFUSED)
    assert (sale["state"], sale["response_code"], sale["amount"]) == ("REFUSED", "05", 12345)


def test_a_referral_may_be_forced(clerk: Client) -> None:
    sale = clerk.take(REFERRAL)
    assert sale["state"] == "REFERRAL"
    response = clerk.post(f"/transactions/{sale['reference']}/force", {"authorisation_number": "123456"})
    assert response.status_code == 200, response.text
    assert body_of(response)["state"] == "TO_CAPTURE"


def test_an_answer_that_never_came_is_202_pending(clerk: Client) -> None:
    response = clerk.post("/transactions", order(COMMITS_THEN_CUTS))
    assert response.status_code == 202
    sale = body_of(response)
    assert sale["state"] == "PENDING"
    assert [(each["name"], each["status"]) for each in sale["operations"]] == [("TRANSACTION", "UNKNOWN")]


def test_amex_needs_its_code_of_four_digits(clerk: Client) -> None:
    assert fields_of(clerk.post("/transactions", order(card=card(AMEX, security_code="123")))) == {
        "card.security_code": "security_code_invalid"
    }
    assert fields_of(clerk.post("/transactions", order(card=without(card(AMEX), "security_code")))) == {
        "card.security_code": "security_code_missing"
    }
    assert clerk.take(card=card(AMEX, security_code="1234"))["brand"] == "AMEX"


def test_other_has_not_subscribed_amex(as_: As) -> None:
    response = as_("clerk2").post("/transactions", order(merchant="OTHER", card=card(AMEX, security_code="1234")))
    assert response.status_code in (403, 422)
    assert body_of(response)["code"] in ("option_not_subscribed", "invalid_input")


def test_the_callers_brand_is_used(clerk: Client) -> None:
    assert clerk.take(card=card(brand="VISA"))["brand"] == "VISA"
    assert fields_of(clerk.post("/transactions", order(card=card(brand="MASTERCARD")))) == {
        "card.brand": "card_brand_invalid"
    }


def test_every_wrong_field_is_named_at_once(clerk: Client, bank: BankProcess) -> None:
    before = len(bank.journal())
    sent = {
        "merchant": "PRACTICE",
        "order_number": "x" * 33,
        "channel": "PIGEON",
        "amount": 12.5,
        "currency": "XXX",
        "card": {"number": "4970100000000007", "expiry": "13/31", "security_code": "12", "brand": "NONE", "pin": "1"},
        "capture_day": True,
        "capture_mode": "LATER",
        "customer_id": "c" * 20,
        "customer": {"email": "nobody", "telephone": "0612345678", "country": "XX", "shoe": 43},
        "return_context": "r" * 257,
        "colour": "red",
    }
    assert fields_of(clerk.post("/transactions", sent)) == {
        "order_number": "too_long",
        "channel": "not_a_choice",
        "amount": "wrong_type",
        "currency": "currency_unknown",
        "card.number": "card_number_invalid",
        "card.expiry": "card_expiry_invalid",
        "card.security_code": "security_code_invalid",
        "card.brand": "not_a_choice",
        "card.pin": "unknown_field",
        "capture_day": "wrong_type",
        "capture_mode": "not_a_choice",
        "customer_id": "too_long",
        "customer.email": "email_invalid",
        "customer.telephone": "telephone_invalid",
        "customer.country": "country_unknown",
        "customer.shoe": "unknown_field",
        "return_context": "too_long",
        "colour": "unknown_field",
    }
    assert len(bank.journal()) == before


def test_every_needed_field_is_named(clerk: Client) -> None:
    assert fields_of(clerk.post("/transactions", {"merchant": "PRACTICE", "card": {}})) == {
        "channel": "missing",
        "amount": "missing",
        "currency": "missing",
        "card.number": "missing",
        "card.expiry": "missing",
    }
    assert fields_of(clerk.post("/transactions", {}))["merchant"] == "missing"
    assert fields_of(clerk.post("/transactions", {"merchant": 7}))["merchant"] == "wrong_type"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "out_of_range"),
        (-5, "out_of_range"),
        (10**12, "out_of_range"),
        (10**40, "out_of_range"),
        (1.0, "wrong_type"),
        ("100", "wrong_type"),
        (True, "wrong_type"),
        (None, "missing"),
        ([1], "wrong_type"),
    ],
)
def test_amounts_are_whole_minor_units(clerk: Client, amount: object, code: str) -> None:
    assert fields_of(clerk.post("/transactions", order(amount=amount))) == {"amount": code}


@pytest.mark.parametrize(
    "field", ["order_number", "customer_id", "return_context", "note", "customer.name", "customer.address"]
)
@pytest.mark.parametrize("number", ["4970100000000006", "4970 1000-0000.0006", "４970100000000006"])
def test_a_card_number_in_another_field_is_refused_naming_it(clerk: Client, field: str, number: str) -> None:
    name, _, part = field.partition(".")
    response = clerk.post("/transactions", order(**{name: {part: number} if part else number}))
    found = fields_of(response)
    assert found[field] in ("card_number_in_field", "too_long")
    assert list(found) == [field]
    assert "4970" not in response.text


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\x7fb", "a\u2028b", "a\u202eb", "a\u2066b", "\ud800"])
def test_control_characters_are_refused(clerk: Client, text: str) -> None:
    assert fields_of(clerk.post("/transactions", order(return_context=text))) == {"return_context": "control_character"}


def test_a_currency_without_a_contract_is_refused(clerk: Client) -> None:
    assert fields_of(clerk.post("/transactions", order(currency="USD"))) == {"currency": "currency_not_accepted"}


def test_an_expired_card_is_refused(clerk: Client) -> None:
    assert fields_of(clerk.post("/transactions", order(card=card(expiry="01/20")))) == {"card.expiry": "card_expired"}


@pytest.mark.parametrize("merchant", ["OTHER", "NOBODY"])
def test_another_or_unknown_merchant_is_404_whatever_else_is_wrong(clerk: Client, merchant: str) -> None:
    for sent in (order(merchant=merchant), {"merchant": merchant, "amount": "x"}):
        problem_of(clerk.post("/transactions", sent), 404, "not_found")


@pytest.mark.parametrize("login", ["accountant", "risk", "auditor"])
def test_own_merchant_without_the_right_is_403(as_: As, login: str) -> None:
    problem_of(as_(login).post("/transactions", order()), 403, "not_permitted")
    problem_of(as_(login).post("/transactions", {"merchant": "PRACTICE"}), 403, "not_permitted")


def test_the_administrator_has_no_merchant(as_: As) -> None:
    problem_of(as_("admin").post("/transactions", order()), 404, "not_found")
    problem_of(as_("admin").get("/transactions"), 403, "not_permitted")
