"""Tickets of sale, refund and cancellation: what each copy shows, DUPLICATA, and the mail a customer agreed to."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core import send_mails
from app.database import Scope, unit_of_work
from app.domain.errors import NotAllowedInState, NotFound, NotPermitted
from app.models import OutboxMail, Transaction, TransactionEvent
from app.security.profiles import ENTER
from app.tickets import print_ticket
from tests.web.desk import NO_MONEY, REFERRAL, Desk, token_of

As = Callable[[str], Desk]
MASKED, LAST = "497010######0006", "************0006"


def operation(desk: Desk, sale: Transaction, name: str = "TRANSACTION") -> Any:
    return next(each for each in desk.sale(sale.reference).operations if each.name == name)


def copies(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return re.findall(r'<section class="ticket".*?</section>', answer.text, re.DOTALL)


def printed(desk: Desk, id: int) -> TestResponse:
    token = token_of(desk.client.get("/counter").text)
    return desk.client.post(f"/tickets/{id}/print", data={"csrf_token": token})


def mailed(desk: Desk, id: int, **fields: str | None) -> TestResponse:
    form = {
        "csrf_token": token_of(desk.client.get("/counter").text),
        "key": str(uuid.uuid4()),
        "email": "ann@customer.example",
        "language": "en",
        "consent": "1",
        **fields,
    }
    return desk.client.post(f"/tickets/{id}/mail", data={k: v for k, v in form.items() if v is not None})


def kept(desk: Desk, sale: Transaction, model: Any = TransactionEvent) -> list[Any]:
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        rows = select(model).order_by(model.id)
        if model is TransactionEvent:
            rows = rows.where(model.transaction_id == sale.id, model.kind.startswith("TICKET"))
        return list(session.scalars(rows))


def test_the_merchants_and_the_customers_copy_of_a_sale(clerk: Desk) -> None:
    sale = clerk.taken(amount="1,250.40", order_number="T-1001")
    merchants, customers = copies(printed(clerk, operation(clerk, sale).id))
    for copy in (merchants, customers):
        for part in ("SALE: DEBIT", "€1,250.40", "T-1001", sale.reference, sale.authorisation_id or "?", "1234567"):
            assert part in copy
        assert "DUPLICATA" not in copy
    assert MASKED in merchants
    assert "07/30" in merchants
    assert LAST in customers
    assert "497010" not in customers
    assert "07/30" not in customers
    assert "Expiry" not in customers


def test_printed_again_it_is_a_duplicata(clerk: Desk) -> None:
    sale = clerk.taken(amount="51.00")
    id = operation(clerk, sale).id
    assert all("DUPLICATA" not in copy for copy in copies(printed(clerk, id)))
    for _ in range(2):
        assert all("DUPLICATA" in copy for copy in copies(printed(clerk, id)))
    assert [(each.actor, each.data) for each in kept(clerk, sale)] == [
        ("clerk", {"duplicata": False}),
        ("clerk", {"duplicata": True}),
        ("clerk", {"duplicata": True}),
    ]


def test_two_at_once_are_one_original(clerk: Desk) -> None:
    sale = clerk.taken(amount="52.00")
    id = operation(clerk, sale).id
    actor = _actor(sale)

    def once(_: int) -> bool:
        with clerk.app.app_context():
            return print_ticket(actor, id)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(once, range(8))) == [False] * 7 + [True]


def test_refund_and_cancellation_have_their_own(supervisor: Desk) -> None:
    sale = supervisor.taken(amount="60.00", order_number="T-1002")
    supervisor.act(sale, "cancel", amount="10.00")
    supervisor.act(sale, "capture")
    supervisor.act(sale, "refund", amount="5.00")
    page = supervisor.client.get(f"/tickets/sale/{sale.id}").text
    for part in ("Sale <span", "Cancellation <span", "Refund <span"):
        assert part in page
    for name, title, amount in (("CREDIT", "REFUND: CREDIT", "€5.00"), ("CANCEL", "CANCELLATION", "€10.00")):
        merchants, customers = copies(printed(supervisor, operation(supervisor, sale, name).id))
        for copy in (merchants, customers):
            assert title in copy
            assert amount in copy
            assert "€60.00 on" in copy
        assert "07/30" not in customers


def test_a_forced_sale_has_a_ticket_a_refused_one_none(clerk: Desk) -> None:
    refused = clerk.taken(card_number=NO_MONEY, amount="53.00")
    assert printed(clerk, operation(clerk, refused).id).status_code == 409
    assert "No ticket" in clerk.client.get(f"/tickets/sale/{refused.id}").text
    sale = clerk.taken(card_number=REFERRAL, amount="54.00")
    clerk.act(sale, "force", authorisation_number="123456", back="counter")
    assert "€54.00" in copies(printed(clerk, operation(clerk, sale, "ADVICE").id))[0]
    assert printed(clerk, operation(clerk, sale).id).status_code == 409


def test_by_mail_with_the_customers_consent(clerk: Desk) -> None:
    sale = clerk.taken(amount="55.00", order_number="T-1003")
    id = operation(clerk, sale).id
    assert mailed(clerk, id).status_code == 303
    assert clerk.flashes() == ["The ticket is on its way to ann@customer.example."]
    mail = kept(clerk, sale, OutboxMail)[-1]
    assert (mail.kind, mail.recipients, mail.language) == ("ticket", ["ann@customer.example"], "en")
    assert mail.subject == "Practice: your ticket of €55.00"
    assert LAST in mail.body
    assert "497010" not in mail.body
    assert "07/30" not in mail.body
    consents = [(each.kind, each.actor, each.data["consent"], each.data["mail"]) for each in kept(clerk, sale)]
    assert consents == [("TICKET_MAILED", "clerk", True, mail.message_id)]
    with clerk.app.app_context():
        assert send_mails() >= 1
    assert kept(clerk, sale, OutboxMail)[-1].state == "SENT"


def test_a_card_number_for_an_address_is_told_beside_it_and_the_rest_is_kept(clerk: Desk) -> None:
    sale = clerk.taken(amount="55.00", order_number="T-1013")
    id = operation(clerk, sale).id
    answer = mailed(clerk, id, email="4970 1000 0000 0006", language="fr")
    assert answer.status_code == 422
    assert "This looks like a card number" in answer.text
    assert "4970 1000" not in answer.text
    assert re.search(r'<input[^>]*name="consent"[^>]* checked', answer.text)
    assert re.search(r'<option value="fr"[^>]* selected', answer.text)
    assert [
        each for each in kept(clerk, sale, OutboxMail) if each.kind == "ticket" and "0006" in str(each.recipients)
    ] == []


def test_the_mail_is_in_the_customers_language_and_may_be_sent_again(clerk: Desk) -> None:
    sale = clerk.taken(amount="56.00")
    id, key = operation(clerk, sale).id, str(uuid.uuid4())
    for _ in range(2):  # one form sent twice is one mail
        assert mailed(clerk, id, language="fr", key=key).status_code == 303
    assert mailed(clerk, id, language="fr").status_code == 303  # asked for again it is another
    assert [each.kind for each in kept(clerk, sale)] == ["TICKET_MAILED"] * 2
    assert "VENTE : DÉBIT" in kept(clerk, sale, OutboxMail)[-1].body


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "", "This is not an e-mail address."),
        ("email", "ann", "This is not an e-mail address."),
        ("email", "ann@customer.example\r\nBcc: all@customer.example", "This is not an e-mail address."),
        ("email", "ann@customer.example\r\n", "This is not an e-mail address."),
        ("email", "ann@customer.example, bob@customer.example", "This is not an e-mail address."),
        ("consent", None, "Without the customer&#39;s agreement nothing is sent."),
        ("language", "xx", "Choose a language."),
        ("key", "x", "load the page again"),
    ],
)
def test_what_is_wrong_with_the_mail_is_told_beside_its_field(
    clerk: Desk, field: str, value: str | None, message: str
) -> None:
    sale = clerk.taken(amount="57.00")
    before = len(kept(clerk, sale, OutboxMail))
    answer = mailed(clerk, operation(clerk, sale).id, **{field: value})
    assert answer.status_code == 422
    assert message in answer.text
    assert len(kept(clerk, sale, OutboxMail)) == before
    assert kept(clerk, sale) == []


def test_what_was_typed_stays_beside_what_is_wrong(clerk: Desk) -> None:
    sale = clerk.taken(amount="57.50", customer_email="old@customer.example")
    id = operation(clerk, sale).id
    page = mailed(clerk, id, email="ann@customer,example", language="fr").text
    assert 'value="ann@customer,example"' in page
    assert re.search(rf'id="consent-{id}"[^>]* checked', page)
    assert re.search(r'<option value="fr" selected', page)
    page = mailed(clerk, id, email="ann@customer.example", consent=None).text
    assert 'value="ann@customer.example"' in page
    assert not re.search(rf'id="consent-{id}"[^>]* checked', page)


def test_who_reads_may_look_and_who_takes_orders_may_print(as_: As) -> None:
    sale = as_("clerk").taken(amount="58.00")
    id = operation(as_("clerk"), sale).id
    for login, looks, prints in (("accountant", 200, 403), ("auditor", 200, 403), ("admin", 403, 403)):
        desk = as_(login)
        assert desk.client.get(f"/tickets/sale/{sale.id}").status_code == looks
        token = token_of(desk.client.get("/").text)
        assert desk.client.post(f"/tickets/{id}/print", data={"csrf_token": token}).status_code == prints
    other = as_("clerk2")
    assert other.client.get(f"/tickets/sale/{sale.id}").status_code == 404
    assert printed(other, id).status_code == 404
    assert mailed(other, id).status_code == 404
    assert kept(as_("clerk"), sale) == []


def test_the_service_asks_by_itself(clerk: Desk) -> None:
    sale = clerk.taken(amount="59.00", card_number=NO_MONEY)
    with clerk.app.app_context():
        with pytest.raises(NotAllowedInState):
            print_ticket(_actor(sale), operation(clerk, sale).id)
        with pytest.raises(NotFound):
            print_ticket(_actor(sale), 10**9)
        with pytest.raises(NotPermitted):
            print_ticket(_actor(sale, ()), operation(clerk, sale).id)


def _actor(sale: Transaction, rights: tuple[str, ...] = (ENTER,)) -> Any:
    from app.domain.actor import Actor

    return Actor(sale.created_by_id, sale.created_by, (sale.merchant_id,), frozenset(rights))


def test_the_answer_and_the_transactions_page_lead_to_the_tickets(clerk: Desk) -> None:
    told = clerk.order(amount="61.00").json
    assert told is not None
    sale = clerk.sale(told["reference"])
    assert f'action="/tickets/{operation(clerk, sale).id}/print"' in told["html"]
    assert f"/tickets/sale/{sale.id}" in told["html"]
    assert f"/tickets/sale/{sale.id}" in clerk.client.get(f"/transactions/show/{sale.id}").text
    refused = clerk.order(amount="62.00", card_number=NO_MONEY).json
    assert refused is not None
    assert "/tickets/" not in refused["html"]
