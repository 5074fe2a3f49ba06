"""The model that was named on the command line: found, loaded, and told by what tells it apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from lorpredict.packaged import ModelFacts, PackagedModel

# So much of a fingerprint tells two models apart at a glance.
_BEGINNING = 12
_SAYS_IT_TOO = ": demonstration only"


@dataclass(frozen=True)
class AskedModel:
    """A packaged model, and what tells it apart from others of its name.

    Parameters
    ----------
    fingerprint : of its folder
    registered_version : in the registry from which MLflow has fetched it
    """

    model: PackagedModel
    fingerprint: str
    registered_version: str | None

    @classmethod
    def load(cls, named: Path) -> AskedModel:
        """Load the model in a folder, or inside of what MLflow has fetched.

        Raises
        ------
        typer.BadParameter
            If a registry has to be asked, which speaks MLflow; the command that fetches is told.
        DamagedModel
        """
        from lorpredict.packaged import PackagedModel, Registration, fingerprint, model_folder_in

        _refuse_registry(str(named))
        folder = model_folder_in(named)
        version = Registration.beside(named).version
        return cls(PackagedModel.load(folder), fingerprint(folder), version)

    @property
    def facts(self) -> ModelFacts:
        """What is known of the model."""
        return self.model.facts

    @property
    def line(self) -> str:
        """Who answers, in one line."""
        facts, version = self.facts, self.registered_version
        told = f"version {version}" if version else "not from a registry"
        return (
            f"{facts.family_label}, stage {facts.stage} ({facts.name}, {told}, fingerprint "
            f"{self.fingerprint[:_BEGINNING]}), design {facts.design.name}"
        )

    def cautions(self) -> Iterator[str]:
        """Yield what has to be said with every answer of this model."""
        facts = self.facts
        if facts.stage == "demo":
            why = "; ".join(each.removesuffix(_SAYS_IT_TOO) for each in facts.cautions)
            yield f"DEMONSTRATION ONLY, not for patients: {why}"
        elif facts.stage != "candidate":
            yield f"Stage {facts.stage}, not for patients: " + "; ".join(facts.reasons)
        else:
            yield from facts.cautions

    def cells(self) -> dict[str, str | None]:
        """Return what stands beside every answer in a table."""
        facts = self.facts
        return {
            "stage": facts.stage,
            "model": facts.name,
            "registered_version": self.registered_version,
            "family": facts.family,
            "fingerprint": self.fingerprint,
            "cautions": "; ".join(facts.cautions),
        }

    def content(self) -> dict[str, Any]:
        """Return who answers, for programs; it goes with every answer."""
        facts = self.facts
        return {
            "name": facts.name,
            "registered_version": self.registered_version,
            "lorpredict_version": facts.version,
            "family": facts.family,
            "label": facts.family_label,
            "design": {"name": facts.design.name, "version": facts.design.version},
            "catalogue_version": facts.catalogue_version,
            "stage": facts.stage,
            "reasons": list(facts.reasons),
            "cautions": list(facts.cautions),
            "fingerprint": self.fingerprint,
        }


def _refuse_registry(address: str) -> None:
    from lorpredict.packaged import is_registry_address

    if is_registry_address(address):
        raise typer.BadParameter(
            f"{address} stands in a registry, and this command asks none. Fetch it first, where "
            f"MLFLOW_TRACKING_URI says which store:\n"
            f"    mlflow artifacts download --artifact-uri {address} --dst-path model\n"
            "and then name the folder 'model' in its place.",
            param_hint="MODEL",
        )
