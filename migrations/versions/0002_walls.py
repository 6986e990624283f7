"""The second wall: row-level security, append-only ledgers, the finder of due work

Revision: 0002, after 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MONEY = (
    "card",
    "card_fingerprint",
    "customer",
    "transaction",
    "operation",
    "event",
    "submission",
    "remittance",
    "unpaid",
    "risk_hit",
    "alarm",
    "outbox",
)
SETTINGS = ("contract", "merchant_option", "merchant_limit", "reason", "gateway_account")

# The cast stands outside the subselect: PostgreSQL then evaluates the setting once per statement.
IN_SCOPE = "= ANY ((SELECT coalesce(nullif(current_setting('app.merchants', true), ''), '{}'))::int[])"
ADMIN = "(SELECT current_setting('app.admin', true)) = 'on'"

SETTLED = "'DONE', 'REFUSED', 'FAILED', 'REJECTED', 'WITHDRAWN'"

FINDERS = {
    "due_inquiries(at timestamptz, most int)": """
        SELECT id, merchant_id FROM operation
        WHERE status IN ('SENT', 'UNKNOWN') AND next_inquiry_at <= at ORDER BY next_inquiry_at LIMIT most""",
    "due_waiting(at timestamptz, most int)": """
        SELECT id, merchant_id FROM operation
        WHERE status = 'WAITING' AND due_at <= at ORDER BY due_at LIMIT most""",
    "due_mails(at timestamptz, most int)": """
        SELECT id, merchant_id FROM outbox WHERE state = 'DUE' AND next_try_at <= at ORDER BY next_try_at LIMIT most""",
    "due_lapsed(at timestamptz, most int)": """
        SELECT t.id, t.merchant_id FROM transaction t JOIN merchant m ON m.id = t.merchant_id
        WHERE t.state IN ('TO_CAPTURE', 'TO_VALIDATE', 'TO_CHALLENGE', 'REFERRAL')
        AND t.limit_date < (at AT TIME ZONE m.zone)::date
        AND NOT EXISTS (SELECT FROM operation o WHERE o.transaction_id = t.id
                        AND o.status IN ('SENT', 'UNKNOWN', 'WAITING') AND o.name = 'EXPIRED')
        ORDER BY t.limit_date LIMIT most""",
    "merchants_at_work(at timestamptz, most int)": """
        SELECT id, id FROM merchant WHERE status <> 'INVITED' ORDER BY id LIMIT most""",
}


def upgrade() -> None:
    for table in MONEY:
        secure(table, f"merchant_id {IN_SCOPE}")
    for table in SETTINGS:
        secure(table, f"merchant_id {IN_SCOPE} OR {ADMIN}")
    secure("merchant", f"id {IN_SCOPE} OR {ADMIN}")
    op.execute("ALTER TABLE audit ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON audit FOR SELECT USING (merchant_id {IN_SCOPE} OR {ADMIN})")
    op.execute(f"CREATE POLICY written ON audit FOR INSERT WITH CHECK (merchant_id IS NULL OR merchant_id {IN_SCOPE} OR {ADMIN})")
    op.execute(
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$"""
    )
    for table in ("event", "audit"):
        op.execute(f"CREATE TRIGGER append_only BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(
        f"CREATE TRIGGER settled_for_good BEFORE UPDATE ON operation FOR EACH ROW WHEN (OLD.status IN ({SETTLED})) "
        "EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT USAGE, CREATE ON SCHEMA public TO egestion_finder")
    op.execute("GRANT SELECT ON operation, outbox, transaction, merchant TO egestion_finder")
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


def secure(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchants ON {table} USING ({condition}) WITH CHECK ({condition})")


def downgrade() -> None:
    for signature in FINDERS:
        op.execute(f"DROP FUNCTION {signature.split('(')[0]}(timestamptz, int)")
    op.execute("REVOKE ALL ON operation, outbox, transaction, merchant FROM egestion_finder")
    op.execute("REVOKE USAGE ON SCHEMA public FROM egestion_finder")
    op.execute("DROP TRIGGER settled_for_good ON operation")
    for table in ("event", "audit"):
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP POLICY seen ON audit")
    op.execute("DROP POLICY written ON audit")
    for table in (*MONEY, *SETTINGS, "merchant"):
        op.execute(f"DROP POLICY own_merchants ON {table}")
    for table in (*MONEY, *SETTINGS, "merchant", "audit"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
