"""Records that arrive for a prediction: checked, derived and remarked upon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lorpredict.clinical import Kind, Predictor, contradictions, derive, is_missing
from lorpredict.clinical._growth import WHO
from lorpredict.design import ModelDesign
from lorpredict.errors import Fault, RecordFaults, did_you_mean
from lorpredict.features import Encoding

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]

_Z_SCORES = ("bmi_z", "height_z")


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


def checked_records(
    records: Sequence[Record] | pd.DataFrame,
    encoding: Encoding,
    design: ModelDesign,
    *,
    growth_references: Sequence[str] = (),
) -> list[CheckedRecord]:
    """Check records, all faults of all of them at once.

    Columns of the catalogue that the model does not use are accepted and change nothing; a name
    that the catalogue does not hold is a fault, since it may be a misspelt predictor.

    Parameters
    ----------
    growth_references
        Tables behind the z-scores of the training children. z-scores are computed by WHO's, so
        none is computed for a model that knows others.

    Raises
    ------
    RecordFaults
    """
    given = [_given(record) for record in _as_records(records)]
    faults = [] if given else [Fault("records", "expected at least one record, there is none")]
    for row, record in enumerate(given, start=1):
        faults += _faults(record, encoding, design, row)
    if faults:
        raise RecordFaults(faults, subject="the request")
    foreign = [name for name in growth_references if not name.startswith(WHO)]
    return [
        replace(
            checked, warnings=(*checked.warnings, *_z_remarks(record, checked, foreign, design))
        )
        for record in given
        for checked in [_remarked(_derived(record, design, foreign), encoding, design)]
    ]


def _derived(record: Record, design: ModelDesign, foreign: Sequence[str] = ()) -> dict[str, Any]:
    """Fill in what can be computed; z-scores by other tables than WHO's cannot."""
    named = {"growth_reference": foreign[0], **record} if foreign else record
    filled = design.eligibility.with_remission(derive(named))
    return filled if "growth_reference" in record else _without(filled, "growth_reference")


def _without(record: Record, key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key}


def _z_remarks(
    record: Record, checked: CheckedRecord, foreign: Sequence[str], design: ModelDesign
) -> Iterator[str]:
    for name in (name for name in _Z_SCORES if name in design.predictors):
        label = design.catalogue[name].label
        if name in checked.missing and foreign:
            told = ", ".join(foreign)
            yield f"{label}: not computed, since the training children's is by {told}, not {WHO}"
        elif name in checked.values and name not in record:
            yield f"{label}: computed by {WHO}"


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
    plain = {str(key): _plain(value) for key, value in record.items()}
    return {key: value for key, value in plain.items() if not is_missing(value)}


def _plain(value: Any) -> Any:
    """Unpack what numpy holds; leave the rest alone."""
    return value.tolist() if hasattr(value, "tolist") else value


def _faults(record: Record, encoding: Encoding, design: ModelDesign, row: int) -> Iterator[Fault]:
    known = design.catalogue
    for key, value in record.items():
        if key not in known:
            hint = did_you_mean(key, list(known))
            yield Fault(key, "not a column of the catalogue", hint, row=row)
        elif known[key].may_predict or key == "landmark_day":
            fault = known[key].fault(value, row=row)
            if fault:
                yield fault
    # What is known later is not looked at, so it cannot contradict either.
    usable = {k: v for k, v in record.items() if k in known and known[k].may_predict}
    readable = {k: v for k, v in usable.items() if not known[k].fault(v)}
    yield from contradictions(readable, row=row)
    # A value that cannot be read was told already.
    told = set(_derived(readable, design)) | set(usable)
    # Of a single predictor the model has learnt what its absence means.
    if len(encoding.predictors) > 1 and not told & set(encoding.predictors):
        names = ", ".join(encoding.predictors)
        yield Fault("record", "holds none of the model's predictors", f"They are {names}", row=row)


def _remarked(record: Record, encoding: Encoding, design: ModelDesign) -> CheckedRecord:
    missing = tuple(name for name in encoding.predictors if name not in record)
    remarks = [
        remark
        for name in encoding.predictors
        if name in record
        for remark in _remarks(design.catalogue[name], record[name], encoding)
    ]
    remarks += _eligibility_remarks(record, design)
    measured = len(encoding.predictors) - len(missing)
    if 2 * measured < len(encoding.predictors):
        remarks.append(
            f"only {measured} of the model's {len(encoding.predictors)} predictors measured: "
            "the answer rests on what the absence of the others meant in training"
        )
    return CheckedRecord(record, missing, tuple(remarks))


def _eligibility_remarks(record: Record, design: ModelDesign) -> Iterator[str]:
    """The model knows only children who were in response; others are answered, but told so."""
    rules = design.eligibility
    if rules.already_lost(record):
        yield "already in loss of response at week 14: no such child was in training"
    elif rules.has_responded(record) is False:
        yield "no response at week 14: no such child was in training"


def _remarks(predictor: Predictor, value: Any, encoding: Encoding) -> Iterator[str]:
    name = predictor.key
    if name in encoding.never_measured:
        yield f"{predictor.label}: measured in no training child, so it changes nothing"
    elif predictor.kind is Kind.CATEGORY and value not in encoding.seen[name]:
        yield f"{predictor.label}: this level occurred in no training child"
    elif name in encoding.usual:
        low, high = encoding.usual[name]
        if not low <= value <= high:
            unit = f" {predictor.readable_unit}".rstrip()
            yield (
                f"{predictor.label}: outside the central 95 % of the training children "
                f"({low:.3g} to {high:.3g}{unit})"
            )
