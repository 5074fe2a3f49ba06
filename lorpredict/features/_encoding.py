"""What the feature pipeline has learnt, as plain values, and how a record becomes numbers by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from lorpredict.clinical import Predictor, is_missing
from lorpredict.design import TROUGH
from lorpredict.features._forecast import TroughForecast
from lorpredict.survival import Floats, Positions

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Feature:
    """One number that a model sees.

    Parameters
    ----------
    name
        Its name in the model, such as ``location=L2``.
    predictor
        The column of the cohort table that it is made from.
    kind
        ``number`` (also booleans, 0 or 1, and ordered categories, the index of their level),
        ``level`` (1 where the category has ``level``), ``at_most`` (1 up to ``level``),
        ``missing`` (1 where nothing was measured).
    transform
        ``identity`` or ``log1p``, for a number.
    fill
        What stands for a missing value; None leaves it missing.
    center, scale
        The feature is ``(value - center) / scale``.
    """

    name: str
    predictor: str
    kind: Literal["number", "level", "at_most", "missing"]
    level: float = 0.0
    transform: str = "identity"
    fill: float | None = None
    center: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class SpreadOut:
    """Records as a model sees them, some of them several times.

    Parameters
    ----------
    features : array of shape (n_rows, n_features)
    owners : array of shape (n_rows,)
        The record of each row, in order; every record has a row.
    """

    features: Floats
    owners: Positions

    def of(self, records: Positions) -> SpreadOut:
        """Take the rows of some records, given in order."""
        rows = np.isin(self.owners, records)
        return SpreadOut(self.features[rows], np.searchsorted(records, self.owners[rows]))

    def averaged(self, values: Floats) -> Floats:
        """Average what was found for the rows, (n_rows, ...), to (n_records, ...)."""
        if self.is_plain:
            return values
        starts = np.flatnonzero(np.diff(self.owners, prepend=-1))
        counts = np.diff(starts, append=len(self.owners))
        summed = np.add.reduceat(values, starts, axis=0)
        averaged: Floats = summed / counts.reshape(-1, *(1 for _ in values.shape[1:]))
        return averaged

    def spread(self, values: Floats) -> Floats:
        """Return how far the rows of each record lie apart, as a standard deviation."""
        away = values - self.averaged(values)[self.owners]
        return np.sqrt(self.averaged(away**2))

    @cached_property
    def is_plain(self) -> bool:
        """Whether every record has just one row."""
        return bool(self.owners.size == 0 or self.owners[-1] + 1 == self.owners.size)


@dataclass(frozen=True)
class Encoding:
    """Features by name, and how to compute them from the predictors.

    Parameters
    ----------
    predictors
        The columns that are looked at, in order.
    features
        In the order in which the model sees them.
    never_measured
        Predictors of the design that no training row holds; the model knows nothing of them.
    usual
        The central 95 % of each number in training, rounded outward to two digits; absent where
        it was measured in few children.
    seen
        The levels of each category that occurred in training.
    forecast
        What stands for a trough that was not measured; None where it is missing as all others.
    """

    predictors: tuple[str, ...]
    features: tuple[Feature, ...]
    never_measured: tuple[str, ...] = ()
    usual: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forecast: TroughForecast | None = None

    def encode(self, coded: Floats) -> Floats:
        """Turn coded records (n_rows, n_predictors) into features (n_rows, n_features).

        A trough that is forecast is at its expected level.
        """
        if self.forecast is not None:
            coded = self.forecast.expected(self.predictors, coded)
        return self.features_of(coded)

    def spread_out(self, coded: Floats) -> SpreadOut:
        """Encode records, those whose trough is forecast once for each of its levels."""
        if self.forecast is None:
            return SpreadOut(self.features_of(coded), np.arange(len(coded)))
        place = self.predictors.index(TROUGH)
        missing = np.flatnonzero(np.isnan(coded[:, place]))
        levels = self.forecast.levels(self.predictors, coded[missing])
        copies = np.ones(len(coded), dtype=np.intp)
        copies[missing] = levels.shape[1]
        owners = np.repeat(np.arange(len(coded)), copies)
        rows = coded[owners]
        rows[np.isin(owners, missing), place] = levels.ravel()
        return SpreadOut(self.features_of(rows), owners)

    def features_of(self, coded: Floats) -> Floats:
        """Turn coded records into features, whatever is missing by its fill."""
        values = coded.take(self._source, axis=1)
        missing = np.isnan(values)
        np.log1p(values, out=values, where=self._is_logged)
        np.equal(values, self._levels, out=values, where=self._is_level)
        np.less_equal(values, self._levels, out=values, where=self._is_at_most)
        np.copyto(values, self._fill, where=missing)
        np.copyto(values, missing, where=self._is_indicator)
        values -= self._center
        values /= self._scale
        return values

    def by_predictor(self, contributions: Floats, *, axis: int = 1) -> Floats:
        """Sum contributions of features into their predictors.

        Exactly additive: dummies and missing indicators count for the predictor that a
        clinician knows.

        Parameters
        ----------
        contributions : array whose ``axis`` are the features

        Returns
        -------
        array whose ``axis`` are the predictors
        """
        of_features = np.moveaxis(contributions, axis, 0)
        summed = np.zeros((len(self.predictors), *of_features.shape[1:]))
        np.add.at(summed, self._source, of_features)
        return np.moveaxis(summed, 0, axis)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in order."""
        return tuple(feature.name for feature in self.features)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "predictors": list(self.predictors),
            "features": [asdict(feature) for feature in self.features],
            "never_measured": list(self.never_measured),
            "usual": {key: list(ends) for key, ends in self.usual.items()},
            "seen": {key: list(levels) for key, levels in self.seen.items()},
            **({} if self.forecast is None else {"forecast": self.forecast.to_dict()}),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Build the encoding from :meth:`to_dict`."""
        return cls(
            predictors=tuple(content["predictors"]),
            features=tuple(Feature(**feature) for feature in content["features"]),
            never_measured=tuple(content["never_measured"]),
            usual={key: (low, high) for key, (low, high) in content["usual"].items()},
            seen={key: tuple(levels) for key, levels in content["seen"].items()},
            forecast=(
                TroughForecast.from_dict(content["forecast"]) if "forecast" in content else None
            ),
        )

    @cached_property
    def _source(self) -> Positions:
        position = {name: i for i, name in enumerate(self.predictors)}
        return np.array([position[f.predictor] for f in self.features], dtype=np.intp)

    @cached_property
    def _is_logged(self) -> Mask:
        return np.array([f.transform == "log1p" for f in self.features], dtype=bool)

    @cached_property
    def _is_level(self) -> Mask:
        return self._are("level")

    @cached_property
    def _is_at_most(self) -> Mask:
        return self._are("at_most")

    @cached_property
    def _is_indicator(self) -> Mask:
        return self._are("missing")

    @cached_property
    def _levels(self) -> Floats:
        return np.array([f.level for f in self.features], dtype=float)

    @cached_property
    def _fill(self) -> Floats:
        return np.array([np.nan if f.fill is None else f.fill for f in self.features], dtype=float)

    @cached_property
    def _center(self) -> Floats:
        return np.array([f.center for f in self.features], dtype=float)

    @cached_property
    def _scale(self) -> Floats:
        return np.array([f.scale for f in self.features], dtype=float)

    def _are(self, kind: str) -> Mask:
        return np.array([f.kind == kind for f in self.features], dtype=bool)


def coded_records(records: Sequence[Mapping[str, Any]], columns: Sequence[Predictor]) -> Floats:
    """Write checked records as numbers: booleans 0 or 1, categories the index of their level.

    Returns
    -------
    array of shape (n_records, n_predictors), NaN where nothing was measured
    """
    return np.array(
        [[_coded(record.get(column.key), column) for column in columns] for record in records],
        dtype=float,
    ).reshape(len(records), len(columns))


def _coded(value: Any, column: Predictor) -> float:
    if is_missing(value):
        return np.nan
    return float(column.values.index(value) if column.is_category else value)
