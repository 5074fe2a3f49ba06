"""The report of the published analysis; the words of its sections stand in ``study.toml``."""

from lorpredict.report.study._page import study_report

__all__ = ["study_report"]
