"""The columns of a table of activity items, made from ``activity.toml``: the items, once told.

An item has a column for its points, called as the item is (``albumin``), and one for each value
from which it can be scored, called by its unit (``albumin_g_l``). A bare name is points here, while
in the cohort table it would be a quantity whose unit is not stated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial, reduce
from operator import or_
from types import MappingProxyType
from typing import Any

from lorpredict.clinical._activity import activity_content
from lorpredict.clinical._catalogue import Catalogue, catalogue
from lorpredict.clinical._indices import ActivityIndex, activity_index
from lorpredict.clinical._items import VISITS, ActivityItem, Measure
from lorpredict.clinical._predictor import Kind, Known, Level, Predictor
from lorpredict.clinical._rules import Contradiction, Values
from lorpredict.errors import CatalogueError, capitalised

# UCUM has a sign for these; a unit that it does not know, such as SD, stands in braces.
_IN_UCUM = frozenset({"%", "mm/h", "g/L"})


@cache
def activity_catalogue(index: str = "pcdai") -> Catalogue:
    """Return the columns of a table of the items of an index.

    Parameters
    ----------
    index
        ``pcdai`` or ``wpcdai``: points are those of one index.

    Raises
    ------
    CatalogueError
        If no index is called so, or its points have uneven steps.

    Examples
    --------
    >>> known = activity_catalogue("pcdai")
    >>> known["albumin"].expected, known["albumin_g_l"].expected
    ('0 to 10 in steps of 5', '10 to 60 g/L')
    """
    of = activity_index(index)
    columns = {each.key: each for each in _columns(of)}
    return Catalogue(activity_content()["version"], MappingProxyType(columns))


def activity_contradictions(index: ActivityIndex) -> Iterator[Contradiction]:
    """What cannot be true of one row: an item given twice, a value of the other visit."""
    for item in index.items:
        if item.measures:
            yield Contradiction(
                item.name,
                "given more than once",
                partial(_is_given_twice, item),
                lambda _: None,
                f"Give one of {', '.join(item.names)}",
            )
        for measure in item.measures:
            yield Contradiction(
                measure.name,
                f"only for {', '.join(measure.visits)}",
                partial(_is_of_another_visit, measure),
                partial(_told, measure),
            )


def _columns(index: ActivityIndex) -> Iterator[Predictor]:
    yield replace(
        catalogue()["patient_id"],
        description="The child's pseudonym, as it stands in the cohort table.",
        source="lorpredict activity table",
    )
    yield Predictor(
        key="visit",
        label="Visit",
        description="When the index was scored: before the first infusion, or at the fourth.",
        kind=Kind.CATEGORY,
        known=Known.IDENTITY,
        source="lorpredict activity table",
        levels=tuple(Level(visit, visit.replace("_", " ")) for visit in VISITS),
        ordered=True,
        missing="refused",
        missing_means="the items have no time",
    )
    for item in index.items:
        yield column_of_points(index, item)
        for measure in item.measures:
            yield _column_of_values(index, item, measure)


def column_of_points(index: ActivityIndex, item: ActivityItem) -> Predictor:
    """Return the column of an item's points, which takes these points and no others.

    Raises
    ------
    CatalogueError
        If the points have uneven steps, which a column cannot say.
    """
    lowest, *_, highest = item.points
    step = (highest - lowest) / (len(item.points) - 1)
    if any(each != lowest + place * step for place, each in enumerate(item.points)):
        raise CatalogueError(f"item {item.name}: a column of points needs even steps")
    told = f"Points of the {index.label}. {item.note}"
    return Predictor(
        key=item.name,
        label=item.label.capitalize(),
        description=told.strip(),
        kind=Kind.NUMBER,
        known=Known.LATER,  # as an item nothing predicts; the index does
        source=index.source,
        unit="{score}",
        plausible=(lowest, highest),
        plausible_source=index.source,
        step=step,
        missing_means="not recorded: the index has no score then",
    )


def _column_of_values(index: ActivityIndex, item: ActivityItem, measure: Measure) -> Predictor:
    visits = [visit.replace("_", " ") for visit in measure.visits]
    described: dict[str, Any] = {
        "label": f"{capitalised(item.label)} in {measure.unit}",
        "description": f"Scored by its bands, for {' and '.join(visits)}. {item.note}".strip(),
        "known": Known.LATER,
        "missing_means": "not measured, or given as points",
    }
    if measure.name in catalogue():  # which knows the other units and the range too
        return replace(catalogue()[measure.name], **described)
    return Predictor(
        key=measure.name,
        kind=Kind.NUMBER,
        source=index.source,
        unit=measure.unit if measure.unit in _IN_UCUM else f"{{{measure.unit}}}",
        plausible=measure.plausible,
        plausible_source=_source_of_range(index, item, measure),
        **described,
    )


def _source_of_range(index: ActivityIndex, item: ActivityItem, measure: Measure) -> Any:
    entry = activity_content()["indices"][index.name]["items"][item.name]
    parts = [entry, *(part for part in entry.values() if isinstance(part, dict))]
    return next(p["plausible_source"] for p in parts if p.get("measured_as") == measure.name)


def _is_given_twice(item: ActivityItem, values: Values) -> Any:
    return sum((values[name] == values[name]) * 1 for name in item.names) > 1


def _is_of_another_visit(measure: Measure, values: Values) -> Any:
    others = [values["visit"] == visit for visit in VISITS if visit not in measure.visits]
    return values.given(measure.name) & reduce(or_, others) if others else False


def _told(measure: Measure, values: Values) -> str:
    return f"{values[measure.name]:g} {measure.unit}"
