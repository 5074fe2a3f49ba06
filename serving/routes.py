"""Every address of the service: who may ask there, and whether the answer is kept in the audit.

Metrics, log and audit call a request by its route, so no address that somebody made up, and
nothing that stands in one, reaches them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN_PATH = "/unknown-path"
CDS_SERVICE = "lorpredict-week14"
_UNKNOWN_SERVICE = "unknown-service"
_ASSETS = "/static_content"


@dataclass(frozen=True)
class Route:
    """One address, or all of one pattern.

    Parameters
    ----------
    name : the address, parameters in braces
    scope : what a client has to be allowed; None where anybody may ask
    audited : whether every answer is recorded before it is sent
    fhir : whether refusals are told as an OperationOutcome
    is_file : whether it is a file of the documentation's page
    is_page : whether refusals are told as a page
    """

    name: str
    scope: str | None = None
    audited: bool = False
    fhir: bool = False
    is_file: bool = False
    is_page: bool = False


_FIXED: Mapping[str, Route] = {
    route.name: route
    for route in (
        Route("/v1/predict", "predict", audited=True),
        Route("/v1/explain", "explain", audited=True),
        Route("/predict", "predict", audited=True),
        Route("/explain", "explain", audited=True),
        Route("/v1/outcome", "outcome", audited=True),
        Route("/v1/loss-of-response", "pathway", audited=True),
        Route("/v1/fhir/predict", "fhir", audited=True, fhir=True),
        Route("/v1/trough", "trough", audited=True),
        Route("/v1/models", "models"),
        Route("/cds-services", "hooks", fhir=True),
        Route("/metrics", "metrics"),
        Route("/livez"),
        Route("/readyz"),
        Route("/healthz"),
        Route("/", is_page=True),
        Route("/risk", "explain", audited=True, is_page=True),
        Route("/loss-of-response", is_page=True),
        Route("/loss-of-response/answer", "pathway", audited=True, is_page=True),
        Route("/trough", is_page=True),
        Route("/trough/answer", "trough", audited=True, is_page=True),
        Route("/web/page.css"),
        Route("/web/page.js"),
        Route("/web/htmx.min.js"),
        Route("/web/icon.svg"),
        Route("/docs.json"),
        Route("/schema.json"),  # by which BentoML's own clients know the native endpoints
        Route("/v1/docs"),
        Route("/v1/openapi.json"),
    )
}
_HOOK = Route("/cds-services/{id}", "hooks", audited=True, fhir=True)
_FEEDBACK = Route("/cds-services/{id}/feedback", "hooks", audited=True, fhir=True)
_FILE = Route(f"{_ASSETS}/{{file}}", is_file=True)
UNKNOWN = Route(UNKNOWN_PATH)
_CALL = f"/cds-services/{CDS_SERVICE}"
_FEEDBACK_END = "/feedback"
# Whatever stands below /cds-services is guarded, whether or not there is such a service.
_PATTERNS = (
    (re.compile(r"/cds-services/.+/feedback", re.DOTALL), _FEEDBACK),
    (re.compile(r"/cds-services/.*", re.DOTALL), _HOOK),
    (re.compile(rf"{_ASSETS}/[\w.-]+"), _FILE),
)


def route_of(path: str) -> Route:
    """Return the route of an address; one and the same for all that are unknown."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed
    return next((route for pattern, route in _PATTERNS if pattern.fullmatch(path)), UNKNOWN)


def without_made_up_names(path: str) -> str:
    """Return an address with the one name in it that anybody could choose replaced.

    Metrics keep every address that they have seen.
    """
    if not path.startswith("/cds-services/") or path in (_CALL, _CALL + _FEEDBACK_END):
        return path
    end = _FEEDBACK_END if path.endswith(_FEEDBACK_END) else ""
    return f"/cds-services/{_UNKNOWN_SERVICE}{end}"
