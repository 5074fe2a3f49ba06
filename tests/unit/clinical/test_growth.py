"""z-scores of height and body mass index, and a site's own growth tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lorpredict.clinical._growth import GrowthReference
from lorpredict.errors import FaultsFound

NAN = float("nan")
HEADER = "name,measure,sex,age_years,l,m,s"
# Four tables with round numbers; S of one tenth makes a z-score of 1 easy to see.
ROWS = [
    f"Our hospital 2020,{measure},{sex},{age},{power},{median},0.1"
    for measure, power, median in (("bmi", 0, 16), ("height", 1, 100))
    for sex in ("female", "male")
    for age in (4, 5, 6)
]


@pytest.fixture(scope="module")
def who() -> GrowthReference:
    return GrowthReference.who()


def written(folder: Path, rows: list[str], header: str = HEADER) -> Path:
    path = folder / "growth.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(FaultsFound, match=f"the growth reference {path.name} has") as refused:
        GrowthReference.read(path)
    return [str(fault) for fault in refused.value.faults]


# ---- WHO ---------------------------------------------------------------------------------------


def test_a_child_on_the_median_has_a_z_score_of_zero(who: GrowthReference) -> None:
    # WHO's medians of girls on day 0, at 61 and at 228 months.
    assert who.height_z([49.1477, 109.6016], [0, 61 / 12], [False, False]) == pytest.approx(0)
    assert who.bmi_z([22.1883 * 2.56], [160], [19], [True]) == pytest.approx(0)


def test_missing_and_impossible_values_have_no_z_score(who: GrowthReference) -> None:
    rows = np.array(
        [
            [30, 140, 12, True],
            [NAN, 140, 12, True],
            [30, NAN, 12, True],
            [30, 140, NAN, True],
            [30, 140, 12, NAN],
            [0, 140, 12, True],
            [30, 0, 12, True],
            [-30, -140, 12, True],
        ]
    )
    weight, height, age, is_male = rows.T
    assert np.isnan(who.bmi_z(weight, height, age, is_male)).tolist() == [False] + [True] * 7
    expected = [False, False, True, True, True, False, True, True]
    assert np.isnan(who.height_z(height, age, is_male)).tolist() == expected


@pytest.mark.parametrize(
    ("age", "inside"), [(-0.01, False), (0, True), (18.99, True), (19, True), (19.01, False)]
)
def test_ages_outside_the_tables_have_no_z_score(
    who: GrowthReference, age: float, inside: bool
) -> None:
    assert np.isfinite(who.height_z([100.0], [age], [True])) == inside
    assert np.isfinite(who.bmi_z([20.0], [100.0], [age], [False])) == inside


def test_from_birth_to_19_years_no_age_is_left_out(who: GrowthReference) -> None:
    ages = np.linspace(0, 19, 50_000)
    for is_male in (True, False):
        assert np.isfinite(who.height_z(np.full_like(ages, 100.0), ages, is_male)).all()


def test_the_table_of_standing_children_begins_at_two_years(who: GrowthReference) -> None:
    # Medians of boys: 87.8018 lying on day 730, 87.1303 standing on day 731.
    assert who.height_z([87.8018], [730 / 365.25], [True]) == pytest.approx(0)
    assert who.height_z([87.8018], [1.9999999], [True]) == pytest.approx(0)
    assert who.height_z([87.1303], [2.0], [True]) == pytest.approx(0)
    assert who.height_z([87.1303], [731 / 365.25], [True]) == pytest.approx(0)


def test_the_reference_of_school_children_begins_at_61_months(who: GrowthReference) -> None:
    # Medians of boys: 110.4969 on day 1856, the last of the standard; 110.2647 at 61 months.
    assert who.height_z([110.4969], [1856.5 / 365.25], [True]) == pytest.approx(0)
    assert who.height_z([110.2647], [61 / 12], [True]) == pytest.approx(0)


def test_between_two_months_l_m_and_s_run_straight(who: GrowthReference) -> None:
    # Boys of 144 and 145 months: M 17.5334 and 17.5877; half-way 17.56055.
    bmi = 17.56055
    assert who.bmi_z([bmi], [100], [144.5 / 12], [True]) == pytest.approx(0, abs=1e-12)


def test_beyond_3_sd_a_bmi_counts_in_steps_of_the_last_sd(who: GrowthReference) -> None:
    # Boy of 144 months: M (1 + L S z) ** (1 / L) is 13.3908 at -3 and 14.4533 at -2 SD, so that
    # one more step of 1.0625 down is -4 SD; the formula alone would say -4.247.
    l, m, s = -1.7751, 17.5334, 0.11522  # noqa: E741
    third, second = (m * (1 + l * s * z) ** (1 / l) for z in (-3, -2))
    below = third - (second - third)
    assert who.bmi_z([third], [100], [12], [True]) == pytest.approx(-3)
    assert who.bmi_z([below], [100], [12], [True]) == pytest.approx(-4)
    assert ((below / m) ** l - 1) / (l * s) == pytest.approx(-4.247, abs=5e-4)


def test_a_height_beyond_3_sd_follows_the_formula(who: GrowthReference) -> None:
    # Girls at birth: M 49.1477, S 0.0379, L 1: -5 SD is M (1 - 5 S).
    assert who.height_z([49.1477 * (1 - 5 * 0.0379)], [0], [False]) == pytest.approx(-5)


def test_one_sex_is_not_the_other(who: GrowthReference) -> None:
    # At 144 months M is 149.0807 and S .04753 for boys, M 151.2327 and S .04523 for girls.
    boy, girl = who.height_z([150.0, 150.0], [12.0, 12.0], [True, False])
    assert boy == pytest.approx((150 / 149.0807 - 1) / 0.04753)
    assert girl == pytest.approx((150 / 151.2327 - 1) / 0.04523)


def test_a_single_child_may_be_given_as_numbers(who: GrowthReference) -> None:
    assert who.bmi_z(33.75, 150.0, 12.0, is_male=True) == pytest.approx(-1.5606, abs=5e-5)


def test_the_reference_says_its_name(who: GrowthReference) -> None:
    assert who.name == "WHO 2006/2007"
    assert repr(who) == "GrowthReference('WHO 2006/2007')"
    assert GrowthReference.who() is who


# ---- a site's own tables -----------------------------------------------------------------------


def test_a_sites_own_tables_are_read(tmp_path: Path) -> None:
    own = GrowthReference.read(written(tmp_path, ROWS))
    assert own.name == "Our hospital 2020"
    # L is 1 for height: z = (110 / 100 - 1) / 0.1; L is 0 for bmi: z = log(x / M) / 0.1.
    assert own.height_z([110.0], [4.5], [True]) == pytest.approx(1)
    assert own.bmi_z([16 * np.exp(0.2)], [100.0], [5.5], [False]) == pytest.approx(2)


def test_a_sites_own_bmi_follows_the_formula_beyond_3_sd(tmp_path: Path) -> None:
    own = GrowthReference.read(written(tmp_path, ROWS))
    assert own.bmi_z([16 * np.exp(-0.5)], [100.0], [5.5], [False]) == pytest.approx(-5)


@pytest.mark.parametrize(("column", "factor"), [("age_months", 12), ("age_days", 365.25)])
def test_the_column_says_the_unit_of_age(tmp_path: Path, column: str, factor: float) -> None:
    cells = [row.split(",") for row in ROWS]
    rows = [",".join([*c[:3], str(float(c[3]) * factor), *c[4:]]) for c in cells]
    own = GrowthReference.read(written(tmp_path, rows, HEADER.replace("age_years", column)))
    assert own.height_z([110.0], [6.0], [True]) == pytest.approx(1)
    assert np.isnan(own.height_z([110.0], [6.01], [True]))


def test_other_columns_are_left_alone_and_spaces_do_no_harm(tmp_path: Path) -> None:
    rows = [row.replace(",", " , ") + ", 3rd centile" for row in ROWS]
    path = written(tmp_path, rows, "\ufeff" + HEADER + ",remark")
    assert GrowthReference.read(path).name == "Our hospital 2020"


def changed(number: int, **cells: Any) -> list[str]:
    """The good rows with other cells in one of them (the first row is 1)."""
    row = dict(zip(HEADER.split(","), ROWS[number - 1].split(","), strict=True))
    return [*ROWS[: number - 1], ",".join(map(str, (row | cells).values())), *ROWS[number:]]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (changed(2, measure="weight"), "measure is 'weight' in row 2: expected one of bmi, height"),
        (changed(2, sex="F"), "sex is 'F' in row 2: expected one of female, male"),
        (changed(2, age_years=60), "age_years is '60' in row 2: expected a number, 0 to 25"),
        (changed(2, age_years=-1), "age_years is '-1' in row 2: expected a number, 0 to 25"),
        (changed(2, l="x"), "l is 'x' in row 2: expected a number"),
        (changed(2, l="inf"), "l is 'inf' in row 2: expected a number"),
        (changed(2, m=0), "m is '0' in row 2: expected a number above 8 and below 40"),
        (changed(8, m=1.1), "m is '1.1' in row 8: expected a number above 30 and below 220"),
        (changed(2, m=""), "m is '' in row 2: expected a number above 8 and below 40"),
        (changed(2, s=0), "s is '0' in row 2: expected a number above 0 and below 1"),
        (changed(2, s=11.5), "s is '11.5' in row 2: expected a number above 0 and below 1"),
        (changed(2, s="nan"), "s is 'nan' in row 2: expected a number above 0 and below 1"),
        (changed(1, name=""), "name is '' in row 1: expected a name"),
        (
            changed(3, name="CDC"),
            "name is 'CDC' in row 3: expected one name in all rows, 'Our hospital 2020'",
        ),
        (changed(2, age_years=4), "age in row 2: expected bmi of female by rising age"),
        (
            changed(9, age_years=8),
            "age in row 9: a gap of 3 years in height of female, at most 1 is bridged",
        ),
        (ROWS[:9], "table: no rows with height of male"),
    ],
)
def test_a_fault_of_a_sites_table_is_named(tmp_path: Path, rows: list[str], fault: str) -> None:
    assert faults(written(tmp_path, rows)) == [fault]


def test_a_row_that_is_out_of_order_is_named(tmp_path: Path) -> None:
    rows = [ROWS[1], ROWS[0], *ROWS[2:]]
    assert faults(written(tmp_path, rows)) == ["age in row 2: expected bmi of female by rising age"]


def test_every_fault_is_named_at_once_in_the_order_of_the_rows(tmp_path: Path) -> None:
    rows = [*changed(2, l="x", m=-1, s=2)[:5], ROWS[8].replace("female", "girl")]
    assert [fault.split(":")[0].split(" is ")[0] for fault in faults(written(tmp_path, rows))] == [
        "table", "table", "l", "m", "s", "sex",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("name,measure,sexe,age_years,l,m,s", ["sex: the column is missing. Did you mean sexe?"]),
        ("name,measure,sex,l,l,age_years,s", [
            "l: the column stands more than once", "m: the column is missing"]),
        ("name,measure,sex,age,l,m,s", [
            "age: expected one of age_days, age_months, age_years; the file has none of them"]),
        ("name,measure,sex,age_years,age_days,l,m,s", [
            "age: expected one of age_days, age_months, age_years; "
            "the file has age_years and age_days"]),
        (HEADER.replace(",", ";"), [
            "table: the columns seem to be separated by semicolons. "
            "Save it with commas between the columns and a point as the decimal mark"]),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_read_is_refused(
    tmp_path: Path, header: str, expected: list[str]
) -> None:
    assert faults(written(tmp_path, ROWS, header)) == expected


def test_decimal_commas_are_refused_and_not_guessed(tmp_path: Path) -> None:
    rows = ['Our hospital 2020,bmi,female,4,"0,5",16,"0,1"', *ROWS[1:]]
    assert faults(written(tmp_path, rows)) == [
        "l is '0,5' in row 1: expected a number",
        "s is '0,1' in row 1: expected a number above 0 and below 1",
    ]


def test_a_file_that_is_not_there_not_utf8_or_empty_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere.csv") == ["nowhere.csv: no such file"]
    latin = tmp_path / "latin.csv"
    latin.write_bytes("name,measure\nKöln,bmi\n".encode("latin-1"))
    assert faults(latin) == ["latin.csv: not UTF-8. Save the file as UTF-8"]
    assert len(faults(written(tmp_path, []))) == 4
    assert len(faults(written(tmp_path, [], ""))) == 7


@pytest.mark.parametrize("age, male", [(1.0, True), (3.0, False), (7.5, True), (15.0, False)])
def test_a_z_score_gives_back_the_height_and_weight_that_it_came_from(
    age: float, male: bool
) -> None:
    who = GrowthReference.who()
    wanted = np.array([-5.0, -3.0, -2.4, 0.0, 1.7, 3.0, 3.8])
    ages, males = np.full(wanted.shape, age), np.full(wanted.shape, male)
    height = who.height_cm(wanted, ages, males)
    assert who.height_z(height, ages, males) == pytest.approx(wanted)
    weight = who.body_mass_index(wanted, ages, males) * (height / 100) ** 2
    assert who.bmi_z(weight, height, ages, males) == pytest.approx(wanted)
