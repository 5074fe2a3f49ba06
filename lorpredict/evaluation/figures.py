"""Pictures of what happened and of how far predictions can be trusted. No child is identified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from lorpredict.errors import with_interval
from lorpredict.evaluation._drawing import (
    BLUE,
    GREY,
    ORANGE,
    caption,
    numbers_at_risk,
    one_axes,
    steps,
    steps_are_small,
)
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._family_figures import calibration, decision_curves, instability
from lorpredict.evaluation._measure import measure_label, measures
from lorpredict.evaluation.incidence import incidence_of
from lorpredict.models import families
from lorpredict.outcome import AtRisk
from lorpredict.survival import last_day_at_risk

__all__ = [
    "by_family",
    "calibration",
    "comparison",
    "decision_curves",
    "instability",
    "kaplan_meier",
    "optimism",
]

_NO_BETTER = {"uno_c": 0.5, "auc": 0.5, "index_of_prediction_accuracy": 0.0, "mean_net_benefit": 0}
_ESTIMATORS = {
    "apparent": ("apparent: on the children it learnt from", "o", GREY, "none"),
    "bootstrap": ("corrected by the bootstrap", "s", ORANGE, ORANGE),
    "cross-validation": ("cross-validation: told first", "D", BLUE, BLUE),
}


def kaplan_meier(at_risk: AtRisk) -> Figure:
    """Loss of response after the landmark, with the competing ends beside it.

    Where 1 - Kaplan-Meier and the Aalen-Johansen incidence part, other ends matter. Numbers at
    risk are left out where they would count fewer than five children.
    """
    clock, last = at_risk.design.landmark_day, last_day_at_risk(at_risk.y)
    figure, axes = one_axes(f"Loss of response after the landmark\n{caption(at_risk)}")
    found = incidence_of(at_risk)
    censored, event = found.kaplan_meier, found.event
    label = "1 - Kaplan-Meier (other ends censored), 95 % band"
    steps(axes, censored.days + clock, censored.risk, BLUE, label)
    ends = censored.low, censored.high
    axes.fill_between(censored.days + clock, *ends, step="post", color=BLUE, alpha=0.15, lw=0)
    if (at_risk.states > 1).any():
        steps(axes, event.days + clock, event.risk, ORANGE, "Aalen-Johansen (other ends compete)")
    for horizon in at_risk.design.horizons:
        axes.axvline(horizon + clock, color=GREY, lw=0.8, ls=":")
    axes.set_xlabel(
        f"days since the first infusion; the clock starts at the landmark, day {clock:g}"
    )
    axes.set_ylabel("children who have lost response")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    within = censored.days <= last  # beyond it the tail is too thin
    highest = float(np.nanmax([*censored.high[within], *event.risk[within]], initial=0.1))
    axes.set(xlim=(clock, last + clock), ylim=(0, min(1.0, 1.3 * highest)))
    axes.legend(loc="upper left", frameon=False)
    if not steps_are_small(at_risk.y["duration"], at_risk.design.horizons):
        numbers_at_risk(axes, at_risk.y["duration"], at_risk.design.horizons, clock=clock)
    return figure


def comparison(evaluation: Evaluation) -> Figure:
    """Uno's C and the last horizon's Brier score of every family, with 95 % intervals."""
    last = evaluation.times.names[-1]
    return _forests(evaluation, ["uno_c", f"brier_{last}"])


def by_family(evaluation: Evaluation, measure: str) -> Figure:
    """One measure of every family, its 95 % interval in line and number.

    Parameters
    ----------
    measure
        Its key: ``uno_c``, ``brier_day_365``.
    """
    return _forests(evaluation, [measure])


def side_by_side(evaluations: Mapping[str, Evaluation]) -> Figure:
    """Uno's C of every family with its 95 % interval, one panel a design."""
    first = next(iter(evaluations.values()))
    names = list(dict.fromkeys(name for each in evaluations.values() for name in _ordered(each)))
    size = (3.0 + 3.6 * len(evaluations), 1.6 + 0.38 * len(names))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(1, len(evaluations), sharey=True, squeeze=False)[0]
    for axes, (design, evaluation) in zip(panels, evaluations.items(), strict=True):
        metrics = evaluation.metrics()
        for row, family in enumerate(names):
            if family in metrics:
                _interval(axes, row, pd.Series(metrics[family], dtype=float), "uno_c")
            else:
                at = axes.get_yaxis_transform()
                axes.text(1.02, row, "left out", transform=at, fontsize=8, color=GREY, va="center")
        _frame(axes, names, "uno_c")
        axes.set_title(f"design {design}", fontsize=10)
    told = f"{measure_label('uno_c')} on children the model had not seen; {caption(first.at_risk)}"
    figure.suptitle(told, fontsize=9.5)
    return figure


def optimism(evaluation: Evaluation) -> Figure:
    """Uno's C as it looks, after correction, and in unseen children.

    The apparent figure is there to be seen through; it is never told first.
    """
    told = evaluation.estimates[evaluation.estimates["measure"] == "uno_c"]
    names = _ordered(evaluation)
    figure = Figure(figsize=(7.2, 1.9 + 0.38 * len(names)), layout="constrained")
    axes = figure.subplots()
    for row, family in enumerate(names):
        found = told[told["family"] == family].set_index("estimator")["estimate"].astype(float)
        known = found[np.isfinite(found)]
        if len(known) > 1:
            axes.plot([known.min(), known.max()], [row, row], color=GREY, lw=1, alpha=0.6, zorder=0)
        for estimator, (_, marker, edge, face) in _ESTIMATORS.items():
            if estimator in known:
                axes.plot(known[estimator], row, marker, mec=edge, mfc=face, ms=7, ls="none")
    for label, marker, edge, face in _ESTIMATORS.values():
        axes.plot([], [], marker, mec=edge, mfc=face, ms=7, ls="none", label=label)
    _frame(axes, names, "uno_c")
    axes.set_title(f"Uno's C, three ways of asking\n{caption(evaluation.at_risk)}", fontsize=10)
    figure.legend(loc="outside lower center", frameon=False, fontsize=8.5)
    return figure


def _forests(evaluation: Evaluation, keys: Sequence[str]) -> Figure:
    metrics, names = evaluation.metrics(), _ordered(evaluation)
    size = (3.0 + 3.6 * len(keys), 1.5 + 0.38 * len(names))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(1, len(keys), sharey=True, squeeze=False)[0]
    for axes, key in zip(panels, keys, strict=True):
        for row, family in enumerate(names):
            _interval(axes, row, pd.Series(metrics[family], dtype=float), key)
        _frame(axes, names, key)
        axes.set_title(f"{measure_label(key)} ({_wanted(key)})", fontsize=10)
    told = f"On children the model had not seen; {caption(evaluation.at_risk)}"
    figure.suptitle(told, fontsize=9.5)
    return figure


def _interval(axes: Axes, row: int, found: pd.Series, key: str) -> None:
    """Draw an estimate and its interval, and write both beside the frame."""
    middle, low, high = (float(found.get(f"{key}{end}", np.nan)) for end in ("", "_low", "_high"))
    if isfinite(middle):
        axes.plot(middle, row, "o", color=BLUE, ms=6)
    if isfinite(low) and isfinite(high):
        axes.plot([low, high], [row, row], color=BLUE, lw=1.6)
    axes.annotate(
        with_interval(middle, low, high).replace("-", "−"),
        (1.02, row),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8.5,
    )


def _frame(axes: Axes, names: Sequence[str], key: str) -> None:
    axes.set_yticks(range(len(names)), [families()[name].label for name in names], fontsize=9)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    name = key.partition("_day_")[0]
    better = {each.name: each.better for each in measures()}.get(name)
    line = better if isinstance(better, float) else _NO_BETTER.get(name)
    if line is not None:
        axes.axvline(line, color=GREY, lw=0.9, ls="--")


def _wanted(key: str) -> str:
    better = {each.name: each.better for each in measures()}[key.partition("_day_")[0]]
    return f"{better} is better" if isinstance(better, str) else f"{better:g} is ideal"


def _ordered(evaluation: Evaluation) -> list[str]:
    """Families by how much they may know: nothing, one sign, everything; the best first."""
    metrics, kinds = evaluation.metrics(), ("reference", "comparator", "linear", "tree")
    return sorted(
        evaluation.risk,
        key=lambda name: (
            kinds.index(families()[name].kind) // 2,
            -metrics[name].get("uno_c", 0.0),
        ),
    )
