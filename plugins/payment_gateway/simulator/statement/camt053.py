"""A statement as camt.053.001.02 (ISO 20022), one account, one day."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from .entries import CHARGEBACK, COMMISSION, REFUNDS, SALES, TAX, TRANSFER, Entry
from .statement import Statement

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        SALES: ("MCRD", "POSP"),
        REFUNDS: ("MCRD", "RIMB"),
        CHARGEBACK: ("MCRD", "UPCT"),
        COMMISSION: ("MCRD", "COMM"),
        TAX: ("MCRD", "TAXE"),
        TRANSFER: ("RCDT", "ESCT"),
    }
)


def render(statement: Statement, now: datetime) -> bytes:
    """Return the file, UTF-8; `now` is when it is made."""
    document = ET.Element("Document", {"xmlns": NAMESPACE})
    message = ET.SubElement(document, "BkToCstmrStmt")
    identity = f"{statement.account.number}-{statement.day:%Y%m%d}"
    made = now.replace(microsecond=0).isoformat()
    _texts(ET.SubElement(message, "GrpHdr"), MsgId=identity, CreDtTm=made)
    stated = ET.SubElement(message, "Stmt")
    _texts(stated, Id=identity, ElctrncSeqNb=str(statement.number), CreDtTm=made)
    account = ET.SubElement(stated, "Acct")
    _texts(ET.SubElement(account, "Id"), IBAN=statement.account.iban)
    _texts(account, Ccy="EUR")
    _balance(stated, "OPBD", statement.opening, statement.before.isoformat())
    _balance(stated, "CLBD", statement.closing, statement.day.isoformat())
    for number, entry in enumerate(statement.entries, statement.first):
        _entry(stated, entry, f"{statement.account.number}/{number}")
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return written


def _entry(stated: ET.Element, entry: Entry, reference: str) -> None:
    line = ET.SubElement(stated, "Ntry")
    _amount(line, entry.amount)
    _texts(line, Sts="BOOK")
    _texts(ET.SubElement(line, "BookgDt"), Dt=entry.booked.isoformat())
    _texts(ET.SubElement(line, "ValDt"), Dt=entry.value.isoformat())
    _texts(line, AcctSvcrRef=reference)
    code = ET.SubElement(line, "BkTxCd")
    domain = ET.SubElement(code, "Domn")
    _texts(domain, Cd="PMNT")
    family, detail = CODES[entry.code]
    _texts(ET.SubElement(domain, "Fmly"), Cd=family, SubFmlyCd=detail)
    _texts(ET.SubElement(code, "Prtry"), Cd=entry.code, Issr="CFONB")
    details = ET.SubElement(line, "NtryDtls")
    _texts(ET.SubElement(details, "Btch"), NbOfTxs=str(entry.count))
    one = ET.SubElement(details, "TxDtls")
    if entry.reference:
        _texts(ET.SubElement(one, "Refs"), EndToEndId=entry.reference[:35])
    remittance = ET.SubElement(one, "RmtInf")
    for text in (entry.label, *(text for _, text in entry.details)):
        ET.SubElement(remittance, "Ustrd").text = " ".join(text.split())[:140]
    _texts(line, AddtlNtryInf=entry.label)


def _balance(stated: ET.Element, kind: str, cents: int, day: str) -> None:
    balance = ET.SubElement(stated, "Bal")
    _texts(ET.SubElement(ET.SubElement(balance, "Tp"), "CdOrPrtry"), Cd=kind)
    _amount(balance, cents)
    _texts(ET.SubElement(balance, "Dt"), Dt=day)


def _amount(parent: ET.Element, cents: int) -> None:
    units, rest = divmod(abs(cents), 100)
    ET.SubElement(parent, "Amt", {"Ccy": "EUR"}).text = f"{units}.{rest:02d}"
    _texts(parent, CdtDbtInd="CRDT" if cents >= 0 else "DBIT")


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text
