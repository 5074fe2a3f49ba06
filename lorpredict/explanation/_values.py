"""The measured values of one predictor: where they stand on an axis, and in which colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any, Literal

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import BoundaryNorm, Colormap, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lorpredict.explanation._labels import Labels
from lorpredict.survival import Floats

Objects = NDArray[np.object_]

# Even in lightness from dark blue to yellow, with and without red and green.
VALUES = "cividis"
NOT_MEASURED_COLOUR = "#777777"
RIM = "#333333"
DOTS = "#0072B2"
_SPREAD = 0.6
_GOLDEN = (5**0.5 - 1) / 2
# Colours leave out the outermost values, which would take all shades for themselves.
_MIDDLE = (5, 95)


@dataclass(frozen=True)
class Values:
    """What was measured of one predictor.

    Parameters
    ----------
    label : with the unit
    numbers : array of shape (n_patients,)
        A level is its place among ``levels``; what was not measured is NaN.
    levels : words of the levels in order; none of a number
    """

    label: str
    numbers: Floats
    levels: tuple[str, ...]

    @classmethod
    def of(cls, labels: Labels, name: str, measured: Sequence[Any] | Objects) -> Values:
        """Read the column of one predictor."""
        levels = labels.levels(name, measured)
        if levels:
            places = {word: float(place) for place, word in enumerate(levels)}
            told = [labels.told(name, value) for value in measured]
            numbers = [places.get(word, np.nan) for word in told]
        else:
            numbers = [labels.as_number(name, value) for value in measured]
        return cls(labels.label_with_unit(name), np.array(numbers, dtype=float), levels)

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Of which children there is a value."""
        return ~np.isnan(self.numbers)

    def on_axis(self, heights: Floats) -> Floats:
        """Return where the dots stand: numbers as they are, levels spread beside their place."""
        return self.numbers + spread(heights) if self.levels else self.numbers

    def norm(self) -> tuple[Colormap, Normalize]:
        """Return the colours of the values, and how numbers become them."""
        if self.levels:
            steps = len(self.levels)
            between = BoundaryNorm(np.arange(steps + 1) - 0.5, steps)
            return colormaps[VALUES].resampled(steps), between
        return colormaps[VALUES], Normalize(*self._limits)

    @property
    def beyond(self) -> Literal["neither", "min", "max", "both"]:
        """At which ends values lie beyond the colours, and share the last one."""
        known, (low, high) = self.numbers[self.measured], self._limits
        below, above = bool((known < low).any()), bool((known > high).any())
        if self.levels or not (below or above):
            return "neither"
        return "both" if below and above else "min" if below else "max"

    @property
    def _limits(self) -> tuple[float, float]:
        known = self.numbers[self.measured]
        low, high = map(float, np.percentile(known, _MIDDLE) if known.size else (0.0, 1.0))
        return (low - 0.5, high + 0.5) if low == high else (low, high)


def spread(heights: Floats) -> Floats:
    """Move dots sideways, neighbours in height apart; the same way every time."""
    places = np.empty(len(heights))
    order = np.argsort(heights, kind="stable")
    places[order] = (np.arange(len(heights)) * _GOLDEN) % 1 - 0.5
    return _SPREAD * places


def dots(
    axes: Axes, at: Floats, heights: Floats, colours: Values | None, rows: NDArray[np.bool_]
) -> PathCollection | None:
    """Draw some of the children; rings where the value that gives the colour is not there."""
    if colours is None:
        axes.scatter(at[rows], heights[rows], s=20, color=DOTS, alpha=0.75, linewidth=0)
        return None
    shades, norm = colours.norm()
    hollow, filled = rows & ~colours.measured, rows & colours.measured
    axes.scatter(
        at[hollow], heights[hollow], s=18, facecolor="none", edgecolor=NOT_MEASURED_COLOUR,
        linewidth=0.9, zorder=2,
    )  # fmt: skip
    return axes.scatter(
        at[filled], heights[filled], s=22, c=colours.numbers[filled], cmap=shades, norm=norm,
        edgecolor=RIM, linewidth=0.3, zorder=3,
    )  # fmt: skip


def colour_bar(figure: Figure, drawn: PathCollection, axes: list[Axes], values: Values) -> Colorbar:
    """Say in original units, or in words, what the colours mean."""
    bar = figure.colorbar(drawn, ax=axes, pad=0.02, aspect=30, extend=values.beyond)
    if values.levels:
        bar.set_ticks(list(range(len(values.levels))), labels=[fill(w, 16) for w in values.levels])
        bar.minorticks_off()
    rings = "" if values.measured.all() else "\n(ring: not measured)"
    bar.set_label(f"{fill(values.label, 40)}{rings}")
    bar.outline.set_visible(False)
    return bar
