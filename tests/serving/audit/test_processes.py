"""Several processes, and ends that nobody planned."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from scripts.postgresql import Cluster, throwaway_cluster
from serving.audit import AuditReader, AuditUnavailable, AuditWriter
from serving.audit.verification import verify

from .conftest import KEY, record

ROOT = Path(__file__).parents[3]

_PROGRAM = """
import asyncio, sys
from serving.audit import AuditKey, AuditRecord, AuditWriter

async def write(writer, who, number):
    for each in range(number):
        name = f"{who}-{each}"
        await writer.write(AuditRecord("answer", "/v1/predict", name, who, 200, 1.5))
        print(name, flush=True)

async def all_at_once(address, who, number, at_once):
    writer = AuditWriter(address, AuditKey(b"a key of more than thirty-two bytes"))
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(write(writer, f"{who}.{each}", number) for each in range(at_once)))
    writer.close()

address, who, number, at_once = sys.argv[1:]
asyncio.run(all_at_once(address, who, int(number), int(at_once)))
"""


def _process(address: str, who: str, number: int, at_once: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, address, who, str(number), str(at_once)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def _wait_until_ready(*processes: subprocess.Popen[str]) -> None:
    """Wait for all, then let all begin."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def _told(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=60)
    return output.splitlines()


def test_two_processes_at_once_write_one_chain_without_a_gap(address: str) -> None:
    processes = [_process(address, who, number=125, at_once=4) for who in ("one", "two")]
    _wait_until_ready(*processes)
    told = [_told(process) for process in processes]

    written = [each.request_id for each in AuditReader(address).records()]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(written) == sorted(told[0] + told[1])
    assert len(written) == 1000
    assert verify(address, KEY).is_whole
    assert verify(address, KEY).head.sequence == 1000
    who = [name.partition(".")[0] for name in written]
    assert sum(one != next_one for one, next_one in pairwise(who)) > 1, "they took turns"


@pytest.mark.parametrize("at_once", [1, 8])
def test_what_a_killed_process_has_acknowledged_is_there(address: str, at_once: int) -> None:
    process = _process(address, "killed", number=1_000_000, at_once=at_once)
    assert process.stdout is not None
    _wait_until_ready(process)
    acknowledged = [process.stdout.readline() for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    acknowledged += process.stdout.read().splitlines(keepends=True)
    process.wait()
    process.stdout.close()
    _let_go_of_input(process)

    told = {line.strip() for line in acknowledged if line.endswith("\n")}
    written = {each.request_id for each in AuditReader(address).records()}
    assert len(told) >= 200
    assert told <= written
    assert len(written) <= len(told) + at_once
    assert verify(address, KEY).is_whole


def _let_go_of_input(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()


@pytest.fixture
def cluster(postgresql: str) -> Iterator[Cluster]:
    with throwaway_cluster() as made:
        made.start()
        yield made


async def _write(writer: AuditWriter, number: int) -> bool:
    try:
        await writer.write(record(number))
    except AuditUnavailable:
        return False
    return True


def test_a_server_that_stops_refuses_and_works_again_once_it_is_back(cluster: Cluster) -> None:
    writer = AuditWriter(cluster.address, KEY)
    acknowledged = {number for number in range(5) if asyncio.run(_write(writer, number))}
    assert acknowledged == set(range(5))

    cluster.stop()
    began = time.monotonic()
    assert not asyncio.run(_write(writer, 5))
    assert not asyncio.run(_write(writer, 6))
    assert time.monotonic() - began < 2, "nobody waits for a server that is not there"

    cluster.start()
    assert asyncio.run(_write(writer, 7)), "the first write after it is back"
    writer.close()

    written = [each.request_id for each in AuditReader(cluster.address).records()]
    assert written == [f"request-{number}" for number in (*range(5), 7)]
    assert verify(cluster.address, KEY).is_whole


def test_a_server_that_was_started_anew_meanwhile_costs_no_answer(cluster: Cluster) -> None:
    writer = AuditWriter(cluster.address, KEY)
    assert asyncio.run(_write(writer, 1))
    cluster.stop()
    cluster.start()

    assert asyncio.run(_write(writer, 2))
    writer.close()


def test_a_server_that_stops_in_the_middle_loses_nothing_acknowledged(cluster: Cluster) -> None:
    process = _process(cluster.address, "many", number=1_000_000, at_once=4)
    assert process.stdout is not None
    _wait_until_ready(process)
    # A refused writer ends its program with an error: what it told before is what counts. On a
    # busy machine it may be refused before the server stops.
    told = [line for _ in range(200) if (line := process.stdout.readline().strip())]
    cluster.stop()
    output, _ = process.communicate(timeout=30)
    told += output.splitlines()
    cluster.start()

    assert told
    written = {each.request_id for each in AuditReader(cluster.address).records()}
    assert process.returncode == 1
    assert set(told) <= written
    assert verify(cluster.address, KEY).is_whole
