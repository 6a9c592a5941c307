"""The tables. A change here needs a migration; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB

from polyvox.domain.counts import Counts
from polyvox.storage.counts import as_columns


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Aware in and out, kept in UTC; SQLite has no time zones, so they are put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Document = JSON().with_variant(JSONB(), "postgresql")
Number = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up a primary key only if it is called INTEGER; its integers have 64 bits anyway."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

ai_personalities = Table(
    "ai_personalities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("voice_config", Document, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)


def _of_a_personality() -> Column[str]:
    """What the rows belong to, and go with."""
    owner = ForeignKey("ai_personalities.id", ondelete="CASCADE")
    return Column("personality_id", Text, owner, nullable=False)


voice_switches = Table(
    "voice_switches",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    _of_a_personality(),
    Column("at", UtcDateTime, nullable=False),
    Column("from_provider", Text, nullable=False),
    Column("to_provider", Text, nullable=False),
)
Index(None, voice_switches.c.personality_id, voice_switches.c.at)


usage_hourly = Table(
    "usage_hourly",
    metadata,
    Column("hour", UtcDateTime, primary_key=True),
    Column("personality_id", Text, primary_key=True),  # not a foreign key: usage stays
    Column("provider", Text, primary_key=True),
    *(
        Column(name, BigInteger if isinstance(zero, int) else Double, nullable=False)
        for name, zero in as_columns(Counts()).items()
    ),
    Column("last_used", UtcDateTime, nullable=False),
)

speech_reports = Table(
    "speech_reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("personality", Text),
    Column("troubled", Boolean, nullable=False, server_default=false()),
    Column("document", Document, nullable=False),
)
Index(None, speech_reports.c.troubled, speech_reports.c.created_at)

quota_used = Table(
    "quota_used",
    metadata,
    Column("month", Text, primary_key=True),  # 2026-11, in UTC
    Column("provider", Text, primary_key=True),
    Column("tier", Text, primary_key=True),
    Column("characters", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

voice_samples = Table(
    "voice_samples",
    metadata,
    Column("id", Text, primary_key=True),
    _of_a_personality(),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("language", Text),
    Column("notes", Text),
    Column("consent_who", Text),
    Column("consent_when", UtcDateTime),
    Column("consent_statement", Text),
    Column("source_url", Text, index=True),
    Column("report", Document, nullable=False),
    Column("prepared", Document, nullable=False),
    UniqueConstraint("personality_id", "sha256"),
)

lexicons = Table(
    "lexicons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("entries", Document, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
