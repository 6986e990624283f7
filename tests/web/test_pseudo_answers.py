"""No hard-coded string in what a form is answered: answers to orders, refusals beside fields, results, tickets, mails.

The pages that are only opened are looked at in tests/pages.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.database import Scope, unit_of_work
from app.models import OutboxMail, Transaction
from config import Settings
from tests.bank.conftest import BankProcess
from tests.pages.pseudo import OPEN, spoken, stored, untranslated
from tests.web.desk import APPROVED, CAPTURE_REFUSED, LOST, NO_MONEY, REFERRAL, SILENT, Desk, token_of

AGE = re.compile(r"\d+ (second|minute|hour|day|seconde|heure|jour)s?")  # Babel's own words
TYPED = {"1.234", "0720", "1,00", "nobody", "ann@customer.example", "x", "clerk", "supervisor", "PS-NONE", "PS-3"}
WRONG: tuple[dict[str, Any], ...] = (
    {"amount": ""}, {"amount": "1.234"}, {"amount": "0"}, {"amount": "-5"}, {"amount": "99999999999"}, {"channel": "x"},
    {"card_number": ""}, {"card_number": "4970100000000007"}, {"card_number": "30569309025904"}, {"card_expiry": "0720"},
    {"card_expiry": "x"}, {"security_code": "12"}, {"order_number": "4970 1000 0000 0006"}, {"capture_day": "9"},
    {"customer_email": "nobody"}, {"order_number": "x" * 60}, {"note": "x" * 600}, {"capture_mode": "x"}, {"key": "x"},
)  # fmt: skip


class Reader:
    """Reads what is answered and keeps what nobody translated."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.seen = desk, 0
        self.found: list[tuple[str, str]] = []

    def reads(self, answer: TestResponse, of: str) -> TestResponse:
        """Follow a redirect to its page; flashes stand there."""
        while answer.status_code in (302, 303):
            answer = self.desk.client.get(answer.headers["Location"])
        assert OPEN in answer.text, of  # a page, in the language that does not exist
        self.seen += 1
        self.found.append((of, answer.text))
        return answer

    def sends(self, path: str, of: str, **fields: Any) -> TestResponse:
        """Post a form with its token and a new key."""
        token = {"csrf_token": token_of(self.desk.client.get("/counter").text)}
        return self.reads(self.desk.client.post(path, data=token | {"key": str(uuid.uuid4())} | fields), of)


@pytest.fixture
def reader(supervisor: Desk, bank: BankProcess) -> Iterator[Reader]:
    with spoken():
        yield Reader(supervisor)
    supervisor.flashes()


@pytest.fixture
def judge(servers: Settings, written_tables: tuple[str, ...], reader: Reader) -> Callable[[], str]:
    """Says what of the pages was read is no data and was never translated."""

    def wrong() -> str:
        tables = [table for table in written_tables if table != "outbox_mail"]
        data = stored(servers.check_url or "", tables) | TYPED
        found = []
        for of, text in reader.found:
            found += [f"{of}: {piece}" for piece in untranslated(text, data) if not AGE.fullmatch(piece)]
        return "\n".join(dict.fromkeys(found))

    return wrong


def test_answers_to_orders(reader: Reader, judge: Callable[[], str], bank: BankProcess) -> None:
    for card in (APPROVED, REFERRAL, NO_MONEY, LOST, CAPTURE_REFUSED, "4970100000000147", "4970100000000543",
                 "4970100000000915", "4970100000000055"):  # fmt: skip
        reader.reads(reader.desk.order(json=False, card_number=card), f"order {card}")
    bank.fault("getTransactionData", "http_500", times=20)
    reader.reads(reader.desk.order(json=False, card_number=SILENT), "an order without an answer")
    bank.control(clear=True)
    again = {"order_number": f"PSEUDO-{uuid.uuid4().hex[:6]}X".upper()}
    reader.reads(reader.desk.order(json=False, **again), "an order")
    reader.reads(reader.desk.order(json=False, confirmed="", **again), "the same order again")
    for fields in WRONG:
        reader.reads(reader.desk.order(json=False, **fields), f"an order with {fields}")
    assert judge() == ""
    assert reader.seen == 12 + len(WRONG)


def test_answers_to_actions(reader: Reader, judge: Callable[[], str]) -> None:
    desk = reader.desk

    def acts(sale: Transaction, verb: str, **fields: Any) -> None:
        of = f"{verb} {fields}"
        reader.reads(desk.form(sale, verb), of)
        form = {"amount": "1,00", "note": "x"} | fields
        reader.sends(f"/transactions/{sale.id}/{verb}", of, **form)

    sale, waiting = desk.taken(), desk.taken(capture_mode="VALIDATION", capture_day="5")
    for wrong in ("", "1.234", "0", "-5", "99999"):
        acts(sale, "cancel", amount=wrong)
        acts(waiting, "validate", amount=wrong)
    acts(waiting, "validate", amount="x")
    acts(waiting, "validate", amount="1,00", release="1134")
    for verb, fields in (
        ("amend", {"order_number": "4970 1000 0000 0006"}), ("amend", {"customer_email": "nobody"}), ("amend", {"order_number": "PS-2"}),
        ("hold", {}), ("hold", {}), ("release", {}), ("move", {"capture_date": "x"}), ("move", {"capture_date": "2020-01-01"}),
        ("duplicate", {"amount": "x"}), ("duplicate", {"capture_day": "0"}), ("force", {"authorisation_number": "x"}),
        ("refund", {}), ("accept-challenge", {}), ("withdraw", {"operation": "1"}), ("resolve", {"decision": "close"}),
        ("cancel", {"amount": "1,00"}), ("capture", {}), ("refund", {"amount": "999"}), ("refund", {"amount": "1,00"}),
        ("refund", {"reason": "x"}),
    ):  # fmt: skip
        acts(sale, verb, **fields)
    called = desk.taken(card_number=REFERRAL)
    for number in ("", "x", "654321", "123456"):
        acts(called, "force", authorisation_number=number)
    acts(desk.taken(card_number=CAPTURE_REFUSED), "capture")
    for number in ("", "PS-2 PS-NONE"):
        reader.sends("/shipped/", "shipped", numbers=number)
    rows = [desk.taken() for _ in range(2)]
    for verb in ("cancel", "capture", "validate", "move", "hold", "release"):
        ticked = [f"{row.id}:{row.state}:{row.amount}" for row in rows]
        reader.sends("/bulk/", f"bulk {verb}", verb=verb, sale=ticked, capture_date="x")
        reader.sends("/bulk/", f"bulk {verb}", verb=verb, sale=ticked, note="x")
    reader.sends("/alarms/acknowledge", "no alarm ticked", note="x")
    assert judge() == ""
    assert reader.seen > 70


def test_tickets_and_mails(reader: Reader, judge: Callable[[], str]) -> None:
    sale = reader.desk.taken()
    first = reader.desk.sale(sale.reference).operations[0].id
    for of in ("a ticket", "its duplicate"):
        reader.sends(f"/tickets/{first}/print", of)
    reader.reads(reader.desk.client.get(f"/tickets/sale/{sale.id}"), "tickets")
    for fields in ({"email": ""}, {"email": "nobody"}, {"consent": ""}, {"language": "x"}, {}):
        form = {"email": "ann@customer.example", "language": "en", "consent": "1"} | fields
        reader.sends(f"/tickets/{first}/mail", f"mail {fields}", **{name: text for name, text in form.items() if text})
    with reader.desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
        assert mail is not None
        reader.found += [("the subject", mail.subject), ("the mail", mail.body)]
    assert judge() == ""
