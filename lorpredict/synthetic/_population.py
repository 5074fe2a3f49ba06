"""Who the simulated children are at the first infusion: a Gaussian copula with published margins.

What is drawn and with which source stands in ``population.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from lorpredict.survival import Floats

# Column -> values, one a child. Categories hold the catalogue's words, booleans true and false.
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Number:
    """How a number of the catalogue is spread; the fields are those of ``population.toml``."""

    shape: str
    range: tuple[float, float]
    step: float
    spread: float = 1.0
    share: tuple[float, float] = (1, 2)
    at_most: float | None = None
    below: float | None = None
    shares: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    log: bool = False

    def of(self, standardised: Floats) -> Floats:
        """Turn a standardised variable into the number that the clinic writes down."""
        by_quantiles = self.shape == "quantiles"
        raw = self._by_quantiles(standardised) if by_quantiles else self._by_spread(standardised)
        written: Floats = np.round(np.clip(raw, *self.range) / self.step) * self.step
        return written.round(10)

    def _by_quantiles(self, standardised: Floats) -> Floats:
        values = np.log(self.values) if self.log else np.asarray(self.values, dtype=float)
        found: Floats = np.interp(ndtr(standardised), self.shares, values)
        if self.log:
            found = np.exp(found)
        return found

    def _by_spread(self, standardised: Floats) -> Floats:
        below = ndtri(self.share[0] / self.share[1])
        if self.shape == "log-normal":
            scaled: Floats = self._edge * np.exp(self.spread * (standardised - below))
        else:
            scaled = self._edge + self.spread * (standardised - below)
        return scaled

    @property
    def _edge(self) -> float:
        """Where the cut lies between two written values, so that rounding moves nobody over it."""
        if self.at_most is not None:
            return self.at_most + self.step / 2
        return (self.below or 0.0) - self.step / 2


@dataclass(frozen=True)
class Category:
    """How a category or boolean of the catalogue is spread."""

    counts: Mapping[str, int]
    weights: Mapping[str, float] = field(default_factory=dict)
    unknown: int = 0

    def of(self, standardised: Floats) -> NDArray[Any]:
        """Turn a standardised variable into levels, the first of them at its low end."""
        shares = np.cumsum(list(self.counts.values()))
        chosen = np.digitize(standardised, ndtri(shares[:-1] / shares[-1]))
        if set(self.counts) == {"true", "false"}:
            truth: NDArray[Any] = np.array([name == "true" for name in self.counts])[chosen]
            return truth
        levels: NDArray[Any] = np.array(list(self.counts), dtype=object)[chosen]
        return levels


@dataclass(frozen=True)
class Population:
    """What ``population.toml`` holds."""

    loadings: Mapping[str, float]
    beyond_the_burden: tuple[Mapping[str, Any], ...]
    visible_burden: Mapping[str, float]
    numbers: Mapping[str, Number]
    categories: Mapping[str, Category]
    loq_ug_ml: float

    @cached_property
    def correlation(self) -> Floats:
        """Correlation of the standardised variables, in the order of ``loadings``."""
        loading = np.array(list(self.loadings.values()))
        matrix: Floats = np.outer(loading, loading)
        np.fill_diagonal(matrix, 1.0)
        place = {name: index for index, name in enumerate(self.loadings)}
        for pair in self.beyond_the_burden:
            one, other = (place[name] for name in pair["between"])
            matrix[[one, other], [other, one]] += pair["correlation"]
        return matrix

    def standardised(self, children: int, rng: np.random.Generator) -> dict[str, Floats]:
        """Draw the variables that run together, each with mean 0 and variance 1."""
        independent = rng.standard_normal((children, len(self.loadings)))
        together = independent @ np.linalg.cholesky(self.correlation).T
        return dict(zip(self.loadings, together.T, strict=True))

    def burden_seen(self, standardised: Mapping[str, Floats]) -> Floats:
        """Inflammatory burden as doctors see it, with mean 0 and variance 1."""
        spread = np.sqrt(self._variance(self.visible_burden))
        seen: Floats = self._mixed(self.visible_burden, standardised) / spread
        return seen

    def columns(self, standardised: Mapping[str, Floats], rng: np.random.Generator) -> Columns:
        """Turn standardised variables into columns of the catalogue."""
        columns: Columns = {
            name: number.of(standardised[name]) for name, number in self.numbers.items()
        }
        for name, category in self.categories.items():
            columns[name] = category.of(self._behind(name, category, standardised, rng))
            if category.unknown:
                everyone = category.unknown + sum(category.counts.values())
                lost = rng.random(len(columns[name])) < category.unknown / everyone
                columns[name][lost] = None
        return columns

    def _behind(
        self,
        name: str,
        category: Category,
        standardised: Mapping[str, Floats],
        rng: np.random.Generator,
    ) -> Floats:
        if name in standardised:
            return standardised[name]
        children = len(next(iter(standardised.values())))
        rest = np.sqrt(1 - self._variance(category.weights))
        alone: Floats = rest * rng.standard_normal(children)
        return self._mixed(category.weights, standardised) + alone

    def _mixed(self, weights: Mapping[str, float], standardised: Mapping[str, Floats]) -> Floats:
        parts = [weight * standardised[name] for name, weight in weights.items()]
        mixed: Floats = np.sum(parts, axis=0) if parts else np.zeros(1)
        return mixed

    def _variance(self, weights: Mapping[str, float]) -> float:
        each = np.array([weights.get(name, 0.0) for name in self.loadings])
        return float(each @ self.correlation @ each)


@cache
def population() -> Population:
    """Read ``population.toml``."""
    content = tomllib.loads(files("lorpredict.synthetic").joinpath("population.toml").read_text())
    return Population(
        loadings=content["loadings"],
        beyond_the_burden=tuple(content["beyond_the_burden"]),
        visible_burden=content["visible_burden"],
        numbers={name: Number(**entry) for name, entry in content["numbers"].items()},
        categories={name: Category(**entry) for name, entry in content["categories"].items()},
        loq_ug_ml=content["assay"]["loq_ug_ml"],
    )
