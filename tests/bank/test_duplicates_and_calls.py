"""New authorisations on an old card, sales forced by telephone, and sales the bank holds."""

import pytest

from .conftest import OTHER, PRACTICE, BankProcess, NoAnswer, new_reference

CALL = "4970100000000022"


def duplicate_of(
    bank: BankProcess, source: str, reference: str, merchant: str = PRACTICE, patience: float = 10, **fields: object
) -> dict[str, object]:
    message = {
        "transactionReference": reference, "fromTransactionReference": source, "amount": 2500, "currencyCode": "978",
        "captureMode": "VALIDATION", "captureDay": 6, "orderChannel": "MOTO", "orderId": "B-2", **fields,
    }  # fmt: skip
    return bank.ask("cashManagement/duplicate", message, merchant, patience)


def sold(bank: BankProcess, card: str = "4970100000000006") -> str:
    reference = new_reference()
    bank.order(card, reference)
    return reference


def test_duplicate_is_a_sale_of_its_own_on_the_same_card(bank: BankProcess) -> None:
    source, reference = sold(bank), new_reference()
    assert duplicate_of(bank, source, reference)["responseCode"] == "00"
    facts = bank.inquire(reference)
    assert (facts["originAmount"], facts["transactionStatus"], facts["orderId"]) == (2500, "TO_VALIDATE", "B-2")
    assert facts["fromTransactionReference"] == source
    assert facts["maskedPan"] == bank.inquire(source)["maskedPan"]
    assert bank.cash("validate", reference, 2500)["newStatus"] == "CAPTURED"
    assert [entry["operation"] for entry in bank.journal(reference)] == ["DUPLICATE", "VALIDATE"]
    again = new_reference()
    assert duplicate_of(bank, reference, again)["responseCode"] == "00"  # a duplicate can be duplicated


def test_duplicate_of_a_cancelled_sale(bank: BankProcess) -> None:
    source = sold(bank)
    bank.cash("cancel", source, 10000)
    assert duplicate_of(bank, source, new_reference())["responseCode"] == "00"


def test_visa_authorised_again_by_the_merchant_holds_five_days(bank: BankProcess) -> None:
    source, reference = sold(bank, "4111111111111111"), new_reference()
    duplicate_of(bank, source, reference)
    limit, again = bank.inquire(source)["captureLimitDate"], bank.inquire(reference)["captureLimitDate"]
    assert again < limit


@pytest.mark.parametrize("card", ["4970100000000055", CALL])
def test_what_was_never_authorised_is_not_duplicated(bank: BankProcess, card: str) -> None:
    assert duplicate_of(bank, sold(bank, card), new_reference())["responseCode"] == "24"


def test_duplicate_s_refusals(bank: BankProcess) -> None:
    source = sold(bank)
    assert duplicate_of(bank, new_reference(), new_reference())["responseCode"] == "25"
    assert duplicate_of(bank, source, source)["responseCode"] == "94"
    assert duplicate_of(bank, source, new_reference(), currencyCode="840")["responseCode"] == "12"
    assert duplicate_of(bank, source, new_reference(), fromMerchantId=OTHER)["responseCode"] == "40"
    assert duplicate_of(bank, source, new_reference(), merchant=OTHER)["responseCode"] == "25"


def test_duplicate_plays_the_card_s_scenario_again(bank: BankProcess) -> None:
    source = sold(bank, "4970100000000675")
    reference = new_reference()
    assert duplicate_of(bank, source, reference)["responseCode"] == "00"
    assert bank.cash("validate", reference, 2500)["responseCode"] == "05"
    silent = new_reference()
    with pytest.raises(NoAnswer):
        bank.order("4970100000000600", silent, patience=0.3)
    again = new_reference()
    with pytest.raises(NoAnswer):
        duplicate_of(bank, silent, again, patience=0.3)
    assert bank.inquire(again)["transactionStatus"] == "TO_VALIDATE"


def test_bank_s_number_forces_the_sale(bank: BankProcess) -> None:
    reference = sold(bank, CALL)
    reply = bank.cash("referral", reference, authorisationId="123456")
    assert (reply["responseCode"], reply["newStatus"], reply["authorisationId"]) == ("00", "TO_VALIDATE", "123456")
    facts = bank.inquire(reference)
    assert (facts["responseCode"], facts["lastOperationName"], facts["authorisationId"]) == ("00", "ADVICE", "123456")
    assert bank.cash("referral", reference, authorisationId="123456")["responseCode"] == "24"
    assert bank.cash("validate", reference, 10000)["newStatus"] == "CAPTURED"
    assert [entry["operation"] for entry in bank.journal(reference)][:2] == ["TRANSACTION", "ADVICE"]


@pytest.mark.parametrize("number", ["654321", None])
def test_other_number_refuses_it(bank: BankProcess, number: str | None) -> None:
    reference = sold(bank, CALL)
    reply = bank.cash("referral", reference, **({"authorisationId": number} if number else {}))
    assert (reply["responseCode"], reply["newStatus"]) == ("05", "REFUSED")
    assert bank.cash("referral", reference, authorisationId="123456")["responseCode"] == "24"


def test_merchant_without_the_right_does_not_force(bank: BankProcess) -> None:
    reference = new_reference()
    bank.order(CALL, reference, merchant=OTHER)
    assert bank.cash("referral", reference, authorisationId="123456", merchant=OTHER)["responseCode"] == "40"


def test_sale_awaiting_a_call_can_be_cancelled(bank: BankProcess) -> None:
    assert bank.cash("cancel", sold(bank, CALL), 10000)["newStatus"] == "CANCELLED"


@pytest.mark.parametrize(("verb", "status"), [("acceptChallenge", "TO_VALIDATE"), ("refuseChallenge", "CANCELLED")])
def test_sale_held_by_the_bank_waits_for_a_decision(bank: BankProcess, verb: str, status: str) -> None:
    bank.fault("cardOrder", "challenge")
    reference = sold(bank)
    assert bank.inquire(reference)["transactionStatus"] == "TO_CHALLENGE"
    assert bank.cash("validate", reference, 10000)["responseCode"] == "24"
    assert bank.cash(verb, reference)["newStatus"] == status
    assert bank.cash(verb, reference)["responseCode"] == "24"
