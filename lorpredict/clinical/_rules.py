"""Rules over the values of one child: each is written once, for a record and for whole columns.

A rule asks for its values by name. In a record each is a number or a text, in a table an array of
them, and what was not given is NaN in both. NaN compares as false with everything, so a rule is
silent where a value is missing. Booleans are 1.0 and 0.0. With both, ``&`` and ``|`` mean *and*
and *or*; ``not`` would ask an array for one truth, so rules do without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lorpredict.errors import Fault

if TYPE_CHECKING:
    from lorpredict.clinical._growth import GrowthReference

Record = Mapping[str, Any]

_NEVER_MISSING = (bool, int, str)


def is_missing(value: Any) -> bool:
    """Whether a value was not given: None, NaN or pandas' NA."""
    if isinstance(value, float):
        return value != value
    if value is None or isinstance(value, _NEVER_MISSING):
        return value is None
    # NA is asked by its name first: comparing it with itself gives NA, which is no answer.
    return str(value) == "<NA>" or value != value


class Values:
    """Values by name, looked up when a rule asks: one of each in a record, a column in a table.

    Parameters
    ----------
    look_up
        Name -> number, text or array of shape (n_rows,); NaN where nothing was given.
    growth_reference
        The growth tables by which z-scores are computed; WHO's where none is named.
    """

    def __init__(
        self, look_up: Callable[[str], Any], growth_reference: GrowthReference | None = None
    ) -> None:
        self._look_up = look_up
        self._growth_reference = growth_reference
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        try:
            return self._found[name]
        except KeyError:
            found = self._found[name] = self._look_up(name)
            return found

    @property
    def growth_reference(self) -> GrowthReference:
        """The growth tables, loaded when the first rule asks for them."""
        if self._growth_reference is None:
            from lorpredict.clinical._growth import GrowthReference

            self._growth_reference = GrowthReference.who()
        return self._growth_reference

    def computed(self, derivation: Derivation) -> Any:
        """Return what a derivation computes from these values; it is asked once."""
        name = f"{derivation.key}, computed"
        if name not in self._found:
            self._found[name] = derivation.compute(self)
        return self._found[name]

    def given(self, *names: str) -> Any:
        """Whether all the named values are there."""
        there: Any = True
        for name in names:
            value = self[name]
            there = there & (value == value)
        return there

    def row(self, place: int) -> Values:
        """Return the values of one row of a table."""

        def look_up(name: str) -> Any:
            column = self[name]
            return column[place] if isinstance(column, np.ndarray) else column

        return Values(look_up, self._growth_reference)


def values_of_record(record: Record, growth_reference: GrowthReference | None = None) -> Values:
    """Make the values of one record, as rules see them."""

    def look_up(name: str) -> Any:
        value = record.get(name)
        if is_missing(value):
            return math.nan
        return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]

    return Values(look_up, growth_reference)


@dataclass(frozen=True)
class Contradiction:
    """Values that cannot all be true: where that is so, and how it is told.

    Parameters
    ----------
    column
        The column that is named first; where it was not given, nothing contradicts.
    problem, hint
        The same for every row, so that faults can be counted by kind.
    where
        Values -> whether they contradict one another.
    value
        Values of one row -> what stands there, in words; None where nothing is to be shown.
    """

    column: str
    problem: str
    where: Callable[[Values], Any]
    value: Callable[[Values], str | None]
    hint: str = ""

    def fault(self, values: Values, row: int | None) -> Fault:
        """Word the contradiction of one row."""
        return Fault(self.column, self.problem, self.hint, row=row, value=self.value(values))


@dataclass(frozen=True)
class Derivation:
    """One derived column: its sources, its formula, and when a given value contradicts it.

    Parameters
    ----------
    key
        The column that is filled in where nothing was given.
    sources
        The columns that it is computed from.
    compute
        Values -> number or text, NaN where it cannot be computed.
    rule
        The formula in words.
    tolerance
        How far a given number may lie from the computed one; None where it is not compared.
    """

    key: str
    sources: tuple[str, ...]
    compute: Callable[[Values], Any]
    rule: str
    tolerance: float | None = None

    def filled(self, values: Values) -> Any | None:
        """Return the given values with the computed ones where none was given; None if none."""
        given = values[self.key]
        if not anywhere(given != given):
            return None
        computed = values.computed(self)
        fills = (given != given) & (computed == computed)
        return np.where(fills, computed, given) if anywhere(fills) else None

    @property
    def contradiction(self) -> Contradiction:
        """What is wrong where a given value disagrees with the computed one."""
        return Contradiction(
            self.key,
            f"contradicts {self.rule}",
            self._disagrees,
            lambda values: f"{values[self.key]:g} (computed: {float(values.computed(self)):.4g})",
            f"Check {', '.join(self.sources)}",
        )

    def _disagrees(self, values: Values) -> Any:
        if self.tolerance is None or not anywhere(values.given(self.key)):
            return False
        return abs(values[self.key] - values.computed(self)) > self.tolerance


def anywhere(holds: Any) -> bool:
    """Whether something holds: of a record the one answer, of a table that of any row."""
    return bool(holds.any()) if isinstance(holds, np.ndarray) else bool(holds)


def faults_of_record(
    rules: Iterable[Contradiction], values: Values, row: int | None
) -> Iterator[Fault]:
    """Name what cannot be true of one record."""
    return (rule.fault(values, row) for rule in rules if rule.where(values))


def faults_of_columns(rules: Iterable[Contradiction], values: Values) -> Iterator[Fault]:
    """Name what cannot be true in each row of a table; the first row is 1."""
    for rule in rules:
        for place in np.flatnonzero(rule.where(values)):
            yield rule.fault(values.row(int(place)), row=int(place) + 1)
