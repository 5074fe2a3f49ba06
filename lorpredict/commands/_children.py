"""The children about whom a model is asked: read from a file, without their outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lorpredict.commands import _console
from lorpredict.commands._source import Asked, read
from lorpredict.commands._wording import model_facts
from lorpredict.errors import Fault, RecordFaults

if TYPE_CHECKING:
    import pandas as pd

    from lorpredict.explanation import Contributions
    from lorpredict.packaged import PackagedModel
    from lorpredict.survival import RiskPrediction


# So many are asked about between two steps of the bar.
_AT_ONCE = 2000
_REGISTRY = re.compile(r"(models|runs):/")


@dataclass(frozen=True)
class Children:
    """Checked rows and the model that is asked about them.

    Parameters
    ----------
    ids : patient identifier of each row, None where there is none
    remarks : what is unusual about the whole file
    fingerprint : of the model folder
    """

    model: PackagedModel
    table: pd.DataFrame
    ids: tuple[str | None, ...]
    remarks: list[str]
    name: str
    fingerprint: str

    def __len__(self) -> int:
        return len(self.table)

    @property
    def model_facts(self) -> dict[str, Any]:
        """Which model answers, for programs."""
        return model_facts(self.model.facts) | {"fingerprint": self.fingerprint}

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


def folder_of(model: Path) -> Path:
    """Find the folder of a model that was named on the command line.

    Raises
    ------
    typer.BadParameter
        If a registry has to be asked, which speaks MLflow; the command that fetches is told.
    DamagedModel
    """
    from lorpredict.packaged import model_folder_in

    address = str(model)
    if _REGISTRY.match(address):
        raise typer.BadParameter(
            f"{address} stands in a registry, and this command asks none. Fetch it first, where "
            f"MLFLOW_TRACKING_URI says which store:\n"
            f"    mlflow artifacts download --artifact-uri {address} --dst-path model\n"
            "and then name the folder 'model' in its place.",
            param_hint="MODEL",
        )
    return model_folder_in(model)


def read_children(named: Path, asked: Asked) -> Children:
    """Load a model and read the children about whom it is asked.

    Raises
    ------
    DamagedModel, UnreadableSource, CohortFaults
    """
    from lorpredict.cohort import as_records
    from lorpredict.packaged import PackagedModel, fingerprint

    folder = folder_of(named)
    model = PackagedModel.load(folder)
    cohort, remarks = read(asked, model.facts.design.catalogue.for_prediction())
    table = cohort.table
    ids = [record["patient_id"] for record in as_records(table.reindex(columns=["patient_id"]))]
    return Children(model, table, tuple(ids), remarks, cohort.name, fingerprint(folder))


def _further_down(fault: Fault, rows: int) -> Fault:
    return fault if fault.row is None else replace(fault, row=fault.row + rows)
