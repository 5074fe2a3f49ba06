"""The cells of the study, and the cohorts of a cell that are done already."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed
from rich.progress import track

from lorpredict.evaluation._running import source_code

RESULTS = Path(__file__).parents[1] / "results" / "study"
Row = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """Many cohorts of one kind, judged in one way.

    Parameters
    ----------
    part
        The file that its lines stand in.
    about
        What sets it apart from the other cells of its part, as it stands in each line.
    cohorts
        How many.
    judge
        From the number of a cohort to what was found.
    """

    part: str
    about: Mapping[str, Any]
    cohorts: int
    judge: Callable[[int], Row]

    def done(self) -> list[Row]:
        """Return the lines of this cell, in the order of the cohorts."""
        found = [row for row in lines(self.part) if self.about.items() <= row.items()]
        return sorted(found, key=lambda row: row["cohort"])[: self.cohorts]

    def run(self) -> None:
        """Judge the cohorts that are not done, each on a line of its own."""
        have = {row["cohort"] for row in self.done()}
        todo = [number for number in range(self.cohorts) if number not in have]
        jobs = (delayed(self._judged)(number) for number in todo)
        workers = os.cpu_count() or 1
        results = Parallel(n_jobs=workers, return_as="generator_unordered")(jobs)
        told = ", ".join(f"{value}" for value in self.about.values())
        for row in track(results, f"{self.part}: {told}", total=len(todo)):
            _append(self.part, row)

    def _judged(self, number: int) -> Row:
        judged = self.judge(number)
        return {**self.about, "cohort": number, "code": source_code()[:8], **judged}


def by_size(
    part: str,
    scenario: str,
    sizes: Mapping[str, Mapping[int, int]],
    judge: Callable[[str, str, int, int], Row],
) -> list[Cell]:
    """Return a cell for each family and number of children of a scenario, the quick ones first.

    Parameters
    ----------
    sizes
        Family -> number of children -> how many cohorts.
    judge
        From scenario, family, number of children and number of the cohort to what was found.
    """
    asked = sorted((n, name) for name, of_family in sizes.items() for n in of_family)
    return [
        Cell(
            part,
            {"scenario": scenario, "family": name, "children": n},
            sizes[name][n],
            partial(judge, scenario, name, n),
        )
        for n, name in asked
    ]


def lines(part: str) -> list[Row]:
    """Return every line of a part."""
    return list(_read(RESULTS / f"{part}.jsonl"))


def _read(file: Path) -> Iterator[Row]:
    if file.exists():
        for line in file.read_text("utf-8").splitlines():
            yield json.loads(line)


def _append(part: str, row: Row) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / f"{part}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
