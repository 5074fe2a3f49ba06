"""The children about whom a model is asked: read from a file, without their outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lorpredict.commands import _console
from lorpredict.commands._model import AskedModel
from lorpredict.commands._source import Asked, read
from lorpredict.errors import Fault, RecordFaults, counted_children

if TYPE_CHECKING:
    import pandas as pd

    from lorpredict.explanation import Contributions
    from lorpredict.packaged import PackagedModel
    from lorpredict.survival import RiskPrediction


# So many are asked about between two steps of the bar.
_AT_ONCE = 2000


@dataclass(frozen=True)
class Children:
    """Checked rows and the model that is asked about them.

    Parameters
    ----------
    ids : patient identifier of each row, None where there is none
    remarks : what is unusual about the whole file
    """

    asked: AskedModel
    table: pd.DataFrame
    ids: tuple[str | None, ...]
    remarks: list[str]
    name: str

    def __len__(self) -> int:
        return len(self.table)

    @property
    def model(self) -> PackagedModel:
        """The model that is asked."""
        return self.asked.model

    @cached_property
    def predicted(self) -> RiskPrediction:
        """What the model answers about all of them.

        Raises
        ------
        RecordFaults
            Naming every row about which it cannot be asked.
        """
        from lorpredict.survival import RiskPrediction

        parts: list[RiskPrediction] = []
        faults: list[Fault] = []
        starts = range(0, max(len(self.table), 1), _AT_ONCE)
        for start in _console.with_progress(starts, "children", total=len(self.table)):
            try:
                parts.append(self.model.predict(self.table.iloc[start : start + _AT_ONCE]))
            except RecordFaults as error:
                faults += [_further_down(fault, start) for fault in error.faults]
        if faults:
            raise RecordFaults(faults, subject=self.name)
        return RiskPrediction.joined(parts)

    def explained(self, rows: list[int], days: Any = None) -> Contributions:
        """Ask what moved the predictions of some of them.

        Parameters
        ----------
        rows
            Positions, the first is 0.
        days : array of shape (n_days,), optional
            Days since the first infusion; the model's horizons by default.
        """
        return self.model.explain(self.table.iloc[rows], days_since_first_infusion=days)


def read_children(named: Path, asked: Asked) -> Children:
    """Load a model and read the children about whom it is asked.

    Raises
    ------
    DamagedModel, UnreadableSource, CohortFaults
    """
    from lorpredict.cohort import as_records

    asked_model = AskedModel.load(named)
    model = asked_model.model
    cohort, told = read(asked, model.facts.design.catalogue.for_prediction())
    table, remarks = cohort.table, [*told, *_remarks(model, cohort.table)]
    ids = [record["patient_id"] for record in as_records(table.reindex(columns=["patient_id"]))]
    return Children(asked_model, table, tuple(ids), remarks, cohort.name)


def _further_down(fault: Fault, rows: int) -> Fault:
    return fault if fault.row is None else replace(fault, row=fault.row + rows)


def _remarks(model: PackagedModel, table: pd.DataFrame) -> Iterator[str]:
    """Say of the whole file what would hide in every single row of it."""
    known, asked = model.facts.design.catalogue, model.encoding.predictors
    never = [name for name in asked if _nothing_in(name, table)]
    # Remission is found from the PCDAI where the definition of the design allows it.
    never = [n for n in never if n != "remission_week14" or _nothing_in("pcdai_week14", table)]
    if never and len(table):
        labels = ", ".join(known[name].label for name in never)
        yield (
            f"measured in no child of this file: {labels}. The answers rest on what their absence "
            "meant in training"
        )
    ended = _number_ended(model, table)
    if ended:
        yield (
            f"{counted_children(ended)} of this file were no longer under observation after the "
            "landmark: the model was made to be asked of children in response on that day"
        )


def _number_ended(model: PackagedModel, table: pd.DataFrame) -> int:
    """How many children a training would have left out; nothing else is looked at."""
    if "follow_up_days" not in table:
        return 0
    plan = model.facts.design.landmark_day
    own = table["landmark_day"].fillna(plan) if "landmark_day" in table else plan
    return int((table["follow_up_days"] <= own).sum())


def _nothing_in(column: str, table: pd.DataFrame) -> bool:
    return column not in table or bool(table[column].isna().all())


RISK_AND_ENDS = ("risk", "risk_low", "risk_high")


def named_risks(told: RiskPrediction, row: int) -> Iterator[dict[str, float]]:
    """Risk by each horizon by the names of :data:`RISK_AND_ENDS`; ends only where there are."""
    for risks in risks_with_ends(told, row):
        yield dict(zip(RISK_AND_ENDS, risks, strict=False))


def risks_with_ends(told: RiskPrediction, row: int) -> list[tuple[float, ...]]:
    """Risk by each horizon, with the ends of its interval where the model can say."""
    columns = [told.risk]
    if told.interval is not None:
        columns += [told.interval.low, told.interval.high]
    return list(zip(*(column[row].tolist() for column in columns), strict=True))
