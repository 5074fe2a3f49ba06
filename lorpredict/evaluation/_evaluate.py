"""Judge families on children whom they have not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lorpredict.design import ModelDesign
from lorpredict.errors import TooLittleData
from lorpredict.evaluation._measure import Measure, Predicted, measures
from lorpredict.evaluation._resampling import (
    FoldPrediction,
    Positions,
    fold_numbers,
    predict_folds,
    stratified_folds,
)
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats, last_day_at_risk

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Evaluation:
    """How far to trust each family, from repeated cross-validation.

    Parameters
    ----------
    values
        One row a figure: ``family``, ``measure``, ``repeat``, ``fold`` (0 where the folds of a
        repeat were pooled), ``value``.
    risk
        Family -> out-of-fold risks, array of shape (n_repeats, n_children, n_days).
    days
        The grid of days since the landmark, which the integrated Brier score is taken over.
    horizons
        Days since the landmark; those of the design that lie within follow-up.
    notes
        What could not be computed or had to be clipped, in words.
    """

    values: pd.DataFrame
    risk: Mapping[str, Floats]
    days: Floats
    horizons: Floats
    at_risk: AtRisk
    notes: tuple[str, ...]

    def metrics(self) -> dict[str, dict[str, float]]:
        """Mean and spread of every measure by family: ``uno_c``, ``uno_c_sd`` and so on.

        The spread is the standard deviation over folds, or over repeats where folds were pooled.
        What is not defined for a family is left out.
        """
        return {family: self._metrics_of(family) for family in self.risk}

    def _metrics_of(self, family: str) -> dict[str, float]:
        of_family = self.values[self.values["family"] == family]
        summary = of_family.groupby("measure")["value"].agg(["mean", "std"])
        found: dict[str, float] = {}
        for name, row in summary.iterrows():
            found[str(name)], found[f"{name}_sd"] = float(row["mean"]), float(row["std"])
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name: ``comparison`` (mean and spread), ``values`` (every figure)."""
        summary = self.values.groupby(["measure", "family"], sort=False)["value"]
        text = summary.agg(_mean_and_spread).unstack("family")
        order = list(dict.fromkeys(self.values["family"]))
        return {"comparison": text[order], "values": self.values}

    def figures(self) -> dict[str, Figure]:
        """Pictures by name: ``kaplan_meier``, ``comparison``, ``calibration_<family>``."""
        from lorpredict.evaluation import figures

        calibration = {f"calibration_{name}": figures.calibration(self, name) for name in self.risk}
        return {
            "kaplan_meier": figures.kaplan_meier(self.at_risk),
            "comparison": figures.comparison(self),
            **calibration,
        }

    def paired_difference(self, family: str, reference: str, name: str = "uno_c") -> Floats:
        """Difference of a measure on the same folds, ``family`` minus ``reference``."""
        chosen = self.values[self.values["measure"] == name]
        wide = chosen.pivot_table(index=["repeat", "fold"], columns="family", values="value")
        difference: Floats = (wide[family] - wide[reference]).to_numpy()
        return difference

    def __repr__(self) -> str:
        return f"Evaluation({', '.join(self.risk)}; {len(self.at_risk)} children)"


def evaluate(
    at_risk: AtRisk,
    families: Sequence[ModelFamily],
    *,
    repeats: int = 20,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Judge families by five-fold cross-validation, repeated, stratified by event.

    The whole pipeline (imputation, scaling, choice of penalty) is learnt anew in every fold.

    Parameters
    ----------
    repeats
        Number of times the five folds are drawn.
    workers
        Number of processes; the result does not depend on it.
    progress
        Called with the number of fits done and the number of all.
    """
    horizons, notes = _horizons_within(at_risk)
    days = evaluation_grid(at_risk.design, horizons)
    folds = stratified_folds(at_risk, repeats=repeats, seed=seed)
    folds_of = fold_numbers(folds, repeats, len(at_risk))
    done = predict_folds(at_risk, families, folds, days, workers=workers, progress=progress)
    rows = list(_fold_rows(at_risk, done, days, horizons))
    risk = _pooled(at_risk, done, repeats, len(days))
    rows += _repeat_rows(at_risk, risk, folds_of, days, horizons)
    return Evaluation(
        values=pd.DataFrame(rows, columns=["family", "measure", "repeat", "fold", "value"]),
        risk=risk,
        days=days,
        horizons=horizons,
        at_risk=at_risk,
        notes=(*notes, *_notes(done)),
    )


def evaluation_grid(design: ModelDesign, horizons: Floats) -> Floats:
    """Days since the landmark, about a month apart, up to the last horizon."""
    grid = design.time_grid(float(horizons[-1]))
    within: Floats = grid[grid <= horizons[-1]]
    return within


def horizon_names(design: ModelDesign, horizons: Floats) -> list[str]:
    """Name horizons by their day since the first infusion, for keys of measures."""
    return [f"day_{day + design.landmark_day:.0f}" for day in horizons]


def _horizons_within(at_risk: AtRisk) -> tuple[Floats, list[str]]:
    last = last_day_at_risk(at_risk.y)
    within = at_risk.design.horizons[at_risk.design.horizons <= last]
    beyond = at_risk.design.horizons[at_risk.design.horizons > last]
    if not within.size:
        raise TooLittleData(
            f"no horizon lies within follow-up: at day {last:g} since the landmark fewer than "
            f"five are still at risk, the first horizon is day {beyond[0]:g}"
        )
    notes = [
        f"day {day:g} since the landmark lies beyond follow-up (day {last:g}) and is not judged"
        for day in beyond
    ]
    return within, notes


def _fold_rows(
    at_risk: AtRisk, done: Sequence[FoldPrediction], days: Floats, horizons: Floats
) -> Iterator[tuple[str, str, int, int, float]]:
    names = horizon_names(at_risk.design, horizons)
    for result in done:
        fold = result.fold
        y, reference = at_risk.y[fold.test], at_risk.y[fold.train]
        predicted = Predicted(result.risk, days, horizons, y, reference)
        for name, value in _computed("fold", predicted, names):
            yield result.family, name, fold.repeat, fold.number, value


def _repeat_rows(
    at_risk: AtRisk,
    risk: Mapping[str, Floats],
    folds_of: Sequence[Positions],
    days: Floats,
    horizons: Floats,
) -> Iterator[tuple[str, str, int, int, float]]:
    names = horizon_names(at_risk.design, horizons)
    for family, repeats in risk.items():
        for repeat, of_repeat in enumerate(repeats):
            y = at_risk.y
            predicted = Predicted(of_repeat, days, horizons, y, y, folds_of[repeat])
            for name, value in _computed("repeat", predicted, names):
                yield family, name, repeat, 0, value


def _computed(level: str, predicted: Predicted, names: list[str]) -> Iterator[tuple[str, float]]:
    chosen: list[Measure] = [each for each in measures() if each.level == level]
    for each in chosen:
        if np.isnan(predicted.risk).any():
            continue  # the family could not learn in this fold; the notes say why
        yield from each.named_values(predicted, names).items()


def _pooled(
    at_risk: AtRisk, done: Sequence[FoldPrediction], repeats: int, days: int
) -> dict[str, Floats]:
    pooled: dict[str, Floats] = {}
    for result in done:
        empty = np.full((repeats, len(at_risk), days), np.nan)
        of_family = pooled.setdefault(result.family, empty)
        of_family[result.fold.repeat, result.fold.test] = result.risk
    return pooled


def _notes(done: Sequence[FoldPrediction]) -> list[str]:
    problems = Counter((result.family, result.problem) for result in done if result.problem)
    clipped = [result for result in done if result.clipped_at is not None]
    notes = [f"{family}: {count} folds failed: {why}" for (family, why), count in problems.items()]
    if clipped:
        earliest = min(result.clipped_at or np.inf for result in clipped)
        notes.append(
            f"{len(clipped)} of {len(done)} fits had fewer than five children at risk before the "
            f"last horizon; their curves are held from there on (earliest: day {earliest:g})"
        )
    return notes


def _mean_and_spread(values: pd.Series) -> str:
    known = values.dropna()
    if known.empty:
        return "not defined"
    return f"{known.mean():.3f}" + (f" ± {known.std():.3f}" if len(known) > 1 else "")
