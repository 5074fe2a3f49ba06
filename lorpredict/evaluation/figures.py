"""Pictures of what happened and of how far predictions can be trusted. No child is identified."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lorpredict.evaluation._drawing import BLUE, GREY, ORANGE, numbers_at_risk, one_axes, steps
from lorpredict.evaluation._evaluate import horizon_names
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation.calibration import observed_risk
from lorpredict.evaluation.incidence import incidence_of
from lorpredict.models import families
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats, last_day_at_risk
from lorpredict.synthetic import CAUTION

_GROUPS = 4


def kaplan_meier(at_risk: AtRisk) -> Figure:
    """Loss of response since the landmark, with the competing ends beside it.

    Where 1 - Kaplan-Meier and the Aalen-Johansen incidence part, other ends matter.
    """
    figure, axes = one_axes(f"Loss of response after the landmark\n{_caption(at_risk)}")
    found = incidence_of(at_risk)
    censored, event = found.kaplan_meier, found.event
    label = "1 - Kaplan-Meier (other ends censored), 95 % band"
    steps(axes, censored.days, censored.risk, BLUE, label)
    ends = censored.low, censored.high
    axes.fill_between(censored.days, *ends, step="post", color=BLUE, alpha=0.15, lw=0)
    if (at_risk.states > 1).any():
        steps(axes, event.days, event.risk, ORANGE, "Aalen-Johansen (other ends compete)")
    for horizon in at_risk.design.horizons:
        axes.axvline(horizon, color=GREY, lw=0.8, ls=":")
    axes.set_xlabel(f"days since the landmark (day {at_risk.design.landmark_day:g})")
    axes.set_ylabel("children who have lost response")
    axes.set(xlim=(0, last_day_at_risk(at_risk.y)), ylim=(0, 1))  # beyond it the tail is too thin
    axes.legend(loc="upper left", frameon=False)
    numbers_at_risk(axes, at_risk.y["duration"], at_risk.design.horizons)
    return figure


def calibration(evaluation: Evaluation, family: str) -> Figure:
    """Predicted against observed risk at each horizon, children in groups of equal size.

    Predictions are out-of-fold, averaged over repeats; observed by Kaplan-Meier in each group.
    """
    horizons = evaluation.horizons
    figure = Figure(figsize=(4.6 * len(horizons), 4.6), layout="constrained")
    all_axes = np.atleast_1d(figure.subplots(1, len(horizons)))
    risk = evaluation.risk[family].mean(axis=0)[:, np.searchsorted(evaluation.days, horizons)]
    for axes, of_horizon, day in zip(all_axes, risk.T, horizons, strict=True):
        since_start = day + evaluation.at_risk.design.landmark_day
        axes.set_title(f"by day {since_start:g} since the first infusion", fontsize=10)
        _calibration_at(axes, evaluation, of_horizon, float(day))
    label = families()[family].label
    caption = _caption(evaluation.at_risk)
    figure.suptitle(f"{label}: predicted and observed risk\n{caption}", fontsize=11)
    return figure


def comparison(evaluation: Evaluation) -> Figure:
    """Uno's C and the last horizon's Brier score of every family, with 95 % intervals."""
    last = horizon_names(evaluation.at_risk.design, evaluation.horizons)[-1]
    panels = {"uno_c": "Uno's C (higher is better)", f"brier_{last}": "Brier score (lower)"}
    figure = Figure(figsize=(9, 1.4 + 0.45 * len(evaluation.risk)), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(1, 2, sharey=True), panels.items(), strict=True):
        _forest_plot(axes, evaluation, name)
        axes.set_title(title, fontsize=10)
    caption = _caption(evaluation.at_risk)
    figure.suptitle(f"Children the model had not seen; {caption}", fontsize=10)
    return figure


def side_by_side(evaluations: Mapping[str, Evaluation]) -> Figure:
    """Uno's C of every family with its 95 % interval, one panel a design."""
    most = max(len(each.risk) for each in evaluations.values())
    figure = Figure(figsize=(2.2 + 3.4 * len(evaluations), 1.6 + 0.42 * most), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(evaluations), sharex=True, sharey=True))
    for axes, (design, evaluation) in zip(panels, evaluations.items(), strict=True):
        _forest_plot(axes, evaluation, "uno_c")
        axes.axvline(0.5, color=GREY, lw=0.8, ls=":")
        axes.set_title(f"design {design}", fontsize=10)
        axes.set_xlabel("Uno's C, 95 % interval")
    panels[0].invert_yaxis()
    captions = {_caption(each.at_risk) for each in evaluations.values()}
    title = f"Discrimination on children the model had not seen\n{'; '.join(captions)}"
    figure.suptitle(title, fontsize=10)
    return figure


def _forest_plot(axes: Axes, evaluation: Evaluation, name: str) -> None:
    metrics = evaluation.metrics()
    for row, found in enumerate(metrics.values()):
        if name in found:
            middle = found[name]
            ends = (found.get(f"{name}_low", middle), found.get(f"{name}_high", middle))
            away = np.abs(np.subtract(ends, middle))[:, None]
            axes.errorbar(middle, row, xerr=away, fmt="o", color=BLUE, capsize=3)
    axes.set_yticks(range(len(metrics)), [families()[family].label for family in metrics])
    axes.grid(axis="x", alpha=0.3)


def _caption(at_risk: AtRisk) -> str:
    return CAUTION if at_risk.synthetic else "observed cohort"


def _calibration_at(axes: Axes, evaluation: Evaluation, risk: Floats, day: float) -> None:
    groups = np.array_split(np.argsort(risk, kind="stable"), _GROUPS)
    y = evaluation.at_risk.y
    predicted = [float(risk[group].mean()) for group in groups]
    observed = [float(observed_risk(y[group], np.array([day]))[0]) for group in groups]
    axes.plot([0, 1], [0, 1], color=GREY, lw=0.8, ls="--", label="perfect")
    axes.plot(predicted, observed, "o-", color=BLUE, label=f"{_GROUPS} groups of equal size")
    axes.plot(risk, np.full_like(risk, -0.03), "|", color=ORANGE, label="predicted risks")
    axes.set(xlim=(-0.05, 1), ylim=(-0.05, 1), xlabel="predicted risk", ylabel="observed risk")
    axes.set_aspect("equal")
    axes.legend(loc="upper left", frameon=False, fontsize=8)
