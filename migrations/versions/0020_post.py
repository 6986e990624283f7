"""The post: since when a mail was tried (real time), and whether it left by SMTP or as a file

Revision: 0020, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("first_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("carrier", sa.String(length=8, collation="C"), nullable=True))
    op.create_check_constraint("ck_outbox_carrier", "outbox", "carrier IN ('SMTP', 'FILE')")


def downgrade() -> None:
    op.drop_constraint("ck_outbox_carrier", "outbox")
    op.drop_column("outbox", "carrier")
    op.drop_column("outbox", "first_try_at")
