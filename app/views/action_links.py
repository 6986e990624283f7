"""What may be done with a sale now, and where its page is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import g
from flask_babel import gettext

from ..database import release_request_connection
from ..domain.actor import Actor
from ..domain.errors import DomainError, NotAllowedInState
from ..domain.states import State
from ..domain.verbs import Verb
from ..plugin import registry
from ..ports import TransactionAction
from ..web import labels

_CORE = frozenset(str(verb) for verb in Verb)


def possible_actions(actor: Actor, sale: Any) -> list[TransactionAction]:
    """Return the registered actions possible now, in the order their buttons stand.

    The desk judges the verbs of the core; a plug-in's own action goes by its states and right. `sale` has its operations
    and merchant loaded.
    """
    known = registry()
    allowed = set(known.desk.allowed(actor, sale)) if known.has_desk else set()
    return [
        action
        for action in known.actions.values()
        if action.name in allowed
        or (action.name not in _CORE and sale.state in action.states and actor.may(action.right))
    ]


def show_url(transaction_id: int) -> str:
    """Return the address of a transaction's page (interface.md)."""
    return f"/transactions/show/{transaction_id}"


def bulk_url(verb: str, sale_ids: Iterable[int]) -> str:
    """Return the address of the form between several ticked sales and the verb."""
    return "/bulk/?" + urlencode([("verb", verb), *(("sale", each) for each in sale_ids)])


def status_of_refusal(action: TransactionAction, reference: str) -> int:
    """Return the status with which the action would be refused now: 403 or 409, as the API does (interface.md).

    Gives the request's connection back first: what the session loaded is not to be read any more.
    """
    release_request_connection()
    try:
        if action.name in _CORE:
            registry().demand(g.actor, reference, action.name)
        else:
            g.actor.demand(action.right)
    except DomainError as refusal:
        return refusal.status
    return NotAllowedInState.status


def why_not(action: TransactionAction, sale: Any) -> str:
    """Return why this person cannot do it with this sale now, in a sentence."""
    if sale.state not in action.states:
        state = labels.label(sale.state, "state")
        return str(gettext("This cannot be done while the transaction is %(state)s.", state=state))
    if not g.actor.may(action.right):
        return str(gettext("Your profile does not allow this."))
    if sale.state == State.PENDING and action.name == Verb.RESOLVE:
        return str(gettext("The bank is being asked; a person decides after 24 hours without an answer."))
    return str(gettext("This is not possible now: something else on this transaction comes first."))
