"""How often a provider was asked for the same segment once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("retries", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("usage_hourly", column)  # the default is for the rows that are there
    with op.batch_alter_table("usage_hourly") as table:
        table.alter_column("retries", server_default=None)


def downgrade() -> None:
    op.drop_column("usage_hourly", "retries")
