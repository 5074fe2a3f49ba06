"""The shipped cohort says of itself that it is no child's."""

from __future__ import annotations

from lorpredict import Cohort
from lorpredict.synthetic import RECONSTRUCTED_COHORT


def test_every_row_of_the_shipped_cohort_is_marked_as_synthetic(cohort: Cohort) -> None:
    assert cohort.table["synthetic"].tolist() == [True] * 69
    assert repr(cohort) == "Cohort('beijing-reconstructed', 69 children, synthetic)"


def test_its_file_ships_inside_the_library() -> None:
    assert RECONSTRUCTED_COHORT.parent.parent.name == "lorpredict"


def test_it_reads_without_leaving_a_column_out(cohort: Cohort) -> None:
    assert cohort.left_out_columns == ()
    assert cohort.table.shape == (69, 38)
