"""Where models come from: a folder, or a registry that is asked once, before the service starts."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from serving.settings import Settings, SettingsError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

REGISTERED_NAME = "lorpredict-week14"
ALIASES = ("champion", "challenger")
WHAT_TO_DO = (
    "There is no model to serve. Train one (mlflow run . --env-manager local) or name one: "
    "MODEL=folder-or-registry-address, for example --model models/ or "
    "--model sqlite:////absolute/path/mlflow.db"
)
_SERVERS = ("http", "https")
_SCHEMES = ("sqlite", "postgresql", "mysql", "mssql", *_SERVERS)
_UNREADABLE = "(an address)"
_ROOT = Path(__file__).parents[1]
_LONGEST_FETCH = 300.0  # seconds; one that hangs would keep all workers from asking again


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
        If the address is relative or of a kind that no registry has, or what follows its # is no
        name.
    """
    if not text:
        raise ModelNotFound(WHAT_TO_DO)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+]*):/", text)
    if not scheme:
        return Path(text).expanduser().absolute()
    if scheme[1].partition("+")[0] not in _SCHEMES:
        raise SettingsError(
            f"no registry has addresses that begin with {scheme[1]}:; known: {', '.join(_SCHEMES)}"
        )
    address, _, name = text.rpartition("#") if "#" in text else (text, "", "")
    _refuse_no_name(name)
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
    """Find the model folders in a folder, which may be one itself, or what MLflow has fetched."""
    if (_model_in(place) / "model.toml").is_file():
        return {"champion": _model_in(place)}
    found = {alias: _model_in(place / alias) for alias in ALIASES if (place / alias).is_dir()}
    if "champion" not in found:
        what = (
            "holds no champion/ and is no model folder itself" if place.is_dir() else "is not there"
        )
        raise ModelNotFound(f"{place} {what}. {WHAT_TO_DO}")
    return found


def _model_in(place: Path) -> Path:
    """The model folder in what ``mlflow artifacts download`` has written; else the place itself."""
    inside = [file.parent for file in place.glob("artifacts/*/model.toml")]
    return inside[0] if len(inside) == 1 else place


def fetch(registry: Registry, cache: Path, *, unless_there: bool = False) -> Path:
    """Fetch the aliases of a registered model, in a process of its own that ends at once.

    MLflow costs seconds and hundreds of megabytes; the service never imports it.

    Parameters
    ----------
    unless_there : leave the folder alone where it holds the aliases' versions already
    """
    place = hashlib.sha256(registry.address.encode()).hexdigest()[:8]
    into = cache / f"{re.sub(r'[^A-Za-z0-9._-]', '_', registry.name)}-{place}"
    command = [sys.executable, "-m", "serving.registry", "--name", registry.name]
    command += ["--into", str(into), *(["--unless-there"] if unless_there else [])]
    try:
        answer = subprocess.run(
            command,
            # Other users of the machine see arguments; the address may hold a password.
            env={**os.environ, "MLFLOW_TRACKING_URI": registry.address},
            cwd=_ROOT, capture_output=True, text=True, check=False, timeout=_LONGEST_FETCH,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ModelNotFound(
            f"{registry} did not answer within {_LONGEST_FETCH:g} s; expected a registry that is up"
        ) from None
    if answer.returncode:
        told = (answer.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ModelNotFound(f"{registry} could not be fetched: {_safe(told, registry)}")
    return into


def _safe(told: str, registry: Registry) -> str:
    """What a driver says of an address that nobody can read may quote its password."""
    if without_password(registry.address) != _UNREADABLE:
        return told
    return "its address cannot be read; expected @, :, /, ? and # in a password as %40, %3A, ..."


def without_password(address: str) -> str:
    """The address as it may be told: without its password, and without the query that may hold one.

    Where it cannot be said which part is the password, nothing of the address is told.
    """
    try:
        if address.partition(":")[0].lower() in _SERVERS:
            return _server_without_user(address)
        return _database_without_password(address)
    except ValueError:
        return _UNREADABLE if address else ""


def _server_without_user(address: str) -> str:
    scheme, _, rest = address.partition("://")
    # Up to the last @, since a password may hold an @ or a / that should have been written as %40.
    user, at, place = rest.rpartition("@")
    if re.search("[?#]", user):
        raise ValueError("an @ in the query, or the beginning of a query in the password")
    told = f"{scheme}://{'***@' if at else ''}{re.split('[?#]', place)[0]}"
    urlsplit(told).port  # noqa: B018  of user:password without an @, it is the password
    return told


def _database_without_password(address: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address).set(query={})
    except ArgumentError:  # whose message holds the address
        raise ValueError("not an address") from None
    if url.get_backend_name() == "sqlite" and not url.host:
        return address.partition("?")[0]  # the path of a file, as it was written
    if address.count("@") > 1 or _may_show_a_password(url):
        raise ValueError("a password that was cut by an @, a / or a ?")
    return url.render_as_string(hide_password=True)


def _may_show_a_password(url: URL) -> bool:
    """Whether a part that is told looks like a piece of the password or of the query."""
    return any(
        re.search(pattern, part or "")
        for pattern, part in (
            ("[?#=]", url.username), ("[?#=]", url.host), ("[@:?#=]", url.database)
        )
    )  # fmt: skip


def _refuse_no_name(name: str) -> None:
    if re.search("[@/:]", name):  # MLflow takes none; it is more likely the end of a password
        raise SettingsError(
            "what follows the # of a registry's address is not the name of a registered model, "
            "which holds no @, / or :; expected address#name, with # in a password written as %23"
        )


def _refuse_unusable_file(address: str) -> None:
    if not address.startswith("sqlite:"):
        return
    file = Path(address.removeprefix("sqlite:///"))
    if not address.startswith("sqlite:///") or not file.is_absolute():
        raise SettingsError(
            f"{without_password(address)} is relative and means another file in every folder; "
            "expected an absolute address such as sqlite:////absolute/path/mlflow.db"
        )
    if not file.is_file():
        raise ModelNotFound(f"{without_password(address)} is not there. {WHAT_TO_DO}")
