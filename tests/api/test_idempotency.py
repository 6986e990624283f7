"""Idempotency-Key: needed, once per merchant over all routes, replayed with what the first request made."""

from __future__ import annotations

import threading
import uuid

import pytest

from tests.api.client import COMMITS_THEN_CUTS, REFERRAL, Client, body_of, card, fields_of, order, problem_of
from tests.api.conftest import As
from tests.bank.conftest import BankProcess


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/transactions"),
        ("POST", "/transactions/X/cancel"),
        ("PATCH", "/transactions/X"),
        ("POST", "/approvals/1/approve"),
    ],
)
@pytest.mark.parametrize("key", [None, " ", "two words", "k" * 256, "clé"])
def test_a_key_is_needed(manager: Client, method: str, path: str, key: str | None) -> None:
    problem = problem_of(manager.call(method, path, {}, key=key), 400, "idempotency_key_missing")
    assert "visible ASCII characters without blanks" in problem["detail"]


def test_the_same_request_is_answered_again_as_things_are_now(clerk: Client, bank: BankProcess) -> None:
    key, sent = str(uuid.uuid4()), order()
    first = clerk.post("/transactions", sent, key=key)
    assert first.status_code == 201
    reference = body_of(first)["reference"]
    again = clerk.post("/transactions", dict(reversed(sent.items())), key=key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert body_of(again)["reference"] == reference
    assert clerk.post(f"/transactions/{reference}/cancel").status_code == 200
    assert body_of(clerk.post("/transactions", sent, key=key))["state"] == "CANCELLED"
    assert [each["operation"] for each in bank.journal(reference)] == ["TRANSACTION", "CANCEL"]


def test_another_security_code_is_the_same_request_another_card_is_not(clerk: Client) -> None:
    key, sent = str(uuid.uuid4()), order()
    clerk.post("/transactions", sent, key=key)
    same = clerk.post("/transactions", {**sent, "card": card(security_code="999")}, key=key)
    assert same.headers["Idempotency-Replayed"] == "true"
    for changed in (
        {**sent, "card": card("4111111111111111")},
        {**sent, "card": card(expiry="08/31")},
        {**sent, "amount": 12346},
        {**sent, "order_number": "other"},
        {**sent, "customer": {"name": "X"}},
        {**sent, "note": "n"},
    ):
        problem_of(clerk.post("/transactions", changed, key=key), 409, "idempotency_mismatch")


def test_a_key_is_one_over_all_routes_of_a_merchant_and_apart_between_merchants(as_: As) -> None:
    clerk, key = as_("clerk"), str(uuid.uuid4())
    sale = body_of(clerk.post("/transactions", order(), key=key))
    problem_of(clerk.post(f"/transactions/{sale['reference']}/cancel", key=key), 409, "idempotency_mismatch")
    theirs = as_("clerk2").post("/transactions", order(merchant="OTHER"), key=key)
    assert theirs.status_code == 201
    assert "Idempotency-Replayed" not in theirs.headers


def test_a_pending_order_replays_as_202(clerk: Client) -> None:
    key, sent = str(uuid.uuid4()), order(COMMITS_THEN_CUTS)
    assert clerk.post("/transactions", sent, key=key).status_code == 202
    again = clerk.post("/transactions", sent, key=key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")


@pytest.mark.parametrize("verb", ["cancel", "hold", "amend", "duplicate"])
def test_verbs_replay_too(supervisor: Client, verb: str) -> None:
    path, key = f"/transactions/{supervisor.take()['reference']}/{verb}", str(uuid.uuid4())
    body = {"note": "once"}
    first = supervisor.post(path, body, key=key)
    again = supervisor.post(path, body, key=key)
    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (first.status_code, "true")
    assert len(body_of(again).get("operations", [])) == len(body_of(first).get("operations", []))
    problem_of(supervisor.post(path, {"note": "twice"}, key=key), 409, "idempotency_mismatch")


def test_moving_replays_too(supervisor: Client) -> None:
    sale, key = supervisor.take(capture_day=3), str(uuid.uuid4())
    for expected in (None, "true"):
        response = supervisor.call(
            "PATCH", f"/transactions/{sale['reference']}", {"capture_date": sale["limit_date"]}, key=key
        )
        assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (200, expected), response.text


def test_what_writes_nothing_consumes_no_key(as_: As) -> None:
    clerk, key = as_("clerk"), str(uuid.uuid4())
    sale = clerk.take(REFERRAL)
    problem_of(clerk.post("/transactions", order(merchant="OTHER"), key=key), 404, "not_found")
    problem_of(as_("auditor").post("/transactions", order(), key=key), 403, "not_permitted")
    fields_of(clerk.post("/transactions", order(amount=0), key=key))
    problem_of(
        as_("supervisor").post(f"/transactions/{sale['reference']}/capture", key=key), 409, "not_allowed_in_state"
    )
    assert "Idempotency-Replayed" not in (made := clerk.post("/transactions", order(), key=key)).headers
    assert made.status_code == 201


def test_a_key_that_looks_like_a_card_is_refused_an_unlucky_uuid_is_not(clerk: Client) -> None:
    assert fields_of(clerk.post("/transactions", order(), key="order-4970-1000-0000-0006")) == {
        "Idempotency-Key": "card_number_in_field"
    }
    unlucky = "550e8400-e29b-41d4-4970-100000000006"
    assert clerk.post("/transactions", order(), key=unlucky).status_code == 201


def test_twenty_identical_submits_are_one_authorisation(clerk: Client, bank: BankProcess) -> None:
    key, sent, found = str(uuid.uuid4()), order(), []
    threads = [
        threading.Thread(target=lambda: found.append(clerk.post("/transactions", sent, key=key))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = {each.status_code for each in found}
    assert statuses <= {201, 202, 409}, statuses
    final = body_of(clerk.post("/transactions", sent, key=key))
    assert [each["operation"] for each in bank.journal(final["reference"])] == ["TRANSACTION"]
    assert {body_of(each)["reference"] for each in found if each.status_code < 300} == {final["reference"]}
