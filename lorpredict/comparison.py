"""Families side by side, under one design or several, on the same folds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from lorpredict.models._family import ModelFamily
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
    left_out : name of the design -> which families were not judged under it, and why
    """

    cohort: str
    evaluations: Mapping[str, Evaluation]
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def notes(self) -> dict[str, tuple[str, ...]]:
        """Name of the design -> what has to be known of what was found under it."""
        return {
            name: (*self.left_out.get(name, ()), *each.notes)
            for name, each in self.evaluations.items()
        }

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
        ``("all",)`` and by default: all. One that looks at a predictor of its own is judged only
        under designs that have it.
    plan, tuning, studies, seed, workers, progress, checkpoints
        As in :func:`lorpredict.evaluate`; ``progress`` counts each design anew.

    Raises
    ------
    DesignError
        If there is no design, two have one name, or one has none of the predictors asked about.
    TooLittleData, BeyondFollowUp, UnknownFamily, TuningError
    """
    names = [design.name for design in designs]
    if not designs or len(set(names)) < len(names):
        raise DesignError(f"designs {', '.join(names) or 'none'}: expected one or more, all named")
    asked = [family(name) for name in named(family_names or (ALL,))]
    chosen = {design.name: _judged_under(design, asked) for design in designs}
    evaluations = {}
    for design in designs:
        at_risk = landmark(cohort, design)
        design.refuse_horizons_beyond(last_day_at_risk(at_risk.y))
        evaluations[design.name] = evaluate(
            at_risk,
            chosen[design.name],
            plan=plan,
            tuning=tuning,
            studies=studies,
            seed=seed,
            workers=workers,
            progress=progress,
            checkpoints=checkpoints,
        )
    left_out = {
        design.name: tuple(
            _why_left_out(each, design) for each in asked if each not in chosen[design.name]
        )
        for design in designs
    }
    return Comparison(cohort.name, evaluations, left_out)


def _judged_under(design: ModelDesign, asked: Sequence[ModelFamily]) -> list[ModelFamily]:
    """Leave out what would tell of a predictor that the design is meant to do without."""
    kept = [each for each in asked if not _beside(each, design)]
    if not kept:
        why = "; ".join(_why_left_out(each, design) for each in asked)
        raise DesignError(f"{why}. Expected a family that learns from the design's own predictors")
    return kept


def _beside(family: ModelFamily, design: ModelDesign) -> list[str]:
    return [name for name in family.predictors if name not in design.predictors]


def _why_left_out(family: ModelFamily, design: ModelDesign) -> str:
    needed = ", ".join(_beside(family, design))
    return f"{family.label}: left out, since the design {design.name} does without {needed}"


def _gain(found: Evaluation, name: str) -> str:
    if name == REFERENCE:
        return ""
    gain, low, high = paired_interval(found, name, REFERENCE)
    return f"{gain:+.3f} ({low:+.3f} to {high:+.3f})" if np.isfinite(gain) else "not defined"
