"""Does the served model still fit its children? Drift of what it is asked, observed by expected."""

from lorpredict.monitoring._monitor import Monitoring, monitor
from lorpredict.monitoring._questions import Ended, Question, Watched

__all__ = ["Ended", "Monitoring", "Question", "Watched", "monitor"]
