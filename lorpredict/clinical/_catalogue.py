"""The catalogue of predictors, read from ``predictors.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

from lorpredict.clinical._predictor import Predictor
from lorpredict.errors import CatalogueError, UnknownPredictor, did_you_mean


@dataclass(frozen=True)
class Catalogue(Mapping[str, Predictor]):
    """Every column of the cohort table by its canonical name."""

    version: str
    predictors: Mapping[str, Predictor]

    @classmethod
    def from_toml(cls, content: Mapping[str, Any]) -> Self:
        """Build the catalogue; all contradictory entries are named at once."""
        predictors, faults = {}, []
        for key, entry in content.get("predictors", {}).items():
            try:
                predictors[key] = Predictor.from_toml(key, entry)
            except CatalogueError as error:
                faults.append(str(error))
        faults += [
            f"catalogue entry {key!r}: derived from the unknown {other!r}"
            for key, predictor in predictors.items()
            for other in predictor.derived_from
            if other not in content["predictors"]
        ]
        if faults or "version" not in content:
            raise CatalogueError("\n".join(faults) or "the catalogue has no version")
        return cls(version=content["version"], predictors=predictors)

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

    def __repr__(self) -> str:
        return f"Catalogue(version={self.version!r}, {len(self)} columns)"


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with lorpredict."""
    text = files("lorpredict.clinical").joinpath("predictors.toml").read_text("utf-8")
    return Catalogue.from_toml(tomllib.loads(text))
