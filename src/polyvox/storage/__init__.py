"""Where data is kept: SQLAlchemy tables and repositories, SQLite or PostgreSQL, Alembic migrations."""
