"""From what the desk answered to what the client gets: status, code and the transaction as it is now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app

from ..database import release_request_connection
from ..domain.text import N_
from ..extensions import db
from ..models.operation import Operation
from ..models.queries.transactions import sale_of
from ..ports import Answer
from .identity import actor
from .problems import respond
from .transaction_shape import transaction, transaction_detail

#: Words for the codes an answer of the desk may carry as a problem.
MESSAGES: Mapping[str, str] = {
    "bank_refused": N_("The bank refused the operation."),
    "not_sent": N_("Nothing was sent to the bank; it may be tried again."),
}
REPLAYED = "Idempotency-Replayed"


def json_answer(body: object, status: int = 200) -> Response:
    """Return a body as JSON that no cache keeps."""
    response = current_app.response_class(json.dumps(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def answered(answer: Answer) -> Response:
    """Return the desk's answer: 201 with the sale as lists show it, other successes in full, refusals as a problem."""
    if answer.sale is not None and answer.status == 201:
        response = json_answer(transaction(answer.sale, actor()), 201)
    else:
        response = _read_again(answer)
    if answer.replayed:
        response.headers[REPLAYED] = "true"
    return response


def _read_again(answer: Answer) -> Response:
    release_request_connection()
    sale = sale_of(db.session(), answer.reference, events=answer.status != 201)
    if answer.status >= 400:
        return _problem(answer, transaction_detail(sale, actor()))
    body = transaction(sale, actor()) if answer.status == 201 else transaction_detail(sale, actor())
    return json_answer(body | {"code": answer.code} if answer.code else body, answer.status)


def _problem(answer: Answer, sale: dict[str, Any]) -> Response:
    code = answer.code or "refused"
    operation = db.session().get(Operation, answer.operation_id) if answer.operation_id is not None else None
    more = {
        "response_code": operation.response_code if operation is not None else None,
        "acquirer_response_code": operation.acquirer_response_code if operation is not None else None,
        "transaction": sale,
    }
    return respond(answer.status, code, MESSAGES.get(code, N_("The request was refused.")), more=more)
