"""What a person may ask for in which state, and the right it takes (domain.md section 2, interface.md "Rights")."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from .states import NOT_DUPLICABLE, STORED
from .states import State as S


class Verb(StrEnum):
    CANCEL = "cancel"
    REFUND = "refund"
    VALIDATE = "validate"
    CAPTURE = "capture"
    AMEND = "amend"
    DUPLICATE = "duplicate"
    ACCEPT_CHALLENGE = "accept-challenge"
    REFUSE_CHALLENGE = "refuse-challenge"
    FORCE = "force"
    WITHDRAW = "withdraw"
    HOLD = "hold"
    RELEASE = "release"
    MOVE = "move"
    RESOLVE = "resolve"


STATES: Mapping[Verb, frozenset[S]] = MappingProxyType(
    {
        Verb.CANCEL: frozenset({S.TO_CAPTURE, S.TO_VALIDATE, S.TO_CHALLENGE, S.REFERRAL}),
        Verb.REFUND: frozenset({S.CAPTURED}),
        Verb.VALIDATE: frozenset({S.TO_VALIDATE}),
        Verb.CAPTURE: frozenset({S.TO_CAPTURE}),
        Verb.AMEND: frozenset(STORED),
        Verb.DUPLICATE: frozenset(STORED) - frozenset(NOT_DUPLICABLE),
        Verb.ACCEPT_CHALLENGE: frozenset({S.TO_CHALLENGE}),
        Verb.REFUSE_CHALLENGE: frozenset({S.TO_CHALLENGE}),
        Verb.FORCE: frozenset({S.REFERRAL}),
        Verb.WITHDRAW: frozenset(STORED),
        Verb.HOLD: frozenset({S.TO_CAPTURE}),
        Verb.RELEASE: frozenset({S.TO_CAPTURE}),
        Verb.MOVE: frozenset({S.TO_CAPTURE}),
        Verb.RESOLVE: frozenset({S.PENDING}),
    }
)
PART_ALLOWED: Mapping[Verb, frozenset[S]] = MappingProxyType(
    {
        Verb.CANCEL: frozenset({S.TO_CAPTURE, S.TO_VALIDATE}),
        Verb.REFUND: frozenset({S.CAPTURED}),
        Verb.VALIDATE: frozenset({S.TO_VALIDATE}),
    }
)
