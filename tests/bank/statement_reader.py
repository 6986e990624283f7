"""An independent reading of statements: by the positions of the CFONB brochure and the elements of camt.053, nothing of the
product is used."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass
class Line:
    """One movement: signed cents."""

    code: str
    booked: date
    value: date
    label: str
    amount: int
    number: str
    reference: str
    details: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Read:
    """One statement."""

    account: str
    opening: int
    closing: int
    opened: date
    closed: date
    lines: list[Line]

    @property
    def adds_up(self) -> bool:
        """Whether opening and movements make the closing."""
        return self.opening + sum(line.amount for line in self.lines) == self.closing


PUNCHED = {
    **{sign: (1, digit) for digit, sign in enumerate("{ABCDEFGHI")},
    **{sign: (-1, digit) for digit, sign in enumerate("}JKLMNOPQR")},
}


def signed(text: str) -> int:
    """Fourteen characters, the last one punched."""
    assert len(text) == 14
    sign, digit = PUNCHED[text[-1]]
    return sign * (int(text[:-1]) * 10 + digit)


def day(text: str) -> date:
    """DDMMYY."""
    return datetime.strptime(text, "%d%m%y").date()  # noqa: DTZ007 - a date without a time


def read_cfonb120(content: bytes) -> Read:
    """One statement; raises AssertionError where a record has not its form."""
    records = content.decode("latin-1").split("\r\n")
    assert records.pop() == ""
    assert all(len(record) == 120 for record in records), [len(record) for record in records]
    first, last = records[0], records[-1]
    assert (first[:2], last[:2]) == ("01", "07")
    assert {record[21:32] for record in records} == {first[21:32]}
    assert {record[16:20] for record in records} == {"EUR2"}
    lines: list[Line] = []
    for record in records[1:-1]:
        if record[:2] == "04":
            lines.append(
                Line(
                    record[32:34], day(record[34:40]), day(record[42:48]), record[48:79].rstrip(), signed(record[90:104]),
                    record[81:88], record[104:120].rstrip(),
                )
            )  # fmt: skip
        else:
            assert record[:2] == "05"
            assert record[32:34] == lines[-1].code
            lines[-1].details.append((record[45:48], record[48:118].rstrip()))
    return Read(first[21:32], signed(first[90:104]), signed(last[90:104]), day(first[34:40]), day(last[34:40]), lines)


def read_camt053(content: bytes) -> Read:
    """One statement of a camt.053.001.02 file."""
    space = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"}
    root = ET.fromstring(content)  # noqa: S314 - our own bank's file

    def text(element: ET.Element, path: str) -> str:
        found = element.find("/".join(f"c:{part}" for part in path.split("/")), space)
        assert found is not None, path
        return found.text or ""

    def cents(element: ET.Element) -> int:
        units, rest = text(element, "Amt").split(".")
        assert len(rest) == 2
        return (int(units) * 100 + int(rest)) * (1 if text(element, "CdtDbtInd") == "CRDT" else -1)

    (statement,) = root.findall(".//c:Stmt", space)
    balances = {text(each, "Tp/CdOrPrtry/Cd"): each for each in statement.findall("c:Bal", space)}
    lines = [
        Line(
            text(each, "BkTxCd/Prtry/Cd"), date.fromisoformat(text(each, "BookgDt/Dt")),
            date.fromisoformat(text(each, "ValDt/Dt")), text(each, "AddtlNtryInf"), cents(each), text(each, "AcctSvcrRef"),
            text(each, "BkTxCd/Domn/Fmly/SubFmlyCd"),
        )
        for each in statement.findall("c:Ntry", space)
    ]  # fmt: skip
    return Read(
        text(statement, "Acct/Id/IBAN"), cents(balances["OPBD"]), cents(balances["CLBD"]),
        date.fromisoformat(text(balances["OPBD"], "Dt/Dt")), date.fromisoformat(text(balances["CLBD"], "Dt/Dt")), lines,
    )  # fmt: skip
