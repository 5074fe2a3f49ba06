"""What is answered at loss of response: the library's answer, typed and described."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ThresholdTold(_Told):
    """One edge of the window."""

    key: str
    value: float = Field(description="In µg/mL, which is mg/L.")
    meaning: str
    source: str


class FigureTold(_Told):
    """One figure of a document with its 95 % interval."""

    what: str
    scale: Literal["share", "difference", "ratio"] = Field(
        description="share and difference: 0.5 is 50 %; ratio: of two shares."
    )
    estimate: float
    low: float
    high: float
    of: int = Field(description="Patients behind it.")
    method: str = Field(description="How the interval was found.")
    n: int | None = Field(description="Count behind a share; null where only a percentage is known")


class DocumentTold(_Told):
    """What a document found, in whom."""

    topic: str
    finding: str
    said: list[str]
    population: str
    whom: Literal["children", "adults", "children and adults", "not said"]
    size: int | None = Field(description="Patients; null where there are none.")
    status: str = Field(description="That there is no result, where there is none.")
    figures: list[FigureTold]
    source: str
    url: str | None


class OptionNamed(_Told):
    """What a document names as possible; never an order."""

    key: str
    text: str
    status: str = Field(description="That there is no result, where there is none.")
    evidence: list[DocumentTold]
    remark: str = Field(description="That the child takes it already; empty otherwise.")
    source: str


class PositionTold(_Told):
    """What one document says where documents disagree."""

    says: str
    source: str
    evidence: str


class BandTold(_Told):
    """Remission by a band of the trough, as far as the printed quartiles allow."""

    above_ug_ml: float | None
    up_to_ug_ml: float | None
    fewest: list[int] = Field(
        min_length=2, max_length=2, description="In remission, and of how many, at the least."
    )
    most: list[int] = Field(
        min_length=2, max_length=2, description="In remission, and of how many, at the most."
    )
    share_fewest: float = Field(ge=0, le=1)
    share_most: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1, description="Lower end of the exact interval of the fewest.")
    high: float = Field(ge=0, le=1, description="Upper end of the exact interval of the most.")


class RemissionAtTold(_Told):
    """Remission some months after intensification."""

    months: int
    n: int
    of: int
    bands: list[BandTold]
    band: int = Field(description="Place of the band that the trough lies in, from 0.")
    log_normal: float | None = Field(
        ge=0, le=1, description="By one family; never to be told without the other."
    )
    shifted: float | None = Field(
        ge=0, le=1, description="By the other family; null beyond the last quartile."
    )


class RemissionTold(_Told):
    """Remission after intensification by the trough before it, in one study."""

    trough_ug_ml: float
    at: list[RemissionAtTold]
    authors: str = Field(description="What the authors hold, in our words; to be told beside it.")
    population: str
    whom: str
    size: int
    source: str
    method: str
    no_spread: str


class LossOfResponseAnswer(_Told):
    """What the documents say of one situation; evidence, never an order."""

    caution: str = Field(description="Has to be shown with the answer.")
    no_cause: str = Field(description="Has to be shown with the answer.")
    mechanism: Literal[
        "immunogenic", "pharmacokinetic", "pharmacodynamic", "proactive", "undetermined"
    ]
    mechanism_label: str
    is_our_reading: bool = Field(description="Whether no document names the mechanism.")
    row: str = Field(description="Row of the table of decisions; contradictory where in none.")
    why: list[str] = Field(description="The rule, and what it was applied to.")
    thresholds: list[ThresholdTold]
    source: str
    trough: Literal["below", "within", "above", "unknown"] = Field(description="Of the window.")
    antibodies: Literal["negative", "low", "high", "unknown"]
    escalation: Literal["not_failed", "failed", "unknown"]
    options: list[OptionNamed] = Field(description="What documents name; none is preferred.")
    disagreement: list[PositionTold] = Field(description="Each document's word, side by side.")
    remission: RemissionTold | None
    remission_refused: str = Field(description="Why remission is not told; empty where it is.")
    not_covered_here: str = Field(description="That no document covers this; empty otherwise.")
    not_covered: list[str] = Field(description="What none of the documents covers: check first.")
    contradictions: list[str]
    needed: list[str] = Field(description="What would decide it.")
    missing: list[str] = Field(description="What was not told and might matter.")
    remarks: list[str]
    pathway: str = Field(description="Whose table answered.")
    version: str
