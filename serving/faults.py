"""What is wrong with a request, in the catalogue's words and without what was sent.

Pydantic finds the faults of form; its own wording quotes the values, so each fault is worded
anew. Contradictions within a record are looked for at the same time, so that all is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lorpredict.clinical import OtherUnit, Predictor, contradictions
from lorpredict.errors import Fault, RecordFaults, did_you_mean
from serving.errors import InvalidRequest, RequestFault
from serving.known import known_columns
from serving.messages import AskedModel, Question, record_fields

Location = tuple[str | int, ...]

# A name that a program would give to a field; anything else may be text about a person.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_PROBLEMS = {
    "missing": "expected, but not there",
    "missing_body": "expected a JSON object, but there is none",
    "one_or_many": "expected either record or records, and one of them",
    "list_type": "expected a list",
    "float_type": "expected a number",
    "finite_number": "expected a finite number",
    "bool_type": "expected true or false",
    "int_type": "expected a whole number",
    "string_type": "expected a text",
    "model_type": "expected a JSON object",
    "model_attributes_type": "expected a JSON object",
    "dict_type": "expected a JSON object",
}
# In pydantic's own names for the border that was crossed; none of them is what was sent.
_LIMITS = {
    "too_long": "expected at most {max_length}",
    "too_short": "expected at least {min_length}",
    "string_too_long": "expected a text of at most {max_length} characters",
    "string_too_short": "expected a text that is not empty",
    "greater_than_equal": "expected {ge:g} or more",
    "less_than_equal": "expected at most {le:g}",
    "written_otherwise": "expected {expected}",
}
_QUOTED = re.compile("'([^']*)'")


def invalid_request(errors: Sequence[Mapping[str, Any]], body: Any) -> InvalidRequest:
    """Gather every fault of a request from pydantic's errors and the body they are about."""
    within = _contradictions(body, {_location(error) for error in errors})
    return InvalidRequest(*form_faults(errors), *within)


def form_faults(
    errors: Sequence[Mapping[str, Any]], *, fields: Sequence[str] = tuple(Question.model_fields)
) -> list[RequestFault]:
    """Word pydantic's errors anew.

    Parameters
    ----------
    fields : what the body may hold
    """
    return [_reworded(_location(each), _of_the_whole(each), fields) for each in errors]


def faults_of_records(error: RecordFaults, question: Question) -> InvalidRequest:
    """Point from the faults that the packaged model found to their place in the request."""
    return InvalidRequest(
        *(_pointed(fault, _record_place(question, (fault.row or 1) - 1)) for fault in error.faults)
    )


def _of_the_whole(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell a body that is not there, which has no name to be missed by, from a missing field."""
    is_body = error["type"] == "missing" and tuple(error["loc"]) == ("body",)
    return {**error, "type": "missing_body"} if is_body else error


def _location(error: Mapping[str, Any]) -> Location:
    """Where an error stands, without FastAPI's leading ``body``; a query keeps its mark."""
    source, *rest = error["loc"] or ("body",)
    if source == "query":
        return ("?", *rest)
    return tuple(rest) if source == "body" else (source, *rest)


def _record_place(question: Question, row: int) -> Location:
    return ("record",) if question.is_one else ("records", row)


def _pointed(fault: Fault, place: Location) -> RequestFault:
    column = () if fault.column in ("record", "records") else (fault.column,)
    return RequestFault(_pointer((*place, *column)), fault.problem, fault.hint)


def _pointer(location: Location) -> str:
    steps = [str(step) if _is_plain(step) else "(unreadable name)" for step in location]
    return "?" + "/".join(steps[1:]) if location[:1] == ("?",) else "".join(f"/{s}" for s in steps)


def _is_plain(step: str | int) -> bool:
    return isinstance(step, int) or bool(_NAME.fullmatch(step))


def _reworded(location: Location, error: Mapping[str, Any], fields: Sequence[str]) -> RequestFault:
    column = _column(location)
    if error["type"] == "extra_forbidden":
        problem, hint = _unknown(str(location[-1]), location, fields, in_record=column is not None)
    elif column is not None:
        predictor = known_columns()[column]
        problem, hint = f"expected {predictor.expected}", _unit_hint(predictor, error.get("input"))
    else:
        problem, hint = _problem(error), ""
    return RequestFault(_pointer(location), problem, hint)


def _column(location: Location) -> str | None:
    """Name of the record's field that a location leads to."""
    match location:
        case ("record", str(name)) | ("records", int(), str(name)):
            return name
    return None


def _problem(error: Mapping[str, Any]) -> str:
    told, context = _PROBLEMS.get(error["type"]), error.get("ctx", {})
    if error["type"] == "literal_error":
        return _one_of(context["expected"])
    if told is None and error["type"] in _LIMITS:
        told = _LIMITS[error["type"]].format_map(context)
    return told or "not what is expected here"


def _one_of(quoted: str) -> str:
    """Name the values that may be sent, which pydantic writes as ``'a', 'b' or 'c'``."""
    values = _QUOTED.findall(quoted)
    return f"expected {'one of ' if len(values) > 1 else ''}{', '.join(values)}"


def _unknown(
    name: str, location: Location, fields: Sequence[str], *, in_record: bool
) -> tuple[str, str]:
    if not in_record:
        known = list(AskedModel.model_fields) if location[:1] == ("?",) else fields
        return "no such field", did_you_mean(name, known)
    if name in known_columns():
        if known_columns()[name].may_predict:
            return "a text or a date, which no model reads, so it may not be sent", ""
        return "not known when the prediction is made, so it may not be sent", ""
    return (
        "not a column of the catalogue",
        _conversion(name) or did_you_mean(name, list(record_fields())),
    )


def _conversion(name: str) -> str:
    """Say how a column in another unit becomes the one that is known."""
    for predictor in record_fields().values():
        for other in predictor.other_units:
            if name == f"{predictor.stem}_{other.suffix}":
                return f"Send {predictor.key}. {_converted(predictor, other)}"
    return ""


def _unit_hint(predictor: Predictor, value: Any) -> str:
    """Name the unit in which a number would fit."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not predictor.plausible:
        return ""
    low, high = predictor.plausible
    for other in predictor.other_units:
        if other.factor != 1 and low / other.factor <= value <= high / other.factor:
            return f"Is it in {other.readable_unit}? {_converted(predictor, other)}"
    return ""


def _converted(predictor: Predictor, other: OtherUnit) -> str:
    factor = other.factor
    how = f"times {factor:g}" if factor >= 1 else f"divided by {1 / factor:g}"
    return f"{other.readable_unit} {how} is {predictor.readable_unit}"


def _contradictions(body: Any, faulty: set[Location]) -> Iterator[RequestFault]:
    for place, record in _records(body):
        readable = {
            name: value
            for name, value in record.items()
            if name in record_fields() and value is not None and (*place, name) not in faulty
        }
        for fault in contradictions(readable):
            yield _pointed(fault, place)


def _records(body: Any) -> Iterator[tuple[Location, dict[str, Any]]]:
    if not isinstance(body, dict):
        return
    many = body.get("records")
    places = (
        [(("records", row), each) for row, each in enumerate(many)]
        if isinstance(many, list)
        else []
    )
    for place, record in [(("record",), body.get("record")), *places]:
        if isinstance(record, dict):
            yield place, record
