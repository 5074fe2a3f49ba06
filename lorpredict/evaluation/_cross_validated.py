"""What cross-validation tells, with intervals from the children alone.

An interval takes the out-of-fold risks as they are and draws the children anew, each time with
the folds of another repeat: so it holds the chance in who was seen and in how the folds fell, and
no model is fitted twice. The influence function would give the first chance alone, and too narrow
an interval for what the very model that is shipped will do.

References
----------
LeDell E, Petersen M, van der Laan M. Electron J Stat 9:1583 (2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from lorpredict.evaluation._intervals import percentiles
from lorpredict.evaluation._learning import SplitPrediction
from lorpredict.evaluation._measure import Predicted, Times, values_of
from lorpredict.evaluation._running import Job
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats, Positions

_DRAWS_A_JOB = 20
Value = tuple[str, int, int, float]  # measure, repeat, fold (0 where pooled), value


def pooled(
    at_risk: AtRisk, done: Sequence[SplitPrediction], repeats: int, days: int
) -> dict[str, Floats]:
    """Put the out-of-fold risks of each family together.

    Returns
    -------
    family -> array of shape (n_repeats, n_children, n_days)
    """
    risk: dict[str, Floats] = {}
    for result in done:
        if result.family not in risk:
            risk[result.family] = np.full((repeats, len(at_risk), days), np.nan)
        risk[result.family][result.split.repeat, result.split.test] = result.risk
    return risk


def values(
    at_risk: AtRisk, risk: Floats, folds_of: Sequence[Positions], times: Times
) -> Iterator[Value]:
    """Every measure of one family, in each fold or once in each repeat.

    Parameters
    ----------
    risk : array of shape (n_repeats, n_children, n_days)
    folds_of : for each repeat, the fold in which each child was tested
    """
    everyone = np.arange(len(at_risk))
    for repeat, (of_repeat, fold_of) in enumerate(zip(risk, folds_of, strict=True)):
        for fold, found in _measured(at_risk, of_repeat, fold_of, times, everyone).items():
            for name, value in found.items():
                yield name, repeat, fold, value


def _measured(
    at_risk: AtRisk, risk: Floats, fold_of: Positions, times: Times, rows: Positions
) -> dict[int, dict[str, float]]:
    """Measures of some children in each fold, and under 0 those of all folds together."""
    y, found = at_risk.y, {}
    for fold in np.unique(fold_of):
        here = rows[fold_of[rows] == fold]
        if here.size:
            predicted = Predicted(
                risk[here], times.days, times.horizons, y[here], y[fold_of != fold]
            )
            found[int(fold)] = values_of(predicted, times.names, level="fold")
    predicted = Predicted(risk[rows], times.days, times.horizons, y[rows], y[rows], fold_of[rows])
    found[0] = values_of(predicted, times.names, level="repeat")
    return found


def number_of_jobs(draws: int) -> int:
    """Return how many jobs the interval of one family takes."""
    return len(range(0, draws, _DRAWS_A_JOB))


def interval_jobs(
    at_risk: AtRisk,
    family: str,
    risk: Floats,
    folds_of: Sequence[Positions],
    times: Times,
    *,
    seed: int,
    draws: int,
) -> list[Job]:
    """Return jobs that draw the children anew and measure each draw; see :func:`interval`."""
    return [
        Job(
            ("interval", family, first, draws, seed),
            partial(
                _drawn,
                at_risk,
                risk,
                folds_of,
                times,
                range(first, min(first + _DRAWS_A_JOB, draws)),
                seed,
            ),
        )
        for first in range(0, draws, _DRAWS_A_JOB)
    ]


def _drawn(
    at_risk: AtRisk,
    risk: Floats,
    folds_of: Sequence[Positions],
    times: Times,
    numbers: Sequence[int],
    seed: int,
) -> list[dict[str, float]]:
    drawn = []
    for number in numbers:
        rng = np.random.default_rng([1_000_004, seed, number])
        rows, repeat = rng.integers(len(at_risk), size=len(at_risk)), number % len(risk)
        found = _measured(at_risk, risk[repeat], folds_of[repeat], times, rows)
        of_folds = pd.DataFrame(found.values()).mean()
        drawn.append({str(name): float(value) for name, value in of_folds.items()})
    return drawn


def interval(drawn: Sequence[Mapping[str, float]]) -> pd.DataFrame | None:
    """Percentiles of the draws, indexed by measure: ``low``, ``high``, ``undefined``.

    A measure that is not defined in most draws has no interval; without draws there is none.
    """
    if not drawn:
        return None
    return percentiles(pd.DataFrame(list(drawn), dtype=float))
