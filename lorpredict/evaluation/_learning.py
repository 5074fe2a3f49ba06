"""What a family predicts once it has learnt from one part of the children."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lorpredict.errors import LorpredictError, TuningError
from lorpredict.evaluation._splits import Split
from lorpredict.evaluation._tuning import Tuning, model_for
from lorpredict.features._pipeline import NeverMeasuredWarning
from lorpredict.models import ModelFamily
from lorpredict.outcome import AtRisk
from lorpredict.survival import Floats


@dataclass(frozen=True)
class SplitPrediction:
    """What one family predicted in one split.

    Parameters
    ----------
    risk : array of shape (n_test, n_days), NaN where the family could not learn
    clipped_at : last day that could be asked in this split, where it is earlier than the grid's end
    problem : why the family could not learn in this split
    """

    family: str
    split: Split
    risk: Floats
    clipped_at: float | None = None
    problem: str = ""


def predict_split(
    at_risk: AtRisk,
    family: ModelFamily,
    split: Split,
    days: Floats,
    settings: Mapping[str, Any] | None = None,
    tuning: Tuning | None = None,
) -> SplitPrediction:
    """Let a family learn from those who teach and predict those who test.

    The whole pipeline learns anew: encoding, imputation, scaling, settings. Beyond the day with
    enough teaching children at risk the curve is held.
    """
    model = model_for(family, at_risk.design, seed=split.seed, settings=settings, tuning=tuning)
    try:
        with warnings.catch_warnings():
            # A predictor that one split lacks is told once, for the whole cohort.
            warnings.simplefilter("ignore", NeverMeasuredWarning)
            model.fit(at_risk.X.iloc[split.train], at_risk.y[split.train])
    except TuningError:  # it concerns the whole training, not these children
        raise
    except LorpredictError as error:
        nothing = np.full((len(split.test), len(days)), np.nan)
        return SplitPrediction(family.name, split, nothing, problem=str(error))
    last = model.follow_up_
    asked = np.minimum(days, last)
    risk = model.predict_survival(at_risk.X.iloc[split.test], asked).risk
    return SplitPrediction(family.name, split, risk, last if last < days[-1] else None)
