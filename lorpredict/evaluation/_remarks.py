"""What is odd about the children or the figures, in words: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lorpredict.errors import counted
from lorpredict.evaluation._measure import measure_label
from lorpredict.evaluation._plan import ValidationPlan
from lorpredict.outcome import AtRisk


def remarks_on_children(at_risk: AtRisk, plan: ValidationPlan) -> Iterator[str]:
    """Tell of predictors that can tell nothing, or everything, and of parts that are not there."""
    event = at_risk.y["event"]
    for name in at_risk.design.predictors:
        label = at_risk.design.catalogue[name].label
        column = at_risk.X[name]
        known = column.notna().to_numpy()
        if not known.any():
            yield f"{label}: measured in no child, so no model knows anything of it"
        elif column[known].nunique() == 1:
            yield f"{label}: the same in all children in whom it is known, so it tells nothing"
        elif _parts_perfectly(column[known], event[known]):
            yield (
                f"{label}: parts the children who lost response from the others without exception; "
                "how large its effect is cannot be estimated, and it should be looked at whether "
                "it was known at the landmark"
            )
    if plan.by_site and len(at_risk.sites) < 2:
        yield "one hospital or none is named, so none is left out"
    if plan.by_time and not at_risk.has_dates:
        yield "not every child has a date of its first infusion, so no period is left out"


def remarks_on_values(values: pd.DataFrame) -> Iterator[str]:
    """Tell of measures that are not defined in some folds, and are missing from their means."""
    undefined = values.assign(undefined=values["value"].isna())
    counts = undefined.groupby(["family", "measure"], sort=False)["undefined"].agg(["sum", "size"])
    for row in counts.reset_index().to_dict("records"):
        count, number = int(row["sum"]), int(row["size"])
        if 0 < count < number:
            yield (
                f"{row['family']}: {measure_label(row['measure'])} is not defined in {count} of "
                f"{counted(number, 'fold or repeat', 'folds or repeats')}, and is told without them"
            )


def _parts_perfectly(column: pd.Series, event: NDArray[np.bool_]) -> bool:
    if event.all() or not event.any():
        return False
    if pd.api.types.is_numeric_dtype(column):
        lost, others = (column[rows].to_numpy(dtype=float) for rows in (event, ~event))
        return bool(lost.min() > others.max() or lost.max() < others.min())
    lost_levels, other_levels = set(column[event]), set(column[~event])
    return not lost_levels & other_levels
