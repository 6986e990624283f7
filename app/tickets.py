"""Tickets of what was done with a card: printed once as the original and then as DUPLICATA, or mailed where asked for.

What a ticket says is written by the screens (app/views/ticket_lines.py); here is who may have one, and what is kept of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .database import now, unit_of_work
from .domain.actor import Actor
from .domain.errors import NotAllowedInState, NotFound
from .domain.states import Event, OperationName, OperationStatus, next_state
from .domain.text import N_
from .models import Operation, OutboxMail, Transaction, TransactionEvent
from .post.again import may_go_again, queue_again
from .post.outbox import queue_mail
from .security.profiles import ENTER, SETTINGS

SALES = (OperationName.TRANSACTION, OperationName.DUPLICATE, OperationName.ADVICE)
TICKETED = (*SALES, OperationName.CREDIT, OperationName.CANCEL)
MAIL = "ticket"  # the kind of the mail
NO_TICKET = N_("Only what a person asked for and the bank has done has a ticket.")
NOT_AGAIN = N_("This mail is still on its way, or is one that is made anew instead.")


def ticketed(operations: Sequence[Any]) -> list[Any]:
    """Return the operations of a sale that have a ticket: sales, refunds and cancellations that were done, by a person."""
    done = [each for each in operations if each.name in TICKETED and each.status == OperationStatus.DONE]
    return [each for each in done if each.created_by_id is not None]


def print_ticket(actor: Actor, operation_id: int) -> bool:
    """Note that the tickets of an operation were printed; True for the original, False for a DUPLICATA.

    Raises NotPermitted, NotFound, or NotAllowedInState for what has no ticket. Two at once are one original.
    """
    actor.demand(ENTER)
    with unit_of_work(actor) as session:
        sale, operation = _locked(session, operation_id)
        original = not _told(session, operation, Event.TICKET_PRINTED)
        _note(session, actor, sale, operation, Event.TICKET_PRINTED, {"duplicata": not original})
    return original


def mail_ticket(
    actor: Actor, operation_id: int, address: str, subject: str, body: str, language: str, key: str
) -> None:
    """Queue the customer's copy to an address the customer agreed to; the same form twice (`key`) is one mail.

    The consent is an event with the mail's Message-ID, in the unit that writes the mail. Raises as `print_ticket`, and
    MailRefused for an address that is none.
    """
    actor.demand(ENTER)
    with unit_of_work(actor) as session:
        sale, operation = _locked(session, operation_id)
        if _told(session, operation, Event.TICKET_MAILED, TransactionEvent.data["key"].as_string() == key):
            return
        mail = queue_mail(session, sale.merchant_id, MAIL, [address], subject, body, language)
        data = {"consent": True, "mail": mail.message_id, "key": key}
        _note(session, actor, sale, operation, Event.TICKET_MAILED, data)


def resend(actor: Actor, mail_id: int, key: str) -> None:
    """Queue a mail once more, for the same recipients; a ticket under the consent recorded with it.

    Raises NotFound, NotPermitted, NotAllowedInState for one that may not go again. The same form twice is one mail.
    """
    with unit_of_work(actor) as session:
        mail = session.scalar(select(OutboxMail).where(OutboxMail.id == mail_id).with_for_update())
        if mail is None:
            raise NotFound()
        actor.demand(SETTINGS)
        if not may_go_again(mail):
            raise NotAllowedInState(NOT_AGAIN, state=mail.state)
        if mail.kind == MAIL:
            _ticket_again(session, actor, mail, key)
        else:
            queue_again(session, mail, key)


def _ticket_again(session: Session, actor: Actor, mail: OutboxMail, key: str) -> None:
    actor.demand(ENTER)
    agreed = TransactionEvent.kind == Event.TICKET_MAILED.name
    told = session.scalar(
        select(TransactionEvent).where(agreed, TransactionEvent.data["mail"].as_string() == mail.message_id)
    )
    if told is None or told.operation_id is None:
        raise NotAllowedInState(NOT_AGAIN, state=mail.state)
    sale, operation = _locked(session, told.operation_id)
    again = queue_again(session, mail, key)
    if again is not None:
        data = {"consent": True, "mail": again.message_id, "key": key, "again": mail.message_id}
        _note(session, actor, sale, operation, Event.TICKET_MAILED, data)


def _locked(session: Session, operation_id: int) -> tuple[Transaction, Operation]:
    operation = session.scalar(select(Operation).where(Operation.id == operation_id))
    if operation is None:
        raise NotFound()
    sale = session.scalars(
        select(Transaction).where(Transaction.id == operation.transaction_id).with_for_update()
    ).one()
    if not ticketed([operation]):
        raise NotAllowedInState(NO_TICKET, state=operation.status)
    return sale, operation


def _told(session: Session, operation: Operation, event: Event, *more: Any) -> bool:
    found = select(func.count()).where(
        TransactionEvent.transaction_id == operation.transaction_id,
        TransactionEvent.operation_id == operation.id,
        TransactionEvent.kind == event.name,
        *more,
    )
    return bool(session.scalar(found))


def _note(
    session: Session, actor: Actor, sale: Transaction, operation: Operation, event: Event, data: dict[str, Any]
) -> None:
    """Write the event; nothing about the sale changes."""
    row = TransactionEvent(merchant_id=sale.merchant_id, transaction_id=sale.id, operation_id=operation.id, at=now())
    row.kind, row.from_state, row.to_state = event.name, sale.state, next_state(sale.state, event)
    row.amount, row.captured_amount = sale.amount, sale.captured_amount
    row.refunded_amount, row.reserved_amount = sale.refunded_amount, sale.reserved_amount
    row.actor_id, row.actor, row.data = actor.id, actor.name, data
    session.add(row)
