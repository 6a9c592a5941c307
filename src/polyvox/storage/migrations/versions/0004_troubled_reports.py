"""Which reports tell of a failure, so that these can be found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEX = "ix_speech_reports_troubled_created_at"
OUTCOMES = ("failed", "interrupted")


def upgrade() -> None:
    op.add_column(
        "speech_reports",
        sa.Column("troubled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(INDEX, "speech_reports", ["troubled", "created_at"])
    written = sa.cast(
        sa.column("document"), sa.Text()
    )  # both databases put a space after the colon
    reports = sa.table("speech_reports", sa.column("troubled"), sa.column("document"))
    told = sa.or_(*(written.contains(f'"outcome": "{outcome}"') for outcome in OUTCOMES))
    op.execute(sa.update(reports).where(told).values(troubled=sa.true()))


def downgrade() -> None:
    op.drop_index(INDEX, "speech_reports")
    op.drop_column("speech_reports", "troubled")
