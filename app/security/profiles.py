"""The rights matrix as data (interface.md "Rights"); `egestion init` makes one FAB role of each profile.

A right is what a verb demands of its Actor. `own` rights restrict writing only: reading always covers the merchant.
Where a rule needs the row (own sale, same day, below manager), the verb that holds the row checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..domain.text import N_

READ = "read"
ENTER = "enter"
FORCE = "force"
CANCEL = "cancel"
CANCEL_OWN = "cancel_own"  # own sale: the same day, or until remittance where the merchant says so
AMEND = "amend"
AMEND_OWN = "amend_own"
VALIDATE = "validate"
CAPTURE = "capture"
MOVE = "move"
HOLD = "hold"
DUPLICATE = "duplicate"
REFUND = "refund"
RESOLVE = "resolve"
APPROVE = "approve"
CHALLENGE = "challenge"
REMITTANCES = "remittances"
EXPORT = "export"
STATEMENTS = "statements"
UNPAID = "unpaid"
JOURNALS = "journals"
RISK = "risk"
SETTINGS = "settings"
PEOPLE = "people"
ADMINISTER = "administer"
AUDIT = "audit"
ALARMS = "alarms"

_REPAIR = {VALIDATE, CAPTURE, MOVE, HOLD, DUPLICATE, REFUND, RESOLVE, APPROVE, CHALLENGE, ALARMS}
_COUNTER = {ENTER, FORCE}
_BOOKS = {STATEMENTS, UNPAID, JOURNALS}


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile: FAB role name, label, rights; `administrator` sees settings of all merchants and no money."""

    role: str
    label: str
    rights: frozenset[str]
    administrator: bool = False


def _profile(role: str, label: str, *groups: set[str], administrator: bool = False) -> Profile:
    return Profile(role, label, frozenset().union(*groups), administrator)


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.role: profile
        for profile in (
            _profile("Clerk", N_("Clerk"), {READ, CANCEL_OWN, AMEND_OWN}, _COUNTER),
            _profile("Supervisor", N_("Supervisor"), {READ, CANCEL, AMEND, REMITTANCES, EXPORT}, _COUNTER, _REPAIR),
            _profile("Accountant", N_("Accountant"), {READ, REMITTANCES, EXPORT}, _BOOKS),
            _profile("Risk officer", N_("Risk officer"), {READ, CHALLENGE, RISK, EXPORT}),
            _profile(
                "Merchant manager",
                N_("Merchant manager"),
                {READ, CANCEL, AMEND, REMITTANCES, EXPORT, RISK, SETTINGS, PEOPLE},
                _COUNTER,
                _REPAIR,
                _BOOKS,
            ),
            _profile("Auditor", N_("Auditor"), {READ, REMITTANCES, EXPORT, AUDIT}),
            _profile("Platform administrator", N_("Platform administrator"), {ADMINISTER}, administrator=True),
        )
    }
)

#: Whom a manager invites and disables. An auditor looks at managers too, so the administrator appoints them.
BELOW_MANAGER = ("Clerk", "Supervisor", "Accountant", "Risk officer")


def rights_of(roles: list[str]) -> frozenset[str]:
    """Return the rights of a person who has these FAB roles; unknown roles give none."""
    return frozenset().union(*(PROFILES[role].rights for role in roles if role in PROFILES))
