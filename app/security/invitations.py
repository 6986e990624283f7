"""An invitation's secret: whom it is for and until when, signed. It stands in the mail alone, in no table and on no screen.

The outbox row holds MARK where the letter gets the token; `kind` names user and token version, so that the same token
is written at every try. It dies with its use, with the next token version, and after VALID.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from ..domain.clock import real_now

KIND = "invitation"
MARK = "{invitation}"
VALID = timedelta(days=7)  # of real time, counted from the first try to send
INVITED, WITHDRAWN = "!invited", "!withdrawn"  # in the place of a password's hash: nothing typed ever matches
_KIND = re.compile(rf"{KIND}:([0-9]+):([0-9]+)")


def kind_for(user_id: int, token_version: int) -> str:
    """Return the kind of the mail that invites this user."""
    return f"{KIND}:{user_id}:{token_version}"


def is_invitation(kind: str) -> bool:
    """Return whether a mail of this kind holds an invitation's link."""
    return _KIND.fullmatch(kind) is not None


def with_token(kind: str, body: str, first_try_at: datetime | None) -> str:
    """Return the body of a mail as it leaves: an invitation's with its token, any other as it is."""
    found = _KIND.fullmatch(kind)
    if found is None or first_try_at is None:
        return body
    until = int((first_try_at.astimezone(UTC) + VALID).timestamp())
    return body.replace(MARK, _serializer().dumps([int(found[1]), int(found[2]), until]))


def read_token(token: str) -> tuple[int, int] | None:
    """Return user number and token version of a token that is ours and not too old, else None."""
    if len(token) > 200:
        return None
    try:
        user_id, version, until = _serializer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return (user_id, version) if real_now().timestamp() < until else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="egestion.invitation")
