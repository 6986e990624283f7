"""What answers the forms beside the sales' own: decisions, alarms, tickets and their mails, settings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import delete

from app.alarms import CAPTURE_REFUSED, raise_alarm
from app.database import Scope, unit_of_work
from app.models import MerchantLimit, Transaction
from tests.bank.conftest import BankProcess
from tests.web.desk import APPROVED, Desk, read
from tests.web.every_answer import captured, taken
from tests.web.hands import Hand, send

SETTINGS = ("reasons", "limits", "contracts", "options", "gateway-accounts", "merchants", "memberships", "users")
REFUSED_ALARM = "refused"
BLANK: Mapping[str, str] = {
    "code": " ", "label_fr": " ", "label_en": " ", "verb": "", "amount": "-1", "number": "x", "url": "nowhere",
    "username": "?", "email": "nowhere", "first_name": "", "password": "short", "conf_password": "other",
    "short_name": "?", "name": "", "from_day": "2020-01-01", "until_day": "2019-01-01",
}  # fmt: skip


def decisions(hand: Hand, desk: Desk, bank: BankProcess) -> None:
    """What waits for a second person and what nobody took note of: a card number in the note, then yes and no."""
    asked = [_asked(desk, bank) for _ in range(2)]
    for sale, decision in zip(asked, ("approve", "reject"), strict=True):
        path = f"/approvals/{sale.operations[-1].id}/{decision}"
        page = hand.get("/approvals/")
        send(hand, path, page, note=APPROVED)
        for _ in range(2):  # once too often: what it is now
            send(hand, path, page, note="seen")
    with desk.app.app_context(), unit_of_work(Scope((asked[0].merchant_id,))) as session:
        raised = raise_alarm(session, asked[0].merchant_id, CAPTURE_REFUSED, REFUSED_ALARM, transaction_id=asked[0].id)
        session.flush()
        alarm = str(raised.id)
    page = hand.get("/alarms/")
    send(hand, "/alarms/acknowledge", page)
    for note in (APPROVED, "seen", "seen"):
        send(hand, "/alarms/acknowledge", page, alarm=alarm, note=note)


def tickets(hand: Hand, desk: Desk, bank: BankProcess) -> None:
    """Both copies twice, the mail wrongly and rightly, and a mail that is looked at."""
    sale = captured(desk, bank)
    path, page = f"/tickets/{sale.operations[0].id}", hand.get(f"/tickets/sale/{sale.id}")
    for _ in range(2):
        send(hand, f"{path}/print", page)
    send(hand, f"{path}/mail", page, email="nowhere", language="")
    send(hand, f"{path}/mail", page, email="ann@customer.example", language="fr", consent="1")
    page = hand.get("/mails/list/")
    found = re.search(r"/mails/show/(\d+)", page)
    assert found
    send(hand, f"/mails/resend/{found[1]}", hand.get(found[0]))


def settings(hand: Hand, _desk: Desk, _bank: BankProcess) -> None:
    """Every form of the settings this person may open, wrongly filled in; their own name and password too."""
    seen = 0
    for path in [
        *(f"/{each}/add" for each in SETTINGS),
        "/people/invite",
        "/resetmypassword/form",
        "/own-name/form",
    ]:
        page = hand.get(path)
        if "csrf_token" in page and "<form" in page.split("<main", 1)[-1]:
            seen += 1
            send(hand, path, page, **BLANK)
    assert seen >= 5


def _asked(desk: Desk, bank: BankProcess) -> Transaction:
    """A cancellation somebody else asked for, above the limit."""
    sale = taken(desk, bank)
    with desk.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.add(MerchantLimit(merchant_id=sale.merchant_id, verb="cancel", amount=1))
    desk.act(sale, "cancel")
    with desk.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.execute(delete(MerchantLimit))
    asked = read(desk.app, sale.reference)
    assert asked.operations[-1].status == "REQUESTED"
    return asked
