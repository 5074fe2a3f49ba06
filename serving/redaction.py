"""Nothing about a patient goes into a log line.

Pydantic, and whatever else fails on a record, quotes the record in its message; BentoML and
uvicorn log such errors with their tracebacks. From here on a log record knows of an exception
only its class and place.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

from serving.errors import without_values


def redact_logs() -> None:
    """Make every log record of this process forget the messages of exceptions."""
    made = logging.getLogRecordFactory()

    def redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
        return _redact(made(*args, **kwargs))

    logging.setLogRecordFactory(redacted)
    # A warning's text may quote a value too; in a service nobody is there to act on it.
    warnings.simplefilter("ignore")


def _redact(record: logging.LogRecord) -> logging.LogRecord:
    if isinstance(record.args, tuple):
        record.args = tuple(_plain(argument) for argument in record.args)
    record.msg = _plain(record.msg)
    if record.exc_info and record.exc_info[1] is not None:
        record.msg = f"{record.getMessage()}: {without_values(record.exc_info[1])}"
        record.args, record.exc_info, record.exc_text = None, None, None
    record.stack_info = None
    return record


def _plain(argument: Any) -> Any:
    return without_values(argument) if isinstance(argument, BaseException) else argument
