"""The children of a cohort as forecasts need them: doses, covariates over time, measured levels.

What the tables beside the cohort hold is taken from them; of a child without them it is the
cohort's own first dose at weeks 0, 2 and 6 and on the landmark day, and its trough at week 14.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from lorpredict.clinical import GrowthReference
from lorpredict.cohort import Cohort, Infusions, Levels
from lorpredict.errors import CohortFaults, Fault, FaultsFound, counted_children
from lorpredict.pharmacokinetics import DoseHistory, MeasuredLevel
from lorpredict.pharmacokinetics._schedule import INDUCTION_DAYS

_LANDMARK = 98.0
_HOURS = 2.0
_Z_SCORES = ("age_years", "sex", "bmi_z", "height_z")
_POSITIVE = ("low", "high")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class DosedChild:
    """One child of a cohort, as forecasts need it.

    Parameters
    ----------
    patient_id
        The child's pseudonym.
    history
        Infusions and covariates.
    levels
        What was measured; may be none.
    """

    patient_id: str
    history: DoseHistory
    levels: tuple[MeasuredLevel, ...]


@dataclass(frozen=True)
class DosedChildren(Sequence[DosedChild]):
    """Children whose doses and covariates are known, and how many were left out.

    Parameters
    ----------
    children
        In the order of the cohort.
    left_out
        Why -> how many.
    assumptions
        What was assumed, and of how many.
    """

    children: tuple[DosedChild, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    assumptions: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, place: Any) -> Any:
        return self.children[place]

    def __len__(self) -> int:
        return len(self.children)

    def __repr__(self) -> str:
        measured = sum(bool(child.levels) for child in self.children)
        left = sum(self.left_out.values())
        return (
            f"DosedChildren({counted_children(len(self))}, {measured} with a level; "
            f"{left} left out)"
        )


def dosed_children(
    cohort: Cohort, *, infusions: Infusions | None = None, levels: Levels | None = None
) -> DosedChildren:
    """Return the children of a cohort with their doses, covariates and measured levels.

    Parameters
    ----------
    cohort
        Gives weight and albumin at the first infusion, albumin at the landmark, whether an
        immunomodulator is taken, and antibodies. A weight that is missing is computed back from
        the z-scores by the tables of the WHO, and counted as assumed.
    infusions, levels
        The tables beside it. Without infusions the cohort's first dose is taken for weeks 0, 2
        and 6 and the landmark day; without levels its trough at week 14.

    Raises
    ------
    CohortFaults
        Naming every dose or level that is none of its child, by the child's row in the cohort.

    Examples
    --------
    >>> from lorpredict.synthetic import reconstructed_cohort
    >>> dosed_children(reconstructed_cohort())
    DosedChildren(69 children, 34 with a level; 0 left out)
    """
    given = _Tables(cohort, _by_child(infusions), _by_child(levels))
    faults: list[Fault] = []
    found: list[DosedChild] = []
    left_out: Counter[str] = Counter()
    for place, row in enumerate(_rows(cohort.table), start=1):
        try:
            why = given.missing(row)
            if why:
                left_out[why] += 1
            else:
                found.append(given.child(row))
        except FaultsFound as error:
            faults += [replace(fault, row=place) for fault in error.faults]
    if faults:
        raise CohortFaults(faults, subject=cohort.name)
    return DosedChildren(tuple(found), dict(left_out), dict(given.assumed))


def _rows(table: pd.DataFrame) -> Iterator[Row]:
    """Return what is known of each child; what is missing is not there."""
    for row in table.to_dict("records"):
        yield {str(name): value for name, value in row.items() if not _missing(value)}


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value != value


def _by_child(table: Infusions | Levels | None) -> dict[str, list[Row]] | None:
    if table is None:
        return None
    found: dict[str, list[Row]] = {}
    for row in _rows(table.table):
        found.setdefault(str(row["patient_id"]), []).append(row)
    return found


class _Tables:
    """The cohort and the tables beside it, asked child by child."""

    def __init__(
        self,
        cohort: Cohort,
        infusions: dict[str, list[Row]] | None,
        levels: dict[str, list[Row]] | None,
    ) -> None:
        self.cohort, self.infusions, self.levels = cohort, infusions, levels
        self.assumed: Counter[str] = Counter()

    def missing(self, row: Row) -> str:
        """Say why a child cannot be forecast, or nothing."""
        if "weight_kg" not in row and any(name not in row for name in _Z_SCORES):
            return "no weight, nor the z-scores to compute it from"
        if "albumin_g_l" not in row and "albumin_week14_g_l" not in row:
            return "no albumin"
        if self.infusions is not None and str(row["patient_id"]) not in self.infusions:
            return "no infusion in the table of infusions"
        if self.infusions is None and "ifx_dose_mg_kg" not in row:
            return "no dose, and no table of infusions"
        return ""

    def child(self, row: Row) -> DosedChild:
        """Put what is known of a child together."""
        name = str(row["patient_id"])
        landmark = float(row.get("landmark_day", _LANDMARK))
        weight = self._weight(row)
        levels = None if self.levels is None else self.levels.get(name, [])
        history = DoseHistory.of(
            **self._doses(row, name, landmark),
            weight_kg=weight,
            albumin_g_l=_albumin(row, landmark),
            immunomodulator=self._immunomodulator(row),
            **_antibodies(row, levels),
        )
        return DosedChild(name, history, tuple(_levels(row, levels, landmark)))

    def _weight(self, row: Row) -> float:
        if "weight_kg" in row:
            return float(row["weight_kg"])
        self.assumed["weight computed back from z-scores, by the tables of the WHO"] += 1
        who, age, male = GrowthReference.who(), row["age_years"], row["sex"] == "male"
        height = float(who.height_cm(row["height_z"], age, male))
        return float(who.body_mass_index(row["bmi_z"], age, male)) * (height / 100) ** 2

    def _doses(self, row: Row, name: str, landmark: float) -> dict[str, Any]:
        if self.infusions is None:
            self.assumed["the first dose taken for all, at weeks 0, 2, 6 and the landmark"] += 1
            days = [*INDUCTION_DAYS, landmark]
            return {"infusion_days": days, "doses_mg_kg": float(row["ifx_dose_mg_kg"])}
        infusions = self.infusions[name]
        return {
            "infusion_days": [float(each["day"]) for each in infusions],
            "doses_mg": [float(each["dose_mg"]) for each in infusions],
            "hours": [float(each.get("hours", _HOURS)) for each in infusions],
        }

    def _immunomodulator(self, row: Row) -> bool:
        if "immunomodulator_week14" not in row:
            self.assumed["no immunomodulator where none is recorded"] += 1
        return bool(row.get("immunomodulator_week14", False))


def _albumin(row: Row, landmark: float) -> list[tuple[float, float]]:
    dated = ((0.0, "albumin_g_l"), (landmark, "albumin_week14_g_l"))
    return [(day, float(row[name])) for day, name in dated if name in row]


def _antibodies(row: Row, levels: list[Row] | None) -> dict[str, Any]:
    """Say whether there are antibodies; from when is known where a sample before had none."""
    if levels is None:
        return {"antibodies": row.get("antibodies_week14") in _POSITIVE}
    tested = [each for each in levels if "antibodies" in each]
    positive = [float(each["day"]) for each in tested if each["antibodies"] in _POSITIVE]
    if not positive:
        return {}
    before = [float(each["day"]) for each in tested if float(each["day"]) < positive[0]]
    return {"antibodies_from_day": max(before)} if before else {"antibodies": True}


def _levels(row: Row, levels: list[Row] | None, landmark: float) -> Iterator[MeasuredLevel]:
    if levels is None:
        below = bool(row.get("trough_week14_below_loq", False))
        value, limit = row.get("trough_week14_ug_ml"), row.get("trough_week14_loq_ug_ml")
        measured = [(landmark, value, limit, below, None)]
    else:
        measured = [
            (
                float(each["day"]),
                each.get("value_ug_ml"),
                each.get("loq_ug_ml"),
                bool(each.get("below_loq", False)),
                each.get("assay"),
            )
            for each in levels
            if float(each["day"]) > 0
        ]
    for day, value, limit, below, assay in measured:
        if value is not None or below:
            yield MeasuredLevel.of(
                day,
                None if below or value is None else float(value),
                loq=None if limit is None else float(limit),
                below_loq=below,
                assay=assay,
            )
