"""Small developments that the report is written from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lorpredict import Cohort, Development, ModelDesign, develop
from lorpredict.evaluation import ValidationPlan
from lorpredict.report import training_report

QUICK = ValidationPlan(repeats=1, draws=0, reasons=("to try things out",))


@pytest.fixture(scope="session")
def three(design: ModelDesign) -> ModelDesign:
    """A design of three predictors, which learns in no time."""
    names = ("sex", "age_years", "albumin_g_l")
    return replace(design, predictors=names, missing_indicators=())


Developed = Callable[..., Development]


@pytest.fixture(scope="session")
def developed(cohort: Cohort, three: ModelDesign) -> Developed:
    """Develop with columns of the shipped cohort replaced or left out."""

    def build(
        *,
        without: Sequence[str] = (),
        design: ModelDesign = three,
        family_names: Sequence[str] = ("null", "ridge"),
        plan: ValidationPlan = QUICK,
        **columns: Any,
    ) -> Development:
        table = cohort.table.drop(columns=[name for name in without if name in cohort.table])
        changed = replace(cohort, table=table.assign(**columns))
        return develop(changed, design, family_names=family_names, plan=plan)

    return build


@pytest.fixture(scope="session")
def whole(cohort: Cohort, three: ModelDesign) -> Development:
    """Two families and their reference, judged with bootstrap and intervals."""
    plan = ValidationPlan(
        repeats=2, resamples=10, resamples_of_trees=3, draws=10, reasons=("so that it is quick",)
    )
    return develop(cohort, three, family_names=("forest", "ridge"), plan=plan)


@pytest.fixture(scope="session")
def page(whole: Development) -> str:
    return training_report(whole)
