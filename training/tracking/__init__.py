"""The one place that speaks to MLflow: it carries what the library returns into the tracking store.

Everything slow happens before the registry is touched. The models are logged, loaded back and
asked their reference records; only then are versions made and aliases moved, and an interruption
in between takes them back.
"""

from training.tracking._comparison import record_comparison
from training.tracking._explanation import record_explanation
from training.tracking._fetched import downloaded
from training.tracking._logged_model import LoggedModel, refuse_other_answers
from training.tracking._monitoring import record_monitoring
from training.tracking._recalibration import record_recalibration
from training.tracking._record import record_training
from training.tracking._regimen import record_regimens
from training.tracking._registration import register, register_beside
from training.tracking._simulation import record_simulation
from training.tracking._study import record_study
from training.tracking._validation import record_validation

__all__ = [
    "LoggedModel",
    "downloaded",
    "record_comparison",
    "record_explanation",
    "record_monitoring",
    "record_recalibration",
    "record_regimens",
    "record_simulation",
    "record_study",
    "record_training",
    "record_validation",
    "refuse_other_answers",
    "register",
    "register_beside",
]
