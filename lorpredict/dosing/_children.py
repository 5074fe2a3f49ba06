"""The children of a cohort as forecasts need them: doses, covariates over time, measured levels.

What the tables beside the cohort hold is taken from them; of a child without them it is the
cohort's own first dose at weeks 0, 2 and 6 and on the landmark day, and its trough at week 14.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lorpredict.clinical import GrowthReference
from lorpredict.clinical._schedule import INDUCTION_DAYS
from lorpredict.cohort import Cohort, Infusions, Levels
from lorpredict.cohort._agreeing import refuse_disagreeing
from lorpredict.dosing._beside import (
    BEFORE_THE_FIRST_DOSE,
    Faults,
    Row,
    RowLeftOut,
    by_child,
    is_not_compared,
    is_of_infusions,
    of_infusion,
    of_level,
    of_the_cohort,
    rows_of,
)
from lorpredict.errors import CohortFaults, FaultsFound, counted_children
from lorpredict.pharmacokinetics import DoseHistory, MeasuredLevel

_LANDMARK = 98.0
_HOURS = 2.0
_Z_SCORES = ("age_years", "sex", "bmi_z", "height_z")
_POSITIVE = ("low", "high")
_DAYS_BEFORE_LANDMARK = 7.0  # as where levels are joined


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
    rows_left_out
        Infusions and samples of the tables beside the cohort that nothing is computed from.
    """

    children: tuple[DosedChild, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    assumptions: Mapping[str, int] = field(default_factory=dict)
    rows_left_out: tuple[RowLeftOut, ...] = ()

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
        Naming every dose or level that is none of its child, by its row in its own table, and
        every level or antibody of week 14 that contradicts the cohort's, as
        :func:`lorpredict.cohort.with_levels` does.

    Examples
    --------
    >>> from lorpredict.synthetic import reconstructed_cohort
    >>> dosed_children(reconstructed_cohort())
    DosedChildren(69 children, 34 with a level; 0 left out)
    """
    infusions, strangers = of_the_cohort(infusions, cohort)
    levels, unknown = of_the_cohort(levels, cohort)
    given = _Tables(cohort, infusions, levels)
    given.rows_left_out += [*strangers, *unknown]
    found: list[DosedChild] = []
    left_out: Counter[str] = Counter()
    for place, row in enumerate(rows_of(cohort.table), start=1):
        if why := given.missing(row):
            left_out[why] += 1
        elif child := given.child({**row, "row": place}):
            found.append(child)
    given.faults.refuse()
    return DosedChildren(
        tuple(found), dict(left_out), dict(given.assumed), tuple(given.rows_left_out)
    )


class _Tables:
    """The cohort and the tables beside it, asked child by child."""

    def __init__(self, cohort: Cohort, infusions: Infusions | None, levels: Levels | None) -> None:
        self.cohort, self.infusions, self.levels = cohort, by_child(infusions), by_child(levels)
        self.names = {"infusions": cohort.name, "levels": cohort.name}
        self.names |= {
            kind: table.name
            for kind, table in (("infusions", infusions), ("levels", levels))
            if table is not None
        }
        self.assumed: Counter[str] = Counter()
        self.rows_left_out: list[RowLeftOut] = []
        self.faults = Faults()
        if levels is not None:
            try:
                refuse_disagreeing(cohort, levels, infusions)
            except CohortFaults as error:
                self.faults.add(error.subject, error.faults)

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

    def child(self, row: Row) -> DosedChild | None:
        """Put what is known of a child together; None where something is wrong with it."""
        name = str(row["patient_id"])
        landmark = float(row.get("landmark_day", _LANDMARK))
        levels = None if self.levels is None else self.levels.get(name, [])
        if levels == [] and ("trough_week14_ug_ml" in row or row.get("trough_week14_below_loq")):
            self.assumed[
                "no level, since the table of levels has none; the cohort's not taken"
            ] += 1
        if levels and self.infusions and is_not_compared(row, self.infusions[name]):
            self.assumed["week 14 not compared with levels, its fourth infusion is none of it"] += 1
        measured = tuple(self._measured(row, levels, landmark))
        try:
            history = DoseHistory.of(
                **self._doses(row, name, landmark),
                weight_kg=self._weight(row),
                albumin_g_l=_albumin(row, landmark),
                immunomodulator=self._immunomodulator(row),
                **_antibodies(row, levels, landmark),
            )
        except FaultsFound as error:
            self._point(error, row)
            return None
        return DosedChild(name, history, measured)

    def _point(self, error: FaultsFound, row: Row) -> None:
        """Say in which table the faults of a history stand."""
        for fault in error.faults:
            if self.infusions is not None and is_of_infusions(fault):
                infusions = self.infusions[str(row["patient_id"])]
                self.faults.add(self.names["infusions"], [of_infusion(fault, infusions)])
            else:
                self.faults.add(self.cohort.name, [replace(fault, row=row["row"])])

    def _measured(
        self, row: Row, levels: list[Row] | None, landmark: float
    ) -> Iterator[MeasuredLevel]:
        """Return the levels of a child, without those from before its first dose."""
        for each in [_week_14(row, landmark)] if levels is None else levels:
            below, value = bool(each.get("below_loq", False)), each.get("value_ug_ml")
            if value is None and not below:
                continue
            if float(each["day"]) <= 0:
                left_out = RowLeftOut.of(self.names["levels"], each, BEFORE_THE_FIRST_DOSE)
                self.rows_left_out.append(left_out)
                continue
            limit = each.get("loq_ug_ml")
            try:
                yield MeasuredLevel.of(
                    float(each["day"]),
                    None if below or value is None else float(value),
                    loq=None if limit is None else float(limit),
                    below_loq=below,
                    assay=each.get("assay"),
                )
            except FaultsFound as error:
                found = [of_level(fault, each) for fault in error.faults]
                self.faults.add(self.names["levels"], found)

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


def _antibodies(row: Row, levels: list[Row] | None, landmark: float) -> dict[str, Any]:
    """Say whether there are antibodies; from when is known where a sample before had none.

    The cohort's own finding of week 14 counts where no sample of that week was tested.
    """
    tested = [
        (float(each["day"]), each["antibodies"]) for each in levels or () if "antibodies" in each
    ]
    if "antibodies_week14" in row and not any(
        0 <= landmark - day <= _DAYS_BEFORE_LANDMARK for day, _ in tested
    ):
        tested = sorted([*tested, (landmark, row["antibodies_week14"])])
    positive = [day for day, found in tested if found in _POSITIVE]
    if not positive:
        return {}
    before = [day for day, _ in tested if day < positive[0]]
    return {"antibodies_from_day": max(0.0, *before)} if before else {"antibodies": True}


def _week_14(row: Row, landmark: float) -> Row:
    """Return the cohort's trough as a row of the table of levels."""
    limit, below = row.get("trough_week14_loq_ug_ml"), row.get("trough_week14_below_loq", False)
    return {
        "row": row["row"],
        "patient_id": row["patient_id"],
        "day": landmark,
        "value_ug_ml": row.get("trough_week14_ug_ml"),
        "below_loq": below,
        "loq_ug_ml": limit,
    }
