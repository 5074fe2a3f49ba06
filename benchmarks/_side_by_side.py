"""Two ways to the same numbers, timed in turns."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

_SECONDS_EACH = 6.0
_FEWEST, _MOST = 3, 51
_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Comparison:
    """What was asked, and the seconds that each side took.

    Parameters
    ----------
    what : what was asked
    peer : who else was asked
    ours, theirs : seconds of every repeat
    """

    what: str
    peer: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    def ratio(self, of: Callable[[Iterable[float]], float] = median) -> float:
        """How many times as long the peer took; ``of=min`` compares the fastest repeats."""
        return of(self.theirs) / of(self.ours)

    def __str__(self) -> str:
        return (
            f"{self.what}: {_told(median(self.ours))}, {self.peer} {_told(median(self.theirs))} "
            f"({self.ratio():.3g} times as long)"
        )


def side_by_side(
    what: str,
    peer: str,
    *,
    ours: Callable[[], Any],
    theirs: Callable[[], Any],
    check: Callable[[Any, Any], None],
) -> Comparison:
    """Ask both sides once and check their answers, then time them in turns.

    In turns, because a machine that slows down should slow both sides.
    """
    check(ours(), theirs())
    started = time.perf_counter()
    taken: list[tuple[float, float]] = []
    while len(taken) < _FEWEST or _may_go_on(len(taken), started):
        taken.append((_seconds(ours), _seconds(theirs)))
    mine, other = zip(*taken, strict=True)
    return Comparison(what, peer, mine, other)


def _may_go_on(done: int, started: float) -> bool:
    return done < _MOST and time.perf_counter() - started < _SECONDS_EACH


def _seconds(asked: Callable[[], Any]) -> float:
    started = time.perf_counter()
    asked()
    return time.perf_counter() - started


def table(comparisons: Iterable[Comparison]) -> str:
    """Medians and their ratio as a table in Markdown.

    The ratio of the fastest repeats stands beside it: other work on the machine, which hits
    long calls more often than short ones, hardly moves it.
    """
    head = "| what | lorpredict | peer | peer takes | times as long | fastest repeats | repeats |"
    rule = "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    return "\n".join([head, rule, *map(_row, comparisons)])


def _row(each: Comparison) -> str:
    ours, theirs = _told(median(each.ours)), _told(median(each.theirs))
    return (
        f"| {each.what} | {ours} | {each.peer} | {theirs} "
        f"| {each.ratio():.3g} | {each.ratio(min):.3g} | {len(each.ours)} |"
    )


def _told(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


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
