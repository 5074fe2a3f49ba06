"""Are these children like those who taught the model? Predictor by predictor, in counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from lorpredict.clinical import Kind, Predictor
from lorpredict.features import Encoding
from lorpredict.outcome import AtRisk
from lorpredict.packaged import ModelFacts, PackagedModel
from lorpredict.validation._judged import Group
from lorpredict.validation._small_counts import (
    FEWEST_FOR_A_RANGE,
    SMALLEST,
    in_words,
    is_small,
    unless_small,
)

# By construction one in twenty of the training children lies outside; twice that is remarked upon.
UNUSUAL_SHARE = 0.10
_COLUMNS = (
    "predictor", "label", "unit", "measured", "share_missing", "lower_quartile", "median",
    "upper_quartile", "share_true", "usual_low", "usual_high", "below_usual", "above_usual",
    "share_outside", "often_outside", "levels_new_to_the_model",
)  # fmt: skip
_TYPES = {
    "measured": "Int64", "below_usual": "Int64", "above_usual": "Int64",
    "share_missing": "float64", "share_true": "float64", "share_outside": "float64",
    "often_outside": "boolean",
}  # fmt: skip


def case_mix(model: PackagedModel, at_risk: AtRisk) -> pd.DataFrame:
    """One row a predictor of the model; no smallest or largest value, which would be a child's.

    Counts of one to four are left out, and so is what gives one away: the number measured where
    so few were not, the number above the usual range where so few lie below. A predictor measured
    in fewer than five has no shares, in fewer than twenty no quartiles. Whether more than one in
    ten lie outside the usual range is told all the same: a wrong unit must not go unseen.
    """
    known = model.facts.design.catalogue.columns(model.encoding.predictors)
    rows = [_row(column, at_risk.X[column.key], model.encoding) for column in known]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_TYPES)


def cohorts(facts: ModelFacts, *, name: str, everyone: Group) -> pd.DataFrame:
    """The cohort that taught the model and this one, in two rows.

    A model learns from every event after the landmark, and is judged by those up to the last
    horizon; the column ``events_counted`` says which.
    """
    taught, children = facts.training, len(everyone.y)
    events, until = unless_small(everyone.events, of=children), f"by day {everyone.last_day:g}"
    learnt = (taught.children, taught.events, "after the landmark", taught.synthetic)
    rows = {
        "training": (taught.cohort, *learnt),
        "this cohort": (name, children, events, until, everyone.at_risk.synthetic),
    }
    columns = ["cohort", "children", "events", "events_counted", "synthetic"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.astype({"events": "Int64"})


def remarks(table: pd.DataFrame) -> Iterator[str]:
    """Say which predictors are absent or unlike those of the training children."""
    empty = table.loc[table["measured"] == 0, "label"]
    if len(empty):
        yield f"measured in none of these children: {', '.join(empty)}"
    unlike = table[table["often_outside"].fillna(value=False)]
    if len(unlike):
        shares = unlike["share_outside"].map("{:.1%}".format).replace("nan%", "share not told")
        told = [f"{label} ({share})" for label, share in zip(unlike["label"], shares, strict=True)]
        yield (
            "outside the central 95 % of the training children more often than one in ten: "
            + ", ".join(told)
        )
    for row in table[table["levels_new_to_the_model"].fillna("") != ""].itertuples():
        yield f"{row.label}: levels that no training child had: {row.levels_new_to_the_model}"


def _row(column: Predictor, values: pd.Series, encoding: Encoding) -> dict[str, Any]:
    given = values.dropna()
    measured = unless_small(len(given), of=len(values))
    return {
        "predictor": column.key,
        "label": column.label,
        "unit": column.readable_unit,
        "measured": measured,
        "share_missing": None if measured is None else 1 - measured / len(values),
        **(_of_kind(column, given, encoding) if len(given) >= SMALLEST else {}),
    }


def _of_kind(column: Predictor, given: pd.Series, encoding: Encoding) -> dict[str, Any]:
    if column.kind is Kind.BOOLEAN:
        true = unless_small(int(given.sum()), of=len(given))
        return {"share_true": None if true is None else true / len(given)}
    if column.kind is Kind.CATEGORY:
        return {"levels_new_to_the_model": _new_levels(given, encoding.seen.get(column.key, ()))}
    found: dict[str, Any] = {}
    if len(given) >= FEWEST_FOR_A_RANGE:
        quartiles = given.quantile([0.25, 0.5, 0.75])
        found = dict(zip(("lower_quartile", "median", "upper_quartile"), quartiles, strict=True))
    usual = encoding.usual.get(column.key)
    return found if usual is None else found | _beside_usual(given, *usual)


def _beside_usual(given: pd.Series, low: float, high: float) -> dict[str, Any]:
    below, above = int((given < low).sum()), int((given > high).sum())
    outside = unless_small(below + above, of=len(given))
    apart = outside is not None and not (is_small(below) or is_small(above))
    return {
        "usual_low": low,
        "usual_high": high,
        "below_usual": below if apart else None,
        "above_usual": above if apart else None,
        "share_outside": None if outside is None else outside / len(given),
        "often_outside": (below + above) / len(given) > UNUSUAL_SHARE,
    }


def _new_levels(given: pd.Series, seen: tuple[str, ...]) -> str:
    counts = given.astype(str).value_counts()
    new = {str(level): count for level, count in counts.items() if count and level not in seen}
    return ", ".join(f"{level} ({in_words(n, of=len(given))})" for level, n in new.items())
