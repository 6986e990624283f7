"""POST /transactions/{reference}/{verb} and PATCH: what each answers, in the order merchant, rights, state, amount."""

from __future__ import annotations

from datetime import date, timedelta

from app.domain.verbs import Verb
from tests.api.client import (
    CAPTURE_REFUSED,
    REFERRAL,
    Client,
    body_of,
    fields_of,
    problem_of,
)

VERBS = [verb.value for verb in Verb if verb is not Verb.MOVE]
BODIES: dict[str, dict[str, object]] = {
    "force": {"authorisation_number": "123456"},
    "resolve": {"decision": "cancel"},
    "withdraw": {"operation": 1},
}


def test_capture_then_refund_in_parts_and_the_rest(supervisor: Client) -> None:
    reference = supervisor.take()["reference"]
    captured = supervisor.post(f"/transactions/{reference}/capture")
    assert captured.status_code == 200
    assert body_of(captured)["state"] == "CAPTURED"
    part = supervisor.post(f"/transactions/{reference}/refund", {"amount": 345, "reason": "RETURNED", "note": "one"})
    assert part.status_code == 200, part.text
    sale = body_of(part)
    assert (sale["state"], sale["refunded_amount"], sale["refundable_amount"]) == ("CAPTURED", 345, 12000)
    last = sale["operations"][-1]
    assert (last["name"], last["status"], last["amount"], last["reason"]) == ("CREDIT", "DONE", 345, "RETURNED")
    assert body_of(supervisor.post(f"/transactions/{reference}/refund"))["state"] == "CREDITED"
    problem_of(supervisor.post(f"/transactions/{reference}/refund", {"amount": 1}), 409, "not_allowed_in_state")


def test_cancel_part_then_whole(supervisor: Client) -> None:
    reference = supervisor.take()["reference"]
    assert body_of(supervisor.post(f"/transactions/{reference}/cancel", {"amount": 2345}))["amount"] == 10000
    sale = body_of(supervisor.post(f"/transactions/{reference}/cancel", {"reason": "KEYING_ERROR"}))
    assert (sale["state"], sale["amount"], sale["original_amount"]) == ("CANCELLED", 0, 12345)


def test_more_than_there_is_is_422_amount_too_high(supervisor: Client) -> None:
    reference = supervisor.captured()["reference"]
    response = supervisor.post(f"/transactions/{reference}/refund", {"amount": 12346})
    body = problem_of(response, 422, "amount_too_high")
    assert body["errors"] == [
        {"field": "amount", "code": "amount_too_high", "message": "At most 12345 is possible (minor units)."}
    ]


def test_validate_keeps_a_part(supervisor: Client) -> None:
    sale = supervisor.take(capture_mode="VALIDATION", capture_day=6)
    assert (sale["state"], sale["capture_date"]) == ("TO_VALIDATE", None)
    kept = body_of(supervisor.post(f"/transactions/{sale['reference']}/validate", {"amount": 10000}))
    assert (kept["state"], kept["amount"]) == ("TO_CAPTURE", 10000)


def test_a_sale_moves_is_held_and_released(supervisor: Client) -> None:
    sale = supervisor.take(capture_day=2)
    path = f"/transactions/{sale['reference']}"
    later = (date.fromisoformat(sale["capture_date"]) + timedelta(days=1)).isoformat()
    moved = supervisor.call("PATCH", path, {"capture_date": later})
    assert moved.status_code == 200, moved.text
    assert body_of(moved)["capture_date"] == later
    beyond = (date.fromisoformat(sale["limit_date"]) + timedelta(days=1)).isoformat()
    assert fields_of(supervisor.call("PATCH", path, {"capture_date": beyond})) == {
        "capture_date": "capture_date_beyond_limit"
    }
    assert body_of(supervisor.post(f"{path}/hold"))["held"] is True
    assert "release" in body_of(supervisor.get(path))["allowed"]
    assert body_of(supervisor.post(f"{path}/release", {"note": "in stock again"}))["held"] is False


def test_amend_keeps_what_is_not_named_and_empties_what_is_null(supervisor: Client) -> None:
    sale = supervisor.take(customer={"name": "Ann Mistake"}, customer_id="C1")
    path = f"/transactions/{sale['reference']}"
    amended = body_of(supervisor.post(f"{path}/amend", {"order_number": "B-7", "customer_id": None}))
    assert (amended["order_number"], amended["customer_id"], amended["customer"]["name"]) == (
        "B-7",
        None,
        "Ann Mistake",
    )
    assert body_of(supervisor.post(f"{path}/amend", {"customer": None}))["customer"] is None
    assert fields_of(supervisor.post(f"{path}/amend", {})) == {"order_number": "missing"}


def test_duplicate_is_201_with_a_new_sale(supervisor: Client) -> None:
    earlier = supervisor.captured()
    response = supervisor.post(
        f"/transactions/{earlier['reference']}/duplicate", {"amount": 500, "order_number": "D-1", "capture_day": 1}
    )
    assert response.status_code == 201, response.text
    sale = body_of(response)
    assert sale["reference"] != earlier["reference"]
    assert (sale["original_amount"], sale["order_number"], sale["state"]) == (500, "D-1", "TO_CAPTURE")


def test_what_the_bank_refuses_is_409_with_both_codes_and_the_transaction(supervisor: Client) -> None:
    sale = supervisor.take(CAPTURE_REFUSED)
    path, key = f"/transactions/{sale['reference']}/capture", "refused-capture"
    for replayed in (False, True):
        response = supervisor.post(path, key=key)
        body = problem_of(response, 409, "bank_refused")
        assert (body["response_code"], body["acquirer_response_code"] is not None) == ("05", True)
        assert body["transaction"]["reference"] == sale["reference"]
        assert body["transaction"]["capture_error"] is not None
        assert response.headers.get("Idempotency-Replayed") == ("true" if replayed else None)


def test_actions_on_a_referral(clerk: Client, supervisor: Client) -> None:
    sale = clerk.take(REFERRAL)
    path = f"/transactions/{sale['reference']}"
    assert fields_of(clerk.post(f"{path}/force")) == {"authorisation_number": "authorisation_number_invalid"}
    problem_of(supervisor.post(f"{path}/capture"), 409, "not_allowed_in_state")
    assert body_of(supervisor.post(f"{path}/cancel"))["state"] == "CANCELLED"


def test_an_unknown_reason_is_refused(supervisor: Client) -> None:
    sale = supervisor.take()
    response = supervisor.post(f"/transactions/{sale['reference']}/cancel", {"reason": "WHIM"})
    assert fields_of(response) == {"reason": "reason_unknown"}
