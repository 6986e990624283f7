"""A sale whose operation has no certain outcome is warned of too before its limit; sales by the day their goods leave

Revision: 0073, after 0072
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

LOCAL_DAY = "(at AT TIME ZONE m.zone)::date"
LOCAL_TIME = "(at AT TIME ZONE m.zone)::time"
ITS_TIME = f"""t.limit_date <= (at AT TIME ZONE 'UTC')::date + 2
          AND (t.limit_date = {LOCAL_DAY} OR (t.limit_date = {LOCAL_DAY} + 1 AND {LOCAL_TIME} >= '08:00'))"""
DECIDE = """(t.state IN ('TO_VALIDATE', 'TO_CHALLENGE')
               OR (t.state = 'TO_CAPTURE' AND (t.held OR t.capture_error IS NOT NULL)))"""
TOLD = "SELECT FROM alarm a WHERE a.merchant_id = t.merchant_id AND a.transaction_id = t.id AND a.kind IN ('expires_soon', 'expired')"

BEFORE = f"""
        SELECT t.id, t.merchant_id FROM transaction t JOIN merchant m ON m.id = t.merchant_id
        WHERE {DECIDE} AND {ITS_TIME} AND NOT EXISTS ({TOLD})
        ORDER BY t.limit_date, t.id LIMIT most"""
# Most uncertain operations are settled within seconds; one alarm an operation, whatever was told before it began.
AFTER = f"""
        SELECT t.id, t.merchant_id FROM transaction t JOIN merchant m ON m.id = t.merchant_id
        WHERE t.state IN ('TO_CAPTURE', 'TO_VALIDATE', 'TO_CHALLENGE') AND {ITS_TIME}
          AND (({DECIDE} AND NOT EXISTS ({TOLD}))
               OR EXISTS (SELECT FROM operation o WHERE o.merchant_id = t.merchant_id AND o.transaction_id = t.id
                          AND o.status = 'UNKNOWN' AND o.created_at <= at - interval '5 minutes'
                          AND NOT EXISTS ({TOLD} AND a.at >= o.created_at)))
        ORDER BY t.limit_date, t.id LIMIT most"""


def upgrade() -> None:
    replace(AFTER)
    op.create_index(
        "ix_transaction_shipping",
        "transaction",
        ["merchant_id", "shipping_date", "id"],
        postgresql_where=sa.text("shipping_date IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_transaction_shipping", table_name="transaction")
    replace(BEFORE)


def replace(query: str) -> None:
    op.execute("GRANT CREATE ON SCHEMA public TO egestion_finder")
    op.execute("DROP FUNCTION due_warnings(timestamptz, int)")
    op.execute(
        "CREATE FUNCTION due_warnings(at timestamptz, most int) RETURNS TABLE (id int, merchant_id int) LANGUAGE sql STABLE "
        f"SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ {query} $$"
    )
    op.execute("REVOKE ALL ON FUNCTION due_warnings(timestamptz, int) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION due_warnings(timestamptz, int) TO egestion_app, egestion_check")
    op.execute("ALTER FUNCTION due_warnings(timestamptz, int) OWNER TO egestion_finder")
    op.execute("REVOKE CREATE ON SCHEMA public FROM egestion_finder")
