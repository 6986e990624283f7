"""What may be done with a sale now, as links to the forms that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext

from ..domain.actor import Actor
from ..domain.verbs import Verb
from ..plugin import registry
from ..ports import TransactionAction

_CORE = frozenset(str(verb) for verb in Verb)


@dataclass(frozen=True, slots=True)
class ActionLink:
    """One button: its word and the form it leads to."""

    name: str
    label: str
    url: str


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


def action_links(sale: Any) -> list[ActionLink]:
    """Return the links for the person of this request."""
    return [
        ActionLink(action.name, str(gettext(action.label)), action_url(sale.id, action.name))
        for action in possible_actions(g.actor, sale)
    ]


def action_url(transaction_id: int, verb: str) -> str:
    """Return the address of an action's form."""
    return url_for("ActionFormsView.act", id=transaction_id, verb=verb)


def show_url(transaction_id: int) -> str:
    """Return the address of a transaction's page (interface.md)."""
    return f"/transactions/show/{transaction_id}"
