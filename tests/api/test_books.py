"""Four eyes, operations, remittances and unpaid through the API."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.database import Scope, unit_of_work
from app.models import Contract, Merchant, MerchantLimit, Transaction, Unpaid
from tests.api.client import CAPTURE_REFUSED, Client, body_of, fields_of, problem_of
from tests.api.conftest import As
from tests.factories import NOON


def merchant_id(app: Flask, short_name: str = "PRACTICE") -> int:
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        found = session.scalar(select(Merchant.id).where(Merchant.short_name == short_name))
        assert found is not None
        return found


@pytest.fixture
def limit(app: Flask) -> Iterator[None]:
    """Refunds above 10.00 need a second person."""
    owner = merchant_id(app)
    with app.app_context():
        with unit_of_work(Scope((owner,))) as session:
            session.add(MerchantLimit(merchant_id=owner, verb="refund", amount=1000))
        yield
        with unit_of_work(Scope((owner,))) as session:
            session.execute(delete(MerchantLimit))


@pytest.mark.usefixtures("limit")
def test_merchant_and_right_come_before_a_decisions_wrong_fields(as_: As) -> None:
    supervisor = as_("supervisor")
    asked = supervisor.post(f"/transactions/{supervisor.captured()['reference']}/refund", {"amount": 5000})
    path = f"/approvals/{body_of(asked)['operations'][-1]['id']}/approve"
    for login, status, code in (("manager2", 404, "not_found"), ("clerk", 403, "not_permitted")):
        problem_of(as_(login).post(path, {"note": 5}), status, code)
    assert fields_of(as_("manager").post(path, {"note": 5})) == {"note": "wrong_type"}


@pytest.mark.usefixtures("limit")
def test_a_refund_above_the_limit_waits_for_another_person(as_: As) -> None:
    supervisor, manager = as_("supervisor"), as_("manager")
    sale = supervisor.captured()
    asked = supervisor.post(f"/transactions/{sale['reference']}/refund", {"amount": 5000})
    assert asked.status_code == 202
    body = body_of(asked)
    assert body["code"] == "approval_required"
    assert (body["reserved_amount"], body["refunded_amount"]) == (5000, 0)
    request = body["operations"][-1]
    assert request["status"] == "REQUESTED"
    path, key = f"/approvals/{request['id']}", str(uuid.uuid4())
    problem_of(supervisor.post(f"{path}/approve"), 403, "not_permitted")
    problem_of(as_("clerk").post(f"{path}/approve"), 403, "not_permitted")
    problem_of(as_("manager2").post(f"{path}/approve"), 404, "not_found")
    done = manager.post(f"{path}/approve", {"note": "seen"}, key=key)
    assert done.status_code == 200, done.text
    sale = body_of(done)
    assert (sale["refunded_amount"], sale["operations"][-1]["approved_by"]) == (5000, "manager")
    assert manager.post(f"{path}/approve", {"note": "seen"}, key=key).headers["Idempotency-Replayed"] == "true"
    problem_of(manager.post(f"{path}/reject"), 409, "not_allowed_in_state")


@pytest.mark.usefixtures("limit")
def test_a_request_is_rejected_or_withdrawn_and_reserves_no_more(as_: As) -> None:
    supervisor, manager = as_("supervisor"), as_("manager")
    sale = supervisor.captured()
    path = f"/transactions/{sale['reference']}"
    asked = body_of(supervisor.post(f"{path}/refund", {"amount": 5000}))["operations"][-1]
    rejected = body_of(manager.post(f"/approvals/{asked['id']}/reject"))
    assert (rejected["operations"][-1]["status"], rejected["reserved_amount"]) == ("REJECTED", 0)
    again = body_of(supervisor.post(f"{path}/refund", {"amount": 5000}))["operations"][-1]
    withdrawn = body_of(supervisor.post(f"{path}/withdraw", {"operation": again["sequence"]}))
    assert (withdrawn["operations"][-1]["status"], withdrawn["reserved_amount"]) == ("WITHDRAWN", 0)


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999", "9" * 30, "1.5", "%20"])
def test_no_such_approval_is_404(manager: Client, number: str) -> None:
    problem_of(manager.post(f"/approvals/{number}/approve"), 404, "not_found")


def test_operations_by_name_and_status(supervisor: Client) -> None:
    sale = supervisor.captured()
    page = body_of(supervisor.get("/operations", name="CAPTURE", status="DONE"))
    newest = page["items"][0]
    assert (newest["reference"], newest["merchant"], newest["amount"]) == (sale["reference"], "PRACTICE", 12345)
    assert {(each["name"], each["status"]) for each in page["items"]} == {("CAPTURE", "DONE")}
    times = [each["created_at"] for each in body_of(supervisor.get("/operations", sort="created_at"))["items"]]
    assert times == sorted(times)
    assert body_of(supervisor.get("/operations", date_to="2020-01-01"))["items"] == []
    assert fields_of(supervisor.get("/operations", name="x", status="y", sort="amount", colour="z")) == {
        "name": "not_a_choice",
        "status": "not_a_choice",
        "sort": "not_a_choice",
        "colour": "unknown_field",
    }


def test_an_open_remittance_sums_what_the_bank_did(supervisor: Client) -> None:
    before = body_of(supervisor.get("/remittances"))["items"]
    sums = (before[0]["debit_amount"], before[0]["credit_amount"], before[0]["lines"]) if before else (0, 0, 0)
    sale = supervisor.captured()
    supervisor.post(f"/transactions/{sale['reference']}/refund", {"amount": 345})
    supervisor.post(f"/transactions/{supervisor.take(CAPTURE_REFUSED)['reference']}/capture")  # no line of it
    listed = body_of(supervisor.get("/remittances", state="OPEN"))["items"][0]
    assert (listed["debit_amount"], listed["credit_amount"]) == (sums[0] + 12345, sums[1] + 345)
    assert listed["net_amount"] == listed["debit_amount"] - listed["credit_amount"]
    assert listed["lines"] == sums[2] + 2
    assert (listed["merchant"], listed["contract"], listed["state"]) == ("PRACTICE", "1234567", "OPEN")
    one = body_of(supervisor.get(f"/remittances/{listed['contract']}/{listed['number']}"))
    assert len(one["lines"]) == listed["lines"]
    assert sum(each["amount"] for each in one["lines"]) == one["debit_amount"] + one["credit_amount"]
    assert (one["bank_lines"], listed["bank_lines"]) == (None, None), "no journal supplies them yet"
    assert [(each["name"], each["amount"]) for each in one["lines"][-2:]] == [("CAPTURE", 12345), ("CREDIT", 345)]
    assert [(each["brand"], each["sequence"]) for each in one["lines"][-2:]] == [("CB", 2), ("CB", 3)]
    assert all(each["settled_at"] for each in one["lines"])
    assert {key: one[key] for key in listed if key != "lines"} == {key: listed[key] for key in listed if key != "lines"}
    assert body_of(supervisor.get("/remittances", date_from=listed["date"], contract="1234567"))["count"] >= 1
    assert body_of(supervisor.get("/remittances", date_from="2999-01-01"))["items"] == []
    assert body_of(supervisor.get("/remittances", contract="9999999"))["items"] == []


def test_remittances_of_others_and_of_nobody_are_404(as_: As) -> None:
    supervisor = as_("supervisor")
    supervisor.captured()
    listed = body_of(supervisor.get("/remittances"))["items"][0]
    path = f"/remittances/{listed['contract']}/{listed['number']}"
    assert supervisor.get(path).status_code == 200
    problem_of(as_("manager2").get(path), 404, "not_found")
    for wrong in (
        f"{listed['contract']}/99999",
        f"nobody/{listed['number']}",
        f"{listed['contract']}/x",
        "1/" + "9" * 20,
    ):
        problem_of(supervisor.get(f"/remittances/{wrong}"), 404, "not_found")
    for login in ("clerk", "risk"):
        problem_of(as_(login).get("/remittances"), 403, "not_permitted")
        problem_of(as_(login).get(path), 403, "not_permitted")


def test_an_unpaid_is_listed_shown_and_warned_of(app: Flask, as_: As) -> None:
    manager = as_("manager")
    sale = manager.captured()
    owner = merchant_id(app)
    with app.app_context(), unit_of_work(Scope((owner,))) as session:
        row = session.scalar(select(Transaction).where(Transaction.reference == sale["reference"]))
        contract = session.scalar(select(Contract.id).where(Contract.merchant_id == owner))
        assert row is not None
        session.add(
            Unpaid(
                merchant_id=owner, contract_id=contract, transaction_id=row.id, amount=12345, currency="EUR",
                notified_on=NOON.date(), response_deadline=NOON.date(), reason_code="10.4", source="FILE",
                created_at=NOON, stage="NOTIFIED",
            )
        )  # fmt: skip
    listed = body_of(manager.get("/unpaid", stage="NOTIFIED"))["items"][0]
    assert (listed["reference"], listed["amount"], listed["reason_code"]) == (sale["reference"], 12345, "10.4")
    path = f"/transactions/{sale['reference']}"
    assert body_of(manager.get(path))["unpaid"] == {"stage": "NOTIFIED", "amount": 12345}
    problem_of(manager.post(f"{path}/refund", {"amount": 1}), 409, "unpaid_warning")
    assert manager.post(f"{path}/refund", {"amount": 1, "confirm": ["unpaid"]}).status_code == 200
    assert as_("auditor").get("/unpaid").status_code == 200
    assert body_of(as_("manager2").get("/unpaid"))["items"] == []
    for login in ("clerk", "supervisor", "risk"):
        problem_of(as_(login).get("/unpaid"), 403, "not_permitted")
