"""A transaction as the API shows it (interface.md "Transaction"), and its operations and events."""

from __future__ import annotations

from typing import Any

from ..domain.actor import Actor
from ..domain.brands import BRANDS, MAESTRO
from ..domain.states import STORED, CaptureMode, OperationName, OperationStatus
from ..models.merchant import CUSTOMER_FIELDS
from ..models.transaction import CHANNELS, Transaction
from ..models.unpaid import STAGES
from ..plugin import registry
from .shapes import AMOUNT, DAY, MOMENT, TEXT, WHOLE, Part, Schema, attribute, schema_of, shown, words

CUSTOMER = tuple(attribute(name, TEXT, nullable=True) for name in CUSTOMER_FIELDS)
UNPAID = (attribute("stage", words(STAGES)), attribute("amount", AMOUNT))
OPERATION = (
    attribute("id", WHOLE),
    attribute("sequence", WHOLE),
    attribute("name", words(OperationName)),
    attribute("amount", AMOUNT),
    attribute("status", words(OperationStatus)),
    attribute("reason", TEXT, nullable=True),
    attribute("note", TEXT, nullable=True),
    attribute("response_code", TEXT, nullable=True),
    attribute("acquirer_response_code", TEXT, nullable=True),
    attribute("created_at", MOMENT),
    attribute("created_by", TEXT),
    attribute("approved_by", TEXT, nullable=True),
    attribute("settled_at", MOMENT, nullable=True),
)
EVENT = (
    attribute("at", MOMENT),
    attribute("kind", TEXT),
    attribute("from_state", TEXT),
    attribute("to_state", words(STORED)),
    attribute("amount", AMOUNT),
    attribute("captured_amount", AMOUNT),
    attribute("refunded_amount", AMOUNT),
    attribute("reserved_amount", AMOUNT),
    attribute("actor", TEXT),
)


def _nullable(shape: tuple[Part, ...]) -> Schema:
    return {"anyOf": [schema_of(shape), {"type": "null"}]}


def _expiry(sale: Transaction) -> str:
    return f"{sale.card_expiry[4:]}/{sale.card_expiry[2:4]}"


def _customer(sale: Transaction) -> dict[str, Any] | None:
    return shown(CUSTOMER, sale.customer) if sale.customer is not None else None


def _unpaid(sale: Transaction) -> dict[str, Any] | None:
    return shown(UNPAID, sale.unpaid[-1]) if sale.unpaid else None


TRANSACTION = (
    attribute("reference", TEXT),
    attribute("merchant", TEXT, "merchant.short_name"),
    attribute("order_number", TEXT, nullable=True),
    attribute("channel", words(CHANNELS)),
    attribute("state", words(STORED)),
    attribute("original_amount", AMOUNT),
    attribute("amount", AMOUNT),
    attribute("captured_amount", AMOUNT),
    attribute("refunded_amount", AMOUNT),
    attribute("reserved_amount", AMOUNT),
    attribute("refundable_amount", AMOUNT),
    attribute("currency", TEXT),
    attribute("brand", words((*BRANDS, MAESTRO))),
    attribute("masked_pan", TEXT),
    Part("card_expiry", {"type": "string", "pattern": "^[0-9]{2}/[0-9]{2}$", "description": "MM/YY"}, _expiry),
    attribute("response_code", TEXT, nullable=True),
    attribute("acquirer_response_code", TEXT, nullable=True),
    attribute("authorisation_id", TEXT, nullable=True),
    attribute("complementary_code", TEXT, nullable=True),
    attribute("complementary_info", TEXT, nullable=True),
    attribute("capture_mode", words(CaptureMode)),
    attribute("capture_day", WHOLE),
    attribute("capture_date", DAY, nullable=True),
    attribute("limit_date", DAY, nullable=True),
    attribute("shipping_date", DAY, nullable=True),
    attribute("capture_error", TEXT, nullable=True),
    attribute("held", {"type": "boolean"}),
    attribute("created_at", MOMENT),
    attribute("created_by", TEXT),
    attribute("customer_id", TEXT, nullable=True),
    Part("customer", _nullable(CUSTOMER), _customer),
    attribute("return_context", TEXT, nullable=True),
    Part("unpaid", _nullable(UNPAID), _unpaid),
)
ALLOWED: Schema = {"type": "array", "items": TEXT, "description": "verbs possible now for the caller"}


def allowed(sale: Transaction, actor: Actor) -> list[str]:
    """Return the verbs possible now for the caller."""
    return registry().possible(actor, sale)


def transaction(sale: Transaction, actor: Actor) -> dict[str, Any]:
    """Return a sale as lists show it."""
    return {**shown(TRANSACTION, sale), "allowed": allowed(sale, actor)}


def transaction_detail(sale: Transaction, actor: Actor) -> dict[str, Any]:
    """Return a sale with its operations and events."""
    return {
        **transaction(sale, actor),
        "operations": [shown(OPERATION, each) for each in sale.operations],
        "events": [shown(EVENT, each) for each in sale.events],
    }


def transaction_schema() -> Schema:
    """Return the JSON Schema of `transaction`."""
    schema = schema_of(TRANSACTION)
    schema["required"].append("allowed")
    schema["properties"]["allowed"] = ALLOWED
    return schema


def detail_schema() -> Schema:
    """Return the JSON Schema of `transaction_detail`."""
    schema = transaction_schema()
    schema["required"] += ["operations", "events"]
    schema["properties"]["operations"] = {"type": "array", "items": schema_of(OPERATION)}
    schema["properties"]["events"] = {"type": "array", "items": schema_of(EVENT)}
    return schema
