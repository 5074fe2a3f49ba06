"""The level of infliximab after infusions: two compartments, solved in closed form.

A dose that has just reached the blood falls as the sum of a fast and a slow exponential. Written
with their shares of the dose, which lie between 0 and 1 and add up to 1, the level is a weighted
mean of two positive terms. Where the two rates come close to one another the shares are known less
well, and matter as much less; the textbook's (rate - k21) / (fast - slow) divides by nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.errors import Fault, FaultsFound
from lorpredict.pharmacokinetics._kinetics import Kinetics
from lorpredict.pharmacokinetics._shapes import row_each
from lorpredict.survival import Floats

_HOURS_A_DAY = 24.0


def concentration(
    kinetics: Kinetics,
    days: ArrayLike,
    *,
    infusion_days: ArrayLike,
    doses_mg: ArrayLike,
    hours: ArrayLike = 2.0,
) -> Floats:
    """Level of infliximab on each asked day, after all infusions so far.

    Parameters
    ----------
    kinetics
        Of ``n_children`` children.
    days : array of shape (n_days,) or (n_children, n_days)
        Days since the first infusion; fractions count.
    infusion_days : array of shape (n_infusions,) or (n_children, n_infusions)
        Days on which infusions began. One that begins on an asked day adds nothing yet: a trough
        is drawn just before.
    doses_mg : array of shape (n_children, n_infusions), or that broadcasts to it
        Each dose in all, not for each kilogram. One dose a child has the shape (n_children, 1);
        a child with fewer infusions than others has doses of 0.
    hours : array that broadcasts likewise
        How long each infusion ran.

    Returns
    -------
    array of shape (n_children, n_days)
        mg/L, which is µg/mL; NaN where the kinetics are.

    Raises
    ------
    FaultsFound
        If shapes do not fit, a number is not finite, a dose is negative or an infusion took no
        time.

    Examples
    --------
    >>> from lorpredict.pharmacokinetics import population_model
    >>> weights = np.array([20.0, 42.0])
    >>> children = population_model().kinetics(weight_kg=weights, albumin_g_l=[38.0, 30.0])
    >>> doses = 5.0 * weights[:, np.newaxis]
    >>> concentration(children, [42, 98], infusion_days=[0, 14, 42], doses_mg=doses).round(1)
    array([[8.3, 2. ],
           [6.8, 1. ]])

    References
    ----------
    Gibaldi, Perrier 1982. Pharmacokinetics, 2nd edition, chapter 2 (two compartments, infusion).
    """
    given = {"infusion_days": infusion_days, "doses_mg": doses_mg, "hours": hours}
    arrays = {name: np.asarray(each, dtype=float) for name, each in given.items()}
    starts, doses, lengths = row_each(arrays, len(kinetics))
    (asked,) = row_each({"days": np.asarray(days, dtype=float)}, len(kinetics))
    _refuse_impossible(asked, starts, doses, lengths)
    exponentials = _Exponentials.of(kinetics)
    levels = np.zeros((len(kinetics), asked.shape[1]))
    # One infusion at a time, so that the table of children and days is the largest there is.
    for column in range(starts.shape[1]):
        start, dose, length = (each[:, column, np.newaxis] for each in (starts, doses, lengths))
        levels += dose * exponentials.after(asked - start, length / _HOURS_A_DAY)
    return levels


@dataclass(frozen=True)
class _Exponentials:
    """Two exponentials for each child; every array has the shape (n_children, 1)."""

    volume: Floats
    rates: tuple[Floats, Floats]
    shares: tuple[Floats, Floats]

    @classmethod
    def of(cls, kinetics: Kinetics) -> Self:
        """Find rates and shares, without a difference of two numbers that may be alike."""
        volume = kinetics.central_volume[:, np.newaxis]
        out = kinetics.clearance[:, np.newaxis] / volume
        away = kinetics.intercompartmental_clearance[:, np.newaxis] / volume
        back = (kinetics.intercompartmental_clearance / kinetics.peripheral_volume)[:, np.newaxis]
        half = (out + away - back) / 2
        root = np.hypot(half, np.sqrt(away * back))
        fast = (out + away + back) / 2 + root
        slow = out / fast * back
        # root + half and root - half; their product is away * back, which gives the small one.
        large = root + np.abs(half)
        small = away / large * back
        upper, lower = np.where(half >= 0, large, small), np.where(half >= 0, small, large)
        return cls(volume, (fast, slow), (upper / (2 * root), lower / (2 * root)))

    def after(self, elapsed: Floats, length: Floats) -> Floats:
        """Level by a dose of 1 mg that began ``elapsed`` days ago and ran for ``length`` days."""
        run = np.clip(elapsed, 0.0, length)
        since = np.maximum(elapsed - length, 0.0)
        per_day = 1.0 / (length * self.volume)
        fast, slow = (
            share * -np.expm1(-rate * run) / rate * np.exp(-rate * since)
            for rate, share in zip(self.rates, self.shares, strict=True)
        )
        levels: Floats = per_day * (fast + slow)
        return levels


def _refuse_impossible(asked: Floats, starts: Floats, doses: Floats, lengths: Floats) -> None:
    checks = [
        ("days", np.isfinite(asked), "expected a number of days"),
        ("infusion_days", np.isfinite(starts), "expected a number of days"),
        ("doses_mg", (doses >= 0) & np.isfinite(doses), "expected 0 mg or more"),
        ("hours", (lengths > 0) & np.isfinite(lengths), "expected more than 0 hours"),
    ]
    faults = [
        Fault(name, problem, row=int(row) + 1)
        for name, fine, problem in checks
        for row in np.flatnonzero(~fine.all(axis=1))
    ]
    if faults:
        raise FaultsFound(faults, subject="the dosing")
