"""Shipped today: order numbers pasted from a delivery list, what each is, then validated together."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.database import Scope, unit_of_work
from app.models import AuditEntry, Transaction
from tests.web.bulk import boxes, results, send
from tests.web.desk import Desk, token_of

As = Callable[[str], Desk]


def paste(desk: Desk, text: str) -> TestResponse:
    """Paste into the box and look."""
    return desk.client.post(
        "/shipped/", data={"csrf_token": token_of(desk.client.get("/shipped/").text), "numbers": text}
    )


def deferred(desk: Desk, number: str, amount: str = "10.00") -> Transaction:
    """A sale that waits to be validated."""
    sale = desk.taken(capture_mode="VALIDATION", capture_day="5", order_number=number, amount=amount)
    assert sale.state == "TO_VALIDATE"
    return sale


def left_out(page: str) -> dict[str, str]:
    """{number: why} of what was left out."""
    section = page.split('id="bulk-left-out"', 1)[1] if 'id="bulk-left-out"' in page else ""
    found = {}
    for row in re.findall(r'<tr role="row".*?</tr>', section, re.DOTALL):
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd] .*?</t[hd]>", row, re.DOTALL)]
        if "columnheader" not in row:
            found[unescape(cells[0])] = unescape(cells[3])
    return found


def box(answer: TestResponse) -> str:
    """What stands in the box to paste into."""
    found = re.search(r'<textarea[^>]*name="numbers"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert found
    return unescape(found[1])


@pytest.fixture
def mark() -> str:
    """The beginning of order numbers nobody else uses."""
    return uuid.uuid4().hex[:6].upper()


def test_pasted_numbers_are_looked_at_then_validated_together(supervisor: Desk, mark: str) -> None:
    sales = [deferred(supervisor, f"{mark}-{n}") for n in range(4)]
    spaced = deferred(supervisor, f"{mark} A 7")
    remitted = supervisor.taken(order_number=f"{mark}-R")
    text = f'{mark}-0\r\n"{mark.lower()}-1";{mark}-2\t{mark}-3,{mark}-1\n\n{mark} A 7\n{mark}-R | {mark}-NONE  {mark}-NEVER\n'
    page = paste(supervisor, text)
    assert page.status_code == 200
    assert [int(box.split(":")[0]) for box in boxes(page.text)] == [sale.id for sale in (*sales, spaced)]
    assert "€50.00</output></strong>" in page.text
    assert left_out(page.text) == {
        f"{mark}-R": "nothing to validate: it is to remit",
        f"{mark}-NONE": "There is no order of this number.",
        f"{mark}-NEVER": "There is no order of this number.",
        f"{mark.lower()}-1": "named more than once; counted once",
    }
    assert {supervisor.sale(sale.reference).state for sale in sales} == {"TO_VALIDATE"}
    done = send(supervisor, page.text)
    assert "5 done" in done.text
    assert {supervisor.sale(sale.reference).state for sale in (*sales, spaced)} == {"TO_CAPTURE"}
    assert supervisor.sale(remitted.reference).operations[-1].name == "TRANSACTION"
    assert {kind for kind, _ in results(send(supervisor, page.text).text).values()} == {"done"}
    assert len(supervisor.sale(sales[0].reference).operations) == 2
    assert left_out(paste(supervisor, f"{mark}-0").text) == {f"{mark}-0": "nothing to validate: it is to remit"}


def test_of_several_sales_under_one_number_a_person_chooses(supervisor: Desk, mark: str) -> None:
    first, second = deferred(supervisor, f"{mark}-1", "10.00"), deferred(supervisor, f"{mark}-1", "20.00")
    page = paste(supervisor, f"{mark}-1").text
    assert boxes(page) == []
    assert page.count("2 sales wait under this number: tick the one that leaves") == 2
    values = re.findall(r'name="sale" value="([^"]+)"', page)
    assert {int(value.split(":")[0]) for value in values} == {first.id, second.id}
    send(supervisor, page, sale=[value for value in values if value.startswith(f"{second.id}:")])
    assert [supervisor.sale(sale.reference).state for sale in (first, second)] == ["TO_VALIDATE", "TO_CAPTURE"]


def test_a_sale_cancelled_between_looking_and_validating_is_told(supervisor: Desk, mark: str) -> None:
    stays, goes = deferred(supervisor, f"{mark}-1"), deferred(supervisor, f"{mark}-2")
    page = paste(supervisor, f"{mark}-1 {mark}-2").text
    supervisor.act(goes, "cancel")
    found = results(send(supervisor, page).text)
    assert found[f"{mark}-1"][0] == "done"
    assert found[f"{mark}-2"] == (
        "not done",
        "Changed since the list was shown: it was to validate over €10.00, it is cancelled over €0.00. Nothing was done.",
    )
    assert supervisor.sale(stays.reference).state == "TO_CAPTURE"


def test_at_most_two_hundred_at_a_time_the_rest_waits(supervisor: Desk, mark: str) -> None:
    last = deferred(supervisor, f"{mark}-205")
    page = paste(supervisor, "\n".join(f"{mark}-{n}" for n in range(1, 206))).text
    assert "5 more order numbers wait for the next turn." in page
    assert len(left_out(page)) == 200
    rest = re.search(r'<textarea[^>]*name="numbers"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert rest
    assert rest[1].split() == [f"{mark}-{n}" for n in range(201, 206)]
    assert [int(box.split(":")[0]) for box in boxes(paste(supervisor, rest[1]).text)] == [last.id]


def test_a_card_number_among_them_is_neither_shown_nor_looked_up_in_parts(supervisor: Desk, mark: str) -> None:
    deferred(supervisor, f"{mark}-1")
    for card in ("4970100000000006", "4970 1000 0000 0006"):
        page = paste(supervisor, f"{mark}-1\n{card}\n").text
        assert len(boxes(page)) == 1
        assert "0006" not in page.split("bulk-left-out")[1]
        assert left_out(page) == {
            "Line 2 (not shown)": "This looks like a card number; card numbers belong in the card's own field only."
        }
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        objects = session.scalars(select(AuditEntry.object).where(AuditEntry.kind == "card_found")).all()
    assert not any("4970" in text for text in objects)


def test_nothing_pasted_and_far_too_much(supervisor: Desk) -> None:
    for text, words in (
        ("", "Paste at least one order number."),
        (" ,;\n", "Paste at least"),
        ("x," * 2001, "too long"),
    ):
        answer = paste(supervisor, text)
        assert answer.status_code == 422
        assert words in answer.text


@pytest.mark.parametrize(
    "text",
    ["\r\n".join(f"TOO-{n}" for n in range(2_001)), "TOO-" + "x" * 100_000],
    ids=["too many pieces", "too many characters"],
)
def test_what_is_too_long_stays_in_the_box(supervisor: Desk, text: str) -> None:
    answer = paste(supervisor, text)
    assert answer.status_code == 422
    assert box(answer) == text
    assert re.search(r'id="numbers-error">This is too long: paste at most 2000 order numbers\.<', answer.text)


def test_order_numbers_one_below_the_other_are_no_card_number(supervisor: Desk) -> None:
    text = "\r\n".join(["49701000", "00000006", *(f"TOO-{n}" for n in range(2_001))])
    answer = paste(supervisor, text)
    assert answer.status_code == 422
    assert box(answer) == text
    assert "card number" not in answer.text


def test_what_is_too_long_and_holds_a_card_number_is_not_given_back(supervisor: Desk) -> None:
    text = "\r\n".join(["4970 1000 0000 0006", *(f"TOO-{n}" for n in range(2_001))])
    answer = paste(supervisor, text)
    assert answer.status_code == 422
    assert box(answer).split() == text.split()[4:]
    assert "0006" not in answer.text
    assert re.search(r'id="numbers-error">This is too long: [^<]* Line 1: This looks like a card number', answer.text)
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.kind, last.outcome, last.object) == ("card_found", "REFUSED", "shipped today: numbers")


@pytest.mark.parametrize(
    ("login", "status"),
    [("clerk", 403), ("supervisor", 200), ("manager", 200), ("accountant", 403), ("risk", 403), ("auditor", 403), ("admin", 403)],
)  # fmt: skip
def test_who_may(as_: As, login: str, status: int) -> None:
    desk = as_(login)
    assert desk.client.get("/shipped/").status_code == status
    data = {"csrf_token": token_of(desk.client.get("/").text), "numbers": "A-1"}
    assert desk.client.post("/shipped/", data=data).status_code == status


def test_another_merchants_orders_are_unknown(as_: As, supervisor: Desk, mark: str) -> None:
    deferred(supervisor, f"{mark}-1")
    assert left_out(paste(as_("manager2"), f"{mark}-1").text) == {f"{mark}-1": "There is no order of this number."}
