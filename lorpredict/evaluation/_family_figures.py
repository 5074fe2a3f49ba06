"""Pictures of one family: is its risk true, is it of use, and would another sample have told it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.evaluation._calibration_curve import calibration_curve
from lorpredict.evaluation._drawing import (
    BLUE,
    FEWEST_TOLD,
    GREEN,
    GREY,
    ORANGE,
    caption,
    since_first_infusion,
)
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._rules import LARGEST_INSTABILITY, mean_decision_curves
from lorpredict.evaluation.net_benefit import JUDGED
from lorpredict.models import families
from lorpredict.survival import Floats, Outcome, Positions, StepFunction

_GROUPS, _MANY_GROUPS, _MANY_EVENTS = 4, 10, 100
_BIN = 0.025
_MIDDLE = (0.025, 0.975)  # the ends of a curve would be the risks of one or two children
_NAMES = {
    "treat_all": ("act on every child", ORANGE, "-"),
    "treat_none": ("act on nobody", GREY, "-"),
    "not_in_remission": ("act on those not in remission", GREEN, "--"),
}


def calibration(evaluation: Evaluation, family: str, *, day: float | None = None) -> Figure:
    """Predicted against observed risk: groups with 95 % intervals, a smoothed curve, who was told.

    Predictions are out-of-fold, averaged over repeats; observed by Kaplan-Meier in each group.
    The histogram below has no bar of fewer than five children.

    Parameters
    ----------
    day
        A horizon in days since the landmark; all of them by default.
    """
    figure, panels = _panels(evaluation, family, "predicted and observed risk", day, rows=2)
    for (above, below), at in panels:
        risk = mean_risk(evaluation, family, at)
        if np.isnan(risk).any():
            _not_known(above, "no risk of every child: learning failed in some folds")
            continue
        _agreement(above, risk, evaluation.at_risk.y, at, alike=_tells_nobody_apart(family))
        _histogram(below, risk)
        above.tick_params(labelbottom=False)
    _legend_below(figure)
    return figure


def decision_curves(evaluation: Evaluation, family: str, *, day: float | None = None) -> Figure:
    """What acting on the risk is worth, beside acting on all, on nobody, or on a sign.

    Parameters
    ----------
    day
        A horizon in days since the landmark; all of them by default.
    """
    figure, panels = _panels(evaluation, family, "net benefit", day, rows=1)
    names = dict(zip(evaluation.horizons, evaluation.times.names, strict=True))
    curves = mean_decision_curves(evaluation, family)
    for (axes, *_), at in panels:
        if curves:
            _worth(axes, curves[names[at]])
        else:
            _not_known(axes, "no risk of every child: learning failed in some folds")
    return figure


def instability(evaluation: Evaluation, family: str, *, day: float | None = None) -> Figure:
    """How far a child's risk moves over the models of the bootstrap, by the risk itself.

    Risk and spread are rounded to whole points, so that no dot is the exact answer for a child.

    Parameters
    ----------
    day
        A horizon in days since the landmark; all of them by default.

    References
    ----------
    Riley RD, Collins GS. Biom J 65:2200302 (2023).
    """
    figure, panels = _panels(evaluation, family, "spread of single risks", day, rows=1)
    spread = evaluation.instability.get(family)
    for (axes, *_), at in panels:
        if spread is None:
            _not_known(axes, "no bootstrap in the plan")
        else:
            of_day = spread[:, int(np.searchsorted(evaluation.horizons, at))]
            _spread(axes, mean_risk(evaluation, family, at), of_day)
    return figure


def mean_risk(evaluation: Evaluation, family: str, day: float) -> Floats:
    """Out-of-fold risk of each child by a horizon, mean of the repeats."""
    place = int(np.searchsorted(evaluation.days, day))
    risk: Floats = evaluation.risk[family][:, :, place].mean(axis=0)
    return risk


def _panels(
    evaluation: Evaluation, family: str, what: str, day: float | None, *, rows: int
) -> tuple[Figure, list[tuple[list[Axes], float]]]:
    """Return a figure and, for each horizon, its frames from top to bottom."""
    days = [float(each) for each in (evaluation.horizons if day is None else [day])]
    figure = Figure(figsize=(4.8 * len(days), 4.2 + 0.7 * (rows - 1)), layout="constrained")
    shape = {"height_ratios": [5, 1][:rows]} if rows > 1 else {}
    frames = figure.subplots(rows, len(days), squeeze=False, sharex="col", gridspec_kw=shape)
    for axes, at in zip(frames[0], days, strict=True):
        axes.set_title(since_first_infusion(evaluation.at_risk, at), fontsize=9.5)
    for axes in frames.ravel():
        axes.spines[["top", "right"]].set_visible(False)
    told = f"{families()[family].label}: {what}\n{caption(evaluation.at_risk)}"
    figure.suptitle(told, fontsize=9.5)
    return figure, [(list(column), at) for column, at in zip(frames.T, days, strict=True)]


def _worth(axes: Axes, found: pd.DataFrame) -> None:
    axes.axvspan(JUDGED[0], JUDGED[-1], color=GREY, alpha=0.1, lw=0, label="judged by the gate")
    for column in found.columns.drop("model"):
        label, colour, line = _NAMES[str(column)]
        label += "" if found[column].notna().any() else " (not known so late)"
        axes.plot(found.index, found[column], color=colour, ls=line, lw=1.2, label=label)
    axes.plot(found.index, found["model"], color=BLUE, lw=2.2, label="act on the model's risk")
    top = float(np.nanmax(found.to_numpy()))
    axes.set(ylim=(-0.05 - 0.05 * top, 1.45 * max(top, 0.05)), xlabel="risk from which to act")
    axes.set_ylabel("net benefit a child")
    _percent(axes.xaxis)
    axes.legend(loc="upper right", frameon=False, fontsize=8)


def _spread(axes: Axes, risk: Floats, spread: Floats) -> None:
    dots = np.unique(np.round(np.column_stack([risk, spread]), 2), axis=0)
    axes.plot(*dots.T, "o", ms=4, color=BLUE, alpha=0.45, mew=0, label="children")
    median = float(np.median(spread))
    axes.axhline(median, color=BLUE, lw=1.2, label=f"median {100 * median:.1f} points")
    limit = f"gate, first horizon: median at most {100 * LARGEST_INSTABILITY:g} points"
    axes.axhline(LARGEST_INSTABILITY, color=ORANGE, lw=1, ls="--", label=limit)
    _percent(axes.xaxis, axes.yaxis)
    highest = max(2 * LARGEST_INSTABILITY, 1.35 * float(spread.max()))
    axes.set(xlabel="predicted risk", ylim=(0, highest), xlim=(0, None))
    axes.set_ylabel("standard deviation over the models")
    axes.legend(loc="upper right", frameon=False, fontsize=8)


def _agreement(axes: Axes, risk: Floats, y: Outcome, day: float, *, alike: bool) -> None:
    groups = _groups(risk, y, day, alike=alike)
    found = np.array([[risk[group].mean(), *_observed(y[group], day)] for group in groups])
    predicted, observed, low, high = found[np.isfinite(found[:, 1])].T
    ends = np.nan_to_num(np.stack([observed - low, high - observed]))
    axes.plot([0, 1], [0, 1], color=GREY, lw=0.8, ls="--", label="perfect")
    number = f"{len(groups)} groups" if len(groups) > 1 else "all children"
    axes.errorbar(
        predicted, observed, yerr=ends, fmt="o", color=BLUE, capsize=3, lw=1.2,
        label=f"{number}, 95 % interval",
    )  # fmt: skip
    curve = calibration_curve(risk, y, day)
    if curve.is_known and not alike:
        low_end, high_end = (float(end) for end in np.quantile(risk, _MIDDLE))
        along = np.linspace(low_end, high_end, 60)
        axes.plot(along, curve(along), color=ORANGE, lw=1.8, label="smoothed")
    highest = float(np.nanmax([*risk, *observed, *high], initial=0.2))
    top = min(1.0, 1.08 * highest)
    axes.set(xlim=(-0.02 * top, top), ylim=(-0.02 * top, top), ylabel="observed risk")
    _percent(axes.xaxis, axes.yaxis)


def _groups(risk: Floats, y: Outcome, day: float, *, alike: bool) -> list[Positions]:
    """Children by their risk, in groups of equal size; one group where all were told the same."""
    order = np.argsort(risk, kind="stable")
    if alike or np.ptp(risk) < 1e-9:
        return [order]
    events = int((y["event"] & (y["duration"] <= day)).sum())
    wanted = _MANY_GROUPS if events >= _MANY_EVENTS else _GROUPS
    return np.array_split(order, max(1, min(wanted, len(risk) // FEWEST_TOLD)))


def _observed(y: Outcome, day: float) -> tuple[float, float, float]:
    """Risk by a day with its 95 % interval; NaN where nobody was followed so long."""
    if y["duration"].max() < day and not y["event"].all():
        return np.nan, np.nan, np.nan
    if not y["event"].any():
        return 0.0, np.nan, np.nan
    days, survival, ends = kaplan_meier_estimator(y["event"], y["duration"], conf_type="log-log")
    curves = np.stack([survival, ends[1], ends[0]])
    risk, low, high = 1 - np.array([StepFunction(days, each, before=1.0)(day) for each in curves])
    return float(risk), float(low), float(high)


def _histogram(axes: Axes, risk: Floats) -> None:
    edges = _edges(risk)
    shares = np.histogram(risk, edges)[0] / len(risk) / np.diff(edges)
    axes.stairs(shares, edges, fill=True, color=GREY, alpha=0.6)
    axes.set(yticks=[], xlabel="predicted risk", ylim=(0, None))
    axes.set_ylabel("children", fontsize=8)
    axes.spines["left"].set_visible(False)
    _percent(axes.xaxis)


def _edges(risk: Floats) -> Floats:
    """Edges of bins, none of which holds fewer than five children."""
    fine = np.arange(np.floor(risk.min() / _BIN), np.floor(risk.max() / _BIN) + 2) * _BIN
    edges = [float(fine[0])]
    for _, right in pairwise(fine):
        if ((risk >= edges[-1]) & (risk < right)).sum() >= FEWEST_TOLD:
            edges.append(float(right))
    if len(edges) > 1 and 0 < (risk >= edges[-1]).sum() < FEWEST_TOLD:
        edges.pop()
    if edges[-1] <= risk.max():
        edges.append(float(fine[-1]))
    return np.array(edges)


def _tells_nobody_apart(family: str) -> bool:
    return families()[family].kind == "reference"


def _percent(*which: Axis) -> None:
    for axis in which:
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _legend_below(figure: Figure) -> None:
    """Put one legend for all frames where it hides nothing."""
    told = {
        label: handle
        for axes in figure.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    if told:
        figure.legend(
            list(told.values()), list(told), loc="outside lower center", ncols=3, frameon=False,
            fontsize=8,
        )  # fmt: skip


def _not_known(axes: Axes, why: str) -> None:
    axes.text(0.5, 0.5, why, ha="center", va="center", transform=axes.transAxes, color=GREY)
    axes.set(xticks=[], yticks=[])
