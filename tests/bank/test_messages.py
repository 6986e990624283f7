"""Envelope, seal and format of messages: what is refused before anything is done."""

import json
from typing import Any

import pytest

from plugins.payment_gateway.gateways import seal

from .conftest import PRACTICE, BankProcess, new_reference, order_fields

SECRET = f"{PRACTICE}_KEY1"
ENVELOPE = {"merchantId": PRACTICE, "keyVersion": "1", "interfaceVersion": "IR_WS_2.20"}


def sealed(message: dict[str, Any], secret: str = SECRET) -> dict[str, Any]:
    return {**message, "seal": seal.seal_of(message, secret)}


def order_text(bank: BankProcess, text: str) -> dict[str, Any]:
    status, _, body = bank.http("POST", "/rs-services/v2/checkout/cardOrder", text.encode())
    assert status == 200
    return json.loads(body)


@pytest.mark.parametrize("version", ["IR_WS_2.3", "IR_WS_2.20", "IR_WS_2.55", "CR_WS_2.0", "DR_WS_2.100"])
def test_any_minor_version_is_accepted(bank: BankProcess, version: str) -> None:
    assert bank.order(interfaceVersion=version)["responseCode"] == "00"


@pytest.mark.parametrize("version", ["IR_WS_1.3", "2.3", "", "IR_WS_2.", "IR_WS_2.3x"])
def test_other_version_is_a_format_error(bank: BankProcess, version: str) -> None:
    reply = bank.order(interfaceVersion=version)
    assert (reply["responseCode"], reply["errorFieldName"]) == ("30", "interfaceVersion")


@pytest.mark.parametrize("amount", ["12345", 12345, "0012345"])
def test_numbers_travel_as_strings_or_numbers(bank: BankProcess, amount: str | int) -> None:
    reference = new_reference()
    assert bank.order(reference=reference, amount=amount, captureDay="3", keyVersion=1)["responseCode"] == "00"
    assert bank.inquire(reference)["originAmount"] == 12345


def test_seal_covers_the_text_that_was_sent(bank: BankProcess) -> None:
    message = {**ENVELOPE, **order_fields(), "amount": "SENT"}
    for text, right in (("5000", True), ("5e3", False), ("5000.0", False)):
        fields = {**message, "transactionReference": new_reference(), "amount": text}
        reply = order_text(bank, json.dumps(sealed(fields)).replace(f'"{text}"', text))
        assert seal.verify(reply, SECRET)
        assert reply["responseCode"] == ("00" if right else "30")  # the seal is right in all three, the format is not


def test_nested_fields_are_sealed_in_their_order(bank: BankProcess) -> None:
    contact = {"lastname": "Dubois", "firstname": "Élise", "list": ["b", "a", {"z": "1", "A": "2"}]}
    assert bank.order(customerContact=contact)["responseCode"] == "00"


def test_seal_may_be_upper_case(bank: BankProcess) -> None:
    message = sealed({**ENVELOPE, **order_fields()})
    assert bank.send("checkout/cardOrder", {**message, "seal": message["seal"].upper()})["responseCode"] == "00"


@pytest.mark.parametrize("wrong", ["0" * 64, "", "é", None, 5])
def test_wrong_seal_is_34_and_nothing_is_done(bank: BankProcess, wrong: object) -> None:
    fields = order_fields()
    reply = bank.send("checkout/cardOrder", {**ENVELOPE, **fields, "seal": wrong})
    assert (reply["responseCode"], reply["errorFieldName"]) == ("34", "seal")
    assert seal.verify(reply, SECRET)
    assert bank.inquire(fields["transactionReference"])["getTransDataResponseCode"] == "25"
    assert bank.journal(fields["transactionReference"]) == []


def test_field_changed_after_sealing_is_34(bank: BankProcess) -> None:
    message = sealed({**ENVELOPE, **order_fields()})
    assert bank.send("checkout/cardOrder", {**message, "amount": 1})["responseCode"] == "34"


def test_unknown_key_version_is_34(bank: BankProcess) -> None:
    reply = bank.send("checkout/cardOrder", sealed({**ENVELOPE, **order_fields(), "keyVersion": "2"}))
    assert (reply["responseCode"], reply["errorFieldName"]) == ("34", "keyVersion")


def test_unknown_merchant_is_03_without_a_seal(bank: BankProcess) -> None:
    stranger = {**ENVELOPE, **order_fields(), "merchantId": "002001000000009"}
    assert bank.send("checkout/cardOrder", sealed(stranger)) == {"responseCode": "03", "errorFieldName": "merchantId"}


def test_inquiry_has_its_own_code_field(bank: BankProcess) -> None:
    reply = bank.send("diagnostic/getTransactionData", {**ENVELOPE, "transactionReference": "A1", "seal": "x"})
    assert reply["getTransDataResponseCode"] == "34"
    assert bank.inquire("bad reference")["errorFieldName"] == "transactionReference"


@pytest.mark.parametrize("text", ["", "[]", "{", "1", '{"a":NaN}', '{"a":1,"a":2}', "\ud83d", "[" * 5000])
def test_what_is_no_message_is_30(bank: BankProcess, text: str) -> None:
    body = text.encode("utf-8", "surrogatepass")
    assert json.loads(bank.http("POST", "/rs-services/v2/checkout/cardOrder", body)[2]) == {"responseCode": "30"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"), ("amount", "-5"), ("amount", "12.5"), ("amount", "1" * 13), ("amount", None), ("amount", True),
        ("amount", "١٢"), ("currencyCode", "EUR"), ("cardNumber", "4970 1000 0000 0006"), ("cardNumber", "1" * 20),
        ("cardExpiryDate", "203013"), ("cardExpiryDate", "12/30"), ("cardCSCValue", "12"),
        ("paymentMeanBrand", "DINERS"), ("captureMode", "LATER"), ("captureDay", "7"), ("captureDay", "99"),
        ("orderChannel", "POST"), ("transactionReference", "A-1"), ("transactionReference", "A" * 36),
        ("orderId", "A" * 33), ("orderId", "A\n"), ("customerId", "C" * 20), ("returnContext", "R" * 257),
        ("operationOrigin", "O" * 21), ("sealAlgorithm", "SHA-256"), ("paymentPattern", "OFTEN"),
    ],
)  # fmt: skip
def test_format_error_names_its_field(bank: BankProcess, field: str, value: object) -> None:
    reply = bank.order(**{"reference": new_reference(), field: value})
    assert (reply["responseCode"], reply["errorFieldName"]) == ("30", field)


@pytest.mark.parametrize("channel", ["INTERNET", None])
def test_contract_is_for_remote_sale_only(bank: BankProcess, channel: str | None) -> None:
    assert bank.order(orderChannel=channel)["responseCode"] == "40"


def test_forbidden_signs_become_blanks(bank: BankProcess) -> None:
    reference = new_reference()
    bank.order(reference=reference, orderId='A|1;2:3"4', customerId="C:1", returnContext="a;b")
    facts = bank.inquire(reference)
    assert (facts["orderId"], facts["customerId"], facts["returnContext"]) == ("A 1 2 3 4", "C 1", "a b")
