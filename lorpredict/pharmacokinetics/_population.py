"""The published population models of infliximab, read from ``clinical/pharmacokinetics.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from lorpredict.errors import CatalogueError, did_you_mean
from lorpredict.pharmacokinetics._covariates import COVARIATES, Covariates
from lorpredict.pharmacokinetics._kinetics import PARAMETERS, Kinetics
from lorpredict.pharmacokinetics._typical import TypicalValue


@dataclass(frozen=True)
class PopulationModel:
    """How infliximab is handled in a population: the typical child, and how children vary.

    Parameters
    ----------
    name, label
        For programs and for people.
    citation, source
        Who made the model, and where its figures were read.
    population
        Whom it was made from.
    clearance, central_volume, peripheral_volume, intercompartmental_clearance
        Typical values.
    between_patient_cv
        Parameter -> coefficient of variation between patients, 0.25 for 25 %.
        A parameter that is not in it is the same in all children with the same covariates.
    between_occasion_cv
        That of one patient's clearance between occasions; None where the model has none.
    residual
        Coefficient of variation of a measured level about the model's.
    residual_mg_l
        The part of it that is the same at every level, mg/L; None where the model has none.
        How the two join, as standard deviations or as variances, the source does not say.
    note
        What to know before it is used.

    Raises
    ------
    CatalogueError
        If there is no source, or a variability is not above zero or is of no parameter.
    """

    name: str
    label: str
    citation: str
    source: str
    population: str
    clearance: TypicalValue
    central_volume: TypicalValue
    peripheral_volume: TypicalValue
    intercompartmental_clearance: TypicalValue
    between_patient_cv: Mapping[str, float]
    residual: float
    residual_mg_l: float | None = None
    between_occasion_cv: float | None = None
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        faults = [f"{name} does not vary" for name in self.between_patient_cv.keys() - PARAMETERS]
        cvs = [*self.between_patient_cv.values(), self.residual, self.between_occasion_cv]
        faults += [f"a variation of {cv:g}" for cv in cvs if cv is not None and not cv > 0]
        faults += ["no source"] if not (self.source.strip() and self.citation.strip()) else []
        if faults:
            raise CatalogueError(f"population model {self.name!r}: " + "; ".join(faults))

    @classmethod
    def from_toml(cls, name: str, entry: Mapping[str, Any], *, source: str) -> Self:
        """Build a model from its table in ``pharmacokinetics.toml``.

        Raises
        ------
        CatalogueError
            If the table lacks a value, has one too many, or contradicts itself.
        """
        fields = dict(entry)
        try:
            varying = fields.pop("between_patient_percent")
            fields["between_patient_cv"] = MappingProxyType(
                {parameter: percent / 100 for parameter, percent in varying.items()}
            )
            fields["residual"] = fields.pop("residual_percent") / 100
            if "between_occasion_percent" in fields:
                fields["between_occasion_cv"] = fields.pop("between_occasion_percent") / 100
            for parameter in PARAMETERS:
                fields[parameter] = TypicalValue.from_toml(fields[parameter])
            return cls(name=name, source=source, **fields)
        except (KeyError, TypeError) as error:
            raise CatalogueError(f"population model {name!r}: {error}") from error

    @property
    def covariates(self) -> tuple[str, ...]:
        """The arguments of :meth:`kinetics` that make a difference in this model."""
        used = {each for name in PARAMETERS for each in getattr(self, name).covariates}
        return tuple(name for name in COVARIATES if name in used)

    @property
    def between_patient_sd(self) -> dict[str, float]:
        """Parameter -> standard deviation of its logarithm between patients."""
        return {name: log_sd(cv) for name, cv in self.between_patient_cv.items()}

    @property
    def between_occasion_sd(self) -> float | None:
        """Standard deviation of the logarithm of a patient's clearance between occasions."""
        return None if self.between_occasion_cv is None else log_sd(self.between_occasion_cv)

    def kinetics(
        self,
        *,
        weight_kg: ArrayLike,
        albumin_g_l: ArrayLike,
        antibodies: ArrayLike = False,
        immunomodulator: ArrayLike = False,
    ) -> Kinetics:
        """Return what the model expects of children with these covariates.

        Parameters
        ----------
        weight_kg, albumin_g_l : number or array of shape (n_children,)
            In kg and g/L, as in the catalogue; a missing one (NaN) makes what it moves NaN.
        antibodies, immunomodulator : boolean or array of shape (n_children,)
            Whether the child has antibodies against infliximab, and takes an immunomodulator.
            A model without such a term ignores them: see :attr:`covariates`.

        Raises
        ------
        FaultsFound
            Naming each value outside the catalogue's plausible range, such as albumin in g/dL,
            and each that is no boolean, such as a missing one.

        Examples
        --------
        >>> model = population_model("fasanmade-2011-combined")
        >>> model.covariates
        ('weight_kg', 'albumin_g_l', 'antibodies', 'immunomodulator')
        >>> children = model.kinetics(weight_kg=20.0, albumin_g_l=38.0, antibodies=[False, True])
        >>> children.clearance.round(3)
        array([0.167, 0.216])
        """
        children = Covariates.checked(
            weight_kg=weight_kg,
            albumin_g_l=albumin_g_l,
            antibodies=antibodies,
            immunomodulator=immunomodulator,
        )
        return Kinetics(*(getattr(self, name).of(children) for name in PARAMETERS))

    def draw(
        self, typical: Kinetics, *, rng: np.random.Generator, between_occasions: bool = False
    ) -> Kinetics:
        """Draw children around what the model expects of them, one for each.

        Parameters are log-normal about the typical value, their median, and independent of one
        another, since the source gives no correlations.

        Parameters
        ----------
        typical
            What :meth:`kinetics` returned.
        rng
            The same state gives the same children, with and without occasions.
        between_occasions
            Add the variance between occasions to the clearance: a child on some occasion, instead
            of a child on average. A model that states none draws the same either way.

        Examples
        --------
        >>> model = population_model()
        >>> typical = model.kinetics(weight_kg=[20.0, 42.0], albumin_g_l=38.0)
        >>> model.draw(typical, rng=np.random.default_rng(7))
        Kinetics(2 children)
        """
        sds = self.between_patient_sd
        if between_occasions and self.between_occasion_sd is not None:
            on_average = sds.get("clearance", 0.0)
            sds["clearance"] = float(np.hypot(on_average, self.between_occasion_sd))
        varying = [name for name in PARAMETERS if name in sds]
        normal = rng.standard_normal((len(varying), len(typical)))
        return typical.scaled(
            **{name: np.exp(sds[name] * row) for name, row in zip(varying, normal, strict=True)}
        )


def log_sd(cv: float) -> float:
    """Return the standard deviation of the logarithm of a log-normal value by its CV."""
    return float(np.sqrt(np.log1p(cv**2)))


def population_model(name: str | None = None) -> PopulationModel:
    """Return a published population model of infliximab.

    Parameters
    ----------
    name
        For example ``fasanmade-2011-combined``; without one the default, Fasanmade's of children.

    Raises
    ------
    CatalogueError
        If no model has this name; the known ones are named.
    """
    models = population_models()
    wanted = _content()["default"] if name is None else name
    if wanted not in models:
        hint = did_you_mean(wanted, list(models))
        raise CatalogueError(
            f"no population model is called {wanted!r}; known: {', '.join(models)}. {hint}".rstrip()
        )
    return models[wanted]


@cache
def population_models() -> Mapping[str, PopulationModel]:
    """Return every published population model by its name."""
    content = _content()
    return MappingProxyType(
        {
            name: PopulationModel.from_toml(name, entry, source=content["source"])
            for name, entry in content["models"].items()
        }
    )


@cache
def _content() -> dict[str, Any]:
    text = files("lorpredict.clinical").joinpath("pharmacokinetics.toml").read_text("utf-8")
    return tomllib.loads(text)
