"""Many sales of one merchant in a throw-away database, by SQL: indexes are built afterwards, so a million take a minute or two."""

from __future__ import annotations

import psycopg
from psycopg import sql

TABLES = ("customer", "transaction", "operation")
_FIRST = ("JEAN", "MARIE", "PIERRE", "HELENE", "PAUL", "ANNE", "LUC", "ZOE", "YVES", "CLAIRE")
CUSTOMERS = """INSERT INTO customer (merchant_id, name, name_key, telephone, telephone_key, created_at)
    SELECT %(merchant)s, key, key, '+336' || lpad(n::text, 8, '0'), '336' || lpad(n::text, 8, '0'), %(begin)s
    FROM (SELECT n, (%(first)s::text[])[1 + n %% 10] || ' ' || translate(md5((n / 40)::text), '0123456789', 'GHIJKLMNOP') AS key
    FROM generate_series(1, %(rows)s) n) named"""
SALES = """INSERT INTO transaction (merchant_id, contract_id, reference, order_number, order_key, channel, state, payment_pattern,
    currency, original_amount, amount, captured_amount, refunded_amount, reserved_amount, card_id, brand, brand_choice, bin, last4,
    masked_pan, card_expiry, capture_mode, capture_day, capture_tries, held, customer_id, customer_row_id, created_at,
    created_by)
    SELECT %(merchant)s, %(contract)s, 'B' || n, 'A-' || n, 'A-' || n,
    (array['TELEPHONE_ORDER', 'MAIL_ORDER', 'FAX_ORDER'])[1 + n %% 3], state, 'ONE_SHOT', 'EUR', 100 + n %% 50000, 100 + n %% 50000,
    CASE state WHEN 'CAPTURED' THEN 100 + n %% 50000 ELSE 0 END, 0, 0, %(card)s, (array['CB', 'VISA', 'MASTERCARD'])[1 + n %% 3],
    'ONLY', '497010', lpad((n %% 10000)::text, 4, '0'), '497010######' || lpad((n %% 10000)::text, 4, '0'), '203112',
    'AUTHOR_CAPTURE', 0, 0, false, 'C' || n, (SELECT min(id) FROM customer WHERE merchant_id = %(merchant)s) + n - 1,
    %(begin)s::timestamptz + n * interval '39 seconds', 'clerk' || n %% 20
    FROM (SELECT n, CASE WHEN n %% 250 = 0 THEN 'TO_VALIDATE' WHEN n %% 10 = 1 THEN 'REFUSED' ELSE 'CAPTURED' END AS state
    FROM generate_series(1, %(rows)s) n) stated"""
OPERATIONS = """INSERT INTO operation (merchant_id, transaction_id, sequence, name, status, amount, created_at, created_by,
    inquiries, not_found_count)
    SELECT merchant_id, id, 1, 'TRANSACTION', 'DONE', amount, created_at, created_by, 0, 0
    FROM transaction WHERE merchant_id = %(merchant)s"""


def fill(owner_url: str, merchant: int, contract: int, card: int, rows: int) -> None:
    """Write the rows as the tables' owner, in 15 months up to now; foreign keys of these tables are gone afterwards."""
    values = {
        "merchant": merchant, "contract": contract, "card": card, "rows": rows, "first": list(_FIRST),
        "begin": "2025-08-24 00:00+00",
    }  # fmt: skip
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("SELECT set_config('app.merchants', %s, false)", [f"{{{merchant}}}"])
        for name, table in owner.execute(
            "SELECT conname, conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
            [list(TABLES)],
        ).fetchall():
            owner.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name))
            )
        indexes = owner.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid::regclass::text = ANY(%s) AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [list(TABLES)],
        ).fetchall()
        for name, _definition in indexes:
            owner.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for statement in (CUSTOMERS, SALES, OPERATIONS):
            owner.execute(statement, values)
        for _name, definition in indexes:
            owner.execute(definition)
        owner.execute("VACUUM ANALYZE customer, transaction, operation")
