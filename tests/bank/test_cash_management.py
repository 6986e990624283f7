"""Capture, cancel, refund: whole, in parts, and whatever the bank must not let pass."""

import pytest

from .conftest import APPROVED, OTHER, BankProcess, new_reference


def taken(bank: BankProcess, amount: int = 10000, card: str = APPROVED, **fields: object) -> str:
    reference = new_reference()
    assert bank.order(card, reference, amount=amount, **fields)["responseCode"] == "00"
    return reference


def captured(bank: BankProcess, amount: int = 10000) -> str:
    reference = taken(bank, amount)
    assert bank.cash("validate", reference, amount)["newStatus"] == "CAPTURED"
    return reference


def amounts(bank: BankProcess, reference: str) -> tuple[str, int, int, int]:
    facts = bank.inquire(reference)
    return facts["transactionStatus"], facts["originAmount"], facts["currentAmount"], facts["remainingAmount"]


def test_sale_is_authorised_then_captured(bank: BankProcess) -> None:
    reference = taken(bank)
    assert amounts(bank, reference) == ("TO_VALIDATE", 10000, 10000, 10000)
    reply = bank.cash("validate", reference, 10000, operationOrigin="C1-1")
    assert (reply["responseCode"], reply["newStatus"], reply["newAmount"]) == ("00", "CAPTURED", 10000)
    assert amounts(bank, reference) == ("CAPTURED", 10000, 10000, 10000)
    assert bank.journal(reference)[-1]["operationOrigin"] == "C1-1"


def test_partial_capture_releases_the_rest(bank: BankProcess) -> None:
    reference = taken(bank)
    assert bank.cash("validate", reference, 4000)["responseCode"] == "00"
    assert amounts(bank, reference) == ("CAPTURED", 10000, 4000, 4000)
    assert bank.cash("validate", reference, 1000)["responseCode"] == "24"
    assert bank.cash("refund", reference, 4001)["responseCode"] == "51"


def test_cancel_in_parts_then_whole(bank: BankProcess) -> None:
    reference = taken(bank)
    assert bank.cash("cancel", reference, 3000)["newAmount"] == 7000
    assert amounts(bank, reference) == ("TO_VALIDATE", 10000, 7000, 7000)
    assert bank.cash("cancel", reference, 7001)["responseCode"] == "51"
    assert bank.cash("validate", reference, 7001)["responseCode"] == "51"
    assert bank.cash("cancel", reference, 7000)["newStatus"] == "CANCELLED"
    assert amounts(bank, reference) == ("CANCELLED", 10000, 0, 0)


def test_capture_after_cancel_is_24_and_tells_the_status(bank: BankProcess) -> None:
    reference = taken(bank)
    bank.cash("cancel", reference, 10000)
    for verb in ("validate", "cancel", "refund"):
        reply = bank.cash(verb, reference, 10000)
        assert (reply["responseCode"], reply["newStatus"]) == ("24", "CANCELLED")


def test_refunds_until_nothing_is_left(bank: BankProcess) -> None:
    reference = captured(bank)
    assert bank.cash("refund", reference, 2500)["newAmount"] == 7500
    assert amounts(bank, reference) == ("CAPTURED", 10000, 10000, 7500)
    assert bank.cash("refund", reference, 7501)["responseCode"] == "51"
    assert bank.cash("refund", reference, 7500)["newStatus"] == "CREDITED"
    assert amounts(bank, reference) == ("CREDITED", 10000, 10000, 0)
    assert bank.cash("refund", reference, 1)["responseCode"] == "24"
    assert bank.inquire(reference)["lastOperationName"] == "CREDIT"


def test_refund_before_capture_and_cancel_after_it_are_24(bank: BankProcess) -> None:
    assert bank.cash("refund", taken(bank), 100)["responseCode"] == "24"
    assert bank.cash("cancel", captured(bank), 100)["responseCode"] == "24"


def test_refused_sale_takes_no_operation(bank: BankProcess) -> None:
    reference = new_reference()
    bank.order("4970100000000055", reference)
    for verb in ("validate", "cancel", "refund"):
        assert bank.cash(verb, reference, 100)["responseCode"] == "24"


def test_unknown_reference_is_25(bank: BankProcess) -> None:
    reference = new_reference()
    for verb in ("validate", "cancel", "refund"):
        assert bank.cash(verb, reference, 100)["responseCode"] == "25"
    assert bank.cash("referral", reference, authorisationId="123456")["responseCode"] == "25"
    assert bank.inquire(reference)["getTransDataResponseCode"] == "25"
    assert {entry["newStatus"] for entry in bank.journal(reference)} == {None}


def test_another_merchant_s_sale_is_unknown(bank: BankProcess) -> None:
    reference = captured(bank)
    assert bank.cash("refund", reference, 100, merchant=OTHER)["responseCode"] == "25"
    assert bank.inquire(reference, merchant=OTHER)["getTransDataResponseCode"] == "25"
    assert bank.order(reference=reference, merchant=OTHER)["responseCode"] == "00"  # references are each merchant's own


def test_duplicate_reference_is_94_and_changes_nothing(bank: BankProcess) -> None:
    reference = captured(bank)
    assert bank.order(reference=reference, amount=1)["responseCode"] == "94"
    assert amounts(bank, reference) == ("CAPTURED", 10000, 10000, 10000)
    assert [entry["responseCode"] for entry in bank.journal(reference)] == ["00", "00", "94"]


def test_other_currency_is_12(bank: BankProcess) -> None:
    assert bank.cash("validate", taken(bank), 100, currencyCode="840")["responseCode"] == "12"


@pytest.mark.parametrize("field", ["operationAmount", "currencyCode", "transactionReference"])
def test_missing_field_is_30(bank: BankProcess, field: str) -> None:
    message = {"transactionReference": "A1", "operationAmount": 100, "currencyCode": "978"}
    message.pop(field)
    reply = bank.ask("cashManagement/refund", message)
    assert (reply["responseCode"], reply["errorFieldName"]) == ("30", field)


def test_immediate_is_captured_with_the_authorisation(bank: BankProcess) -> None:
    reference = taken(bank, captureMode="IMMEDIATE", captureDay=0)
    assert amounts(bank, reference) == ("CAPTURED", 10000, 10000, 10000)


def test_author_capture_waits_for_its_day_and_can_be_cancelled(bank: BankProcess) -> None:
    reference = taken(bank, captureMode="AUTHOR_CAPTURE", captureDay=2)
    assert amounts(bank, reference)[0] == "TO_CAPTURE"
    assert bank.cash("validate", reference, 100)["responseCode"] == "24"
    assert bank.cash("refund", reference, 100)["responseCode"] == "24"
    assert bank.cash("cancel", reference, 4000)["newStatus"] == "TO_CAPTURE"
    assert bank.cash("cancel", reference, 6000)["newStatus"] == "CANCELLED"


def test_journal_tells_every_operation_in_order(bank: BankProcess) -> None:
    reference = taken(bank, orderId="A-1001")
    bank.cash("validate", reference, 9000, operationOrigin="CB1-7")
    bank.cash("refund", reference, 9001)
    bank.cash("refund", reference, 1000)
    told = bank.journal(reference)
    assert [(e["operation"], e["amount"], e["responseCode"], e["newStatus"]) for e in told] == [
        ("TRANSACTION", 10000, "00", "TO_VALIDATE"),
        ("VALIDATE", 9000, "00", "CAPTURED"),
        ("CREDIT", 9001, "51", "CAPTURED"),
        ("CREDIT", 1000, "00", "CAPTURED"),
    ]
    assert {(e["orderId"], e["currencyCode"], e["merchantId"], e["answered"]) for e in told} == {
        ("A-1001", "978", "002001000000001", True)
    }
    assert list(told[0]) == [
        "n", "at", "merchantId", "transactionReference", "operation", "amount", "currencyCode", "responseCode",
        "newStatus", "orderId", "operationOrigin", "answered",
    ]  # fmt: skip
    assert bank.journal(reference, since=told[1]["n"]) == told[2:]
