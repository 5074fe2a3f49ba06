"""A PostgreSQL server that is there for as long as it is needed.

python -m scripts.postgresql --install   installs Debian's package, where no server is found
python -m scripts.postgresql             starts a server, tells its address, stops it at Ctrl-C

Tests use ``throwaway_server()``. The server listens on 127.0.0.1 alone, on a port that was free,
and its data are gone with it. PostgreSQL refuses to run as root, so root starts it as the user
``postgres``, whom Debian's package makes, or as ``nobody``.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from scripts.debian import apt_get, as_root
from scripts.ports import free_port

_DEBIAN = Path("/usr/lib/postgresql")
_CLUSTERS = Path("/etc/postgresql-common/createcluster.conf")
_USER, _PASSWORD, _DATABASE = "lorpredict", "only-for-tests", "postgres"
_SECONDS_TO_START = 60
_SECONDS_TO_STOP = 30


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.postgresql", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install a server and end")
    if parser.parse_args(arguments).install:
        return _install()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with throwaway_server() as address, suppress(KeyboardInterrupt):
        print(address, flush=True)
        signal.pause()
    return 0


def server_programs() -> Path | None:
    """The folder of the newest server's programs, or None where there is no server."""
    found = [Path(name).resolve().parent for name in (shutil.which("postgres"),) if name]
    found += sorted(_DEBIAN.glob("*/bin"), key=_version, reverse=True)
    needed = ("initdb", "pg_isready", "postgres")
    complete = [folder for folder in found if all((folder / name).is_file() for name in needed)]
    return complete[0] if complete else None


def _version(programs: Path) -> int:
    name = programs.parent.name
    return int(name) if name.isdecimal() else 0


@contextmanager
def throwaway_server() -> Iterator[str]:
    """Start a server with an empty database, give its address, stop it and remove its data.

    Raises
    ------
    RuntimeError
        If there is no server here, or it does not start; with what it wrote.
    """
    with throwaway_cluster() as cluster:
        cluster.start()
        yield cluster.address


@contextmanager
def throwaway_cluster() -> Iterator[Cluster]:
    """Make a server that may be stopped and started again; raises as ``throwaway_server``."""
    programs = server_programs()
    if programs is None:
        raise RuntimeError("no PostgreSQL server here: python -m scripts.postgresql --install")
    folder = Path(tempfile.mkdtemp(prefix="lorpredict-postgresql-"))
    try:
        cluster = Cluster(programs, folder)
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)


class Cluster:
    """A PostgreSQL server with its data, always at the same address.

    Parameters
    ----------
    programs : folder of the server's programs
    folder : an empty one, which the server owns from then on
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._runs_as = _unprivileged(folder)
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"postgresql://{_USER}:{_PASSWORD}@127.0.0.1:{self._port}/{_DATABASE}"
        _make_cluster(programs, folder, self._runs_as)

    def start(self) -> None:
        """Start it, and wait until it can be asked.

        Raises
        ------
        RuntimeError
            If it does not start; with what it wrote.
        """
        log = self._folder / "server.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command(), cwd=self._folder, stdout=output, stderr=subprocess.STDOUT,
                **self._runs_as,
            )  # fmt: skip
        try:
            _wait_until_ready(self._programs, self._process, self._port, log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it if it runs; its data stay."""
        if self._process is not None:
            _stop(self._process)
            self._process = None

    def _command(self) -> list[str]:
        settings = {"unix_socket_directories": "", "fsync": "off", "timezone": "UTC"}
        command = [str(self._programs / "postgres"), "-D", str(self._folder / "data")]
        command += ["-h", "127.0.0.1", "-p", str(self._port)]
        return [*command, *(f"--{name}={value}" for name, value in settings.items())]


def _unprivileged(folder: Path) -> Mapping[str, Any]:
    """Say to subprocess as whom to run, and give the folder to that user."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}


def _make_cluster(programs: Path, folder: Path, runs_as: Mapping[str, Any]) -> None:
    password = folder / "password"
    password.write_text(f"{_PASSWORD}\n", "utf-8")
    command = [
        str(programs / "initdb"), "--pgdata", str(folder / "data"), "--username", _USER,
        "--pwfile", str(password), "--auth", "scram-sha-256", "--encoding", "UTF8",
        "--locale", "C", "--no-sync",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **runs_as)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")


def _wait_until_ready(
    programs: Path, process: subprocess.Popen[bytes], port: int, log: Path
) -> None:
    asked = [str(programs / "pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    last = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < last and process.poll() is None:
        if subprocess.run(asked, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text('utf-8', 'replace').strip()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: connections are closed
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _install() -> int:
    programs = server_programs()
    if programs is None:
        apt_get("update", "-qq")
        # First what makes clusters, so that it can be told to make and start none of its own.
        apt_get("install", "-y", "-qq", "--no-install-recommends", "postgresql-common")
        _make_no_cluster()
        apt_get("install", "-y", "-qq", "--no-install-recommends", "postgresql")
        programs = server_programs()
    print(f"PostgreSQL is in {programs}" if programs else "PostgreSQL could not be installed")
    return 0 if programs else 1


def _make_no_cluster() -> None:
    change = r"s/^#?\s*create_main_cluster.*$/create_main_cluster = false/"
    subprocess.run([*as_root(), "sed", "-ri", change, str(_CLUSTERS)], check=True)


if __name__ == "__main__":
    sys.exit(main())
