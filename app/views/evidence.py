"""What is known of an operation without a certain outcome, in words: before it was sent, what the bank said since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import g
from flask_babel import gettext

from ..database import now, real_now
from ..domain.states import OPEN_STATUSES, OperationStatus, State
from ..domain.verbs import Verb
from ..plugin import registry
from ..web import formats, labels

OLD = timedelta(hours=24)  # from here on a person may decide (domain.md section 2)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of the bank: when, and what it said."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """An operation as the list and its page show it."""

    operation: Any
    sale: Any
    age: str
    being_sent: bool
    decidable: bool
    from_when: str
    before: str
    told: list[Told]
    difference: str | None
    proposal: Any
    own_proposal: bool
    cancelling: Any

    @property
    def open(self) -> bool:
        """Return whether the outcome is still not known."""
        return self.operation.status in OPEN_STATUSES

    @property
    def last(self) -> Told | None:
        """Return what the bank said last."""
        return self.told[0] if self.told else None


def evidence_of(operation: Any) -> Evidence:
    """Return the evidence of an operation loaded with its sale, the bank's last answer first."""
    sale, kept = operation.transaction, operation.evidence or {}
    zone, currency = sale.merchant.zone, sale.currency
    told = [
        Told(formats.moment(datetime.fromisoformat(each["at"]), zone), answer_words(each, currency))
        for each in reversed(kept.get("inquiries", ()))
    ]
    proposal: Any = kept.get("close")
    sent = operation.status == OperationStatus.SENT and operation.ended_at is None
    return Evidence(
        operation=operation,
        sale=sale,
        age=age_of(operation.created_at),
        being_sent=sent and operation.deadline is not None and operation.deadline > real_now(),
        decidable=Verb.RESOLVE in registry().possible(g.actor, sale),
        from_when=formats.moment(operation.created_at + OLD, zone) if sale.state == State.PENDING else "",
        before=_before(operation, currency),
        told=told,
        difference=answer_words({"found": True, **kept["different"]}, currency) if kept.get("different") else None,
        proposal=proposal,
        own_proposal=bool(proposal) and proposal.get("by_id") == g.actor.id,
        cancelling=kept.get("cancel"),
    )


def age_of(when: datetime) -> str:
    """Return how long ago a moment was, in the reader's words."""
    return format_timedelta(max(now() - when, timedelta(seconds=1)), locale=formats.locale_code())


def answer_words(answer: Any, currency: str) -> str:
    """Return what one answer of the bank said."""
    if answer.get("found") is None:
        return str(gettext("No usable answer."))
    if not answer["found"]:
        return str(gettext("The bank does not know it."))
    return _amounts(
        answer.get("status"), answer.get("amount"), answer.get("captured"), answer.get("refunded"), currency
    )


def _before(operation: Any, currency: str) -> str:
    if operation.before_status is None and operation.before_amount is None:
        return str(gettext("Nothing: this was the first request."))
    return _amounts(
        operation.before_status,
        operation.before_amount,
        operation.before_captured_amount,
        operation.before_refunded_amount,
        currency,
    )


def _amounts(status: str | None, amount: Any, captured: Any, refunded: Any, currency: str) -> str:
    return str(
        gettext(
            "%(status)s: authorised %(amount)s, remitted %(captured)s, refunded %(refunded)s",
            status=labels.label(status) if status else "–",
            amount=formats.amount(amount, currency),
            captured=formats.amount(captured, currency),
            refunded=formats.amount(refunded, currency),
        )
    )
