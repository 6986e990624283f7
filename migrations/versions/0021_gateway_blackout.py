"""Gateway accounts: whether the bank keeps its nightly hours without cash operations

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default fills existing rows: under forced row security the owner could not update them.
    op.add_column("gateway_account", sa.Column("blackout", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.alter_column("gateway_account", "blackout", server_default=None)


def downgrade() -> None:
    op.drop_column("gateway_account", "blackout")
