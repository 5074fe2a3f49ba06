"""Which level stands for a trough that was forecast, once it is known what became of the child.

A first model has learnt with every forecast trough at its expected level. By it, each level that
the trough may have had makes what became of the child more or less likely; the level that the
final model learns with is drawn by lot, weighted by that likelihood. Without the weights the lots
would know nothing of the outcome, and a model would learn that the trough matters less than it
does; with expected levels alone it would learn a hazard that is too high for an average over the
forecast.
"""

from __future__ import annotations

import numpy as np

from lorpredict.features import SpreadOut
from lorpredict.survival import CurveModel, Floats, Outcome

_LEAST = 1e-12  # a likelihood above zero, where a curve has no step


def drawn_by_outcome(
    rows: SpreadOut, curves: CurveModel, y: Outcome, grid: Floats, *, rng: np.random.Generator
) -> Floats:
    """Return features with one row a child, array of shape (n_children, n_features).

    Parameters
    ----------
    rows : of the training children, those whose trough was forecast once for each of its levels
    curves : of the first model
    y : outcome of the children, in days since the landmark
    grid : days on which curves are kept

    References
    ----------
    Bartlett JW, Seaman SR, White IR, Carpenter JR. Stat Methods Med Res 24:462 (2015): imputing a
    covariate so that it agrees with the model of the outcome; one step of it.
    """
    likelihood = _likelihood(rows, curves, y, grid)
    firsts = np.flatnonzero(np.diff(rows.owners, prepend=-1))
    before = np.concatenate([[0.0], np.cumsum(likelihood)])
    lots = before[firsts] + rng.random(len(firsts)) * np.add.reduceat(likelihood, firsts)
    lasts = np.append(firsts[1:], len(rows.owners)) - 1
    chosen = np.clip(np.searchsorted(before, lots, side="right") - 1, firsts, lasts)
    features: Floats = rows.features[chosen]
    return features


def _likelihood(rows: SpreadOut, curves: CurveModel, y: Outcome, grid: Floats) -> Floats:
    """How likely each row makes what became of its child, array of shape (n_rows,)."""
    last = np.minimum(np.searchsorted(grid, y["duration"]), len(grid) - 1)
    each = np.arange(len(rows.owners))
    survival = curves.survival(rows.features, grid)
    with_start = np.column_stack([np.ones(len(each)), survival])
    until, before = (with_start[each, last[rows.owners] + step] for step in (1, 0))
    event = y["event"][rows.owners]
    likelihood: Floats = np.maximum(np.where(event, before - until, until), _LEAST)
    return likelihood
