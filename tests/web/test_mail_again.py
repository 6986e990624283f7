"""A mail is sent once more from its page: by whom it may, under the consent recorded with it, through the outbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from app.database import Scope, unit_of_work
from app.models import OutboxMail, Transaction, TransactionEvent
from tests.web.desk import Desk, key_of, token_of

As = Callable[[str], Desk]


def rows(desk: Desk, sale: Transaction, model: Any) -> list[Any]:
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_a_ticket_goes_again_once_a_form_to_the_same_address_under_the_same_consent(as_: As) -> None:
    manager = as_("manager")
    sale = manager.taken(amount="61.00")
    page = manager.client.get(f"/tickets/sale/{sale.id}").text
    form = {
        "csrf_token": token_of(page), "key": key_of(page), "email": "ann@customer.example", "language": "fr", "consent": "1",
    }  # fmt: skip
    assert manager.client.post(f"/tickets/{sale.operations[0].id}/mail", data=form).status_code == 303
    first = rows(manager, sale, OutboxMail)[-1]
    address = f"/mails/show/{first.id}"
    assert "Send again" not in manager.client.get(address).text, "it is on its way"
    early = {"csrf_token": form["csrf_token"], "key": form["key"]}
    assert manager.client.post(f"/mails/resend/{first.id}", data=early).status_code == 409
    with manager.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        session.execute(
            update(OutboxMail).where(OutboxMail.id == first.id).values(state="SENT", sent_at=first.created_at)
        )
    page = manager.client.get(address).text
    assert "Send again" in page
    again = {"csrf_token": token_of(page), "key": key_of(page)}
    for _ in range(2):
        assert manager.client.post(f"/mails/resend/{first.id}", data=again).status_code == 303
    mails = [each for each in rows(manager, sale, OutboxMail) if each.id >= first.id]
    assert [(each.recipients, each.body, each.subject) for each in mails] == [
        (first.recipients, first.body, first.subject)
    ] * 2
    assert len({each.message_id for each in mails}) == 2
    told = [each for each in rows(manager, sale, TransactionEvent) if each.transaction_id == sale.id]
    last = [each.data for each in told if each.kind == "TICKET_MAILED"]
    assert len(last) == 2
    assert (last[1]["consent"], last[1]["again"], last[1]["mail"]) == (True, first.message_id, mails[1].message_id)
    with manager.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        second = session.get_one(OutboxMail, mails[1].id)
        second.state, second.sent_at = "SENT", first.created_at
    assert manager.client.post(f"/mails/resend/{second.id}", data=again).status_code == 303
    assert rows(manager, sale, OutboxMail)[-1].id > second.id, "the same form with another mail is another mail"
    for login, looks, sends in (("auditor", 200, 403), ("clerk", 403, 403), ("manager2", 404, 404)):
        desk = as_(login)
        page = desk.client.get(address)
        assert page.status_code == looks
        assert "Send again" not in page.text
        data = {
            "csrf_token": token_of(desk.client.get("/").text),
            "key": key_of(as_("clerk").client.get("/counter").text),
        }
        assert desk.client.post(f"/mails/resend/{first.id}", data=data).status_code == sends
