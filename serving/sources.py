"""Where models come from: a folder, or a registry that is asked once, before the service starts."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from serving.settings import Settings, SettingsError

REGISTERED_NAME = "lorpredict-week14"
ALIASES = ("champion", "challenger")
WHAT_TO_DO = (
    "There is no model to serve. Train one (mlflow run . --env-manager local) or name one: "
    "MODEL=folder-or-registry-address, for example --model models/ or "
    "--model sqlite:////absolute/path/mlflow.db"
)
_SCHEMES = ("sqlite", "postgresql", "mysql", "mssql", "http", "https")
_ROOT = Path(__file__).parents[1]


class ModelNotFound(SettingsError, LookupError):
    """No model where one was said to be."""


@dataclass(frozen=True)
class Registry:
    """A registered model in an MLflow registry.

    Parameters
    ----------
    address : tracking server or database; kept out of the repr, since it may hold a password
    name : name of the registered model
    """

    address: str = field(repr=False)
    name: str = REGISTERED_NAME

    def __str__(self) -> str:
        return f"{self.name} in {without_password(self.address)}"


def source(text: str) -> Path | Registry:
    """Read what ``LORPREDICT_MODEL`` says.

    Raises
    ------
    ModelNotFound
        If it says nothing.
    SettingsError
        If the address is relative or of a kind that no registry has.
    """
    if not text:
        raise ModelNotFound(WHAT_TO_DO)
    scheme = re.match(r"([a-z][a-z0-9+]*):/", text)
    if not scheme:
        return Path(text).expanduser().absolute()
    if scheme[1].partition("+")[0] not in _SCHEMES:
        raise SettingsError(
            f"no registry has addresses that begin with {scheme[1]}:; known: {', '.join(_SCHEMES)}"
        )
    address, _, name = text.partition("#")
    _refuse_unusable_file(address)
    return Registry(address, name or REGISTERED_NAME)


def local(settings: Settings) -> Settings:
    """Return the same settings with the models in a folder; a registry's are fetched into one.

    Raises
    ------
    ModelNotFound, SettingsError
    """
    found = source(settings.model)
    if isinstance(found, Registry):
        folder = fetch(found, settings.cache)
        return replace(settings, model=str(folder), registry=settings.model)
    return replace(settings, model=str(found))


def folders(settings: Settings) -> dict[str, Path]:
    """Find the model folder of each alias.

    Raises
    ------
    ModelNotFound, SettingsError
    """
    found = source(settings.model)
    if isinstance(found, Registry):
        raise SettingsError(f"{found} has not been fetched; start with python -m serving")
    return folders_in(found)


def folders_in(place: Path) -> dict[str, Path]:
    """Find the model folders in a folder, which may be one itself."""
    if (place / "model.toml").is_file():
        return {"champion": place}
    found = {alias: place / alias for alias in ALIASES if (place / alias).is_dir()}
    if "champion" not in found:
        what = (
            "holds no champion/ and is no model folder itself" if place.is_dir() else "is not there"
        )
        raise ModelNotFound(f"{place} {what}. {WHAT_TO_DO}")
    return found


def fetch(registry: Registry, cache: Path, *, unless_there: bool = False) -> Path:
    """Fetch the aliases of a registered model, in a process of its own that ends at once.

    MLflow costs seconds and hundreds of megabytes; the service never imports it.

    Parameters
    ----------
    unless_there : leave the folder alone where it holds the aliases' versions already
    """
    place = hashlib.sha256(registry.address.encode()).hexdigest()[:8]
    into = cache / f"{re.sub(r'[^A-Za-z0-9._-]', '_', registry.name)}-{place}"
    answer = subprocess.run(
        [
            sys.executable, "-m", "serving.registry", "--name", registry.name, "--into", str(into),
            *(["--unless-there"] if unless_there else []),
        ],
        # Other users of the machine see arguments; the address may hold a password.
        env={**os.environ, "MLFLOW_TRACKING_URI": registry.address},
        cwd=_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if answer.returncode:
        told = (answer.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ModelNotFound(f"{registry} could not be fetched: {told}")
    return into


def without_password(address: str) -> str:
    """The address as it may be told."""
    user = urlsplit(address).netloc.rpartition("@")[0]
    return address.replace(f"{user}@", "***@", 1) if user else address


def _refuse_unusable_file(address: str) -> None:
    if not address.startswith("sqlite:"):
        return
    file = Path(address.removeprefix("sqlite:///"))
    if not address.startswith("sqlite:///") or not file.is_absolute():
        raise SettingsError(
            f"{address} is relative and means another file in every folder; "
            f"expected an absolute address such as sqlite:////absolute/path/{file.name}"
        )
    if not file.is_file():
        raise ModelNotFound(f"{file} is not there. {WHAT_TO_DO}")
