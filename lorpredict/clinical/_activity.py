"""Named, versioned definitions of response, remission and loss of response."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lorpredict.errors import CatalogueError, did_you_mean


@dataclass(frozen=True)
class ActivityDefinition:
    """One rule over an activity index, for example ``lor`` as Beijing 2025 defines it.

    Exactly the bounds that are given count, and all of them have to hold:
    ``below``, ``at_most``, ``above`` for the index itself, ``fall_at_least``, ``fall_at_most``,
    ``fall_above`` for its fall since the first infusion.
    """

    notion: str
    name: str
    version: int
    index: str
    source: str
    below: float | None = None
    at_most: float | None = None
    above: float | None = None
    fall_at_least: float | None = None
    fall_at_most: float | None = None
    fall_above: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        bounds = (self.below, self.at_most, self.above, *self._fall_bounds)
        if all(bound is None for bound in bounds):
            raise CatalogueError(f"definition {self.notion}.{self.name}: no bound")
        if not self.source.strip():
            raise CatalogueError(f"definition {self.notion}.{self.name}: no source")

    @property
    def needs_fall(self) -> bool:
        """Whether the rule asks for the index at the first infusion too."""
        return any(bound is not None for bound in self._fall_bounds)

    @property
    def _fall_bounds(self) -> tuple[float | None, ...]:
        return self.fall_at_least, self.fall_at_most, self.fall_above

    def holds(self, value: float, fall: float = float("nan")) -> bool:
        """Whether the rule holds for an index ``value`` that fell by ``fall``; unknown is no."""
        return all(
            (
                self.below is None or value < self.below,
                self.at_most is None or value <= self.at_most,
                self.above is None or value > self.above,
                self.fall_at_least is None or fall >= self.fall_at_least,
                self.fall_at_most is None or fall <= self.fall_at_most,
                self.fall_above is None or fall > self.fall_above,
            )
        )


def definition(notion: str, name: str) -> ActivityDefinition:
    """Return a definition by its notion (``response``, ``remission``, ``lor`` ...) and name."""
    named = _definitions().get(notion, {})
    if name not in named:
        known = ", ".join(named) or "none"
        raise CatalogueError(
            f"no definition of {notion!r} is called {name!r}; known: {known}. "
            + did_you_mean(name, list(named))
        )
    return named[name]


def definitions(notion: str) -> tuple[ActivityDefinition, ...]:
    """Return every definition of a notion."""
    return tuple(_definitions().get(notion, {}).values())


def notions() -> tuple[str, ...]:
    """Return what is defined: response, remission, primary non-response, loss of response."""
    return tuple(_definitions())


@cache
def activity_content() -> dict[str, Any]:
    """Return ``activity.toml`` as it is written."""
    text = files("lorpredict.clinical").joinpath("activity.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _definitions() -> dict[str, dict[str, ActivityDefinition]]:
    return {
        notion: {
            name: ActivityDefinition(notion=notion, name=name, **entry)
            for name, entry in named.items()
        }
        for notion, named in activity_content()["definitions"].items()
    }
