"""The columns that a request may hold: ours, and those of the sites whose models are served.

They become the fields of the messages, so they are looked up when those are made: in the process
that answers, the settings name folders by then. Champion and challenger may hold two versions of
one site's catalogue; a request then takes what either of them takes, and the model that is asked
still checks the record by its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lorpredict.clinical import Catalogue, Level, Predictor, catalogue
from lorpredict.errors import CatalogueError
from serving.settings import Settings, SettingsError
from serving.sources import folders


@cache
def known_columns() -> Catalogue:
    """Return the catalogue of the models that the environment names; ours where it names none."""
    try:
        return columns_of(Settings.from_environment())
    except SettingsError:  # told with its way out when the models are loaded
        return catalogue()


def columns_of(settings: Settings) -> Catalogue:
    """Return the catalogue of the models that the settings name.

    Raises
    ------
    SettingsError
        If they name no model.
    CatalogueError
        If two models mean different things by the same column.
    """
    return extended_catalogue(dict(_site_catalogues(folders(settings))))


def extended_catalogue(sites: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """Return our catalogue with those of the models' sites.

    Parameters
    ----------
    sites
        Alias of a model -> the site catalogue of its design; empty where it has none.

    Raises
    ------
    CatalogueError
        If one contradicts ours, or two contradict one another: every column that they share but
        mean differently is named, with both models.
    """
    columns: dict[str, _Column] = {}
    versions: dict[str, None] = {}  # a set that keeps its order
    faults: list[str] = []
    for alias, site in sites.items():
        known = catalogue().extended_by(site)
        versions[known.version] = None
        for column in _added(known, alias):
            earlier = columns.setdefault(column.entry.key, column)
            faults += _differences(earlier, column)
            columns[column.entry.key] = earlier.or_as(column)
    if faults:
        raise CatalogueError("\n".join(faults))
    added = {key: column.entry for key, column in columns.items()}
    return Catalogue(
        ", ".join(versions) or catalogue().version, MappingProxyType({**catalogue(), **added})
    )


@dataclass(frozen=True)
class _Column:
    """A site's own predictor and the model that brought it."""

    entry: Predictor
    alias: str
    site: str
    version: str

    def __str__(self) -> str:
        return f"the {self.alias} (site catalogue {self.site} {self.version})"

    def or_as(self, other: _Column) -> _Column:
        """Return this column, taking what the other one takes too."""
        return replace(self, entry=_either(self.entry, other.entry))


def _added(known: Catalogue, alias: str) -> Iterator[_Column]:
    site = known.site
    for key in site.get("predictors", ()):
        yield _Column(known[key], alias, site["name"], site["version"])


def _differences(one: _Column, other: _Column) -> Iterator[str]:
    """Say why two entries of one name cannot share a field of the request."""
    if one.entry == other.entry:
        return
    mine, theirs = _measured(one.entry), _measured(other.entry)
    if mine != theirs:
        why = f"is {mine} in {one} and {theirs} in {other}"
    elif one.site != other.site:
        why = f"is described in one way in {one} and in another in {other}"
    else:
        return
    yield (
        f"{one.entry.key!r} {why}; one request cannot mean both. "
        "Give one of them another name and train that model again, or serve the models apart."
    )


def _measured(entry: Predictor) -> str:
    return f"a {entry.kind} in {entry.unit}" if entry.unit else f"a {entry.kind}"


def _either(one: Predictor, other: Predictor) -> Predictor:
    """Return an entry that takes what either takes; its wording is that of the first."""
    if one == other or _measured(one) != _measured(other):
        return one
    told, beside = (one, other) if one.may_predict else (other, one)
    levels: dict[str, Level] = {level.value: level for level in (*beside.levels, *told.levels)}
    return replace(
        told,
        plausible=_widest(told.plausible, beside.plausible),
        levels=tuple(levels.values()),
        step=told.step if told.step == beside.step else None,
        transform="identity",  # a request needs none, and the widest range may begin below 0
    )


def _widest(
    one: tuple[float, float] | None, other: tuple[float, float] | None
) -> tuple[float, float] | None:
    if one is None or other is None:
        return None
    return min(one[0], other[0]), max(one[1], other[1])


def _site_catalogues(named: Mapping[str, Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Read the models' site catalogues; a damaged folder has none, its loading tells why."""
    for alias, folder in named.items():
        try:
            content = tomllib.loads((folder / "model.toml").read_text("utf-8"))
            site = content["design"].get("site_catalogue", {})
        except (OSError, ValueError, KeyError, AttributeError):
            continue
        if isinstance(site, dict):
            yield alias, site
