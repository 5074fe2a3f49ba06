"""What the service does when it is hurt: workers killed, its database stopped, minutes of load.

- `kill -9` of one of two workers under load, twenty times: every answer that a client received
  is in the audit, its chain verifies, and nothing fails but the requests that the worker held.
- PostgreSQL stopped and started under load: 503 with Retry-After, then answers again, and every
  answer that a client received is in the audit.
- Five minutes at half of full speed: no error, and the memory stays where it was.
"""

from __future__ import annotations

import base64
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks._load import Load, load, request_bytes
from benchmarks._servers import Running, ours
from benchmarks._side_by_side import machine
from benchmarks.service import CHILD, PACKAGES, trained
from scripts.postgresql import throwaway_cluster
from serving.audit import AuditReader, read_key
from serving.audit.verification import Verdict, verify

RESULT = Path(__file__).parent / "results" / "service_faults.md"
REQUEST = request_bytes("/v1/explain", {"record": CHILD})
CONNECTIONS = 8
KILLS = 20
SECONDS_DOWN = 5.0
SOAK_SECONDS, SOAK_PARTS = 300.0, 10
_LONGEST_RETURN = 60.0


def main() -> None:
    """Hurt it in all three ways, write what happened."""
    with tempfile.TemporaryDirectory() as told:
        place = Path(told)
        folder = trained(place)
        lines = ["# The service when it is hurt", "", (__doc__ or "").strip(), ""]
        for part in (_killed, _stopped, _soaked):
            lines += [*part(folder, place), ""]
            print("\n".join(lines[-4:]), flush=True)
    lines += [f"Measured on {machine(PACKAGES)}. `python -m benchmarks.service_faults`", ""]
    RESULT.write_text("\n".join(lines), "utf-8")


# ---- workers ------------------------------------------------------------------------------------


def _killed(folder: Path, place: Path) -> Iterator[str]:
    key, address = _key(place / "killed.key"), f"sqlite:///{place / 'killed.db'}"
    options = ("--audit", address, "--audit-key", str(key), "--workers", "2")
    with ours(folder, place, *options) as server:
        _wait_for_two(server)
        with _under_load(server) as loads:
            back = [_kill(server, number) for number in range(KILLS)]
            time.sleep(2)
    (told,) = loads
    verdict = _all_on_record(told, address, key)
    assert set(told.statuses) == {200}, told.statuses
    assert len(told.broken) <= KILLS * CONNECTIONS
    yield from ("## Workers killed", "")
    yield (
        f"{KILLS} kills in {told.seconds:.0f} s under load of {CONNECTIONS} connections: "
        f"{told.statuses[200]:,} answers, none with another status than 200, all on record; the "
        f"chain of {verdict.records:,} records is whole. {len(told.broken)} requests were cut off "
        f"with the workers that held them, {len(told.broken) / KILLS:.1f} a kill. "
        f"A killed worker answered again after {median(back):.1f} s (longest {max(back):.1f} s); "
        f"the whole server takes {server.seconds_to_ready:.1f} s to its first answer."
    )


def _kill(server: Running, number: int) -> float:
    """Kill one of the two; return the seconds until there are two again."""
    time.sleep(1)
    workers = server.workers()
    begun = time.perf_counter()
    workers[number % 2].kill()
    _wait_for_two(server, not_any_more=workers[number % 2].pid)
    return time.perf_counter() - begun


def _wait_for_two(server: Running, not_any_more: int = 0) -> None:
    """A worker is there once it has said that it begins."""
    last = time.monotonic() + _LONGEST_RETURN
    while time.monotonic() < last:
        pids = {each.pid for each in server.workers()} - {not_any_more}
        if len(pids & server.begun()) == 2:
            return
        time.sleep(0.05)
    raise RuntimeError("the second worker did not come back")


# ---- the database -------------------------------------------------------------------------------


def _stopped(folder: Path, place: Path) -> Iterator[str]:
    key = _key(place / "stopped.key")
    with throwaway_cluster() as database:
        database.start()
        options = ("--audit", database.address, "--audit-key", str(key))
        with ours(folder, place, *options) as server, _under_load(server) as loads:
            time.sleep(4)
            down = time.perf_counter()
            database.stop()
            time.sleep(SECONDS_DOWN)
            database.start()
            up = time.perf_counter()
            time.sleep(4)
        (told,) = loads
        _all_on_record(told, database.address, key)
    refused = [when for when, status, later in told.told_when if status == 503 and later]
    assert set(told.statuses) == {200, 503}, told.statuses
    assert len(refused) == told.statuses[503]
    assert not told.broken
    first, last = min(refused) + told.begun - down, max(refused) + told.begun - up
    yield from ("## The database of the audit stopped", "")
    yield (
        f"Down for {up - down:.1f} s: {told.statuses[503]:,} requests refused with 503 and "
        f"Retry-After, the first {first:.2f} s after the stop began, the last {last:+.2f} s from "
        f"the end of the start; {told.statuses[200]:,} answers before and after, all on record; "
        "no connection was cut."
    )


# ---- minutes ------------------------------------------------------------------------------------


def _soaked(folder: Path, place: Path) -> Iterator[str]:
    address = f"sqlite:///{place / 'soaked.db'}"
    with ours(folder, place, "--audit", address) as server:
        load(server.port, REQUEST, connections=CONNECTIONS, seconds=10)
        full = load(server.port, REQUEST, connections=CONNECTIONS, seconds=10).per_second
        told, megabytes = [], []
        for _ in range(SOAK_PARTS):
            seconds = SOAK_SECONDS / SOAK_PARTS
            told.append(
                load(
                    server.port, REQUEST, connections=CONNECTIONS, seconds=seconds,
                    per_second=full / 2,
                )
            )  # fmt: skip
            megabytes.append(server.workers()[0].memory_info().rss / 2**20)
    answers = sum(each.statuses[200] for each in told)
    failed = sum(each.failed for each in told)
    growth = megabytes[-1] / megabytes[0] - 1
    assert failed == 0, told
    yield from ("## Five minutes at half of full speed", "")
    yield (
        f"{answers:,} answers in {SOAK_SECONDS:.0f} s ({answers / SOAK_SECONDS:.0f} a second), "
        f"{failed} failed. Resident memory {megabytes[0]:.0f} MiB after the first half minute, "
        f"{megabytes[-1]:.0f} MiB at the end ({100 * growth:+.1f} %; asked: within 5 %). "
        f"p50 {median(each.quantile_ms(0.5) for each in told):.1f} ms, "
        f"p99 {median(each.quantile_ms(0.99) for each in told):.1f} ms."
    )


# ---- what they share ----------------------------------------------------------------------------


@contextmanager
def _under_load(server: Running) -> Iterator[list[Load]]:
    """Ask at full speed meanwhile; what happened is in the list afterwards."""
    loads: list[Load] = []
    stop = threading.Event()

    def ask() -> None:
        loads.append(load(server.port, REQUEST, connections=CONNECTIONS, stop=stop))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield loads
    finally:
        stop.set()
        asking.join()


def _all_on_record(told: Load, address: str, key: Path) -> Verdict:
    kept = {each.request_id for each in AuditReader(address).records()}
    lost = set(told.request_ids) - kept
    assert told.request_ids
    assert not lost, f"{len(lost)} of {len(told.request_ids)} answers are not on record"
    verdict = verify(address, read_key(key))
    assert verdict.is_whole, verdict.fault
    return verdict


def _key(file: Path) -> Path:
    file.touch(mode=0o600)
    file.write_bytes(base64.b64encode(secrets.token_bytes(32)))
    return file


if __name__ == "__main__":
    main()
