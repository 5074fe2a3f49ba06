"""The packaged model: a record goes in, an explained risk comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.clinical import Predictor
from lorpredict.errors import DamagedModel
from lorpredict.explanation import Contributions, Interactions
from lorpredict.features import Encoding
from lorpredict.packaged._explainers import Explainers
from lorpredict.packaged._facts import ModelFacts
from lorpredict.packaged._folder import (
    FolderContent,
    load_folder,
    save_folder,
    unreadable_as_damaged,
)
from lorpredict.packaged._question import Question
from lorpredict.packaged._records import RecordReader
from lorpredict.packaged._reference import reference_records
from lorpredict.packaged._risks import risks_of
from lorpredict.packaged._unmeasured import Unmeasured, unmeasured_in
from lorpredict.survival import CurveModel, RiskInterval, RiskPrediction
from lorpredict.uncertainty import Uncertainty, interval_method

if TYPE_CHECKING:
    import pandas as pd

# Sums over hundreds of trees may differ in the last digits between processors.
_SAME_ANSWER = 1e-12

Records = Sequence[Mapping[str, Any]]


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
        return self._risks(self._asked(records, days_since_first_infusion))

    def explain(
        self,
        records: Records | pd.DataFrame,
        *,
        days_since_first_infusion: ArrayLike | None = None,
        detail: bool = False,
    ) -> Contributions:
        """Exact contributions of each predictor, on the scale on which they add up.

        A forest's contributions are shares of the risk; those of Cox-type models are on the
        log-hazard, those of models of a time on the log-acceleration, where above zero means
        sooner. Dummies and missing indicators count for the predictor they belong to.

        Parameters
        ----------
        records, days_since_first_infusion
            As in :meth:`predict`, whose errors it raises.
        detail
            Tell each feature that the model sees by itself, such as ``location=L2``.
        """
        question = self._asked(records, days_since_first_infusion)
        return self._moved(question, self._risks(question).interval, detail=detail)

    def answer(
        self, records: Records | pd.DataFrame, *, days_since_first_infusion: ArrayLike | None = None
    ) -> tuple[RiskPrediction, Contributions]:
        """Predict and explain, looking at the records once; as :meth:`predict`, :meth:`explain`."""
        question = self._asked(records, days_since_first_infusion)
        risks = self._risks(question)
        return risks, self._moved(question, risks.interval)

    def interactions(
        self, records: Records | pd.DataFrame, *, days_since_first_infusion: ArrayLike | None = None
    ) -> Interactions:
        """Exact contributions, taken apart into what predictors do alone and in pairs.

        Linear models have no interactions. Parameters and errors are those of :meth:`explain`.
        """
        question, encoding = self._asked(records, days_since_first_infusion), self.encoding
        predictors = len(encoding.predictors)
        values = np.empty((len(question.checked), predictors, predictors, len(question.asked)))
        for days, rows in question.by_days():
            asked, explainer = question.rows_of(rows), self._explainers.at(days)
            found = encoding.by_predictor(explainer.interactions(asked.features))
            values[rows] = asked.averaged(encoding.by_predictor(found, axis=2))
        return Interactions(
            predictors=encoding.predictors,
            values=values,
            data=question.data,
            days=question.asked - self.facts.design.landmark_day,
            scale=explainer.scale,
            catalogue=self.facts.design.catalogue,
        )

    def unmeasured(
        self, record: Mapping[str, Any], *, days_since_first_infusion: ArrayLike | None = None
    ) -> tuple[Unmeasured, ...]:
        """What each predictor that was not measured leaves open, the widest range first.

        One predictor at a time takes values within what the training children showed, all others
        stay as they are, missing ones missing: numbers nine values over their central 95 %,
        booleans both, categories the levels that occurred. It is how this model's answers differ
        between children, not what measuring will do, and the risk that is told without the
        predictor need not lie between.

        Parameters
        ----------
        record, days_since_first_infusion
            One record; otherwise as in :meth:`predict`, whose errors it raises.
        """
        question = self._asked([record], days_since_first_infusion)
        return unmeasured_in(question, self.encoding, self._columns, self.curves)

    @property
    def interval_method(self) -> str:
        """How the interval of a single risk is made, or that there is none."""
        return interval_method(self.uncertainty, forecasts=self.encoding.forecast is not None)

    def read(self, records: Records | pd.DataFrame) -> list[Mapping[str, Any]]:
        """Check records, and return what the model sees of them, with what could be computed.

        Raises
        ------
        RecordFaults
            With every fault of every record.
        """
        return [checked.values for checked in self._reader.read(records)]

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

    @cached_property
    def _columns(self) -> list[Predictor]:
        return self.facts.design.catalogue.columns(self.encoding.predictors)

    def _asked(
        self, records: Records | pd.DataFrame, days_since_first_infusion: ArrayLike | None
    ) -> Question:
        checked = self._reader.read(records)
        return Question.of(
            checked, days_since_first_infusion, self.facts, self.encoding, self._columns
        )

    @cached_property
    def _reader(self) -> RecordReader:
        references = self.facts.training.growth_references
        return RecordReader(self.encoding, self.facts.design, references)

    def _risks(self, question: Question) -> RiskPrediction:
        forecasts = self.encoding.forecast is not None
        return risks_of(question, self.curves, self.uncertainty, forecasts=forecasts)

    def _moved(
        self, question: Question, interval: RiskInterval | None, *, detail: bool = False
    ) -> Contributions:
        encoding = self.encoding
        told = encoding.names if detail else encoding.predictors
        values = np.empty((len(question.checked), len(told), len(question.asked)))
        base_values, predicted = np.empty((2, *question.own_days.shape))
        for days, rows in question.by_days():
            asked = question.rows_of(rows)
            exact = self._explainers.at(days)(asked.features)
            moved = exact.values if detail else encoding.by_predictor(exact.values)
            values[rows] = asked.averaged(moved)
            base_values[rows] = exact.base_values
            predicted[rows] = asked.averaged(exact.predicted)
        return Contributions(
            predictors=told,
            values=values,
            base_values=base_values,
            predicted=predicted,
            data=question.data_of_features(encoding) if detail else question.data,
            days=question.asked - self.facts.design.landmark_day,
            scale=exact.scale,
            catalogue=self.facts.design.catalogue,
            interval=interval if exact.scale == "risk" else None,
        )

    @cached_property
    def _explainers(self) -> Explainers:
        return Explainers(self.curves, self.facts.horizons)
