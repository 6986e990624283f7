"""Doing a verb with several sales: each its own unit under its own key, none stopped by another, and what came of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from flask import g
from flask_babel import gettext

from ..database import release_request_connection
from ..domain.errors import DomainError, InvalidInput
from ..domain.states import OperationStatus
from ..extensions import db
from ..forms.bulk import Ticked, row_key
from ..models.queries.bulk import was_submitted
from ..models.queries.desk import sale_numbered
from ..ports import ActionRequest, Answer, TransactionAction
from ..web import formats, labels
from ..web.refusals import field_sentences, sentence
from .action_results import message_of

log = structlog.get_logger(__name__)
LONGEST = 40.0  # seconds after which no further row is begun: a person waits, and the rest is one key away
DONE, ASKED, UNKNOWN, WAITING, REFUSED, LATER = "done", "asked", "unknown", "waiting", "refused", "later"
TONES = {DONE: "good", ASKED: "info", WAITING: "wait", UNKNOWN: "alert", REFUSED: "bad", LATER: "plain"}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one row: the sale as it is now, one of the kinds above, and a sentence."""

    row: Ticked
    sale: Any
    kind: str
    text: str

    @property
    def tone(self) -> str:
        """Return the tone of its badge."""
        return TONES[self.kind]


def run_rows(action: TransactionAction, rows: Sequence[Ticked], asked: ActionRequest, key: str) -> list[Result]:
    """Do the action with each row, one after the other; whatever happens to one, the next is tried."""
    begun = time.monotonic()
    results = []
    for row in rows:
        if time.monotonic() - begun > LONGEST:
            sale = sale_numbered(db.session(), row.sale_id)
            results.append(Result(row, sale, LATER, gettext("Not begun yet.")))
            continue
        results.append(_run(action, row, asked, row_key(key, action.name, row.sale_id)))
    return results


def _run(action: TransactionAction, row: Ticked, asked: ActionRequest, key: str) -> Result:
    try:
        sale = sale_numbered(db.session(), row.sale_id)
        changed = _changed(row, sale)
        if changed and not was_submitted(db.session(), sale.merchant_id, key):
            return Result(row, sale, REFUSED, changed)
        done = action.handler(g.actor, sale.reference, _request(action, row, asked), key)
    except DomainError as error:
        release_request_connection()
        sale = sale_numbered(db.session(), row.sale_id)
        return Result(row, sale, REFUSED, _refusal(error, sale))
    except Exception as error:  # noqa: BLE001 - one row's accident is told beside it and stops no other
        log.error("bulk_row_failed", verb=action.name, error=type(error).__name__)
        release_request_connection()
        text = gettext("Something went wrong here: look at this sale before you try again.")
        return Result(row, sale_numbered(db.session(), row.sale_id), UNKNOWN, text)
    sale = sale_numbered(db.session(), done.transaction_id)
    return Result(row, sale, _kind(done, sale), message_of(done, sale, action).text)


def _request(action: TransactionAction, row: Ticked, asked: ActionRequest) -> ActionRequest:
    """The amount is the one the person saw: when less is left under the lock, the verb refuses it as too much."""
    if "amount" not in action.form:
        return asked
    return replace(asked, amount=row.amount, given=asked.given | {"amount"})


def _changed(row: Ticked, sale: Any) -> str | None:
    """Say what changed since the page was shown; None when nothing did."""
    if (sale.state, sale.amount) == (row.state, row.amount):
        return None
    return str(
        gettext(
            "Changed since the list was shown: it was %(before)s over %(amount)s, it is %(now)s over %(left)s. "
            "Nothing was done.",
            before=labels.label(row.state),
            amount=formats.amount(row.amount, sale.currency),
            now=labels.label(sale.state),
            left=formats.amount(sale.amount, sale.currency),
        )
    )


def _refusal(error: DomainError, sale: Any) -> str:
    zone = sale.merchant.zone
    if isinstance(error, InvalidInput):
        return " ".join(field_sentences(error, sale.currency, zone).values())
    return sentence(error, sale.currency, zone)


def _kind(done: Answer, sale: Any) -> str:
    if done.code == "approval_required":
        return ASKED
    if done.code is not None:
        return REFUSED
    if done.status != 202:
        return DONE
    operation = next((each for each in sale.operations if each.id == done.operation_id), None)
    return WAITING if operation is not None and operation.status == OperationStatus.WAITING else UNKNOWN


def counted(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Return (sentence, tone) of each kind that occurs, in the order a person asks: how many done, how many not."""
    found = Counter(each.kind for each in results)
    return [(_count_words(kind, found[kind]), TONES[kind]) for kind in TONES if found[kind]]


def _count_words(kind: str, number: int) -> str:
    words = {
        DONE: gettext("%(number)s done", number=number),
        ASKED: gettext("%(number)s to be approved by a second person", number=number),
        WAITING: gettext("%(number)s waiting for the bank", number=number),
        UNKNOWN: gettext("%(number)s not known yet", number=number),
        REFUSED: gettext("%(number)s not done", number=number),
        LATER: gettext("%(number)s not begun", number=number),
    }
    return str(words[kind])
