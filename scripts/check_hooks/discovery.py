"""What a service says of itself at ``/cds-services``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from scripts.check_hooks.answers import Answer, came, refused, succeeded
from scripts.check_hooks.asking import SERVICES, Deployment, Service
from scripts.check_hooks.report import Report

_TOKEN = re.compile(r"\{\{(.*?)\}\}")
_OF_USER = ("userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId")
# Fields of a hook's context that hold a single value; other hooks' fields are not known here.
_FIELDS = {
    "patient-view": ("userId", "patientId", "encounterId"),
    "order-select": ("userId", "patientId", "encounterId"),
    "order-sign": ("userId", "patientId", "encounterId"),
    "encounter-start": ("userId", "patientId", "encounterId"),
    "encounter-discharge": ("userId", "patientId", "encounterId"),
}
_PREFIXED = re.compile(r"(ne|sa|eb|ap)\d{4}")
_OF_RESULT = ("_count", "_sort")
_REQUIRED = (("7", "hook"), ("9", "description"), ("10", "id"))
_OPTIONAL = (("8", "title"), ("12", "usageRequirements"))


def check_discovery(report: Report, deployment: Deployment) -> list[Service]:
    """Discover the services; none where the list cannot be read."""
    safe = deployment.base.startswith("https://") or deployment.is_near
    report.check(
        "2, 168",
        "the address is https, or this machine's own",
        "" if safe else f"came {deployment.base}",
    )
    answer = deployment.ask("GET", SERVICES)
    report.check("5, 13", "discovery answers 200 with JSON", succeeded(answer))
    listed = answer.content.get("services") if isinstance(answer.content, dict) else None
    problem = "" if isinstance(listed, list) else came(answer, "an object with a list services")
    report.check("6", "discovery lists services", problem)
    services = listed if isinstance(listed, list) else []
    for number, service in enumerate(services):
        report.topic = str(service.get("id", number)) if isinstance(service, dict) else str(number)
        _check_service(report, service)
    report.topic = ""
    pairs = [(each.get("id"), each.get("hook")) for each in services if isinstance(each, dict)]
    doubled = "" if len(set(pairs)) == len(pairs) else f"came {pairs}"
    report.check("211", "an id is listed once for each hook", doubled)
    _check_faults(report, deployment)
    return list(_readable(answer))


def _check_faults(report: Report, deployment: Deployment) -> None:
    posted = deployment.ask("POST", SERVICES, json={"hook": "patient-view"})
    report.check("14", "discovery by POST is refused", refused(posted, 404, 405))
    answer = deployment.ask("GET", f"{SERVICES}/no-such-service-4711")
    report.check("14", "GET of an unknown service is refused", refused(answer, 404, 405))


def _check_service(report: Report, service: Any) -> None:
    if not isinstance(service, dict):
        report.check("6", "a service is an object", f"came {service!r}")
        return
    for number, name in _REQUIRED:
        problem = "" if _is_text(service.get(name)) else f"came {service.get(name)!r}"
        report.check(number, f"{name} is told", problem)
    for number, name in _OPTIONAL:
        value = service.get(name, "left out")
        problem = "" if _is_text(value) else f"came {value!r}"
        report.check(number, f"{name} is text or left out", problem)
    if "title" not in service:
        report.check("8", "a title is recommended", "came none")
    told = str(service.get("id"))
    problem = "" if re.fullmatch(r"[\w.~-]+", told) else f"came {told!r}"
    report.check("16", "the id can stand in an address as it is", problem)
    extension = service.get("extension", {"none": True})
    problem = "" if isinstance(extension, dict) else f"came {extension!r}"
    report.check("214", "extension is an object or left out", problem)
    _check_templates(report, service)


def _check_templates(report: Report, service: dict[str, Any]) -> None:
    templates = service.get("prefetch", {})
    if not isinstance(templates, dict) or not all(map(_is_text, templates.values())):
        report.check("11, 29, 36", "prefetch names queries by keys", f"came {templates!r}")
        return
    report.check("11, 29, 36", "prefetch names queries by keys")
    tokens = partial(_tokens, _FIELDS.get(str(service.get("hook"))))
    rules = (
        ("55", "tokens stand between {{ and }}", _delimiters),
        ("56, 57, 59", "tokens are fields of the context or of the user", tokens),
        ("58", "queries are within the recommended subset", _beyond_subset),
    )
    for number, what, rule in rules:
        problems = [
            f"{key}: {each}" for key, template in templates.items() for each in rule(template)
        ]
        report.check(number, what, "; ".join(problems))


def _delimiters(template: str) -> Iterator[str]:
    rest = _TOKEN.sub("", template)
    if "{" in rest or "}" in rest:
        yield f"a brace is left over in {template}"


def _tokens(fields: tuple[str, ...] | None, template: str) -> Iterator[str]:
    for token in _TOKEN.findall(template):
        name = token.removeprefix("context.")
        of_context = token != name and re.fullmatch(r"\w+", name)
        if token not in _OF_USER and not (of_context and (fields is None or name in fields)):
            yield f"{{{{{token}}}}}"


def _beyond_subset(template: str) -> Iterator[str]:
    path, _, query = template.partition("?")
    if not re.fullmatch(r"[A-Z]\w+(/(\{\{[\w.]+\}\}|[\w.-]+))?", path) or ("/" in path and query):
        yield f"neither a read nor a search: {template}"
    for name, value in parse_qsl(query, keep_blank_values=True):
        plain, _, modifier = name.partition(":")
        if modifier not in ("", "in") or "." in plain:
            yield f"parameter {name}"
        if plain.startswith("_") and plain not in (*_OF_RESULT, "_id"):
            yield f"parameter {name}"
        if _PREFIXED.match(value):
            yield f"prefix of {name}={value}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _readable(answer: Answer) -> Iterator[Service]:
    """Services that are described well enough to be called."""
    listed = answer.content.get("services") if isinstance(answer.content, dict) else None
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and _is_text(each.get("id")) and _is_text(each.get("hook")):
            prefetch = each.get("prefetch", {})
            yield Service(each["id"], each["hook"], prefetch if isinstance(prefetch, dict) else {})
