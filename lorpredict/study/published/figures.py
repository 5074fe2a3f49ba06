"""Pictures of the published analysis. No child is identified."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from lorpredict.evaluation._drawing import BLUE, GREY, ORANGE
from lorpredict.study.published._analysis import PublishedAnalysis
from lorpredict.study.published._codings import WAYS, Coding
from lorpredict.study.published._curves import Curve, Panel
from lorpredict.survival import DAYS_A_MONTH

_SYNTHETIC = "synthetic children: demonstration only"
_LONGEST_MONTHS = 60  # beyond it so few are left that a curve says more than it knows
_WRAPPED = {
    "published": "published: more than 6 months,\nas if known from the first infusion",
    "week 14": "taken at week 14,\nclock starts at week 14",
    "landmark at 6 months": "more than 6 months,\nclock starts at month 6",
    "over time": "more than 6 months, counted\nfrom month 6 on (time-varying)",
}


def loss_of_response(analysis: PublishedAnalysis) -> Figure:
    """Figure 2, with the estimate beside it in which other ends compete."""
    figure, axes = _frame("Loss of response since the first infusion", analysis)
    curve = analysis.curve
    _draw(axes, curve, BLUE, "1 − Kaplan-Meier (other ends censored), 95 %")
    points = curve.points
    competing = points["aalen_johansen"].to_numpy(dtype=float)
    if np.isfinite(competing).any():
        months = points["months_since_first_infusion"].to_numpy(dtype=float)
        near = months <= _LONGEST_MONTHS
        axes.plot(months[near], competing[near], "D", color=ORANGE, ms=5, mfc="none",
                  clip_on=False, label="Aalen-Johansen (other ends compete)")  # fmt: skip
    _finish(axes, [curve], [BLUE])
    return figure


def by_group(analysis: PublishedAnalysis, panel: Panel) -> Figure:
    """A panel of Figure 3: two groups."""
    figure, axes = _frame(panel.label, analysis)
    if not panel.curves:
        axes.text(0.5, 0.5, panel.reason, ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return figure
    colours = (BLUE, ORANGE)
    for curve, colour, beside in zip(panel.curves, colours, (-0.25, 0.25), strict=True):
        _draw(axes, curve, colour, curve.name, beside=beside)
    _finish(axes, panel.curves, colours)
    return figure


def codings(analysis: PublishedAnalysis) -> Figure:
    """Draw the immunomodulator's hazard ratio under its four codings, in one forest."""
    figure = Figure(figsize=(8.4, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.set_title(_title("Hazard ratio of an immunomodulator, coded in four ways", analysis))
    for coding in analysis.codings:
        _draw_coding(axes, coding)
    axes.axvline(1, color=GREY, lw=0.8)
    axes.set_xscale("log")
    axes.set_xlim(_within(analysis.codings))
    ticks = [tick for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10) if _inside(axes, tick)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(WAYS)), [_WRAPPED[way] for way in WAYS])
    axes.set_ylim(len(WAYS) - 0.4, -0.6)
    axes.set_xlabel("hazard ratio, log scale; left of 1: fewer losses with an immunomodulator")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    _key(axes)
    return figure


def _frame(title: str, analysis: PublishedAnalysis) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.2, 4.9), layout="constrained")
    axes = figure.subplots()
    axes.set_title(_title(title, analysis))
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _title(title: str, analysis: PublishedAnalysis) -> str:
    return f"{title}\n{_SYNTHETIC}" if analysis.synthetic else title


def _draw(axes: Axes, curve: Curve, colour: str, label: str, *, beside: float = 0.0) -> None:
    """Draw the whole curve with its band, or where that may not be told the points alone.

    Parameters
    ----------
    beside
        Months by which points are moved, so that those of two groups do not cover one another.
    """
    if curve.steps is not None:
        months = curve.steps.days / DAYS_A_MONTH
        axes.step(months, curve.steps.lost, where="post", color=colour, label=label)
        low, high = np.nan_to_num(curve.steps.low), np.nan_to_num(curve.steps.high)
        axes.fill_between(months, low, high, step="post", color=colour, alpha=0.13, lw=0)
        return
    points = curve.points[curve.points["months_since_first_infusion"] <= _LONGEST_MONTHS]
    lost = points["lost"].to_numpy(dtype=float)
    ends = [points[name].fillna(points["lost"]).to_numpy(dtype=float) for name in ("low", "high")]
    months = points["months_since_first_infusion"].to_numpy(dtype=float) + beside
    axes.errorbar(months, lost, yerr=[lost - ends[0], ends[1] - lost], fmt="o:", color=colour,
                  ms=5, lw=1, capsize=3, label=label)  # fmt: skip


def _finish(axes: Axes, curves: Sequence[Curve], colours: Sequence[str]) -> None:
    last = max(float(each.points["months_since_first_infusion"].max()) for each in curves)
    longest = min(_LONGEST_MONTHS, max(12.0, last))
    edge = 1.0 if curves[0].steps is None else 0.0
    axes.set_xlim(-edge, longest + edge)
    axes.set_xticks(np.arange(0, longest + 1, 6 if longest <= 36 else 12))
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_ylabel("children who have lost response")
    axes.set_xlabel("months since the first infusion\n" + "\n" * (len(curves) + 1))
    axes.legend(loc="upper left", frameon=False)
    _numbers_at_risk(axes, curves, colours, longest)


def _numbers_at_risk(
    axes: Axes, curves: Sequence[Curve], colours: Sequence[str], longest: float
) -> None:
    """Write below the months how many are still under observation and have not lost response."""
    place = axes.get_xaxis_transform()
    axes.text(0, -0.19, "still at risk", transform=place, fontsize=9, color=GREY, va="top")
    for line, (curve, colour) in enumerate(zip(curves, colours, strict=True)):
        months = curve.points["months_since_first_infusion"].to_numpy(dtype=float)
        for month, many in zip(months, curve.points["at_risk"], strict=True):
            if month <= longest:
                axes.text(month, -0.25 - 0.055 * line, str(many), transform=place, fontsize=9,
                          color=colour, ha="center", va="top")  # fmt: skip


def _draw_coding(axes: Axes, coding: Coding) -> None:
    height = WAYS.index(coding.way) + (0.16 if coding.adjusted else -0.16)
    if coding.effect is None:
        axes.text(1.02, height, "no ratio: see the table", fontsize=9, color=GREY, va="center",
                  transform=axes.get_yaxis_transform())  # fmt: skip
        return
    ratio, low, high = coding.effect.ratio
    colour = ORANGE if coding.way == "published" else BLUE
    filled = "none" if coding.adjusted else colour
    axes.plot([low, high], [height, height], color=colour, lw=1.4)
    axes.plot([ratio], [height], "D" if coding.adjusted else "s", color=colour, mfc=filled, ms=7)
    counted = f"; {coding.events} of {coding.children}" if coding.children else ""
    told = f"{coding.effect.told}{counted}"
    axes.text(1.02, height, told, transform=axes.get_yaxis_transform(), fontsize=9, va="center")


def _key(axes: Axes) -> None:
    axes.plot([], [], "s", color=GREY, label="alone")
    axes.plot([], [], "D", color=GREY, mfc="none", label="adjusted as in Table 3")
    axes.text(1.02, -0.55, "ratio (95 %); lost of all", transform=axes.get_yaxis_transform(),
              fontsize=9, color=GREY, va="center")  # fmt: skip
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.17), ncols=2, frameon=False)


def _within(found: Sequence[Coding]) -> tuple[float, float]:
    ends = [end for each in found if each.effect for end in each.effect.ratio[1:]]
    return max(0.04, min([0.5, *ends]) / 1.15), min(25.0, max([2.0, *ends]) * 1.15)


def _inside(axes: Axes, tick: float) -> bool:
    low, high = axes.get_xlim()
    return low <= tick <= high
