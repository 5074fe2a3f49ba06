"""One family of errors, and how a fault reads."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import lorpredict.errors as errors
from lorpredict.errors import CohortFaults, Fault, LorpredictError, did_you_mean

FAULT = Fault("albumin_g_l", "expected 10 to 60 g/L", 'Did you mean unit="g/dL"?', 17, "4.2 g/L")
FAMILY = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, LorpredictError)
]


def test_a_fault_names_the_column_the_value_the_row_and_the_way_out() -> None:
    assert str(FAULT) == (
        'albumin_g_l is 4.2 g/L in row 17: expected 10 to 60 g/L. Did you mean unit="g/dL"?'
    )


def test_what_may_leave_the_machine_holds_neither_value_nor_row() -> None:
    assert FAULT.without_value == 'albumin_g_l: expected 10 to 60 g/L. Did you mean unit="g/dL"?'


def test_ten_faults_of_a_kind_are_told_in_full_and_the_others_counted() -> None:
    faults = [Fault("crp_mg_l", "wrong", row=row) for row in range(1, 53)]
    faults += [Fault("sex", "wrong", row=53)]
    lines = str(CohortFaults(faults, subject="ours")).splitlines()
    assert lines[0] == "ours has 53 faults:"
    assert lines[10] == "  crp_mg_l in row 10: wrong"
    assert lines[11] == "  crp_mg_l: 42 more like this, up to row 52"
    assert lines[12:] == ["  sex in row 53: wrong"]


def test_one_fault_is_told_in_the_singular() -> None:
    assert str(CohortFaults([Fault("sex", "wrong")], subject="ours")) == (
        "ours has 1 fault:\n  sex: wrong"
    )


def of_kinds(*numbers: int) -> list[Fault]:
    """Make faults of several kinds, each as often as it says."""
    kinds = enumerate(numbers)
    return [Fault(f"c{k}", "wrong", row=row) for k, many in kinds for row in range(1, many + 1)]


@pytest.mark.parametrize(
    "numbers, told",
    [
        ([1000], 11),
        ([500, 500], 22),
        ([100] * 10, 50),
        ([10] * 4, 40),
        ([11] * 4, 44),
        ([5] * 12, 48),
        ([1] * 50, 50),
        ([2] * 25, 50),
        ([1] * 49 + [2], 50),
        ([1] * 1000, 50),
        ([100] * 60, 49),
    ],
)
def test_a_message_stays_within_a_page(numbers: list[int], told: int) -> None:
    message = str(CohortFaults(of_kinds(*numbers), subject="ours"))
    assert len(message.splitlines()) == 1 + told


def test_every_kind_is_told_where_that_is_possible() -> None:
    message = str(CohortFaults(of_kinds(*[100] * 10), subject="ours"))
    assert message.splitlines()[1:6] == [
        "  c0 in row 1: wrong",
        "  c0 in row 2: wrong",
        "  c0 in row 3: wrong",
        "  c0 in row 4: wrong",
        "  c0: 96 more like this, up to row 100",
    ]
    assert all(f"c{kind} in row 1: wrong" in message for kind in range(10))


def test_the_kinds_that_do_not_fit_are_counted_with_their_columns() -> None:
    faults = of_kinds(*[1] * 60, 40)
    lines = str(CohortFaults(faults, subject="ours")).splitlines()
    assert lines[0] == "ours has 100 faults:"
    assert lines[49] == "  c48 in row 1: wrong"
    assert lines[50] == (
        "  and 51 faults of other kinds, in c49, c50, c51, c52, c53 and 7 more columns"
    )


def test_children_who_stand_twice_are_one_kind() -> None:
    faults = [Fault("patient_id", f"as in row {row}", row=row + 1) for row in range(1, 100)]
    assert str(CohortFaults(faults, subject="ours")).splitlines()[-1] == (
        "  patient_id: 89 more like this, up to row 100"
    )


def test_every_fault_is_a_row() -> None:
    error = CohortFaults([FAULT, Fault("sex", "wrong")], subject="ours")
    assert error.rows() == [
        {"row": 17, "column": "albumin_g_l", "value": "4.2 g/L",
         "problem": "expected 10 to 60 g/L", "hint": 'Did you mean unit="g/dL"?'},
        {"row": None, "column": "sex", "value": None, "problem": "wrong", "hint": ""},
    ]  # fmt: skip


def test_every_fault_is_written_into_a_file(tmp_path: Path) -> None:
    faults = [FAULT, *of_kinds(1000), Fault("sex", "wrong", value="'µ, or \n'")]
    path = CohortFaults(faults, subject="ours").to_csv(tmp_path / "faults.csv")
    with path.open(encoding="utf-8", newline="") as file:
        head, first, *others = csv.reader(file)
    assert head == ["row", "column", "value", "problem", "hint"]
    assert first == ["17", "albumin_g_l", "4.2 g/L", "expected 10 to 60 g/L",
                     'Did you mean unit="g/dL"?']  # fmt: skip
    assert len(others) == 1001
    assert others[-1] == ["", "sex", "'µ, or \n'", "wrong", ""]


@pytest.mark.parametrize("kind", FAMILY, ids=[kind.__name__ for kind in FAMILY])
def test_every_error_is_drawn_in_the_tree(kind: type[LorpredictError]) -> None:
    assert f"{kind.__name__} " in f"{errors.__doc__} ".replace("\n", " ")


@pytest.mark.parametrize(
    "kind",
    [kind for kind in FAMILY if kind is not LorpredictError],
    ids=lambda kind: kind.__name__,
)
def test_every_error_also_is_a_built_in(kind: type[LorpredictError]) -> None:
    assert issubclass(kind, ValueError | RuntimeError | TypeError | ImportError)


@pytest.mark.parametrize(
    "name, hint",
    [
        ("albumin_gl", "Did you mean albumin_g_l?"),
        ("bmi", ""),
        ("Albumin_G_L", "Did you mean albumin_g_l?"),
        (" crp mg-L", "Did you mean crp_mg_l?"),
        ("crp_mg", "Did you mean crp_mg_l or crp_mg_dl?"),
    ],
)
def test_near_names_are_offered_and_far_ones_are_not(name: str, hint: str) -> None:
    assert did_you_mean(name, ["albumin_g_l", "crp_mg_l", "crp_mg_dl"]) == hint
