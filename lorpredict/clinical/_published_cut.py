"""The groups of published tables: ``<= 12 mg/L``, ``= male``, ``!= none``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lorpredict.clinical._published import published_study
from lorpredict.errors import CatalogueError

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
}
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class PublishedCut:
    """One side of a published comparison, in the catalogue's names and units.

    Parameters
    ----------
    sign
        ``=``, ``!=``, ``<`` or ``<=``.
    value
        A number, a level of a category, or a boolean.
    """

    sign: str
    value: float | str | bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cut such as ``<= 12 mg/L``; a unit after the value is left alone.

        Raises
        ------
        CatalogueError
            If there is no comparison sign or no value.
        """
        sign, _, rest = text.partition(" ")
        word = rest.split(" ")[0]
        if sign not in _COMPARISONS or not word:
            signs = ", ".join(_COMPARISONS)
            raise CatalogueError(f"no cut: {text!r}; expected one of {signs}, then a value")
        return cls(sign, _WORDS[word] if word in _WORDS else _number_or_word(word))

    def holds(self, values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Tell of each value whether it is on this side.

        Parameters
        ----------
        values : array of shape (n_children,)
            Nothing may be missing.
        """
        held: npt.NDArray[np.bool_] = np.asarray(
            _COMPARISONS[self.sign](np.asarray(values), self.value), dtype=bool
        )
        return held


def table_two_cuts() -> dict[str, PublishedCut]:
    """Return the groups of Table 2 of Beijing 2025 that one column of the cohort table tells."""
    rows = published_study("beijing-2025")["table2"]["rows"]
    return {name: PublishedCut.parse(row["cut"]) for name, row in rows.items() if "cut" in row}


def _number_or_word(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word
