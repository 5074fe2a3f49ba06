"""The environment, read once and here: variables that begin with ``LORPREDICT_``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from lorpredict.errors import LorpredictError, did_you_mean

PREFIX = "LORPREDICT_"
STAGES = ("demo", "exploratory", "candidate")
OPEN_STAGES = frozenset({"candidate"})

_CACHE = Path("~/.cache/lorpredict/serving")
_VARIABLES = {
    "LORPREDICT_MODEL": "a model folder, a folder with champion/ and challenger/, or a registry",
    "LORPREDICT_ALLOW_STAGES": "stages that may be served beside candidate, comma separated",
    "LORPREDICT_CACHE": "folder for models that were fetched from a registry",
    "LORPREDICT_COHORT_ADDRESS": "read by training alone",
    "LORPREDICT_STUDIES_ADDRESS": "read by training alone",
    "LORPREDICT_REQUIRE_SERVERS": "read by the tests alone",
}


class SettingsError(LorpredictError, ValueError):
    """A setting that is unknown or cannot be used."""


@dataclass(frozen=True)
class Settings:
    """What the service is told from outside.

    Parameters
    ----------
    model : folder, or address of a registry; kept out of the repr, since it may hold a password
    allow_stages : stages below ``candidate`` that may be served all the same
    cache : folder for models that were fetched
    """

    model: str = field(default="", repr=False)
    allow_stages: tuple[str, ...] = ()
    cache: Path = _CACHE

    def __post_init__(self) -> None:
        unknown = [stage for stage in self.allow_stages if stage not in STAGES]
        if unknown:
            hints = " ".join(filter(None, (did_you_mean(stage, STAGES) for stage in unknown)))
            raise SettingsError(
                f"no such stage: {', '.join(unknown)}. {hints} Known: {', '.join(STAGES)}"
            )
        object.__setattr__(self, "cache", self.cache.expanduser().absolute())

    @property
    def served_stages(self) -> frozenset[str]:
        """Stages of models that may answer."""
        return OPEN_STAGES | set(self.allow_stages)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; name every variable that is not one of ours.

        Raises
        ------
        SettingsError
        """
        _refuse_unknown(environment)
        return cls(
            model=environment.get("LORPREDICT_MODEL", "").strip(),
            allow_stages=names(environment.get("LORPREDICT_ALLOW_STAGES", "")),
            cache=Path(environment.get("LORPREDICT_CACHE", "") or _CACHE),
        )

    def to_environment(self) -> dict[str, str]:
        """Return the variables from which the same settings are read."""
        return {
            "LORPREDICT_MODEL": self.model,
            "LORPREDICT_ALLOW_STAGES": ",".join(self.allow_stages),
            "LORPREDICT_CACHE": str(self.cache),
        }


def names(text: str) -> tuple[str, ...]:
    """Split a comma separated list."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    unknown = sorted(set(_ours(environment)) - set(_VARIABLES))
    if unknown:
        told = [
            f"{name} is not a setting. {did_you_mean(name, list(_VARIABLES))}" for name in unknown
        ]
        known = [f"  {name}: {meaning}" for name, meaning in _VARIABLES.items()]
        raise SettingsError("\n".join([*(line.rstrip() for line in told), "Known are:", *known]))


def _ours(environment: Mapping[str, str]) -> list[str]:
    return [name for name in environment if name.startswith(PREFIX)]
