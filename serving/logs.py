"""Log lines as JSON, one object a line, with nothing about a patient.

What is logged says its own words; values that belong to a request travel in ``extra={"told": ...}``
and are those of the table of routes, never what was sent.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from serving.audit.records import time_text


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; of an exception only its class and place are there by then."""
        told = {
            "time": time_text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        return json.dumps(told, separators=(",", ":"))


def log_as_json() -> None:
    """Let every handler that is there write JSON, and let our own loggers be heard."""
    for logger in (logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)):
        for handler in logger.handlers:
            handler.setFormatter(JsonLines())
    ours = logging.getLogger("serving")
    ours.setLevel(logging.INFO)
    ours.propagate = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    ours.handlers = [handler]
