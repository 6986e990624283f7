"""The inbox of uncertain operations: what was asked, what the bank said, asking it now, deciding after 24 hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from app.database import Scope, now, unit_of_work
from app.models import Operation, Transaction
from tests.bank.conftest import BankProcess
from tests.web.desk import Desk, key_of, token_of

As = Callable[[str], Desk]
SILENT, CUT_BEFORE = "4970100000000642", "4970100000000634"
ASK = re.compile(r'action="(/uncertain/\d+/ask)"')


def text(page: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def pending(desk: Desk, card: str = SILENT, **fields: str) -> Transaction:
    """An order whose answer got lost."""
    answer = desk.order(card_number=card, **fields)
    assert answer.json is not None
    sale = desk.sale(answer.json["reference"])
    assert sale.state == "PENDING"
    return sale


def number(sale: Transaction) -> int:
    """The open operation's id."""
    return int(sale.operations[-1].id)


def ask(desk: Desk, sale: Transaction, **fields: str) -> int:
    """Press "ask the bank now"."""
    page = desk.client.get("/uncertain/").text
    data = {"csrf_token": token_of(page), **fields}
    return desk.client.post(f"/uncertain/{number(sale)}/ask", data=data).status_code


def a_day_old(desk: Desk, sale: Transaction) -> None:
    """As if it had been taken yesterday."""
    long_ago = now() - timedelta(hours=25)
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        session.execute(update(Transaction).where(Transaction.id == sale.id).values(created_at=long_ago))
        session.execute(update(Operation).where(Operation.id == number(sale)).values(created_at=long_ago))


@pytest.fixture(autouse=True)
def nothing_left(supervisor: Desk, bank: BankProcess) -> Iterator[None]:
    """What a test left uncertain is settled for the next one."""
    yield
    bank.control(clear=True)


def test_the_list_says_what_was_asked_and_the_bank_is_asked_at_once(supervisor: Desk, bank: BankProcess) -> None:
    sale = pending(supervisor, order_number="UNC-1", amount="55.00")
    bank.fault("getTransactionData", "http_500", reference=sale.reference)
    page = supervisor.client.get("/uncertain/").text
    row = text(next(each for each in page.split("<tr") if "UNC-1" in each))
    assert "Authorisation supervisor €55.00" in row
    assert "Nothing: this was the first request. Not asked yet." in row
    assert "seconds" in row or "second" in row
    for _ in range(3):
        assert supervisor.client.get(f"/uncertain/{number(sale)}").status_code == 200
    assert supervisor.sale(sale.reference).operations[-1].inquiries == 0, "looking asks nobody"
    assert ask(supervisor, sale, back="list") == 303
    assert supervisor.flashes() == ["The bank was asked: No usable answer. Still not certain."]
    one = text(supervisor.client.get(f"/uncertain/{number(sale)}").text)
    assert "Each answer of the bank, the last first" in one
    assert "No usable answer." in one
    assert ask(supervisor, sale) == 303
    assert supervisor.sale(sale.reference).state == "TO_CAPTURE"
    told = supervisor.sale(sale.reference).operations[-1].evidence["inquiries"]
    assert [each["found"] for each in told] == [None, True]
    known = text(supervisor.client.get(f"/uncertain/{number(sale)}").text)
    assert "Known now" in known
    assert "to validate: authorised €55.00, remitted €0.00, refunded €0.00" in known
    assert "UNC-1" not in supervisor.client.get("/uncertain/").text
    asked = len(bank.journal(sale.reference))
    supervisor.flashes()
    assert ask(supervisor, sale) == 303, "asking about what is known asks nobody"
    assert len(bank.journal(sale.reference)) == asked
    assert "Approved" in supervisor.flashes()[0]


def test_an_uncertain_refund_shows_the_banks_amounts_before(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(amount="80.00", order_number="UNC-2")
    supervisor.act(sale, "capture")
    bank.fault("refund", "cut_before_commit", reference=sale.reference)
    supervisor.act(sale, "refund", amount="30.00")
    sale = supervisor.sale(sale.reference)
    assert sale.operations[-1].status == "UNKNOWN"
    one = text(supervisor.client.get(f"/uncertain/{number(sale)}").text)
    assert "remitted: authorised €80.00, remitted €80.00, refunded €0.00" in one
    assert "The sale itself is known; only this operation is not." in one
    assert "Cancel at the bank" not in one
    ask(supervisor, sale)
    ask(supervisor, sale)


def test_before_24_hours_nobody_decides_after_them_it_is_cancelled_at_the_bank(
    supervisor: Desk, bank: BankProcess
) -> None:
    sale = pending(supervisor, order_number="UNC-3")
    page = supervisor.client.get(f"/uncertain/{number(sale)}").text
    assert "Cancel at the bank" not in page
    assert "a person may have it cancelled at the bank or close it" in text(page)
    a_day_old(supervisor, sale)
    page = supervisor.client.get(f"/uncertain/{number(sale)}").text
    assert "Keep asking" in page
    assert "Cancel €12.34, 497010######0642, at the bank" in text(page)
    assert "Decide" in supervisor.client.get("/uncertain/").text
    data = {"csrf_token": token_of(page), "key": key_of(page), "decision": "cancel", "note": "customer gave up"}
    done = supervisor.client.post(f"/transactions/{sale.id}/resolve", data=data)
    assert done.status_code == 303
    assert supervisor.sale(sale.reference).state == "CANCELLED"
    assert [e["operation"] for e in bank.journal(sale.reference)][-1] == "CANCEL"


def test_two_persons_close_it_with_the_banks_written_answer(as_: As, supervisor: Desk) -> None:
    sale = pending(supervisor, CUT_BEFORE, order_number="UNC-4")
    a_day_old(supervisor, sale)
    page = supervisor.client.get(f"/uncertain/{number(sale)}").text
    data = {"csrf_token": token_of(page), "key": key_of(page), "decision": "close", "outcome": "REFUSED"}
    wrong = supervisor.client.post(f"/transactions/{sale.id}/resolve", data=data)
    assert wrong.status_code == 422
    assert "written answer" in wrong.text
    supervisor.client.post(f"/transactions/{sale.id}/resolve", data=data | {"note": "letter of the 11th"})
    assert supervisor.sale(sale.reference).state == "PENDING"
    own = text(supervisor.client.get(f"/uncertain/{number(sale)}").text)
    assert "That was you: a second person has to confirm it." in own
    assert "Own request" not in own
    assert "UNC-4" in supervisor.client.get("/approvals/").text
    manager = as_("manager")
    assert "supervisor says the bank's written answer is “refused” (letter of the 11th)." in text(
        manager.client.get(f"/uncertain/{number(sale)}").text
    )
    page = manager.client.get(f"/uncertain/{number(sale)}").text
    data = {
        "csrf_token": token_of(page),
        "key": key_of(page),
        "decision": "close",
        "outcome": "REFUSED",
        "note": "seen",
    }
    assert manager.client.post(f"/transactions/{sale.id}/resolve", data=data).status_code == 303
    after = supervisor.sale(sale.reference)
    assert (after.state, after.operations[-1].approved_by) == ("REFUSED", "manager")


@pytest.mark.parametrize(("language", "word"), [("en", "“refused”"), ("fr", "« refusée »")])
def test_who_confirms_a_written_answer_on_the_sales_own_form_reads_it_in_words(
    as_: As, supervisor: Desk, language: str, word: str
) -> None:
    sale = pending(supervisor, CUT_BEFORE)
    a_day_old(supervisor, sale)
    supervisor.act(sale, "resolve", decision="close", outcome="REFUSED", note="letter of the 12th")
    manager = as_("manager")
    manager.speak(language)
    page = text(manager.form(sale, "resolve").text)
    assert f"{word} (letter of the 12th)" in page.replace("\xa0", " ")
    assert "REFUSED" not in page


@pytest.mark.parametrize(
    ("login", "status", "asked"),
    [
        ("clerk", 403, 403), ("manager", 200, 303), ("accountant", 403, 403), ("risk", 403, 403), ("auditor", 200, 403),
        ("admin", 403, 403), ("manager2", 404, 404),
    ],
)  # fmt: skip
def test_who_may(as_: As, supervisor: Desk, login: str, status: int, asked: int) -> None:
    sale, desk = pending(supervisor, order_number="UNC-5"), as_(login)
    assert desk.client.get(f"/uncertain/{number(sale)}").status_code == status
    assert ("UNC-5" in desk.client.get("/uncertain/").text) == (status == 200)
    token = token_of(desk.client.get("/").text)
    done = desk.client.post(f"/uncertain/{number(sale)}/ask", data={"csrf_token": token})
    assert done.status_code == asked
    assert supervisor.sale(sale.reference).operations[-1].inquiries == (1 if asked == 303 else 0)
    if asked != 303:
        ask(supervisor, sale)
