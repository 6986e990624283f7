"""Faults ordered over the control endpoint: what the reply becomes, what is done, and that they are counted."""

import json
from typing import Any

import pytest

from plugins.payment_gateway.gateways import seal

from .conftest import PRACTICE, BankProcess, NoAnswer, new_reference

SECRET = f"{PRACTICE}_KEY1"


def captured(bank: BankProcess) -> str:
    reference = new_reference()
    bank.order(reference=reference)
    bank.cash("validate", reference, 10000)
    return reference


def raw_refund(bank: BankProcess, reference: str) -> tuple[int, dict[str, str], bytes]:
    message: dict[str, Any] = {
        "merchantId": PRACTICE, "keyVersion": "1", "interfaceVersion": "CR_WS_2.20",
        "transactionReference": reference, "operationAmount": 1000, "currencyCode": "978",
    }  # fmt: skip
    message["seal"] = seal.seal_of(message, SECRET)
    return bank.http("POST", "/rs-services/v2/cashManagement/refund", json.dumps(message).encode(), patience=1.5)


def refunded(bank: BankProcess, reference: str) -> int:
    facts = bank.inquire(reference)
    return int(facts["currentAmount"]) - int(facts["remainingAmount"])


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        ({"fault": "cut_before_commit"}, False),
        ({"fault": "cut_after_commit"}, True),
        ({"fault": "cut_in_reply"}, True),
        ({"fault": "never"}, True),
        ({"fault": "never", "commit": False}, False),
    ],
)
def test_refund_without_an_answer(bank: BankProcess, fault: dict[str, Any], done: bool) -> None:
    reference = captured(bank)
    bank.control(next=[{"verb": "refund", **fault}])
    with pytest.raises(NoAnswer):
        raw_refund(bank, reference)
    assert refunded(bank, reference) == (1000 if done else 0)
    assert [e["answered"] for e in bank.journal(reference) if e["operation"] == "CREDIT"] == ([False] if done else [])


@pytest.mark.parametrize(
    ("fault", "status", "kind", "done"),
    [
        ({"fault": "html"}, 200, "text/html; charset=utf-8", True),
        ({"fault": "html", "commit": False}, 200, "text/html; charset=utf-8", False),
        ({"fault": "empty"}, 200, "application/json", True),
        ({"fault": "garbage"}, 200, "application/json", True),
        ({"fault": "http_429"}, 429, "application/json", False),
        ({"fault": "http_503"}, 503, "application/json", False),
        ({"fault": "http_500"}, 500, "application/json", True),
        ({"fault": "http_500", "commit": False}, 500, "application/json", False),
    ],
)
def test_refund_answered_with_something_else(
    bank: BankProcess, fault: dict[str, Any], status: int, kind: str, done: bool
) -> None:
    reference = captured(bank)
    bank.control(next=[{"verb": "refund", **fault}])
    found, headers, body = raw_refund(bank, reference)
    assert (found, headers["content-type"]) == (status, kind)
    with pytest.raises(seal.MalformedMessage):
        seal.read_message(body)
    assert refunded(bank, reference) == (1000 if done else 0)


@pytest.mark.parametrize(
    ("fault", "seal_right", "same_reference", "amount"),
    [
        ("wrong_amount", True, True, 9001),
        ("other_reference", True, False, 9000),
        ("bad_seal", False, True, 9000),
        ("no_seal", False, True, 9000),
    ],
)
def test_refund_answered_wrongly_in_one_point(
    bank: BankProcess, fault: str, seal_right: bool, same_reference: bool, amount: int
) -> None:
    reference = captured(bank)
    bank.fault("refund", fault)
    reply = seal.read_message(raw_refund(bank, reference)[2])
    assert seal.verify(reply, SECRET) is seal_right
    assert (reply["transactionReference"] == reference) is same_reference
    assert (reply["responseCode"], reply["newAmount"]) == ("00", str(amount))
    assert refunded(bank, reference) == 1000


def test_slow_and_late_answers_arrive_whole(bank: BankProcess) -> None:
    bank.control(slow_byte_ms=1, late_ms=200, next=[{"verb": "getTransactionData", "fault": "slow_bytes"}])
    assert bank.inquire(captured(bank))["transactionStatus"] == "CAPTURED"
    bank.fault("getTransactionData", "late")
    assert bank.inquire(captured(bank))["transactionStatus"] == "CAPTURED"


def test_peer_that_leaves_a_slow_answer_is_not_called_answered(bank: BankProcess) -> None:
    reference = captured(bank)
    bank.control(slow_byte_ms=50, next=[{"verb": "refund", "fault": "slow_bytes"}])
    with pytest.raises(NoAnswer):
        bank.cash("refund", reference, 10, patience=0.02)
    bank.cash("refund", reference, 10)
    assert [entry["answered"] for entry in bank.journal(reference)][-2:] == [False, True]


def test_refusal_by_the_card_s_bank_and_a_code_of_the_platform(bank: BankProcess) -> None:
    reference = captured(bank)
    bank.control(next=[{"verb": "refund", "fault": "refuse:57"}, {"verb": "refund", "fault": "code:94"}])
    reply = bank.cash("refund", reference, 1000)
    assert (reply["responseCode"], reply["acquirerResponseCode"]) == ("05", "57")
    assert bank.cash("refund", reference, 1000)["responseCode"] == "94"
    assert refunded(bank, reference) == 0
    assert [entry["responseCode"] for entry in bank.journal(reference)] == ["00", "00", "05"]


def test_refused_order_is_recorded(bank: BankProcess) -> None:
    bank.fault("cardOrder", "refuse:05")
    reference = new_reference()
    assert bank.order(reference=reference)["transactionStatus"] == "REFUSED"
    assert bank.inquire(reference)["responseCode"] == "05"


def test_bank_that_does_not_find_a_sale_yet(bank: BankProcess) -> None:
    reference = captured(bank)
    bank.fault("getTransactionData", "code:25", times=2)
    assert [bank.inquire(reference)["getTransDataResponseCode"] for _ in range(3)] == ["25", "25", "00"]


def test_faults_are_counted_and_wait_for_their_verb_and_reference(bank: BankProcess) -> None:
    first, second = captured(bank), captured(bank)
    before = bank.control()["applied"].get("refund code", 0)
    bank.fault("refund", "code:99", reference=second)
    bank.fault("*", "code:97", times=2)
    assert bank.cash("refund", second, 100)["responseCode"] == "99"
    assert bank.inquire(first)["getTransDataResponseCode"] == "97"
    state = bank.control()
    assert state["next"] == [{"verb": "*", "fault": "code:97", "commit": False, "times": 1, "reference": None}]
    assert state["applied"]["refund code"] == before + 1
    assert bank.control(clear=True)["next"] == []
    assert bank.cash("refund", first, 100)["responseCode"] == "00"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"night": "on"}, "night"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"latency_ms": True}, "latency_ms"),
        ({"colour": 1}, "colour"),
        ({"next": {}}, "next"),
        ({"next": [1]}, "next"),
        ({"next": [{"verb": "pay", "fault": "html"}]}, "verb"),
        ({"next": [{"verb": "refund", "fault": "fire"}]}, "fault"),
        ({"next": [{"verb": "refund", "fault": "refuse"}]}, "fault"),
        ({"next": [{"verb": "refund", "fault": "html:05"}]}, "fault"),
        ({"next": [{"verb": "refund", "fault": "html", "times": 0}]}, "times"),
        ({"next": [{"verb": "refund", "fault": "bad_seal", "commit": False}]}, "commit"),
        ({"next": [{"fault": "html", "often": 1}]}, "often"),
    ],
)
def test_wrong_control_message_changes_nothing(bank: BankProcess, change: dict[str, Any], named: str) -> None:
    before = bank.control()
    body = json.dumps({"late_ms": 5, **change}).encode()
    status, _, answer = bank.http("POST", "/control", body, {"Content-Type": "application/json"})
    assert status == 400
    assert named in json.loads(answer)["error"]
    assert bank.control() == before


def test_control_takes_no_form_of_a_web_page(bank: BankProcess) -> None:
    assert bank.http("POST", "/control", b'{"night":true}', {"Content-Type": "text/plain"})[0] == 415
