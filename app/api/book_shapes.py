"""Operations by date, remittances and unpaid as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..domain.states import OperationName
from ..models.operation import Operation
from ..models.queries.remittances import Sums
from ..models.remittance import STATES, Remittance
from ..models.unpaid import STAGES
from .shapes import AMOUNT, DAY, MOMENT, TEXT, WHOLE, Part, Schema, attribute, schema_of, shown, words
from .transaction_shape import OPERATION

LISTED_OPERATION = (
    attribute("reference", TEXT, "transaction.reference"),
    attribute("order_number", TEXT, "transaction.order_number", nullable=True),
    attribute("currency", TEXT, "transaction.currency"),
    *OPERATION,
)
LINE = (
    attribute("line", WHOLE, "remittance_line", nullable=True),
    attribute("reference", TEXT, "transaction.reference"),
    attribute("order_number", TEXT, "transaction.order_number", nullable=True),
    attribute("brand", TEXT, "transaction.brand"),
    attribute("sequence", WHOLE),
    attribute("name", words(OperationName)),
    attribute("status", TEXT),
    attribute("amount", AMOUNT),
    attribute("settled_at", MOMENT, nullable=True),
)
UNPAID = (
    attribute("id", WHOLE),
    attribute("reference", TEXT, "transaction.reference", nullable=True),
    attribute("order_number", TEXT, "transaction.order_number", nullable=True),
    attribute("stage", words(STAGES)),
    attribute("amount", AMOUNT),
    attribute("currency", TEXT),
    attribute("notified_on", DAY),
    attribute("response_deadline", DAY),
    attribute("reason_code", TEXT),
    attribute("scheme", TEXT, nullable=True),
    attribute("bank_reference", TEXT, nullable=True),
    attribute("created_at", MOMENT),
)
_REMITTANCE = (
    attribute("contract", TEXT, "contract.number"),
    attribute("number", WHOLE),
    attribute("date", DAY, "day"),
    attribute("state", words(STATES)),
    attribute("currency", TEXT, "contract.currency"),
)
_SUMS = (
    attribute("debit_amount", {**AMOUNT, "description": "sales, minor units"}),
    attribute("credit_amount", {**AMOUNT, "description": "refunds, minor units"}),
    attribute("net_amount", {"type": "integer", "description": "debit - credit, before commission"}),
)
_COUNT = attribute("lines", {"type": "integer", "minimum": 0, "description": "how many; what the bank refused is none"})
# What the account was credited or debited for it is told by the reconciliation journal (option JRB); no table holds it yet.
_BANK_LINES = Part(
    "bank_lines",
    {
        "type": ["array", "null"],
        "items": {"type": "object"},
        "description": "lines of the bank's statement matched to it; null until a reconciliation journal supplies them",
    },
    lambda _sums: None,
)


def remittance(row: Remittance, sums: Sums) -> dict[str, Any]:
    """Return a remittance as lists show it: how many lines it has."""
    return {**shown(_REMITTANCE, row), **shown((*_SUMS, _COUNT, _BANK_LINES), sums)}


def remittance_detail(row: Remittance, sums: Sums, lines: Sequence[Operation]) -> dict[str, Any]:
    """Return a remittance with each of its lines."""
    listed = [shown(LINE, each) for each in lines]
    return {**shown(_REMITTANCE, row), **shown((*_SUMS, _BANK_LINES), sums), "lines": listed}


def remittance_schema() -> Schema:
    """Return the JSON Schema of `remittance`."""
    return schema_of((*_REMITTANCE, *_SUMS, _COUNT, _BANK_LINES))


def remittance_detail_schema() -> Schema:
    """Return the JSON Schema of `remittance_detail`."""
    lines: Schema = {"type": "array", "items": schema_of(LINE)}
    return schema_of((*_REMITTANCE, *_SUMS, _BANK_LINES, Part("lines", lines, lambda _row: None)))
