"""The note beside a decision, read the same way wherever one is typed, and what is told of a card number in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g

from ..audit import record_card_found
from ..domain.errors import InvalidInput
from ..forms.actions import DECISION, read_action
from ..forms.typed import card_numbers_in


def refuse_cards(
    values: Mapping[str, str], place: str, merchant_id: int | None = None, data: Mapping[str, Any] | None = None
) -> None:
    """Raise InvalidInput naming the fields with a card number in them, telling the audit where and about what."""
    errors = card_numbers_in(values)
    if errors:
        record_card_found(g.actor, place, errors, merchant_id, data)
        raise InvalidInput(errors)


def read_note(
    values: Mapping[str, str], place: str, merchant_id: int | None = None, data: Mapping[str, Any] | None = None
) -> str | None:
    """Return the note; raises InvalidInput for a card number in it, which the audit is told, or one that is too long."""
    refuse_cards(values, place, merchant_id, data)
    return read_action(DECISION, dict(values)).note
