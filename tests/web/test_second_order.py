"""The one stop before an order is sent, what the page proposes and looks back at, and order numbers like cards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import AuditEntry, TransactionEvent
from tests.bank.conftest import BankProcess
from tests.web.desk import APPROVED, LOST, NO_MONEY, Desk, filled_in, key_of

As = Callable[[str], Desk]
LIKE_A_CARD = "4970 1012 3456 7893"


def new(kind: str = "S") -> str:
    return f"{kind}-{uuid.uuid4().hex[:6].upper()}-1"


def events(desk: Desk, reference: str, kind: str) -> list[Any]:
    sale = desk.sale(reference)
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        found = select(TransactionEvent).where(
            TransactionEvent.transaction_id == sale.id, TransactionEvent.kind == kind
        )
        return [(row.actor, row.data) for row in session.scalars(found)]


def test_a_second_order_is_asked_about_once_with_the_earlier_sale_beside_it(clerk: Desk, bank: BankProcess) -> None:
    number, key = new(), str(uuid.uuid4())
    earlier = clerk.taken(order_number=number, amount="31.00")
    before = len(bank.journal())
    stopped = clerk.order(order_number=number, amount="31.00", confirmed="", key=key)
    assert stopped.status_code == 409
    told = stopped.json
    assert told is not None
    assert (told["code"], told["confirm"]) == ("order_warning", earlier.reference)
    for part in ("Order number already paid, same card and amount", number, "€31.00", earlier.reference, "clerk"):
        assert part in told["html"]
    assert "key" not in told
    assert len(bank.journal()) == before
    second = clerk.order(order_number=number, amount="31.00", confirmed=told["confirm"], key=key)
    assert second.status_code == 200
    assert second.json is not None
    assert second.json["outcome"] == "approved"
    assert events(clerk, second.json["reference"], "SECOND_ORDER") == [
        (
            "clerk",
            {
                "sales": [earlier.reference, earlier.reference],
                "rules": ["order number already paid", "same card and amount"],
            },
        )
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Confirmed: a second order. The earlier sale is {}."),
        ("fr", "Confirmé : une seconde commande. La vente précédente est {}."),
    ],
)
def test_the_story_of_a_second_order_names_the_earlier_sale_once(
    as_: As, clerk: Desk, language: str, told: str
) -> None:
    number = new()
    earlier = clerk.taken(order_number=number, amount="31.50")
    second = clerk.taken(order_number=number, amount="31.50", confirmed=earlier.reference)
    clerk.speak(language)
    page = unescape(clerk.client.get(f"/transactions/show/{second.id}").text).replace("\xa0", " ")
    assert told.format(earlier.reference) in page


def test_nothing_to_warn_about_is_sent_at_once(clerk: Desk) -> None:
    answer = clerk.order(order_number=new(), amount="32.00", confirmed="")
    assert answer.status_code == 200
    assert answer.json is not None
    assert events(clerk, answer.json["reference"], "SECOND_ORDER") == []


def test_a_refused_card_is_tried_again_without_a_question(clerk: Desk) -> None:
    number = new()
    for card in (NO_MONEY, NO_MONEY, APPROVED):
        assert clerk.order(order_number=number, amount="33.00", card_number=card, confirmed="").status_code == 200


def test_without_script_the_question_is_answered_by_sending_again(clerk: Desk) -> None:
    number = new()
    clerk.taken(order_number=number, amount="34.00")
    page = clerk.order(json=False, order_number=number, amount="34.00", confirmed="")
    assert page.status_code == 409
    kept = filled_in(page.text)
    assert (kept["order_number"], kept["amount"], kept["card_number"]) == (number, "34.00", "")
    again = clerk.order(
        json=False, order_number=number, amount="34.00", confirmed=kept["confirmed"], key=key_of(page.text)
    )
    assert again.status_code == 303


def test_refused_attempts_are_listed_beside_the_next_answer(clerk: Desk) -> None:
    number = new()
    first = clerk.order(order_number=number, amount="35.00", card_number=NO_MONEY).json
    assert first is not None
    assert "Attempts before" not in first["html"]
    second = clerk.order(order_number=number, amount="35.00", card_number=LOST, attempts=first["attempts"]).json
    assert second is not None
    assert second["attempts"] == f"{first['reference']} {second['reference']}"
    assert "497010######0519" in second["html"]
    assert "not enough money" in second["html"]
    third = clerk.order(order_number=number, amount="35.00", attempts=second["attempts"]).json
    assert third is not None
    assert (third["outcome"], third["attempts"]) == ("approved", second["attempts"])
    assert "497010######0519" in third["html"]
    assert "497010######0410" in third["html"]


def test_attempts_of_another_merchant_are_not_shown(as_: As) -> None:
    foreign = as_("clerk2").order(card_number=NO_MONEY, order_number="FOREIGN-1").json
    assert foreign is not None
    told = as_("clerk").order(card_number=LOST, attempts=foreign["reference"]).json
    assert told is not None
    assert "0519" not in told["html"]


def test_a_refusal_says_what_to_say_aloud_and_nothing_of_the_reason(clerk: Desk) -> None:
    told = clerk.order(card_number=LOST, amount="36.00").json
    assert told is not None
    aloud = told["html"].partition("<q>")[2].partition("</q>")[0]
    assert aloud.startswith("Your bank does not accept this payment.")
    assert "lost" not in aloud


def test_the_next_number_is_proposed(clerk: Desk) -> None:
    taken = clerk.order(order_number="NX-0099", amount="37.00").json
    assert taken is not None
    assert taken["next_number"] == "NX-0100"
    assert 'data-next-number="NX-0100"' in clerk.client.get("/counter").text
    word = clerk.order(order_number="telephone", amount="37.00").json
    assert word is not None
    assert word["next_number"] is None
    assert 'data-next-number=""' in clerk.client.get("/counter").text


def test_a_number_taken_already_is_not_proposed(clerk: Desk) -> None:
    for number in ("fr-0102", "FR-0101", "FR-0103"):
        clerk.taken(order_number=number, amount="37.50")
    last = clerk.order(order_number="FR-0100", amount="37.50").json
    assert last is not None
    assert last["next_number"] == "FR-0104"
    assert 'data-next-number="FR-0104"' in clerk.client.get("/counter").text


def test_a_proposed_number_somebody_was_faster_with_makes_place_for_the_next(clerk: Desk, supervisor: Desk) -> None:
    supervisor.taken(order_number="TWO-001", amount="37.60")
    both = {"order_number": "TWO-002", "confirmed": ""}
    supervisor.taken(amount="37.70", proposed="TWO-002", **both)
    stopped = clerk.order(amount="37.80", proposed="TWO-002", **both).json
    assert stopped is not None
    assert stopped["instead"] == "TWO-003"
    by_hand = clerk.order(amount="37.80", proposed="", **both).json
    assert by_hand is not None
    assert (by_hand["code"], by_hand["instead"]) == ("order_warning", None)


def test_the_page_opened_again_says_what_became_of_the_last_order(clerk: Desk) -> None:
    number, key = new("LAST"), str(uuid.uuid4())
    taken = clerk.taken(order_number=number, amount="38.00", key=key)
    page = clerk.client.get("/counter").text
    line = page.partition("data-last>")[2].partition("</p>")[0]
    assert number in line
    assert "to remit" in line
    sent = clerk.client.get(f"/counter/sent?merchant=PRACTICE&key={key}")
    assert sent.json is not None
    assert sent.json["reference"] == taken.reference
    assert f"Your last order {number}: approved" in sent.json["html"]


def test_a_form_that_never_arrived_is_said_to_be_none(as_: As) -> None:
    clerk, other = as_("clerk"), as_("clerk2")
    assert clerk.client.get(f"/counter/sent?merchant=PRACTICE&key={uuid.uuid4()}").json == {"arrived": False}
    assert clerk.client.get("/counter/sent?merchant=PRACTICE&key=x").status_code == 400
    key = str(uuid.uuid4())
    other.taken(key=key)
    assert clerk.client.get(f"/counter/sent?merchant=OTHER&key={key}").status_code == 404
    assert clerk.client.get(f"/counter/sent?merchant=PRACTICE&key={key}").json == {"arrived": False}


def test_a_supervisor_confirms_that_an_order_number_is_no_card_number(as_: As) -> None:
    clerk, supervisor = as_("clerk"), as_("supervisor")
    refused = clerk.order(order_number=LIKE_A_CARD, no_card_number="1", amount="39.00")
    assert refused.status_code == 422
    assert refused.json is not None
    assert "a supervisor can take this order" in refused.json["errors"][0]["message"]
    assert "no_card_number" not in clerk.client.get("/counter").text
    asked = supervisor.order(order_number=LIKE_A_CARD, amount="39.00")
    assert asked.json is not None
    assert asked.json["errors"][0]["code"] == "card_number_in_field"
    sale = supervisor.taken(order_number=LIKE_A_CARD, no_card_number="1", amount="39.00")
    assert sale.order_number == LIKE_A_CARD
    assert events(supervisor, sale.reference, "NO_CARD_NUMBER") == [("supervisor", {"field": "order_number"})]
    with supervisor.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        newest = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.outcome, newest.actor) == ("card_found", "OK", "supervisor")


@pytest.mark.parametrize("zero", "0０٠⁰𝟎")
def test_nobody_makes_an_order_number_of_the_card_itself(as_: As, zero: str) -> None:
    """Nor in other digits, which are the same number."""
    supervisor = as_("supervisor")
    other = "⁰¹²³⁴⁵⁶⁷⁸⁹" if zero == "⁰" else "".join(chr(ord(zero) + digit) for digit in range(10))
    typed = APPROVED.translate(str.maketrans("0123456789", other))
    answer = supervisor.order(order_number=typed, no_card_number="1", amount="40.00")
    assert answer.status_code == 422
    assert typed not in answer.text


def test_saying_so_of_an_ordinary_number_says_nothing(as_: As) -> None:
    supervisor = as_("supervisor")
    sale = supervisor.taken(order_number=new(), no_card_number="1", amount="41.00")
    assert events(supervisor, sale.reference, "NO_CARD_NUMBER") == []
