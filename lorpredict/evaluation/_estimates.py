"""One table of everything that was found out about each family, and which figure comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from lorpredict.evaluation._bootstrap import Optimism
from lorpredict.evaluation._plan import HEADLINE
from lorpredict.models import ModelFamily

COLUMNS = [
    "family",
    "measure",
    "estimator",
    "estimate",
    "low",
    "high",
    "spread",
    "undefined",
    "headline",
]


def estimates_of(
    families: Sequence[ModelFamily],
    values: pd.DataFrame,
    intervals: Mapping[str, pd.DataFrame | None],
    optimism: Mapping[str, Optimism],
) -> pd.DataFrame:
    """Put the estimates of every family below one another.

    Parameters
    ----------
    values
        Of cross-validation, one row a figure.
    intervals, optimism
        Family -> what the draws of children and the bootstrap gave.

    Returns
    -------
    DataFrame
        One row for each family, measure and estimator: ``cross-validation``, ``bootstrap``
        (corrected for optimism) and ``apparent``, which is never the headline.
    """
    tables = []
    for family in families:
        found = [_cross_validated(values, family.name, intervals.get(family.name))]
        if family.name in optimism:
            found += _resampled(optimism[family.name])
        told = pd.concat(found, ignore_index=True)
        first = told["estimator"] == HEADLINE
        tables.append(told.assign(family=family.name, headline=first))
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def _cross_validated(
    values: pd.DataFrame, family: str, interval: pd.DataFrame | None
) -> pd.DataFrame:
    of_family = values[values["family"] == family].groupby("measure", sort=False)["value"]
    summary = of_family.agg(estimate="mean", spread="std")
    known = pd.DataFrame(columns=["low", "high", "undefined"]) if interval is None else interval
    joined: pd.DataFrame = summary.join(known.reindex(summary.index).astype(float))
    return joined.rename_axis("measure").reset_index().assign(estimator="cross-validation")


def _resampled(found: Optimism) -> list[pd.DataFrame]:
    corrected = found.estimates.rename_axis("measure").reset_index()
    apparent = corrected[["measure", "apparent"]].rename(columns={"apparent": "estimate"})
    return [
        corrected.drop(columns=["apparent", "optimism"]).assign(estimator="bootstrap"),
        apparent.assign(estimator="apparent"),
    ]
