"""The catalogue of predictors: ours from ``predictors.toml``, and a site's own beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from lorpredict.clinical._predictor import Predictor
from lorpredict.errors import CatalogueError, UnknownPredictor, did_you_mean

_SITE_SETTINGS = ("name", "version", "predictors")


@dataclass(frozen=True)
class Catalogue(Mapping[str, Predictor]):
    """Every column of a table by its canonical name.

    Parameters
    ----------
    version
        Ours, followed by name and version of a site's own: ``2026.11.0+ghent.3``.
    predictors
        Canonical name -> column.
    site
        What a site has added, as its TOML said it; empty for ours alone.
    """

    version: str
    predictors: Mapping[str, Predictor]
    site: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_toml(cls, content: Mapping[str, Any]) -> Self:
        """Build the catalogue; all contradictory entries are named at once."""
        predictors, faults = _read_entries(content.get("predictors", {}))
        faults += [
            f"catalogue entry {key!r}: derived from the unknown {other!r}"
            for key, predictor in predictors.items()
            for other in predictor.derived_from
            if other not in content["predictors"]
        ]
        if faults or "version" not in content:
            raise CatalogueError("\n".join(faults) or "the catalogue has no version")
        return cls(version=content["version"], predictors=MappingProxyType(predictors))

    def extended_by(self, site: Mapping[str, Any]) -> Catalogue:
        """Return this catalogue with a site's own predictors.

        Parameters
        ----------
        site
            ``name``, ``version`` and ``predictors``, as a TOML file beside the catalogue holds
            them; each predictor is written like one of ours.

        Raises
        ------
        CatalogueError
            Naming all that contradicts ours: a column of that name, or of that name in another
            unit, and every entry that contradicts itself.
        """
        if not site:
            return self
        added, faults = _read_entries(site.get("predictors", {}))
        faults += [*_misshapen(site), *_clashes(self, added)]
        if faults:
            told = "\n".join(f"  {fault}" for fault in faults)
            raise CatalogueError(f"the site catalogue {site.get('name', '')!r}:\n{told}")
        return Catalogue(
            version=f"{self.version}+{site['name']}.{site['version']}",
            predictors=MappingProxyType({**self.predictors, **added}),
            site=dict(site),
        )

    def for_prediction(self) -> Catalogue:
        """Return this catalogue for children whose outcome is not known yet: nothing is needed."""
        lenient = {
            key: replace(each, missing="allowed") if each.missing == "refused" else each
            for key, each in self.items()
        }
        return replace(self, predictors=MappingProxyType(lenient))

    def columns(self, names: Iterable[str]) -> list[Predictor]:
        """Return the named columns, in that order."""
        return [self[name] for name in names]

    @cached_property
    def suffixed(self) -> Mapping[str, tuple[str, float]]:
        """Names such as ``crp_mg_dl`` -> the column they stand for and the factor into its unit."""
        return {
            f"{predictor.stem}_{other.suffix}": (key, other.factor)
            for key, predictor in self.items()
            for other in predictor.other_units
            if f"{predictor.stem}_{other.suffix}" not in self
        }

    @cached_property
    def stems(self) -> Mapping[str, str]:
        """Names without a unit, such as ``crp``; they count only where a unit is stated."""
        return {p.stem: key for key, p in self.items() if p.stem is not None and p.stem not in self}

    def __getitem__(self, key: str) -> Predictor:
        try:
            return self.predictors[key]
        except KeyError:
            hint = did_you_mean(key, list(self.predictors))
            raise UnknownPredictor(f"the catalogue holds no {key!r}. {hint}".rstrip()) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.predictors)

    def __len__(self) -> int:
        return len(self.predictors)

    def __contains__(self, key: object) -> bool:
        return key in self.predictors

    def __reduce__(self) -> Any:
        """Travel to another process as plain mappings."""
        return _restored, (self.version, dict(self.predictors), dict(self.site))

    def __repr__(self) -> str:
        return f"Catalogue(version={self.version!r}, {len(self)} columns)"


@cache
def catalogue(name: str = "predictors") -> Catalogue:
    """Return a catalogue that ships with lorpredict.

    Parameters
    ----------
    name
        ``predictors`` for the cohort table, ``infusions`` and ``levels`` for the tables beside it.
    """
    text = files("lorpredict.clinical").joinpath(f"{name}.toml").read_text("utf-8")
    return Catalogue.from_toml(tomllib.loads(text))


def read_site_catalogue(path: str | Path) -> dict[str, Any]:
    """Read the TOML file of a site's own predictors, for :meth:`Catalogue.extended_by`.

    Raises
    ------
    CatalogueError
        If there is no such file or it is not TOML.
    """
    file = Path(path)
    if not file.is_file():
        raise CatalogueError(f"no site catalogue at {file}; expected a TOML file")
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"the site catalogue {file.name} is not TOML: {error}") from error


def _restored(
    version: str, predictors: Mapping[str, Predictor], site: Mapping[str, Any]
) -> Catalogue:
    return Catalogue(version, MappingProxyType(dict(predictors)), site)


def _read_entries(entries: Mapping[str, Any]) -> tuple[dict[str, Predictor], list[str]]:
    predictors, faults = {}, []
    for key, entry in entries.items():
        try:
            predictors[key] = Predictor.from_toml(key, entry)
        except CatalogueError as error:
            faults.append(str(error))
    return predictors, faults


def _misshapen(site: Mapping[str, Any]) -> Iterator[str]:
    for name in ("name", "version"):
        value = site.get(name)
        if not (isinstance(value, str) and value.strip()):
            yield f"{name} is {value!r}, expected a text"
    if not site.get("predictors"):
        yield "it holds no predictors; expected tables such as [predictors.il6_pg_ml]"
    for name in site.keys() - set(_SITE_SETTINGS):
        yield f"unknown setting {name!r}. {did_you_mean(name, _SITE_SETTINGS)}".rstrip()


def _clashes(ours: Catalogue, added: Mapping[str, Predictor]) -> Iterator[str]:
    """Name the columns that ours already has, whatever unit they come in."""
    taken = {**{key: key for key in ours}, **{k: v for k, (v, _) in ours.suffixed.items()}}
    taken |= ours.stems
    for key, predictor in added.items():
        names = [key, *([predictor.stem] if predictor.stem else [])]
        names += [f"{predictor.stem}_{other.suffix}" for other in predictor.other_units]
        clash = next((name for name in names if name in taken), None)
        if clash is not None:
            yield (
                f"{clash!r} contradicts ours: it names our column {taken[clash]!r}; "
                "use that column, or give yours another name"
            )
        for other in predictor.derived_from:
            yield f"{key!r} is derived from {other!r}; a site's own predictor cannot be derived"
