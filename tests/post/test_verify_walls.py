"""`verify` sees what lets defects in: a missing check, an open ledger, a wall taken down, rows that join two merchants."""

from typing import Any

import pytest
from flask import Flask

from tests.post.planting import plant, superuser, verdicts


def test_amounts_out_of_order_are_found_and_so_is_the_missing_check(app: Flask, books: dict[str, Any]) -> None:
    name = "ck_transaction_amounts"
    with superuser(app) as connection:
        (rule,) = connection.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        ).fetchone()  # type: ignore[misc]
        connection.execute(f"ALTER TABLE transaction DROP CONSTRAINT {name}")
        try:
            connection.execute(
                "UPDATE transaction SET refunded_amount = 1001 WHERE reference = %s", [books["captured"]]
            )
            wrong = verdicts(app)["I1"]
        finally:
            connection.execute("UPDATE transaction SET refunded_amount = 0 WHERE refunded_amount = 1001")
            connection.execute(f"ALTER TABLE transaction ADD CONSTRAINT {name} {rule}")
    assert wrong == [f"{name} is missing or not enforced", books["captured"]]
    assert verdicts(app)["I1"] == []


@pytest.mark.parametrize(
    ("spoil", "mend", "says"),
    [
        (
            "ALTER TABLE event DISABLE TRIGGER append_only",
            "ALTER TABLE event ENABLE TRIGGER append_only",
            "append_only",
        ),
        (
            "ALTER TABLE operation DISABLE TRIGGER settled_for_good",
            "ALTER TABLE operation ENABLE TRIGGER settled_for_good",
            "settled_for_good on operation",
        ),
        (
            "GRANT UPDATE (outcome) ON audit TO egestion_app",
            "REVOKE UPDATE (outcome) ON audit FROM egestion_app",
            "UPDATE audit",
        ),
        ("GRANT DELETE ON event TO egestion_app", "REVOKE DELETE ON event FROM egestion_app", "DELETE event"),
        ("ALTER ROLE egestion_app BYPASSRLS", "ALTER ROLE egestion_app NOBYPASSRLS", "above the walls"),
    ],
)
def test_an_open_ledger_is_found(app: Flask, books: dict[str, Any], spoil: str, mend: str, says: str) -> None:
    with superuser(app) as connection:
        connection.execute(spoil)
        try:
            wrong = verdicts(app)["I6"]
        finally:
            connection.execute(mend)
    assert any(says in text for text in wrong), wrong
    assert verdicts(app)["I6"] == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE outbox SET next_try_at = next_try_at - interval '16 minutes' WHERE state = 'DUE'", "nobody tries"),
        ("UPDATE outbox SET first_try_at = now() - interval '27 hours' WHERE state = 'DUE'", "tried too long"),
        ("UPDATE outbox SET carrier = NULL WHERE state = 'SENT'", "without saying"),
        ("UPDATE outbox SET state = 'SENT', sent_at = now(), carrier = 'FILE' WHERE state = 'DUE'", "the file is gone"),
        ("DELETE FROM outbox WHERE state = 'SENT'", "a mail without a row"),
    ],
)
def test_a_mail_without_effect_or_an_effect_without_a_mail_is_found(
    app: Flask, books: dict[str, Any], statement: str, says: str
) -> None:
    plant(app, statement)
    wrong = verdicts(app)["I10"]
    assert len(wrong) == 1
    assert says in wrong[0]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE transaction SET contract_id = (SELECT max(id) FROM contract) WHERE id = 1", "transaction 1:"),
        ("UPDATE transaction SET card_id = 4711 WHERE id = 2", "transaction 2:"),
        ("UPDATE event SET merchant_id = 2 WHERE id = 1", "event 1:"),
        ("UPDATE submission SET operation_id = (SELECT max(id) FROM operation) WHERE id = 1", "submission 1:"),
        (
            "UPDATE event SET operation_id = (SELECT max(o.id) FROM operation o WHERE o.merchant_id = 1) WHERE id = 1",
            "event 1:",
        ),
    ],
)
def test_a_record_that_joins_two_merchants_or_sales_is_found(
    app: Flask, books: dict[str, Any], statement: str, says: str
) -> None:
    plant(app, statement)
    wrong = verdicts(app)["I13"]
    assert any(text.startswith(says) for text in wrong), wrong


def test_a_wall_taken_down_is_found(app: Flask, books: dict[str, Any]) -> None:
    with superuser(app) as connection:
        connection.execute("ALTER TABLE unpaid NO FORCE ROW LEVEL SECURITY")
        try:
            assert verdicts(app)["I13"] == ["unpaid: row security is not forced"]
        finally:
            connection.execute("ALTER TABLE unpaid FORCE ROW LEVEL SECURITY")
