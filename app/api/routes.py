"""Every route of the API with all that is said of it: routed, described and tested by this one table."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from ..domain.fields import Field
from ..domain.verbs import Verb
from ..forms.actions import DECISION, TAKES, fields_of
from ..forms.orders import ORDER
from ..models.queries import operations, remittances, transactions, unpaid
from ..plugin import registry
from . import books
from . import transactions as sales
from .book_shapes import LISTED_OPERATION, UNPAID, remittance_detail_schema, remittance_schema
from .endpoints import WRITE_PROBLEMS, Endpoint
from .pages import page_schema
from .shapes import TEXT, Schema, schema_of
from .transaction_shape import detail_schema, transaction_schema


def endpoints(app: Flask) -> Sequence[Endpoint]:
    """Return the endpoints of the app: ours, and one for each action its plug-ins registered."""
    ours = {verb.value for verb in Verb}
    actions = [each for each in registry(app).actions.values() if each.name not in ours]
    return (
        *_sales(),
        *(_verb(verb) for verb in Verb if verb is not Verb.MOVE),
        *(
            _action(each.name, sales.action_view(each, fields), fields)
            for each in actions
            for fields in [fields_of(each.form)]
        ),
        *_books(),
    )


def _sales() -> tuple[Endpoint, ...]:
    taken = {201: ("recorded, REFUSED too", transaction_schema()), 202: ("PENDING", _with_code(detail_schema()))}
    return (
        Endpoint(
            "POST", "/transactions", "take", "Take an order", sales.take, taken, body=ORDER, problems=WRITE_PROBLEMS
        ),
        Endpoint(
            "GET", "/transactions", "list_transactions", "List transactions", sales.listed,
            {200: ("a page", page_schema(transaction_schema()))}, query=transactions.PARAMETERS,
        ),
        Endpoint(
            "GET", "/transactions/<reference>", "show_transaction", "Show a transaction", sales.shown,
            {200: ("with operations and events", detail_schema())},
        ),
        Endpoint(
            "PATCH", "/transactions/<reference>", "move", "Move a sale to another capture_date, or to its shipping_date", sales.moved,
            _done(), body=TAKES[Verb.MOVE], problems=WRITE_PROBLEMS,
        ),
    )  # fmt: skip


def _verb(verb: Verb) -> Endpoint:
    return _action(verb.value, sales.verb_view(verb), TAKES[verb], duplicate=verb is Verb.DUPLICATE)


def _action(name: str, view: object, fields: tuple[Field, ...], *, duplicate: bool = False) -> Endpoint:
    answers = {201: ("the new transaction", transaction_schema()), 202: ("PENDING", detail_schema())}
    return Endpoint(
        "POST", f"/transactions/<reference>/{name}", name, f"{name.replace('-', ' ').capitalize()} a transaction",
        view, answers if duplicate else _done(), body=fields, problems=WRITE_PROBLEMS,  # type: ignore[arg-type]
    )  # fmt: skip


def _books() -> tuple[Endpoint, ...]:
    operation = _of_merchant(schema_of(LISTED_OPERATION))
    return (
        Endpoint(
            "GET", "/operations", "list_operations", "List operations by their own date", books.operations,
            {200: ("a page", page_schema(operation))}, query=operations.PARAMETERS,
        ),
        *(
            Endpoint(
                "POST", f"/approvals/<id>/{verb}", verb, f"{verb.capitalize()} what another person asked for",
                books.decision(verb == "approve"), _done(), body=DECISION, problems=WRITE_PROBLEMS,
            )
            for verb in ("approve", "reject")
        ),
        Endpoint(
            "GET", "/remittances", "list_remittances", "List remittances", books.remittances,
            {200: ("a page", page_schema(_of_merchant(remittance_schema())))}, query=remittances.PARAMETERS,
        ),
        Endpoint(
            "GET", "/remittances/<contract>/<number>", "show_remittance", "Show a remittance", books.one_remittance,
            {200: ("with its lines", _of_merchant(remittance_detail_schema()))},
        ),
        Endpoint(
            "GET", "/unpaid", "list_unpaid", "List unpaid", books.unpaid,
            {200: ("a page", page_schema(_of_merchant(schema_of(UNPAID))))}, query=unpaid.PARAMETERS,
        ),
    )  # fmt: skip


def _done() -> dict[int, tuple[str, Schema]]:
    return {200: ("settled", detail_schema()), 202: ("under way, waiting or requested", _with_code(detail_schema()))}


def _with_code(schema: Schema) -> Schema:
    return {**schema, "properties": {**schema["properties"], "code": {**TEXT, "enum": ["approval_required"]}}}


def _of_merchant(schema: Schema) -> Schema:
    return {
        **schema,
        "required": ["merchant", *schema["required"]],
        "properties": {"merchant": TEXT, **schema["properties"]},
    }
