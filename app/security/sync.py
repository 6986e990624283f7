"""Profiles made into FAB roles: what the views declare (`rights`) against the matrix, written in one transaction.

FAB's own synchronisation commits permission by permission and swallows its errors; this one is exact and all or nothing.
`egestion init` runs it after migrating; web workers never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from ..database import NOTHING, unit_of_work
from .profiles import PROFILES, Profile

EVERYBODY = "everybody"  # whoever has a profile
ADMIN, PUBLIC = "Admin", "Public"  # FAB's built-in roles: no members, no permissions
Pair = tuple[str, str]  # (permission, view or menu)
Needs = frozenset[str]  # any of these rights


def sync(builder: Any) -> None:
    """Write permissions, views, menus and the permissions of each profile, exactly as declared.

    Raises ValueError naming the view that does not say which right one of its permissions takes.
    """
    wanted = declared(builder)
    with unit_of_work(NOTHING) as session:
        pairs = _write_pairs(session, wanted)
        roles = {role.name: role for role in session.scalars(select(Role).options(selectinload(Role.permissions)))}
        for name in (ADMIN, PUBLIC, *PROFILES):
            if name not in roles:
                roles[name] = Role(name=name, permissions=[])
                session.add(roles[name])
            profile = PROFILES.get(name)
            has = [pairs[pair] for pair, needs in wanted.items() if profile and allows(profile, needs)]
            if set(roles[name].permissions) != set(has):
                roles[name].permissions = has
    builder.sm.permission_sets.forget()


def declared(builder: Any) -> dict[Pair, Needs]:
    """Return every permission of every registered view and menu, with the rights any of which grants it."""
    wanted: dict[Pair, Needs] = {}
    for view in builder.baseviews:
        rights: Mapping[str, str | Iterable[str]] = getattr(view, "rights", {})
        for permission in view.base_permissions or ():
            if permission not in rights:
                raise ValueError(f"{type(view).__name__} does not say which right {permission} takes (its `rights`)")
            wanted[permission, view.class_permission_name] = _needs(rights[permission])
    for category in builder.menu.get_list():
        needs: set[str] = set(_menu_needs(wanted, category))
        for item in category.childs:
            wanted["menu_access", item.name] = frozenset(_menu_needs(wanted, item))
            needs |= wanted["menu_access", item.name]
        wanted["menu_access", category.name] = frozenset(needs)
    return wanted


def allows(profile: Profile, needs: Needs) -> bool:
    """Return whether a profile has one of the rights."""
    return EVERYBODY in needs or bool(needs & profile.rights)


def _needs(rights: str | Iterable[str]) -> Needs:
    return frozenset({rights} if isinstance(rights, str) else rights)


def _menu_needs(wanted: Mapping[Pair, Needs], item: Any) -> Needs:
    """A menu entry takes what the page behind it takes."""
    view = item.baseview
    if view is None:
        return frozenset()
    permission = getattr(getattr(view, view.default_view, None), "_permission_name", None)
    return wanted.get((f"can_{permission}", view.class_permission_name), frozenset({EVERYBODY}))


def _write_pairs(session: Session, wanted: Mapping[Pair, Needs]) -> dict[Pair, PermissionView]:
    """Return the permission-view row of each pair; rows nobody declares any more are removed."""
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    views = {row.name: row for row in session.scalars(select(ViewMenu))}
    known = {(row.permission.name, row.view_menu.name): row for row in session.scalars(select(PermissionView))}
    for pair, row in known.items():
        if pair not in wanted:
            session.execute(delete(PermissionView).where(PermissionView.id == row.id))
    pairs: dict[Pair, PermissionView] = {}
    for pair in wanted:
        name, view = pair
        if pair not in known:
            permission = permissions.setdefault(name, Permission(name=name))
            menu = views.setdefault(view, ViewMenu(name=view))
            known[pair] = PermissionView(permission=permission, view_menu=menu)
            session.add(known[pair])
        pairs[pair] = known[pair]
    session.flush()
    return pairs
