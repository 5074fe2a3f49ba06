"""The population stability index, less what chance alone gives, with an interval.

The index of two samples of the same population is never zero: in few children it is large. The
customary limits 0.1 and 0.25 know nothing of that, and so cry wolf in small numbers (Yurdakul and
Naranjo 2020). Here an interval says what the index of the populations may be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import brentq
from scipy.stats import ncx2

from lorpredict.survival import Floats

# Cochran's rule for the approximation by chi-square.
FEWEST_EXPECTED = 5
# The rule of thumb that Yurdakul and Naranjo quote; here it gives a change its size in words, and
# below the first it is none worth a word.
MODERATE, LARGE = 0.1, 0.25


@dataclass(frozen=True)
class Stability:
    """How far two distributions over the same bands lie apart.

    Parameters
    ----------
    psi : of the samples
    by_chance : the index to expect where nothing has changed
    low, high : of the populations
    """

    psi: float
    by_chance: float
    low: float
    high: float

    @property
    def beyond_chance(self) -> float:
        """The index less what chance gives, never below zero."""
        return max(0.0, self.psi - self.by_chance)

    @property
    def has_changed(self) -> bool:
        """Whether chance does not explain it, and it is large enough to speak of."""
        return self.low > 0 and self.beyond_chance >= MODERATE


def stability(now: Floats, before: Floats, *, level: float = 0.95) -> Stability | None:
    """Compare two samples.

    The sum over bands of ``(q - p) log(q / p)``, with p and q the shares before and now, half a
    child added to each band. Where nothing has changed, PSI / (1/N + 1/M) is about chi-square with
    one degree of freedom less than there are bands; where something has, about noncentral
    chi-square, whose noncentrality is read off to give the interval.

    Parameters
    ----------
    now, before : arrays of shape (n_bands,)
        Numbers of children.

    Returns
    -------
    Stability or None
        None where fewer than two bands are left once those are joined in which fewer than five
        children are expected.

    References
    ----------
    Yurdakul B, Naranjo J. J Risk Model Validation 14(4) (2020).
    Cochran WG. Biometrics 10:417 (1954).
    """
    joined = _joined(now, before)
    if joined is None:
        return None
    q, p = (_shares(counts) for counts in joined)
    scale = 1 / joined[0].sum() + 1 / joined[1].sum()
    return _with_interval(_psi(q, p), scale, len(p) - 1, level)


def stability_to(now: Floats, shares: Floats, *, level: float = 0.95) -> Stability | None:
    """Compare one sample with shares that are known, as the fifths of the training children are.

    Returns
    -------
    Stability or None
        None where fewer than five children are expected in a band.
    """
    children = float(now.sum())
    if children * float(shares.min()) < FEWEST_EXPECTED:
        return None
    return _with_interval(_psi(_shares(now), shares), 1 / children, len(shares) - 1, level)


def _shares(counts: Floats) -> Floats:
    shares: Floats = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
    return shares


def _psi(q: Floats, p: Floats) -> float:
    return float(((q - p) * np.log(q / p)).sum())


def _with_interval(psi: float, scale: float, freedom: int, level: float) -> Stability:
    x, tail = psi / scale, (1 - level) / 2
    low, high = (_noncentrality(x, freedom, share) for share in (1 - tail, tail))
    return Stability(psi, freedom * scale, low * scale, high * scale)


def _noncentrality(x: float, freedom: int, share: float) -> float:
    """Noncentrality for which ``share`` of the distribution lies below x; 0 if there is none."""
    below = partial(_below, x, freedom, share)
    if below(0.0) <= 0:
        return 0.0
    farthest = x + 10 * math.sqrt(x + freedom) + 100
    return float(brentq(below, 0.0, farthest))


def _below(x: float, freedom: int, share: float, noncentrality: float) -> float:
    return float(ncx2.cdf(x, freedom, noncentrality)) - share


def _joined(now: Floats, before: Floats) -> tuple[Floats, Floats] | None:
    """Join bands with their smaller neighbour until enough are expected in each of both samples."""
    total = now.sum() + before.sum()
    if not (now.sum() and before.sum()):
        return None
    needed = FEWEST_EXPECTED * total / min(now.sum(), before.sum())
    both = np.stack([now, before]).astype(float)
    both = both[:, both.sum(axis=0) > 0]
    while both.shape[1] > 1 and both.sum(axis=0).min() < needed:
        both = _joined_once(both)
    return (both[0], both[1]) if both.shape[1] > 1 else None


def _joined_once(both: Floats) -> Floats:
    sizes = np.concatenate([[np.inf], both.sum(axis=0), [np.inf]])
    least = int(np.argmin(sizes))
    left = min((least - 1, least), key=lambda place: max(sizes[place], sizes[place + 1]))
    # Positions in ``sizes`` are one more than in ``both``.
    merged = both[:, left - 1] + both[:, left]
    joined: Floats = np.insert(np.delete(both, [left - 1, left], axis=1), left - 1, merged, axis=1)
    return joined
