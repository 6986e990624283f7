"""Sessions that ended by signing out

Revision: 0061, after 0060
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.database

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_session",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ended_at", app.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def downgrade() -> None:
    op.drop_table("ended_session")
