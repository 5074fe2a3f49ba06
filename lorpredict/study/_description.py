"""What a cohort is under a design: who is at risk, what they were like, how long they were seen."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from lorpredict.cohort import Cohort
from lorpredict.cohort._cohort import column_type
from lorpredict.design import ModelDesign
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.evaluation._follow_up import FollowUp, follow_up
from lorpredict.evaluation.sample_size import SampleSize, sample_size_of
from lorpredict.features._pipeline import NeverMeasuredWarning, feature_pipeline
from lorpredict.outcome import AtRisk, FlowDiagram, landmark
from lorpredict.study import _small_cells
from lorpredict.study._classes import ActivityCount, activity_counts, paris_counts
from lorpredict.study._small_cells import Counted
from lorpredict.study._table_one import TableOne, table_one

USUAL_C = 0.70


@dataclass(frozen=True)
class Flow:
    """The flow diagram, where a count may be hidden; the words are those of `FlowDiagram`."""

    started: int | None
    left_out: Counted
    at_risk: int
    unknown: Counted
    flagged: Counted
    ended: Counted

    @classmethod
    def of(cls, diagram: FlowDiagram) -> Flow:
        """Take the counts of a diagram, none of them hidden."""
        return cls(**asdict(diagram))


@dataclass(frozen=True)
class CohortDescription:
    """A cohort as the first pages of a study tell it.

    Parameters
    ----------
    cohort, synthetic
        Its name, and whether any row is not a real child.
    design
        Under which event, landmark and predictors it is described.
    lacking
        Predictors of the design that the cohort has no column for; counted as missing.
    flow
        Who was left out and how the others ended. All that follows is of the children at risk.
    table_one
        What they were like.
    missing
        Predictor of the design -> number of children without it.
    complete
        Number of children with every predictor of the design.
    follow_up
        Days count from the landmark; None where it is hidden.
    at_horizons
        Horizon in days since the first infusion -> children still under observation and without
        the event.
    sample_size
        Riley's minimum for a linear model of the design; None where it cannot be told.
    sample_size_reason
        Why it cannot.
    paris
        Part of the Paris classification -> class -> number of children.
    activity
        Named definitions at week 14, in all children of the file.
    smallest_cell
        Smallest count that is told; 0 where every count is.
    """

    cohort: str
    synthetic: bool
    design: ModelDesign
    lacking: tuple[str, ...]
    flow: Flow
    table_one: TableOne
    missing: Counted
    complete: int | None
    follow_up: FollowUp | None
    at_horizons: Mapping[float, int | None]
    sample_size: SampleSize | None
    sample_size_reason: str
    paris: Mapping[str, Counted]
    activity: tuple[ActivityCount, ...]
    smallest_cell: int = 0

    def without_small_counts(self, smallest: int) -> CohortDescription:
        """Hide counts below ``smallest``, and those from which they could be computed.

        Zero is told. Where fewer than ``smallest`` children had the event, or all but so few,
        nothing is told of events.

        Raises
        ------
        DesignError
            If ``smallest`` would hide nothing.
        TooLittleData
            If fewer children than that are at risk.
        """
        return _small_cells.hidden(self, smallest)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; what is hidden is None."""
        return {
            "cohort": self.cohort,
            "synthetic": self.synthetic,
            "design": {"name": self.design.name, "version": self.design.version},
            "catalogue_version": self.design.catalogue.version,
            "smallest_cell": self.smallest_cell,
            "lacking": list(self.lacking),
            "flow": asdict(self.flow),
            "table_one": self.table_one.to_dict(),
            "missing": dict(self.missing),
            "complete": self.complete,
            "follow_up": self._plain_follow_up(),
            "sample_size": self._plain_sample_size(),
            "sample_size_reason": self.sample_size_reason,
            "paris": {part: dict(counts) for part, counts in self.paris.items()},
            "activity": [asdict(each) for each in self.activity],
        }

    def _plain_follow_up(self) -> dict[str, Any] | None:
        if self.follow_up is None:
            return None
        seen = self.follow_up
        return {
            "children": seen.children,
            "events": seen.events,
            "person_years": seen.person_years,
            "events_per_person_year": seen.rate_per_year,
            "median_days_since_landmark": seen.median,
            "quartiles_days_since_landmark": [seen.lower_quartile, seen.upper_quartile],
            "at_risk": [
                {"days_since_first_infusion": day, "children": number}
                for day, number in self.at_horizons.items()
            ],
        }

    def _plain_sample_size(self) -> dict[str, Any] | None:
        if self.sample_size is None:
            return None
        size = self.sample_size
        needed = {"needed": size.needed, "needed_events": size.needed_events, "met": size.is_met}
        return asdict(size) | needed

    def __repr__(self) -> str:
        return f"CohortDescription({self.cohort!r}, {self.flow.at_risk} children at risk)"


def describe(cohort: Cohort, design: ModelDesign, *, c: float = USUAL_C) -> CohortDescription:
    """Describe a cohort as the first pages of a study do, under one design.

    Parameters
    ----------
    cohort
        Read and checked. A predictor of the design that it has no column for counts as missing.
    design
        Says what the event is, where the clock starts, and which predictors are asked for.
    c
        Harrell's C that is expected of a model in new children, for Riley's minimum.

    Raises
    ------
    TooLittleData
        If nobody is at risk at the landmark.

    Examples
    --------
    >>> from lorpredict import ModelDesign
    >>> from lorpredict.synthetic import reconstructed_cohort
    >>> design = ModelDesign("doc", 1, "", predictors=("sex", "trough_week14_ug_ml"))
    >>> described = describe(reconstructed_cohort(), design)
    >>> described
    CohortDescription('beijing-reconstructed', 69 children at risk)
    >>> described.missing
    {'sex': 0, 'trough_week14_ug_ml': 35}
    """
    lacking = tuple(key for key in design.predictors if not _comes_from(cohort, key))
    completed = replace(cohort, table=_with_empty_columns(cohort, lacking))
    at_risk = landmark(completed, design)
    absent = at_risk.X[list(design.predictors)].isna()
    size, reason = _sample_size(at_risk, _parameters(at_risk, lacking), c)
    seen = follow_up(at_risk.y, design.horizons)
    return CohortDescription(
        cohort=cohort.name,
        synthetic=cohort.is_synthetic,
        design=design,
        lacking=lacking,
        flow=Flow.of(at_risk.flow),
        table_one=table_one(at_risk),
        missing={str(key): int(number) for key, number in absent.sum().items()},
        complete=int((~absent.any(axis=1)).sum()),
        follow_up=seen,
        at_horizons=_at_horizons(seen, design),
        sample_size=size,
        sample_size_reason=reason,
        paris=paris_counts(at_risk.X),
        activity=activity_counts(cohort.table),
    )


def _comes_from(cohort: Cohort, key: str) -> bool:
    """Whether a column is there, or is found from the PCDAI as the landmark does."""
    return key in cohort.table or (key == "remission_week14" and "pcdai_week14" in cohort.table)


def _with_empty_columns(cohort: Cohort, keys: tuple[str, ...]) -> pd.DataFrame:
    nothing = pd.Series([None] * len(cohort), index=cohort.table.index, dtype="object")
    empty = {key: nothing.astype(column_type(cohort.catalogue[key])) for key in keys}
    return cohort.table.assign(**empty)


def _at_horizons(seen: FollowUp, design: ModelDesign) -> dict[float, int | None]:
    days = design.horizons_days_since_first_infusion
    return {float(day): number for day, number in zip(days, seen.at_risk.values(), strict=True)}


def _parameters(at_risk: AtRisk, lacking: tuple[str, ...]) -> int:
    """How many parameters a linear model learns from these children, as training counts them.

    A level that no child has costs nothing. What a column that is not there would cost is not
    known, so then it is the most that the design can spend.
    """
    if lacking:
        return at_risk.design.parameters
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeverMeasuredWarning)
        fitted = feature_pipeline(at_risk.design).fit(at_risk.X)
    return len(fitted.get_feature_names_out())


def _sample_size(at_risk: AtRisk, parameters: int, c: float) -> tuple[SampleSize | None, str]:
    design = at_risk.design
    try:
        size = sample_size_of(
            at_risk.y,
            parameters=parameters,
            horizon_days=float(design.horizons[-1]),
            c=c,
        )
    except (TooLittleData, DesignError) as error:
        return None, str(error)
    return size, ""
