"""What can be computed from other values of the same record, and what must agree with it.

A derived value fills in only where none was given; where one was given it is checked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lorpredict.clinical._activity import definitions
from lorpredict.errors import Fault

Record = Mapping[str, Any]

# Ages are written to a tenth of a year or finer, so a difference of two can be off by 0.1 years.
_DURATION_ROUNDING_MONTHS = 1.3
# A value below the limit of quantification enters at half the limit (Beal 2001, method M5).
_SHARE_OF_LIMIT = 0.5


@dataclass(frozen=True)
class Derivation:
    """One derived column: its sources, its formula, and when a given value contradicts it."""

    key: str
    sources: tuple[str, ...]
    compute: Callable[..., Any]
    agrees: Callable[[Any, Any], bool]
    rule: str

    def from_record(self, record: Record) -> Any:
        """Compute the value, or None where a source is missing."""
        values = [record.get(source) for source in self.sources]
        if any(is_missing(value) for value in values):
            return None
        return self.compute(*values)

    def contradiction(self, record: Record, *, row: int | None = None) -> Fault | None:
        """Return the fault of a record whose given value disagrees with the computed one."""
        given, computed = record.get(self.key), self.from_record(record)
        if is_missing(given) or computed is None or self.agrees(given, computed):
            return None
        told = f"{computed:g}" if isinstance(computed, float) else str(computed).lower()
        problem = f"contradicts {self.rule}"
        value = f"{given:g}" if isinstance(given, float) else str(given).lower()
        hint = f"Check {', '.join(self.sources)}"
        return Fault(self.key, problem, hint, row=row, value=f"{value} (computed: {told})")


def is_missing(value: Any) -> bool:
    """Whether a value was not given: None, NaN or pandas' NA."""
    # NA is asked by its name first: comparing it with itself gives NA, which is no answer.
    return value is None or str(value) == "<NA>" or value != value


def _duration(age: float, onset: float) -> float:
    return (age - onset) * 12


def _trough(below: bool, limit: float) -> float | None:
    return limit * _SHARE_OF_LIMIT if below else None


def _never_contradicts(_given: Any, _computed: Any) -> bool:
    return True


def _close(given: float, computed: float) -> bool:
    return math.isclose(given, computed, abs_tol=_DURATION_ROUNDING_MONTHS)


DERIVATIONS = (
    Derivation(
        "disease_duration_months",
        ("age_years", "onset_age_years"),
        _duration,
        _close,
        "age minus onset age",
    ),
    Derivation(
        "trough_week14_ug_ml",
        ("trough_week14_below_loq", "trough_week14_loq_ug_ml"),
        _trough,
        _never_contradicts,
        "half the limit of quantification",
    ),
)


def derive(record: Record) -> dict[str, Any]:
    """Return the record with what can be computed filled in where nothing was given."""
    filled = dict(record)
    for derivation in DERIVATIONS:
        if is_missing(filled.get(derivation.key)):
            computed = derivation.from_record(filled)
            if computed is not None:
                filled[derivation.key] = computed
    return filled


def contradictions(record: Record, *, row: int | None = None) -> list[Fault]:
    """Name every pair of values in a record that cannot both be true."""
    found = [derivation.contradiction(record, row=row) for derivation in DERIVATIONS]
    found += [check(record, row) for check in _PAIRS]
    return [fault for fault in found if fault is not None]


def _onset_after_age(record: Record, row: int | None) -> Fault | None:
    age: Any = record.get("age_years")
    onset: Any = record.get("onset_age_years")
    if is_missing(age) or is_missing(onset) or onset <= age:
        return None
    value = f"{onset:g} years (age_years: {age:g})"
    return Fault("onset_age_years", "expected at most age_years", row=row, value=value)


def _lor_free_after_end(record: Record, row: int | None) -> Fault | None:
    last: Any = record.get("last_lor_free_days")
    end: Any = record.get("follow_up_days")
    if is_missing(last) or is_missing(end) or last <= end:
        return None
    value = f"{last:g} days (follow_up_days: {end:g})"
    return Fault("last_lor_free_days", "expected at most follow_up_days", row=row, value=value)


def _below_unknown_limit(record: Record, row: int | None) -> Fault | None:
    if record.get("trough_week14_below_loq") is not True:
        return None
    limit: Any = record.get("trough_week14_loq_ug_ml")
    trough: Any = record.get("trough_week14_ug_ml")
    if is_missing(limit) and is_missing(trough):
        problem = "the trough is below a limit that is not given"
        return Fault("trough_week14_below_loq", problem, "Give trough_week14_loq_ug_ml", row=row)
    if not is_missing(limit) and not is_missing(trough) and trough > limit:
        problem = "said to be below the limit of quantification, but lies above it"
        value = f"{trough:g} µg/mL (limit: {limit:g})"
        return Fault("trough_week14_ug_ml", problem, row=row, value=value)
    return None


def _remission_by_no_definition(record: Record, row: int | None) -> Fault | None:
    """Remission that no named definition sees; which one counts is the design's to say."""
    given: Any = record.get("remission_week14")
    pcdai: Any = record.get("pcdai_week14")
    if is_missing(given) or is_missing(pcdai):
        return None
    if any(each.holds(pcdai) == given for each in definitions("remission")):
        return None
    value = f"{str(given).lower()} (pcdai_week14: {pcdai:g})"
    problem = "contradicts every named definition of remission"
    return Fault("remission_week14", problem, "Check pcdai_week14", row=row, value=value)


_PAIRS = (
    _onset_after_age,
    _lor_free_after_end,
    _below_unknown_limit,
    _remission_by_no_definition,
)
