"""The same races through the web server's three processes: what one worker knows, another does not.

Two hundred rounds of each; as many sales at once as there are lanes, each raced by threads of its own.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.bank.conftest import BankProcess
from tests.service.shop import APPROVED, EUR
from tests.web_process import ApiClient, WebProcess, together

pytestmark = pytest.mark.slow
ROUNDS, LANES = 200, 4  # a sale has one call to the bank at a time: no worker's six are ever all taken
Asked = tuple[str, int, str]
Answered = tuple[str, int, str]


def played(race: Callable[[int], Any]) -> list[Any]:
    """Run the rounds, LANES of them at a time."""
    with ThreadPoolExecutor(LANES) as lanes:
        return list(lanes.map(race, range(ROUNDS)))


def sold(api: ApiClient) -> str:
    status, body, _ = api.take(APPROVED, EUR)
    assert status == 201, body
    return str(body["reference"])


def captured(api: ApiClient) -> str:
    reference = sold(api)
    assert api.post(f"/transactions/{reference}/capture")[0] == 200
    return reference


def asked_of(bank: BankProcess) -> Mapping[str, list[Asked]]:
    """What the bank was asked for, by reference, but the authorisations: operation, amount, code."""
    found: dict[str, list[Asked]] = defaultdict(list)
    for each in bank.journal():
        if each["operation"] != "TRANSACTION":
            found[each["transactionReference"]].append((each["operation"], each["amount"], each["responseCode"]))
    return found


def post(api: ApiClient, reference: str, verb: str, amount: int | None = None, patience: float = 0) -> Answered:
    """Ask once; with patience, again under the same key while another operation is in flight."""
    key, limit = str(uuid.uuid4()), time.monotonic() + patience
    while True:
        status, body, _ = api.post(f"/transactions/{reference}/{verb}", {"amount": amount} if amount else {}, key)
        if body.get("code") != "operation_in_flight" or time.monotonic() >= limit:
            return verb, status, str(body.get("code", ""))
        time.sleep(0.1)


def test_capture_and_cancel_exactly_one_reaches_the_bank(api: ApiClient, bank: BankProcess) -> None:
    def race(_number: int) -> tuple[str, list[Answered], str]:
        reference, verbs = sold(api), ["capture", "cancel"] * 4
        answers = together(8, lambda n: post(api, reference, verbs[n]))
        return reference, answers, api.get(f"/transactions/{reference}")["state"]

    rounds, asked, won = played(race), asked_of(bank), Counter[str]()
    for reference, answers, state in rounds:
        (winner,) = [verb for verb, status, _ in answers if status == 200]
        refusals = {(status, code) for _, status, code in answers if status != 200}
        assert refusals <= {(409, "operation_in_flight"), (409, "not_allowed_in_state")}, answers
        assert asked[reference] == [({"capture": "VALIDATE", "cancel": "CANCEL"}[winner], EUR, "00")]
        assert state == {"capture": "CAPTURED", "cancel": "CANCELLED"}[winner]
        won[winner] += 1
    assert len(won) == 2, "both sides must have won now and then"


def test_refund_and_refund_never_more_than_allowed(api: ApiClient, bank: BankProcess) -> None:
    """Each 200 once at the bank, each refusal never."""
    amounts = (3_000, 4_000, 5_000, 2_000, 6_000, 1_000, 2_500, 7_500)

    def race(_number: int) -> tuple[str, list[int], Any]:
        reference = captured(api)
        answers = together(len(amounts), lambda n: post(api, reference, "refund", amounts[n]))
        assert {status for _, status, _ in answers} <= {200, 409, 422}, answers
        done = [amount for amount, (_, status, _) in zip(amounts, answers, strict=True) if status == 200]
        return reference, done, api.get(f"/transactions/{reference}")

    rounds, asked = played(race), asked_of(bank)
    for reference, done, sale in rounds:
        credits = asked[reference][1:]
        assert sorted(credits) == sorted(("CREDIT", amount, "00") for amount in done)
        assert (sale["refunded_amount"], sale["reserved_amount"]) == (sum(done), 0)
        assert 0 < sum(done) <= EUR


def test_a_client_that_comes_again_refunds_exactly_what_is_allowed(api: ApiClient, bank: BankProcess) -> None:
    def race(_number: int) -> tuple[str, list[Answered], Any]:
        reference = captured(api)
        answers = together(5, lambda _: post(api, reference, "refund", 2_500, patience=60))
        return reference, answers, api.get(f"/transactions/{reference}")

    rounds, asked = played(race), asked_of(bank)
    for reference, answers, sale in rounds:
        assert sorted(status for _, status, _ in answers) in ([200] * 4 + [409], [200] * 4 + [422]), answers
        assert asked[reference][1:] == [("CREDIT", 2_500, "00")] * 4
        assert (sale["state"], sale["refunded_amount"]) == ("CREDITED", EUR)


def test_validate_and_cancel_end_as_the_table_says(api: ApiClient, bank: BankProcess) -> None:
    """TO_VALIDATE and TO_CAPTURE may both be cancelled: whoever validates first, the sale ends CANCELLED."""

    def race(_number: int) -> tuple[str, list[Answered], str]:
        status, body, _ = api.take(APPROVED, EUR, capture_mode="VALIDATION")
        assert (status, body["state"]) == (201, "TO_VALIDATE")
        reference, verbs = body["reference"], ["validate", "cancel"] * 4
        answers = together(8, lambda n: post(api, reference, verbs[n], patience=60 if verbs[n] == "cancel" else 0))
        return reference, answers, api.get(f"/transactions/{reference}")["state"]

    rounds, asked = played(race), asked_of(bank)
    for reference, answers, state in rounds:
        assert [verb for verb, status, _ in answers if status == 200 and verb == "cancel"] == ["cancel"], answers
        assert asked[reference] == [("CANCEL", EUR, "00")]
        assert state == "CANCELLED"


def test_the_same_verb_with_the_same_key_is_done_once(api: ApiClient, bank: BankProcess) -> None:
    def race(_number: int) -> str:
        reference, key = sold(api), str(uuid.uuid4())
        answers = together(8, lambda _: api.post(f"/transactions/{reference}/capture", {}, key))
        assert {status for status, _, _ in answers} <= {200, 202}, [body.get("code") for _, body, _ in answers]
        assert sum(headers.get("idempotency-replayed") != "true" for _, _, headers in answers) == 1
        return reference

    references, asked = played(race), asked_of(bank)
    assert {reference: asked[reference] for reference in references} == {
        reference: [("VALIDATE", EUR, "00")] for reference in references
    }


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
