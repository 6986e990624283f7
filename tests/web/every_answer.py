"""Every verb's form on a sale in the right state, and each kind of answer to what is sent: wrong, done, refused, unknown.

Amounts are whole numbers: they are the same text in both languages.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping

from sqlalchemy import update

from app.database import Scope, unit_of_work
from app.domain.states import State
from app.models import Transaction
from tests.bank.conftest import BankProcess
from tests.web.bulk import boxes
from tests.web.desk import APPROVED, NO_MONEY, REFERRAL, Desk, read
from tests.web.hands import Hand, send
from tests.web.test_uncertain import CUT_BEFORE, a_day_old, pending

#: What is wrong in every form that has the field; a card number is wrong in each note.
WRONG = {
    "amount": "ten", "note": APPROVED, "reason": "NOSUCH", "capture_date": "2020-01-01", "shipping_date": "2020-01-01",
    "authorisation_number": "12 34", "operation": "999", "decision": "guess", "outcome": "GUESS",
}  # fmt: skip
REFUSED, UNKNOWN, NIGHT = "refuse:05", "cut_after_commit", "code:24"
Make = Callable[[Desk, BankProcess], Transaction]


def number() -> str:
    """An order number of its own."""
    return f"EA-{uuid.uuid4().hex[:8].upper()}"


def taken(desk: Desk, _bank: BankProcess, **fields: str) -> Transaction:
    """A sale to remit."""
    return desk.taken(**{"amount": "40.00", "order_number": number(), **fields})


def waiting(desk: Desk, bank: BankProcess) -> Transaction:
    """A sale that waits to be validated."""
    return taken(desk, bank, capture_mode="VALIDATION", capture_day="5")


def captured(desk: Desk, bank: BankProcess) -> Transaction:
    """A sale remitted now."""
    return after(desk, taken(desk, bank), "capture")


def held(desk: Desk, bank: BankProcess) -> Transaction:
    """A sale held back."""
    return after(desk, taken(desk, bank), "hold")


def referred(desk: Desk, bank: BankProcess) -> Transaction:
    """A sale for which the bank wants to be called."""
    return taken(desk, bank, card_number=REFERRAL)


def challenged(desk: Desk, bank: BankProcess) -> Transaction:
    """A sale that was stopped for a look: held at the bank, and here as a rule of risk would have it."""
    bank.fault("cardOrder", "challenge")
    sale = taken(desk, bank)
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        session.execute(update(Transaction).where(Transaction.id == sale.id).values(state=State.TO_CHALLENGE))
    return read(desk.app, sale.reference)


def refund_that_waits(desk: Desk, bank: BankProcess) -> Transaction:
    """A refund the bank's night keeps waiting."""
    sale = captured(desk, bank)
    bank.fault("refund", NIGHT, reference=sale.reference)
    return after(desk, sale, "refund", amount="4.00")


def lost_yesterday(desk: Desk, _bank: BankProcess) -> Transaction:
    """A sale whose answer was lost long enough ago to be decided by hand."""
    sale = pending(desk, CUT_BEFORE, order_number=number())
    a_day_old(desk, sale)
    return sale


def after(desk: Desk, sale: Transaction, verb: str, **fields: str) -> Transaction:
    """The sale after a verb."""
    answer = desk.act(sale, verb, **fields)
    assert answer.status_code == 303, answer.text
    return read(desk.app, sale.reference)


SALES: Mapping[str, tuple[Make, Mapping[str, str]]] = {
    "cancel": (taken, {"amount": "5"}),
    "capture": (taken, {}),
    "refund": (captured, {"amount": "4"}),
    "validate": (waiting, {"amount": "25"}),
    "amend": (taken, {"order_number": "EA-AMENDED"}),
    "duplicate": (taken, {"amount": "7"}),
    "accept-challenge": (challenged, {}),
    "refuse-challenge": (challenged, {}),
    "force": (referred, {"authorisation_number": "123456"}),
    "withdraw": (refund_that_waits, {"operation": "3"}),
    "hold": (taken, {}),
    "release": (held, {}),
    "move": (taken, {}),
    "resolve": (lost_yesterday, {"decision": "close", "outcome": "REFUSED", "note": "letter of the 12th"}),
}


def every_verb(hand: Hand, desk: Desk, bank: BankProcess) -> None:
    """Each verb's form, wrongly and rightly filled in, and its form where the verb is not possible any more."""
    for verb, (make, fields) in SALES.items():
        sale = make(desk, bank)
        path = f"/transactions/{sale.id}/{verb}"
        page = hand.get(path)
        assert 'name="key"' in page, f"{verb}: the form does not open"
        send(hand, path, page, **WRONG)
        done = send(hand, path, page, **fields)
        if verb == "validate":
            done = send(hand, path, done)
            assert "/duplicate?parcel=2" in done
        hand.get(path)
    for fault in (REFUSED, UNKNOWN, NIGHT):
        sale = captured(desk, bank)
        bank.fault("refund", fault, reference=sale.reference)
        path = f"/transactions/{sale.id}/refund"
        send(hand, path, hand.get(path), amount="3")
        hand.get(f"/transactions/show/{sale.id}")
    came_back = lost_yesterday(desk, bank)
    one = f"/uncertain/{came_back.operations[-1].id}"
    for each in ("/uncertain/", one):
        bank.fault("getTransactionData", "http_500", reference=came_back.reference)
        send(hand, f"{one}/ask", hand.get(each))
    send(hand, f"{one}/ask", hand.get(one))


def every_order(hand: Hand, _desk: Desk, _bank: BankProcess) -> None:
    """The order page without script: everything wrong, then each answer of the bank, the stop before a second order."""
    order = {"channel": "TELEPHONE_ORDER", "card_expiry": "0730", "security_code": "123", "amount": "12"}
    send(hand, "/counter", hand.get("/counter"))
    send(hand, "/counter", hand.get("/counter"), **WRONG, card_number="49701", card_expiry="13", order_number=APPROVED)
    for card in (APPROVED, NO_MONEY, REFERRAL, CUT_BEFORE, "4970100000000410"):
        sent = order | {"card_number": card, "order_number": number(), "confirmed": "NOSUCHSALE"}
        send(hand, "/counter", hand.get("/counter"), **sent)
    sent = order | {"card_number": APPROVED, "order_number": number(), "amount": "13"}
    for _ in range(2):
        stopped = send(hand, "/counter", hand.get("/counter"), **sent)
    assert re.search(r'name="confirmed" value="\w+', stopped), "a second order is not stopped"


def several(hand: Hand, desk: Desk, bank: BankProcess) -> None:
    """Each verb that takes several sales, a wrong form, the results; what was shipped today."""
    for verb, make in (
        ("cancel", taken), ("capture", taken), ("hold", taken), ("release", held), ("move", taken), ("validate", waiting),
    ):  # fmt: skip
        sales = [make(desk, bank) for _ in range(3)]
        done = captured(desk, bank)
        page = hand.get(f"/bulk/?verb={verb}&" + "&".join(f"sale={each.id}" for each in [*sales, done]))
        assert len(boxes(page)) == 3, verb
        send(hand, "/bulk/", page, **WRONG, sale=boxes(page))
        for sale, fault in zip(sales, (REFUSED, UNKNOWN), strict=False):
            if verb in ("cancel", "validate"):
                bank.fault(verb, fault, reference=sale.reference)
        day = {"capture_date": str(sales[0].capture_date)} if verb == "move" else {}
        send(hand, "/bulk/", page, sale=boxes(page), **day)
    hand.get("/bulk/?verb=cancel")
    send(hand, "/shipped/", hand.get("/shipped/"), numbers=" ")
    send(hand, "/shipped/", hand.get("/shipped/"), numbers="\n".join(["EA"] * 2_001))
    left = [waiting(desk, bank), captured(desk, bank)]
    pasted = [*(str(each.order_number) for each in left), str(left[0].order_number), "NOSUCH", APPROVED]
    send(hand, "/shipped/", hand.get("/shipped/"), numbers="\n".join(pasted))
