"""The packaged model: a record goes in, an explained risk comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lorpredict.clinical import Predictor
from lorpredict.errors import DamagedModel
from lorpredict.explanation import Contributions, ExactExplainer
from lorpredict.features import Encoding, coded_records
from lorpredict.packaged._facts import ModelFacts
from lorpredict.packaged._folder import (
    FolderContent,
    load_folder,
    save_folder,
    unreadable_as_damaged,
)
from lorpredict.packaged._records import CheckedRecord, RecordReader
from lorpredict.packaged._reference import reference_records
from lorpredict.survival import CurveModel, Floats, RiskInterval, RiskPrediction, refuse_beyond
from lorpredict.uncertainty import Uncertainty, interval_method

if TYPE_CHECKING:
    import pandas as pd

# Sums over hundreds of trees may differ in the last digits between processors.
_SAME_ANSWER = 1e-12
TROUGH = "trough_week14_ug_ml"

Records = Sequence[Mapping[str, Any]]
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PackagedModel:
    """What training ships and the service answers with.

    Parameters
    ----------
    facts : name, design, training cohort, stage
    encoding : from a record to features
    curves : from features to survival
    uncertainty : how sure a risk is; None where the family cannot say

    Examples
    --------
    >>> model = PackagedModel.load("model-folder")  # doctest: +SKIP
    >>> model.predict([{"remission_week14": False, "albumin_g_l": 31.0}])  # doctest: +SKIP
    RiskPrediction(1 patients, 2 horizons)
    """

    facts: ModelFacts
    encoding: Encoding
    curves: CurveModel
    uncertainty: Uncertainty | None = None
    documents: Mapping[str, str] = field(default_factory=dict)
    _explainers: dict[tuple[float, ...], ExactExplainer] = field(default_factory=dict, repr=False)

    def predict(
        self, records: Records | pd.DataFrame, *, days_since_first_infusion: ArrayLike | None = None
    ) -> RiskPrediction:
        """Risk of secondary loss of response by each horizon.

        Parameters
        ----------
        records
            Columns of the catalogue in canonical units; what was not measured is left out or None.
        days_since_first_infusion
            Times to be told; the model's horizons by default. A child with a ``landmark_day`` of
            its own is asked at the same day since the first infusion.

        Raises
        ------
        RecordFaults
            With every fault of every record.
        BeyondFollowUp
            For a day before a child's landmark or after the model's follow-up.
        """
        asked, checked = self._asked(days_since_first_infusion), self._checked(records)
        own_days = self._own_days(asked, checked)
        features = self._features(checked)
        risk = np.empty(own_days.shape)
        for days, rows in _children_by_days(own_days):
            risk[rows] = 1.0 - self.curves.survival(features[rows], days)
        interval = self._interval(features, risk, own_days, checked)
        return RiskPrediction(
            days_since_first_infusion=asked,
            days_since_landmark=own_days,
            risk=risk,
            missing=tuple(record.missing for record in checked),
            warnings=tuple(record.warnings for record in checked),
            interval=interval,
        )

    def explain(
        self, records: Records | pd.DataFrame, *, days_since_first_infusion: ArrayLike | None = None
    ) -> Contributions:
        """Exact contributions of each predictor, on the scale on which they add up.

        A forest's contributions are shares of the risk; those of Cox-type models are on the
        log-hazard, those of models of a time on the log-acceleration, where above zero means
        sooner. Dummies and missing indicators count for the predictor they belong to.
        Parameters and errors are those of :meth:`predict`.
        """
        asked, checked = self._asked(days_since_first_infusion), self._checked(records)
        own_days = self._own_days(asked, checked)
        features = self._features(checked)
        values = np.empty((len(checked), len(self.encoding.predictors), len(asked)))
        base_values, predicted = np.empty(own_days.shape), np.empty(own_days.shape)
        for days, rows in _children_by_days(own_days):
            exact = self._explainer(days)(features[rows])
            values[rows] = self.encoding.by_predictor(exact.values)
            base_values[rows], predicted[rows] = exact.base_values, exact.predicted
        return Contributions(
            predictors=self.encoding.predictors,
            values=values,
            base_values=base_values,
            predicted=predicted,
            data=self._data(checked),
            days=asked - self.facts.design.landmark_day,
            scale=exact.scale,
            catalogue=self.facts.design.catalogue,
        )

    @property
    def interval_method(self) -> str:
        """How the interval of a single risk is made, or that there is none."""
        return interval_method(self.uncertainty)

    def save(self, folder: str | Path, *, documents: Mapping[str, str] | None = None) -> Path:
        """Write the model folder; it appears whole or not at all.

        Parameters
        ----------
        documents
            File name -> text, for example the model card.
        """
        content = FolderContent(
            facts=self.facts,
            encoding=self.encoding,
            curves=self.curves,
            reference=self._reference_answers(),
            uncertainty=self.uncertainty,
            documents=documents or self.documents,
        )
        return save_folder(content, Path(folder))

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a model folder; refuse it unless it is whole and answers as it did when saved.

        Raises
        ------
        DamagedModel
        """
        with unreadable_as_damaged(Path(folder)):
            content = load_folder(Path(folder))
            model = cls(
                content.facts,
                content.encoding,
                content.curves,
                content.uncertainty,
                content.documents,
            )
            model._refuse_other_answers(content.reference)
        return model

    def __repr__(self) -> str:
        facts = self.facts
        return f"PackagedModel({facts.name!r}, {facts.family}, stage={facts.stage})"

    def _reference_answers(self) -> dict[str, Any]:
        records = reference_records(self._columns)
        prediction = self.predict(records)
        return {
            "records": records,
            "days_since_first_infusion": prediction.days_since_first_infusion.tolist(),
            "risk": prediction.risk.tolist(),
        }

    def _refuse_other_answers(self, saved: Mapping[str, Any]) -> None:
        asked = saved["days_since_first_infusion"]
        found = self.predict(saved["records"], days_since_first_infusion=asked)
        difference = float(np.abs(found.risk - np.array(saved["risk"])).max())
        if not difference <= _SAME_ANSWER:
            raise DamagedModel(
                f"the model folder of {self.facts.name} does not reproduce its reference answers: "
                f"they differ by {difference:.1e}"
            )

    @property
    def _columns(self) -> list[Predictor]:
        return self.facts.design.catalogue.columns(self.encoding.predictors)

    def _asked(self, days_since_first_infusion: ArrayLike | None) -> Floats:
        if days_since_first_infusion is None:
            return np.asarray(self.facts.horizons) + self.facts.design.landmark_day
        return np.atleast_1d(np.asarray(days_since_first_infusion, dtype=float))

    def _checked(self, records: Records | pd.DataFrame) -> list[CheckedRecord]:
        references = self.facts.training.growth_references
        return RecordReader(self.encoding, self.facts.design, references).read(records)

    def _own_days(self, asked: Floats, checked: Sequence[CheckedRecord]) -> Floats:
        """Days since each child's own landmark, array of shape (n_patients, n_times)."""
        plan = self.facts.design.landmark_day
        landmarks = np.array([record.values.get("landmark_day", plan) for record in checked])
        own_days: Floats = asked - landmarks[:, None]
        refuse_beyond(own_days.ravel(), self.facts.follow_up_days_since_landmark)
        return own_days

    def _features(self, checked: Sequence[CheckedRecord]) -> Floats:
        values = [record.values for record in checked]
        return self.encoding.encode(coded_records(values, self._columns))

    def _interval(
        self,
        features: Floats,
        risk: Floats,
        own_days: Floats,
        checked: Sequence[CheckedRecord],
    ) -> RiskInterval | None:
        if self.uncertainty is None:
            return None
        asks_trough = TROUGH in self.encoding.predictors
        known = np.array([asks_trough and TROUGH not in record.missing for record in checked])
        low, high = np.empty(risk.shape), np.empty(risk.shape)
        for days, rows in _children_by_days(own_days):
            found = self.uncertainty.interval(features[rows], risk[rows], days, known[rows])
            low[rows], high[rows] = found.low, found.high
        return RiskInterval(low, high, self.interval_method)

    def _data(self, checked: Sequence[CheckedRecord]) -> np.ndarray[Any, np.dtype[np.object_]]:
        data = np.empty((len(checked), len(self.encoding.predictors)), dtype=object)
        for row, record in enumerate(checked):
            data[row] = [record.values.get(name) for name in self.encoding.predictors]
        return data

    def _explainer(self, days: Floats) -> ExactExplainer:
        """Building one costs ten to twenty explanations, so the horizons' is kept."""
        key = tuple(days)
        if key not in self._explainers:
            explainer = ExactExplainer(self.curves, days)
            if key != self.facts.horizons:
                return explainer
            self._explainers[key] = explainer
        return self._explainers[key]


def _children_by_days(own_days: Floats) -> Iterator[tuple[Floats, Rows]]:
    """Group children who are asked at the same days since their landmark."""
    for days in np.unique(own_days, axis=0):
        yield days, np.flatnonzero((own_days == days).all(axis=1))
