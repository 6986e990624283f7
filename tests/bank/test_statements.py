"""The bank's statements: a credit per remittance, commission, VAT, unpaid, American Express apart; days that chain."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from plugins.payment_gateway.simulator.preload import PastSale, load_past
from plugins.payment_gateway.simulator.schema import FILE, folder_of, open_database
from plugins.payment_gateway.simulator.statement import camt053, cfonb120
from plugins.payment_gateway.simulator.statement.accounts import ACCOUNTS, OPENING, account_of
from plugins.payment_gateway.simulator.statement.chargebacks import NotPossible, charge_back
from plugins.payment_gateway.simulator.statement.statement import Statement, set_layout, statement_of
from tests.bank.statement_reader import Read, read_camt053, read_cfonb120

WEDNESDAY = datetime(2027, 3, 10, 20, 30, tzinfo=UTC)  # 21:30 in Paris
NOW = datetime(2027, 3, 20, 12, tzinfo=UTC)
_numbers = itertools.count(1)


def sale(amount: int = 10_000, at: datetime = WEDNESDAY, number: int = 7, **more: Any) -> PastSale:
    reference = f"R{next(_numbers):012d}"
    brand = more.get("brand", "CB")
    contract = "9876543210" if brand == "AMEX" else "1234567890"
    values: dict[str, Any] = {
        "merchant_id": "002001000000001", "reference": reference, "amount": amount, "current_amount": amount,
        "refunded_amount": sum(each[1] for each in more.get("credits", ())), "status": "CAPTURED", "created_at": at,
        "last_operation": "VALIDATE", "last_operation_at": at, "brand": brand, "masked_pan": "497010######0006",
        "pan_expiry": "203012", "captured_at": at, "capture_origin": f"{contract}-{number}", "authorisation_id": "123456",
    }  # fmt: skip
    return PastSale(**values | more)


def of(data: Path, day: str, **account: str) -> Statement:
    return statement_of(data, account_of(**account), date.fromisoformat(day))


def lines(statement: Statement) -> list[tuple[str, int, str]]:
    return [(entry.code, entry.amount, entry.label) for entry in statement.entries]


def test_a_remittance_is_one_credit_of_the_next_bank_day_with_its_costs_apart(tmp_path: Path) -> None:
    load_past(tmp_path, [sale(10_000), sale(2_550, brand="VISA")])
    assert of(tmp_path, "2027-03-10").entries == []
    statement = of(tmp_path, "2027-03-11")
    assert lines(statement) == [
        ("30", 12_550, "REM 1234567890 7"), ("62", -70, "COM REM 1234567890 7"), ("67", -14, "TVA REM 1234567890 7"),
    ]  # fmt: skip
    assert (statement.opening, statement.closing) == (OPENING, OPENING + 12_466)
    assert [entry.value for entry in statement.entries] == [date(2027, 3, 12), date(2027, 3, 11), date(2027, 3, 11)]


def test_refunds_stand_beside_the_sales_of_their_remittance(tmp_path: Path) -> None:
    load_past(tmp_path, [sale(10_000, credits=((WEDNESDAY, 4_000, "1234567890-7"),))])
    assert lines(of(tmp_path, "2027-03-11"))[:2] == [
        ("30", 10_000, "REM 1234567890 7"),
        ("36", -4_000, "REM 1234567890 7"),
    ]


def test_what_joined_after_the_cut_off_is_booked_with_its_remittance(tmp_path: Path) -> None:
    late, next_day = WEDNESDAY + timedelta(hours=2), WEDNESDAY + timedelta(days=1)
    load_past(
        tmp_path,
        [sale(10_000, credits=((late, 4_000, "1234567890-8"),)), sale(9_000, next_day, 8), sale(500, next_day, 8)],
    )
    assert lines(of(tmp_path, "2027-03-11"))[:1] == [("30", 10_000, "REM 1234567890 7")]
    assert lines(of(tmp_path, "2027-03-12"))[:2] == [
        ("30", 9_500, "REM 1234567890 8"),
        ("36", -4_000, "REM 1234567890 8"),
    ]
    chain = [of(tmp_path, f"2027-03-{day}") for day in (10, 11, 12, 15)]
    assert all(before.closing == after.opening for before, after in itertools.pairwise(chain))


def test_a_line_days_later_is_a_credit_of_its_own(tmp_path: Path) -> None:
    load_past(tmp_path, [sale(10_000), sale(500, WEDNESDAY + timedelta(days=2), 7)])
    assert lines(of(tmp_path, "2027-03-11"))[:1] == [("30", 10_000, "REM 1234567890 7")]
    assert lines(of(tmp_path, "2027-03-15"))[:1] == [("30", 500, "REM 1234567890 7")]


def test_net_is_one_amount_from_the_day_it_is_chosen(tmp_path: Path) -> None:
    later = WEDNESDAY + timedelta(days=1)
    load_past(tmp_path, [sale(10_000), sale(10_000, later, 8, credits=((later, 4_000, "1234567890-8"),))])
    set_layout(tmp_path, "net", later)
    assert len(of(tmp_path, "2027-03-11").entries) == 3
    assert lines(of(tmp_path, "2027-03-12")) == [("30", 10_000 - 4_000 - 50 - 10, "REM 1234567890 8")]


def test_a_remittance_of_nothing_has_no_line_but_its_costs(tmp_path: Path) -> None:
    load_past(tmp_path, [sale(10_000, credits=((WEDNESDAY, 10_000, "1234567890-7"),), status="CREDITED")])
    assert [entry.code for entry in of(tmp_path, "2027-03-11").entries] == ["62", "67"]


def test_closed_days_book_nothing_and_move_the_credit(tmp_path: Path) -> None:
    friday = WEDNESDAY + timedelta(days=2)
    load_past(tmp_path, [sale(at=friday), sale(at=friday + timedelta(days=1), number=8)])
    for day in ("2027-03-13", "2027-03-14"):
        closed = of(tmp_path, day)
        assert closed.entries == []
        assert closed.opening == closed.closing
    assert [entry.label for entry in of(tmp_path, "2027-03-15").entries if entry.code == "30"] == [
        "REM 1234567890 7", "REM 1234567890 8",
    ]  # fmt: skip


def test_one_days_closing_is_the_next_ones_opening(tmp_path: Path) -> None:
    load_past(tmp_path, [sale(1_000 + each, WEDNESDAY + timedelta(days=each), each + 1) for each in range(20)])
    days = [date(2027, 3, 10) + timedelta(days=each) for each in range(25)]
    statements = [statement_of(tmp_path, account_of(), day) for day in days]
    assert all(one.closing == next_.opening for one, next_ in itertools.pairwise(statements))
    assert sum(len(each.entries) for each in statements) == 60


def test_american_express_pays_by_itself_net_by_transfer(tmp_path: Path) -> None:
    load_past(tmp_path, [sale(10_000, brand="AMEX"), sale(brand="CB")])
    assert [entry.code for entry in of(tmp_path, "2027-03-11").entries] == ["30", "62", "67"]
    amex = of(tmp_path, "2027-03-15", number="00020001002")
    assert lines(amex) == [("05", 10_000 - 250 - 50, "AMERICAN EXPRESS")]
    assert amex.entries[0].details == (("LIB", "REM 9876543210 7"),)


def test_an_unpaid_is_a_debit_of_its_own_day(tmp_path: Path) -> None:
    past = sale(10_000)
    load_past(tmp_path, [past])
    monday = datetime(2027, 3, 22, 9, tzinfo=UTC)
    charge_back(tmp_path, past.reference, "10.4", monday, 4_000)
    statement = of(tmp_path, "2027-03-22")
    assert lines(statement) == [("38", -4_000, "IMPAYE CB 123456")]
    details = dict(statement.entries[0].details)
    assert details["LIB"] == "CONTRAT 1234567890 AUT 123456 CARTE 497010######0006"
    assert details["LCC"] == "MOTIF 10.4"
    assert past.reference in details["REF"]


@pytest.mark.parametrize(
    ("change", "amount", "reason"),
    [({}, 10_001, "10.4"), ({}, None, "too long a reason"), ({}, None, ""), ({"status": "CANCELLED", "captured_at": None}, None, "10.4")],
)  # fmt: skip
def test_what_cannot_come_back_is_refused_and_nothing_is_booked(
    tmp_path: Path, change: dict[str, Any], amount: int | None, reason: str
) -> None:
    past = sale(10_000, **change)
    load_past(tmp_path, [past])
    with pytest.raises(NotPossible):
        charge_back(tmp_path, past.reference, reason, NOW, amount)
    with pytest.raises(NotPossible, match="no such sale"):
        charge_back(tmp_path, "UNKNOWN", "10.4", NOW)
    assert all(entry.code != "38" for entry in of(tmp_path, "2027-03-22").entries)


def test_it_comes_back_once(tmp_path: Path) -> None:
    past = sale(10_000)
    load_past(tmp_path, [past])
    charge_back(tmp_path, past.reference, "10.4", NOW, 6_000)
    charge_back(tmp_path, past.reference, "10.4", NOW)
    with pytest.raises(NotPossible):
        charge_back(tmp_path, past.reference, "10.4", NOW)
    assert sum(entry.amount for entry in of(tmp_path, "2027-03-22").entries) == -10_000


def both(data: Path, day: str) -> tuple[Read, Read]:
    statement = of(data, day)
    return read_cfonb120(cfonb120.render(statement)), read_camt053(camt053.render(statement, NOW))


def test_both_formats_say_the_same_to_an_independent_reader(tmp_path: Path) -> None:
    load_past(
        tmp_path,
        [sale(12_345 + each, number=each, credits=((WEDNESDAY, 100, f"1234567890-{each}"),)) for each in range(1, 9)],
    )
    one, other = both(tmp_path, "2027-03-11")
    assert one.adds_up
    assert other.adds_up
    assert len(one.lines) == len(other.lines) == 32
    assert [(line.code, line.amount, line.booked, line.value, line.label) for line in one.lines] == [
        (line.code, line.amount, line.booked, line.value, line.label) for line in other.lines
    ]
    assert (one.opening, one.closing, one.opened, one.closed) == (
        other.opening,
        other.closing,
        other.opened,
        other.closed,
    )
    assert other.account == account_of().iban
    assert {line.reference for line in other.lines} == {"POSP", "RIMB", "COMM", "TAXE"}
    assert ("REF", "1234567890-1") in one.lines[0].details


def test_an_empty_day_is_a_statement_too(tmp_path: Path) -> None:
    one, other = both(tmp_path, "2027-03-11")
    assert (one.lines, other.lines) == ([], [])
    assert one.opening == one.closing == other.opening == other.closing == OPENING


@pytest.mark.parametrize("cents", [0, 1, -1, 9, -9, 10, 12_345, -12_340, 99_999_999_999_99])
def test_amounts_are_punched(cents: int) -> None:
    from tests.bank.statement_reader import signed

    assert signed(cfonb120.amount(cents)) == cents


def test_ibans_have_their_check_digits() -> None:
    for account in ACCOUNTS:
        moved = account.iban[4:] + account.iban[:4]
        assert int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def test_a_store_of_an_earlier_version_gets_its_movements_once(tmp_path: Path) -> None:
    load_past(tmp_path, [sale(10_000)])
    file = folder_of(tmp_path) / FILE
    with sqlite3.connect(file) as database:
        database.execute("DROP TABLE movement")
        database.execute("ALTER TABLE sale DROP COLUMN capture_origin")
    for _ in range(2):
        open_database(tmp_path).close()
    first = of(tmp_path, "2027-03-11").entries[0]
    assert (first.code, first.amount) == ("30", 10_000)


def test_accounts_are_named() -> None:
    assert account_of("OTHER").number == "00020002001"
    for wrong in ({"merchant": "NOBODY"}, {"number": "1"}, {"merchant": "OTHER", "number": "00020001001"}):
        with pytest.raises(LookupError, match="00020001001"):
            account_of(**wrong)
