"""What can be computed from other values of the same record, and what must agree with it.

A derived value fills in only where none was given; where one was given it is checked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

import numpy as np

from lorpredict.clinical._activity import ActivityDefinition, definitions
from lorpredict.clinical._catalogue import catalogue
from lorpredict.clinical._rules import (
    Contradiction,
    Derivation,
    Record,
    Values,
    anywhere,
    faults_of_columns,
    faults_of_record,
    is_missing,
    values_of_record,
)
from lorpredict.errors import Fault

if TYPE_CHECKING:
    from lorpredict.clinical._growth import GrowthReference

__all__ = [
    "DERIVATIONS",
    "Record",
    "contradictions",
    "contradictions_of_columns",
    "derive",
    "derived_columns",
    "is_missing",
    "limit_contradictions",
    "values_of_record",
]

# Ages are written to a tenth of a year or finer, so a difference of two can be off by 0.1 years.
_DURATION_ROUNDING_MONTHS = 1.3
# A value below the limit of quantification enters at half the limit (Beal 2001, method M5).
_SHARE_OF_LIMIT = 0.5
# House limit: references differ by about 0.1 SD, and from 2 years of age rounding (weight to the
# kilogram, height to the centimetre, age to a tenth of a year) moves a z-score by less than this.
# What is further off is a slip of the pen: a lost sign, another child's height.
_Z_TOLERANCE_SD = 1.0
_HEIGHT_SOURCES = ("height_cm", "age_years", "sex")
_BMI_SOURCES = ("weight_kg", *_HEIGHT_SOURCES)


def derive(
    record: Record,
    *,
    growth_reference: GrowthReference | None = None,
    values: Values | None = None,
) -> dict[str, Any]:
    """Fill in what can be computed where nothing was given; ``values`` are those of the record."""
    columns = derived_columns(values or values_of_record(record, growth_reference))
    return {**record, **{key: column.item() for key, column in columns.items()}}


def derived_columns(values: Values) -> dict[str, Any]:
    """Return the columns into which something was computed, given values and computed ones.

    Parameters
    ----------
    values
        Of a table or of one record.

    Returns
    -------
    dict
        Column -> array of shape (n_rows,), without one for a record.
    """
    filled = {each.key: each.filled(values) for each in DERIVATIONS}
    return {key: column for key, column in filled.items() if column is not None}


def contradictions(
    record: Record,
    *,
    row: int | None = None,
    growth_reference: GrowthReference | None = None,
    values: Values | None = None,
) -> list[Fault]:
    """Name every pair of values in a record that cannot both be true; arguments as in `derive`."""
    rules = (rule for rule in _RULES if rule.column in record)
    return list(faults_of_record(rules, values or values_of_record(record, growth_reference), row))


def contradictions_of_columns(values: Values) -> list[Fault]:
    """Name every pair of values in a table that cannot both be true; the first row is 1."""
    return list(faults_of_columns(_RULES, values))


def _duration(values: Values) -> Any:
    return (values["age_years"] - values["onset_age_years"]) * 12


def _trough(values: Values) -> Any:
    below = values["trough_week14_below_loq"] == 1
    return np.where(below, values["trough_week14_loq_ug_ml"] * _SHARE_OF_LIMIT, np.nan)


def _bmi_z(values: Values) -> Any:
    return _by_growth_reference(
        values,
        _BMI_SOURCES,
        lambda reference, is_male: reference.bmi_z(
            values["weight_kg"], values["height_cm"], values["age_years"], is_male
        ),
    )


def _height_z(values: Values) -> Any:
    return _by_growth_reference(
        values,
        _HEIGHT_SOURCES,
        lambda reference, is_male: reference.height_z(
            values["height_cm"], values["age_years"], is_male
        ),
    )


def _by_growth_reference(
    values: Values, sources: tuple[str, ...], ask: Callable[[GrowthReference, Any], Any]
) -> Any:
    """Compute a z-score where it can be, and where the row names no other reference."""
    if not anywhere(values.given(*sources)):
        return math.nan  # the tables stay unread
    named = values["growth_reference"]
    ours = (named != named) | (named == values.growth_reference.name)
    z = ask(values.growth_reference, values["sex"] == "male")
    return np.where(values.given(*sources) & ours, z, np.nan)


_DURATION = Derivation(
    "disease_duration_months",
    ("age_years", "onset_age_years"),
    _duration,
    "age minus onset age",
    _DURATION_ROUNDING_MONTHS,
)
_BMI_Z = Derivation("bmi_z", _BMI_SOURCES, _bmi_z, "weight, height, age and sex", _Z_TOLERANCE_SD)
_HEIGHT_Z = Derivation(
    "height_z", _HEIGHT_SOURCES, _height_z, "height, age and sex", _Z_TOLERANCE_SD
)
_TROUGH = Derivation(
    "trough_week14_ug_ml",
    ("trough_week14_below_loq", "trough_week14_loq_ug_ml"),
    _trough,
    "half the limit of quantification",
)


def _growth_reference(values: Values) -> Any:
    """Name the tables behind a computed z-score, and which score, if the other was given."""
    if not anywhere(values.given(*_HEIGHT_SOURCES)):
        return math.nan
    bmi_given, height_given = values.given("bmi_z"), values.given("height_z")
    bmi = np.isfinite(np.where(bmi_given, np.nan, values.computed(_BMI_Z)))
    height = np.isfinite(np.where(height_given, np.nan, values.computed(_HEIGHT_Z)))
    name = values.growth_reference.name
    names = np.where(bmi & height_given, f"{name} (bmi_z)", name)
    names = np.where(height & bmi_given, f"{name} (height_z)", names).astype(object)
    return np.where(bmi | height, names, np.nan)


_NAMED_REFERENCE = Derivation(
    "growth_reference", _BMI_SOURCES, _growth_reference, "the tables of the z-scores"
)
DERIVATIONS = (_DURATION, _NAMED_REFERENCE, _BMI_Z, _HEIGHT_Z, _TROUGH)


def _implausible(column: str, derived: Derivation) -> Contradiction:
    """Measures that are plausible each alone, and together those of no child."""

    def where(values: Values) -> Any:
        given, computed = values[derived.key], values.computed(derived)
        low, high = catalogue()[derived.key].plausible or (-math.inf, math.inf)
        return (given != given) & ((computed < low) | (computed > high))

    def told(values: Values) -> str:
        unit = catalogue()[column].readable_unit
        computed = float(values.computed(derived))
        return f"{values[column]:g} {unit} (computed {derived.key}: {computed:.1f})"

    hint = f"Check {', '.join(derived.sources)}"
    return Contradiction(column, f"gives an implausible {derived.key}", where, told, hint)


def _onset_after_age(values: Values) -> Any:
    return values["onset_age_years"] > values["age_years"]


def _lor_free_after_end(values: Values) -> Any:
    return values["last_lor_free_days"] > values["follow_up_days"]


def limit_contradictions(
    noun: str, value: str, below: str, limit: str
) -> tuple[Contradiction, Contradiction]:
    """Name a level below a limit that is not given, and one above the limit that it is below.

    Parameters
    ----------
    noun
        What was measured, in words.
    value, below, limit
        The columns of the level, of its being below the limit of quantification, of the limit.
    """

    def is_unknown(values: Values) -> Any:
        nothing = (values[limit] != values[limit]) & (values[value] != values[value])
        return (values[below] == 1) & nothing

    unknown = Contradiction(
        below,
        f"the {noun} is below a limit that is not given",
        is_unknown,
        lambda _: None,
        f"Give {limit}",
    )
    above = Contradiction(
        value,
        "said to be below the limit of quantification, but lies above it",
        lambda values: (values[below] == 1) & (values[value] > values[limit]),
        lambda values: f"{values[value]:g} µg/mL (limit: {values[limit]:g})",
    )
    return unknown, above


def _remission_by_no_definition(values: Values) -> Any:
    """Remission that no named definition sees; which one counts is the design's to say."""
    both = values.given("remission_week14", "pcdai_week14")
    if not anywhere(both):
        return False
    given, pcdai = values["remission_week14"], values["pcdai_week14"]
    return reduce(and_, (_holds(each, pcdai) != given for each in definitions("remission")), both)


def _holds(rule: ActivityDefinition, index: Any) -> Any:
    """Judge an index by a rule; in a column each value once, since there are few of them."""
    if not isinstance(index, np.ndarray):
        return rule.holds(index)
    distinct, places = np.unique(index, return_inverse=True)
    return np.array([rule.holds(value) for value in distinct])[places]


def _said_and_scored(values: Values) -> str:
    said = "true" if values["remission_week14"] == 1 else "false"
    return f"{said} (pcdai_week14: {values['pcdai_week14']:g})"


def _disagreeing(derived: Derivation) -> Contradiction:
    """A given value far from the computed one; a z-score may be that of other growth tables."""
    told = derived.contradiction
    if derived not in (_BMI_Z, _HEIGHT_Z):
        return told
    way_out = "or name the tables in growth_reference where it is not WHO's"
    return replace(told, hint=f"{told.hint}; {way_out}")


_RULES = (
    *(_disagreeing(each) for each in DERIVATIONS if each.tolerance is not None),
    _implausible("weight_kg", _BMI_Z),
    _implausible("height_cm", _HEIGHT_Z),
    Contradiction(
        "onset_age_years",
        "expected at most age_years",
        _onset_after_age,
        lambda v: f"{v['onset_age_years']:g} years (age_years: {v['age_years']:g})",
    ),
    Contradiction(
        "last_lor_free_days",
        "expected at most follow_up_days",
        _lor_free_after_end,
        lambda v: f"{v['last_lor_free_days']:g} days (follow_up_days: {v['follow_up_days']:g})",
    ),
    *limit_contradictions(
        "trough", "trough_week14_ug_ml", "trough_week14_below_loq", "trough_week14_loq_ug_ml"
    ),
    Contradiction(
        "remission_week14",
        "contradicts every named definition of remission",
        _remission_by_no_definition,
        _said_and_scored,
        "Check pcdai_week14",
    ),
)
