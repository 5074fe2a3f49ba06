"""Figures of the evidence, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lorpredict.clinical import Compared, Evidence
from lorpredict.proportions import Interval, exact, newcombe, risk_ratio, wilson

Scale = Literal["share", "difference", "ratio"]
EXACT = "exact (Clopper-Pearson) 95 % interval of the printed counts"
SCORE = (
    "95 % score interval (Wilson) of the printed percentage, as if all patients of the group had "
    "been followed to the end"
)
DIFFERENCE = (
    "difference of the printed percentages, with Newcombe's 95 % interval, as if all patients had "
    "been followed to the end"
)
RATIO = (
    "ratio of the printed percentages, with Katz's 95 % interval, as if all patients had been "
    "followed to the end"
)


@dataclass(frozen=True)
class Figure:
    """One figure with its interval.

    Parameters
    ----------
    what : what it is of
    scale : a share or a difference of shares, 0.5 for 50 %, or a ratio of shares
    estimate, low, high : the figure and its 95 % interval
    of : patients behind it
    method : how the interval was found
    n : count behind a share; None where only a percentage is printed
    """

    what: str
    scale: Scale
    estimate: float
    low: float
    high: float
    of: int
    method: str
    n: int | None = None


@dataclass(frozen=True)
class Comparison:
    """Two groups, as a study printed them, with what is computed from that.

    Parameters
    ----------
    what : what the percentages are of
    combination, monotherapy : share of each group, with its score interval
    difference : combination less monotherapy
    ratio : combination divided by monotherapy
    ratio_of_failure : the same of all others
    """

    what: str
    combination: Figure
    monotherapy: Figure
    difference: Figure
    ratio: Figure
    ratio_of_failure: Figure

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of them, in the order in which they are read."""
        return (
            self.combination,
            self.monotherapy,
            self.difference,
            self.ratio,
            self.ratio_of_failure,
        )


def compared(printed: Compared) -> Comparison:
    """Compare two groups by their printed percentages.

    A percentage of a survival curve is no count: 77 % of 45 is 34.65. The intervals take it as one,
    as if all had been followed to the end; with children who left earlier they would be wider.

    Parameters
    ----------
    printed
        The percentages, and how many were in each group.

    References
    ----------
    Newcombe RG. Stat Med 17:873 (1998), method 10, for the difference.
    Katz D, Baptista J, Azen SP, Pike MC. Biometrics 34:469 (1978), method C, for the ratios.

    Examples
    --------
    >>> told = compared(Compared("without failure", "with failure", 77, 22, 45, 45))
    >>> [round(end, 2) for end in (told.difference.estimate, told.difference.low)]
    [0.55, 0.35]
    """
    sizes = (printed.combination_of, printed.monotherapy_of)
    percent = (printed.combination_percent, printed.monotherapy_percent)
    one, other = ((share / 100 * n, n) for share, n in zip(percent, sizes, strict=True))
    failed = tuple((n - count, n) for count, n in (one, other))
    what, both = printed.what, sum(sizes)
    return Comparison(
        what=what,
        combination=_share(f"{what}, combination", wilson(*one), sizes[0]),
        monotherapy=_share(f"{what}, monotherapy", wilson(*other), sizes[1]),
        difference=Figure(f"{what}, combination less monotherapy", "difference",
                          *newcombe(one, other), of=both, method=DIFFERENCE),
        ratio=Figure(f"{what}, combination divided by monotherapy", "ratio",
                     *risk_ratio(one, other), of=both, method=RATIO),
        ratio_of_failure=Figure(f"{printed.otherwise}, combination divided by monotherapy", "ratio",
                                *risk_ratio(*failed), of=both, method=RATIO),
    )  # fmt: skip


def figures_of(found: Evidence) -> tuple[Figure, ...]:
    """Return every figure of a piece of evidence, with its interval."""
    return tuple(_figures(found))


def _figures(found: Evidence) -> Iterator[Figure]:
    for count in found.counts:
        yield Figure(count.what, "share", *exact(count.n, count.of), of=count.of, method=EXACT,
                     n=count.n)  # fmt: skip
    for each in found.compared:
        yield from compared(each).figures


def _share(what: str, told: Interval, of: int) -> Figure:
    return Figure(what, "share", *told, of=of, method=SCORE)
