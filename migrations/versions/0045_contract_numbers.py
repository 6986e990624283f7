"""A contract number belongs to one merchant: it is unique over the installation, as it is in the bank's world

Two merchants under one number cannot be told apart in `/remittances/{contract}/{number}` nor on the bank's papers; where
an installation has such a pair, this stops and PostgreSQL names the number: correct one, then migrate again.

Revision: 0045, after 0021
"""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("uq_contract_number", "contract")
    op.create_unique_constraint("uq_contract_number", "contract", ["number"])


def downgrade() -> None:
    op.drop_constraint("uq_contract_number", "contract")
    op.create_unique_constraint("uq_contract_number", "contract", ["merchant_id", "number"])
