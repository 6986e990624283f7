"""Above a limit one asks and another decides; alarms are acknowledged; a sale that came back unpaid is refunded knowingly."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from app.alarms import CAPTURE_REFUSED, raise_alarm
from app.database import Scope, now, unit_of_work
from app.domain.days import local_day
from app.models import Alarm, AuditEntry, MerchantLimit, Operation, Transaction, Unpaid
from tests.bank.conftest import BankProcess
from tests.web.desk import Desk, token_of

As = Callable[[str], Desk]


@pytest.fixture
def captured(supervisor: Desk) -> Transaction:
    """A sale of 80.00 that was remitted."""
    sale = supervisor.taken(amount="80.00", order_number="E-1")
    supervisor.act(sale, "capture")
    supervisor.flashes()
    return supervisor.sale(sale.reference)


@pytest.fixture
def limit(supervisor: Desk, captured: Transaction) -> Iterator[None]:
    """Refunds above 50.00 want a second person."""
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.add(MerchantLimit(merchant_id=captured.merchant_id, verb="refund", amount=5000))
    yield
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.execute(delete(MerchantLimit))


def decide(desk: Desk, operation: Operation, decision: str) -> int:
    return decided(desk, operation, decision).status_code


def decided(desk: Desk, operation: Operation, decision: str, **more: str) -> TestResponse:
    data = {"csrf_token": token_of(desk.client.get("/counter").text), "key": str(uuid.uuid4()), **more}
    return desk.client.post(f"/approvals/{operation.id}/{decision}", data=data)


def note_of(page: str, operation: Operation, decision: str) -> tuple[bool, str, str]:
    """Whether the form of a decision stands open, what its note holds and what is said beside it."""
    form = page.split(f'action="/approvals/{operation.id}/{decision}"')
    value = re.search(rf'id="{decision}-note-{operation.id}" name="note" value="([^"]*)"', form[1])
    said = re.search(rf'id="{decision}-note-{operation.id}-error">([^<]+)<', form[1])
    assert value
    return " open>" in form[0].rpartition("<details")[2], unescape(value[1]), unescape(said[1]) if said else ""


@pytest.mark.usefixtures("limit")
def test_above_the_limit_another_person_decides(
    as_: As, supervisor: Desk, captured: Transaction, bank: BankProcess
) -> None:
    supervisor.act(captured, "refund", amount="60.00", reason="GOODWILL")
    assert supervisor.flashes() == ["Refund of €60.00: above your limit, so a second person has to approve it."]
    asked = supervisor.sale(captured.reference).operations[-1]
    own = supervisor.client.get("/approvals/").text
    assert "Your own request" in own
    assert "Goodwill" in own
    assert decide(supervisor, asked, "approve") == 303
    assert supervisor.flashes() == ["Your profile does not allow this."]
    manager = as_("manager")
    page = manager.client.get("/approvals/").text
    assert "Refund of €60.00, CB 497010######0006: send it to the bank now?" in page
    assert decide(manager, asked, "approve") == 303
    assert manager.flashes() == ["Done: Refund of €60.00."]
    assert [e["amount"] for e in bank.journal(captured.reference) if e["operation"] == "CREDIT"] == [6000]
    assert decide(manager, asked, "approve") == 303  # again: told what it is now
    assert "done" in manager.flashes()[0]


@pytest.mark.usefixtures("limit")
def test_a_rejected_request_gives_its_reservation_back(
    as_: As, supervisor: Desk, captured: Transaction, bank: BankProcess
) -> None:
    supervisor.act(captured, "refund", amount="60.00")
    asked = supervisor.sale(captured.reference).operations[-1]
    manager = as_("manager")
    assert decide(manager, asked, "reject") == 303
    assert manager.flashes() == ["Rejected: Refund of €60.00."]
    assert supervisor.sale(captured.reference).reserved_amount == 0
    assert [e for e in bank.journal(captured.reference) if e["operation"] == "CREDIT"] == []


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize(
    ("language", "like_a_card", "too_long"),
    [
        ("en", "This looks like a card number", "At most 256 characters are possible."),
        ("fr", "Ceci ressemble à un numéro de carte", "Au plus 256 caractères sont possibles."),
    ],
)
def test_a_wrong_note_is_told_beside_it_and_kept_where_it_may_be(
    as_: As, supervisor: Desk, captured: Transaction, language: str, like_a_card: str, too_long: str
) -> None:
    supervisor.act(captured, "refund", amount="60.00")
    asked = supervisor.sale(captured.reference).operations[-1]
    manager, long = as_("manager"), "agreed " * 40
    manager.speak(language)
    card = decided(manager, asked, "approve", note="card 4970 1000 0000 0006")
    assert card.status_code == 422
    opened, kept, said = note_of(card.text, asked, "approve")
    assert (opened, kept) == (True, "")
    assert said.startswith(like_a_card)
    assert f'<a href="#approve-note-{asked.id}">' in card.text
    assert "4970 1000" not in card.text
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.kind, last.object) == ("card_found", "/approvals/<int:id>/<decision>: note")
        assert (last.merchant_id, last.data) == (captured.merchant_id, {"operation": asked.id})
    wrong = decided(manager, asked, "reject", note=long)
    assert wrong.status_code == 422
    assert note_of(wrong.text, asked, "reject") == (True, long.strip(), too_long)
    assert note_of(wrong.text, asked, "approve") == (False, "", "")
    assert manager.flashes() == []
    assert supervisor.sale(captured.reference).operations[-1].status == "REQUESTED"
    assert decided(manager, asked, "reject", note="agreed").status_code == 303
    manager.flashes()
    assert decided(manager, asked, "reject", note=long).status_code == 303, (
        "it waits no more: nothing to show it beside"
    )
    assert manager.flashes() == [too_long]


@pytest.mark.usefixtures("limit")
def test_requests_are_for_those_with_the_right_and_the_merchant(
    as_: As, supervisor: Desk, captured: Transaction
) -> None:
    supervisor.act(captured, "refund", amount="60.00")
    asked = supervisor.sale(captured.reference).operations[-1]
    clerk = as_("clerk")
    assert clerk.client.get("/approvals/").status_code == 403
    assert decide(clerk, asked, "approve") == 403
    assert decide(as_("manager2"), asked, "approve") == 404
    assert decide(as_("manager"), asked, "forget") == 404
    assert captured.order_number not in as_("manager2").client.get("/approvals/").text  # type: ignore[operator]


def test_an_alarm_is_acknowledged_by_those_it_is_for(as_: As, supervisor: Desk, captured: Transaction) -> None:
    with supervisor.app.app_context(), unit_of_work(Scope((captured.merchant_id,))) as session:
        alarm = raise_alarm(session, captured.merchant_id, CAPTURE_REFUSED, "refused", mail=False)
        session.flush()
        number = alarm.id
    address = f"/alarms/{number}/acknowledge"

    def post(desk: Desk, **more: str) -> int:
        page = desk.client.get("/").text
        answer = desk.client.post(address, data={"csrf_token": token_of(page), **more})
        return answer.status_code

    assert post(as_("clerk")) == 403
    assert post(as_("manager2")) == 404
    assert f'action="{address}"' in supervisor.client.get(f"/alarms/show/{number}").text
    assert post(supervisor, next="https://evil.example/") == 303
    assert f'action="{address}"' not in supervisor.client.get(f"/alarms/show/{number}").text
    with supervisor.app.app_context(), unit_of_work(Scope((captured.merchant_id,))) as session:
        assert session.scalars(select(Alarm.acknowledged_by).where(Alarm.id == number)).one() == "supervisor"


def test_a_sale_that_came_back_unpaid_is_refunded_only_when_confirmed(supervisor: Desk, captured: Transaction) -> None:
    with supervisor.app.app_context(), unit_of_work(Scope((captured.merchant_id,))) as session:
        today = local_day(now(), ZoneInfo("Europe/Paris"))
        session.add(
            Unpaid(
                merchant_id=captured.merchant_id, contract_id=captured.contract_id, transaction_id=captured.id, amount=8000,
                currency="EUR", notified_on=today, response_deadline=today, reason_code="10.4", bank_reference="x",
                source="FILE", created_at=now(),
            )
        )  # fmt: skip
    warned = supervisor.act(captured, "refund", amount="5.00")
    assert warned.status_code == 409
    assert "This sale came back unpaid" in warned.text
    assert 'name="confirm" value="unpaid"' in warned.text
    assert supervisor.act(captured, "refund", amount="5.00", confirm="unpaid").status_code == 303
    assert supervisor.sale(captured.reference).refunded_amount == 500
