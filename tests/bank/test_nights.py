"""The bank's day: captures at 22:30, the blackout around them, limits that pass, all by the practice clock."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plugins.payment_gateway.simulator import night

from .conftest import BankProcess, new_reference

PARIS = ZoneInfo("Europe/Paris")


class Days:
    """A bank of its own whose clock is set to local times, `day` days from today."""

    def __init__(self, bank: BankProcess) -> None:
        self.bank = bank
        self.first = datetime.now(PARIS).date() + timedelta(days=1)

    def at(self, clock: str, day: int = 0) -> None:
        hour, minute = map(int, clock.split(":"))
        wanted = datetime(*(self.first + timedelta(days=day)).timetuple()[:3], hour, minute, tzinfo=PARIS)
        self.bank.clock(math.ceil((wanted - datetime.now(UTC)).total_seconds()))  # never before it

    def status(self, reference: str) -> str:
        return str(self.bank.inquire(reference)["transactionStatus"])


@pytest.fixture
def days(own_bank: Callable[[], BankProcess]) -> Days:
    return Days(own_bank())


def sold(bank: BankProcess, card: str = "4970100000000006", **fields: object) -> str:
    reference = new_reference()
    assert bank.order(card, reference, **fields)["responseCode"] in ("00", "02")
    return reference


def test_validated_sale_is_captured_by_the_night_s_run(days: Days) -> None:
    bank = days.bank
    bank.control(night=True)
    days.at("10:00")
    reference, other = sold(bank), sold(bank)
    assert bank.cash("validate", reference, 9000)["newStatus"] == "TO_CAPTURE"
    bank.cash("validate", other, 10000)
    assert bank.cash("cancel", other, 10000)["newStatus"] == "CANCELLED"  # until the run it can be stopped
    assert bank.cash("refund", reference, 100)["responseCode"] == "24"
    days.at("22:29")
    assert days.status(reference) == "TO_CAPTURE"
    days.at("22:30")
    facts = bank.inquire(reference)
    assert (facts["transactionStatus"], facts["currentAmount"]) == ("CAPTURED", 9000)
    assert facts["lastOperationName"] == "DEBIT_CAPTURE"
    assert facts["lastOperationDateTime"].endswith(("T22:30:00+01:00", "T22:30:00+02:00"))
    days.at("23:10")
    assert bank.cash("refund", reference, 100)["responseCode"] == "00"
    assert days.status(other) == "CANCELLED"


def test_blackout_takes_no_cash_operation(days: Days) -> None:
    bank = days.bank
    bank.control(night=True)
    days.at("21:54")
    reference, call, past = sold(bank), sold(bank, "4970100000000022"), sold(bank, captureMode="IMMEDIATE")
    for moment in ("21:55", "22:29", "23:04"):
        days.at(moment)
        for verb, about in (("validate", reference), ("cancel", reference), ("refund", past)):
            assert bank.cash(verb, about, 100)["responseCode"] == "90"
        assert bank.cash("referral", call, authorisationId="123456")["responseCode"] == "90"
    assert days.status(reference) == "TO_VALIDATE"
    assert sold(bank)  # authorisations go on
    days.at("23:05")
    assert bank.cash("validate", reference, 10000)["newStatus"] == "TO_CAPTURE"
    days.at("22:31", day=1)
    assert days.status(reference) == "CAPTURED"


def test_without_the_night_there_is_no_blackout(days: Days) -> None:
    days.at("22:15")
    reference = sold(days.bank)
    assert days.bank.cash("validate", reference, 10000)["newStatus"] == "CAPTURED"


def test_switching_the_night_off_captures_what_waits(days: Days) -> None:
    bank = days.bank
    bank.control(night=True)
    days.at("10:00")
    reference, own = sold(bank), sold(bank, captureMode="AUTHOR_CAPTURE", captureDay=1)
    bank.cash("validate", reference, 10000)
    bank.control(night=False)
    assert (days.status(reference), days.status(own)) == ("CAPTURED", "TO_CAPTURE")


def test_sale_not_validated_in_time_expires(days: Days) -> None:
    bank = days.bank
    days.at("10:00")
    reference, short = sold(bank, captureDay=6), sold(bank, captureDay=0)
    assert bank.inquire(reference)["captureLimitDate"] == f"{days.first + timedelta(days=6):%Y%m%d}"
    days.at("23:59", day=0)
    assert days.status(short) == "TO_VALIDATE"
    days.at("00:00", day=1)
    assert days.status(short) == "EXPIRED"
    days.at("23:59", day=6)
    assert days.status(reference) == "TO_VALIDATE"
    days.at("00:00", day=7)
    facts = bank.inquire(reference)
    assert (facts["transactionStatus"], facts["currentAmount"], facts["lastOperationName"]) == ("EXPIRED", 0, "EXPIRED")
    assert bank.cash("cancel", reference, 10000)["responseCode"] == "24"
    assert bank.cash("cancel", reference, 10000)["newStatus"] == "EXPIRED"
    assert [entry["operation"] for entry in bank.journal(reference)] == ["TRANSACTION", "CANCEL", "CANCEL"]


def test_author_capture_is_captured_on_its_day(days: Days) -> None:
    days.at("10:00")
    today, later = (sold(days.bank, captureMode="AUTHOR_CAPTURE", captureDay=day) for day in (0, 3))
    refused = sold(days.bank, "4970100000000675", captureMode="AUTHOR_CAPTURE", captureDay=0)
    days.at("22:31")
    assert (days.status(today), days.status(later), days.status(refused)) == ("CAPTURED", "TO_CAPTURE", "EXPIRED")
    evening = sold(days.bank, captureMode="AUTHOR_CAPTURE", captureDay=0)
    days.at("22:31", day=1)
    assert (days.status(later), days.status(evening)) == ("TO_CAPTURE", "CAPTURED")
    days.at("22:31", day=3)
    assert days.status(later) == "CAPTURED"


def test_forced_sale_counts_its_limit_from_the_forcing(days: Days) -> None:
    days.at("10:00")
    reference = sold(days.bank, "4970100000000022", captureDay=2)
    days.at("10:00", day=1)
    reply = days.bank.cash("referral", reference, authorisationId="123456")
    assert reply["captureLimitDate"] == f"{days.first + timedelta(days=3):%Y%m%d}"


def test_journal_and_replies_follow_the_clock(days: Days) -> None:
    days.at("10:00")
    reference = new_reference()
    reply = days.bank.order(reference=reference)
    assert reply["transactionDateTime"].startswith(f"{days.first}T10:00")
    at = datetime.fromisoformat(days.bank.journal(reference)[0]["at"])
    assert at.utcoffset() == timedelta(0)
    assert at.astimezone(PARIS).date() == days.first
    (days.bank.data / "clock.json").unlink()
    assert days.bank.order()["transactionDateTime"] < reply["transactionDateTime"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"offset_seconds": "x"}', '{"offset_seconds": 1e300}'])
def test_clock_file_that_cannot_be_read_leaves_the_time_alone(days: Days, text: str) -> None:
    days.at("10:00")
    assert days.bank.order()["transactionDateTime"].startswith(f"{days.first}T10:00")
    (days.bank.data / "clock.json").write_text(text)
    assert days.bank.order()["transactionDateTime"].startswith(f"{days.first}T10:00")


def test_run_and_end_of_day_on_days_of_23_and_25_hours() -> None:
    for text, run, end in (
        ("2026-03-29", "2026-03-29T20:30+00:00", "2026-03-29T22:00+00:00"),
        ("2026-10-25", "2026-10-25T21:30+00:00", "2026-10-25T23:00+00:00"),
        ("2026-10-24", "2026-10-24T20:30+00:00", "2026-10-24T22:00+00:00"),
    ):
        day = datetime.fromisoformat(text).date()
        assert night.run_of(day) == datetime.fromisoformat(run).timestamp()
        assert night.end_of(day) == datetime.fromisoformat(end).timestamp()
