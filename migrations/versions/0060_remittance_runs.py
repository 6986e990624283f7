"""The evening's runs: tries of a sale, when a late run was told, and the finders of what is due

Revision: 0060, after 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0046"
branch_labels = None
depends_on = None

LOCAL_DAY = "(at AT TIME ZONE m.zone)::date"
LOCAL_TIME = "(at AT TIME ZONE m.zone)::time"

# The first conditions on dates are for the indexes; the second ones are the merchant's own day.
FINDERS = {
    "due_remittances(at timestamptz, most int)": f"""
        SELECT c.id, c.merchant_id FROM contract c JOIN merchant m ON m.id = c.merchant_id
        WHERE c.id IN (
            SELECT r.contract_id FROM remittance r JOIN contract c ON c.id = r.contract_id JOIN merchant m ON m.id = r.merchant_id
            WHERE r.state = 'SENDING' OR (r.state = 'OPEN' AND
                  (r.day < {LOCAL_DAY} OR (r.day = {LOCAL_DAY} AND {LOCAL_TIME} >= c.cut_off)))
            UNION ALL
            SELECT t.contract_id FROM transaction t JOIN contract c ON c.id = t.contract_id JOIN merchant m ON m.id = t.merchant_id
            WHERE t.state = 'TO_CAPTURE' AND NOT t.held AND t.capture_error IS NULL
              AND t.capture_date <= (at AT TIME ZONE 'UTC')::date + 1
              AND (t.limit_date IS NULL OR t.limit_date >= {LOCAL_DAY})
              AND (t.capture_date < {LOCAL_DAY} OR (t.capture_date = {LOCAL_DAY} AND {LOCAL_TIME} >= c.cut_off)
                   OR (t.limit_date <= {LOCAL_DAY} AND {LOCAL_TIME} >= '12:00')))
        ORDER BY c.id LIMIT most""",
    "due_warnings(at timestamptz, most int)": f"""
        SELECT t.id, t.merchant_id FROM transaction t JOIN merchant m ON m.id = t.merchant_id
        WHERE (t.state IN ('TO_VALIDATE', 'TO_CHALLENGE')
               OR (t.state = 'TO_CAPTURE' AND (t.held OR t.capture_error IS NOT NULL)))
          AND t.limit_date <= (at AT TIME ZONE 'UTC')::date + 2
          AND (t.limit_date = {LOCAL_DAY} OR (t.limit_date = {LOCAL_DAY} + 1 AND {LOCAL_TIME} >= '08:00'))
          AND NOT EXISTS (SELECT FROM alarm a WHERE a.merchant_id = t.merchant_id AND a.transaction_id = t.id
                          AND a.kind IN ('expires_soon', 'expired'))
        ORDER BY t.limit_date, t.id LIMIT most""",
}


def upgrade() -> None:
    # The defaults fill existing rows: under forced row security the owner could not update them.
    op.add_column("transaction", sa.Column("capture_tries", sa.SmallInteger(), nullable=False, server_default="0"))
    op.alter_column("transaction", "capture_tries", server_default=None)
    op.add_column("transaction", sa.Column("capture_next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("remittance", sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_remittance_sending", "remittance", ["contract_id"], postgresql_where=sa.text("state IN ('OPEN', 'SENDING')")
    )
    op.execute("GRANT USAGE, CREATE ON SCHEMA public TO egestion_finder")
    op.execute("GRANT SELECT ON remittance, contract, alarm TO egestion_finder")
    for signature, query in FINDERS.items():
        name = signature.split("(")[0]
        op.execute(
            f"CREATE FUNCTION {signature} RETURNS TABLE (id int, merchant_id int) LANGUAGE sql STABLE SECURITY DEFINER "
            f"SET search_path = pg_catalog, public, pg_temp AS $$ {query} $$"
        )
        types = "timestamptz, int"
        op.execute(f"REVOKE ALL ON FUNCTION {name}({types}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({types}) TO egestion_app, egestion_check")
        op.execute(f"ALTER FUNCTION {name}({types}) OWNER TO egestion_finder")
    op.execute("REVOKE CREATE ON SCHEMA public FROM egestion_finder")


def downgrade() -> None:
    for signature in FINDERS:
        op.execute(f"DROP FUNCTION {signature.split('(')[0]}(timestamptz, int)")
    op.execute("REVOKE ALL ON remittance, contract, alarm FROM egestion_finder")
    op.drop_index("ix_remittance_sending", table_name="remittance")
    op.drop_column("remittance", "late_at")
    op.drop_column("transaction", "capture_next_at")
    op.drop_column("transaction", "capture_tries")
