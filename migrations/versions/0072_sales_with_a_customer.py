"""The index of a customer's sales holds those that have a customer

While a table has no statistics yet, PostgreSQL took the whole index for the shortest way to any sale of a merchant, and each
order read all sales before it.

Revision: 0072, after 0071
"""

from __future__ import annotations

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_transaction_customer_row", ["merchant_id", "customer_row_id"]


def upgrade() -> None:
    op.drop_index(NAME, "transaction")
    op.create_index(NAME, "transaction", COLUMNS, postgresql_where="customer_row_id IS NOT NULL")


def downgrade() -> None:
    op.drop_index(NAME, "transaction")
    op.create_index(NAME, "transaction", COLUMNS)
