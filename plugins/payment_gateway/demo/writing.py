"""Putting a past into our tables: numbers drawn from the tables' own sequences in the order of time, rows in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from app.models import Card, CardFingerprint, Customer, Operation, Transaction, TransactionEvent
from app.models.search_keys import email_key, name_key, telephone_key

from ..people import PARTS
from ..submissions import CardKeys
from .evenings import Evening
from .life import Life

AT_ONCE = 1_000
_DRAWN = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")


def write(session: Session, lives: Sequence[Life], evenings: Sequence[Evening], keys: CardKeys) -> int:
    """Write everything in the caller's unit and return how many rows; each row comes after those it refers to."""
    told = sorted(lives, key=lambda life: life.sale.created_at)
    count = _cards(session, told, keys) + _customers(session, told)
    _number(session, Transaction, [life.sale for life in told])
    for life in told:
        if life.source is not None:
            source = life.source.sale
            life.sale.duplicate_of_id, life.sale.customer_row_id = source.id, source.customer_row_id
        for operation in life.operations:
            operation.transaction_id = life.sale.id
    count += _insert(session, (life.sale for life in told))
    _number(session, type(evenings[0].remittance) if evenings else Operation, [each.remittance for each in evenings])
    count += _insert(session, (each.remittance for each in evenings))
    for each in evenings:
        each.number_lines()
    operations = sorted((each for life in told for each in life.operations), key=lambda each: each.created_at)
    _number(session, Operation, operations)
    count += _insert(session, operations)
    count += _insert(session, _events(session, told))
    count += _insert(session, (row for life in told for row in _of_sale(life, life.hits)))
    count += _insert(session, (row for life in told for row in _of_sale(life, life.alarms)))
    return count + _insert(session, (row for life in told for row in _of_sale(life, life.unpaid)))


def _cards(session: Session, told: Sequence[Life], keys: CardKeys) -> int:
    first: dict[int, tuple[Any, datetime, int]] = {}
    for life in told:
        first.setdefault(id(life.card), (life.card, life.sale.created_at, life.sale.merchant_id))
    rows = [
        Card(merchant_id=merchant_id, bin=card.bin, last4=card.last4, created_at=at)
        for card, at, merchant_id in first.values()
    ]
    _number(session, Card, rows)
    prints = []
    for row, (card, at, merchant_id) in zip(rows, first.values(), strict=True):
        card.row_id = row.id
        prints += [
            CardFingerprint(
                merchant_id=merchant_id, card_id=row.id, key_version=version, fingerprint=digest, created_at=at
            )
            for version, digest in card.fingerprints(keys)
        ]
    for life in told:
        life.sale.card_id = life.card.row_id
    return _insert(session, rows) + _insert(session, prints)


def _customers(session: Session, told: Sequence[Life]) -> int:
    rows = []
    for life in told:
        if life.source is None and life.person is not None:
            rows.append((life, _customer(life)))
    _number(session, Customer, [row for _, row in rows])
    for life, row in rows:
        life.sale.customer_row_id = row.id
    return _insert(session, (row for _, row in rows))


def _customer(life: Life) -> Customer:
    data = life.person.data if life.person is not None else None
    values = {part: getattr(data, part) for part in PARTS}
    row = Customer(merchant_id=life.sale.merchant_id, created_at=life.sale.created_at, **values)
    row.name_key = name_key(row.name) if row.name else None
    row.telephone_key = telephone_key(row.telephone) if row.telephone else None
    row.email_key = email_key(row.email) if row.email else None
    return row


def _events(session: Session, told: Sequence[Life]) -> list[TransactionEvent]:
    """Return the events in the order of time; those of one sale keep theirs."""
    rows = []
    for life in told:
        for row, operation in life.events:
            row.transaction_id = life.sale.id
            row.operation_id = operation.id if operation is not None else None
            rows.append(row)
    rows.sort(key=lambda row: row.at)
    _number(session, TransactionEvent, rows)
    return rows


def _of_sale(life: Life, rows: Iterable[Any]) -> Iterator[Any]:
    for row in rows:
        row.transaction_id = life.sale.id
        yield row


def _number(session: Session, model: type[Any], rows: Sequence[Any]) -> None:
    """Give the rows the next numbers of their table, in this order."""
    if rows:
        drawn = session.execute(_DRAWN, {"table": model.__tablename__, "count": len(rows)}).scalars()
        for row, number in zip(rows, sorted(drawn), strict=True):
            row.id = number


def _insert(session: Session, rows: Iterable[Any]) -> int:
    """Insert rows of one table in batches, without the session's bookkeeping."""
    waiting = list(rows)
    if not waiting:
        return 0
    table = cast(Table, waiting[0].__table__)
    given = [column for column in table.columns if any(column.key in row.__dict__ for row in waiting)]
    default = {column.key: getattr(column.default, "arg", None) for column in given}
    connection = session.connection()
    for start in range(0, len(waiting), AT_ONCE):
        batch = waiting[start : start + AT_ONCE]
        values = [
            {column.key: row.__dict__.get(column.key, default.get(column.key)) for column in given} for row in batch
        ]
        connection.execute(table.insert().inline(), values)
    return len(waiting)
