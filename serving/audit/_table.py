"""The one table, and what keeps it append-only: triggers in the database itself."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    inspect,
)  # fmt: skip

_metadata = MetaData()
AUDIT_RECORDS = Table(
    "audit_records",
    _metadata,
    # In SQLite an INTEGER key is the row's own number; BIGINT would be another index.
    Column(
        "sequence",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("time", Text, nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("duration_ms", Double, nullable=False),
    Column("model", Text),
    Column("content", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("mac", Text, nullable=False),
)
LAST = "SELECT sequence, mac FROM audit_records ORDER BY sequence DESC LIMIT 1"

_REFUSAL = "audit_records is append-only; old records are removed by: python -m serving audit prune"
# INSERT OR REPLACE removes a row without any trigger on DELETE, hence the third.
_SQLITE = {
    "audit_records_no_update": "BEFORE UPDATE ON audit_records",
    "audit_records_no_delete": "BEFORE DELETE ON audit_records",
    "audit_records_no_replace": "BEFORE INSERT ON audit_records "
    "WHEN EXISTS (SELECT 1 FROM audit_records WHERE sequence = NEW.sequence)",
}
_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_records_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
"""
_POSTGRESQL = {
    "audit_records_no_change": "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_records_append_only()",
}


def create_table(connection: Connection) -> None:
    """Make the table with its triggers, unless it is there; the caller holds the lock.

    A user of PostgreSQL who may only INSERT and SELECT can use a table that is there.
    """
    if inspect(connection).has_table(AUDIT_RECORDS.name):
        return
    _metadata.create_all(connection, checkfirst=False)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRESQL_FUNCTION)
    create_triggers(connection)


def create_triggers(connection: Connection) -> None:
    """Make the table append-only."""
    for name, rule in _triggers(connection).items():
        body = (
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            if connection.dialect.name == "sqlite"
            else ""
        )
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {rule}{body}")


def drop_triggers(connection: Connection) -> None:
    """Let records be removed, until the end of this transaction."""
    table = " ON audit_records" if connection.dialect.name == "postgresql" else ""
    for name in _triggers(connection):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{table}")


def missing_triggers(connection: Connection) -> list[str]:
    """Name the triggers that somebody has taken away."""
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_records'::regclass "
        "AND tgenabled <> 'D'"
    )
    there = {str(name) for (name,) in connection.exec_driver_sql(asked)}
    return [name for name in _triggers(connection) if name not in there]


def _triggers(connection: Connection) -> dict[str, str]:
    return _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
