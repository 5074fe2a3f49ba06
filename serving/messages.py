"""What is asked: typed messages, their fields made from the catalogue.

A column that enters the catalogue and is known at the landmark becomes a field here by itself,
with its label, meaning, unit, range and what its absence means. Types are strict: a text is no
number, and a name that is not known is refused rather than ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from lorpredict.clinical import Kind, Predictor
from serving.known import known_columns

MOST_RECORDS = 1000
MOST_TIMES = 60
MOST_RISKS = 20_000
MOST_EXPLAINED = 2_000  # each is many times as long, and takes as much longer
LONGEST_IDENTIFIER = 128
PATIENT = "patient_id"
_ABSENT: Any = None  # a default that a request itself may not send
_TYPES: dict[Kind, Any] = {Kind.NUMBER: float, Kind.BOOLEAN: bool}  # a category has its levels
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class _Record(BaseModel):
    """One child at week 14; what was not measured is left out or null."""

    model_config = _STRICT


def may_be_sent(predictor: Predictor) -> bool:
    """Whether a column belongs into a request: known when the prediction is made, and no text."""
    readable = predictor.kind is Kind.CATEGORY or predictor.kind in _TYPES
    return readable and (predictor.may_predict or predictor.key == "landmark_day")


def record_fields() -> dict[str, Predictor]:
    """Columns that a record may hold."""
    return {key: column for key, column in known_columns().items() if may_be_sent(column)}


def _field(predictor: Predictor) -> Any:
    """Type and description of one column, as pydantic takes them."""
    bounds: dict[str, Any] = {}
    if predictor.kind is Kind.NUMBER and predictor.plausible:
        bounds = {"ge": predictor.plausible[0], "le": predictor.plausible[1]}
        if predictor.step:
            bounds["multiple_of"] = predictor.step
    return (
        _type(predictor) | None,
        Field(
            default=None,
            title=predictor.label,
            description=_description(predictor),
            json_schema_extra=_flat(predictor),
            **bounds,
        ),
    )


def _type(predictor: Predictor) -> Any:
    if predictor.kind is Kind.CATEGORY:
        return Literal[predictor.values]
    return _TYPES[predictor.kind]


def _description(predictor: Predictor) -> str:
    levels = "; ".join(f"{level.value}: {level.label}" for level in predictor.levels)
    parts = [
        predictor.description,
        f"Expected: {predictor.expected}.",
        f"Levels: {levels}." if levels else "",
        f"Missing means: {predictor.missing_means}.",
    ]
    return " ".join(filter(None, parts))


def _flat(predictor: Predictor) -> Any:
    """Put range or levels beside the description, where people and generators look for them."""

    def flatten(schema: dict[str, Any]) -> None:
        _one_type(schema)
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
        if predictor.kind is Kind.NUMBER:
            schema.update(unit=predictor.readable_unit or "1", ucum=predictor.unit)

    return flatten


def _patient() -> Any:
    """The one text of a record, which no model reads and nothing but the audit may see."""
    told = (
        "The child's pseudonym in your system, if the outcome is to be recorded later "
        "(/v1/outcome). It never leaves this service: the audit keeps a keyed hash of it."
    )
    return str | None, Field(
        default=None,
        title="Patient identifier",
        description=told,
        min_length=1,
        max_length=LONGEST_IDENTIFIER,
        json_schema_extra=_one_type,
    )


def _one_type(schema: dict[str, Any]) -> None:
    (text,) = (each for each in schema.pop("anyOf") if each.get("type") != "null")
    schema.pop("default", None)
    schema.update(text, type=[text["type"], "null"])


if TYPE_CHECKING:
    ChildRecord = _Record
else:
    ChildRecord = create_model(
        "ChildRecord",
        __base__=_Record,
        __doc__=_Record.__doc__,
        **{PATIENT: _patient()},
        **{key: _field(column) for key, column in record_fields().items()},
    )


def _one_or_many(schema: dict[str, Any]) -> None:
    """Say in the schema what ``_refuse_both_or_neither`` checks; absent is not null."""
    for name in ("record", "records", "days_since_first_infusion"):
        schema["properties"][name].pop("default", None)
    schema["oneOf"] = [{"required": ["record"]}, {"required": ["records"]}]
    schema["examples"] = [{"record": _EXAMPLE}]


_EXAMPLE = {
    "sex": "female",
    "age_years": 12.5,
    "crp_mg_l": 12.0,
    "albumin_g_l": 36.0,
    "remission_week14": True,
    "trough_week14_ug_ml": 3.1,
}


class Question(BaseModel):
    """One record, or up to 1000 of them; answers come in the same order."""

    model_config = ConfigDict(**_STRICT, json_schema_extra=_one_or_many)

    record: ChildRecord = Field(default=_ABSENT, description="One child.")
    records: list[ChildRecord] = Field(
        default=_ABSENT,
        min_length=1,
        max_length=MOST_RECORDS,
        description=(
            "Children; a fault in one of them refuses all, and every fault is named. Records times "
            f"days are at most {MOST_RISKS} where risks are asked for, and at most "
            f"{MOST_EXPLAINED} where explanations are."
        ),
    )
    days_since_first_infusion: list[float] = Field(
        default=_ABSENT,
        min_length=1,
        max_length=MOST_TIMES,
        description=(
            "Times to be told, in days since the first infusion; the model's horizons by default. "
            "Not before a child's landmark, and not beyond the follow-up of the training cohort."
        ),
    )

    @model_validator(mode="after")
    def _refuse_both_or_neither(self) -> Self:
        if (self.record is None) == (self.records is None):
            raise PydanticCustomError("one_or_many", "expected either record or records")
        return self

    @property
    def is_one(self) -> bool:
        """Whether a single record was sent."""
        return self.record is not None

    def answers(self, default_times: int) -> int:
        """How much is asked for: records times days.

        Parameters
        ----------
        default_times : how many times the model tells where none is named
        """
        return len(self._asked) * len(self.days_since_first_infusion or range(default_times))

    def children(self) -> list[dict[str, Any]]:
        """Return the records as the packaged model reads them, without what is missing."""
        return [child.model_dump(exclude_none=True, exclude={PATIENT}) for child in self._asked]

    def patients(self) -> list[str | None]:
        """Return whose records they are, where that was said."""
        return [getattr(child, PATIENT) for child in self._asked]

    @property
    def _asked(self) -> list[ChildRecord]:
        return [self.record] if self.is_one else self.records


class AskedModel(BaseModel):
    """Which model is asked."""

    model_config = _STRICT

    model: str = Field(
        default="champion",
        description="The alias of the model that answers: champion or challenger.",
    )
