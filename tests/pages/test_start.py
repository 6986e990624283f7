"""The start page: each number is exactly the rows its link shows, for every profile, in few statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.database import now
from app.domain.states import OperationName, OperationStatus, State
from app.models import Alarm, Operation
from app.models.queries import todo
from tests.factories import make_operation
from tests.pages.shop import FAR, LOGINS, Shop

ENTRY = re.compile(r'<a class="count (\w+)" href="([^"]+)"><strong>(\d+\+?)</strong> <span>([^<]+)</span>')
SHOWN = re.compile(r'href="/(?:(?:transactions|alarms)/show|uncertain)/(\d+)[?"]')
READERS = [login for login in LOGINS if login != "admin"]
As = Callable[[str], FlaskClient]


def entries(client: FlaskClient) -> dict[str, tuple[str, str]]:
    """{label: (number, address)} of the start page."""
    page = client.get("/")
    assert page.status_code == 200
    return {label: (number, url.replace("&amp;", "&")) for _tone, url, number, label in ENTRY.findall(page.text)}


def rows(client: FlaskClient, url: str) -> set[int]:
    """The numbers of the rows a list shows."""
    page = client.get(url)
    assert page.status_code == 200, url
    shown = page.text.partition('id="taken-alarms"')[0]  # below: what somebody has taken note of
    return {int(number) for number in SHOWN.findall(shown)}


@pytest.fixture
def busy(shop: Shop) -> dict[str, set[int]]:
    """Sales of every state today and before, requests, alarms; returns which sales each entry means."""
    ids: dict[str, list[int]] = {}
    for state in State:
        if state != State.NEW:
            ids[state] = [shop.sale(state).id, shop.sale(state, FAR).id]
    before = now() - timedelta(days=2)
    ids["old"] = [shop.sale(State.TO_CAPTURE, at=before).id, shop.sale(State.CAPTURED, at=before).id]
    lapsing, tonight = [], []
    for merchant, zone in (("PARIS", "Europe/Paris"), (FAR, "Pacific/Auckland")):
        tomorrow = now().astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        ids[State.TO_CAPTURE].append(shop.sale(State.TO_CAPTURE, merchant, at=before, limit_date=tomorrow).id)  # leaves
        for state in (State.TO_CAPTURE, State.TO_VALIDATE, State.TO_CHALLENGE, State.CAPTURED, State.EXPIRED):
            sale = shop.sale(state, merchant, at=before, limit_date=tomorrow, held=state == State.TO_CAPTURE)
            ids[state].append(sale.id)
            if state not in (State.CAPTURED, State.EXPIRED):
                lapsing.append(sale.id)
        today_there = tomorrow - timedelta(days=1)
        tonight.append(shop.sale(State.TO_VALIDATE, merchant, at=before, limit_date=today_there).id)
        ids[State.TO_VALIDATE].append(tonight[-1])
    with shop.books() as session:
        asked = shop.sale(State.CAPTURED, at=before)
        make_operation(session, asked, OperationName.CREDIT, OperationStatus.REQUESTED)
        refunded = shop.sale(State.CAPTURED, at=before)
        unknown = make_operation(session, refunded, OperationName.CREDIT, OperationStatus.UNKNOWN)
        pending = Operation.transaction_id.in_(ids[State.PENDING])
        uncertain = {unknown.id, *session.scalars(select(Operation.id).where(pending))}
        at = now()
        noted = {"acknowledged_at": at, "acknowledged_by": "supervisor"}
        alarms = [
            Alarm(merchant_id=shop.merchants[FAR], kind="TEST", message="open", params={}, at=at),
            Alarm(merchant_id=shop.merchants["PARIS"], kind="TEST", message="open", params={}, at=at),
            Alarm(merchant_id=shop.merchants["PARIS"], kind="TEST", message="seen", params={}, at=at, **noted),
        ]
        session.add_all(alarms)
        session.flush()
    today = {number for state in State if state not in (*todo._NOT_TAKEN, State.NEW) for number in ids[state][:2]}
    return {
        "Taken today": today,
        "To remit": {*ids[State.TO_CAPTURE], ids["old"][0]},
        "To validate": set(ids[State.TO_VALIDATE]),
        "To check": set(ids[State.TO_CHALLENGE]),
        "Call the bank": set(ids[State.REFERRAL]),
        "Outcome not known yet": set(ids[State.PENDING]),
        "Uncertain outcomes": uncertain,
        "Lapse tonight": set(tonight),
        "Lapse tomorrow": set(lapsing),
        "To approve": {asked.id},
        "Alarms": {alarms[0].id, alarms[1].id},
    }


@pytest.mark.parametrize("login", READERS)
def test_each_number_is_exactly_the_rows_its_link_shows(busy: dict[str, set[int]], as_: As, login: str) -> None:
    client = as_(login)
    found = entries(client)
    for label, (number, url) in found.items():
        assert rows(client, url) == busy[label], label
        assert int(number) == len(busy[label]), label
    desk = {"Alarms", "To approve", "Uncertain outcomes"}
    repairs = login in ("supervisor", "manager")
    assert set(found) == set(busy) - ({"Outcome not known yet"} if repairs else desk)


def test_the_list_says_which_rows_it_shows(busy: dict[str, set[int]], as_: As) -> None:
    page = as_("clerk").get("/transactions/list/?todo=lapsing-tomorrow").text
    assert "Only: Lapse tomorrow" in page
    assert as_("clerk").get("/transactions/list/?todo=everything").status_code == 400


def test_a_day_is_the_merchants_own(shop: Shop, as_: As) -> None:
    far = now().astimezone(ZoneInfo("Pacific/Auckland"))
    midnight = far.replace(hour=0, minute=0, second=0, microsecond=0)
    today = shop.sale(State.TO_CAPTURE, FAR, at=midnight)
    shop.sale(State.TO_CAPTURE, FAR, at=midnight - timedelta(seconds=1))
    assert entries(as_("clerk"))["Taken today"][0] == "1"
    assert rows(as_("clerk"), "/transactions/list/?todo=taken-today") == {today.id}


def test_counts_stop_at_a_bound_and_say_so(shop: Shop, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todo, "COUNT_LIMIT", 2)
    for _ in range(3):
        shop.sale(State.TO_VALIDATE)
    found = entries(as_("supervisor"))
    assert found["To validate"][0] == "2+"
    assert found["To remit"][0] == "0"


@pytest.mark.parametrize("login", LOGINS)
def test_few_statements(busy: dict[str, set[int]], shop: Shop, as_: As, login: str) -> None:
    client = as_(login)
    client.get("/")  # permissions are read once
    with shop.statements() as sent:
        client.get("/")
    assert len(sent) <= 4, sent


def test_a_new_shop_says_what_to_do(shop: Shop, as_: As) -> None:
    page = as_("clerk").get("/").text
    assert "No order yet today: take the first one." in page
    assert 'href="/counter"' in page
    page = as_("auditor").get("/").text
    assert "Orders taken at the counter appear here." in page
    assert 'href="/counter"' not in page


def test_the_administrator_sees_no_sale(busy: dict[str, set[int]], as_: As) -> None:
    page = as_("admin").get("/").text
    assert entries(as_("admin")) == {}
    assert "Nothing waits" not in page
    assert 'href="/merchants/list/"' in page


def test_somebody_without_a_merchant_is_told_so(shop: Shop, as_: As) -> None:
    with shop.books() as session:
        from app.models import Membership

        session.query(Membership).delete()
    assert "You work for no merchant yet" in as_("clerk").get("/").text


def test_nobody_is_led_to_the_sign_in(shop: Shop) -> None:
    page = shop.app.test_client().get("/").text
    assert 'href="/login/"' in page
    assert ENTRY.findall(page) == []
