"""What may be done with a sale now, and where its page is."""

from __future__ import annotations

from typing import Any

from ..domain.actor import Actor
from ..domain.verbs import Verb
from ..plugin import registry
from ..ports import TransactionAction

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
