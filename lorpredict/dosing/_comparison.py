"""What was found for the children of a cohort: tables of each, and figures of all together.

Tables of children belong where the cohort is kept. What is told of all together points at nobody:
no figure rests on fewer than five children.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lorpredict.dosing._beside import RowLeftOut
from lorpredict.dosing._children import DosedChild, DosedChildren
from lorpredict.errors import counted, counted_children
from lorpredict.pharmacokinetics import (
    Estimates,
    Forecasts,
    RegimenSearch,
    population_models,
    research_only,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST = 5  # children that a figure of all together rests on; house limit, as for descriptions
_FAR = 0.5  # house limit, median size of the relative error
_OUTSIDE = "doses in whole vials lie outside the mg/kg asked for (is_outside_asked in regimens.csv)"
_USE = "research only"
_REGIMENS = ["dose_mg_kg", "interval_days"]


@dataclass(frozen=True)
class ComparedChild:
    """What was found for one child.

    Parameters
    ----------
    child
        Doses, covariates, levels.
    estimates
        What its levels told; None where none was measured, or where ``estimate_not_found``.
    forecasts
        The trough before the next infusion.
    regimens
        What each dose and interval would leave.
    estimate_not_found
        Whether there were levels, and no estimate could be found.
    """

    child: DosedChild
    estimates: Estimates | None
    forecasts: Forecasts
    regimens: RegimenSearch
    estimate_not_found: bool = False

    @property
    def estimate_told(self) -> str:
        """Whether there is an estimate, and why not."""
        if self.estimate_not_found:
            return "not found"
        return "no level" if self.estimates is None else "found"


@dataclass(frozen=True)
class DosingComparison:
    """Forecasts, estimates and regimens of all children of a cohort; for research only.

    Parameters
    ----------
    compared
        One each.
    children
        Whom they are about, and who was left out.
    target_ug_ml, infusions
        The trough asked for, and after how many infusions of a regimen it is judged.
    research_only
        What has to be said with it.
    """

    compared: tuple[ComparedChild, ...]
    children: DosedChildren
    target_ug_ml: float
    infusions: int
    research_only: str = field(default_factory=research_only)

    def child_tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables with rows of single children: patient data, for its own place."""
        return {
            "forecasts": self._of_children(lambda each: each.forecasts.rows()),
            "estimates": self._of_children(
                lambda each: [] if each.estimates is None else each.estimates.rows()
            ),
            "regimens": self._of_children(lambda each: each.regimens.rows()),
            "left_out": self._left_out(),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of all together: regimens, and how models forecast measured levels."""
        return {"regimens": self.regimens(), "measured_levels": self.measured_levels()}

    def regimens(self) -> pd.DataFrame:
        """Return for each dose and interval how likely the target is, on average over children.

        ``lowest`` and ``highest`` are those of the five models, ``children`` whom it was computed
        for: a dose beyond the maximum leaves children out.
        """
        rows = pd.DataFrame(list(self._regimen_rows()))
        if rows.empty:
            columns = [*_REGIMENS, "children", "probability", "lowest", "highest"]
            return _for_research(pd.DataFrame(columns=columns))
        by_model = rows.groupby([*_REGIMENS, "model"])["probability"].mean().unstack("model")
        pooled = rows[rows["model"] == "all models"].groupby(_REGIMENS)["probability"]
        models = by_model[list(population_models())]
        found = pd.DataFrame(
            {
                "children": pooled.size(),
                "probability": pooled.mean(),
                "lowest": models.min(axis=1),
                "highest": models.max(axis=1),
            }
        )
        return _for_research(found[found["children"] >= FEWEST].reset_index())

    def measured_levels(self) -> pd.DataFrame:
        """Return how each model forecast the measured levels before it knew them.

        Medians over levels of (forecast - measured) / measured, a share of the measured level
        without a unit, and of its size; levels below the limit of quantification are not among
        them.
        """
        found = []
        for name, model in population_models().items():
            errors = np.array([error for each in self.compared for error in _errors(each, name)])
            measured = sum(any(True for _ in _errors(each, name)) for each in self.compared)
            if measured >= FEWEST:
                found.append(
                    {
                        "model": name,
                        "label": model.label,
                        "levels": len(errors),
                        "median_relative_error": float(np.median(errors)),
                        "median_absolute_relative_error": float(np.median(np.abs(errors))),
                    }
                )
        columns = [
            "model",
            "label",
            "levels",
            "median_relative_error",
            "median_absolute_relative_error",
        ]
        return _for_research(pd.DataFrame(found, columns=columns))

    def metrics(self) -> dict[str, float]:
        """Return how many children there are, and the figures of :meth:`measured_levels`."""
        errors = self.measured_levels().set_index("model")
        found = {"children": float(len(self.compared))}
        for name in ("median_relative_error", "median_absolute_relative_error"):
            found |= {f"{name}.{model}": float(value) for model, value in errors[name].items()}
        return found

    def figures(self) -> dict[str, Figure]:
        """Return the picture of the regimens."""
        from lorpredict.dosing._pictures import regimens

        return {"regimens": regimens(self)}

    def lines(self) -> list[str]:
        """Return what was found, in sentences, what has to be said first."""
        estimated = sum(each.estimates is not None for each in self.compared)
        failed = sum(each.estimate_not_found for each in self.compared)
        return [
            self.research_only,
            f"{counted_children(len(self.compared))}, {_unless_few(estimated)} with an individual "
            f"estimate; target {self.target_ug_ml:g} µg/mL after "
            f"{counted(self.infusions, 'infusion')} of a regimen",
            *self._far_from_measured(),
            *_counts_told({_OUTSIDE: self._outside()}),
            *_counts_told({"no estimate was found in spite of a level": failed}),
            *_counts_told(self.children.left_out),
            *_counts_told(self.children.assumptions),
            *_rows_told(self.children.rows_left_out),
            *_counts_told(self._warned()),
        ]

    def __repr__(self) -> str:
        told = counted_children(len(self.compared))
        return f"DosingComparison({told}, target {self.target_ug_ml:g} µg/mL; {_USE})"

    def _far_from_measured(self) -> list[str]:
        """Say how many models are far off, if any are."""
        sizes = self.measured_levels()["median_absolute_relative_error"]
        far = int((sizes > _FAR).sum())
        if not far:
            return []
        return [
            f"{far} of the {len(sizes)} published models lie far from the measured levels: in the "
            f"median their forecasts are off by more than {_FAR:.0%} of the level (house limit; up "
            f"to {sizes.max():.0%}), and forecasts without an own level rest on them"
        ]

    def _outside(self) -> int:
        return sum(any(one.is_outside_asked for one in each.regimens) for each in self.compared)

    def _warned(self) -> dict[str, int]:
        """Return what was assumed or is strange of single children, and of how many."""
        return dict(Counter(told for each in self.compared for told in each.forecasts.warnings))

    def _left_out(self) -> pd.DataFrame:
        columns = [each.name for each in fields(RowLeftOut)]
        return _for_research(pd.DataFrame(self.children.rows_left_out, columns=columns))

    def _of_children(self, rows: Any) -> pd.DataFrame:
        found = [
            {
                "patient_id": each.child.patient_id,
                **row,
                "estimate": each.estimate_told,
                "warnings": "; ".join(each.forecasts.warnings),
            }
            for each in self.compared
            for row in rows(each)
        ]
        return _for_research(pd.DataFrame(found))

    def _regimen_rows(self) -> Iterator[dict[str, Any]]:
        """Return the probability of each child under each dose that was asked for."""
        for each in self.compared:
            for regimen in each.regimens:
                for reached in (*regimen.by_model.values(), regimen.pooled):
                    for dose in regimen.made_up_from_mg_kg:
                        yield {
                            "dose_mg_kg": dose,
                            "interval_days": regimen.interval_days,
                            "model": reached.model,
                            "probability": reached.probability,
                        }


def _errors(each: ComparedChild, model: str) -> Iterator[float]:
    if each.estimates is None:
        return
    expected = each.estimates[model].expected
    for level, forecast in zip(each.estimates.levels, expected, strict=True):
        if level.value_ug_ml:
            yield float(forecast / level.value_ug_ml - 1)


def _for_research(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(use=_USE)


def _unless_few(count: int) -> str:
    return f"fewer than {FEWEST}" if 0 < count < FEWEST else f"{count}"


def _rows_told(rows: Iterable[RowLeftOut]) -> list[str]:
    counts = Counter(f"{each.table}, {each.why}, left out" for each in rows)
    return [f"{why}: {_unless_few(number)} rows" for why, number in counts.items()]


def _counts_told(counts: Mapping[str, int]) -> list[str]:
    return [f"{why}: {_unless_few(number)} children" for why, number in counts.items() if number]
