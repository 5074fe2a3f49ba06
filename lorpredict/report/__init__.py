"""What people read of a training and of a packaged model; written by the run, never by hand."""

from lorpredict.report._card import model_card
from lorpredict.report._report import training_report
from lorpredict.report.study import study_report

__all__ = ["model_card", "study_report", "training_report"]
