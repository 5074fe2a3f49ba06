"""Counters for Prometheus; every label comes from a short list of ours.

They are made with the first request of a worker, since BentoML sets up Prometheus for many
processes after this module was imported.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

from serving.exchange import Exchange
from serving.models import Served

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_RISKS = tuple(tenth / 10 for tenth in range(1, 11))
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


class _Made(NamedTuple):
    requests: Any
    answers: Any
    abstentions: Any
    missing: Any
    risks: Any
    refused_audits: Any
    renewals: Any


def count(exchange: Exchange, status: int) -> None:
    """Count a request, and what was answered in it."""
    made = _made()
    method = exchange.method if exchange.method in _METHODS else "other"
    seconds = exchange.milliseconds / 1000
    _labelled(made.requests, exchange.route, method, str(status)).observe(seconds)
    served = exchange.kept.served
    if status < 400 and served is not None:
        for child in exchange.kept.content.get("children", ()):
            _count_child(child, served, made)


def count_refused_audit() -> None:
    """Count an answer that was refused because the audit could not be written."""
    _made().refused_audits.inc()


def count_renewal(result: str) -> None:
    """Count a change of the models that was seen: ``taken`` or ``refused``."""
    _made().renewals.labels(result).inc()


def _count_child(child: dict[str, Any], served: Served, made: _Made) -> None:
    if "reason" in child:
        made.abstentions.labels(child["reason"]).inc()
        return
    _labelled(made.answers, served.alias, served.fingerprint[:12]).inc()
    for predictor in child["missing"]:
        _labelled(made.missing, predictor).inc()
    for day, risk, *_ in child["risks"]:
        if day in served.horizons:
            _labelled(made.risks, served.alias, f"{day:g}").observe(risk)


@lru_cache(maxsize=1024)
def _labelled(metric: Any, *labels: str) -> Any:
    """Find what counts under these labels once, and not with every request."""
    return metric.labels(*labels)


@cache
def _made() -> _Made:
    from prometheus_client import Counter, Histogram

    name = "lorpredict"
    return _Made(
        Histogram(
            f"{name}_request_seconds",
            "Time from a request to its answer",
            ("route", "method", "status"),
            buckets=_SECONDS,
        ),
        Counter(f"{name}_answers", "Children whose risk was told", ("model", "fingerprint")),
        Counter(f"{name}_abstentions", "Children of whom nothing was said", ("reason",)),
        Counter(f"{name}_missing_predictors", "Predictors that were not measured", ("predictor",)),
        Histogram(
            f"{name}_risk",
            "Risks told, by the days since the first infusion",
            ("model", "days"),
            buckets=_RISKS,
        ),
        Counter(f"{name}_refused_audits", "Answers refused since the audit could not be written"),
        Counter(f"{name}_renewals", "Changes of the models, taken or refused", ("result",)),
    )
