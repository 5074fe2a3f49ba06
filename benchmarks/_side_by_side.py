"""Two ways to the same numbers, timed in turns."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

_SECONDS_EACH = 6.0
_SECONDS_A_TURN = 0.05
_FEWEST, _MOST = 3, 21
_CPUINFO = Path("/proc/cpuinfo")


class Taken(NamedTuple):
    """Seconds of one call: on the clock, and of the processor, all threads together."""

    wall: float
    cpu: float

    @classmethod
    def median_of(cls, taken: Sequence[Taken], rows: int = 1) -> Taken:
        """Medians, for one of so many rows."""
        return cls(*(median(each) / rows for each in zip(*taken, strict=True)))


@dataclass(frozen=True)
class Comparison:
    """What was asked, and what it took each side.

    Parameters
    ----------
    what : what was asked
    peer : who else was asked
    ours, theirs : every repeat
    rows : how many rows each call was about; what is told is told for one of them
    """

    what: str
    peer: str
    ours: tuple[Taken, ...]
    theirs: tuple[Taken, ...]
    rows: int = 1

    @property
    def our_row(self) -> Taken:
        """Medians for a row."""
        return Taken.median_of(self.ours, self.rows)

    @property
    def their_row(self) -> Taken:
        """Medians for a row."""
        return Taken.median_of(self.theirs, self.rows)

    def ratio(self, of: Callable[[Iterable[float]], float] = median) -> float:
        """How many times as long the peer took; ``of=min`` compares the fastest repeats."""
        return of(each.wall for each in self.theirs) / of(each.wall for each in self.ours)

    @property
    def cpu_ratio(self) -> float:
        """How many times as much of the processor the peer took, by the medians."""
        return self.their_row.cpu / self.our_row.cpu

    def __str__(self) -> str:
        return (
            f"{self.what}: {told(self.our_row.wall)}, {self.peer} {told(self.their_row.wall)} "
            f"({times(self.ratio())} times as long, {times(self.cpu_ratio)} times the CPU)"
        )


def side_by_side(
    what: str,
    peer: str,
    *,
    ours: Callable[[], Any],
    theirs: Callable[[], Any],
    check: Callable[[Any, Any], None],
    rows: int = 1,
) -> Comparison:
    """Ask both sides once and check their answers, then time them in turns.

    In turns, because a machine that slows down should slow both sides. In its turn a quick side
    is asked again and again, or it would always find the caches as the slow one left them.
    """
    check(ours(), theirs())
    mine, other = in_turns(ours, theirs)
    return Comparison(what, peer, tuple(mine), tuple(other), rows)


def in_turns(*asked: Callable[[], Any]) -> list[list[Taken]]:
    """Time several calls in turns; for each of them every repeat."""
    for ask in asked:
        ask()
    started = time.perf_counter()
    taken: list[list[Taken]] = [[] for _ in asked]
    turns = 0
    while turns < _FEWEST or _may_go_on(turns, started):
        for each, ask in zip(taken, asked, strict=True):
            each += _turn(ask)
        turns += 1
    return taken


def _may_go_on(done: int, started: float) -> bool:
    return done < _MOST and time.perf_counter() - started < _SECONDS_EACH


def _turn(asked: Callable[[], Any]) -> list[Taken]:
    started = time.perf_counter()
    taken = [timed(asked)]
    while time.perf_counter() - started < _SECONDS_A_TURN:
        taken.append(timed(asked))
    return taken


def timed(asked: Callable[[], Any]) -> Taken:
    """Ask once."""
    cpu, wall = time.process_time(), time.perf_counter()
    asked()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def one_thread() -> AbstractContextManager[object]:
    """Make the machine look as if it had one core; what asks for more threads gets one."""
    return patch("os.cpu_count", return_value=1)


def table(comparisons: Iterable[Comparison]) -> str:
    """Medians and their ratios as a table in Markdown.

    The ratio of the fastest repeats stands beside them: other work on the machine, which hits
    long calls more often than short ones, hardly moves it.
    """
    head = (
        "| what | lorpredict | CPU | peer | peer takes | CPU "
        "| times as long | times the CPU | fastest repeats | repeats |"
    )
    rule = "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    return "\n".join([head, rule, *map(_row, comparisons)])


def _row(each: Comparison) -> str:
    ours, theirs = each.our_row, each.their_row
    return (
        f"| {each.what} | {told(ours.wall)} | {told(ours.cpu)} "
        f"| {each.peer} | {told(theirs.wall)} | {told(theirs.cpu)} "
        f"| {times(each.ratio())} | {times(each.cpu_ratio)} | {times(each.ratio(min))} "
        f"| {len(each.ours):,} and {len(each.theirs):,} |"
    )


def told(seconds: float) -> str:
    """Tell seconds to three digits, in milliseconds below one."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def times(ratio: float) -> str:
    """Tell a ratio to three digits."""
    return f"{float(f'{ratio:.3g}'):,.9g}"


def machine(packages: Sequence[str]) -> str:
    """Where it was measured: processor, cores, Python and the versions of packages."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    cores = f"{os.cpu_count()} cores"
    load = f"load {os.getloadavg()[0]:.1f} at the end"
    return f"{_processor()}, {cores}, {load}; Python {platform.python_version()}; {versions}"


def _processor() -> str:
    lines = _CPUINFO.read_text("utf-8").splitlines() if _CPUINFO.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
