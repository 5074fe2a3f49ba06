"""All totals that are told, so that no two of them together tell of a few children."""

from __future__ import annotations

from dataclasses import dataclass, field

from lorpredict.study._small_cells import is_small
from lorpredict.study.published._comparisons import Pair
from lorpredict.study.published._lifelines import Rows

Total = tuple[int | None, int | None, int]
Cells = tuple[int, ...]


def total(lost: int, kept: int) -> Total:
    """Children who lost response, who did not, and all."""
    return lost, kept, lost + kept


def total_of(rows: Rows, lost: Rows) -> Total:
    """Return the total of the children of these rows."""
    return total(int((rows & lost).sum()), int((rows & ~lost).sum()))


def children_alone(many: int) -> Total:
    """Return a total of which nobody says how many lost response."""
    return None, None, many


@dataclass(frozen=True)
class Pool:
    """What is told so far; whoever asks first is told first.

    Parameters
    ----------
    smallest
        Smallest count that may be told, and so the smallest difference of two that may.
    totals
        Told of sets of children; nobody and everybody are among them from the start.
    cells
        Characteristic -> told counts of its group and of the rest.
    """

    smallest: int
    totals: list[Total]
    cells: dict[str, list[Cells]] = field(default_factory=dict)

    @classmethod
    def of(cls, lost: Rows, smallest: int) -> Pool:
        """Begin with nobody and with everybody."""
        return cls(smallest, [total(0, 0), total_of(lost | ~lost, lost)])

    def takes(self, *totals: Total) -> bool:
        """Take totals that tell, beside every other, of no few children; all of them or none."""
        if any(self._tells_few(each, told) for each in totals for told in self.totals):
            return False
        self.totals.extend(totals)
        return True

    def takes_groups(self, key: str, lost: Pair, kept: Pair) -> bool:
        """Take a group and the rest, by what followed, with their total; all of it or nothing."""
        cells = _with_sums(lost, kept)
        told = self.cells.get(key, [(0,) * len(cells)])
        if any(self._tells_few(cells, other) for other in told):
            return False
        if not self.takes(total(sum(lost), sum(kept))):
            return False
        self.add_groups(key, lost, kept)
        return True

    def add_groups(self, key: str, lost: Pair, kept: Pair) -> None:
        """Note a group and the rest that are told already."""
        cells = _with_sums(lost, kept)
        self.cells.setdefault(key, [(0,) * len(cells)]).append(cells)

    def _tells_few(self, one: tuple[int | None, ...], other: tuple[int | None, ...]) -> bool:
        return any(
            is_small(abs(a - b), self.smallest)
            for a, b in zip(one, other, strict=True)
            if a is not None and b is not None
        )


def _with_sums(lost: Pair, kept: Pair) -> Cells:
    return (*lost, *kept, lost[0] + kept[0], lost[1] + kept[1])
