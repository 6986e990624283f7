"""The audit: who did what to what, from where, with which outcome (PCI DSS 10.2; trust.md "Access").

`record` writes in the same database transaction as the change it tells of: one never exists without the other.
`record_refused` writes what changed nothing (refused access, failed sign-in) in a unit of its own. Rows are append-only:
the application has no right to UPDATE or DELETE them, and a trigger refuses it to everyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from flask import has_request_context, request
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .database import NOTHING, Scope, now, unit_of_work
from .domain.actor import Actor
from .domain.card_search import IN_FIELD, mask_card_numbers
from .domain.errors import FieldError
from .models import AuditEntry, Membership

log = structlog.get_logger(__name__)

OK = "OK"
REFUSED = "REFUSED"

LOGIN = "login"
"""Signed in (OK), or refused: wrong password, locked, disabled. `object` is the user name as typed, masked."""
LOGOUT = "logout"
"""Signed out, or the session ended by the machine."""
TOKEN_ISSUED = "token_issued"  # noqa: S105 - the name of a kind
"""A bearer token was issued for a user."""
ACCESS_REFUSED = "access_refused"
"""401, 403, or a 404 on a row (another merchant's, or none); `object` is the route's template, never the path."""
USER_CREATED = "user_created"
"""A user was invited or added."""
USER_CHANGED = "user_changed"
"""Name, e-mail, active or not; `data` names the fields, never a password or its hash."""
USER_ROLES_CHANGED = "user_roles_changed"
"""Profiles or merchants of a user; `data` holds before and after."""
CREDENTIAL_CHANGED = "credential_changed"
"""Password, second factor or recovery codes were set, reset or used up."""
SETTINGS_CHANGED = "settings_changed"
"""Merchant, contract, option, limit, reason or gateway account; `data` holds the fields, before and after."""
EXPORTED = "exported"
"""Rows left the system: a list, a journal, a dispute file; `data` holds the filter and the count."""
AUDIT_READ = "audit_read"
"""The audit itself was looked at."""
CARD_FOUND = "card_found"
"""A card number was typed where none belongs, or a supervisor confirmed that it is none."""
ALARM_ACKNOWLEDGED = "alarm_acknowledged"
"""A person took note of an alarm."""
MONEY_DECIDED = "money_decided"
"""A decision a person made outside the ordinary verbs: approve, reject, resolve, take over, reconnect a gateway."""
COMMAND_RUN = "command_run"
"""A command of the machine's owner that changes something: purge, users, clock."""

LONGEST_TEXT, LONGEST_DATA_TEXT, MOST_ITEMS, DEEPEST = 120, 200, 50, 4
SECRET_FIELDS = ("password", "secret", "token", "security_code", "csc", "cvv", "card_number", "pan", "key")


def record(
    session: Session,
    actor: Actor | str | None,
    kind: str,
    object: str,
    outcome: str = OK,
    origin: str | None = None,
    merchant_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry in the caller's database transaction; nothing is committed here.

    `kind` is a constant of this module or a plug-in's own word (40 characters), `object` what it was done to
    ("transaction 7K2M…", "user 12"), `origin` where from (None: the request's address, or the machine). `actor` may be a
    name (a sign-in that failed) or None. Without `merchant_id` only the administrator sees the entry. Texts are clipped,
    card numbers masked, values of fields that hold secrets left out.
    """
    # Not through the ORM: RETURNING would ask for the right to read the row, which who writes it may not have.
    statement = insert(AuditEntry.__table__).inline()
    session.execute(statement, _values(actor, kind, object, outcome, origin, merchant_id, data))


def record_about(
    session: Session,
    actor: Actor | str | None,
    kind: str,
    user_id: int,
    what: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write what was done to a user, in the caller's database transaction: one entry for each merchant they work for, so
    that each one's auditor sees it, or one without a merchant for who works for none."""
    works = session.scalars(select(Membership.merchant_id).where(Membership.user_id == user_id)).all()
    for merchant_id in works or (None,):
        record(session, actor, kind, f"user {user_id} {what}".rstrip(), merchant_id=merchant_id, data=data)


def record_refused(
    actor: Actor | str | None,
    kind: str,
    object: str,
    origin: str | None = None,
    merchant_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write that something was refused, in a unit of its own; the entry stays when the request is rolled back.

    Without `merchant_id` it belongs to the only merchant of the actor, or of the user whose name was typed, so that its
    auditor sees it. Never raises: the refusal itself must be answered even when the database cannot take the entry, which
    the log then says.
    """
    try:
        if merchant_id is None:
            merchant_id = _only_merchant(actor)
        with unit_of_work(Scope((merchant_id,) if merchant_id is not None else ())) as session:
            record(session, actor, kind, object, REFUSED, origin, merchant_id, data)
    except SQLAlchemyError as error:
        log.error("audit_not_written", kind=kind, error=type(error).__name__)


def _only_merchant(actor: Actor | str | None) -> int | None:
    """Return the one merchant somebody works for, None for several or none."""
    if actor is None or isinstance(actor, Actor):
        merchants = actor.merchants if actor is not None else ()
    else:
        same = func.lower(User.username) == actor.replace("\0", "").lower()
        query = select(Membership.merchant_id).join(User, User.id == Membership.user_id).where(same).limit(2)
        with unit_of_work(NOTHING) as session:
            merchants = tuple(session.scalars(query))
    return merchants[0] if len(merchants) == 1 else None


def record_card_found(
    actor: Actor | None,
    place: str,
    wrong: Iterable[str | FieldError],
    merchant_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write that a card number was typed where none belongs: the place and the fields, nothing of the number (trust.md).

    `wrong` names the fields, or is what a form refused: what else was wrong in it is no matter of the audit.
    """
    names = [
        each if isinstance(each, str) else each.field
        for each in wrong
        if isinstance(each, str) or each.code == IN_FIELD
    ]
    if names:
        record_refused(actor, CARD_FOUND, f"{place}: {', '.join(names)}", merchant_id=merchant_id, data=data)


def record_refused_access(actor: Actor | None, status: int) -> None:
    """Write that the current request was refused: 401, 403, or a 404 of somebody known on a route that names a row.

    A row that is not there and one of another merchant look alike, to the audit as to who asks.
    """
    hidden = status == 404 and bool(request.view_args) and actor is not None and actor.id is not None
    if request.url_rule is not None and (hidden or status in (401, 403)):
        what = f"{request.method} {request.url_rule.rule}"
        record_refused(actor, ACCESS_REFUSED, what, data={"status": status})


def origin_here() -> str:
    """Return where the current request comes from ("WEB 192.0.2.7", "API …"), "MACHINE" outside a request."""
    if not has_request_context():
        return "MACHINE"
    door = "API" if request.path.startswith("/api/") else "WEB"
    return f"{door} {request.remote_addr or '-'}"


def _values(
    actor: Actor | str | None,
    kind: str,
    object: str,
    outcome: str,
    origin: str | None,
    merchant_id: int | None,
    data: Mapping[str, Any] | None,
) -> dict[str, Any]:
    name = actor.name if isinstance(actor, Actor) else actor or ""
    return {
        "merchant_id": merchant_id,
        "at": now(),
        "actor_id": actor.id if isinstance(actor, Actor) else None,
        "actor": _text(name, 64),
        "kind": kind[:40],
        "outcome": outcome,
        "origin": _text(origin if origin is not None else origin_here(), 64),
        "object": _text(object, LONGEST_TEXT),
        "data": None if data is None else _plain(dict(data), DEEPEST),
    }


def _text(value: str, longest: int) -> str:
    """Masked before it is clipped: half a card number is found no more, but still half a card number."""
    return mask_card_numbers(value.replace("\0", "")[:1000])[:longest]


def _plain(value: Any, deeper: int) -> Any:
    """The value as JSON may hold it: clipped, masked, secrets left out."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if mask_card_numbers(str(value)) == str(value) else mask_card_numbers(str(value))
    if isinstance(value, Mapping) and deeper:
        return {
            _text(str(key), 64): "…" if _secret(str(key)) else _plain(item, deeper - 1)
            for key, item in list(value.items())[:MOST_ITEMS]
        }
    if isinstance(value, (list, tuple, set, frozenset)) and deeper:
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [_plain(item, deeper - 1) for item in list(items)[:MOST_ITEMS]]
    return _text(str(value), LONGEST_DATA_TEXT)


def _secret(field: str) -> bool:
    words = field.lower().replace("-", "_")
    return any(words == secret or words.endswith(f"_{secret}") for secret in SECRET_FIELDS)
