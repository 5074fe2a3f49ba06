"""Remission after intensification, by the trough before it: what one study's quartiles allow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.clinical import published_study
from lorpredict.errors import OutsideStudy
from lorpredict.pathway._quartiles import ShiftedLogNormal
from lorpredict.pathway._remission_bands import (
    STUDY,
    RemissionBand,
    groups,
    largest_trough,
    remission_bands,
    sizes,
    smallest_trough,
)
from lorpredict.survival import Floats

MONTHS = (6, 12)
METHOD = (
    "Bands: the counts that the printed medians and quartiles leave possible, with the exact "
    "(Clopper-Pearson) interval of the fewest and of the most. Spread: two families of curves "
    "through the same quartiles, log-normal, and log-normal shifted by the study's smallest "
    "trough; neither is the study's."
)
AUTHORS = (
    "Above {above:g} µg/mL the authors hold intensification very unlikely to bring remission. The "
    "quartiles that they print allow it in up to about a third of such patients."
)
POPULATION = (
    "48 patients with inflammatory bowel disease, not Crohn's alone; a trough of at least 3 µg/mL "
    "and no antibodies"
)


@dataclass(frozen=True)
class RemissionAt:
    """What is known of remission some months after intensification.

    Parameters
    ----------
    months : after intensification
    n, of : in remission, and of how many
    bands : by the trough before intensification, all of them
    band : place of the band that the trough lies in
    log_normal, shifted : remission at this trough by either family; None beyond the last quartile
    """

    months: int
    n: int
    of: int
    bands: tuple[RemissionBand, ...]
    band: int
    log_normal: float | None
    shifted: float | None

    @property
    def spread(self) -> tuple[float, float] | None:
        """The lower and the higher of the two families; None where neither is told."""
        if self.log_normal is None or self.shifted is None:
            return None
        low, high = sorted((self.log_normal, self.shifted))
        return low, high


@dataclass(frozen=True)
class RemissionByTrough:
    """Remission after intensification by the trough before it, in one study.

    Parameters
    ----------
    trough_ug_ml : the trough that was asked about
    at : 6 and 12 months after intensification
    authors : what the authors hold, and what their quartiles allow, in our words
    population, whom, size, source : in whom, and who says so
    method : how bands and spread were found
    no_spread : why there is no spread; empty where there is one
    """

    trough_ug_ml: float
    at: tuple[RemissionAt, ...]
    authors: str
    population: str
    whom: str
    size: int
    source: str
    method: str
    no_spread: str = ""


def remission_by_trough(trough_ug_ml: float, antibodies: str = "negative") -> RemissionByTrough:
    r"""Tell how often remission followed intensification, by the trough before it.

    From the abstract of Ungar 2019 alone: 48 patients with inflammatory bowel disease, a trough of
    at least 3 µg/mL and no antibodies. It prints median and quartiles of the trough of those in
    remission and of the others, 6 and 12 months after intensification, and no more.

    Bands end at the two printed medians. How many of each group lie in a band follows from their
    median and quartiles, up to the few whose place these leave open: the fewest and the most in
    remission are both told, each with its exact interval. It is taken that no two patients share
    the trough of a median.

    The spread is that of two families. In each, the troughs of those in remission and of the others
    are log-normal, :math:`\log(x - s) \sim N(\mu, \sigma^2)`, with the printed median,
    :math:`\mu = \log(m - s)`, and the printed distance of the quartiles,
    :math:`\sigma = \log((q_3 - s) / (q_1 - s)) / (2 \Phi^{-1}(3/4))`; one has :math:`s = 0`, the
    other :math:`s = 3`, the smallest trough that was let in. With the share in remission, such as
    23 of 48, Bayes' theorem gives the share at one trough. What lies between the two is no
    interval, and neither is right: they show how little the quartiles say.

    Parameters
    ----------
    trough_ug_ml
        Before intensification, µg/mL.
    antibodies
        Only ``negative`` is within the study.

    Raises
    ------
    OutsideStudy
        Below 3 µg/mL, with antibodies, or where it is not known whether there are any.

    References
    ----------
    Ungar 2019, Dig Liver Dis 51:1106.
    Clopper C, Pearson E. Biometrika 26:404 (1934).

    Examples
    --------
    >>> told = remission_by_trough(9.1)
    >>> after_6_months = told.at[0]
    >>> after_6_months.bands[after_6_months.band].most
    (6, 18)
    >>> [round(end, 2) for end in after_6_months.spread]
    [0.32, 0.38]
    """
    study = published_study(STUDY)
    _refuse_outside(trough_ug_ml, antibodies, study["population"]["excluded_trough_below_ug_ml"])
    beyond = trough_ug_ml > largest_trough()
    return RemissionByTrough(
        trough_ug_ml=trough_ug_ml,
        at=tuple(_at(months, trough_ug_ml, told=not beyond) for months in MONTHS),
        authors=AUTHORS.format(above=study["futility"]["trough_above_ug_ml"]),
        population=POPULATION,
        whom="not said",
        size=study["population"]["n"],
        source=study["citation"],
        method=METHOD,
        no_spread=_NO_SPREAD.format(largest=largest_trough()) if beyond else "",
    )


_NO_SPREAD = "Above {largest:g} µg/mL, the last quartile that is printed, no spread is told."


def remission_families(months: int, trough_ug_ml: ArrayLike) -> Mapping[str, Floats]:
    """Remission by either family at some troughs, for a drawing.

    Parameters
    ----------
    months : 6 or 12, after intensification
    trough_ug_ml : array of shape (n_troughs,), µg/mL, from 3 to 16

    Returns
    -------
    ``log_normal`` and ``shifted`` : arrays of shape (n_troughs,)

    Raises
    ------
    OutsideStudy
        If a trough lies outside 3 to 16 µg/mL, or the months are others.

    Examples
    --------
    >>> {name: told.round(2).tolist() for name, told in remission_families(6, [3.2, 9.1]).items()}
    {'log_normal': [0.7, 0.38], 'shifted': [0.96, 0.32]}
    """
    troughs = np.asarray(trough_ug_ml, dtype=float)
    first, last = smallest_trough(), largest_trough()
    if months not in MONTHS or not ((troughs >= first) & (troughs <= last)).all():
        raise OutsideStudy(
            f"troughs from {troughs.min():g} to {troughs.max():g} µg/mL, {months} months after; "
            f"expected {first:g} to {last:g} µg/mL, 6 or 12 months after intensification"
        )
    return {
        "log_normal": _share(months, troughs, 0.0),
        "shifted": _share(months, troughs, first),
    }


def _refuse_outside(trough_ug_ml: float, antibodies: str, smallest: float) -> None:
    if not (math.isfinite(trough_ug_ml) and trough_ug_ml >= smallest):
        who = f"a trough below {smallest:g} µg/mL"
    elif antibodies == "unknown":
        raise OutsideStudy(
            f"patients with antibodies were not in {_citation()}; whether this one has any is not "
            "known, so it says nothing yet"
        )
    elif antibodies != "negative":
        who = "antibodies"
    else:
        return
    raise OutsideStudy(
        f"patients with {who} were not in {_citation()}, so it says nothing of this one"
    )


def _citation() -> str:
    return str(published_study(STUDY)["citation"])


def _at(months: int, trough: float, *, told: bool) -> RemissionAt:
    n, of = sizes(months)
    bands = remission_bands(months)
    found = remission_families(months, [trough]) if told else {}
    return RemissionAt(
        months=months,
        n=n,
        of=of,
        bands=bands,
        band=next(place for place, band in enumerate(bands) if band.holds(trough)),
        log_normal=float(found["log_normal"][0]) if told else None,
        shifted=float(found["shifted"][0]) if told else None,
    )


def _share(months: int, troughs: Floats, shift: float) -> Floats:
    remission, active = groups(months)
    n, of = sizes(months)
    log_odds = math.log(n / (of - n)) + (
        ShiftedLogNormal.through(remission, shift).log_density(troughs)
        - ShiftedLogNormal.through(active, shift).log_density(troughs)
    )
    return 1 / (1 + np.exp(-log_odds))
