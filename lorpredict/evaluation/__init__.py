"""How far to trust a model: resampling, discrimination, calibration, accuracy, and the verdict."""

from lorpredict.evaluation._evaluate import Evaluation, evaluate
from lorpredict.evaluation._measure import Measure, Predicted, measure, measures
from lorpredict.evaluation.calibration import CalibrationCurve, calibration_curve
from lorpredict.evaluation.gate import Verdicts, judge
from lorpredict.evaluation.incidence import CumulativeIncidence, cumulative_incidence, incidence_of
from lorpredict.evaluation.net_benefit import decision_curves, gain_over_others

__all__ = [
    "CalibrationCurve",
    "CumulativeIncidence",
    "Evaluation",
    "Measure",
    "Predicted",
    "Verdicts",
    "calibration_curve",
    "cumulative_incidence",
    "decision_curves",
    "evaluate",
    "gain_over_others",
    "incidence_of",
    "judge",
    "measure",
    "measures",
]
