"""The merchants of this request's scope, read once."""

from __future__ import annotations

from flask import request

from ..extensions import db
from ..models.queries.merchants import MerchantFacts, merchants_in_scope

_KEPT = "egestion.merchants"


def merchants_seen() -> tuple[MerchantFacts, ...]:
    """Return them by short name; one statement a request."""
    found: tuple[MerchantFacts, ...] | None = request.environ.get(_KEPT)
    if found is None:
        found = request.environ[_KEPT] = merchants_in_scope(db.session())
    return found


def merchant_name(merchant_id: int | None) -> str:
    """Return a merchant's short name for a cell of a list."""
    return next((each.short_name for each in merchants_seen() if each.id == merchant_id), "–")
