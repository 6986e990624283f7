"""Orders through the page: the bank's answers, a form sent twice, and no card anywhere but in the request."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.database import Scope, now, unit_of_work
from app.plugin import registry
from tests.bank.conftest import BankProcess
from tests.web.desk import (
    APPROVED,
    JSON,
    LOST,
    NO_MONEY,
    REFERRAL,
    SILENT,
    Desk,
    filled_in,
    key_of,
    token_of,
)

As = Callable[[str], Desk]


def test_an_approved_order_is_answered_in_words_and_with_a_new_key(clerk: Desk, bank: BankProcess) -> None:
    key = str(uuid.uuid4())
    answer = clerk.order(order_number="A-1001", amount="1,234.56", capture_day="3", note="call back", key=key)
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert told is not None
    assert (told["outcome"], told["state"], told["final"]) == ("approved", "TO_CAPTURE", True)
    assert told["key"] != key
    assert "Approved" in told["html"]
    assert "€1,234.56" in told["html"]
    assert "CB 497010######0006" in told["html"]
    sale = clerk.sale(told["reference"])
    assert (sale.amount, sale.order_number, sale.note, sale.capture_day) == (123456, "A-1001", "call back", 3)
    assert (sale.created_by, sale.channel, sale.brand, sale.brand_choice) == (
        "clerk",
        "TELEPHONE_ORDER",
        "CB",
        "DEFAULT",
    )
    assert [entry["operation"] for entry in bank.journal(sale.reference)] == ["TRANSACTION"]


def test_french_amounts_and_a_french_telephone_number(as_: As) -> None:
    clerk = as_("clerk")
    clerk.speak("fr")
    sale = clerk.taken(amount="1 234,56 €", customer_telephone="06 12 34 56 78", customer_name="Hélène", brand="VISA")
    assert sale.amount == 123456
    assert (sale.customer.telephone, sale.customer.name) == ("+33612345678", "Hélène")
    assert (sale.brand, sale.brand_choice) == ("VISA", "CUSTOMER")
    assert clerk.order(amount="1.234").status_code == 422


@pytest.mark.parametrize(
    ("card", "reason", "codes"),
    [
        (NO_MONEY, "There is not enough money on the customer&#39;s account.", "05 platform, 51 bank"),
        (LOST, "The card was reported lost.", "05 platform, 41 bank"),
        ("4970100000000055", "without giving a reason", "05 platform, 05 bank"),
        ("4970100000000147", "The security code is wrong.", "14 platform, 14 bank"),
        ("4970100000000543", "The card has expired.", "54 platform, 54 bank"),
        ("4970100000000915", "cannot be reached", "05 platform, 91 bank"),
    ],
)
def test_a_refusal_says_the_banks_reason_in_plain_words(clerk: Desk, card: str, reason: str, codes: str) -> None:
    told = clerk.order(card_number=card).json
    assert told is not None
    assert (told["outcome"], told["state"]) == ("refused", "REFUSED")
    assert reason in told["html"]
    assert codes in told["html"]


def test_a_referral_shows_whom_to_call_and_is_forced_from_the_counter(clerk: Desk, bank: BankProcess) -> None:
    told = clerk.order(card_number=REFERRAL, order_number="A-1002").json
    assert told is not None
    assert (told["outcome"], told["state"]) == ("referral", "REFERRAL")
    assert "+33 1 99 00 01 00" in told["html"]
    assert "1234567" in told["html"]  # the contract's number
    sale = clerk.sale(told["reference"])
    form = filled_in(told["html"]) | {"authorisation_number": "123456"}
    forced = clerk.client.post(f"/transactions/{sale.id}/force", data=form, follow_redirects=True)
    assert forced.request.path == "/counter"
    assert "Approved" in forced.text
    assert clerk.sale(sale.reference).state == "TO_CAPTURE"
    assert [e["responseCode"] for e in bank.journal(sale.reference) if e["operation"] == "ADVICE"] == ["00"]


def test_a_call_the_bank_ends_with_no_cancels_the_order_from_its_answer(clerk: Desk) -> None:
    told = clerk.order(card_number=REFERRAL, order_number="CALL-NO").json
    assert told is not None
    sale = clerk.sale(told["reference"])
    assert "please stay on the line" in told["html"]  # whose card number is said to the bank, and kept nowhere
    assert f'href="/transactions/{sale.id}/cancel"' in told["html"]
    assert clerk.act(sale, "cancel").status_code == 303
    assert clerk.sale(sale.reference).state == "CANCELLED"
    approved = clerk.order(order_number="CALL-YES").json
    assert approved is not None
    assert "/cancel" not in approved["html"]


def test_a_number_the_bank_did_not_give_ends_the_referral(clerk: Desk) -> None:
    sale = clerk.taken(card_number=REFERRAL)
    answer = clerk.act(sale, "force", authorisation_number="999999", back="counter")
    page = clerk.client.get(answer.headers["Location"])
    assert "The bank refused: Forcing of €12.34." in page.text
    assert clerk.sale(sale.reference).state == "REFUSED"


def test_after_a_refused_forcing_the_order_stays_for_another_card(clerk: Desk) -> None:
    typed = {
        "order_number": "FORCED-1",
        "amount": "1,234.50",
        "customer_name": "Hélène",
        "note": "call back",
        "capture_day": "2",
    }
    sale = clerk.taken(card_number=REFERRAL, channel="FAX_ORDER", **typed)
    page = clerk.client.get(f"/counter?last={sale.reference}").text
    assert filled_in(page)["amount"] == "", "it is not refused yet"
    answer = clerk.act(sale, "force", authorisation_number="999999", back="counter")
    page = clerk.client.get(answer.headers["Location"]).text
    kept = filled_in(page)
    wanted = {name: text for name, text in typed.items() if name != "capture_day"}
    assert {name: kept[name] for name in wanted} == wanted
    assert kept["attempts"] == sale.reference
    assert (kept["card_number"], kept["card_expiry"], kept["security_code"]) == ("", "", "")
    assert re.search(r'value="FAX_ORDER"[^>]* checked', page)
    assert re.search(r'<option value="2" selected', page)


def test_an_order_of_others_fills_no_form(as_: As) -> None:
    foreign = as_("clerk2").order(card_number=NO_MONEY, order_number="FOREIGN-2", customer_name="Marguerite").json
    assert foreign is not None
    answer = as_("clerk").client.get(f"/counter?last={foreign['reference']}")
    assert answer.status_code == 404
    assert "Marguerite" not in answer.text


def test_an_uncertain_order_is_followed_until_the_bank_has_said(clerk: Desk, bank: BankProcess) -> None:
    told = clerk.order(card_number=SILENT).json
    assert told is not None
    assert (told["outcome"], told["final"]) == ("uncertain", False)
    address = f"/counter/status/{told['reference']}"
    assert f'data-poll="{address}"' in told["html"]
    assert "do not take the order a second time" in told["html"]
    again = clerk.client.get(address)
    assert again.json is not None
    assert again.json["final"] is False
    assert again.headers["Cache-Control"] == "no-store"
    sale = clerk.sale(told["reference"])
    with clerk.app.app_context():
        with unit_of_work(Scope((sale.merchant_id,))) as session:
            session.execute(text("UPDATE operation SET next_inquiry_at = now() WHERE status = 'UNKNOWN'"))
        registry(clerk.app).sweeps["inquiries"].run()
    known = clerk.client.get(address).json
    assert known is not None
    assert (known["outcome"], known["final"]) == ("approved", True)


def test_a_form_sent_twice_is_one_order(clerk: Desk, bank: BankProcess) -> None:
    key = str(uuid.uuid4())
    first, second = (clerk.order(key=key, order_number="A-1003") for _ in range(2))
    assert first.json is not None
    assert second.json is not None
    assert first.json["reference"] == second.json["reference"]
    assert len(bank.journal(first.json["reference"])) == 1
    other = clerk.order(key=key, order_number="A-1003", amount="99.00")
    assert other.status_code == 409
    assert other.json is not None
    assert other.json["code"] == "idempotency_mismatch"
    assert "sent before with other values" in other.json["message"]
    assert other.json["key"] != key


@pytest.mark.parametrize("key", ["", "short", "4970100000000006", "x" * 65])
def test_a_form_without_a_usable_key_takes_nothing(clerk: Desk, key: str) -> None:
    page = clerk.client.get("/counter").text
    form = {"csrf_token": token_of(page), "key": key, "amount": "1", "card_number": APPROVED, "card_expiry": "0730"}
    answer = clerk.client.post("/counter", data=form, headers=JSON)
    assert answer.status_code == 400
    assert "load the page again" in answer.text


def test_without_script_an_order_leads_to_its_answer(clerk: Desk) -> None:
    answer = clerk.order(json=False, order_number="A-1004")
    assert answer.status_code == 303
    page = clerk.client.get(answer.headers["Location"])
    assert "Approved" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert key_of(page.text) != key_of(clerk.client.get("/counter").text)


def test_without_script_a_refused_order_stays_for_another_card(clerk: Desk) -> None:
    page = clerk.order(json=False, card_number=NO_MONEY, order_number="A-1005", amount="77.00", note="blue").text
    kept = filled_in(page)
    assert "not enough money" in page
    assert (kept["amount"], kept["order_number"], kept["note"]) == ("77.00", "A-1005", "blue")
    assert (kept["card_number"], kept["card_expiry"], kept["security_code"]) == ("", "", "")


def test_a_page_says_it_is_not_its_form_that_was_forgotten(clerk: Desk) -> None:
    assert clerk.client.post("/counter", data={"amount": "1"}).status_code == 400  # no token
    assert clerk.client.get("/counter/fresh").json["csrf_token"]  # type: ignore[index]  # JSON it is


def test_an_order_by_its_shipping_day(clerk: Desk) -> None:
    today = now().astimezone(ZoneInfo("Europe/Paris")).date()
    shipped = today + timedelta(days=4)
    sale = clerk.taken(shipping_date=shipped.isoformat(), capture_day="0")
    assert (sale.shipping_date, sale.capture_date, sale.capture_day) == (shipped, shipped, 4)
    form = clerk.client.get("/counter").text
    assert f'min="{today}" max="{today + timedelta(days=6)}"' in form


def test_a_refused_order_keeps_the_day_the_goods_leave(clerk: Desk) -> None:
    shipped = (now().astimezone(ZoneInfo("Europe/Paris")).date() + timedelta(days=3)).isoformat()
    refused = clerk.order(card_number=NO_MONEY, shipping_date=shipped, capture_day="0").json
    assert refused is not None
    page = clerk.client.get(f"/counter?last={refused['reference']}").text
    assert filled_in(page)["shipping_date"] == shipped
