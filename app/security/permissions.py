"""Which of FAB's permissions a set of profiles has, read once per set and kept for seconds, not asked per button."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

PermissionSet = frozenset[tuple[str, str]]  # (permission, view or menu)
FRESH = 30.0  # seconds; `egestion init` is what changes them, after which the web processes start anew

_OF_ROLES = text(
    """SELECT DISTINCT p.name, v.name FROM ab_role r
    JOIN ab_permission_view_role pvr ON pvr.role_id = r.id
    JOIN ab_permission_view pv ON pv.id = pvr.permission_view_id
    JOIN ab_permission p ON p.id = pv.permission_id
    JOIN ab_view_menu v ON v.id = pv.view_menu_id
    WHERE r.name = ANY (:roles)"""
)


class PermissionSets:
    """The permission set of each set of roles that was asked for. Safe under threads: entries are replaced whole."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[frozenset[str], tuple[float, PermissionSet]] = {}

    def of(self, session: Session, roles: Iterable[str]) -> PermissionSet:
        """Return the permissions of people who have these roles; nothing for no role."""
        key = frozenset(roles)
        if not key:
            return frozenset()
        found = self._known.get(key)
        if found is None or self._clock() - found[0] > FRESH:
            rows = session.execute(_OF_ROLES, {"roles": sorted(key)})
            found = (self._clock(), frozenset((row[0], row[1]) for row in rows))
            self._known[key] = found
        return found[1]

    def forget(self) -> None:
        """Read everything anew: profiles were synchronised in this process."""
        self._known = {}
