"""How many came into remission, by bands of the trough before: what the quartiles allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lorpredict.clinical import published_study
from lorpredict.pathway._quartiles import Quartiles
from lorpredict.proportions import exact

STUDY = "ungar-2019"
_GROUPS = ("remission", "active")


@dataclass(frozen=True)
class RemissionBand:
    """How many patients with a trough in this band came into remission, as far as is known.

    Parameters
    ----------
    above_ug_ml, up_to_ug_ml : ends of the band; None where it is open
    fewest, most : (in remission, of) at the two ends of what the quartiles allow
    share_fewest, share_most : the same as shares
    low, high : lower 95 % end of the fewest, upper 95 % end of the most
    """

    above_ug_ml: float | None
    up_to_ug_ml: float | None
    fewest: tuple[int, int]
    most: tuple[int, int]
    share_fewest: float
    share_most: float
    low: float
    high: float

    def holds(self, trough_ug_ml: float) -> bool:
        """Whether a trough lies in it."""
        above = self.above_ug_ml is None or trough_ug_ml > self.above_ug_ml
        return above and (self.up_to_ug_ml is None or trough_ug_ml <= self.up_to_ug_ml)


def smallest_trough() -> float:
    """Return the smallest trough that was let into the study, µg/mL."""
    return float(published_study(STUDY)["population"]["excluded_trough_below_ug_ml"])


def largest_trough() -> float:
    """Return the last quartile that the study prints, µg/mL; the spread ends there."""
    printed = published_study(STUDY)["trough_before_ug_ml"].values()
    return float(max(group[name]["quartiles"][1] for group in printed for name in _GROUPS))


def sizes(months: int) -> tuple[int, int]:
    """Return how many were in remission, and of how many."""
    printed = published_study(STUDY)["remission_after_intensification"][f"months_{months}"]
    return printed["n"], printed["of"]


def groups(months: int) -> tuple[Quartiles, Quartiles]:
    """Return the troughs of those in remission, and of the others."""
    n, of = sizes(months)
    printed: dict[str, Any] = published_study(STUDY)["trough_before_ug_ml"][f"months_{months}"]
    remission, active = (printed[name] for name in _GROUPS)
    return Quartiles.printed(remission, n), Quartiles.printed(active, of - n)


@cache
def remission_bands(months: int) -> tuple[RemissionBand, ...]:
    """Return what the quartiles allow in each band between the two printed medians."""
    remission, active = groups(months)
    edges = (remission.median, active.median)
    in_remission, others = remission.between(edges), active.between(edges)
    ends: Sequence[float | None] = (None, *edges, None)
    return tuple(
        _band(ends[place], ends[place + 1], in_remission[place], others[place])
        for place in range(len(in_remission))
    )


def _band(
    above: float | None, up_to: float | None, remission: tuple[int, int], others: tuple[int, int]
) -> RemissionBand:
    fewest = (remission[0], remission[0] + others[1])
    most = (remission[1], remission[1] + others[0])
    least, largest = exact(*fewest), exact(*most)
    return RemissionBand(
        above, up_to, fewest, most, least.estimate, largest.estimate, least.low, largest.high
    )
