"""How far to trust a model: resampling, discrimination, calibration, accuracy, and the verdict."""

from lorpredict.evaluation._evaluate import Evaluation, evaluate
from lorpredict.evaluation._measure import Measure, Predicted, measure, measures
from lorpredict.evaluation.gate import Verdicts, judge

__all__ = [
    "Evaluation",
    "Measure",
    "Predicted",
    "Verdicts",
    "evaluate",
    "judge",
    "measure",
    "measures",
]
