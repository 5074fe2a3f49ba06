"""The model of elsewhere: a folder, or an address of the model registry."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lorpredict.packaged import PackagedModel


@dataclass(frozen=True)
class FetchedModel:
    """A packaged model, and where it stands.

    Parameters
    ----------
    name : of the registered model, or the one that the model has itself
    version : in the registry, if it was fetched from there
    fingerprint : of its folder
    """

    model: PackagedModel
    name: str
    version: str | None
    fingerprint: str


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says where the model is."""
    parser.add_argument(
        "--model",
        required=True,
        help="folder, models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/NAME",
    )


def fetched_model(address: str) -> FetchedModel:
    """Load a model from its folder, from what MLflow has downloaded, or from the registry.

    Raises
    ------
    DamagedModel
        If there is no model, or it is not what was saved.
    """
    from lorpredict.packaged import is_registry_address

    if not is_registry_address(address):
        return _loaded(Path(address), address)
    from training.tracking import downloaded  # MLflow costs seconds, which a folder need not wait

    with tempfile.TemporaryDirectory() as place:
        return _loaded(downloaded(address, Path(place)), address)


def _loaded(place: Path, address: str) -> FetchedModel:
    """Load the one model folder at a place: the place itself, or inside a pyfunc."""
    from lorpredict.packaged import PackagedModel, Registration, fingerprint, model_folder_in

    folder = model_folder_in(place, called=address)
    model = PackagedModel.load(folder)
    # What MLflow fetches from the registry says where it stood, also when `mlflow run` did it.
    registered = Registration.beside(place)
    return FetchedModel(
        model=model,
        name=registered.name or model.facts.name,
        version=registered.version,
        fingerprint=fingerprint(folder),
    )
