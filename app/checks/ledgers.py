"""I6: settled operations, events and the audit are append-only: the triggers and the application's rights say so."""

from __future__ import annotations

from sqlalchemy import Connection, make_url, text

from config import Settings

from ..ports import Evidence

TRIGGERS = (("event", "append_only"), ("audit", "append_only"), ("operation", "settled_for_good"))
NOT_GRANTED = {
    "event": ("UPDATE", "DELETE", "TRUNCATE"),
    "audit": ("UPDATE", "DELETE", "TRUNCATE"),
    "operation": ("DELETE", "TRUNCATE"),
    "transaction": ("DELETE", "TRUNCATE"),
    "submission": ("DELETE", "TRUNCATE"),
}

_TRIGGER = text(
    """SELECT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = to_regclass(:table) AND t.tgname = :name AND t.tgenabled IN ('O', 'A')
    AND p.prosrc LIKE '%RAISE EXCEPTION%')"""
)
_MAY = text(
    """SELECT coalesce(has_table_privilege(:role, to_regclass(:table), :verb), false)
    OR has_any_column_privilege(:role, to_regclass(:table), CASE WHEN :verb = 'UPDATE' THEN 'UPDATE' ELSE 'REFERENCES' END)
    AND :verb = 'UPDATE'"""
)
_ROLE = text(
    """SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (
        SELECT FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, o.oid, 'MEMBER'))
    FROM pg_roles r WHERE r.rolname = :role"""
)
_ROWS = text(
    """SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM audit)
    + (SELECT count(*) FROM operation WHERE status IN ('DONE', 'REFUSED', 'FAILED', 'REJECTED', 'WITHDRAWN'))"""
)


def check_guards(connection: Connection, settings: Settings) -> Evidence:
    """I6: triggers in place and armed; the application's role may not change or remove what is settled."""
    role = make_url(settings.database_url).username
    wrong = [
        f"trigger {name} on {table} is missing, disarmed or hollow"
        for table, name in TRIGGERS
        if not connection.execute(_TRIGGER, {"table": f"public.{table}", "name": name}).scalar_one()
    ]
    above = connection.execute(_ROLE, {"role": role}).scalar_one_or_none()
    if above is None:
        wrong.append("the application's role is unknown to the database")
    else:
        if above:
            wrong.append(f"{role} stands above the walls: superuser, BYPASSRLS or owner of tables")
        for table, verbs in NOT_GRANTED.items():
            for verb in verbs:
                values = {"role": role, "table": f"public.{table}", "verb": verb}
                if connection.execute(_MAY, values).scalar_one():
                    wrong.append(f"{role} may {verb} {table}")
    return Evidence("I6", int(connection.execute(_ROWS).scalar_one()), wrong, "append-only")
