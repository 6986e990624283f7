"""Operations say what became of them: who rejected them or what overtook them, the bank's reason, when they leave."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.database import Scope, unit_of_work
from app.models import MerchantLimit, Operation, Reason, Transaction
from app.views.operation_words import answered
from tests.bank.conftest import BankProcess
from tests.web.desk import Desk, token_of

As = Callable[[str], Desk]


@pytest.fixture
def limits(app: Flask, supervisor: Desk) -> Iterator[None]:
    """Every cancellation and capture wants a second person."""
    merchant_id = supervisor.taken(order_number="W-0").merchant_id
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.add_all([MerchantLimit(merchant_id=merchant_id, verb=verb, amount=0) for verb in ("cancel", "capture")])
    yield
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.execute(delete(MerchantLimit))


def decide(desk: Desk, operation: Operation, decision: str) -> None:
    data = {"csrf_token": token_of(desk.client.get("/counter").text), "key": str(uuid.uuid4())}
    assert desk.client.post(f"/approvals/{operation.id}/{decision}", data=data).status_code == 303


def told(desk: Desk, sale: Transaction) -> str:
    """The words of the sale's page, and of the pages of its operations."""
    pages = [desk.client.get(f"/transactions/show/{sale.id}").text]
    pages += [desk.client.get(f"/operations/show/{each.id}").text for each in desk.sale(sale.reference).operations]
    return re.sub(r"\s+", " ", " ".join(pages))


@pytest.mark.usefixtures("limits")
def test_what_waited_for_a_second_person_and_was_overtaken_says_so(as_: As, supervisor: Desk) -> None:
    sale = supervisor.taken(order_number="W-1")
    supervisor.act(sale, "cancel")
    supervisor.act(sale, "capture")
    assert told(supervisor, sale).count("waits for a second person") == 4
    cancel = next(each for each in supervisor.sale(sale.reference).operations if each.name == "CANCEL")
    decide(as_("manager"), cancel, "approve")
    assert told(supervisor, sale).count("overtaken: the sale was cancelled by then") == 2


@pytest.mark.usefixtures("limits")
def test_what_a_person_rejected_names_the_person(as_: As, supervisor: Desk) -> None:
    sale = supervisor.taken(order_number="W-2")
    supervisor.act(sale, "cancel", reason="KEYING_ERROR")
    decide(as_("manager"), supervisor.sale(sale.reference).operations[-1], "reject")
    page = told(supervisor, sale)
    assert page.count("rejected by manager") == 2
    assert "Keying error" in page
    assert "KEYING_ERROR" not in page


@pytest.mark.usefixtures("limits")
def test_a_reason_no_longer_in_use_is_still_told_in_words(as_: As, app: Flask, supervisor: Desk) -> None:
    sale = supervisor.taken(order_number="W-6")
    supervisor.act(sale, "cancel", reason="OUT_OF_STOCK")
    switch = update(Reason).where(Reason.merchant_id == sale.merchant_id, Reason.code == "OUT_OF_STOCK")
    manager = as_("manager")
    try:
        with app.app_context(), unit_of_work(Scope(admin=True)) as session:
            session.execute(switch.values(active=False))
        for language, label in (("en", "Out of stock"), ("fr", "Rupture de stock")):
            manager.speak(language)
            for page in (told(manager, sale), manager.client.get("/approvals/").text):
                assert label in page
                assert "OUT_OF_STOCK" not in page
        assert "OUT_OF_STOCK" not in supervisor.form(sale, "cancel").text, "it is not offered again"
    finally:
        with app.app_context(), unit_of_work(Scope(admin=True)) as session:
            session.execute(switch.values(active=True))
    decide(manager, supervisor.sale(sale.reference).operations[-1], "reject")


def test_what_the_bank_refused_says_why(supervisor: Desk, bank: BankProcess) -> None:
    sale = supervisor.taken(order_number="W-3")
    bank.fault("validate", "refuse:05", reference=sale.reference)
    supervisor.act(sale, "capture")
    assert told(supervisor, sale).count("05 – The bank refuses the payment without giving a reason.") == 2


def test_a_wrong_security_code_is_told_as_such(supervisor: Desk) -> None:
    sale = supervisor.taken(order_number="W-4", card_number="4970100000000147")
    assert told(supervisor, sale).count("14 – The security code is wrong.") == 2


def test_an_order_the_bank_never_received_says_so(app: Flask, supervisor: Desk) -> None:
    sale = supervisor.taken(order_number="W-5", card_number="4970100000000055")
    with app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        first = session.get_one(Operation, sale.operations[0].id)
        _ = first.transaction
        session.expunge(first)
    first.status, first.response_code, first.acquirer_response_code = "FAILED", "97", None
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert answered(first) == "97 – The bank never received this order."
