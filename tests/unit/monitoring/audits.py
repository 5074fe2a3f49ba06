"""Audit stores of services that never ran, of children who do not exist.

Whoever draws them knows the truth: how the children changed, and whether the risks are right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Column, Double, Integer, MetaData, Table, Text, create_engine

from lorpredict.monitoring import Monitoring, monitor
from lorpredict.survival import DAYS_A_MONTH
from training.audit_table import Row
from training.audited import audited

LANDMARK, HORIZONS = 98.0, (365.0, 730.0)
MODEL = {
    "name": "lorpredict-week14", "alias": "champion", "fingerprint": "c" * 64,
    "registered_version": "3", "catalogue_version": "1", "stage": "candidate",
}  # fmt: skip
NUMBERS = ("crp_mg_l", "albumin_g_l", "pcdai_baseline", "age_years")
OTHERS = {"sex": 2, "location": 4}
_YEAR = 365.25

RECORDS = Table(
    "audit_records",
    MetaData(),
    Column("sequence", Integer, primary_key=True),
    *(Column(name, Text) for name in ("time", "event", "route", "request_id", "client")),
    Column("status", Integer),
    Column("duration_ms", Double),
    *(Column(name, Text) for name in ("model", "content", "previous", "mac")),
)


@dataclass(frozen=True)
class Service:
    """A service that is asked about children, month by month.

    Parameters
    ----------
    moved
        From the middle month on the CRP is higher by so many standard deviations.
    unmeasured
        From the middle month on the trough is measured no more.
    hazard
        Losses of response a year, of a child like any other.
    told
        How many times the true hazard the model tells.
    leaving
        Children who leave a year, for reasons of their own.
    recorded
        Share of the children who are well whose outcome is recorded; a loss always is.
    """

    months: int = 12
    children: int = 30
    moved: float = 0.0
    unmeasured: bool = False
    hazard: float = 0.25
    told: float = 1.0
    leaving: float = 0.3
    recorded: float = 1.0
    abstains: float = 0.05
    model: Mapping[str, Any] = field(default_factory=lambda: MODEL)
    begins: datetime = datetime(2022, 1, 10, tzinfo=UTC)

    def rows(self, rng: np.random.Generator, first: str = "P") -> list[dict[str, Any]]:
        """Every record, in order of time."""
        found = [row for month in range(self.months) for row in self._month(month, rng, first)]
        return sorted(found, key=lambda row: row["time"])

    def _month(self, month: int, rng: np.random.Generator, first: str) -> Iterator[dict[str, Any]]:
        late = month >= self.months // 2
        for number in range(self.children):
            who = f"{first}-{month:03}-{number:03}"
            asked = self.begins + timedelta(days=DAYS_A_MONTH * month + float(rng.uniform(0, 15)))
            own = self.hazard * float(rng.lognormal(0, 0.5))
            if rng.random() < self.abstains:
                child = {"reason": "outside_age"}
                yield record(asked, "abstention", {"children": [_named(who) | child]}, self.model)
                continue
            yield self._answer(asked, who, own, rng, late=late)
            yield from self._outcome(asked, who, own, rng)

    def _answer(
        self, asked: datetime, who: str, own: float, rng: np.random.Generator, *, late: bool
    ) -> dict[str, Any]:
        bands = {name: _fifth(rng.normal()) for name in NUMBERS[1:]}
        bands["crp_mg_l"] = _fifth(rng.normal() + (self.moved if late else 0.0))
        bands |= {name: int(rng.integers(levels)) for name, levels in OTHERS.items()}
        missing = ["trough_week14_ug_ml"]
        if rng.random() < 0.5 and not (late and self.unmeasured):
            bands["trough_week14_ug_ml"] = _fifth(rng.normal())
            missing = []
        risks = [
            [day, 1 - float(np.exp(-self.told * own * (day - LANDMARK) / _YEAR))]
            for day in HORIZONS
        ]
        told = {"missing": missing, "warnings": int(rng.random() < 0.1), "risks": risks}
        content = {"children": [_named(who) | {"bands": bands} | told]}
        return record(asked, "answer", content, self.model)

    def _outcome(
        self, asked: datetime, who: str, own: float, rng: np.random.Generator
    ) -> Iterator[dict[str, Any]]:
        lost = float(rng.exponential(_YEAR / own))
        left = min(float(rng.exponential(_YEAR / self.leaving)), 900.0)
        if lost > left and rng.random() >= self.recorded:
            return
        days = LANDMARK + min(lost, left)
        outcome = "secondary_lor" if lost <= left else "transferred"
        content = {
            "pseudonym": pseudonym(who), "outcome": outcome,
            "follow_up_months": int(days // DAYS_A_MONTH),
        }  # fmt: skip
        yield record(asked + timedelta(days=days - LANDMARK), "outcome", content, None)


def pseudonym(who: str) -> str:
    return f"5ec7e7{who.encode().hex()}"


def record(
    time: datetime, event: str, content: Mapping[str, Any], model: Mapping[str, Any] | None
) -> dict[str, Any]:
    """One record as the service writes it, but for its place and its signature."""
    return {
        "time": time.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
        "event": event, "route": "/predict", "request_id": "r", "client": "ward", "status": 200,
        "duration_ms": 1.0, "model": None if model is None else json.dumps(model),
        "content": json.dumps(content), "previous": "0" * 64, "mac": "0" * 64,
    }  # fmt: skip


def written(rows: Sequence[Mapping[str, Any]], file: Path) -> str:
    """Write records into a SQLite store and return its address."""
    engine = create_engine(f"sqlite:///{file}")
    RECORDS.metadata.create_all(engine)
    ordered = enumerate(sorted(rows, key=lambda row: row["time"]), start=1)
    with engine.begin() as connection:
        connection.execute(RECORDS.insert(), [{"sequence": n, **row} for n, row in ordered])
    engine.dispose()
    return f"sqlite:///{file}"


def monitored(rows: Sequence[Mapping[str, Any]], **asked: Any) -> Monitoring:
    """What is found in records, without a database between."""
    ordered = enumerate(sorted(rows, key=lambda row: row["time"]), start=1)
    read = audited(
        (Row(n, r["time"], r["event"], r["model"], r["content"]) for n, r in ordered),
        alias="champion",
    )
    return monitor(
        read.watched, read.questions, read.ended, until=read.until, notes=read.notes, **asked
    )


def _named(who: str) -> dict[str, Any]:
    return {"fingerprint": f"f1b0{who.encode().hex()}", "pseudonym": pseudonym(who)}


def _fifth(value: float) -> int:
    return int(np.searchsorted((-0.8416, -0.2533, 0.2533, 0.8416), value, side="right"))
