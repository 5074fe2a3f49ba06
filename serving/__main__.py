"""Start the service: ``python -m serving --model models/ --port 3001``.

The models are found, fetched where a registry holds them, and checked, before BentoML starts.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from lorpredict.errors import LorpredictError
from serving.known import columns_of
from serving.settings import Settings, names
from serving.sources import local

ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, check the models, become the server."""
    options = _parser().parse_args(arguments)
    try:
        settings = _checked(_settings(options, os.environ))
        _refuse_busy(options.host, options.port)
    except LorpredictError as error:
        print(f"the service does not start: {error}", file=sys.stderr)
        return 2
    print(f"lorpredict at http://{options.host}:{options.port}/v1/docs", flush=True)
    return _become_server(options, {**os.environ, **settings.to_environment(), **_SILENT})


# A clinical service tells no one that it has started.
_SILENT = {"BENTOML_DO_NOT_TRACK": "True"}


def _settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    given = Settings.from_environment(environment)
    return Settings(
        model=options.model or given.model or _own_registry(),
        allow_stages=names(",".join(options.allow_stage)) or given.allow_stages,
        cache=given.cache,
    )


def _own_registry() -> str:
    """Where training writes, in the folder that it was started from."""
    file = Path.cwd() / "mlflow.db"
    return f"sqlite:///{file}" if file.is_file() else ""


def _refuse_busy(host: str, port: int) -> None:
    """Say in a sentence what the server would say in a page of traces."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NoPort(
                f"port {port} of {host} cannot be listened on ({error.strerror}); expected a free "
                "one, named by --port (make serve PORT=...)"
            ) from None


class NoPort(LorpredictError, OSError):
    """An address on which no server can listen."""


def _checked(settings: Settings) -> Settings:
    """Load the models as a worker will; return settings that name their folder."""
    found = local(settings)
    # numba costs seconds; a wrong address is told before it is loaded.
    from serving.models import ServedModels

    models = ServedModels.load(found)
    columns_of(found)  # models that are whole may still contradict one another
    for alias, served in models.items():
        facts = served.model.facts
        print(f"{alias}: {facts.name}, {facts.family_label}, stage {facts.stage}")
    return found


def _become_server(options: argparse.Namespace, environment: Mapping[str, str]) -> NoReturn:
    """Hand this process over, so that a signal to it reaches the server."""
    os.chdir(ROOT)
    os.execve(sys.executable, _command(options), environment)  # noqa: S606  our own program


def _command(options: argparse.Namespace) -> list[str]:
    return [
        sys.executable, "-m", "bentoml", "serve", "serving.service:LorpredictService",
        "--host", options.host, "--port", str(options.port), "--working-dir", str(ROOT),
    ]  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m serving", description=__doc__)
    parser.add_argument(
        "--model",
        default="",
        help="model folder, folder with champion/ and challenger/, or registry address; "
        "by default LORPREDICT_MODEL, then mlflow.db in this folder",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3001)
    parser.add_argument(
        "--allow-stage",
        action="append",
        default=[],
        metavar="STAGE",
        help="serve models of this stage too: demo or exploratory",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
