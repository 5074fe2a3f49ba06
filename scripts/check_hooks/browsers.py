"""What browsers of other origins are told (CORS)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from scripts.check_hooks.answers import Answer
from scripts.check_hooks.asking import SERVICES, Nobody, Visit
from scripts.check_hooks.report import HOUSE, Report

_FOREIGN = "https://foreign.example"
_ALLOW = "access-control-allow-"


def check_browsers(report: Report, visit: Visit, origin: str | None) -> None:
    """Ask as pages of a listed origin, if one is given, and of others."""
    paths = (
        ("GET", SERVICES),
        ("POST", visit.service.path),
        ("POST", f"{visit.service.path}/feedback"),
    )
    for other in _others(origin):
        for method, path in paths:
            answer = _preflight(visit, other, method, path)
            report.check("208", f"preflight of {method} {path} from {other}", _opened(answer))
        answer = visit.call(headers={"Origin": other})
        report.check("208", f"a call from {other}", _opened(answer))
    if origin is not None:
        _check_listed(report, visit, origin, paths)


def _check_listed(
    report: Report, visit: Visit, origin: str, paths: tuple[tuple[str, str], ...]
) -> None:
    for method, path in paths:
        answer = _preflight(visit, origin, method, path)
        what = f"preflight of {method} {path} from {origin}"
        report.check("208", what, _closed(answer, origin) or _unready(answer, _wanted(visit)))
    told = {"Origin": origin}
    answers = {
        "a call": visit.call(headers=told),
        "a refused call": visit.call({"wrong": True}, headers=told),
        "discovery": visit.deployment.ask("GET", SERVICES, headers=told),
        "a call without credential": visit.call(headers=told, credential=Nobody()),
    }
    for what, answer in answers.items():
        report.check("208", f"{what} from {origin} may be read there", _closed(answer, origin))
        varied = answer.headers.get("vary", "").lower()
        problem = "" if "origin" in varied or varied == "*" else f"came Vary: {varied!r}"
        report.check(HOUSE, f"{what} from {origin} is cached for that origin alone", problem)


def _others(origin: str | None) -> Iterator[str]:
    """Origins that are not listed, some of which look like the one that is."""
    yield _FOREIGN
    yield "null"
    if origin is not None:
        split = urlsplit(origin)
        yield f"{origin}.foreign.example"
        yield f"{split.scheme}://foreign-{split.netloc}"
        yield f"{'http' if split.scheme == 'https' else 'https'}://{split.netloc}"
        yield f"{split.scheme}://{split.hostname}:{(split.port or 443) + 1}"


def _preflight(visit: Visit, origin: str, method: str, path: str) -> Answer:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ", ".join(_wanted(visit)),
    }
    # A browser sends no credential with it.
    return visit.deployment.ask("OPTIONS", path, headers=headers, credential=Nobody())


def _wanted(visit: Visit) -> tuple[str, ...]:
    """Headers that a page sends and may not send unasked."""
    is_nobody = isinstance(visit.deployment.credential, Nobody)
    return ("content-type",) if is_nobody else ("authorization", "content-type")


def _told(answer: Answer) -> str:
    names = (name for name in answer.headers if name.lower().startswith("access-control-"))
    return ", ".join(f"{name}: {answer.headers[name]}" for name in names) or "no CORS headers"


def _opened(answer: Answer) -> str:
    """A problem where an origin that is not listed may read the answer."""
    allowed = answer.headers.get(f"{_ALLOW}origin")
    credentials = answer.headers.get(f"{_ALLOW}credentials")
    silent = answer.status == 0
    return f"came {answer.status} {_told(answer)}" if allowed or credentials or silent else ""


def _closed(answer: Answer, origin: str) -> str:
    """A problem where the listed origin may not read the answer, or with cookies."""
    fine = answer.headers.get(f"{_ALLOW}origin") == origin
    credentials = f"{_ALLOW}credentials" in answer.headers
    return "" if fine and not credentials else f"came {answer.status} {_told(answer)}"


def _unready(answer: Answer, wanted: tuple[str, ...]) -> str:
    """A problem where the preflight does not let the request follow.

    GET and POST need not be named; a star does not stand for Authorization.
    """
    headers = answer.headers.get(f"{_ALLOW}headers", "").lower().replace(" ", "").split(",")
    ready = answer.status in (200, 204) and set(wanted) <= set(headers)
    return "" if ready else f"came {answer.status} {_told(answer)}"
