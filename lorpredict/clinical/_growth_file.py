"""A site's own growth tables, read from CSV, with every fault named at once."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lorpredict.errors import Fault, FaultsFound, did_you_mean

Floats = npt.NDArray[np.float64]
Key = tuple[str, str]

DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / 12
_AGES = {"age_days": 1.0, "age_months": DAYS_A_MONTH, "age_years": DAYS_A_YEAR}
_COLUMNS = ("name", "measure", "sex", "l", "m", "s")
_TABLES = (("bmi", "female"), ("bmi", "male"), ("height", "female"), ("height", "male"))
# House limits: they catch metres, percentages and ages in another unit, not odd children.
_OLDEST_YEARS = 25.0
_MEDIANS = {"bmi": (8.0, 40.0), "height": (30.0, 220.0)}
_LARGEST_GAP_YEARS = 1.003  # a year may have 366 days


@dataclass(frozen=True, eq=False)
class LmsTable:
    """L, M and S of one measure and one sex; arrays of shape (n_rows,), ages ascending."""

    age_days: Floats
    l: Floats  # noqa: E741  the field's name for it
    m: Floats
    s: Floats

    def at(self, age_days: Floats) -> tuple[Floats, Floats, Floats]:
        """Return L, M and S at each age, on straight lines between the rows; NaN outside."""
        l, m, s = (  # noqa: E741
            np.interp(age_days, self.age_days, column, left=np.nan, right=np.nan)
            for column in (self.l, self.m, self.s)
        )
        return l, m, s


@dataclass(frozen=True)
class _Row:
    number: int
    name: str
    key: Key
    age_days: float
    lms: tuple[float, float, float]


def read_lms(path: Path) -> tuple[str, dict[Key, LmsTable]]:
    """Return the name of a growth reference and its tables; see `GrowthReference.read`."""
    lines, age = _lines(path)
    faults: list[Fault] = []
    rows: list[_Row] = []
    for number, line in enumerate(lines, start=1):
        wrong = list(_faults_of_line(number, line, age))
        faults += wrong
        rows += [] if wrong else [_row(number, line, age)]
    faults += _faults_between(rows, complete=not faults)
    faults += _faults_of_absence({(line["measure"], line["sex"]) for line in lines})
    if faults:
        raise _refusal(path, sorted(faults, key=lambda fault: fault.row or 0))
    return rows[0].name, {key: _table([row for row in rows if row.key == key]) for key in _TABLES}


def _lines(path: Path) -> tuple[list[dict[str, str]], str]:
    """Return the lines by column, and which column is the age."""
    if not path.is_file():
        raise _refusal(path, [Fault(path.name, "no such file")])
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise _refusal(path, [Fault(path.name, "not UTF-8", "Save the file as UTF-8")]) from None
    reader = csv.DictReader(text.splitlines(), restkey="", restval="")
    header = list(reader.fieldnames or ())
    faults = list(_faults_of_header(header))
    if faults:
        raise _refusal(path, faults)
    age = next(column for column in header if column in _AGES)
    needed = (*_COLUMNS, age)
    return [{column: line[column].strip() for column in needed} for line in reader], age


def _refusal(path: Path, faults: Sequence[Fault]) -> FaultsFound:
    return FaultsFound(faults, subject=f"the growth reference {path.name}")


def _faults_of_header(header: Sequence[str]) -> Iterator[Fault]:
    if len(header) == 1 and ";" in header[0]:
        hint = "Save it with commas between the columns and a point as the decimal mark"
        yield Fault("table", "the columns seem to be separated by semicolons", hint)
        return
    for column in _COLUMNS:
        if column not in header:
            yield Fault(column, "the column is missing", did_you_mean(column, header))
        elif header.count(column) > 1:
            yield Fault(column, "the column stands more than once")
    ages = [column for column in header if column in _AGES]
    if len(ages) != 1:
        given = " and ".join(ages) or "none of them"
        yield Fault("age", f"expected one of {', '.join(_AGES)}; the file has {given}")


def _faults_of_line(number: int, line: Mapping[str, str], age: str) -> Iterator[Fault]:
    oldest = _OLDEST_YEARS * DAYS_A_YEAR / _AGES[age]
    low, high = _MEDIANS.get(line["measure"], (0.0, math.inf))
    checks = [
        ("name", line["name"] != "", "a name"),
        ("measure", line["measure"] in _MEDIANS, "one of bmi, height"),
        ("sex", line["sex"] in ("female", "male"), "one of female, male"),
        (age, 0 <= _number(line[age]) <= oldest, f"a number, 0 to {oldest:g}"),
        ("l", math.isfinite(_number(line["l"])), "a number"),
        ("m", low < _number(line["m"]) < high, f"a number above {low:g} and below {high:g}"),
        ("s", 0 < _number(line["s"]) < 1, "a number above 0 and below 1"),
    ]
    for column, good, expected in checks:
        if not good:
            yield Fault(column, f"expected {expected}", row=number, value=repr(line[column]))


def _row(number: int, line: Mapping[str, str], age: str) -> _Row:
    l, m, s = (float(line[column]) for column in "lms")  # noqa: E741
    days = float(line[age]) * _AGES[age]
    return _Row(number, line["name"], (line["measure"], line["sex"]), days, (l, m, s))


def _faults_between(rows: Sequence[_Row], *, complete: bool) -> Iterator[Fault]:
    """Name what is wrong with rows that are right one by one: names, order, gaps.

    A gap is told only where every row could be read and is in order: else it may be none.
    """
    for row in rows:
        if row.name != rows[0].name:
            expected = f"expected one name in all rows, {rows[0].name!r}"
            yield Fault("name", expected, row=row.number, value=repr(row.name))
    for measure, sex in _TABLES:
        of_table = [row for row in rows if row.key == (measure, sex)]
        steps = [
            (row, (row.age_days - before.age_days) / DAYS_A_YEAR)
            for before, row in pairwise(of_table)
        ]
        in_order = all(years > 0 for _, years in steps)
        for row, years in steps:
            if years <= 0:
                yield Fault("age", f"expected {measure} of {sex} by rising age", row=row.number)
            elif complete and in_order and years > _LARGEST_GAP_YEARS:
                problem = f"a gap of {years:.3g} years in {measure} of {sex}, at most 1 is bridged"
                yield Fault("age", problem, row=row.number)


def _faults_of_absence(keys: Set[Key]) -> Iterator[Fault]:
    for measure, sex in _TABLES:
        if (measure, sex) not in keys:
            yield Fault("table", f"no rows with {measure} of {sex}")


def _table(rows: Sequence[_Row]) -> LmsTable:
    return LmsTable(np.array([row.age_days for row in rows]), *np.array([r.lms for r in rows]).T)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
