"""The bank's statements of lived days, read by an independent reader and held against our books, line by line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from plugins.payment_gateway.simulator.statement import camt053, cfonb120
from plugins.payment_gateway.simulator.statement.accounts import account_of
from plugins.payment_gateway.simulator.statement.statement import statement_of
from tests.bank.statement_reader import Line, Read, read_camt053, read_cfonb120
from tests.days.bookings import (
    AMEX,
    CARDS,
    Booking,
    Piece,
    differences,
    of_amex,
    of_remittance,
    of_unpaid,
    pieces_of,
)  # fmt: skip
from tools.product import Product


@dataclass(frozen=True)
class Lived:
    """What was lived: the remittances with their lines (those before `first` too, which the bank booked meanwhile), what
    came back unpaid on which day, how much people refunded of each sale, which approved sales
    were not remitted, and what the bank printed by account."""

    first: date
    remittances: Sequence[dict[str, Any]]
    unpaid: Sequence[tuple[date, dict[str, Any]]]
    refunded: Mapping[str, int]
    not_remitted: Mapping[str, str]
    net_from: date | None
    statements: dict[str, list[Read]]


def read_statements(product: Product, folder: Path, days: Sequence[date]) -> dict[str, list[Read]]:
    """Let the bank print these days, both accounts, in both formats."""
    return {number: [_statement(product, folder, number, day) for day in days] for number in (CARDS, AMEX)}


def _statement(product: Product, folder: Path, number: str, day: date) -> Read:
    """One day of one account, the same in both formats; Mondays' are printed by the command."""
    if day.weekday() == 0:
        files = []
        for kind in ("cfonb120", "camt053"):
            out = folder / f"{number}-{day}.{kind}"
            words = ("--date", day.isoformat(), "--account", number, "--format", kind, "--out", str(out))
            product.command("bank", "statement", *words)
            files.append(out.read_bytes())
    else:
        found = statement_of(product.folder, account_of(number=number), day)
        files = [cfonb120.render(found), camt053.render(found, datetime.now(UTC))]
    one, other = read_cfonb120(files[0]), read_camt053(files[1])
    assert [_said(line) for line in one.lines] == [_said(line) for line in other.lines]
    assert (one.opening, one.closing) == (other.opening, other.closing)
    return one


def _said(line: Line) -> tuple[object, ...]:
    return line.code, line.amount, line.booked, line.value, line.label


def check(lived: Lived) -> list[str]:
    """What does not add up; nothing, if all is well."""
    wrong = []
    for account, statements in lived.statements.items():
        for before, after in itertools.pairwise(statements):
            if not before.adds_up or not after.adds_up or before.closing != after.opening:
                wrong.append(f"account {account}: {after.closed} does not chain")
    mine = [each for each in lived.remittances if each["date"] >= lived.first.isoformat()]
    wrong += [
        f"remittance {name_of(each)} is {each['state']}"
        for each in mine
        if each["lines"] and each["state"] != ("SENT" if each["net_amount"] else "SETTLED")
    ]
    wrong += [
        f"{reference}: approved, cancelled by nobody, and {state}" for reference, state in lived.not_remitted.items()
    ]
    for reference, amount in lived.refunded.items():
        remitted = sum(
            line["amount"]
            for each in mine
            for line in each["lines"]
            if line["reference"] == reference and line["name"] == "CREDIT"
        )
        if remitted != amount:
            wrong.append(f"{reference}: people refunded {amount}, {remitted} was remitted")
    printed = [
        Booking(account, line.booked, line.value, line.code, line.amount, line.label)
        for account, statements in lived.statements.items() for each in statements for line in each.lines
    ]  # fmt: skip
    days = {each.closed for statements in lived.statements.values() for each in statements}
    expected = [each for each in _expected(lived) if each.booked in days]
    return [*wrong, *differences(expected, printed), *_unnamed(lived.statements[AMEX])]


def _expected(lived: Lived) -> Iterator[Booking]:
    """Every line our books explain."""
    amex: list[Piece] = []
    for each in lived.remittances:
        pieces = pieces_of(each)
        amex += [piece for piece in pieces if piece.brand == "AMEX"]
        cards = [piece for piece in pieces if piece.brand != "AMEX"]
        yield from of_remittance((each["contract"], each["number"]), cards, lived.net_from)
    for day, sale in lived.unpaid:
        if sale["brand"] == "AMEX":
            amex.append(Piece("UNPAID", "AMEX", sale["unpaid_amount"], day))
        else:
            yield of_unpaid(day, sale["unpaid_amount"], sale["authorisation_id"])
    yield from of_amex(amex)


def _unnamed(statements: Sequence[Read]) -> list[str]:
    """Transfers of American Express that do not say which remittances they pay (interface.md "Files")."""
    lines = [line for each in statements for line in each.lines if line.amount > 0]
    return [
        f"American Express names no remittance on {line.booked}"
        for line in lines if not any(kind == "LIB" and text.startswith("REM ") for kind, text in line.details)
    ]  # fmt: skip


def name_of(remittance: dict[str, Any]) -> str:
    """Contract and number."""
    return f"{remittance['contract']}-{remittance['number']}"
