"""Locks, keys and constraints removed."""

from __future__ import annotations

from .kinds import Defect

CASES = "plugins/payment_gateway/cases.py"
HOUSE = "migrations/versions/0001_house.py"
VERBS = "tests/races/test_verbs.py"

DEFECTS = (
    Defect(
        "the lock on a sale", CASES,
        "        .with_for_update(of=Transaction, skip_locked=skip_locked)\n        .execution_options(populate_existing=True)\n    )\n    if row is None",
        "        .execution_options(populate_existing=True)\n    )\n    if row is None",
        (f"{VERBS}::test_refund_and_refund_never_more_than_allowed",),
    ),
    Defect(
        "the lock on sales taken together", CASES,
        "        .order_by(Transaction.id)\n        .with_for_update(of=Transaction, skip_locked=skip_locked)\n",
        "        .order_by(Transaction.id)\n",
        ("tests/remittance/test_at_once.py::test_a_sale_in_another_hand_is_passed_by_and_the_others_leave_together",),
    ),
    Defect(
        "the lock on a remittance that is numbered", "plugins/payment_gateway/remittance/lines.py",
        '            .with_for_update(key_share=True, read=purpose == "placed", of=Remittance)\n', "",
        ("tests/remittance/test_at_once.py::test_captures_at_once_take_the_numbers_of_one_remittance",),
    ),
    Defect(
        "the lock on a mail", "app/post/sender.py", "            .with_for_update(skip_locked=True)\n", "",
        ("tests/post/test_sending.py::test_several_senders_at_once_send_each_mail_once",),
    ),
    Defect(
        "the leader's lock", "app/supervisor/scheduler.py", '"SELECT pg_try_advisory_lock(%s)"', '"SELECT %s > 0"',
        ("tests/house/test_scheduler.py::test_one_leads_and_the_next_takes_over",),
    ),
    Defect(
        "the submission's key", "plugins/payment_gateway/submissions.py",
        '        "key": key,\n', '        "key": f"{key[:200]}{now().timestamp()}",\n',
        ("tests/races/test_submits.py::test_the_same_key_on_the_desk_in_many_rounds",),
    ),
    Defect(
        "the constraint of one open operation", HOUSE,
        "    op.create_index('uq_operation_open', 'operation', ['transaction_id'], unique=True, ",
        "    op.create_index('uq_operation_open', 'operation', ['transaction_id'], unique=False, ",
        ("tests/service/test_database_guards.py::test_a_sale_has_one_open_operation",),
    ),
    Defect(
        "the constraint on the amounts", HOUSE,
        "refunded_amount >= 0 AND reserved_amount >= 0 AND refunded_amount + reserved_amount <= captured_amount",
        "refunded_amount >= 0 AND reserved_amount >= 0",
        ("tests/service/test_database_guards.py::test_no_more_is_refunded_and_reserved_than_was_captured",),
    ),
    Defect(
        "whose turn it is to send what waited", "plugins/payment_gateway/waiting.py",
        "if operation.status != OperationStatus.WAITING or operation.due_at is None or operation.due_at > (at or now()):",
        "if operation.status == OperationStatus.DONE:",
        ("tests/races/test_workers.py::test_a_waiting_refund_is_sent_once",),
    ),
)  # fmt: skip
