"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out, not imported: a migration keeps its meaning when the code moves on.
BUCKETS = (50, 100, 200, 350, 500, 750, 1000, 1500, 2500, 5000, 10_000, 30_000)
COUNTERS = (
    *("requests", "successes", "failures", "segments", "cache_hits", "characters"),
    *(f"latency_le_{bound}" for bound in BUCKETS),
    "latency_slower",
    *(f"ttfa_le_{bound}" for bound in BUCKETS),
    "ttfa_slower",
)
SUMS = ("audio_ms", "latency_ms", "ttfa_ms")


def upgrade() -> None:
    _personalities()
    _usage()
    _reports()
    _keys()


def downgrade() -> None:
    for table in (
        "api_keys",
        "speech_reports",
        "usage_hourly",
        "voice_switches",
        "ai_personalities",
    ):
        op.drop_table(table)


def _document() -> sa.JSON[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _personalities() -> None:
    op.create_table(
        "ai_personalities",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("voice_config", _document(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("updated_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ai_personalities"),
    )
    op.create_table(
        "voice_switches",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("personality_id", sa.Text(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("from_provider", sa.Text(), nullable=False),
        sa.Column("to_provider", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["personality_id"],
            ["ai_personalities.id"],
            name="fk_voice_switches_personality_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_voice_switches"),
    )
    op.create_index(
        "ix_voice_switches_personality_id_at", "voice_switches", ["personality_id", "at"]
    )


def _usage() -> None:
    op.create_table(
        "usage_hourly",
        sa.Column("hour", _moment(), nullable=False),
        sa.Column("personality_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTERS),
        *(sa.Column(name, sa.Double(), nullable=False) for name in SUMS),
        sa.Column("last_used", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "personality_id", "provider", name="pk_usage_hourly"),
    )


def _reports() -> None:
    op.create_table(
        "speech_reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("personality", sa.Text(), nullable=True),
        sa.Column("document", _document(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_speech_reports"),
    )
    op.create_index("ix_speech_reports_created_at", "speech_reports", ["created_at"])


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("last_used_at", _moment(), nullable=True),
        sa.Column("revoked_at", _moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
