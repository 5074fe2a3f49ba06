"""Pictures of a monitoring, by period of the question; no child is identified in any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, PercentFormatter

from lorpredict.evaluation._drawing import BLUE, GREY, ORANGE
from lorpredict.monitoring import _tables
from lorpredict.monitoring._monitor import Monitoring
from lorpredict.monitoring._stability import LARGE, MODERATE

_FARTHEST_RATIO = 8.0  # an interval that goes further has an arrow at the frame
_FARTHEST_INDEX = 2.0
_NARROWEST = 7.2  # inches, in which the name of a model finds room
_RATIOS = {1 / 8: "1/8", 1 / 4: "1/4", 1 / 2: "1/2", 1: "1", 2: "2", 4: "4", 8: "8"}
_MOST_TICKS = 12
# Marks, dashes and colours of reasons, the last of Okabe and Ito's palette.
_STYLES = ("v:#00755A", "^:#CC79A7", "<:#56B4E9", ">:#E69F00", "x:#000000", "*:#666666")


def all_figures(found: Monitoring) -> Iterator[tuple[str, Figure]]:
    """Draw what there is to draw."""
    tables = found.tables()
    if "predictors" in tables and tables["predictors"][["psi", "psi_training"]].notna().any(
        axis=None
    ):
        yield "predictor_drift", predictor_drift(found, tables["predictors"])
    if "missing_by_period" in tables:
        yield "missingness", missingness(found, tables["missing_by_period"])
    yield "abstentions", abstentions(found, tables)
    if "risks_by_period" in tables:
        yield "risks", risks(found, tables["risks_by_period"])
    if "observed_expected" in tables and tables["observed_expected"]["ratio"].notna().any():
        yield "observed_expected", observed_expected(found, tables["observed_expected"])
        yield "cumulative", cumulative(found, tables["cumulative"])


def predictor_drift(found: Monitoring, table: pd.DataFrame) -> Figure:
    """Population stability index of every predictor beyond chance, with its interval."""
    figure = Figure(figsize=(9.6, 2.1 + 0.27 * len(table)), layout="constrained")
    figure.suptitle(_title(found, "Have the predictors moved?"), fontsize=10)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, name, title in zip(
        panels,
        ("psi", "psi_training"),
        ("latest beside reference children", "latest beside training children, numbers"),
        strict=True,
    ):
        _forest(axes, table, name)
        axes.set_title(title, fontsize=10)
    panels[0].set_yticks(range(len(table)), table["label"], fontsize=9)
    panels[0].set_ylim(len(table) - 0.5, -0.5)
    figure.supxlabel(
        "population stability index less what chance gives, 95 % interval; dotted: "
        f"{MODERATE:g} moderate, {LARGE:g} large (rule of thumb)",
        fontsize=10,
    )
    return figure


def missingness(found: Monitoring, table: pd.DataFrame) -> Figure:
    """Share of children in whom each predictor was missing, period by period."""
    labels = _labels(found)
    wide = table.reset_index().pivot(index="label", columns="period", values="share")
    shares = wide[[period.label for period in found.periods]].astype(float)
    size = (max(_NARROWEST, 3.6 + 0.5 * len(labels)), 2.2 + 0.27 * len(shares))
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(_title(found, "What was not measured?"), fontsize=10)
    axes = figure.subplots()
    axes.set_facecolor("#dddddd")  # a share that would tell of one to four children
    drawn = axes.pcolormesh(np.ma.masked_invalid(shares.to_numpy()), cmap="cividis", vmin=0, vmax=1)
    axes.set_yticks(np.arange(len(shares)) + 0.5, shares.index, fontsize=9)
    axes.invert_yaxis()
    _mark_periods(axes, found, offset=0.5)
    bar = figure.colorbar(drawn, ax=axes, format=PercentFormatter(1.0))
    bar.set_label("children in whom it is missing")
    if shares.isna().any(axis=None):
        axes.set_xlabel(
            "month of the question; grey: not told, since it would count 1 to 4 children"
        )
    return figure


def abstentions(found: Monitoring, tables: dict[str, pd.DataFrame]) -> Figure:
    """Share of children about whom nothing was told, and with a warning, period by period."""
    figure, axes = _one(found, "Who was told nothing, or with a warning?")
    periods = tables["periods"]
    for name, label, style, shift in (
        ("unusual", "a value was unusual (of those told a risk)", f"s--{ORANGE}", 0.08),
        ("abstained", "nothing was told, for any reason", f"o-{BLUE}", 0.0),
    ):
        ends = periods[[f"share_{name}", f"{name}_at_least", f"{name}_at_most"]]
        _line(axes, ends, label, style, shift)
    if "abstentions_by_period" in tables:
        by_reason = tables["abstentions_by_period"].groupby("reason", sort=True)
        for number, ((reason, rows), style) in enumerate(zip(by_reason, _STYLES, strict=False), 1):
            ends = rows[["share", "at_least", "at_most"]]
            _line(axes, ends, f"nothing was told: {reason}", style, -0.08 * number)
    axes.plot([], [], color=GREY, lw=4, alpha=0.4, label="bars: 1 to 4 children (or all but these)")
    axes.set_ylabel("children")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(bottom=0)
    _mark_periods(axes, found)
    _legend_below(figure)
    return figure


def risks(found: Monitoring, table: pd.DataFrame) -> Figure:
    """Median and quartiles of the risks that were told, period by period."""
    figure, axes = _one(found, "Which risks were told?")
    for (day, rows), colour in zip(table.groupby("day"), (BLUE, ORANGE, GREY), strict=False):
        at = np.arange(len(rows))
        ends = rows[["lower_quartile", "median", "upper_quartile"]].astype(float).to_numpy().T
        axes.fill_between(at, ends[0], ends[2], color=colour, alpha=0.15, lw=0)
        label = f"by day {day:g} since the first infusion: median, quartiles"
        axes.plot(at, ends[1], "o-", color=colour, label=label)
        if len(rows) == 1:  # which fills no area
            axes.vlines(at, ends[0], ends[2], color=colour, alpha=0.3, lw=4)
    axes.set_ylabel("risk of loss of response")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(bottom=0)
    _mark_periods(axes, found)
    _legend_below(figure, columns=1)
    return figure


def observed_expected(found: Monitoring, table: pd.DataFrame) -> Figure:
    """Observed by expected losses with exact intervals, of all children and by period."""
    figure, panels = _panels(found, "Did as many lose response as was told?")
    labels = [*(period.label for period in found.periods), _tables.ALL]
    for axes, (day, rows) in zip(panels, table.groupby("day"), strict=True):
        axes.set_title(f"by day {day:g} since the first infusion", fontsize=10, pad=16)
        ratios = rows.loc[labels, ["ratio", "low", "high"]].astype(float)
        for at, (name, (ratio, low, high)) in enumerate(
            zip(labels, ratios.to_numpy(), strict=True)
        ):
            _ratio(axes, at, (ratio, low, high), ORANGE if name == _tables.ALL else BLUE)
        axes.axhline(1.0, color=GREY, lw=0.8, ls="--")
        axes.set_yscale("log")
        axes.set_ylim(1 / _FARTHEST_RATIO, _FARTHEST_RATIO)
        axes.set_yticks([*_RATIOS], [*_RATIOS.values()])
        axes.yaxis.set_minor_formatter(NullFormatter())
        _mark_periods(axes, found, more=("all",))
    panels[0].set_ylabel("observed / expected, 95 % interval")
    return figure


def cumulative(found: Monitoring, table: pd.DataFrame) -> Figure:
    """Observed less expected losses, added up over the periods of the question."""
    figure, panels = _panels(found, "Where did observed and expected part?")
    for axes, (day, rows) in zip(panels, table.groupby("day"), strict=True):
        at = np.arange(len(rows) + 1)
        difference, limit = (
            np.concatenate([[0.0], rows[name].to_numpy(dtype=float)])
            for name in ("observed_less_expected", "limit")
        )
        axes.set_title(f"by day {day:g} since the first infusion", fontsize=10, pad=16)
        axes.fill_between(
            at - 1, -limit, limit, color=GREY, alpha=0.15, lw=0, label="95 %, each end"
        )
        boundary = float(rows["boundary"].iloc[0])
        for side, label in ((boundary, "95 %, the whole way"), (-boundary, None)):
            axes.axhline(side, color=GREY, lw=0.9, ls=":", label=label)
        axes.axhline(0, color=GREY, lw=0.8)
        axes.plot(at - 1, difference, "o-", color=BLUE, label="observed less expected")
        _mark_periods(axes, found, first=-1)
    panels[0].set_ylabel("losses of response, added up")
    _legend_below(figure, panels[0])
    return figure


def _forest(axes: Axes, table: pd.DataFrame, name: str) -> None:
    index, chance = (table[column].to_numpy(dtype=float) for column in (name, f"{name}_by_chance"))
    beyond = np.maximum(0.0, index - chance)
    low, high = (table[f"{name}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    moved = np.asarray(table["finding"], dtype=bool) & (low > 0) & (name == "psi")
    for row in np.flatnonzero(np.isfinite(beyond)).tolist():
        colour = ORANGE if moved[row] else BLUE
        axes.plot([low[row], high[row]], [row, row], color=colour, lw=1.5)
        axes.plot(beyond[row], row, "D" if moved[row] else "o", color=colour, ms=5)
    for row in np.flatnonzero(~np.isfinite(beyond) & (name == "psi")).tolist():
        axes.text(0.005, row, "too few to judge", fontsize=8, color=GREY, va="center")
    for limit in (MODERATE, LARGE):
        axes.axvline(limit, color=GREY, lw=0.8, ls=":")
    widest = float(np.nanmax([*high[np.isfinite(beyond)], 0.4]))
    axes.set_xlim(-0.01, min(1.05 * widest, _FARTHEST_INDEX))
    for row in np.flatnonzero(high > _FARTHEST_INDEX).tolist():
        _goes_on(axes, (_FARTHEST_INDEX, row), ">", ORANGE if moved[row] else BLUE)
    axes.spines[["top", "right"]].set_visible(False)


def _ratio(axes: Axes, at: int, ends: tuple[float, float, float], colour: str) -> None:
    ratio, low, high = ends
    if not np.isfinite(ratio):
        axes.text(
            at, 1 / _FARTHEST_RATIO * 1.08, "too few", fontsize=8, color=GREY,
            ha="center", va="bottom", rotation=90,
        )  # fmt: skip
        return
    axes.plot([at, at], [max(low, 1e-3), high], color=colour, lw=1.5)
    axes.plot(at, max(ratio, 1e-3), "D" if colour == ORANGE else "o", color=colour, ms=6)
    if low < 1 / _FARTHEST_RATIO:
        _goes_on(axes, (at, 1 / _FARTHEST_RATIO), "v", colour)
    if high > _FARTHEST_RATIO:
        _goes_on(axes, (at, _FARTHEST_RATIO), "^", colour)


def _goes_on(axes: Axes, at: tuple[float, float], mark: str, colour: str) -> None:
    """Mark at the frame that an interval goes further."""
    axes.plot(*at, mark, color=colour, ms=7, clip_on=False, zorder=5)


def _line(axes: Axes, ends: pd.DataFrame, label: str, style: str, shift: float) -> None:
    """Draw a share; where it would count one to four children, between what it lies."""
    dashes, colour = style.split("#")
    share, least, most = ends.to_numpy(dtype=float).T
    at = np.arange(len(share)) + shift
    axes.plot(at, share, dashes, color=f"#{colour}", ms=5, lw=1.2, label=label)
    hidden = np.isnan(share) & np.isfinite(least)
    axes.vlines(at[hidden], least[hidden], most[hidden], color=f"#{colour}", lw=4, alpha=0.4)


def _labels(found: Monitoring) -> list[str]:
    """Short names of the periods, for an axis."""
    told = []
    for period in found.periods:
        same_year = period.first[:4] == period.last[:4]
        last = period.last[5:] if same_year else period.last
        told.append(period.first if period.first == period.last else f"{period.first} to {last}")
    return told


def _mark_periods(
    axes: Axes,
    found: Monitoring,
    *,
    offset: float = 0.0,
    first: int = 0,
    more: Sequence[str] = (),
) -> None:
    labels = [*_labels(found), *more]
    every = -(-len(labels) // _MOST_TICKS)
    shown = [at for at in range(len(labels)) if at % every == 0 or labels[at] in more]
    axes.set_xticks([at + offset for at in shown], [labels[at] for at in shown], fontsize=9)
    axes.set_xlim(first - 0.5 + offset, len(labels) - 0.5 + offset)
    axes.tick_params(axis="x", rotation=45)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    axes.set_xlabel("month of the question")
    reference = sum(period.is_reference for period in found.periods)
    if 0 < reference < len(found.periods):
        axes.axvline(reference - 0.5 + offset, color=ORANGE, lw=1, ls="-.")
        axes.annotate(
            "reference ", (reference - 0.5 + offset, 1.0), (0, 3),
            xycoords=("data", "axes fraction"), textcoords="offset points",
            fontsize=8, color=ORANGE, ha="right",
        )  # fmt: skip


def _one(found: Monitoring, title: str) -> tuple[Figure, Axes]:
    width = min(12.0, max(_NARROWEST, 2.0 + 0.5 * len(found.periods)))
    figure = Figure(figsize=(width, 5.0), layout="constrained")
    figure.suptitle(_title(found, title), fontsize=10)
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _panels(found: Monitoring, title: str) -> tuple[Figure, list[Axes]]:
    number = len(found.follow_ups)
    width = max(4.8, min(8.0, 1.6 + 0.42 * len(found.periods)))
    figure = Figure(figsize=(max(_NARROWEST, width * number), 5.0), layout="constrained")
    figure.suptitle(_title(found, title), fontsize=10)
    panels = list(np.atleast_1d(figure.subplots(1, number)))
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, panels


def _legend_below(figure: Figure, axes: Axes | None = None, *, columns: int = 2) -> None:
    handles = (axes or figure.axes[0]).get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower left", ncols=columns, frameon=False, fontsize=9)


def _title(found: Monitoring, title: str) -> str:
    stage = f", stage {found.watched.stage}" if found.watched.stage else ""
    return f"{title}\n{found.watched}{stage}\n{found.when}"
