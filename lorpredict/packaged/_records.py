"""Records that arrive for a prediction: checked, derived and remarked upon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lorpredict.clinical import (
    Predictor,
    Values,
    contradictions,
    derive,
    is_missing,
    values_of_record,
)
from lorpredict.clinical._growth import WHO, Z_SCORES
from lorpredict.design import TROUGH, ModelDesign
from lorpredict.errors import Fault, RecordFaults, did_you_mean
from lorpredict.features import Encoding

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]

_PLAIN = frozenset({bool, int, float, str})
# Known at the landmark, and no predictors: the child's own clock, and the tables of its z-scores.
_BESIDE_PREDICTORS = ("landmark_day", "growth_reference")
OUTSIDE = "outside the central 95 % of the training children"
_FEWEST_OUTSIDE = 3  # of about eighteen; by chance one child in twenty


@dataclass(frozen=True)
class CheckedRecord:
    """A record that can be predicted.

    Parameters
    ----------
    values : column -> value, with what could be derived; missing values are left out
    missing : predictors of the model that were not measured
    warnings : what is unusual, in words
    """

    values: Record
    missing: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class RecordReader:
    """Reads records as one model has to see them.

    Parameters
    ----------
    growth_references
        Tables behind the z-scores of the training children. z-scores are computed by WHO's, so
        none is computed for a model that knows others.
    """

    encoding: Encoding
    design: ModelDesign
    growth_references: Sequence[str] = ()

    def read(self, records: Sequence[Record] | pd.DataFrame) -> list[CheckedRecord]:
        """Check records, all faults of all of them at once.

        Columns of the catalogue that the model does not use are accepted and change nothing; a
        name that the catalogue does not hold is a fault, since it may be a misspelt predictor.

        Raises
        ------
        RecordFaults
        """
        looked = [
            self._look(_given(record), row)
            for row, record in enumerate(_as_records(records), start=1)
        ]
        faults = [fault for each in looked for fault in each.faults]
        if not looked:
            faults = [Fault("records", "expected at least one record, there is none")]
        if faults:
            raise RecordFaults(faults, subject="the request")
        return [self._remarked(each) for each in looked]

    def _look(self, record: Record, row: int) -> _Looked:
        """Find what is wrong with a record, and what can be computed from the rest of it.

        What is known later is not looked at, so it can neither contradict nor be computed from.
        """
        faults, readable = [], {}
        for key, value in record.items():
            column = self._looked_at.get(key)
            if column is not None and column.fits(value):
                readable[key] = value
                continue
            fault = self._not_known(key, row) if column is None else column.fault(value, row=row)
            if fault is not None:
                faults.append(fault)
        values = values_of_record(readable)
        faults += contradictions(readable, row=row, values=values)
        filled = self._filled(readable, values)
        # A value that cannot be read was told already; so was the predictor's being there.
        if self._holds_nothing(record, filled):
            names = ", ".join(self.encoding.predictors)
            problem, hint = "holds none of the model's predictors", f"They are {names}"
            faults.append(Fault("record", problem, hint, row=row))
        return _Looked(readable, filled, tuple(faults))

    @cached_property
    def _looked_at(self) -> dict[str, Predictor]:
        """Columns that are known in time."""
        return {
            key: column
            for key, column in self.design.catalogue.predictors.items()
            if column.may_predict or key in _BESIDE_PREDICTORS
        }

    def _not_known(self, key: str, row: int) -> Fault | None:
        known = self.design.catalogue
        if key in known:
            return None
        hint = did_you_mean(key, list(known))
        return Fault(key, "not a column of the catalogue", hint, row=row)

    def _holds_nothing(self, record: Record, filled: Record) -> bool:
        """Of a single predictor the model has learnt what its absence means."""
        predictors = self.encoding.predictors
        return len(predictors) > 1 and not any(n in record or n in filled for n in predictors)

    def _filled(self, record: Record, values: Values) -> dict[str, Any]:
        """Fill in what can be computed; z-scores by other tables than WHO's cannot."""
        if self._foreign_tables and "growth_reference" not in record:
            filled = derive({"growth_reference": self._foreign_tables[0], **record})
        else:
            filled = derive(record, values=values)
        if "growth_reference" not in record:
            filled.pop("growth_reference", None)
        return self.design.eligibility.with_remission(filled)

    @cached_property
    def _foreign_tables(self) -> list[str]:
        return [name for name in self.growth_references if not name.startswith(WHO)]

    def _remarked(self, looked: _Looked) -> CheckedRecord:
        record, predictors = looked.filled, self.encoding.predictors
        missing = tuple(name for name in predictors if name not in record)
        known = self.design.catalogue.predictors
        told = [_remark(known[n], record[n], self.encoding) for n in predictors if n in record]
        remarks = [remark for remark in told if remark is not None]
        remarks += _eligibility_remarks(record, self.design)
        measured = len(predictors) - len(missing)
        outside = sum(OUTSIDE in remark for remark in remarks)
        if outside >= _FEWEST_OUTSIDE:
            remarks.append(
                f"an unusual child: {outside} of {measured} measured predictors lie {OUTSIDE}; "
                f"about {0.05 * measured:.1f} are to be expected"
            )
        if 2 * measured < len(predictors):
            apart = ", the trough apart" if self._is_forecast(record) else ""
            remarks.append(
                f"only {measured} of the model's {len(predictors)} predictors measured: the "
                f"answer rests on what the absence of the others meant in training{apart}"
            )
        remarks += [*self._z_remarks(looked), *self._forecast_remarks(record)]
        return CheckedRecord(record, missing, tuple(remarks))

    def _is_forecast(self, record: Record) -> bool:
        return self.encoding.forecast is not None and TROUGH not in record

    def _forecast_remarks(self, record: Record) -> Iterator[str]:
        forecast = self.encoding.forecast
        if forecast is None or not self._is_forecast(record):
            return
        known = self.design.catalogue
        alone = "" if forecast.children else "by the published model alone"
        lacking = [known[name].label for name in forecast.made_from if name not in record]
        like = f"as of all training children, without {', '.join(lacking)}" if lacking else ""
        when = record.get("landmark_day", forecast.day)
        day = f"of day {forecast.day:g} and not {when:g}" if when != forecast.day else ""
        told = "; ".join(
            each for each in ("not measured, so that it was forecast", alone, like, day) if each
        )
        yield f"{known[TROUGH].label}: {told}"

    def _z_remarks(self, looked: _Looked) -> Iterator[str]:
        for name in (name for name in Z_SCORES if name in self.encoding.predictors):
            label = self.design.catalogue[name].label
            if name not in looked.filled and self._foreign_tables:
                told = ", ".join(self._foreign_tables)
                yield (
                    f"{label}: not computed, since the training children's is by {told}, not {WHO}"
                )
            elif name in looked.filled and name not in looked.readable:
                yield f"{label}: computed by {WHO}"


@dataclass(frozen=True)
class _Looked:
    """A record that was looked at.

    Parameters
    ----------
    readable : what was given and can be read
    filled : the same, with what could be computed from it
    """

    readable: Record
    filled: Record
    faults: tuple[Fault, ...]


def _as_records(records: Sequence[Record] | pd.DataFrame) -> Sequence[Record]:
    if hasattr(records, "to_dict"):
        rows: Any = records.to_dict("records")
        return [{str(key): value for key, value in row.items()} for row in rows]
    if isinstance(records, Mapping):
        fault = Fault("records", "expected a list of records, this is one", "Put it into a list")
        raise RecordFaults([fault], subject="the request")
    return records


def _given(record: Record) -> dict[str, Any]:
    """Keep the values that are there, as plain Python values."""
    plain = ((str(key), _plain(value)) for key, value in record.items())
    return {key: value for key, value in plain if not is_missing(value)}


def _plain(value: Any) -> Any:
    """Unpack what numpy holds; leave the rest alone."""
    if type(value) in _PLAIN:
        return value
    return value.tolist() if hasattr(value, "tolist") else value


def _eligibility_remarks(record: Record, design: ModelDesign) -> Iterator[str]:
    """The model knows only children who were in response; others are answered, but told so."""
    rules = design.eligibility
    if rules.already_lost(record):
        yield "already in loss of response at week 14: no such child was in training"
    elif rules.has_responded(record) is False:
        yield "no response at week 14: no such child was in training"


def _remark(predictor: Predictor, value: Any, encoding: Encoding) -> str | None:
    name = predictor.key
    if name in encoding.never_measured:
        return f"{predictor.label}: measured in no training child, so it changes nothing"
    if predictor.is_category and value not in encoding.seen[name]:
        return f"{predictor.label}: this level occurred in no training child"
    usual = encoding.usual.get(name)
    if usual is None:
        return None
    low, high = usual
    if low <= value <= high:
        return None
    unit = f" {predictor.readable_unit}".rstrip()
    beyond = max(value - high, low - value)
    return f"{predictor.label}: {OUTSIDE} ({low:.3g} to {high:.3g}{unit}), by {beyond:.3g}{unit}"
