"""What waited before it was sent is uncertain since it left, not since it was asked for

Revision: 0074, after 0073

0073 wrote a function and no row, so nothing it left behind has to be mended: what has not been warned of is found from now on.
"""

from __future__ import annotations

from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

LOCAL_DAY = "(at AT TIME ZONE m.zone)::date"
LOCAL_TIME = "(at AT TIME ZONE m.zone)::time"
ITS_TIME = f"""t.limit_date <= (at AT TIME ZONE 'UTC')::date + 2
          AND (t.limit_date = {LOCAL_DAY} OR (t.limit_date = {LOCAL_DAY} + 1 AND {LOCAL_TIME} >= '08:00'))"""
DECIDE = """(t.state IN ('TO_VALIDATE', 'TO_CHALLENGE')
               OR (t.state = 'TO_CAPTURE' AND (t.held OR t.capture_error IS NOT NULL)))"""
TOLD = "SELECT FROM alarm a WHERE a.merchant_id = t.merchant_id AND a.transaction_id = t.id AND a.kind IN ('expires_soon', 'expired')"
LEFT = "coalesce((o.evidence ->> 'left_at')::timestamptz, o.created_at)"
# Most uncertain operations are settled within seconds; one alarm an operation, whatever was told before it left.
QUERY = """
        SELECT t.id, t.merchant_id FROM transaction t JOIN merchant m ON m.id = t.merchant_id
        WHERE t.state IN ('TO_CAPTURE', 'TO_VALIDATE', 'TO_CHALLENGE') AND {its_time}
          AND (({decide} AND NOT EXISTS ({told}))
               OR EXISTS (SELECT FROM operation o WHERE o.merchant_id = t.merchant_id AND o.transaction_id = t.id
                          AND o.status = 'UNKNOWN' AND {since} <= at - interval '5 minutes'
                          AND NOT EXISTS ({told} AND a.at >= {since})))
        ORDER BY t.limit_date, t.id LIMIT most"""


def upgrade() -> None:
    replace(LEFT)


def downgrade() -> None:
    replace("o.created_at")


def replace(since: str) -> None:
    query = QUERY.format(its_time=ITS_TIME, decide=DECIDE, told=TOLD, since=since)
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
