"""What a ticket says, copy by copy: the customer's shows the last four digits only and no expiry (trust.md, CB rules)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from ..domain.states import OperationName, State
from ..web import formats
from .code_words import word

MERCHANT, CUSTOMER = "merchant", "customer"
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ticket:
    """One copy, ready to print or to mail."""

    copy: str
    head: tuple[str, ...]
    title: str
    lines: tuple[Line, ...]
    amount: str
    foot: str
    duplicata: bool = False

    def text(self) -> str:
        """Return the ticket as plain text, for a mail."""
        marks = [gettext("DUPLICATA")] if self.duplicata else []
        lines = [gettext("%(label)s: %(value)s", label=label, value=value) for label, value in self.lines]
        return "\n".join([*self.head, "", *marks, self.title, self.amount, "", *lines, "", self.foot, ""])


def ticket(sale: Any, operation: Any, copy: str, *, duplicata: bool = False) -> Ticket:
    """Return one copy of the ticket of an operation of a sale, loaded with merchant and contract."""
    amount = operation.amount if operation.name != OperationName.ADVICE else sale.original_amount
    return Ticket(
        copy=copy,
        head=tuple(part for part in (sale.merchant.name, _siret(sale), gettext("Card payment at a distance")) if part),
        title=_title(operation),
        lines=tuple((label, value) for label, value in _lines(sale, operation, copy) if value),
        amount=formats.amount(amount, sale.currency),
        foot=gettext("Merchant's copy, to be kept") if copy == MERCHANT else gettext("Customer's copy, to be kept"),
        duplicata=duplicata,
    )


def kind_of(operation: Any) -> str:
    """Return what the ticket is about, in a word."""
    if operation.name == OperationName.CREDIT:
        return str(gettext("Refund"))
    return str(gettext("Cancellation") if operation.name == OperationName.CANCEL else gettext("Sale"))


def _title(operation: Any) -> str:
    if operation.name == OperationName.CREDIT:
        return str(gettext("REFUND: CREDIT"))
    return str(gettext("CANCELLATION") if operation.name == OperationName.CANCEL else gettext("SALE: DEBIT"))


def _siret(sale: Any) -> str | None:
    return f"SIRET {sale.merchant.siret}" if sale.merchant.siret else None


def _lines(sale: Any, operation: Any, copy: str) -> list[tuple[str, str | None]]:
    zone, theirs = sale.merchant.zone, copy == CUSTOMER
    card = f"************{sale.last4}" if theirs else sale.masked_pan
    lines: list[tuple[str, str | None]] = [
        (gettext("Contract"), sale.contract.number),
        (gettext("Date"), formats.moment(operation.settled_at or operation.created_at, zone)),
        (gettext("Ordered by"), str(word(sale.channel))),
        (gettext("Order number"), sale.order_number),
        (gettext("Reference"), sale.reference),
        (gettext("Card"), f"{sale.brand} {card}"),
    ]
    if not theirs:
        lines.append((gettext("Expiry"), f"{sale.card_expiry[4:]}/{sale.card_expiry[2:4]}"))
    lines.append((gettext("Authorisation"), sale.authorisation_id))
    if operation.name in (OperationName.CREDIT, OperationName.CANCEL):
        taken = formats.moment(sale.created_at, zone)
        amount = formats.amount(sale.original_amount, sale.currency)
        lines.append((gettext("Sale"), gettext("%(amount)s on %(when)s", amount=amount, when=taken)))
        if not theirs:
            lines.append((gettext("Done by"), operation.created_by))
    else:
        lines.append((gettext("Remittance"), _remitted(sale)))
        if not theirs:
            lines.append((gettext("Taken by"), sale.created_by))
    return lines


def _remitted(sale: Any) -> str | None:
    if sale.state == State.TO_VALIDATE:
        return str(gettext("once shipped, %(day)s at the latest", day=formats.day(sale.limit_date)))
    return formats.day(sale.capture_date) if sale.capture_date else None
