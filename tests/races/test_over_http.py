"""The same races through the web server's three processes: what one worker knows, another does not."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from tests.bank.conftest import BankProcess
from tests.service.shop import APPROVED, EUR
from tests.web_process import ApiClient, WebProcess, together

ROUNDS = 15


def sold(api: ApiClient) -> str:
    status, body, _ = api.take(APPROVED, EUR)
    assert status == 201
    return str(body["reference"])


def asked(bank: BankProcess, reference: str) -> list[tuple[Any, ...]]:
    return [
        (each["operation"], each["amount"], each["responseCode"])
        for each in bank.journal(reference)
        if each["operation"] != "TRANSACTION"
    ]


def test_capture_and_cancel(api: ApiClient, bank: BankProcess) -> None:
    for _ in range(ROUNDS):
        reference = sold(api)
        verbs = ["capture", "cancel"] * 4
        answers = together(8, lambda n, r=reference, v=verbs: (v[n], *api.post(f"/transactions/{r}/{v[n]}")[:2]))
        winners = [verb for verb, status, _ in answers if status == 200]
        assert len(winners) == 1, answers
        assert {body["code"] for _, status, body in answers if status != 200} <= {
            "operation_in_flight",
            "not_allowed_in_state",
        }
        assert asked(bank, reference) == [({"capture": "VALIDATE", "cancel": "CANCEL"}[winners[0]], EUR, "00")]


def test_a_client_that_comes_again_refunds_exactly_what_is_allowed(api: ApiClient, bank: BankProcess) -> None:
    def refund(reference: str) -> tuple[int, str | None]:
        key, limit = str(uuid.uuid4()), time.monotonic() + 60
        while True:
            status, body, _ = api.post(f"/transactions/{reference}/refund", {"amount": 2_500}, key)
            if body.get("code") not in ("operation_in_flight", "not_sent") or time.monotonic() > limit:
                return status, body.get("code")
            time.sleep(0.02)

    for _ in range(ROUNDS):
        reference = sold(api)
        assert api.post(f"/transactions/{reference}/capture")[0] == 200
        answers = together(5, lambda _, r=reference: refund(r))
        assert sorted(status for status, _ in answers) in ([200] * 4 + [409], [200] * 4 + [422]), answers
        assert asked(bank, reference)[1:] == [("CREDIT", 2_500, "00")] * 4
        assert api.get(f"/transactions/{reference}")["state"] == "CREDITED"


def test_the_same_verb_with_the_same_key_is_done_once(api: ApiClient, bank: BankProcess) -> None:
    for _ in range(ROUNDS):
        reference, key = sold(api), str(uuid.uuid4())
        answers = together(8, lambda _, r=reference, k=key: api.post(f"/transactions/{r}/capture", {}, k))
        assert {status for status, _, _ in answers} <= {200, 202}, [body.get("code") for _, body, _ in answers]
        assert sum(headers.get("idempotency-replayed") != "true" for _, _, headers in answers) == 1
        assert asked(bank, reference) == [("VALIDATE", EUR, "00")]


def test_who_sends_too_much_is_told_so_and_not_cut_off(web: WebProcess, api: ApiClient) -> None:
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json", "Idempotency-Key": "large"}
    for body in (b" " * 100_000, b" " * 10_000_000, b" " * 20_000_000):
        status, _, answer = web.call("POST", "/api/v1/transactions", body, headers)
        assert (status, json.loads(answer)["code"]) == (413, "body_too_large")
        status, _, answer = web.call("POST", "/api/v1/transactions", body, {"Content-Type": "application/json"})
        assert (status, json.loads(answer)["code"]) == (401, "unauthorized")
        assert web.call("POST", "/api/v1/nothing", body)[0] == 404
    form = b"username=" + b"x" * 10_000_000
    assert web.call("POST", "/login/", form, {"Content-Type": "application/x-www-form-urlencoded"})[0] == 413
