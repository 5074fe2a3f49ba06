"""The scikit-learn transformer that learns an encoding from training rows and nothing else."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from lorpredict.clinical import Catalogue, Kind, Predictor, catalogue
from lorpredict.design import TROUGH, ModelDesign
from lorpredict.errors import CohortFaults, DesignError, did_you_mean
from lorpredict.features._encoding import Encoding, Feature, SpreadOut
from lorpredict.features._forecast import FEWEST_CHILDREN, TroughForecast
from lorpredict.survival import Floats, Outcome

Style = Literal["standardised", "imputed", "with_missing", "none"]


class NeverMeasuredWarning(UserWarning):
    """A predictor of the design that no training row holds."""


class FeaturePipeline(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn records into features; everything that it learns, it learns in ``fit``.

    Parameters
    ----------
    predictors : names of catalogue columns
    style
        ``standardised``: numbers on the catalogue's scale (log for skewed labs), missing values
        replaced by the training mean, mean 0 and SD 1; categories as dummies without the first
        level. ``imputed``: numbers as measured, missing values replaced by the training mean, a
        dummy for every level.
        ``with_missing``: numbers as measured, missing values kept, a dummy for every level.
        ``none``: no features at all.
    missing_indicators
        Predictors whose being missing is a feature of its own (not with ``with_missing``).
    cuts
        Numbers that enter as "at most this value", as a published equation codes them.
    known
        The catalogue that holds the predictors; ours by default.
    trough_forecast, trough_day
        Name of the population model that forecasts a trough which was not measured, and its day
        since the first infusion; an empty name for none.
    """

    def __init__(
        self,
        predictors: Sequence[str],
        style: Style = "standardised",
        *,
        missing_indicators: Sequence[str] = (),
        cuts: Mapping[str, float] | None = None,
        known: Catalogue | None = None,
        trough_forecast: str = "",
        trough_day: float = 98.0,
    ) -> None:
        self.predictors = predictors
        self.style = style
        self.missing_indicators = missing_indicators
        self.cuts = cuts
        self.known = known
        self.trough_forecast = trough_forecast
        self.trough_day = trough_day

    def fit(self, X: pd.DataFrame, y: Outcome | None = None) -> Self:
        """Learn fill values, scales, levels and usual ranges from the training rows."""
        names = () if self.style == "none" else tuple(self.predictors)
        known = catalogue() if self.known is None else self.known
        self.columns_ = known.columns(names)
        coded = coded_table(X, self.columns_)
        never = tuple(n for i, n in enumerate(names) if np.isnan(coded[:, i]).all())
        if never:
            warnings.warn(
                f"measured in no training row, so the model knows nothing of: {', '.join(never)}",
                NeverMeasuredWarning,
                stacklevel=2,
            )
        forecast = None if TROUGH in never else self._forecast(names, coded)
        filled = coded if forecast is None else forecast.expected(names, coded)
        raw = [
            feature
            for i, column in enumerate(self.columns_)
            if column.key not in never
            for feature in self._features(column, coded[:, i])
        ]
        self.encoding_ = Encoding(
            predictors=names,
            features=tuple(self._finished(raw, names, filled)),
            never_measured=never,
            usual=dict(_usual_ranges(self.columns_, coded)),
            seen=dict(_levels_seen(self.columns_, coded)),
            forecast=forecast,
        )
        return self

    def transform(self, X: pd.DataFrame) -> Floats:
        """Encode rows; array of shape (n_rows, n_features)."""
        check_is_fitted(self, "encoding_")
        return self.encoding_.encode(coded_table(X, self.columns_))

    def spread_out(self, X: pd.DataFrame) -> SpreadOut:
        """Encode rows, those whose trough is forecast once for each of its levels."""
        check_is_fitted(self, "encoding_")
        return self.encoding_.spread_out(coded_table(X, self.columns_))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:
        """Names of the features, in order."""
        check_is_fitted(self, "encoding_")
        return np.array(self.encoding_.names, dtype=object)

    def _forecast(self, names: tuple[str, ...], coded: Floats) -> TroughForecast | None:
        if not self.trough_forecast or TROUGH not in names:
            return None
        return TroughForecast.learnt(self.trough_forecast, names, coded, day=self.trough_day)

    def _features(self, predictor: Predictor, values: Floats) -> Iterator[Feature]:
        name = predictor.key
        if name in (self.cuts or {}):
            cut = (self.cuts or {})[name]
            yield Feature(f"{name}<={cut:g}", name, "at_most", level=cut)
        elif predictor.kind is Kind.CATEGORY and not predictor.ordered:
            yield from self._dummies(predictor, values)
        else:
            transform = predictor.transform if self.style == "standardised" else "identity"
            yield Feature(name, name, "number", transform=transform)
        indicated = name in self.missing_indicators and self.style != "with_missing"
        if indicated and np.isnan(values).any():
            yield Feature(f"{name}=missing", name, "missing")

    def _dummies(self, predictor: Predictor, values: Floats) -> Iterator[Feature]:
        seen = sorted({int(value) for value in values[~np.isnan(values)]})
        # Trees split off one level at a time, the first one too; equations would count it twice.
        every = self.style in ("with_missing", "imputed") and len(seen) > 2
        shown = seen if every else seen[1:]
        for level in shown:
            label = f"{predictor.key}={predictor.values[level]}"
            yield Feature(label, predictor.key, "level", level=float(level))

    def _finished(
        self, raw: list[Feature], names: tuple[str, ...], coded: Floats
    ) -> Iterator[Feature]:
        """Add what the training rows say about each feature: its fill, its centre, its scale."""
        if self.style == "with_missing":
            yield from raw
            return
        plain = Encoding(names, tuple(raw)).encode(coded)
        for feature, values in zip(raw, plain.T, strict=True):
            mean = float(np.nanmean(values))
            if self.style == "imputed":
                yield replace(feature, fill=mean)
                continue
            spread = float(np.std(np.where(np.isnan(values), mean, values)))
            yield replace(feature, fill=mean, center=mean, scale=spread or 1.0)


def feature_pipeline(
    design: ModelDesign,
    style: Style = "standardised",
    *,
    predictors: Sequence[str] = (),
    cuts: Mapping[str, float] | None = None,
) -> FeaturePipeline:
    """Return the unfitted pipeline of a design, or of a family's own predictors.

    A family with predictors of its own sees no forecast trough.
    """
    return FeaturePipeline(
        predictors or design.predictors,
        style,
        missing_indicators=[
            name for name in design.missing_indicators if not predictors or name in predictors
        ],
        cuts=cuts,
        known=design.catalogue,
        trough_forecast="" if predictors else design.trough_forecast,
        trough_day=design.landmark_day,
    )


def coded_table(X: pd.DataFrame, columns: Sequence[Predictor]) -> Floats:
    """Write a checked table as numbers, like ``coded_records`` does for records."""
    lacking = [column.key for column in columns if column.key not in X]
    if lacking:
        told = [f"{name} {did_you_mean(name, list(map(str, X)))}".strip() for name in lacking]
        raise DesignError(f"the table lacks columns that the model needs: {'; '.join(told)}")
    coded = [_coded_column(column, X[column.key]) for column in columns]
    return np.column_stack(coded) if coded else np.empty((len(X), 0))


def _coded_column(predictor: Predictor, values: pd.Series) -> Floats:
    if predictor.kind is Kind.CATEGORY:
        # By name, since pandas may hold the levels in another order than the catalogue.
        codes = pd.Categorical(values, categories=list(predictor.values)).codes.astype(float)
        _refuse_unknown_levels(predictor, values[(codes < 0) & values.notna().to_numpy()])
        return np.where(codes < 0, np.nan, codes).astype(float)
    return np.asarray(values.astype("Float64").to_numpy(dtype=float, na_value=np.nan), np.float64)


def _refuse_unknown_levels(predictor: Predictor, unknown: pd.Series) -> None:
    faults = [predictor.fault(value) for value in unknown.unique()]
    if faults:
        raise CohortFaults([fault for fault in faults if fault], subject="the table")


def _usual_ranges(
    columns: Sequence[Predictor], coded: Floats
) -> Iterator[tuple[str, tuple[float, float]]]:
    for column, values in zip(columns, coded.T, strict=True):
        enough = np.isfinite(values).sum() >= FEWEST_CHILDREN
        if column.kind is Kind.NUMBER and enough:
            low, high = np.nanquantile(values, [0.025, 0.975])
            yield column.key, (_outward(float(low), math.floor), _outward(float(high), math.ceil))


def _outward(value: float, rounded: Callable[[float], int]) -> float:
    """Round away from the middle to two digits, so that no bound is a child's own value."""
    digit = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 1.0
    return round(rounded(value / digit) * digit, 10)


def _levels_seen(
    columns: Sequence[Predictor], coded: Floats
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for column, values in zip(columns, coded.T, strict=True):
        if column.kind is Kind.CATEGORY:
            seen = np.unique(values[~np.isnan(values)]).astype(int)
            yield column.key, tuple(column.values[level] for level in seen)
