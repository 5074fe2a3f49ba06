"""Which share of children would reach the target, by dose and interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

if TYPE_CHECKING:
    from lorpredict.dosing._comparison import DosingComparison

_WORDS = 110


def regimens(comparison: DosingComparison) -> Figure:
    """Draw the mean probability of the target by dose, a panel an interval.

    The line is all models with the same weight, the band the lowest and the highest of them.
    """
    from textwrap import fill

    found = comparison.regimens()
    intervals = sorted(found["interval_days"].unique(), reverse=True)
    width = max(1, len(intervals))
    figure = Figure(figsize=(2.0 + 2.2 * width, 4.2), layout="constrained")
    panels = figure.subplots(1, width, sharey=True, squeeze=False)[0]
    for axes, interval in zip(panels, intervals, strict=False):
        rows = found[found["interval_days"] == interval]
        axes.fill_between(rows["dose_mg_kg"], rows["lowest"], rows["highest"], alpha=0.25, lw=0)
        axes.plot(rows["dose_mg_kg"], rows["probability"], marker="o")
        axes.set(title=f"every {interval:g} days", xlabel="mg/kg", ylim=(0, 1))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel(f"trough of {comparison.target_ug_ml:g} µg/mL or more")
    figure.suptitle(
        fill(comparison.research_only, _WORDS)
        + "\nMean over children; line: all models, band: the lowest and the highest of them.",
        fontsize=7,
    )
    return figure
