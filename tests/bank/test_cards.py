"""Every card of the interface document's table, and what the bank says to other cards."""

import pytest

from .conftest import OTHER, BankProcess, NoAnswer, new_reference, order_fields

VISA, MASTERCARD, AMEX = "4111111111111111", "5555555555554444", "378282246310005"


@pytest.mark.parametrize(
    ("card", "response", "acquirer", "status"),
    [
        ("4970100000000006", "00", "00", "TO_VALIDATE"),
        ("4970100000000022", "02", "02", "REFERRAL"),
        ("4970100000000055", "05", "05", "REFUSED"),
        ("4970100000000147", "14", "14", "REFUSED"),
        ("4970100000000410", "05", "41", "REFUSED"),
        ("4970100000000519", "05", "51", "REFUSED"),
        ("4970100000000543", "54", "54", "REFUSED"),
        ("4970100000000915", "05", "91", "REFUSED"),
        ("4970100000000675", "00", "00", "TO_VALIDATE"),
    ],
)
def test_card_of_the_table_is_answered_as_the_table_says(
    bank: BankProcess, card: str, response: str, acquirer: str, status: str
) -> None:
    reference = new_reference()
    reply = bank.order(card, reference)
    assert (reply["responseCode"], reply["acquirerResponseCode"]) == (response, acquirer)
    facts = bank.inquire(reference)
    assert (facts["responseCode"], facts["acquirerResponseCode"]) == (response, acquirer)
    assert facts["transactionStatus"] == status
    assert facts["maskedPan"] == f"497010######{card[-4:]}"
    assert ("authorisationId" in reply) == (response == "00")
    (entry,) = bank.journal(reference)
    assert (entry["operation"], entry["responseCode"], entry["newStatus"]) == ("TRANSACTION", response, status)
    assert entry["answered"] is True


def test_wrong_security_code_is_named(bank: BankProcess) -> None:
    assert bank.order("4970100000000147")["cardCSCResultCode"] == "4E"


@pytest.mark.parametrize(
    ("card", "authorised"),
    [
        ("4970100000000600", True),
        ("4970100000000618", False),
        ("4970100000000626", True),
        ("4970100000000634", False),
        ("4970100000000642", True),
    ],
)
def test_card_that_is_not_answered(bank: BankProcess, card: str, authorised: bool) -> None:
    reference = new_reference()
    with pytest.raises(NoAnswer):
        bank.order(card, reference, patience=0.4)
    facts = bank.inquire(reference)
    assert facts["getTransDataResponseCode"] == ("00" if authorised else "25")
    entries = bank.journal(reference)
    assert [entry["responseCode"] for entry in entries] == (["00"] if authorised else [])
    assert not any(entry["answered"] for entry in entries)


def test_late_card_is_answered_after_the_delay(bank: BankProcess) -> None:
    bank.control(late_ms=300)
    reference = new_reference()
    assert bank.order("4970100000000626", reference)["responseCode"] == "00"
    assert bank.journal(reference)[0]["answered"] is True


def test_answer_to_a_peer_that_has_left_is_not_called_answered(bank: BankProcess) -> None:
    bank.control(late_ms=400)
    reference = new_reference()
    with pytest.raises(NoAnswer):
        bank.order("4970100000000626", reference, patience=0.1)
    bank.control(late_ms=0)
    bank.order("4970100000000626")
    assert bank.journal(reference)[0]["answered"] is False


def test_garbage_card_is_authorised(bank: BankProcess) -> None:
    reference = new_reference()
    with pytest.raises(ValueError, match="decode"):
        bank.order("4970100000000659", reference)
    assert bank.inquire(reference)["transactionStatus"] == "TO_VALIDATE"


def test_other_reference_card_is_answered_about_another_sale(bank: BankProcess) -> None:
    reference = new_reference()
    reply = bank.order("4970100000000667", reference)
    assert reply["responseCode"] == "00"
    assert reply["transactionReference"] != reference
    assert bank.inquire(reference)["transactionStatus"] == "TO_VALIDATE"


def test_capture_refused_by_the_card_s_bank(bank: BankProcess) -> None:
    reference = new_reference()
    bank.order("4970100000000675", reference)
    reply = bank.cash("validate", reference, 10000)
    assert (reply["responseCode"], reply["acquirerResponseCode"], reply["newStatus"]) == ("05", "05", "TO_VALIDATE")
    assert bank.cash("cancel", reference, 10000)["newStatus"] == "CANCELLED"


@pytest.mark.parametrize(
    ("card", "fields", "brand"),
    [
        (VISA, {}, "VISA"),
        (MASTERCARD, {}, "MASTERCARD"),
        (AMEX, {"cardCSCValue": "1234"}, "AMEX"),
        ("4970100000000014", {}, "CB"),
        ("4970100000000014", {"paymentMeanBrand": "VISA"}, "VISA"),
        (VISA, {"cardCSCValue": None}, "VISA"),
    ],
)
def test_any_other_right_card_is_approved(bank: BankProcess, card: str, fields: dict[str, str], brand: str) -> None:
    reference = new_reference()
    assert bank.order(card, reference, **fields)["responseCode"] == "00"
    assert bank.inquire(reference)["paymentMeanBrand"] == brand


@pytest.mark.parametrize(
    ("card", "fields", "response", "acquirer"),
    [
        ("4970100000000007", {}, "14", "14"),  # check digit
        ("6011111111111117", {}, "05", "15"),  # a scheme not taken
        (VISA, {"paymentMeanBrand": "CB"}, "12", None),  # a brand the card does not bear
        (VISA, {"cardExpiryDate": "202001"}, "54", "54"),
        (VISA, {"cardCSCValue": "1234"}, "14", "14"),
        (VISA, {"currencyCode": "036"}, "03", "03"),
        (AMEX, {"cardCSCValue": "123"}, "05", "05"),
        (AMEX, {"cardCSCValue": None}, "05", "05"),
        (AMEX, {"cardCSCValue": "1234", "cardExpiryDate": "202001"}, "54", "05"),
        (AMEX, {"cardCSCValue": "1234", "currencyCode": "840"}, "03", "03"),
        (AMEX, {"cardCSCValue": "1234", "merchant": OTHER}, "03", "03"),
        (VISA, {"currencyCode": "840", "merchant": OTHER}, "03", "03"),
    ],
)
def test_wrong_card_is_refused(
    bank: BankProcess, card: str, fields: dict[str, str], response: str, acquirer: str | None
) -> None:
    reply = bank.order(card, **fields)
    assert (reply["responseCode"], reply.get("acquirerResponseCode")) == (response, acquirer)
    assert reply["transactionStatus"] == "REFUSED"


@pytest.mark.parametrize(("asked", "answered"), [("51", "05"), ("04", "04"), ("02", "02"), ("14", "05")])
def test_amex_answers_five_codes_only(bank: BankProcess, asked: str, answered: str) -> None:
    bank.fault("cardOrder", f"refuse:{asked}")
    assert bank.order(AMEX, cardCSCValue="1234")["acquirerResponseCode"] == answered


def test_bank_code_outside_the_platform_s_list_reads_05(bank: BankProcess) -> None:
    bank.fault("cardOrder", "refuse:34")
    reply = bank.order()
    assert (reply["responseCode"], reply["acquirerResponseCode"]) == ("05", "34")


def test_expired_date_comes_before_the_scenario(bank: BankProcess) -> None:
    assert bank.order("4970100000000618", cardExpiryDate="202001", patience=1)["responseCode"] == "54"


def test_no_card_number_and_no_code_rests_in_the_store(bank: BankProcess) -> None:
    for number, code in ((VISA, "987"), ("4970100000000055", "987"), ("6011111111111117", "987")):
        bank.order(number, cardCSCValue=code)
    bank.send("checkout/cardOrder", order_fields(VISA))  # unsealed
    held = b"".join(file.read_bytes() for file in (bank.data / "bank").iterdir())
    assert VISA[:6].encode() + b"######1111" in held
    for number in (VISA, "4970100000000055", "6011111111111117"):
        assert number.encode() not in held
    assert (bank.data / "bank" / "fingerprint.key").stat().st_mode & 0o777 == 0o600
