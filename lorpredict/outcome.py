"""The landmark: who is still at risk at week 14, and what happened to them afterwards.

The clock starts at the landmark. Nothing measured later may enter a prediction, and nobody who
has already left is counted as at risk (immortal time).

References
----------
van Houwelingen HC, Putter H. Dynamic Prediction in Clinical Survival Analysis (2011), chapter 7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.clinical import catalogue
from lorpredict.cohort import Cohort, as_records
from lorpredict.design import ModelDesign
from lorpredict.errors import DesignError, TooLittleData, did_you_mean
from lorpredict.survival import Outcome, outcome_array

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lorpredict.clinical._derived import Record

Rows = NDArray[np.bool_]
ALREADY_LOST = "already in loss of response at the landmark"
UNKNOWN = "whether already in loss of response is unknown (no PCDAI at week 14)"


@dataclass(frozen=True)
class FlowDiagram:
    """How many children began, were left out and why, and how they ended.

    Parameters
    ----------
    started : children in the cohort
    left_out : reason -> number; each child is counted once, under the first reason that holds
    at_risk : children at risk at the landmark
    unknown : what could not be checked -> number of children kept all the same
    ended : outcome -> number among those at risk
    flagged : what is ambiguous about children who were kept -> number
    """

    started: int
    left_out: Mapping[str, int]
    at_risk: int
    unknown: Mapping[str, int]
    ended: Mapping[str, int]
    flagged: Mapping[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return the diagram as lines of text."""
        return [
            f"{self.started} children in the cohort",
            *(f"  - {count} left out: {reason}" for reason, count in self.left_out.items()),
            f"{self.at_risk} at risk at the landmark",
            *(f"  ? {count} kept: {reason}" for reason, count in self.unknown.items()),
            *(f"  ! {count} kept: {reason}" for reason, count in self.flagged.items() if count),
            *(f"  > {count} {outcome_label(name)}" for name, count in self.ended.items()),
        ]


@dataclass(frozen=True)
class AtRisk:
    """The children at risk at the landmark.

    Parameters
    ----------
    X : DataFrame, one row a child, every column that is known at the landmark
    y : structured array with ``event`` and ``duration`` in days since the landmark
    ends : array of shape (n_children,), the outcome as recorded
    flow : how many were left out, and why
    synthetic : whether any row of the cohort is not a real child
    site : array of shape (n_children,), the hospital of each, or None where the cohort has none
    start : array of shape (n_children,), date of the first infusion, or None where there is none
        Both decide who teaches and who tests, and enter no model.
    rows : array of shape (n_children,), their positions in the cohort's table
    """

    X: pd.DataFrame
    y: Outcome
    ends: NDArray[np.object_]
    flow: FlowDiagram
    design: ModelDesign
    synthetic: bool
    site: NDArray[np.object_] | None = None
    start: NDArray[np.datetime64] | None = None
    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    def __len__(self) -> int:
        return len(self.y)

    def __repr__(self) -> str:
        return f"AtRisk({len(self)} children, {int(self.y['event'].sum())} events)"

    @property
    def sites(self) -> tuple[str, ...]:
        """Names of the hospitals that are known, in the order of the alphabet."""
        known = () if self.site is None else self.site
        return tuple(sorted({str(name) for name in known if name is not None}))

    @property
    def has_dates(self) -> bool:
        """Whether the first infusion of every child has a date."""
        return self.start is not None and not np.isnat(self.start).any()

    @property
    def states(self) -> NDArray[np.int64]:
        """0 censored, 1 event, 2 and up the competing ends in the design's order."""
        codes = dict.fromkeys(self.design.events, 1)
        codes |= {name: 2 + i for i, name in enumerate(self.design.competing)}
        return np.array([codes.get(end, 0) for end in self.ends], dtype=np.int64)


def landmark(
    cohort: Cohort,
    design: ModelDesign,
    *,
    already_lost: Literal["left out", "kept"] = "left out",
    unknown: Literal["kept", "left out"] = "kept",
) -> AtRisk:
    """Take the children who are at risk at the landmark and start their clock there.

    Left out, and counted: those whose observation or response ended by the landmark, those
    already in loss of response, those who had not responded. Where that cannot be known, because
    the activity index was not recorded, the child is kept and counted as unknown.

    Parameters
    ----------
    already_lost, unknown
        What becomes of children already in loss of response, and of those of whom that is not
        known; sensitivity analyses ask for the other.

    Raises
    ------
    DesignError
        If the cohort lacks a column that the design needs.
    TooLittleData
        If nobody is at risk.
    """
    activity = _activity(cohort.table, design)
    table = _with_remission(cohort.table, activity)
    _refuse_lacking(cohort, table, design)
    clock = _landmark_days(table, design)
    reasons = _reasons(table, clock, activity, design)
    if already_lost == "kept":
        del reasons[ALREADY_LOST]
    if unknown == "left out":
        reasons[UNKNOWN] = _where(activity.already_lost, None)
    left_out = _first_reason_only(reasons)
    kept = ~np.logical_or.reduce(list(left_out.values()))
    if not kept.any():
        told = ", ".join(f"{rows.sum()} {reason}" for reason, rows in left_out.items())
        raise TooLittleData(f"nobody is at risk at the landmark: {told}")
    known = [key for key in table.columns if cohort.catalogue[str(key)].may_predict]
    ends = table["outcome"].astype(object).to_numpy()[kept]
    duration = (table["follow_up_days"] - clock).to_numpy()[kept]
    return AtRisk(
        X=table.loc[kept, known].reset_index(drop=True),
        y=outcome_array(np.isin(ends, design.events), duration),
        ends=ends,
        flow=_flow(table, kept, left_out, activity),
        design=design,
        synthetic=cohort.is_synthetic,
        site=_of_each(table, "site", kept),
        start=_dates(table, kept),
        rows=np.flatnonzero(kept),
    )


def _of_each(table: pd.DataFrame, name: str, kept: Rows) -> NDArray[np.object_] | None:
    if name not in table or table[name].isna().all():
        return None
    column = table.loc[kept, name]
    values: NDArray[np.object_] = column.astype(object).to_numpy()
    values[column.isna().to_numpy()] = None
    return values


def _dates(table: pd.DataFrame, kept: Rows) -> NDArray[np.datetime64] | None:
    days = _of_each(table, "ifx_start_date", kept)
    return None if days is None else np.array(days, dtype="datetime64[D]")


def _with_remission(table: pd.DataFrame, activity: _Activity) -> pd.DataFrame:
    """Fill remission in from the PCDAI, by the design's definition, where it was not given."""
    if "pcdai_week14" not in table:
        return table
    found = pd.Series(pd.array(activity.in_remission, dtype="boolean"), index=table.index)
    given = table.get("remission_week14", found)
    return table.assign(remission_week14=given.fillna(found))


def _refuse_lacking(cohort: Cohort, table: pd.DataFrame, design: ModelDesign) -> None:
    lacking = [name for name in design.predictors if name not in table]
    if lacking:
        told = [f"{n} {did_you_mean(n, cohort.left_out_columns)}".strip() for n in lacking]
        raise DesignError(
            f"the cohort {cohort.name!r} lacks columns that the design {design.name!r} needs: "
            f"{'; '.join(told)} (a column may be empty, where nothing was measured)"
        )


def _landmark_days(table: pd.DataFrame, design: ModelDesign) -> pd.Series:
    if "landmark_day" not in table:
        return pd.Series(design.landmark_day, index=table.index)
    return table["landmark_day"].fillna(design.landmark_day)


@dataclass(frozen=True)
class _Activity:
    """What the activity index says of each child at the landmark; None where not recorded."""

    in_remission: list[bool | None]
    already_lost: list[bool | None]
    has_responded: list[bool | None]
    fell_enough: list[bool | None]


def _activity(table: pd.DataFrame, design: ModelDesign) -> _Activity:
    """Judge each pair of scores once: there are few of them, however many children."""
    scores = table.reindex(columns=["pcdai_baseline", "pcdai_week14"])
    pair = scores.groupby(list(scores), dropna=False, sort=False).ngroup()
    pairs, rules = as_records(scores.drop_duplicates()), design.eligibility

    def of_each_child(judge: Callable[[Record], bool | None]) -> list[bool | None]:
        judged = [judge(each) for each in pairs]
        return [judged[number] for number in pair]

    return _Activity(
        in_remission=of_each_child(rules.in_remission),
        already_lost=of_each_child(rules.already_lost),
        has_responded=of_each_child(rules.has_responded),
        fell_enough=of_each_child(rules.fell_enough),
    )


def _where(answers: list[bool | None], answer: bool | None) -> Rows:
    return np.array([each is answer for each in answers], dtype=bool)


def _reasons(
    table: pd.DataFrame, clock: pd.Series, activity: _Activity, design: ModelDesign
) -> dict[str, Rows]:
    ended = (table["follow_up_days"] <= clock).to_numpy()
    lost = table["outcome"].isin(design.events).to_numpy()
    return {
        "response lost at or before the landmark": ended & lost,
        "observation ended at or before the landmark": ended & ~lost,
        ALREADY_LOST: _where(activity.already_lost, True),
        "no response at the landmark": _where(activity.has_responded, False),
    }


def _first_reason_only(reasons: dict[str, Rows]) -> dict[str, Rows]:
    counted = np.zeros_like(next(iter(reasons.values())))
    first = {}
    for reason, rows in reasons.items():
        first[reason] = rows & ~counted
        counted = counted | rows
    return first


def _flow(
    table: pd.DataFrame, kept: Rows, left_out: dict[str, Rows], activity: _Activity
) -> FlowDiagram:
    ended = table.loc[kept, "outcome"].astype(str).value_counts()
    unknown = {
        UNKNOWN: _where(activity.already_lost, None),
        "whether response was reached is unknown (no fall of the PCDAI)": _where(
            activity.has_responded, None
        ),
    }
    small_fall = _where(activity.fell_enough, False) & _where(activity.has_responded, True)
    flagged = {"in remission after a smaller fall than response asks": small_fall}
    return FlowDiagram(
        started=len(table),
        left_out={reason: int(rows.sum()) for reason, rows in left_out.items()},
        at_risk=int(kept.sum()),
        unknown={reason: int((rows & kept).sum()) for reason, rows in unknown.items()},
        flagged={reason: int((rows & kept).sum()) for reason, rows in flagged.items()},
        ended={str(name): int(count) for name, count in ended.items()},
    )


def outcome_label(name: str) -> str:
    """Return how observation ended, as a sentence says it: ``secondary_lor`` is its label."""
    labels = catalogue()["outcome"].level_labels
    return labels[name].lower()
