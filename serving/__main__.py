"""Start the service: ``python -m serving --model models/ --port 3001``.

The models are found, fetched where a registry holds them, and checked, before BentoML starts.
Beside it: ``python -m serving audit`` looks after what was recorded, ``python -m serving keys``
after the API keys.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, NoReturn

from lorpredict.errors import LorpredictError
from serving.desk import Desk
from serving.known import columns_of
from serving.premises import Premises, audit_key_file
from serving.settings import Settings, variable, without_it
from serving.sources import local

ROOT = Path(__file__).parents[1]
_SWITCHES = ("docs",)
_NOT_TOLD = ("registry",)  # known to the service alone
_REPEATED = ("allow_stages",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, check the models, become the server."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    if asked[:1] == ["audit"]:
        return _audit(asked[1:])
    if asked[:1] == ["keys"]:
        from serving.security.commands import main as keys

        return keys(asked[1:])
    return _serve(_parser().parse_args(asked))


def _audit(arguments: list[str]) -> int:
    from serving.audit.commands import main as audit

    settings = Settings.from_environment()
    key_file = audit_key_file(settings)
    return audit(
        arguments,
        address=settings.audit,
        key_file=str(key_file or ""),
        keep_days=settings.audit_keep_days,
    )


def _serve(options: argparse.Namespace) -> int:
    try:
        settings = _checked(_settings(options, os.environ))
        _refuse_busy(settings.host, options.port)
    except LorpredictError as error:
        print(f"the service does not start: {error}", file=sys.stderr)
        return 2
    at = f"http://{settings.host}:{options.port}"
    print(f"lorpredict at {at}{'/v1/docs' if settings.docs else '/'}", flush=True)
    environment = {**os.environ, **settings.to_environment(), **_SILENT}
    return _become_server(settings, options.port, environment)


# A clinical service tells no one that it has started.
_SILENT = {"BENTOML_DO_NOT_TRACK": "True"}


def _settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """Read the settings; what was typed counts before what the environment says."""
    typed = {
        variable(each): getattr(options, each.name)
        for each in fields(Settings)
        if getattr(options, each.name, None)
    }
    model = environment.get("LORPREDICT_MODEL", "").strip() or _own_registry()
    return Settings.from_environment({**environment, "LORPREDICT_MODEL": model, **typed})


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
    """Open everything as a worker will; return settings that name the models' folder."""
    found = local(settings)
    premises = Premises(found, Desk())
    models = premises.load()
    columns_of(found)  # models that are whole may still contradict one another
    for alias, served in models.items():
        facts = served.model.facts
        print(f"{alias}: {facts.name}, {facts.family_label}, stage {facts.stage}")
    return found


def _become_server(settings: Settings, port: int, environment: Mapping[str, str]) -> NoReturn:
    """Hand this process over, so that a signal to it reaches the server."""
    os.chdir(ROOT)
    os.execve(sys.executable, _command(settings, port), environment)  # noqa: S606  our own program


def _command(settings: Settings, port: int) -> list[str]:
    return [
        sys.executable, "-m", "serving.supervisor", "serve", "serving.service:LorpredictService",
        "--host", settings.host, "--port", str(port), "--working-dir", str(ROOT),
    ]  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m serving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Every option is a variable of the environment too: --model is LORPREDICT_MODEL.",
    )
    parser.add_argument("--port", type=int, default=3001,
                        help="where to listen (default: %(default)s)")  # fmt: skip
    parser.add_argument("--allow-stage", dest="allow_stages", action=_Joined, metavar="STAGE",
                        help="serve models of this stage too: demo or exploratory "
                        "(default: candidate alone)")  # fmt: skip
    for each in fields(Settings):
        if each.name in (*_NOT_TOLD, *_REPEATED):
            continue
        option = f"--{each.name.replace('_', '-')}"
        meaning = _help(each)
        if each.name in _SWITCHES:
            parser.add_argument(option, help=meaning, action="store_const", const="on")
        else:
            parser.add_argument(option, help=meaning, metavar="VALUE")
    return parser


def _help(setting: Field[Any]) -> str:
    """Say what an option means, and what holds without it."""
    own = "mlflow.db of the folder it is started from" if setting.name == "model" else ""
    default = own or without_it(setting) or "none"
    return f"{setting.metadata['meaning']} (default: {default})".replace("%", "%%")


class _Joined(argparse.Action):
    """Gather what an option is given, however often it is written."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, value: object, option: object = None
    ) -> None:
        earlier = getattr(namespace, self.dest, None)
        setattr(namespace, self.dest, f"{earlier},{value}" if earlier else value)


if __name__ == "__main__":
    sys.exit(main())
