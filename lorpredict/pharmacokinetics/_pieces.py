"""Time cut into pieces in which nothing changes: the rate of infusion, covariates, the occasion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from lorpredict.pharmacokinetics._covariates import Covariates
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.survival import Floats, Positions

_HOURS_A_DAY = 24.0


@dataclass(frozen=True, eq=False)
class Pieces:
    """One piece after the other, from one day to the next.

    Parameters
    ----------
    lengths : array of shape (n_pieces,)
        Days.
    rates : array of shape (n_pieces,)
        mg/day that run in.
    groups : array of shape (n_pieces,)
        Which of the groups holds; all pieces of a group have the same kinetics.
    group_epochs, group_occasions : arrays of shape (n_groups,)
        The covariates that hold in a group, and which infusion was the last.
    epochs : covariates of shape (n_epochs,)
    asked_after : array of shape (n_days,)
        At the end of how many pieces each asked day lies.
    asked_epochs : array of shape (n_days,)
        The covariates that hold on each asked day.
    """

    lengths: Floats
    rates: Floats
    groups: Positions
    group_epochs: Positions
    group_occasions: Positions
    epochs: Covariates
    asked_after: Positions
    asked_epochs: Positions

    @classmethod
    def of(cls, history: DoseHistory, days: Iterable[float], *, from_day: float = 0.0) -> Self:
        """Cut the time until the last asked day, wherever something changes."""
        asked = np.fromiter(days, dtype=float)
        starts = np.array(history.infusion_days)
        ends = starts + np.array(history.hours) / _HOURS_A_DAY
        last = max(float(asked.max(initial=from_day)), from_day)
        changes = np.array(sorted({0.0, *history.changes}))
        marks = np.unique(np.concatenate([[from_day, last], asked, starts, ends, changes]))
        marks = marks[(marks >= from_day) & (marks <= last)]
        begun, lengths = marks[:-1], np.diff(marks)
        running = (starts <= begun[:, np.newaxis]) & (begun[:, np.newaxis] < ends)
        rates = running @ (np.array(history.doses_mg) / (ends - starts))
        occasions = np.searchsorted(starts, begun, side="right") - 1
        epochs = np.searchsorted(changes, begun, side="right") - 1
        keys, groups = np.unique(
            np.stack([epochs, occasions]).reshape(2, -1), axis=1, return_inverse=True
        )
        return cls(
            lengths=lengths,
            rates=rates,
            groups=groups.ravel(),
            group_epochs=keys[0],
            group_occasions=keys[1],
            epochs=_covariates(history, changes),
            asked_after=np.searchsorted(marks, asked),
            asked_epochs=np.searchsorted(changes, asked, side="right") - 1,
        )

    @property
    def occasions(self) -> int:
        """How many infusions had begun when the last piece began."""
        return int(self.group_occasions.max(initial=-1)) + 1


def _covariates(history: DoseHistory, days: Floats) -> Covariates:
    weight, albumin, antibodies, immunomodulator = zip(
        *(history.covariates_on(float(day)) for day in days), strict=True
    )
    return Covariates(
        np.array(weight, dtype=float),
        np.array(albumin, dtype=float),
        np.array(antibodies),
        np.array(immunomodulator),
    )
