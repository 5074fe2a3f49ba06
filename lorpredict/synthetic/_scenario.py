"""How simulated children are treated and what becomes of them: one TOML file a scenario."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from lorpredict.errors import DesignError, did_you_mean


@dataclass(frozen=True)
class Interaction:
    """Two standardised variables whose product changes the log hazard."""

    of: tuple[str, str]
    log_hazard_ratio: float


@dataclass(frozen=True)
class Hazard:
    """How often response is lost, and by whom.

    Parameters
    ----------
    until_months
        Ends of the pieces of the hazard, in months since the first infusion; the first piece
        begins at the landmark.
    per_month
        Hazard of a child without any of the effects, in each piece.
    groups
        Row of Table 2 of Beijing 2025, or a column of therapy -> log hazard ratio of its group.
    log_trough
        Log hazard ratio of one more unit of the trough's logarithm.
    interactions
        Effects beyond the groups.
    """

    until_months: tuple[float, ...]
    per_month: tuple[float, ...]
    groups: Mapping[str, float] = field(default_factory=dict)
    log_trough: float = 0.0
    interactions: tuple[Interaction, ...] = ()


@dataclass(frozen=True)
class Exposure:
    """Clearance beside the published population model; see ``_treatment.py``."""

    clearance_scale: float
    clearance_spread: float
    antibodies_intercept: float
    titre_spread: float
    residual_spread: float


@dataclass(frozen=True)
class Remission:
    """Log odds of response without remission at week 14."""

    intercept: float
    burden: float
    log_trough: float
    bmi_z: float
    growth_delay: float


@dataclass(frozen=True)
class Therapy:
    """What is given beside infliximab at week 14, one of three."""

    immunomodulator: float
    steroids_intercept: float
    steroids_burden: float
    stopped_within_6_months: float


@dataclass(frozen=True)
class Monitoring:
    """Log odds that the trough is measured: later years more, children at risk less."""

    intercept: float
    two_years: float
    log_hazard: float


@dataclass(frozen=True)
class FollowUp:
    """When children begin, and when infliximab is stopped for another reason."""

    accrual: tuple[float, float]
    stop_shape: float
    stop_scale_months: float


@dataclass(frozen=True)
class Scenario:
    """One way in which a cohort could have come about.

    Parameters
    ----------
    name, description, source
        What it is for, and where its figures come from.
    """

    name: str
    description: str
    source: str
    hazard: Hazard
    exposure: Exposure
    remission: Remission
    therapy: Therapy
    monitoring: Monitoring
    follow_up: FollowUp

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Scenario:
        """Build a scenario from a mapping, as its TOML file gives it."""
        hazard = dict(content["hazard"])
        pairs = hazard.pop("interactions", ())
        interactions = tuple(
            Interaction(tuple(pair["of"]), pair["log_hazard_ratio"]) for pair in pairs
        )
        return cls(
            name=content["name"],
            description=content["description"],
            source=content["source"],
            hazard=Hazard(**hazard, interactions=interactions),
            exposure=Exposure(**content["exposure"]),
            remission=Remission(**content["remission"]),
            therapy=Therapy(**content["therapy"]),
            monitoring=Monitoring(**content["monitoring"]),
            follow_up=FollowUp(**content["follow_up"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the scenario as plain values, for its TOML file."""
        content: dict[str, Any] = _plain(asdict(self))
        return content


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with lorpredict."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _folder().iterdir()))


@cache
def scenario(name: str) -> Scenario:
    """Read the scenario of that name.

    Raises
    ------
    DesignError
        If there is none.
    """
    known = scenario_names()
    if name not in known:
        hint = did_you_mean(name, list(known))
        told = f"no scenario {name!r}: expected one of {', '.join(known)}. {hint}"
        raise DesignError(told.rstrip())
    return Scenario.from_dict(tomllib.loads(_folder().joinpath(f"{name}.toml").read_text("utf-8")))


def _folder() -> Any:
    return files("lorpredict.synthetic").joinpath("scenarios")
