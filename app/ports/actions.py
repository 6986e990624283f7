"""A verb a plug-in adds to transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..domain.actor import Actor
from .desk import ActionRequest, Answer


@dataclass(frozen=True, slots=True)
class TransactionAction:
    """A verb a plug-in adds to transactions: a button on screens and `POST /transactions/{reference}/{name}`.

    `form` names the ActionRequest fields its form shows (none = a confirmation). `handler(actor, reference, request,
    key)` returns an Answer. `states` are the states it applies to.
    """

    name: str
    label: str
    right: str
    states: frozenset[str]
    handler: Callable[[Actor, str, ActionRequest, str], Answer]
    form: tuple[str, ...] = ()
    confirmation: str | None = None
    bulk: bool = False
