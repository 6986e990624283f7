"""The journal as outsiders read it: one entry a bank operation, in the order they were done, refused ones too."""

from contextlib import closing
from pathlib import Path

from .schema import open_database

_NAMES = {
    "n": "n",
    "at": "at",
    "merchantId": "merchant_id",
    "transactionReference": "reference",
    "operation": "operation",
    "amount": "amount",
    "currencyCode": "currency",
    "responseCode": "response_code",
    "newStatus": "new_status",
    "orderId": "order_id",
    "operationOrigin": "operation_origin",
    "answered": "answered",
}


def entries(data: Path, *, since: int = 0, last: int | None = None) -> list[dict[str, object]]:
    """The entries after number `since` in order, or only the `last` ones; read beside the writer.

    Amounts in minor units, `at` in ISO 8601 UTC, `answered` whether the reply was written out whole. Loaded past
    (preload.py) never stands here.
    """
    limit = "" if last is None else f"ORDER BY n DESC LIMIT {int(last)}"
    select = f"SELECT {', '.join(_NAMES.values())} FROM journal WHERE n > ? {limit}"
    with closing(open_database(data)) as database:
        rows = database.execute(select, (since,)).fetchall()
    found = [dict(zip(_NAMES, row, strict=True)) for row in sorted(rows)]  # by n, which no two rows share
    for entry in found:
        entry["answered"] = bool(entry["answered"])
    return found
