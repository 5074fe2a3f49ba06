"""The environment, read once and here: variables that begin with ``LORPREDICT_``.

A setting is one field below: its variable, what it means and how it is read stand beside it, and
``python -m serving`` makes its options from the same table.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from lorpredict.errors import LorpredictError, did_you_mean

PREFIX = "LORPREDICT_"
STAGES = ("demo", "exploratory", "candidate")
OPEN_STAGES = frozenset({"candidate"})
FEWEST_DAYS_KEPT = 183  # six months: Regulation (EU) 2024/1689, Articles 19 and 26
NO_AUDIT = "off"
_AUDIT = "~/.local/share/lorpredict/audit.db"

_ELSEWHERE = {
    "LORPREDICT_COHORT_ADDRESS": "read by training alone",
    "LORPREDICT_STUDIES_ADDRESS": "read by training alone",
    "LORPREDICT_REQUIRE_SERVERS": "read by the tests alone",
}
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")


class SettingsError(LorpredictError, ValueError):
    """A setting that is unknown or cannot be used."""


def names(text: str) -> tuple[str, ...]:
    """Split a comma separated list."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _path(text: str | Path) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # a user without a home
        raise SettingsError(
            f"{text} is in a home folder, and this user has none; name another place"
        ) from None


def _file(text: str) -> Path:
    file = _path(text)
    if not file.is_file():
        raise ValueError(f"there is no file {file}")
    return file


def _switch(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise ValueError(f"{text!r} is neither on nor off")


def _number(text: str, kind: Callable[[str], float], least: float, what: str) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = float("nan")
    if not least <= value < float("inf"):
        raise ValueError(f"{text!r}, expected {what}, {least:g} or more")
    return value


def _workers(text: str) -> Any:
    return _number(text, int, 1, "a whole number")


def _days(text: str) -> Any:
    return _number(text, int, FEWEST_DAYS_KEPT, "whole days")


def _seconds(text: str) -> Any:
    return _number(text, float, 0, "seconds")


def _rate(text: str) -> Any:
    return _number(text, float, 1, "a number")


def _stages(text: str) -> tuple[str, ...]:
    asked = names(text)
    unknown = [stage for stage in asked if stage not in STAGES]
    if unknown:
        hints = " ".join(filter(None, (did_you_mean(stage, STAGES) for stage in unknown)))
        raise ValueError(f"no such stage: {', '.join(unknown)}. {hints} Known: {', '.join(STAGES)}")
    return asked


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("expected an address such as https://lorpredict.hospital.example")
    return text.rstrip("/")


def _origins(text: str) -> tuple[str, ...]:
    found = names(text)
    for origin in found:
        if _address(origin) != origin or urlsplit(origin).path:
            raise ValueError(f"{origin!r} is no origin such as https://ehr.hospital.example")
    return found


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError(
            f"{text!r} is no time zone. {did_you_mean(text, sorted(available_timezones()))}"
        )
    return text


def _told(meaning: str, read: Callable[[str], Any] = str, *, otherwise: str = "") -> dict[str, Any]:
    """Say of a setting what it means, how it is read, and in words what holds without it."""
    return {"meaning": meaning, "read": read, "otherwise": otherwise}


@dataclass(frozen=True)
class Settings:
    """What the service is told from outside; ``LORPREDICT_WORKERS`` is ``workers``.

    Addresses may hold a password and are kept out of the repr.
    """

    model: str = field(
        default="",
        metadata=_told("model folder, folder with champion/ and challenger/, or registry address"),
        repr=False,
    )
    allow_stages: tuple[str, ...] = field(
        default=(),
        metadata=_told("stages that may be served beside candidate, comma separated", _stages),
    )
    cache: Path = field(
        default=Path("~/.cache/lorpredict/serving"),
        metadata=_told("folder for models that were fetched from a registry", _path),
    )
    registry: str = field(
        default="",
        metadata=_told("registry behind the models' folder; set by the service for its workers"),
        repr=False,
    )
    renew_seconds: float = field(
        default=300.0,
        metadata=_told(
            "how often a moved alias or a changed folder is looked for; 0 is never", _seconds
        ),
    )
    host: str = field(default="127.0.0.1", metadata=_told("address to listen on"))
    workers: int = field(default=1, metadata=_told("processes that answer", _workers))
    base_url: str = field(
        default="", metadata=_told("address under which clients know the service", _address)
    )
    api_keys: Path | None = field(
        default=None, metadata=_told("file of API keys (python -m serving keys)", _file)
    )
    issuers: Path | None = field(
        default=None, metadata=_told("file of the issuers whose tokens are trusted", _file)
    )
    allowed_origins: tuple[str, ...] = field(
        default=(), metadata=_told("origins of browsers that may ask, comma separated", _origins)
    )
    requests_per_minute: float = field(
        default=600.0, metadata=_told("most requests of one client in a minute", _rate)
    )
    time_limit_seconds: float = field(
        default=30.0, metadata=_told("longest time that one request may take", _seconds)
    )
    docs: bool = field(
        default=False, metadata=_told("whether /v1/docs shows a page to try requests", _switch)
    )
    audit: str = field(
        default="",
        metadata=_told(
            "database of the audit; off keeps none, on a loopback address alone",
            otherwise=f"sqlite:///{_AUDIT}",
        ),
        repr=False,
    )
    audit_key: Path | None = field(
        default=None,
        metadata=_told(
            "file with the secret of the audit", _path, otherwise="beside an audit on SQLite"
        ),
    )
    audit_keep_days: int = field(
        default=365,
        metadata=_told("days for which `python -m serving audit prune` keeps a record", _days),
    )
    time_zone: str = field(
        default="",
        metadata=_told(
            "where the hospital is, such as Europe/Berlin", _zone, otherwise="the machine's own"
        ),
    )
    contact: str = field(
        default="", metadata=_told("whom the risk page names for questions, such as a mail address")
    )
    fhir_rules: Path | None = field(
        default=None,
        metadata=_told("file with the site's codes and windows for FHIR", _file, otherwise="ours"),
    )
    pathway: Path | None = field(
        default=None,
        metadata=_told("file with the site's pathway at loss of response", _file, otherwise="ours"),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "cache", _path(self.cache))
        object.__setattr__(self, "audit", self.audit or _own_audit())

    @property
    def served_stages(self) -> frozenset[str]:
        """Stages of models that may answer."""
        return OPEN_STAGES | set(self.allow_stages)

    @property
    def keeps_audit(self) -> bool:
        """Whether every answer is recorded."""
        return self.audit != NO_AUDIT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; name every variable that is not one of ours or cannot be used.

        Raises
        ------
        SettingsError
        """
        given, faults = {}, list(_unknown(environment))
        for each in fields(cls):
            text = environment.get(variable(each), "").strip()
            try:
                if text:
                    given[each.name] = each.metadata["read"](text)
            except ValueError as error:
                faults.append(f"{variable(each)}: {error}")
        if faults:
            raise SettingsError("\n".join(faults))
        return cls(**given)

    def to_environment(self) -> dict[str, str]:
        """Return the variables from which the same settings are read."""
        return {variable(each): _written(getattr(self, each.name)) for each in fields(self)}


def variable(setting: Field[Any]) -> str:
    """Name of a setting in the environment."""
    return f"{PREFIX}{setting.name.upper()}"


def without_it(setting: Field[Any]) -> str:
    """Return what holds where a setting is not made, in words; nothing where nothing does."""
    value = setting.default
    if setting.metadata["otherwise"] or value in (None, "", ()):
        return str(setting.metadata["otherwise"])
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _own_audit() -> str:
    return f"sqlite:///{_path(_AUDIT)}"


def _written(value: Any) -> str:
    if value is None:
        return ""
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = {variable(each): each.metadata["meaning"] for each in fields(Settings)} | _ELSEWHERE
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    for name in unknown:
        yield f"{name} is not a setting. {did_you_mean(name, list(known))}".rstrip()
    if unknown:
        yield "\n".join(["Known are:", *(f"  {name}: {told}" for name, told in known.items())])
