"""What the person noted who acknowledged an alarm

Revision: 0070, after 0061
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alarm", sa.Column("note", sa.String(length=256), nullable=True))


def downgrade() -> None:
    op.drop_column("alarm", "note")
