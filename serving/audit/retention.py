"""Old records may go, once they have been kept for as long as the law asks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from serving.audit._address import Address
from serving.audit._driver_errors import told_of
from serving.audit._postgresql import LOCK
from serving.audit._table import AUDIT_RECORDS, create_triggers, drop_triggers
from serving.audit.errors import BrokenChain, RetentionError
from serving.audit.keys import AuditKey
from serving.audit.records import RETENTION, Entry, Head, signed_rows, time_text
from serving.audit.verification import verify
from serving.settings import FEWEST_DAYS_KEPT

# Six months at least: Regulation (EU) 2024/1689, Articles 19 and 26.
FEWEST_DAYS = FEWEST_DAYS_KEPT
_SECONDS = 60.0
_COLUMNS = AUDIT_RECORDS.c


@dataclass(frozen=True)
class Removed:
    """What was removed: so many records, up to this one."""

    records: int
    last: Head | None


def prune(address: str, key: AuditKey, *, keep_days: int, now: datetime | None = None) -> Removed:
    """Remove the oldest records and append to the chain that it was done.

    Parameters
    ----------
    keep_days : whole days of which every record stays; at least 183
    now : the time from which they are counted back; by default this moment

    Raises
    ------
    RetentionError
        If fewer days are asked for.
    BrokenChain
        If the chain is not whole: what is wrong with it would be lost.
    AuditUnavailable
    """
    if keep_days < FEWEST_DAYS:
        raise RetentionError(
            f"keep_days is {keep_days}; expected at least {FEWEST_DAYS}: the EU AI Act (Art. 19 "
            "and 26) asks for logs of six months or more"
        )
    verdict = verify(address, key)
    if not verdict.is_whole:
        raise BrokenChain(f"nothing was removed, for the chain is broken: {verdict.fault}")
    now = now or datetime.now(UTC)
    oldest = time_text(now - timedelta(days=keep_days))
    place = Address.read(address)
    with told_of(place), place.engine(seconds=_SECONDS).connect() as connection:
        _begin(connection)
        try:
            removed = _remove(connection, oldest, key, time_text(now))
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
    return removed


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(LOCK)
    else:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _remove(connection: Connection, oldest: str, key: AuditKey, now: str) -> Removed:
    last = _last_before(connection, oldest)
    if last is None:
        return Removed(0, None)
    drop_triggers(connection)
    gone = connection.execute(delete(AUDIT_RECORDS).where(_COLUMNS.sequence <= last.sequence))
    create_triggers(connection)
    removed = Removed(gone.rowcount, last)
    _append(connection, removed, key, now, before=last)
    return removed


def _last_before(connection: Connection, oldest: str) -> Head | None:
    """The last record of the oldest ones; what was committed after a younger one stays with it."""
    young = select(func.min(_COLUMNS.sequence)).where(_COLUMNS.time >= oldest)
    first_kept = connection.execute(young).scalar_one()
    query = select(_COLUMNS.sequence, _COLUMNS.mac).order_by(_COLUMNS.sequence.desc()).limit(1)
    if first_kept is not None:
        query = query.where(_COLUMNS.sequence < first_kept)
    row = connection.execute(query).first()
    return None if row is None else Head(*row)


def _append(
    connection: Connection, removed: Removed, key: AuditKey, now: str, *, before: Head
) -> None:
    """Sign what was removed, at the end of the chain."""
    query = select(_COLUMNS.sequence, _COLUMNS.mac).order_by(_COLUMNS.sequence.desc()).limit(1)
    row = connection.execute(query).first()
    head = before if row is None else Head(*row)
    content = {"removed": removed.records, "last": before.sequence, "last_mac": before.mac}
    entry = Entry(now, RETENTION, "", "", "audit prune", 200, 0.0, None, json.dumps(content))
    (values,) = signed_rows([entry], head, key.derived("chain"))
    names = _COLUMNS.keys()
    connection.execute(AUDIT_RECORDS.insert(), dict(zip(names, values, strict=True)))
