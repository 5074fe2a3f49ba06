"""Tables that are drawn in a test, and small cohorts made from them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lorpredict import AtRisk, Cohort, ModelDesign, landmark, read_cohort


def drawn(text: str) -> pd.DataFrame:
    """Read a table whose cells stand between bars; an empty cell is a missing value.

    A rule of dashes may stand below the head.
    """
    lines = [line for line in text.strip().splitlines() if set(line) - set(" -|")]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return pd.DataFrame(rows, columns=head, dtype="string")


def drawn_cohort(table: str | pd.DataFrame) -> Cohort:
    """Read a drawn table as a cohort; every child is a girl unless the table says otherwise."""
    table = drawn(table) if isinstance(table, str) else table
    return read_cohort(table if "sex" in table else table.assign(sex="female"), name="drawn")


def simple_design(**settings: Any) -> ModelDesign:
    """Return a design with one predictor, sex, and whatever else is set."""
    return ModelDesign.from_dict({"name": "drawn", "version": 1, "predictors": ["sex"], **settings})


def drawn_at_risk(table: str | pd.DataFrame, **settings: Any) -> AtRisk:
    """Take the children of a drawn cohort who are at risk."""
    return landmark(drawn_cohort(table), simple_design(**settings))
