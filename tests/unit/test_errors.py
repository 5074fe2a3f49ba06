"""One family of errors, and how a fault reads."""

from __future__ import annotations

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


@pytest.mark.parametrize("kind", FAMILY, ids=[kind.__name__ for kind in FAMILY])
def test_every_error_is_drawn_in_the_tree(kind: type[LorpredictError]) -> None:
    assert f"{kind.__name__} " in f"{errors.__doc__} ".replace("\n", " ")


@pytest.mark.parametrize(
    "kind",
    [kind for kind in FAMILY if kind is not LorpredictError],
    ids=lambda kind: kind.__name__,
)
def test_every_error_also_is_a_built_in(kind: type[LorpredictError]) -> None:
    assert issubclass(kind, ValueError | RuntimeError | TypeError)


@pytest.mark.parametrize(
    "name, hint",
    [
        ("albumin_gl", "Did you mean albumin_g_l?"),
        ("bmi", ""),
        ("crp_mg", "Did you mean crp_mg_l or crp_mg_dl?"),
    ],
)
def test_near_names_are_offered_and_far_ones_are_not(name: str, hint: str) -> None:
    assert did_you_mean(name, ["albumin_g_l", "crp_mg_l", "crp_mg_dl"]) == hint
