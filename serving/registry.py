"""Fetch the served versions of a registered model; the one place in serving that speaks MLflow.

Run as a process of its own, so that MLflow is gone before the service starts:

    python -m serving.registry --address sqlite:////absolute/path/mlflow.db --into folder
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from lorpredict.packaged import model_folder_in
from serving.sources import ALIASES, REGISTERED_NAME, without_password

VERSIONS = "registry.json"
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}


class FetchError(Exception):
    """What the registry holds cannot be served."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, fetch, tell what was fetched."""
    options = _parser().parse_args(arguments)
    address = options.address or os.environ.get("MLFLOW_TRACKING_URI", "")
    warnings.simplefilter("ignore")  # MLflow's are for those who train
    os.environ.update(_QUIET)
    try:
        into = Path(options.into).absolute()
        versions = fetch(address, options.name, into, unless_there=options.unless_there)
    except Exception as error:  # whatever MLflow meets, the address may be in its message
        told = str(error).replace(address, without_password(address)).splitlines()
        print(told[0] if told else type(error).__name__, file=sys.stderr)  # noqa: T201
        return 1
    print(json.dumps(versions))  # noqa: T201  the answer to whoever started this process
    return 0


def fetch(address: str, name: str, into: Path, *, unless_there: bool = False) -> dict[str, str]:
    """Put the model folder of each alias into ``into``, all of them or nothing.

    Parameters
    ----------
    unless_there : leave ``into`` alone where it holds the versions already

    Returns
    -------
    alias -> version of the registered model
    """
    from mlflow import MlflowClient, set_registry_uri, set_tracking_uri

    set_tracking_uri(address)
    set_registry_uri(address)
    aliases = dict(MlflowClient().get_registered_model(name).aliases)
    served = {alias: str(aliases[alias]) for alias in ALIASES if alias in aliases}
    if "champion" not in served:
        raise FetchError(f"{name} has no version with the alias champion; train first")
    if unless_there and _versions_in(into) == served:
        return served
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{into.name}-", dir=into.parent) as place:
        fresh = Path(place) / "fresh"
        for alias, version in served.items():
            _fetch_version(name, version, fresh / alias, Path(place) / f"{alias}-download")
        (fresh / VERSIONS).write_text(json.dumps(served) + "\n", "utf-8")
        _put_in_place(fresh, into, Path(place) / "old")
    return served


def _versions_in(folder: Path) -> dict[str, str]:
    file = folder / VERSIONS
    found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def _fetch_version(name: str, version: str, folder: Path, download: Path) -> None:
    from mlflow.artifacts import download_artifacts

    download.mkdir()
    uri = f"models:/{name}/{version}"
    fetched = Path(download_artifacts(artifact_uri=uri, dst_path=str(download)))
    shutil.copytree(model_folder_in(fetched, called=uri), folder)


def _put_in_place(fresh: Path, into: Path, old: Path) -> None:
    if into.exists():
        into.rename(old)
    try:
        fresh.rename(into)
    except OSError:
        if old.exists():
            old.rename(into)
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m serving.registry", description=__doc__)
    parser.add_argument(
        "--address", default="", help="tracking server or database; MLFLOW_TRACKING_URI by default"
    )
    parser.add_argument("--name", default=REGISTERED_NAME, help="name of the registered model")
    parser.add_argument(
        "--unless-there", action="store_true", help="fetch nothing that is there already"
    )
    parser.add_argument("--into", required=True, help="folder for the fetched models")
    return parser


if __name__ == "__main__":
    sys.exit(main())
