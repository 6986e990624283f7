"""The merchants of this request's scope, read once."""

from __future__ import annotations

from flask import request

from ..extensions import db
from ..models.queries.merchants import MerchantFacts, merchants_in_scope
from ..web.formats import ZONE

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


def zones_seen() -> dict[int, str]:
    """Return the zone of each merchant, by its id: a row's times stand in its own."""
    return {each.id: each.zone for each in merchants_seen()}


def zones_to_name() -> frozenset[str]:
    """Return the zones a list names beside its times: where there are several, each but the business's own."""
    zones = frozenset(zones_seen().values())
    return zones - {ZONE} if len(zones) > 1 else frozenset()


def zone_to_name(zone: str | None) -> str | None:
    """Return the zone a record's page names beside its times, None for the business's own."""
    return None if zone == ZONE else zone
