"""Everything that lorpredict refuses, one family.

Each error also is the built-in that it resembles, so ordinary Python code keeps working.

    LorpredictError
    ├── CatalogueError          (ValueError)  an entry of the catalogue contradicts itself
    ├── DesignError             (ValueError)  a model design that cannot be carried out
    │   ├── UnknownPredictor                  a name that the catalogue does not hold
    │   └── PredictorKnownLater               a predictor that is known only after the landmark
    ├── FaultsFound             (ValueError)  a table or a record with faults, all of them at once
    │   ├── CohortFaults
    │   └── RecordFaults
    ├── TooLittleData           (ValueError)  no events, no rows, nobody at risk
    ├── BeyondFollowUp          (ValueError)  a time with too few still at risk in training
    ├── OutsideStudy            (ValueError)  a patient whom a study did not let in
    ├── UnknownFamily           (ValueError)  a model family that is not there
    ├── TuningError             (ValueError)  settings that cannot be tuned as asked
    ├── NotFitted               (RuntimeError) a model asked before it has learnt
    ├── NotConverged            (RuntimeError) an estimate that was not found
    ├── UnsupportedModel        (TypeError)   a model that cannot be explained
    ├── NotInstalled            (ImportError) a library that only some commands need is absent
    └── DamagedModel            (ValueError)  a model folder that is not what was saved
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


class LorpredictError(Exception):
    """Root of the family."""


class CatalogueError(LorpredictError, ValueError):
    """An entry of the clinical catalogue contradicts itself or lacks its source."""


class DesignError(LorpredictError, ValueError):
    """A model design that cannot be carried out."""


class UnknownPredictor(DesignError):
    """A name that the catalogue does not hold."""


class PredictorKnownLater(DesignError):
    """A predictor that is known only after the landmark; using it would leak the future."""


class TooLittleData(LorpredictError, ValueError):
    """Nothing to learn from: no rows, no events, or nobody at risk."""


class BeyondFollowUp(LorpredictError, ValueError):
    """A time with too few children still at risk in training: refused, not extrapolated."""


class OutsideStudy(LorpredictError, ValueError):
    """A patient whom a study did not let in, so that it says nothing of that one."""


class UnknownFamily(LorpredictError, ValueError):
    """A model family that is not there."""


class TuningError(LorpredictError, ValueError):
    """Settings cannot be tuned as asked: no Optuna, or nowhere to keep its studies."""


class NotFitted(LorpredictError, RuntimeError):
    """A model that was asked before it has learnt."""


class NotConverged(LorpredictError, RuntimeError):
    """An estimate that was not found: told, and never replaced by a number that is none."""


class UnsupportedModel(LorpredictError, TypeError):
    """A model whose predictions cannot be explained exactly."""


class NotInstalled(LorpredictError, ImportError):
    """A library that only some commands need is not installed."""


class DamagedModel(LorpredictError, ValueError):
    """A model folder that is not what was saved."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a table or a record.

    The value is kept apart, since it belongs to a patient:
    ``without_value`` is what may leave the machine in an answer or a log.
    """

    column: str
    problem: str
    hint: str = ""
    row: int | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = f" in row {self.row}" if self.row is not None else ""
        value = f" is {self.value}" if self.value is not None else ""
        return f"{self.column}{value}{place}: {self._ending}"

    @property
    def without_value(self) -> str:
        """The fault as it may be told to another machine."""
        return f"{self.column}: {self._ending}"

    @property
    def _ending(self) -> str:
        return f"{self.problem}. {self.hint}" if self.hint else self.problem


_COLUMNS = ("row", "column", "value", "problem", "hint")
# A kind is told in full up to ten times, and less often where there are many kinds.
_SHOWN_OF_A_KIND = 10
_LINES = 50
_ROW = re.compile(r"\brow \d+")
_SEPARATORS = re.compile(r"[\s_-]+")


class FaultsFound(LorpredictError, ValueError):
    """A table or a record with faults; ``faults`` holds every one of them.

    The message tells the first of each kind and counts the others, in some fifty lines;
    :meth:`to_csv` writes them all.
    """

    def __init__(self, faults: Sequence[Fault], *, subject: str) -> None:
        self.faults = tuple(faults)
        self.subject = subject
        super().__init__(_faults_as_text(self.faults, subject))

    def rows(self) -> list[dict[str, str | int | None]]:
        """Return every fault as a row: ``row``, ``column``, ``value``, ``problem``, ``hint``.

        Row and value are None where a fault has none. Values belong to patients.
        """
        return [{name: getattr(fault, name) for name in _COLUMNS} for fault in self.faults]

    def to_csv(self, path: str | Path) -> Path:
        """Write every fault into a CSV file (UTF-8), one line each, and return its path.

        The file holds values of patients: keep it where the table is kept.
        """
        file = Path(path)
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, _COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows())
        return file


class CohortFaults(FaultsFound):
    """A cohort table with faults."""


class RecordFaults(FaultsFound):
    """One child's record with faults."""


def _faults_as_text(faults: Sequence[Fault], subject: str) -> str:
    """Tell the first faults of each kind in full and count the others."""
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        problem = _ROW.sub("another row", fault.problem)
        kinds.setdefault((fault.column, problem), []).append(fault)
    told = _within_lines(list(kinds.values()))
    return "\n".join(
        [f"{subject} has {counted(len(faults), 'fault')}:", *(f"  {line}" for line in told)]
    )


def _within_lines(kinds: Sequence[Sequence[Fault]]) -> list[str]:
    """Tell as many faults of each kind as fit, and every kind if that is possible."""
    for shown in range(_SHOWN_OF_A_KIND, 0, -1):
        told = [_of_one_kind(alike, shown) for alike in kinds]
        if sum(map(len, told)) <= _LINES:
            return [line for lines in told for line in lines]
    fitting = 0
    while sum(map(len, told[: fitting + 1])) < _LINES:
        fitting += 1
    rest = [fault for alike in kinds[fitting:] for fault in alike]
    columns = dict.fromkeys(fault.column for fault in rest)
    lines = [line for lines in told[:fitting] for line in lines]
    return [
        *lines,
        f"and {counted(len(rest), 'fault')} of other kinds, in {_first_few(list(columns))}",
    ]


def _of_one_kind(alike: Sequence[Fault], shown: int) -> list[str]:
    more = alike[shown:]
    # One more is told as shortly as it is counted.
    if len(more) <= 1:
        return [str(fault) for fault in alike]
    counted = f"{alike[0].column}: {len(more):,} more like this, up to row {more[-1].row}"
    return [*map(str, alike[:shown]), counted]


def _first_few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more columns" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: ``1 child``, ``1,000 faults``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def interval_text(low: float | None, high: float | None) -> str:
    """Return an interval as it is printed, empty where it is not known."""
    known = low is not None and high is not None and low == low and high == high
    return f"{low:.3f} to {high:.3f}" if known else ""


def capitalised(words: str) -> str:
    """Return words as a sentence begins; what stands large further on stays so."""
    return words[:1].upper() + words[1:]


def with_interval(value: float, low: float | None, high: float | None) -> str:
    """Return a figure with its interval: ``0.700 (0.600 to 0.800)``, or ``not defined``."""
    if not math.isfinite(value):
        return "not defined"
    ends = interval_text(low, high)
    return f"{value:.3f}" + (f" ({ends})" if ends else "")


def counted_children(number: int) -> str:
    """Return a number of children in words."""
    return counted(number, "child", "children")


def plain_name(name: str) -> str:
    """Write a name without capitals, blanks and hyphens."""
    return _SEPARATORS.sub("_", name.strip().lower())


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Name the nearest known names, or nothing; capitals, blanks and hyphens make no difference."""
    plain = {plain_name(each): each for each in reversed(known)}
    wanted = plain_name(name)
    if wanted in plain:
        return f"Did you mean {plain[wanted]}?"
    near = [plain[each] for each in get_close_matches(wanted, plain, n=3, cutoff=0.7)]
    return f"Did you mean {' or '.join(near)}?" if near else ""
