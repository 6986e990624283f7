"""What verbs refuse, in the order merchant, rights, state, amount; and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.database import Scope, unit_of_work
from app.domain import clock
from app.domain.verbs import Verb
from app.models import Merchant, MerchantLimit
from config import Settings
from plugins.payment_gateway.accounts import GatewayAccount
from tests.api.client import (
    COMMITS_THEN_CUTS,
    REFERRAL,
    REFUSED,
    Client,
    body_of,
    fields_of,
    problem_of,
)
from tests.api.conftest import As

VERBS = [verb.value for verb in Verb if verb is not Verb.MOVE]


BODIES: dict[str, dict[str, object]] = {
    "force": {"authorisation_number": "123456"},
    "resolve": {"decision": "cancel"},
    "withdraw": {"operation": 1},
}


@pytest.mark.parametrize("verb", VERBS)
def test_unknown_and_foreign_sales_are_404_also_with_a_wrong_body(as_: As, verb: str) -> None:
    foreign = as_("manager2").take(merchant="OTHER")["reference"]
    for reference in (foreign, "NOSUCHREF0"):
        for body in (BODIES.get(verb, {}), {"amount": -1, "colour": "red"}):
            problem_of(as_("manager").post(f"/transactions/{reference}/{verb}", body), 404, "not_found")
    problem_of(
        as_("manager").call("PATCH", f"/transactions/{foreign}", {"capture_date": "2026-12-01"}), 404, "not_found"
    )


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "withdraw"])
@pytest.mark.parametrize("login", ["accountant", "auditor"])
def test_readers_may_do_nothing(as_: As, verb: str, login: str) -> None:
    sale = as_("clerk").take()
    response = as_(login).post(f"/transactions/{sale['reference']}/{verb}", BODIES.get(verb, {}))
    problem_of(response, 403, "not_permitted")


def test_a_clerk_cancels_own_sales_of_the_day_only_and_never_refunds(as_: As) -> None:
    clerk, supervisor = as_("clerk"), as_("supervisor")
    assert clerk.post(f"/transactions/{clerk.take()['reference']}/cancel").status_code == 200
    problem_of(clerk.post(f"/transactions/{supervisor.take()['reference']}/cancel"), 403, "not_permitted")
    problem_of(clerk.post(f"/transactions/{supervisor.captured()['reference']}/refund"), 403, "not_permitted")


def test_an_unknown_verb_is_404(supervisor: Client) -> None:
    reference = supervisor.take()["reference"]
    for verb in ("explode", "move", "TAKE"):
        problem_of(supervisor.post(f"/transactions/{reference}/{verb}"), 404, "not_found")


@pytest.mark.parametrize(
    ("verb", "body", "wrong"),
    [
        ("refund", {"amount": 0}, {"amount": "out_of_range"}),
        ("refund", {"amount": 1.5, "confirm": ["everything"]}, {"amount": "wrong_type", "confirm": "not_a_choice"}),
        ("refund", {"confirm": "unpaid"}, {"confirm": "wrong_type"}),
        ("cancel", {"amount": 5, "card": {}}, {"card": "unknown_field"}),
        ("cancel", {"note": "4970100000000006"}, {"note": "card_number_in_field"}),
        ("capture", {"amount": 5}, {"amount": "unknown_field"}),
        ("withdraw", {"operation": "1"}, {"operation": "wrong_type"}),
        ("resolve", {"decision": "shrug"}, {"decision": "not_a_choice"}),
        ("amend", {"customer": {"email": "x"}}, {"customer.email": "email_invalid"}),
        ("force", {"authorisation_number": "no way"}, {"authorisation_number": "authorisation_number_invalid"}),
    ],
)
def test_wrong_fields_of_verbs_are_named(
    supervisor: Client, verb: str, body: dict[str, object], wrong: dict[str, str]
) -> None:
    taken = {"refund": supervisor.captured, "force": lambda: supervisor.take(REFERRAL)}.get(verb, supervisor.take)()
    reference = supervisor.take(COMMITS_THEN_CUTS)["reference"] if verb == "resolve" else taken["reference"]
    assert fields_of(supervisor.post(f"/transactions/{reference}/{verb}", body)) == wrong


@pytest.mark.parametrize("body", [{"amount": -5}, {"colour": "red"}, {"note": 5}])
def test_rights_then_state_come_before_wrong_fields(as_: As, body: dict[str, object]) -> None:
    clerk, supervisor = as_("clerk"), as_("supervisor")
    taken, captured = supervisor.take()["reference"], supervisor.captured()["reference"]
    problem_of(clerk.post(f"/transactions/{captured}/refund", body), 403, "not_permitted")
    problem_of(clerk.post(f"/transactions/{taken}/refund", body), 403, "not_permitted")
    problem_of(clerk.post(f"/transactions/{taken}/cancel", body), 403, "not_permitted")  # somebody else's sale
    problem_of(clerk.call("PATCH", f"/transactions/{taken}", body), 403, "not_permitted")
    problem_of(supervisor.post(f"/transactions/{taken}/refund", body), 409, "not_allowed_in_state")
    problem_of(supervisor.call("PATCH", f"/transactions/{captured}", body), 409, "not_allowed_in_state")
    under_way = supervisor.take(COMMITS_THEN_CUTS)["reference"]
    problem_of(supervisor.post(f"/transactions/{under_way}/cancel", body), 409, "operation_in_flight")
    problem_of(supervisor.post("/transactions/NOSUCHREF0/refund", body), 404, "not_found")
    assert supervisor.post(f"/transactions/{captured}/refund", body).status_code == 422


@pytest.mark.parametrize("day", ["2026-02-30", "27/11/2026", 20261127, "2026-W48-5", "20261127"])
def test_a_capture_date_is_an_iso_date(supervisor: Client, day: object) -> None:
    reference = supervisor.take()["reference"]
    response = supervisor.call("PATCH", f"/transactions/{reference}", {"capture_date": day})
    assert fields_of(response) == {"capture_date": "date_invalid"}


def test_a_refusal_says_what_stands_against_it(as_: As, supervisor: Client) -> None:
    """Not the state, where the same state would allow it."""

    def said(client: Client, path: str, body: dict[str, object] | None = None) -> str:
        return str(problem_of(client.post(path, body or {}), 409, "not_allowed_in_state")["detail"])

    sale = f"/transactions/{supervisor.take()['reference']}"
    assert said(supervisor, f"{sale}/release") == "This sale is not held."
    assert supervisor.post(f"{sale}/hold").status_code == 200
    assert said(supervisor, f"{sale}/hold") == "This sale is held already."
    assert said(supervisor, f"{sale}/withdraw") == "Nothing waits on this transaction."
    assert (
        said(supervisor, f"{sale}/withdraw", {"operation": 1})
        == "This operation cannot be withdrawn any more: it is done."
    )
    pending = f"/transactions/{supervisor.take(COMMITS_THEN_CUTS)['reference']}"
    assert "after 24 hours without an answer" in said(supervisor, f"{pending}/resolve", {"decision": "cancel"})
    operation = body_of(supervisor.get(sale))["operations"][0]["id"]
    assert said(as_("manager"), f"/approvals/{operation}/approve") == (
        "This does not wait for a second person any more: it is done."
    )


def test_a_state_is_told_in_words(supervisor: Client) -> None:
    reference = supervisor.take(REFUSED)["reference"]
    for language, word in (("en", "while the transaction is refused"), ("fr", "refusée")):
        answer = supervisor.post(f"/transactions/{reference}/cancel", headers={"Accept-Language": language})
        detail = problem_of(answer, 409, "not_allowed_in_state")["detail"]
        assert word in detail
        assert "REFUSED" not in detail


@pytest.fixture
def new_york_at_night(app: Flask, servers: Settings) -> Iterator[str]:
    """A merchant of another zone at 22:30 in Paris, in the bank's blackout; the local day it is there."""

    def arrange(blackout: bool, zone: str) -> None:
        with app.app_context(), unit_of_work(Scope(admin=True)) as session:
            session.execute(update(GatewayAccount).values(blackout=blackout))
            session.execute(update(Merchant).values(zone=zone))

    tomorrow = clock.business_now().date() + timedelta(days=1)
    night = datetime.combine(tomorrow, time(22, 30), ZoneInfo("Europe/Paris"))
    arrange(True, "America/New_York")
    clock.write_state(servers.clock_file, night - clock.real_now(), night)
    yield tomorrow.strftime("%d %b %Y")
    clock.write_state(servers.clock_file, timedelta(), datetime.fromtimestamp(0, UTC))
    arrange(False, "Europe/Paris")


def test_when_the_bank_opens_again_is_told_in_the_merchants_zone(supervisor: Client, new_york_at_night: str) -> None:
    reference = supervisor.take(capture_day=3)["reference"]
    answer = supervisor.post(f"/transactions/{reference}/cancel")
    assert f"{new_york_at_night} 17:05" in problem_of(answer, 503, "not_sent")["detail"]


def test_so_it_is_to_who_approves(as_: As, app: Flask, request: pytest.FixtureRequest) -> None:
    supervisor = as_("supervisor")
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        owner = Scope((session.scalars(select(Merchant.id).where(Merchant.short_name == "PRACTICE")).one(),))
    with app.app_context(), unit_of_work(owner) as session:
        session.add(MerchantLimit(merchant_id=owner.merchants[0], verb="capture", amount=0))
    asked = supervisor.post(f"/transactions/{supervisor.take(capture_day=3)['reference']}/capture")
    with app.app_context(), unit_of_work(owner) as session:
        session.execute(delete(MerchantLimit))
    assert asked.status_code == 202, asked.text
    day = request.getfixturevalue("new_york_at_night")
    answer = as_("manager").post(f"/approvals/{body_of(asked)['operations'][-1]['id']}/approve")
    assert f"{day} 17:05" in problem_of(answer, 503, "not_sent")["detail"]
