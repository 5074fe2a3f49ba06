"""Pictures of a validation. Each says what kind it is; no child is identified in any of them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, PercentFormatter
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.evaluation._drawing import BLUE, GREY, ORANGE, numbers_at_risk, one_axes, steps
from lorpredict.survival import Floats
from lorpredict.validation._agreement import calibration_groups, net_benefit
from lorpredict.validation._sites import EVERYONE
from lorpredict.validation._small_counts import FEWEST_FOR_A_RANGE, is_small
from lorpredict.validation._validate import Validation

_FARTHEST_RATIO = 4.0  # an interval that goes further ends at the frame


def calibration(validation: Validation) -> Figure:
    """Predicted against observed risk at each horizon, in groups of about equal size."""
    found = calibration_groups(validation.everyone)
    highest = min(1.0, 0.05 + float(np.nanmax(found[["predicted", "observed", "high"]])))
    figure, panels = _panels(validation, "Predicted and observed risk")
    for axes, risk, (day, groups) in zip(
        panels, validation.everyone.at_horizons.T, found.groupby("day"), strict=True
    ):
        axes.set_title(f"by day {day:g} since the first infusion", fontsize=10)
        axes.plot([0, 1], [0, 1], color=GREY, lw=0.8, ls="--", label="ideal")
        _points(axes, groups)
        _spread(axes, risk)
        axes.set(xlim=(-0.05, highest), ylim=(-0.06, highest))
        axes.set(xlabel="predicted risk", ylabel="observed risk")
        axes.set_aspect("equal")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.08), frameon=False, fontsize=8)
    return figure


def kaplan_meier(validation: Validation) -> Figure:
    """What happened to these children, and what they were told on average."""
    everyone = validation.everyone
    figure, axes = one_axes("")
    figure.suptitle(_title(validation, "Loss of response after the landmark"), fontsize=10)
    _mark_apparent(validation, figure)
    days, survival, ends = kaplan_meier_estimator(
        everyone.y["event"], everyone.y["duration"], conf_type="log-log"
    )
    steps(axes, days, 1 - survival, BLUE, "observed (1 - Kaplan-Meier), 95 % band")
    axes.fill_between(days, 1 - ends[1], 1 - ends[0], step="post", color=BLUE, alpha=0.15, lw=0)
    start = np.concatenate([[0.0], everyone.days])
    told = np.concatenate([[0.0], everyone.risk.mean(axis=0)])
    axes.plot(start, told, color=ORANGE, label="predicted, mean of all children")
    for horizon in everyone.horizons:
        axes.axvline(horizon, color=GREY, lw=0.8, ls=":")
    axes.set_xlabel(f"days since the landmark (day {everyone.at_risk.design.landmark_day:g})")
    axes.set_ylabel("children who have lost response")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    highest = max(_until(days, 1 - ends[0], everyone.horizons[-1]), float(told.max()))
    axes.set(xlim=(0, everyone.horizons[-1]), ylim=(0, min(1.0, 1.25 * highest)))
    axes.legend(loc="upper left", frameon=False)
    if not _steps_are_small(everyone.y["duration"], everyone.horizons):
        numbers_at_risk(axes, everyone.y["duration"], everyone.horizons)
    return figure


def sites(validation: Validation) -> Figure:
    """Uno's C and observed over expected, each with its interval, hospital by hospital."""
    found, everyone = validation.sites, validation.everyone
    names = list(dict.fromkeys(found["site"]))
    columns = [
        _Column("uno_c", "Uno's C", 0.5, ratio=False),
        *(
            _Column(f"observed_expected_{name}", f"observed / expected\nby day {day:g}", 1.0, True)
            for name, day in zip(everyone.horizon_names, _since_infusion(validation), strict=True)
        ),
    ]
    size = (2.6 + 2.6 * len(columns), 2.0 + 0.45 * len(names))
    figure = Figure(figsize=size, layout="constrained")
    for axes, column in zip(
        np.atleast_1d(figure.subplots(1, len(columns), sharey=True)), columns, strict=True
    ):
        _forest(axes, found[found["measure"] == column.measure].set_index("site"), column, names)
    counts = found.groupby("site")[["children", "events"]].first()
    labels = [_site_label(name, counts.loc[name]) for name in names]
    axes.set_yticks(range(len(names)), labels, fontsize=9)
    axes.set_ylim(len(names) - 0.5, -0.5)
    figure.suptitle(_title(validation, "Site by site, 95 % intervals"), fontsize=10)
    _mark_apparent(validation, figure)
    return figure


def decision_curve(validation: Validation) -> Figure:
    """What acting on the risk is worth, beside acting on all or on none."""
    found = net_benefit(validation.everyone)
    lowest = min(-0.05, float(found["model"].min()) - 0.02)
    figure, panels = _panels(validation, "Net benefit")
    for axes, (day, curve) in zip(panels, found.groupby("day"), strict=True):
        axes.set_title(f"by day {day:g} since the first infusion", fontsize=10)
        axes.plot(curve.threshold, curve.treat_all, color=ORANGE, label="act on all")
        axes.axhline(0, color=GREY, lw=0.8, label="act on none")
        axes.plot(curve.threshold, curve.model, color=BLUE, label="act on the model")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        highest = float(found[["model", "treat_all"]].max().max())
        axes.set(xlabel="risk from which one would act", ylim=(lowest, 1.15 * highest + 0.02))
        axes.legend(loc="upper right", frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("net benefit a child")
    return figure


class _Column(NamedTuple):
    """One measure of the forest plot; a ratio stands on a logarithmic scale."""

    measure: str
    title: str
    reference: float
    ratio: bool


def _panels(validation: Validation, title: str) -> tuple[Figure, list[Axes]]:
    number = len(validation.everyone.horizons)
    figure = Figure(figsize=(4.8 * number + (1.6 if number == 1 else 0), 5.0), layout="constrained")
    figure.suptitle(_title(validation, title), fontsize=10)
    _mark_apparent(validation, figure)
    return figure, list(np.atleast_1d(figure.subplots(1, number)))


def _title(validation: Validation, title: str) -> str:
    real = "synthetic: demonstration only" if validation.synthetic else "observed cohort"
    return (
        f"{title}: {validation.facts.family_label}; {real}\n{validation.kind} validation on "
        f"{validation.cohort} ({validation.everyone.size})"
    )


def _mark_apparent(validation: Validation, figure: Figure) -> None:
    if validation.kind == "apparent":
        figure.supxlabel(
            "APPARENT, not external: the model was made on these very children",
            color=ORANGE, fontsize=10, fontweight="bold",
        )  # fmt: skip


def _points(axes: Axes, groups: pd.DataFrame) -> None:
    below, above = groups.observed - groups.low, groups.high - groups.observed
    ends = np.nan_to_num(np.stack([below, above]))
    axes.errorbar(
        groups.predicted, groups.observed, yerr=ends, fmt="o-", color=BLUE, capsize=3, lw=1,
        label=f"{len(groups)} groups of about equal size, 95 %",
    )  # fmt: skip


def _spread(axes: Axes, risk: Floats) -> None:
    """Where the risks lie: a mark for each would be a child's."""
    if len(risk) < FEWEST_FOR_A_RANGE:
        return
    low, lower, upper, high = np.quantile(risk, [0.05, 0.25, 0.75, 0.95])
    axes.plot([low, high], [-0.03, -0.03], color=ORANGE, lw=1, label="predicted risks: 90 %, half")
    axes.plot([lower, upper], [-0.03, -0.03], color=ORANGE, lw=4, solid_capstyle="butt")


def _steps_are_small(durations: Floats, horizons: Floats) -> bool:
    """Whether fewer than five leave between two days: the numbers at risk would count them."""
    left = [len(durations), *(int((durations >= day).sum()) for day in horizons), 0]
    return any(is_small(before - after) for before, after in pairwise(left))


def _site_label(name: str, counts: pd.Series) -> str:
    if pd.isna(counts.children) or pd.isna(counts.events):
        return name
    return f"{name}\n{counts.children} children, {counts.events} events"


def _forest(axes: Axes, of_site: pd.DataFrame, column: _Column, names: list[str]) -> None:
    for row, name in enumerate(names):
        if name not in of_site.index or not np.isfinite(of_site.estimate[name]):
            continue
        found, colour = of_site.loc[name], BLUE if name != EVERYONE else ORANGE
        low, high = float(found["low"]), float(found["high"])
        if np.isfinite(low):
            axes.plot([max(low, 1e-3), high], [row, row], color=colour, lw=1.5)
        axes.plot(found.estimate, row, "D" if name == EVERYONE else "o", color=colour, ms=6)
    axes.axvline(column.reference, color=GREY, lw=0.8, ls="--")
    axes.set_title(column.title, fontsize=10)
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if column.ratio:
        axes.set_xscale("log")
        axes.set_xlim(1 / _FARTHEST_RATIO, _FARTHEST_RATIO)
        axes.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_xlim(min(0.4, float(of_site.low.min()) - 0.05), 1.0)


def _since_infusion(validation: Validation) -> Floats:
    everyone = validation.everyone
    days: Floats = everyone.horizons + everyone.at_risk.design.landmark_day
    return days


def _until(days: Floats, values: Floats, last: float) -> float:
    within = values[days <= last]
    return float(np.nanmax(within)) if within.size else 0.0
