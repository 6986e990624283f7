"""Nobody approves what nobody asked for; a sale goes by a gateway account of its own merchant

Revision: 0046, after 0045
"""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BEFORE = "approved_by_id IS NULL OR approved_by_id <> requested_by_id"
SINCE = "approved_by_id IS NULL OR (requested_by_id IS NOT NULL AND approved_by_id <> requested_by_id)"


def upgrade() -> None:
    op.drop_constraint("ck_operation_four_eyes", "operation", type_="check")
    op.create_check_constraint("ck_operation_four_eyes", "operation", SINCE)
    op.create_foreign_key(
        "fk_transaction_gateway_account_id",
        "transaction",
        "gateway_account",
        ["merchant_id", "gateway_account_id"],
        ["merchant_id", "id"],
    )


def downgrade() -> None:
    op.drop_constraint("fk_transaction_gateway_account_id", "transaction", type_="foreignkey")
    op.drop_constraint("ck_operation_four_eyes", "operation", type_="check")
    op.create_check_constraint("ck_operation_four_eyes", "operation", BEFORE)
