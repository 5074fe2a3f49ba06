"""What a model is asked: some records, checked once, and the days that are meant for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.clinical import Predictor
from lorpredict.design import TROUGH
from lorpredict.features import Encoding, SpreadOut, coded_records
from lorpredict.packaged._facts import ModelFacts
from lorpredict.packaged._records import CheckedRecord
from lorpredict.survival import Floats, Positions, refuse_beyond


@dataclass(frozen=True, eq=False)
class Question:
    """Records that can be answered.

    Parameters
    ----------
    checked : the records, without a fault
    asked : array of shape (n_times,), days since the first infusion
    own_days : array of shape (n_records, n_times)
        The same since each child's own landmark.
    rows : the records as the model sees them, once for each level of a trough that is forecast
    features : array of shape (n_records, n_features), such a trough at its expected level
    predictors : of the model, in order
    """

    checked: Sequence[CheckedRecord]
    asked: Floats
    own_days: Floats
    rows: SpreadOut
    features: Floats
    predictors: tuple[str, ...]

    @classmethod
    def of(
        cls,
        checked: Sequence[CheckedRecord],
        days_since_first_infusion: ArrayLike | None,
        facts: ModelFacts,
        encoding: Encoding,
        columns: Sequence[Predictor],
    ) -> Question:
        """Put checked records into numbers.

        Raises
        ------
        BeyondFollowUp
            For a day before a child's landmark or after the model's follow-up.
        """
        plan = facts.design.landmark_day
        if days_since_first_infusion is None:
            asked = facts.horizons_since_first_infusion
        else:
            asked = np.atleast_1d(np.asarray(days_since_first_infusion, dtype=float))
        values = [record.values for record in checked]
        landmarks = np.array([record.get("landmark_day", plan) for record in values], dtype=float)
        own_days = asked - landmarks[:, None]
        if days_since_first_infusion is not None or (landmarks != plan).any():
            refuse_beyond(own_days, facts.follow_up_days_since_landmark)
        coded = coded_records(values, columns)
        rows = encoding.spread_out(coded)
        features = rows.features if rows.is_plain else encoding.encode(coded)
        return cls(checked, asked, own_days, rows, features, encoding.predictors)

    def by_days(self) -> Iterator[tuple[Floats, Positions]]:
        """Group children who are asked at the same days since their landmark."""
        first = self.own_days[0]
        if len(self.own_days) == 1 or (self.own_days == first).all():
            yield first, np.arange(len(self.own_days))
            return
        for days in np.unique(self.own_days, axis=0):
            yield days, np.flatnonzero((self.own_days == days).all(axis=1))

    def rows_of(self, records: Positions) -> SpreadOut:
        """Take some of the records, as the model sees them."""
        return self.rows if len(records) == len(self.checked) else self.rows.of(records)

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Predictors that were not measured, of each record."""
        return tuple(record.missing for record in self.checked)

    @property
    def warnings(self) -> tuple[tuple[str, ...], ...]:
        """What is unusual about each record, in words."""
        return tuple(record.warnings for record in self.checked)

    @property
    def trough_known(self) -> NDArray[np.bool_]:
        """Whose trough at the landmark the model sees, array of shape (n_records,)."""
        asks = TROUGH in self.predictors
        return np.array([asks and TROUGH not in record.missing for record in self.checked])

    @cached_property
    def data(self) -> NDArray[np.object_]:
        """What was measured, shape (n_records, n_predictors); None where it was not."""
        data = np.empty((len(self.checked), len(self.predictors)), dtype=object)
        for row, record in enumerate(self.checked):
            data[row] = [record.values.get(name) for name in self.predictors]
        return data

    def data_of_features(self, encoding: Encoding) -> NDArray[np.object_]:
        """What each feature was made from: a measured number, or whether its condition holds."""
        told = np.empty(self.features.shape, dtype=object)
        for column, feature in enumerate(encoding.features):
            measured = self.data[:, self.predictors.index(feature.predictor)]
            seen = self.features[:, column] * feature.scale + feature.center
            for row, value in enumerate(measured):
                if feature.kind == "number":
                    told[row, column] = value
                elif feature.kind == "missing":
                    told[row, column] = value is None
                elif value is not None:
                    told[row, column] = bool(seen[row] == 1)
        return told
