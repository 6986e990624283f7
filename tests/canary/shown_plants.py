"""Leaks planted in what people see: a page, a ticket, a mail, the browser; the real service shows them where it can."""

from __future__ import annotations

import json
import re
import time
import uuid
from email.message import EmailMessage
from pathlib import Path

import psycopg

from app.supervisor import postgres
from config import DATABASE_NAME
from tests.canary.callers import Visitor, inputs
from tests.canary.cards import CanaryCard
from tests.canary.service import Service

ENOUGH = 60  # seconds for a mail to leave


def page(service: Service, card: CanaryCard) -> None:
    """A list of the manager's shows it."""
    _write(service, "UPDATE reason SET label_fr = %s WHERE code = 'GOODWILL'", card.number)
    heard = Visitor(service, "manager").get("/reasons/list/")
    assert card.number in heard.text


def page_in_pieces(service: Service, card: CanaryCard) -> None:
    """Somebody set it in groups, each an element of its own, parted by entities."""
    groups = '&nbsp;</span>\n<span class="digits">'.join(re.findall("....?", card.number))
    service.keep("a page in pieces", f"<p><span>{groups}</span></p>".encode(), -1)


def ticket(service: Service, card: CanaryCard) -> None:
    """A sale's tickets show it."""
    _ticket(service, card)


def ticket_by_mail(service: Service, card: CanaryCard) -> bytes:
    """A sale's tickets show it, and one is asked for by mail; the mail that left."""
    clerk, heard = _ticket(service, card)
    action = re.search(r"/tickets/\d+/mail", heard)
    assert action, heard[:2000]
    before = _mails(service)
    sent = {
        "csrf_token": inputs(heard)["csrf_token"], "key": str(uuid.uuid4()), "email": "customer@example.org",
        "language": "fr", "consent": "1",
    }  # fmt: skip
    assert clerk.post(action[0], sent).status == 303
    limit = time.monotonic() + ENOUGH
    while time.monotonic() < limit:
        for mail in _mails(service) - before:
            if b"To: customer@example.org" in (left := mail.read_bytes()):
                return left
        time.sleep(0.2)
    raise AssertionError("the ticket did not leave")


def mail_in_broken_lines(service: Service, card: CanaryCard) -> None:
    """Its lines end in the middle of the number, as quoted-printable breaks them."""
    letter = EmailMessage()
    letter["Subject"] = "leak"
    letter.set_content(f"é{'x' * 63} {card.number}\n", cte="quoted-printable")
    (service.data / "outbox" / "broken.eml").write_bytes(bytes(letter))


def storage(service: Service, card: CanaryCard) -> None:
    """The browser kept a half-typed order."""
    kept = {"origins": [{"localStorage": [{"name": "draft", "value": json.dumps({"card_number": card.grouped(" ")})}]}]}
    service.keep("Chromium", json.dumps(kept).encode(), -1)


def _ticket(service: Service, card: CanaryCard) -> tuple[Visitor, str]:
    """A sale gets the number as its order number, and its tickets are opened."""
    found = _write(
        service,
        "UPDATE transaction SET order_number = %s WHERE id = (SELECT max(transaction_id) FROM operation WHERE name = "
        "'TRANSACTION' AND status = 'DONE' AND created_by_id IS NOT NULL AND merchant_id = (SELECT id FROM merchant WHERE "
        "short_name = 'PRACTICE')) RETURNING id",
        card.number,
    )
    clerk = Visitor(service, "clerk")
    heard = clerk.get(f"/tickets/sale/{found}")
    assert card.number in heard.text
    return clerk, heard.text


def _write(service: Service, statement: str, value: str) -> int:
    """Write past the service and past its walls; what the statement returns."""
    with psycopg.connect(postgres.superuser_url(service.settings, DATABASE_NAME)) as connection:
        connection.execute("SET session_replication_role = replica")
        done = connection.execute(statement, (value,))  # type: ignore[arg-type]  # a statement of this module
        row = done.fetchone() if done.description else None
        assert done.rowcount
        return int(row[0]) if row else 0


def _mails(service: Service) -> set[Path]:
    return set((service.data / "outbox").glob("*.eml"))
