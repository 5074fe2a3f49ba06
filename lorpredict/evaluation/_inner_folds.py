"""How good settings are, as told by folds inside the rows that teach.

They are judged by the integrated Brier score up to the last horizon within follow-up. It is a
proper score: on average no risks get a better one than the true ones, so it asks for the right
order and the right level at once. Uno's C sees the order alone, and would as soon choose settings
whose risks are far too extreme, which the gate then refuses.

References
----------
Graf E, et al. Stat Med 18:2529 (1999).
Gerds TA, Schumacher M. Biom J 48:1029 (2006): the score stays proper where it is weighted.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from lorpredict.design import ModelDesign
from lorpredict.errors import LorpredictError, TooLittleData, TuningError
from lorpredict.evaluation._measure import Predicted
from lorpredict.evaluation._splits import FOLDS
from lorpredict.evaluation.brier import integrated_brier
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.models import FamilyModel
from lorpredict.models._folds import folds_of_children
from lorpredict.survival import Floats, Outcome, Positions, last_day_at_risk


@dataclass(frozen=True)
class InnerFolds:
    """Rows that teach, and how they are divided once more.

    Parameters
    ----------
    days : days since the landmark over which risks are judged
    parts : positions of those who teach and of those who test, for each fold
    """

    X: pd.DataFrame
    y: Outcome
    days: Floats
    parts: tuple[tuple[Positions, Positions], ...]

    @classmethod
    def drawn(cls, X: pd.DataFrame, y: Outcome, design: ModelDesign, *, seed: int) -> Self:
        """Divide the children into five parts, with events spread evenly.

        Raises
        ------
        TooLittleData
            If fewer than two children had the event, or follow-up ends before there is anything
            to judge.
        """
        end = min(last_day_at_risk(y), design.horizons[-1])
        grid = design.time_grid(end)
        days = grid[grid <= end]
        if len(days) < 2:
            raise TooLittleData(f"follow-up ends on day {end:g} since the landmark")
        parts = tuple(folds_of_children(X, y, folds=FOLDS, seed=seed))
        return cls(X, y, days, parts)

    def score(self, build: Callable[[], FamilyModel]) -> float:
        """Integrated Brier score of the risks of all folds; infinite where one cannot learn."""
        risk = np.empty((len(self.y), len(self.days)))
        for teach, test in self.parts:
            try:
                model = _learnt(build(), self.X.iloc[teach], self.y[teach])
            except TuningError:
                raise
            except LorpredictError:
                return math.inf
            asked = np.minimum(self.days, model.follow_up_)
            risk[test] = model.predict_survival(self.X.iloc[test], asked).risk
        predicted = Predicted(risk, self.days, self.days[-1:], self.y, self.y)
        found = float(integrated_brier(predicted))
        return found if math.isfinite(found) else math.inf


def _learnt(model: FamilyModel, X: pd.DataFrame, y: Outcome) -> FamilyModel:
    with warnings.catch_warnings():
        # A predictor that one fold lacks is told once, for all rows.
        warnings.simplefilter("ignore", NeverMeasuredWarning)
        return model.fit(X, y)
