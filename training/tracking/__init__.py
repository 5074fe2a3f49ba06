"""The one place that speaks to MLflow: it carries a development into the tracking store.

Everything slow happens before the registry is touched. The models are logged, loaded back and
asked their reference records; only then are versions made and aliases moved, and an interruption
in between takes them back.
"""

from training.tracking._logged_model import LoggedModel, refuse_other_answers
from training.tracking._record import record_training
from training.tracking._registration import register

__all__ = ["LoggedModel", "record_training", "refuse_other_answers", "register"]
