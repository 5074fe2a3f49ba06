"""A cohort, explained month by month, in an order that leads back to no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lorpredict.errors import TooLittleData, UnsupportedModel, counted_children
from lorpredict.explanation import Contributions
from lorpredict.explanation._convert import as_numbers
from lorpredict.explanation._interactions import Interactions
from lorpredict.explanation._labels import is_measured
from lorpredict.explanation._titles import Wording
from lorpredict.packaged import ModelFacts, PackagedModel
from lorpredict.survival import Floats, Positions, RiskInterval

FEWEST = 5
MOST_SHOWN = 500
Records = Sequence[Mapping[str, Any]] | pd.DataFrame


@dataclass(frozen=True)
class ExplainedCohort:
    """What moves a model's predictions for the children of a cohort.

    Parameters
    ----------
    model : PackagedModel
    cohort : how the cohort is called
    everyone : Contributions
        Of all children, a month apart; at the last day alone where time changes nothing.
    shown : Contributions
        Of the children who are drawn, in order of their risk by the last day, lowest first.
    risk : array of shape (n_shown, n_days)
        Of these children, at ``days``.
    days : array of shape (n_days,)
        Days since the landmark, a month apart.
    interval : RiskInterval or None
        How sure these risks are; None where the model cannot say.
    interactions : Interactions
        Of these children.
    """

    model: PackagedModel
    cohort: str
    everyone: Contributions
    shown: Contributions
    risk: Floats
    days: Floats
    interval: RiskInterval | None
    interactions: Interactions

    @property
    def facts(self) -> ModelFacts:
        """What the model says about itself."""
        return self.model.facts

    @property
    def landmark_day(self) -> float:
        """Days from the first infusion to the landmark."""
        return float(self.facts.design.landmark_day)

    @property
    def words(self) -> Wording:
        """The words of the scale."""
        return Wording(self.everyone.scale, self.landmark_day)

    @property
    def last_day(self) -> float:
        """The last day that was explained, since the landmark."""
        return float(self.days[-1])

    def month(self, day: float) -> str:
        """Tell a day since the landmark in months since the first infusion, to a tenth."""
        return f"{self.words.months(np.array(day)):.1f}".removesuffix(".0") + " months"

    @cached_property
    def strongest(self) -> list[str]:
        """Names of the predictors, the one that moves these children most by the last day first."""
        moved = np.abs(self.shown.values[:, :, -1]).mean(axis=0)
        return [self.shown.predictors[place] for place in np.argsort(-moved, kind="stable")]

    def pairs(self, most: int) -> list[tuple[str, str]]:
        """Name the pairs of predictors that do most together by the last day; none without any."""
        told = self.interactions.strongest(self.last_day)[:most]
        smallest = 1e-9 * float(np.abs(self.everyone.values).max())
        return [(first, second) for first, second, mean in told if mean > smallest]

    def lines(self) -> list[str]:
        """Return what was explained, and how far to trust it, as sentences."""
        facts, words = self.facts, self.words
        drawn, everyone = len(self.shown.values), len(self.everyone.values)
        most = ", ".join(self.everyone.labels.label(name) for name in self.strongest[:3])
        told = [
            f"{facts.name} ({facts.family}) explained on {counted_children(everyone)} of "
            f"{self.cohort}, up to {words.when(self.last_day)} after the first infusion, on the "
            f"scale of the {words.short}; what matters most: {most}"
        ]
        if not words.changes_with_time:
            told.append(
                f"contributions to the {words.short} are the same at all times: pictures over time "
                "are left out"
            )
        if not self.pairs(1):
            told.append("no two predictors do anything together: no picture shows a pair")
        if self.never_measured:
            told.append(f"not measured in any child: {', '.join(self.never_measured)}")
        if drawn < everyone:
            told.append(f"{drawn} of them, drawn at random, stand in the page and in the clouds")
        told.append(
            f"the page and the clouds hold the values of {counted_children(drawn)} without "
            "identifiers: treat them as patient data"
        )
        return [*told, *facts.cautions]

    @cached_property
    def never_measured(self) -> list[str]:
        """Labels of the predictors that no child of the cohort has."""
        columns = zip(self.everyone.predictors, self.everyone.data.T, strict=True)
        never = [name for name, values in columns if not any(map(is_measured, values))]
        return [self.everyone.labels.label(name) for name in never]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return mean absolute contributions; no row is that of a child."""
        means = np.abs(self.everyone.values).mean(axis=0)
        days = self.everyone.days + self.landmark_day
        table = pd.DataFrame(means, index=list(self.everyone.predictors), columns=days)
        long = table.rename_axis("predictor").reset_index().melt(
            "predictor", var_name="days_since_first_infusion", value_name="value"
        )  # fmt: skip
        long["scale"] = self.everyone.scale
        return {"mean_absolute_contributions": long.set_index("predictor")}


def explain_cohort(
    model: PackagedModel,
    records: Records,
    *,
    cohort: str = "the cohort",
    seed: int = 0,
    most_shown: int = MOST_SHOWN,
) -> ExplainedCohort:
    """Explain every child of a cohort, a month apart, up to the model's last horizon.

    Parameters
    ----------
    records
        As in :meth:`lorpredict.PackagedModel.predict`: the table of a cohort, or ``at_risk.X``.
    cohort
        How the cohort is called.
    seed
        Which children are drawn where there are more than ``most_shown``.

    Raises
    ------
    UnsupportedModel
        If the model looks at no predictor.
    TooLittleData
        For fewer than five children, of whom a mean would tell too much.
    RecordFaults
    """
    if not model.encoding.predictors:
        raise UnsupportedModel(
            f"{model.facts.family_label} looks at no predictor, so there is nothing to explain; "
            "expected a model that has predictors"
        )
    table = records if isinstance(records, pd.DataFrame) else pd.DataFrame(list(records))
    if len(table) < FEWEST:
        raise TooLittleData(
            f"{counted_children(len(table))}; expected at least {FEWEST}, since means over fewer "
            "tell of single children (one child is told by `python -m lorpredict explain`)"
        )
    days = _days(model, table)
    told, everyone = model.answer(table, days_since_first_infusion=days)
    landmark_day = model.facts.design.landmark_day
    if not Wording(everyone.scale, landmark_day).changes_with_time:
        everyone = _last(everyone)
    chosen = _in_order(told.risk[:, -1], everyone, most_shown, np.random.default_rng(seed))
    return ExplainedCohort(
        model=model,
        cohort=cohort,
        everyone=everyone,
        shown=_of(everyone, chosen),
        risk=told.risk[chosen],
        days=days - landmark_day,
        interval=None if told.interval is None else told.interval.of(chosen),
        interactions=model.interactions(
            table.iloc[chosen], days_since_first_infusion=everyone.days + landmark_day
        ),
    )


def _days(model: PackagedModel, table: pd.DataFrame) -> Floats:
    """Days since the first infusion at which every one of these children can be asked."""
    facts = model.facts
    plan = facts.design.landmark_day
    grid = facts.design.time_grid(facts.horizons[-1]) + plan
    own = table["landmark_day"].astype(float).fillna(plan) if "landmark_day" in table else None
    first, last = (plan, plan) if own is None else (float(own.min()), float(own.max()))
    latest = min(facts.horizons[-1] + plan, first + facts.follow_up_days_since_landmark)
    days: Floats = grid[(grid > last) & (grid <= latest + 1e-9)]
    return days


def _in_order(
    risk: Floats, everyone: Contributions, most: int, rng: np.random.Generator
) -> Positions:
    """Draw children and put them in order of their risk; equal risks in order of their values."""
    drawn = np.arange(len(risk))
    if len(drawn) > most:
        drawn = rng.choice(len(risk), size=most, replace=False)
    # Never in order of the file: children of equal risk could be found in it again. Trees give
    # equal contributions to unlike children, so what was measured decides last.
    moved, measured = everyone.values[drawn][:, :, -1], as_numbers(_of(everyone, drawn))
    order: Positions = drawn[np.lexsort((*measured.T, *moved.T, risk[drawn]))]
    return order


def _of(everyone: Contributions, rows: Positions) -> Contributions:
    return replace(
        everyone,
        values=everyone.values[rows],
        base_values=everyone.base_values[rows],
        predicted=everyone.predicted[rows],
        data=everyone.data[rows],
        interval=None if everyone.interval is None else everyone.interval.of(rows),
    )


def _last(everyone: Contributions) -> Contributions:
    return replace(
        everyone,
        values=everyone.values[:, :, -1:],
        base_values=everyone.base_values[:, -1:],
        predicted=everyone.predicted[:, -1:],
        days=everyone.days[-1:],
    )
