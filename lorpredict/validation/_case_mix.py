"""Are these children like those who taught the model? Predictor by predictor, in counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from lorpredict.clinical import Kind, Predictor
from lorpredict.features import Encoding
from lorpredict.outcome import AtRisk
from lorpredict.packaged import ModelFacts, PackagedModel

# By construction one in twenty of the training children lies outside; twice that is remarked upon.
UNUSUAL_SHARE = 0.10
_COLUMNS = (
    "predictor", "label", "unit", "measured", "share_missing", "lower_quartile", "median",
    "upper_quartile", "share_true", "usual_low", "usual_high", "below_usual", "above_usual",
    "share_outside", "levels_new_to_the_model",
)  # fmt: skip


def case_mix(model: PackagedModel, at_risk: AtRisk) -> pd.DataFrame:
    """One row a predictor of the model; no smallest or largest value, which would be a child's."""
    known = model.facts.design.catalogue.columns(model.encoding.predictors)
    rows = [_row(column, at_risk.X[column.key], model.encoding) for column in known]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def cohorts(facts: ModelFacts, *, name: str, at_risk: AtRisk) -> pd.DataFrame:
    """The cohort that taught the model and this one, in two rows."""
    taught, events = facts.training, int(at_risk.y["event"].sum())
    rows = {
        "training": (taught.cohort, taught.children, taught.events, taught.synthetic),
        "this cohort": (name, len(at_risk), events, at_risk.synthetic),
    }
    columns = ["cohort", "children", "events", "synthetic"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def remarks(table: pd.DataFrame) -> Iterator[str]:
    """Say which predictors are absent or unlike those of the training children."""
    empty = table.loc[table["measured"] == 0, "label"]
    if len(empty):
        yield f"measured in none of these children: {', '.join(empty)}"
    unlike = table[table["share_outside"] > UNUSUAL_SHARE]
    if len(unlike):
        told = [f"{row.label} ({row.share_outside:.0%})" for row in unlike.itertuples()]
        yield (
            "outside the central 95 % of the training children more often than one in ten: "
            + ", ".join(told)
        )
    for row in table[table["levels_new_to_the_model"].fillna("") != ""].itertuples():
        yield f"{row.label}: levels that no training child had: {row.levels_new_to_the_model}"


def _row(column: Predictor, values: pd.Series, encoding: Encoding) -> dict[str, Any]:
    given = values.dropna()
    return {
        "predictor": column.key,
        "label": column.label,
        "unit": column.readable_unit,
        "measured": len(given),
        "share_missing": 1 - len(given) / len(values),
        **(_of_kind(column, given, encoding) if len(given) else {}),
    }


def _of_kind(column: Predictor, given: pd.Series, encoding: Encoding) -> dict[str, Any]:
    if column.kind is Kind.BOOLEAN:
        return {"share_true": float(given.astype(float).mean())}
    if column.kind is Kind.CATEGORY:
        return {"levels_new_to_the_model": _new_levels(given, encoding.seen.get(column.key, ()))}
    low, middle, high = given.quantile([0.25, 0.5, 0.75])
    quartiles = {"lower_quartile": low, "median": middle, "upper_quartile": high}
    if column.key not in encoding.usual:
        return quartiles
    usual_low, usual_high = encoding.usual[column.key]
    below, above = int((given < usual_low).sum()), int((given > usual_high).sum())
    return {
        **quartiles,
        "usual_low": usual_low,
        "usual_high": usual_high,
        "below_usual": below,
        "above_usual": above,
        "share_outside": (below + above) / len(given),
    }


def _new_levels(given: pd.Series, seen: tuple[str, ...]) -> str:
    counts = given.astype(str).value_counts()
    return ", ".join(f"{level} ({count})" for level, count in counts.items() if level not in seen)
