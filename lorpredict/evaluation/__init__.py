"""How far to trust a model: resampling, discrimination, calibration, accuracy, and the verdict."""

from lorpredict.evaluation._evaluate import evaluate
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation._measure import Measure, Predicted, measure, measure_label, measures
from lorpredict.evaluation._plan import PLAN_SIZES, PlanSize, ValidationPlan, choose_plan
from lorpredict.evaluation._trials import Choice
from lorpredict.evaluation._tuning import TunedModel, Tuning, model_for
from lorpredict.evaluation._when_to_tune import TUNING_MODES, TuningMode
from lorpredict.evaluation.calibration import CalibrationCurve, calibration_curve
from lorpredict.evaluation.gate import Verdicts, judge
from lorpredict.evaluation.incidence import CumulativeIncidence, cumulative_incidence, incidence_of
from lorpredict.evaluation.net_benefit import decision_curves, gain_over_others

__all__ = [
    "PLAN_SIZES",
    "TUNING_MODES",
    "CalibrationCurve",
    "Choice",
    "CumulativeIncidence",
    "Evaluation",
    "Measure",
    "PlanSize",
    "Predicted",
    "TunedModel",
    "Tuning",
    "TuningMode",
    "ValidationPlan",
    "Verdicts",
    "calibration_curve",
    "choose_plan",
    "cumulative_incidence",
    "decision_curves",
    "evaluate",
    "gain_over_others",
    "incidence_of",
    "judge",
    "measure",
    "measure_label",
    "measures",
    "model_for",
]
