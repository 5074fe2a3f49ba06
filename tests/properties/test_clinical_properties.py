"""What holds for every child: bands that cover every value once, z-scores there and back."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lorpredict.clinical._bands import Bands
from lorpredict.clinical._growth import GrowthReference
from lorpredict.clinical._indices import ActivityIndex, activity_index
from lorpredict.clinical._items import Measure
from lorpredict.errors import CatalogueError

few = settings(max_examples=200, deadline=None, derandomize=True, database=None)
numbers = st.floats(allow_nan=False)
ages = st.floats(0, 19)
sexes = st.sampled_from(["female", "male"])
indices = st.sampled_from([activity_index("pcdai"), activity_index("wpcdai")])
MEASURES = {
    f"{name} {measure.name}": measure
    for name in ("pcdai", "wpcdai")
    for item in activity_index(name).items
    for measure in item.measures
}


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
@few
@given(value=numbers, age=ages, sex=sexes)
def test_each_age_has_one_table_and_each_value_one_band(
    measure: Measure, value: float, age: float, sex: str
) -> None:
    # No gap and no overlap: every point of the line is held exactly once, in both directions.
    by_age = [band for band in measure.tables[sex].bands if band.holds(age)]
    assert len(by_age) == 1
    assert sum(band.holds(value) for band in by_age[0].gives.bands) == 1


@few
@given(percent=st.floats(10, 70), age=ages, sex=sexes)
def test_haematocrit_points_are_those_of_the_printed_table(
    percent: float, age: float, sex: str
) -> None:
    # The table once more, as four rows of two cut points (none / few points / most points).
    if age < 11:
        good, fair = 33, 28
    elif sex == "female":
        good, fair = 34, 29
    elif age < 15:
        good, fair = 35, 30
    else:
        good, fair = 37, 32
    expected = 0 if percent >= good else 2.5 if percent >= fair else 5
    measure = MEASURES["pcdai haematocrit_percent"]
    assert measure.points(percent, sex=sex, age_years=age) == expected


@few
@given(percents=st.tuples(st.floats(10, 70), st.floats(10, 70)), age=ages, sex=sexes)
def test_more_haematocrit_never_gives_more_points(
    percents: tuple[float, float], age: float, sex: str
) -> None:
    measure = MEASURES["pcdai haematocrit_percent"]
    less, more = sorted(percents)
    points = [measure.points(each, sex=sex, age_years=age) for each in (less, more)]
    assert points[0] is not None
    assert points[1] is not None
    assert points[0] >= points[1]


@few
@given(indices, st.data())
def test_a_score_is_a_sum_in_steps_between_nothing_and_the_maximum(
    index: ActivityIndex, data: st.DataObject
) -> None:
    items = {item.name: data.draw(st.sampled_from(item.points)) for item in index.items}
    score = index.score(items, sex=None, age_years=None)
    assert score == sum(items.values())
    assert 0 <= score <= index.maximum
    assert score % index.step == 0
    # One item less, and nothing is known: no score, rather than a smaller one.
    forgotten = data.draw(st.sampled_from(sorted(items)))
    assert index.score(items | {forgotten: None}, sex=None, age_years=None) is None


@st.composite
def cut_lines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Bands that cover the line, cut at some places, each place given to either side."""
    cuts = sorted(draw(st.sets(st.integers(-50, 50), min_size=1, max_size=6)))
    given_to_right = [draw(st.booleans()) for _ in cuts]
    entries: list[dict[str, Any]] = [{"gives": number} for number in range(len(cuts) + 1)]
    for (left, right), cut, to_right in zip(pairwise(entries), cuts, given_to_right, strict=True):
        left["below" if to_right else "at_most"] = cut
        right["at_least" if to_right else "above"] = cut
    return entries


@few
@given(cut_lines(), st.integers(-51, 51), st.data())
def test_bands_cut_from_the_line_cover_it_and_one_less_does_not(
    entries: list[dict[str, Any]], value: int, data: st.DataObject
) -> None:
    bands: Bands[int] = Bands.from_toml(data.draw(st.permutations(entries)), "gives")
    assert [band.gives for band in bands.bands if band.holds(value)] == [bands(value)]
    left_out = data.draw(st.integers(0, len(entries) - 1))
    with pytest.raises(CatalogueError, match="gap"):
        Bands.from_toml(entries[:left_out] + entries[left_out + 1 :], "gives")


@few
@given(age=ages, is_male=st.booleans(), z=st.floats(-3, 3))
def test_a_value_at_a_z_score_has_that_z_score(age: float, is_male: bool, z: float) -> None:
    who = GrowthReference.who()
    for measure in ("height", "bmi"):
        table = who.tables[measure, "male" if is_male else "female"]
        l, m, s = (float(each) for each in table.at(np.array(age * 365.25)))  # noqa: E741
        # x = M (1 + L S z) ** (1 / L) undoes z = ((x / M) ** L - 1) / (L S).
        value = m * (1 + l * s * z) ** (1 / l)
        found = (
            who.height_z([value], [age], [is_male])
            if measure == "height"
            else who.bmi_z([value], [100.0], [age], [is_male])
        )
        assert found == pytest.approx(z, abs=1e-9)


@few
@given(age=ages, is_male=st.booleans())
def test_more_weight_never_means_a_lower_z_score(age: float, is_male: bool) -> None:
    # Also across 3 SD, where WHO's rule takes over from the formula.
    z = GrowthReference.who().bmi_z(np.arange(5.0, 60.0, 0.05), 100.0, age, is_male)
    assert (np.diff(z) > 0).all()
    assert np.diff(z).max() < 0.15
