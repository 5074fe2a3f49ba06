"""Bands of a measured value, and what is refused where they are written down."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lorpredict.clinical._bands import Band, Bands
from lorpredict.errors import CatalogueError


def bands(*entries: dict[str, Any]) -> Bands[str]:
    named = [{"gives": str(number), **entry} for number, entry in enumerate(entries)]
    return Bands.from_toml(named, "gives")


def test_a_value_at_a_border_belongs_to_the_band_that_claims_it() -> None:
    three = bands({"below": 20}, {"at_least": 20, "at_most": 50}, {"above": 50})
    assert [three(value) for value in (19.9, 20, 50, 50.1)] == ["0", "1", "1", "2"]


def test_bands_may_be_written_in_any_order() -> None:
    assert bands({"at_least": 3}, {"below": 3}).all_given == ("1", "0")


@pytest.mark.parametrize("value", [-math.inf, math.inf])
def test_the_outer_bands_have_no_end(value: float) -> None:
    assert bands({"below": 0}, {"at_least": 0})(value) == ("1" if value > 0 else "0")


def test_no_number_lies_in_no_band() -> None:
    with pytest.raises(ValueError, match="nan lies in no band"):
        bands({"below": 0}, {"at_least": 0})(math.nan)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"below": 33}, {"at_least": 35}], "a gap between 33 and 35"),
        ([{"below": 33}, {"above": 33}], "a gap between 33 and 33"),
        ([{"at_most": 33}, {"at_least": 33}], "an overlap between 33 and 33"),
        ([{"below": 35}, {"at_least": 33}], "an overlap between 35 and 33"),
        ([{"at_least": 0, "below": 3}, {"at_least": 3}], "a gap between -inf and 0"),
        ([{"below": 3}, {"at_least": 3, "below": 5}], "a gap between 5 and inf"),
        ([{"below": 3}, {"at_least": 5, "below": 3}, {"at_least": 3}], "an empty band of 1"),
        ([{"below": 3, "at_most": 3}, {"above": 3}], "band of 0: two bounds for one side"),
        ([], "a gap between -inf and inf"),
    ],
)
def test_bands_that_do_not_cover_every_number_once_are_refused(
    entries: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(CatalogueError, match=message):
        bands(*entries)


def test_every_break_is_named_at_once() -> None:
    with pytest.raises(CatalogueError, match="a gap between 1 and 2, an overlap between 5 and 4"):
        bands({"below": 1}, {"at_least": 2, "below": 5}, {"at_least": 4})


def test_a_misspelt_bound_is_an_open_band_and_found() -> None:
    with pytest.raises(CatalogueError, match="overlap"):
        bands({"below": 3}, {"at_last": 3})


def test_a_band_without_bounds_holds_every_number() -> None:
    assert Band.between({}, "all").holds(-1e9)
    assert not Band.between({}, "all").holds(math.nan)
