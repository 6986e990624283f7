"""Who acts: resolved once per request or job, handed to every verb, never the ORM user."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import NotFound, NotPermitted


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the machine itself; `merchants` are ids in scope, `rights` the names of app/security/profiles.py."""

    id: int | None
    name: str
    merchants: tuple[int, ...]
    rights: frozenset[str]
    administrator: bool = False

    def may(self, right: str) -> bool:
        """Return whether the actor has the right."""
        return right in self.rights

    def demand(self, right: str) -> None:
        """Raise NotPermitted unless the actor has the right."""
        if right not in self.rights:
            raise NotPermitted(right=right)

    def demand_merchant(self, merchant_id: int) -> None:
        """Raise NotFound for a merchant out of scope: its existence is not told."""
        if merchant_id not in self.merchants:
            raise NotFound()


def machine(merchant_id: int, *rights: str, name: str = "e-gestion") -> Actor:
    """Return the actor of a job working for one merchant."""
    return Actor(None, name, (merchant_id,), frozenset(rights))
