"""Work that is shared among workers, and taken up again where it was broken off."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from joblib import Memory, Parallel, delayed
from joblib.parallel import get_active_backend

Progress = Callable[[int, int], None]
# Backends that hand over nothing before all is done are given so much at once, to show progress.
_PORTION = 100


@dataclass(frozen=True)
class Job:
    """One piece of work.

    Parameters
    ----------
    key
        What it is, among all work on the same children under the same design.
    work
        Does it; everything random in it comes from a seed that it carries.
    """

    key: tuple[Any, ...]
    work: Callable[[], Any]


@dataclass(frozen=True)
class Checkpoints:
    """Where finished pieces of work are kept until all of it is done.

    What is kept are predictions by the position of a child in the table, and figures; no predictor
    and no identifier. A piece is written beside its place and moved there when it is whole, so one
    that was broken off leaves nothing.

    Parameters
    ----------
    folder
        One folder for every training; trainings of other children or another design do not meet.
    about
        Whatever the work depends on, as text: children, outcome, design, seed.
    """

    folder: Path
    about: str

    @cached_property
    def _place(self) -> Path:
        text = f"{self.about}\n{source_code()}"
        return self.folder / hashlib.sha256(text.encode()).hexdigest()

    def memory(self) -> Memory:
        """Return where pieces of this work are kept."""
        self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Memory(self._place, verbose=0)

    def discard(self) -> None:
        """Forget the work, once it is done."""
        shutil.rmtree(self._place)


def finished(
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoints: Checkpoints | None = None,
) -> list[Any]:
    """Do all jobs and return what they found, in their order.

    Parameters
    ----------
    workers
        Number of processes. Within ``joblib.parallel_config(backend=...)`` the work goes to that
        backend instead, which is asked for so many, or for all it has by -1: Dask, Ray and Spark
        have one.
    progress
        Called with the number of jobs done and the number of all.
    checkpoints
        Where finished jobs are kept; a job that is kept there is not done again.
    """
    done = []
    for number, result in enumerate(_in_order(jobs, workers, checkpoints), start=1):
        done.append(result)
        if progress is not None:
            progress(number, len(jobs))
    return done


def _in_order(jobs: Sequence[Job], workers: int, checkpoints: Checkpoints | None) -> Iterator[Any]:
    memory = checkpoints.memory() if checkpoints else Memory(None, verbose=0)
    kept = memory.cache(_done, ignore=["work"])
    calls = [delayed(kept)(job.key, job.work) for job in jobs]
    one_by_one = get_active_backend()[0].supports_return_generator
    portion = max(len(calls), 1) if one_by_one else _PORTION
    returned = "generator" if one_by_one else "list"
    for start in range(0, len(calls), portion):
        yield from Parallel(n_jobs=workers, return_as=returned)(calls[start : start + portion])


def _done(key: tuple[Any, ...], work: Callable[[], Any]) -> Any:  # noqa: ARG001  names what is kept
    return work()


@cache
def source_code() -> str:
    """Return a hash of lorpredict as it is: what another version found is not taken up."""
    found = hashlib.sha256()
    root = Path(str(files("lorpredict")))
    for file in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
        found.update(file.read_bytes())
    return found.hexdigest()
