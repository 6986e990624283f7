"""A pooled connection that rested is asked whether it lives before it is used: a restarted database costs no error.

SQLAlchemy's own pre-ping asks at every check-out, which is a tenth of an authorisation; a connection used within the
last second is taken to live. If it does not, that one statement fails and the whole pool is renewed.
"""

from __future__ import annotations

import time
from typing import Any

from psycopg import Error
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

RESTED = 1.0  # seconds


@event.listens_for(Pool, "checkin")
def _remember(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _ask_rested(connection: Any, record: Any, _proxy: Any) -> None:
    since = record.info.get("rests_since")
    if since is None or time.monotonic() - since < RESTED:
        return
    try:
        before, connection.autocommit = connection.autocommit, True
        connection.execute("SELECT 1")
        connection.autocommit = before
    except Error as error:
        raise DisconnectionError(type(error).__name__) from None
