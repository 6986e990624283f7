"""A statement as CFONB 120: records 01, 04, 05, 07 of 120 characters, latin-1 (domain.md section 6).

Positions are those of the CFONB brochure of 2010; the sign is punched over the amount's last digit.
"""

from datetime import date

from .accounts import BANK, BRANCH
from .entries import Entry
from .statement import Statement

CREDIT, DEBIT = "{ABCDEFGHI", "}JKLMNOPQR"


def render(statement: Statement) -> bytes:
    """Return the file: one statement of one account, lines ended by CR LF."""
    lines = [_balance("01", statement, statement.before, statement.opening)]
    for number, entry in enumerate(statement.entries, statement.first):
        lines += _movement(statement, entry, number)
    lines.append(_balance("07", statement, statement.day, statement.closing))
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


def amount(cents: int) -> str:
    """Return 14 characters: thirteen digits, and the last one with the sign punched over it."""
    digits = f"{abs(cents):014d}"
    return digits[:-1] + (CREDIT if cents >= 0 else DEBIT)[int(digits[-1])]


def _balance(code: str, statement: Statement, day: date, cents: int) -> str:
    return _line(
        (1, code), (3, BANK), (12, BRANCH), (17, "EUR2"), (22, statement.account.number), (35, f"{day:%d%m%y}"),
        (91, amount(cents)),
    )  # fmt: skip


def _movement(statement: Statement, entry: Entry, number: int) -> list[str]:
    common = (
        (3, BANK), (8, "0000"), (12, BRANCH), (17, "EUR2"), (22, statement.account.number), (33, entry.code),
        (35, f"{entry.booked:%d%m%y}"),
    )  # fmt: skip
    lines = [
        _line(
            (1, "04"), *common, (43, f"{entry.value:%d%m%y}"), (49, entry.label), (82, f"{number % 10**7:07d}"),
            (91, amount(entry.amount)), (105, entry.reference[:16]),
        )
    ]  # fmt: skip
    lines += [_line((1, "05"), *common, (46, qualifier), (49, text[:70])) for qualifier, text in entry.details]
    return lines


def _line(*fields: tuple[int, str]) -> str:
    line = [" "] * 120
    for position, text in fields:
        line[position - 1 : position - 1 + len(text)] = text
    return "".join(line)
