"""Who asks, and what they may ask for."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from serving.security.errors import AccessSettingsError

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PLAIN_EXPECTED = "1 to 64 letters, digits, dots, hyphens and underscores"


class Scope(StrEnum):
    """What a client may be allowed to do; a new scope is a line here and nothing else."""

    PREDICT = "predict"
    EXPLAIN = "explain"
    FHIR = "fhir"
    HOOKS = "hooks"
    OUTCOME = "outcome"
    PATHWAY = "pathway"
    TROUGH = "trough"
    MODELS = "models"
    METRICS = "metrics"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True)
class Client:
    """A program that asks the service, known by its key or token.

    Parameters
    ----------
    name : stands in logs, metrics and the audit, so it is plain
    scopes : what it may do
    requests_per_minute : its own limit; None for the service's
    """

    name: str
    scopes: frozenset[str]
    requests_per_minute: float | None = None

    def __post_init__(self) -> None:
        if not PLAIN.fullmatch(self.name):
            raise AccessSettingsError(f"a client's name cannot be used; expected {PLAIN_EXPECTED}")
        if not self.scopes or not self.scopes <= ALL_SCOPES:
            raise AccessSettingsError(
                f"client {self.name} has no scope or an unknown one; known: {', '.join(Scope)}"
            )
        limit = self.requests_per_minute
        if limit is not None and not (math.isfinite(limit) and limit > 0):
            raise AccessSettingsError(
                f"client {self.name}: requests_per_minute is not a number above zero; "
                "leave it out for the service's own limit"
            )


ANONYMOUS = Client("anonymous", ALL_SCOPES)
