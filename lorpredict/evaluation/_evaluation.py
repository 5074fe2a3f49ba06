"""What is known of how far each family can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lorpredict.errors import with_interval
from lorpredict.evaluation._measure import Times, measure_label
from lorpredict.evaluation._plan import ValidationPlan
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_LOOKED_AT_FIRST = ("index_of_prediction_accuracy", "calibration_slope", "observed_expected")


@dataclass(frozen=True)
class Evaluation:
    """How far to trust each family.

    Parameters
    ----------
    values
        What cross-validation gave, one row a figure: ``family``, ``measure``, ``repeat``, ``fold``
        (0 where the folds of a repeat were pooled), ``value``.
    estimates
        One row for each family, measure and estimator: ``estimate``, its 95 % interval ``low`` to
        ``high``, ``spread`` (standard deviation over folds or repeats), ``undefined`` (draws in
        which the measure is not), ``headline`` (whether it is the figure that is told first).
    parts
        The same of hospitals and of the latest children, where they were left out.
    risk
        Family -> out-of-fold risks, array of shape (n_repeats, n_children, n_days).
    resampled
        Family -> risks that the models of the bootstrap told all children, array of shape
        (n_resamples, n_children, n_horizons).
    times
        The grid of days, which the integrated Brier score is taken over, and the horizons: those
        of the design that lie within follow-up.
    notes
        What could not be computed or had to be clipped, in words.
    """

    values: pd.DataFrame
    estimates: pd.DataFrame
    parts: pd.DataFrame
    risk: Mapping[str, Floats]
    resampled: Mapping[str, Floats]
    times: Times
    at_risk: AtRisk
    plan: ValidationPlan
    notes: tuple[str, ...]

    @property
    def instability(self) -> dict[str, Floats]:
        """Family -> standard deviation of each child's risk over the models of the bootstrap."""
        return {name: risk.std(axis=0, ddof=1) for name, risk in self.resampled.items()}

    @property
    def days(self) -> Floats:
        """Days since the landmark, about a month apart."""
        return self.times.days

    @property
    def horizons(self) -> Floats:
        """Days since the landmark."""
        return self.times.horizons

    def metrics(self) -> dict[str, dict[str, float]]:
        """The headline of every measure by family: ``uno_c``, ``uno_c_low``, ``uno_c_high``.

        What is not defined for a family is left out.
        """
        return {family: dict(found) for family, found in self._headlines.items()}

    @cached_property
    def _headlines(self) -> dict[str, dict[str, float]]:
        told: dict[str, dict[str, float]] = {family: {} for family in self.risk}
        first = self.estimates[self.estimates["headline"]]
        ends = {"": "estimate", "_low": "low", "_high": "high"}
        for end, column in ends.items():
            known = first[np.isfinite(first[column].astype(float))]
            for family, measure, value in zip(
                known["family"], known["measure"], known[column], strict=True
            ):
                told[family][f"{measure}{end}"] = float(value)
        return told

    def beside_the_headline(self, family: str) -> dict[str, float]:
        """Every other estimate of a family, by measure and estimator: ``uno_c_apparent``."""
        others = self.estimates[~self.estimates["headline"]]
        rows = others[others["family"] == family]
        return {
            f"{measure}_{estimator}": float(value)
            for measure, estimator, value in zip(
                rows["measure"], rows["estimator"], rows["estimate"], strict=True
            )
            if np.isfinite(value)
        }

    def overview(self) -> list[str]:
        """Return the few figures that are looked at first as lines of text, one family a line."""
        last = self.times.names[-1]
        first = ["uno_c", *(f"{name}_{last}" for name in _LOOKED_AT_FIRST)]
        told = self.tables()["comparison"].reindex(first).T
        told.columns = [measure_label(name) for name in first]
        drawn = ", with 95 % intervals" if self.plan.draws else ""
        head = f"On children the models had not seen{drawn}:"
        return [head, *told.rename_axis(None).to_string().splitlines()]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name: ``comparison`` (the headlines), ``estimates``, ``parts``, ``values``."""
        first = self.estimates[self.estimates["headline"]]
        text = first.assign(
            told=list(map(with_interval, first["estimate"], first["low"], first["high"]))
        )
        wide = text.pivot(index="measure", columns="family", values="told")
        order = list(dict.fromkeys(first["family"]))
        return {
            "comparison": wide[order].reindex(list(dict.fromkeys(first["measure"]))),
            "estimates": self.estimates,
            "parts": self.parts,
            "values": self.values,
        }

    def figures(self) -> dict[str, Figure]:
        """Pictures by name, those of a family as ``calibration_<family>`` and so on."""
        from lorpredict.evaluation import figures

        of_families = {
            f"{draw.__name__}_{name}": draw(self, name)
            for name in self.risk
            for draw in (figures.calibration, figures.decision_curves, figures.instability)
        }
        return {
            "kaplan_meier": figures.kaplan_meier(self.at_risk),
            "comparison": figures.comparison(self),
            "optimism": figures.optimism(self),
            **of_families,
        }

    def paired_difference(self, family: str, reference: str, name: str = "uno_c") -> Floats:
        """Difference of a measure on the same folds, ``family`` minus ``reference``."""
        chosen = self.values[self.values["measure"] == name]
        wide = chosen.pivot_table(index=["repeat", "fold"], columns="family", values="value")
        difference: Floats = (wide[family] - wide[reference]).to_numpy()
        return difference

    def __repr__(self) -> str:
        return f"Evaluation({', '.join(self.risk)}; {len(self.at_risk)} children)"
