"""The models that answer, by alias: loaded, checked, warmed up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from lorpredict.errors import DamagedModel, LorpredictError, did_you_mean
from serving.answers import DesignTold, ModelTold
from serving.errors import UnknownAlias
from serving.keeping import Bands
from serving.settings import Settings
from serving.sources import folders

if TYPE_CHECKING:
    from lorpredict.packaged import PackagedModel


_TRIES = 3


class RefusedStage(LorpredictError, ValueError):
    """A model that has not come far enough to be served without being asked for by name."""


@dataclass(frozen=True)
class Served:
    """A packaged model under its alias.

    Parameters
    ----------
    fingerprint : SHA-256 of the folder's list of hashes, so of everything in it
    registered_version : version in the registry it was fetched from
    """

    alias: str
    model: PackagedModel
    fingerprint: str
    registered_version: str | None = None

    @cached_property
    def told(self) -> ModelTold:
        """Which model it is, as every answer says."""
        facts = self.model.facts
        return ModelTold(
            name=facts.name,
            alias=self.alias,
            family=facts.family,
            label=facts.family_label,
            version=facts.version,
            registered_version=self.registered_version,
            fingerprint=self.fingerprint,
            design=DesignTold(name=facts.design.name, version=facts.design.version),
            catalogue_version=facts.catalogue_version,
            stage=facts.stage,
            reasons=list(facts.reasons),
            cautions=list(facts.cautions),
        )

    @cached_property
    def horizons(self) -> frozenset[float]:
        """Days since the first infusion that the model tells unasked."""
        return frozenset(self.model.facts.horizons_since_first_infusion.tolist())

    @cached_property
    def bands(self) -> Bands:
        """Where the values of a record lie among those of the training children."""
        return Bands(self.model.encoding, self.model.facts.design.catalogue)


class ServedModels(Mapping[str, Served]):
    """Every model that can be asked; each has answered its reference records."""

    def __init__(self, *models: Served) -> None:
        self._models = {served.alias: served for served in models}

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Load what the settings name.

        Raises
        ------
        SettingsError, ModelNotFound
            If there is nothing to load.
        DamagedModel
            If a folder is not what was saved.
        RefusedStage
            If a model's stage is not among those that may be served.
        """
        for _ in range(_TRIES):
            before = fingerprints(settings)
            models = cls(*(_load(alias, path) for alias, path in folders(settings).items()))
            # Loading takes seconds, in which another process may put other models in place.
            if {alias: each.fingerprint for alias, each in models.items()} == before:
                _refuse_stages(models, settings.served_stages)
                return models
        raise DamagedModel("the models were replaced again and again while they were loaded")

    def __getitem__(self, alias: str) -> Served:
        if alias not in self._models:
            known = ", ".join(self._models)
            hint = did_you_mean(alias, list(self._models))
            raise UnknownAlias(
                f"No model is served under this alias; known: {known}. {hint}".strip()
            )
        return self._models[alias]

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)

    def __contains__(self, alias: object) -> bool:
        return alias in self._models


def fingerprints(settings: Settings) -> dict[str, str]:
    """Return alias -> fingerprint of what the settings name now, without loading it."""
    from lorpredict.packaged import fingerprint

    return {alias: fingerprint(path) for alias, path in folders(settings).items()}


def _load(alias: str, folder: Path) -> Served:
    # numba comes with it and costs seconds; BentoML's supervisor never needs either.
    from lorpredict.packaged import PackagedModel, fingerprint

    model, version = PackagedModel.load(folder), _version(alias, folder)
    _warm_up(model, folder)
    return Served(alias, model, fingerprint(folder), version)


def _warm_up(model: PackagedModel, folder: Path) -> None:
    """Compile and build what the first question would otherwise wait for."""
    reference: dict[str, Any] = json.loads((folder / "reference.json").read_text("utf-8"))
    explained = model.explain(reference["records"])
    sums = explained.base_values + explained.values.sum(axis=1)
    if not abs(sums - explained.predicted).max() < 1e-9:
        raise DamagedModel(f"the explanations of {folder.name} do not add up")


def _version(alias: str, folder: Path) -> str | None:
    """Version in the registry, which the fetching process wrote beside the folder."""
    file = folder.parent / "registry.json"
    if not file.is_file() or folder.name != alias:
        return None
    version: str | None = json.loads(file.read_text("utf-8")).get(alias)
    return version


def _refuse_stages(models: ServedModels, allowed: frozenset[str]) -> None:
    stages = {alias: served.model.facts.stage for alias, served in models.items()}
    refused = {alias: stage for alias, stage in stages.items() if stage not in allowed}
    if refused:
        told = ", ".join(f"{alias} is at stage {stage}" for alias, stage in refused.items())
        asked = ",".join(sorted(set(refused.values())))
        reasons = "; ".join(models[next(iter(refused))].model.facts.reasons)
        raise RefusedStage(
            f"{told}, which is not served unless allowed by name ({reasons}). "
            f"To serve it all the same: --allow-stage {asked} or LORPREDICT_ALLOW_STAGES={asked}"
        )
