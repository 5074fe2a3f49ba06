"""Any right-censored data set of the package SurvSet as children at risk under a design.

Nothing of it is clinical: predictors are typed by the prefix of their column (``num_``, ``fac_``)
and make a catalogue of their own, times have whatever unit they have, and the clock starts at 0.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from SurvSet.data import SurvLoader

from lorpredict import AtRisk, ModelDesign
from lorpredict.errors import did_you_mean
from lorpredict.outcome import FlowDiagram
from lorpredict.survival import outcome_array

# Times count in units of any length; stretched to three years, a monthly grid has 36 steps.
_DAYS = 3 * 365.25
_LONGEST_NAME = 56  # of 63, with room for a number
_SOURCE = "the data set itself"


class UnknownDataset(ValueError):
    """A name that SurvSet does not know, or data that are not right-censored rows."""


@dataclass(frozen=True)
class Dataset:
    """One data set: ``time``, ``event`` and predictors, one row a person."""

    name: str
    table: pd.DataFrame

    @classmethod
    def load(cls, name: str) -> Dataset:
        """Read a data set by its name.

        Raises
        ------
        UnknownDataset
        """
        loader = SurvLoader()
        known = loader.df_ds.set_index("ds")
        if name not in known.index:
            hint = did_you_mean(name, list(known.index))
            raise UnknownDataset(f"SurvSet holds no data set {name!r}. {hint}".rstrip())
        if known.loc[name, "is_td"]:
            raise UnknownDataset(f"{name!r} has predictors that change with time; expected one row")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the package holds old pickles
            loaded = loader.load_dataset(ds_name=name)["df"]
        # As a file gives them: levels that look like numbers become numbers' names.
        text = loaded.to_csv(index=False)
        table = pd.read_csv(io.StringIO(text)).rename(columns=_plain_name)
        table.columns = pd.Index(_each_once(table.columns))
        return cls(name, table.assign(event=table["event"].astype(bool)))

    @property
    def numbers(self) -> list[str]:
        """Columns that hold numbers."""
        return [str(name) for name in self.table if str(name).startswith("num_")]

    @property
    def factors(self) -> list[str]:
        """Columns that hold levels."""
        return [str(name) for name in self.table if str(name).startswith("fac_")]

    @cached_property
    def at_risk(self) -> AtRisk:
        """The data set in the words of lorpredict."""
        days = self.table["time"].to_numpy(dtype=float)
        # Somebody who ended at once was at risk for a moment.
        days = np.maximum(days * (_DAYS / days.max()), 1e-3)
        y = outcome_array(self.table["event"], days)
        ends = np.where(y["event"], "secondary_lor", "administrative_end").astype(object)
        flow = FlowDiagram(len(y), {}, len(y), {}, {})
        return AtRisk(self._predictors(), y, ends, flow, self._design(), synthetic=False)

    def _predictors(self) -> pd.DataFrame:
        levels = {name: self._levels(name) for name in self.factors}
        columns = {name: self.table[name].astype("float64") for name in self.numbers}
        columns |= {
            name: pd.Series(pd.Categorical(_as_text(self.table[name]), categories=known))
            for name, known in levels.items()
            if len(known) > 1
        }
        return pd.DataFrame(columns)

    def _design(self) -> ModelDesign:
        entries = {name: self._number(name) for name in self.numbers}
        entries |= {n: self._category(n) for n in self.factors if len(self._levels(n)) > 1}
        return ModelDesign(
            name=self.name,
            version=1,
            description=f"SurvSet's data set {self.name}",
            predictors=tuple(entries),
            landmark_day=0.0,
            horizons_days_since_first_infusion=(_DAYS / 2,),
            site_catalogue={"name": self.name, "version": "1", "predictors": entries},
        )

    def _number(self, name: str) -> dict[str, Any]:
        values = self.table[name].astype("float64")
        around = [float(values.min()) - 1, float(values.max()) + 1]
        limits = {"unit": "1", "plausible": around, "plausible_source": _SOURCE}
        return {"kind": "number", **_entry(name), **limits}

    def _category(self, name: str) -> dict[str, Any]:
        levels = [{"value": level, "label": level} for level in self._levels(name)]
        return {"kind": "category", **_entry(name), "levels": levels}

    def _levels(self, name: str) -> list[str]:
        return sorted(_as_text(self.table[name]).dropna().unique())


def _plain_name(column: str) -> str:
    """Call a column as our catalogue calls one: ``num_IMAGE:51328`` is ``num_image_51328``."""
    return re.sub(r"[^a-z0-9]+", "_", column.lower())[:_LONGEST_NAME]


def _each_once(names: pd.Index) -> list[str]:
    """Number the names that have become one another's."""
    taken = zip(names, names.duplicated(), strict=True)
    return [f"{name}_{place}" if twice else name for place, (name, twice) in enumerate(taken)]


def _entry(name: str) -> dict[str, str]:
    return {"label": name, "description": name, "known": "landmark", "source": _SOURCE}


def _as_text(values: pd.Series) -> pd.Series:
    text: pd.Series = values.astype("string")
    return text
