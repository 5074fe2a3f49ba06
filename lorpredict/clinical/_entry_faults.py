"""What may be wrong with an entry of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lorpredict.clinical._names import name_faults
from lorpredict.clinical._units import is_unit

if TYPE_CHECKING:
    from lorpredict.clinical._predictor import Predictor

_TRANSFORMS = frozenset({"identity", "log1p"})


def entry_faults(predictor: Predictor) -> Iterator[str]:
    """All that is wrong with an entry, decided here and told by the caller."""
    yield from name_faults(predictor.key)
    checks = [
        (predictor.source.strip() == "", "no source"),
        (bool(predictor.other_units) and predictor.stem is None, "other units need a stem"),
        (predictor.stem is not None and not predictor.key.startswith(predictor.stem + "_"),
         f"stem {predictor.stem!r} does not begin the key"),
        (predictor.is_category and len(predictor.levels) < 2, "fewer than two levels"),
        (not predictor.is_category and bool(predictor.levels), "levels without category"),
        (len(set(predictor.values)) < len(predictor.levels), "a level twice"),
        (predictor.missing not in ("allowed", "refused"), f"unknown rule {predictor.missing!r}"),
        ((predictor.published_cut is None) != (predictor.published_cut_source is None),
         "a published cut and its source go together"),
    ]  # fmt: skip
    yield from (message for wrong, message in checks if wrong)
    yield from _faults_of_scale(predictor)


def _faults_of_scale(predictor: Predictor) -> Iterator[str]:
    """What is wrong with range, transform and units."""
    number, transform = predictor.is_number, predictor.transform
    low, high = predictor.plausible or (0.0, 1.0)
    checks = [
        (number and predictor.unit is None, "a number needs a unit (1 for none)"),
        (number and predictor.plausible is None, "a number needs a plausible range"),
        (predictor.plausible is not None and not predictor.plausible_source,
         "a plausible range needs its own source"),
        (not low < high, f"empty range {low:g} to {high:g}"),
        (transform not in _TRANSFORMS, f"unknown transform {transform!r}"),
        (transform == "log1p" and low < 0,
         f"log1p needs a plausible range from 0, this one begins at {low:g}"),
    ]  # fmt: skip
    yield from (message for wrong, message in checks if wrong)
    for unit in filter(None, (predictor.unit, *(o.unit for o in predictor.other_units))):
        if not is_unit(unit):
            yield f"unknown unit {unit!r}; a unit that UCUM does not know stands in braces"
    for other in predictor.other_units:
        if other.factor <= 0:
            yield f"factor of {other.unit} is not positive"
