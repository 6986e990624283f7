"""The verbs as registered actions: their buttons, forms and API routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.domain.actor import Actor
from app.domain.states import STORED
from app.domain.text import N_
from app.domain.verbs import STATES, Verb
from app.ports import ActionRequest, Answer, TransactionAction
from app.security import profiles

from .desk import Desk

# verb, label, right, the ActionRequest fields its form shows, confirmation, bulk
_ACTIONS: tuple[tuple[Verb, str, str, tuple[str, ...], str | None, bool], ...] = (
    (Verb.VALIDATE, N_("Validate"), profiles.VALIDATE, ("amount", "note"), N_("Keep this amount and remit it?"), True),
    (Verb.CAPTURE, N_("Capture now"), profiles.CAPTURE, ("note",), N_("Send this sale to the bank now?"), True),
    (Verb.CANCEL, N_("Cancel"), profiles.CANCEL, ("amount", "reason", "note"), N_("Cancel this amount?"), True),
    (Verb.REFUND, N_("Refund now"), profiles.REFUND, ("amount", "reason", "note"), N_("Refund this amount?"), False),
    (Verb.DUPLICATE, N_("Duplicate"), profiles.DUPLICATE,
     ("amount", "order_number", "capture_mode", "capture_day", "note"), N_("Have the card authorised again?"), False),
    (Verb.FORCE, N_("Force"), profiles.FORCE, ("authorisation_number", "note"), None, False),
    (Verb.ACCEPT_CHALLENGE, N_("Accept"), profiles.CHALLENGE, ("note",), N_("Accept this sale?"), False),
    (Verb.REFUSE_CHALLENGE, N_("Refuse"), profiles.CHALLENGE, ("reason", "note"), N_("Refuse this sale?"), False),
    (Verb.AMEND, N_("Amend"), profiles.AMEND, ("order_number", "customer_id", "customer", "shipping_date", "note"), None,
     False),
    (Verb.MOVE, N_("Move"), profiles.MOVE, ("capture_date", "shipping_date"), None, True),
    (Verb.HOLD, N_("Hold"), profiles.HOLD, ("note",), N_("Keep this sale out of the remittances?"), True),
    (Verb.RELEASE, N_("Release"), profiles.HOLD, ("note",), N_("Put this sale back into the remittances?"), True),
    (Verb.WITHDRAW, N_("Withdraw"), profiles.CANCEL, ("operation", "note"), N_("Withdraw what waits?"), False),
    (Verb.RESOLVE, N_("Resolve"), profiles.RESOLVE, ("decision", "outcome", "note"), None, False),
)  # fmt: skip


def actions(desk: Desk) -> Iterator[TransactionAction]:
    """Yield one action a verb, in the order their buttons stand."""
    for verb, label, right, form, confirmation, bulk in _ACTIONS:
        states = frozenset(STATES[verb]) & frozenset(STORED)
        yield TransactionAction(verb, label, right, states, _handler(desk, verb), form, confirmation, bulk)


def _handler(desk: Desk, verb: Verb) -> Callable[[Actor, str, ActionRequest, str], Answer]:
    def handle(actor: Actor, reference: str, request: ActionRequest, key: str) -> Answer:
        return desk.act(actor, reference, verb, request, key)

    return handle
