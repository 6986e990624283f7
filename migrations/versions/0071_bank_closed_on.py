"""Days on which a contract's own bank is closed beside those of TARGET

Revision: 0071, after 0070
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contract", sa.Column("bank_closed_on", sa.String(length=220), nullable=True))


def downgrade() -> None:
    op.drop_column("contract", "bank_closed_on")
