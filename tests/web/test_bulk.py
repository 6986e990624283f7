"""Several sales at once: a form between ticks and deed, a result for each row, nothing twice, nobody stops the others."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from app.database import Scope, unit_of_work
from app.domain.actor import Actor
from app.models import AuditEntry, MerchantLimit, Transaction
from app.ports import ActionRequest, Answer
from app.views import bulk_run
from tests.bank.conftest import BankProcess
from tests.web.bulk import boxes, cancels, results, send, tick
from tests.web.desk import REFERRAL, Desk, filled_in


@pytest.fixture
def limit(supervisor: Desk, sales: list[Transaction]) -> Iterator[None]:
    """Cancellations above 25.00 want a second person."""
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.add(MerchantLimit(merchant_id=sales[0].merchant_id, verb="cancel", amount=2500))
    yield
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.execute(delete(MerchantLimit))


def test_ticked_sales_are_cancelled_once_each_however_often_the_form_is_sent(
    supervisor: Desk, sales: list[Transaction], bank: BankProcess
) -> None:
    page = tick(supervisor, "cancel", sales).text
    assert "Cancel several sales" in page
    assert "€60.00</output></strong>" in page
    assert "At most 200 sales at a time." in page
    assert len(boxes(page)) == 3
    assert all(sale.state == "TO_CAPTURE" for sale in map(supervisor.sale, [s.reference for s in sales]))
    done = send(supervisor, page, reason="OUT_OF_STOCK", note="flood")
    assert done.status_code == 200
    assert "3 done" in done.text
    assert "€60.00" in done.text
    assert cancels(bank, sales) == [[1000], [2000], [3000]]
    again = send(supervisor, page, reason="OUT_OF_STOCK", note="flood")
    assert results(again.text) == results(done.text)
    assert cancels(bank, sales) == [[1000], [2000], [3000]]
    after = supervisor.sale(sales[1].reference)
    assert (after.state, after.operations[-1].reason, after.operations[-1].note) == (
        "CANCELLED",
        "OUT_OF_STOCK",
        "flood",
    )


def test_each_row_has_its_own_result_and_none_stops_the_others(
    supervisor: Desk, sales: list[Transaction], bank: BankProcess, limit: None
) -> None:
    mark = uuid.uuid4().hex[:6].upper()
    more = [supervisor.taken(amount="5.00", order_number=f"{mark}-{n}") for n in range(3)]
    bank.fault("cancel", "refuse:05", reference=more[0].reference)
    bank.fault("cancel", "cut_after_commit", reference=more[1].reference)
    page = tick(supervisor, "cancel", [*more, *sales]).text
    assert "above the limit: a second person has to approve" in page
    supervisor.act(more[2], "capture")  # somebody was faster
    done = send(supervisor, page)
    found = results(done.text)
    words = {number: kind for number, (kind, _) in found.items()}
    assert words == {
        more[0].order_number: "not done",
        more[1].order_number: "not known yet",
        more[2].order_number: "not done",
        sales[0].order_number: "done",
        sales[1].order_number: "done",
        sales[2].order_number: "approval asked",
    }
    assert "The bank refused" in found[more[0].order_number or ""][1]
    assert "do not do it a second time" in found[more[1].order_number or ""][1]
    assert found[more[2].order_number or ""][1] == (
        "Changed since the list was shown: it was to remit over €5.00, it is remitted over €5.00. Nothing was done."
    )
    assert "2 done" in done.text
    assert "1 to be approved by a second person" in done.text
    assert cancels(bank, [*more, *sales]) == [[500], [500], [], [1000], [2000], []]
    look = re.search(r'href="(/bulk/\?[^"]+)"', done.text)
    assert look
    left = supervisor.client.get(look[1].replace("&amp;", "&")).text
    assert len(boxes(left)) == 1
    assert "This cannot be done while the transaction is remitted." in left


def test_a_part_cancelled_meanwhile_is_not_cancelled_whole(
    supervisor: Desk, sales: list[Transaction], bank: BankProcess
) -> None:
    page = tick(supervisor, "cancel", sales[:1]).text
    supervisor.act(sales[0], "cancel", amount="4.00")
    done = send(supervisor, page)
    assert "it was to remit over €10.00, it is to remit over €6.00" in done.text
    assert cancels(bank, sales[:1]) == [[400]]


def test_the_same_form_twice_at_once_does_everything_once(
    supervisor: Desk, sales: list[Transaction], bank: BankProcess
) -> None:
    page = tick(supervisor, "cancel", sales).text
    bank.control(latency_ms=150)
    answers: list[TestResponse] = []
    cookie = supervisor.client.get_cookie("egestion")
    assert cookie is not None

    def press() -> None:
        other = Desk.__new__(Desk)
        other.app, other.client = supervisor.app, supervisor.app.test_client()
        other.client.set_cookie("egestion", cookie.value)
        answers.append(send(other, page))

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bank.control(latency_ms=0)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert cancels(bank, sales) == [[1000], [2000], [3000]]
    for answer in answers:
        assert {kind for kind, _ in results(answer.text).values()} <= {"done", "not known yet"}
    last = send(supervisor, page).text
    assert {kind for kind, _ in results(last).values()} == {"done"}


def test_several_are_validated_and_captured(supervisor: Desk, bank: BankProcess) -> None:
    mark = uuid.uuid4().hex[:6].upper()
    waiting = [
        supervisor.taken(capture_mode="VALIDATION", capture_day="3", order_number=f"{mark}-{n}") for n in range(2)
    ]
    for verb, state in (("validate", "TO_CAPTURE"), ("capture", "CAPTURED")):
        assert "2 done" in send(supervisor, tick(supervisor, verb, waiting).text).text
        assert {supervisor.sale(sale.reference).state for sale in waiting} == {state}
    assert [e["operation"] for e in bank.journal(waiting[0].reference)][-1] == "VALIDATE"


def test_what_cannot_be_done_stands_apart_with_its_reason(supervisor: Desk, sales: list[Transaction]) -> None:
    call = supervisor.taken(card_number=REFERRAL)
    page = tick(supervisor, "validate", [*sales, call]).text
    assert boxes(page) == []
    assert "None of these sales can be done" in page
    assert page.count("This cannot be done while the transaction is") == 4


def test_wrong_fields_are_told_beside_them_and_ticks_are_kept(supervisor: Desk, sales: list[Transaction]) -> None:
    page = tick(supervisor, "cancel", sales).text
    card = "4970 1000 0000 0006"
    wrong = send(supervisor, page, note=f"card {card}", sale=boxes(page)[:2])
    assert wrong.status_code == 422
    assert "This looks like a card number" in wrong.text
    assert card not in wrong.text
    assert len(boxes(wrong.text)) == 2
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.kind, last.object, last.merchant_id) == ("card_found", "/bulk/ cancel: note", sales[0].merchant_id)
        assert last.data == {"sales": [sale.reference for sale in sales[:2]]}
    long = send(supervisor, page, note="x" * 300)
    assert long.status_code == 422
    assert 'id="note-error"' in long.text
    for values in ([], ["1"], ["x"], [f"{sales[0].id}:SOLD:100"], [f"{n}:TO_CAPTURE:5" for n in range(1, 202)]):
        assert send(supervisor, page, sale=values).status_code == 422
    assert supervisor.client.get("/bulk/?verb=cancel").status_code == 422
    assert supervisor.client.get("/bulk/?verb=cancel&sale=99999999999").status_code == 422
    assert supervisor.client.get(f"/bulk/?verb=refund&sale={sales[0].id}").status_code == 404
    unknown = send(supervisor, page, reason="BECAUSE")
    assert {kind for kind, _ in results(unknown.text).values()} == {"not done"}
    assert {supervisor.sale(sale.reference).state for sale in sales} == {"TO_CAPTURE"}


def test_nothing_ticked_says_so(supervisor: Desk) -> None:
    assert "No row is ticked." in tick(supervisor, "cancel", []).text


def test_what_was_not_begun_in_time_goes_on_under_the_same_key(
    supervisor: Desk, sales: list[Transaction], bank: BankProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tick(supervisor, "cancel", sales).text
    monkeypatch.setattr(bulk_run, "LONGEST", -1.0)
    late = send(supervisor, page, reason="GOODWILL")
    assert "3 not begun" in late.text
    assert cancels(bank, sales) == [[], [], []]
    monkeypatch.undo()
    form = late.text.split('class="inline"', 1)[1].split("</form>", 1)[0]
    data = filled_in(form) | {"sale": re.findall(r'name="sale" value="([^"]+)"', form)}
    assert "3 done" in supervisor.client.post("/bulk/", data=data).text
    assert cancels(bank, sales) == [[1000], [2000], [3000]]
    assert supervisor.sale(sales[0].reference).operations[-1].reason == "GOODWILL"


def test_an_accident_with_one_row_stops_no_other(
    supervisor: Desk, sales: list[Transaction], bank: BankProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions = supervisor.app.extensions["egestion"].actions
    cancel = actions["cancel"]

    def stumble(actor: Actor, reference: str, asked: ActionRequest, key: str) -> Answer:
        if reference == sales[1].reference:
            raise RuntimeError("a defect")
        return cancel.handler(actor, reference, asked, key)

    page = tick(supervisor, "cancel", sales).text
    monkeypatch.setitem(actions, "cancel", replace(cancel, handler=stumble))
    found = results(send(supervisor, page).text)
    assert [found[sale.order_number or ""][0] for sale in sales] == ["done", "not known yet", "done"]
    assert "look at this sale before you try again" in found[sales[1].order_number or ""][1]
    assert cancels(bank, sales) == [[1000], [], [3000]]
