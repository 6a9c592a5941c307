"""Recordings to clone voices from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_samples",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("personality_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("consent_who", sa.Text(), nullable=True),
        sa.Column("consent_when", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_statement", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("report", _document(), nullable=False),
        sa.Column("prepared", _document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["personality_id"],
            ["ai_personalities.id"],
            name="fk_voice_samples_personality_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_voice_samples"),
        sa.UniqueConstraint(
            "personality_id", "sha256", name="uq_voice_samples_personality_id_sha256"
        ),
    )
    op.create_index("ix_voice_samples_source_url", "voice_samples", ["source_url"])


def downgrade() -> None:
    op.drop_table("voice_samples")


def _document() -> sa.JSON[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")
