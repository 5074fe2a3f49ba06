"""What is asked about troughs: doses, covariates over time, measured levels, regimens to compare.

Types are strict here, and ranges are the library's: it knows the other unit that a number may have
been meant in.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lorpredict.clinical import assays, catalogue
from serving.messages import LONGEST_IDENTIFIER

MOST_INFUSIONS = 40
MOST_LEVELS = 12
MOST_DATED = 60
MOST_DAYS = 366
MOST_CANDIDATES = 12
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
_ABSENT: Any = None  # a default that a request itself may not send
_DAY = "Days since the first infusion, which is day 0."
_LONGEST_WORD = 64
_LAST_DAY = 7300
Day = Annotated[float, Field(ge=-_LAST_DAY, le=_LAST_DAY, description=_DAY)]


def _range(column: str, table: str = "predictors") -> dict[str, Any]:
    """Tell the plausible range of a column in the schema; the library holds to it."""
    low, high = catalogue(table)[column].plausible or (None, None)
    return {"minimum": low, "maximum": high}


class _Message(BaseModel):
    model_config = _STRICT


class InfusionSent(_Message):
    """One infusion."""

    day: Day
    dose: float = Field(description="In the unit that dose_unit names.")
    hours: float = Field(
        default=2.0, description="How long it ran.", json_schema_extra=_range("hours", "infusions")
    )


class WeightSent(_Message):
    """A weight, which holds from its day on; the first one before it too."""

    day: Day = 0.0
    kg: float = Field(json_schema_extra=_range("weight_kg"))


class AlbuminSent(_Message):
    """An albumin, which holds from its day on; the first one before it too."""

    day: Day = 0.0
    value: float = Field(description="In the unit that albumin_unit names.")


class ImmunomodulatorSent(_Message):
    """Whether an immunomodulator is taken, from this day on."""

    day: Day = 0.0
    taken: bool


class HistorySent(_Message):
    """Doses and covariates of one child; units are stated, since wrong ones look plausible."""

    age_years: float = Field(
        description="At the first infusion. Checked only: no model knows it.",
        json_schema_extra=_range("age_years"),
    )
    infusions: list[InfusionSent] = Field(
        min_length=1,
        max_length=MOST_INFUSIONS,
        description="Ascending by day, the first one on day 0; planned ones may follow.",
    )
    dose_unit: Literal["mg", "mg/kg"]
    weight: list[WeightSent] = Field(min_length=1, max_length=MOST_DATED)
    albumin: list[AlbuminSent] = Field(min_length=1, max_length=MOST_DATED)
    albumin_unit: Literal["g/L", "g/dL"]
    immunomodulator: list[ImmunomodulatorSent] = Field(
        default=[], max_length=MOST_DATED, description="None taken where the list is empty."
    )
    antibodies: bool = Field(
        default=False,
        description="Whether antibodies against infliximab were found. Where it is left out, "
        "antibodies_from_day says that they were; false beside it is refused.",
    )
    antibodies_from_day: float = Field(
        default=_ABSENT,
        description="Since when; left out where it is not known, and counted from the start.",
    )


class LevelSent(_Message):
    """One measured level of infliximab; on the day of an infusion, drawn before it began."""

    day: Day
    value: float = Field(
        default=_ABSENT, description="Left out where the laboratory says no more than below_loq."
    )
    unit: Literal["ug/mL", "µg/mL", "mg/L", "ng/mL"]
    assay: str = Field(
        default=_ABSENT,
        min_length=1,
        max_length=_LONGEST_WORD,
        description="The limit of quantification of "
        + ", ".join(f"{each.label} ({each.loq_ug_ml:g} µg/mL)" for each in assays().values())
        + " is known; of another assay give loq.",
    )
    loq: float = Field(
        default=_ABSENT,
        description="Limit of quantification in the same unit, as the laboratory says. "
        "A value below it counts as below it.",
    )
    below_loq: bool = False


class RegimensAsked(_Message):
    """Which regimens are compared, and for which trough."""

    target_ug_ml: float = Field(
        description="The trough asked for. Which one a child should have is not known; "
        "thresholds in the answer are what studies name.",
        json_schema_extra={"exclusiveMinimum": 0, "maximum": 100},
    )
    vial_mg: float | None = Field(
        description="mg in a vial, as the pharmacy says; doses are whole vials. null for none."
    )
    from_day: Day = Field(description=f"The next infusion, from which regimens part. {_DAY}")
    infusions: int = Field(
        default=3,
        ge=1,
        le=20,
        description="The trough is that after so many infusions of the regimen, before the next.",
    )
    rounding: Literal["up", "nearest", "down"] = "nearest"
    maximum_mg: float = Field(
        default=_ABSENT, description="Larger doses, after rounding, are left out and named."
    )
    doses_mg_kg: list[float] = Field(
        default=_ABSENT,
        min_length=1,
        max_length=MOST_CANDIDATES,
        description="Doses to compare; 5 to 10 mg/kg by default.",
    )
    intervals_days: list[float] = Field(
        default=_ABSENT,
        min_length=1,
        max_length=MOST_CANDIDATES,
        description="Intervals to compare; 4 to 8 weeks by default.",
    )


_EXAMPLE: dict[str, Any] = {
    "history": {
        "age_years": 12.5,
        "infusions": [{"day": day, "dose": 5} for day in (0, 14, 42, 98)],
        "dose_unit": "mg/kg",
        "weight": [{"kg": 40.0}, {"day": 98, "kg": 42.0}],
        "albumin": [{"value": 38}],
        "albumin_unit": "g/L",
    },
    "levels": [{"day": 98, "value": 4.1, "unit": "ug/mL", "assay": "immunoassay"}],
    "days_since_first_infusion": [154],
    "regimens": {"target_ug_ml": 5, "vial_mg": None, "from_day": 154},
}


class TroughQuestion(BaseModel):
    """Doses and covariates of one child, its measured levels, and what is asked about them."""

    model_config = ConfigDict(**_STRICT, json_schema_extra={"examples": [_EXAMPLE]})

    patient_id: str = Field(
        default=_ABSENT,
        min_length=1,
        max_length=LONGEST_IDENTIFIER,
        description="The child's pseudonym in your system. It never leaves this service: the "
        "audit keeps a keyed hash of it.",
    )
    history: HistorySent
    levels: list[LevelSent] = Field(default=[], max_length=MOST_LEVELS)
    days_since_first_infusion: list[Annotated[float, Field(ge=0, le=_LAST_DAY)]] = Field(
        min_length=1,
        max_length=MOST_DAYS,
        description="Days whose level is forecast: one for a trough, many for a curve.",
    )
    between_occasions: bool = Field(
        default=True,
        description="Whether the clearance may vary from infusion to infusion, in models that say "
        "how far.",
    )
    regimens: RegimensAsked = Field(
        default=_ABSENT, description="Regimens to compare; none where it is left out."
    )
