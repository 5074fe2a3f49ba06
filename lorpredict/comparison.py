"""Families side by side, under one design or several, on the same folds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lorpredict.cohort import Cohort
from lorpredict.design import ModelDesign
from lorpredict.errors import DesignError
from lorpredict.evaluation import (
    Evaluation,
    PlanSize,
    TuningMode,
    ValidationPlan,
    evaluate,
    measure_label,
)
from lorpredict.evaluation._rules import paired_interval
from lorpredict.models import families, family, named
from lorpredict.models._found import ALL
from lorpredict.outcome import landmark
from lorpredict.survival import last_day_at_risk

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCE = "ridge"
_SHOWN = ("index_of_prediction_accuracy", "calibration_slope", "observed_expected", "ici")


@dataclass(frozen=True)
class Comparison:
    """What became of every family under every design.

    Parameters
    ----------
    cohort : name of the cohort
    evaluations : name of the design -> evaluation
    """

    cohort: str
    evaluations: Mapping[str, Evaluation]

    def table(self) -> pd.DataFrame:
        """One row a design and family: the headline of every measure that is looked at first.

        Returns
        -------
        DataFrame
            ``design``, ``family``, then the measures by the last horizon with their 95 % intervals
            in words, and ``gain over ridge``: the paired difference in Uno's C under the same
            design, with its interval.
        """
        rows = [
            row for design, found in self.evaluations.items() for row in self._rows(design, found)
        ]
        return pd.DataFrame(rows)

    def figure(self) -> Figure:
        """Uno's C of every family with its 95 % interval, one panel a design."""
        from lorpredict.evaluation.figures import side_by_side

        return side_by_side(self.evaluations)

    def _rows(self, design: str, found: Evaluation) -> Iterator[dict[str, str]]:
        last = found.times.names[-1]
        keys = ["uno_c", *(f"{shown}_{last}" for shown in _SHOWN)]
        told = found.tables()["comparison"].reindex(keys)
        for name in found.risk:
            figures = {measure_label(key): str(told.loc[key, name]) for key in keys}
            gain = {"gain over ridge": _gain(found, name)} if REFERENCE in found.risk else {}
            yield {"design": design, "family": families()[name].label, **figures, **gain}

    def __repr__(self) -> str:
        return f"Comparison({self.cohort!r}; designs {', '.join(self.evaluations)})"


def compare(
    cohort: Cohort,
    designs: Sequence[ModelDesign],
    *,
    family_names: Sequence[str] = (),
    plan: ValidationPlan | PlanSize = "default",
    tuning: TuningMode = "auto",
    studies: str = "",
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    checkpoints: Path | None = None,
) -> Comparison:
    """Judge families on the same children and folds, under one design or several.

    Nothing is registered: it is for people who choose what to train.

    Parameters
    ----------
    designs
        For example with and without the trough; no two of one name.
    family_names
        ``("all",)`` and by default: all.
    plan, tuning, studies, seed, workers, progress, checkpoints
        As in :func:`lorpredict.evaluate`; ``progress`` counts each design anew.

    Raises
    ------
    DesignError
        If there is no design, or two have one name.
    TooLittleData, BeyondFollowUp, UnknownFamily, TuningError
    """
    names = [design.name for design in designs]
    if not designs or len(set(names)) < len(names):
        raise DesignError(f"designs {', '.join(names) or 'none'}: expected one or more, all named")
    chosen = [family(name) for name in named(family_names or (ALL,))]
    evaluations = {}
    for design in designs:
        at_risk = landmark(cohort, design)
        design.refuse_horizons_beyond(last_day_at_risk(at_risk.y))
        evaluations[design.name] = evaluate(
            at_risk,
            chosen,
            plan=plan,
            tuning=tuning,
            studies=studies,
            seed=seed,
            workers=workers,
            progress=progress,
            checkpoints=checkpoints,
        )
    return Comparison(cohort.name, evaluations)


def _gain(found: Evaluation, name: str) -> str:
    if name == REFERENCE:
        return ""
    gain, low, high = paired_interval(found, name, REFERENCE)
    return f"{gain:+.3f} ({low:+.3f} to {high:+.3f})" if np.isfinite(gain) else "not defined"
