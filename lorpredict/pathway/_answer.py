"""What the documents say of one situation: mechanism, options, evidence, and what is left open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lorpredict.clinical import Evidence
from lorpredict.errors import OutsideStudy, capitalised
from lorpredict.pathway._faults import refuse_faults
from lorpredict.pathway._figures import Figure, figures_of
from lorpredict.pathway._found import Found, found_in
from lorpredict.pathway._intensification import RemissionByTrough, remission_by_trough
from lorpredict.pathway._site import default_pathway
from lorpredict.pathway._situation import Situation
from lorpredict.pathway._table import Mechanism, Option, Pathway, Position, Row, Threshold

NO_CAUSE = (
    "Associations in the patients of each document: none of it shows what would happen to this "
    "child."
)
CONTRADICTORY = "contradictory"


@dataclass(frozen=True)
class EvidenceTold:
    """What a document found.

    Parameters
    ----------
    topic, finding, said : what it is about, what was found, what else is said
    population, whom, size : in whom; children, adults, or that it is not said; how many
    status : that there is no result, where there is none
    figures : effects, each with its interval
    source, url : who says so, and where it is read
    """

    topic: str
    finding: str
    said: tuple[str, ...]
    population: str
    whom: str
    size: int | None
    status: str
    figures: tuple[Figure, ...]
    source: str
    url: str | None


@dataclass(frozen=True)
class OptionTold:
    """What a document names as possible; never an order.

    Parameters
    ----------
    key, text : for programs and for people
    status : that there is no result, where there is none
    evidence : what was found
    remark : that the child takes it already; empty otherwise
    source : who names it
    """

    key: str
    text: str
    status: str
    evidence: tuple[EvidenceTold, ...]
    remark: str
    source: str


@dataclass(frozen=True)
class PathwayAnswer:
    """What the documents say of one situation; evidence, never an order.

    Parameters
    ----------
    caution, no_cause : what has to be said with every answer
    mechanism, mechanism_label : for programs and for people
    is_our_reading : whether no document names the mechanism
    row : key of the row of the table, ``contradictory`` where the situation is in none
    why : the rule, and what it was applied to
    thresholds : edges of the window, each with its source
    source : of the row
    trough, antibodies, escalation : as the table was asked
    options : what the documents name, each with its evidence
    disagreement : what each document says, where they disagree
    remission, remission_refused : remission after intensification by trough, or why it is not told
    not_covered_here : that no document covers this; empty where one does
    not_covered : what none of the documents covers
    contradictions : what cannot be true together
    needed : what would decide it
    missing : what was not told and might matter
    remarks : what has to be said beside it
    pathway, version : whose table answered
    """

    caution: str
    no_cause: str
    mechanism: Mechanism
    mechanism_label: str
    is_our_reading: bool
    row: str
    why: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    source: str
    trough: str
    antibodies: str
    escalation: str
    options: tuple[OptionTold, ...]
    disagreement: tuple[Position, ...]
    remission: RemissionByTrough | None
    remission_refused: str
    not_covered_here: str
    not_covered: tuple[str, ...]
    contradictions: tuple[str, ...]
    needed: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]
    pathway: str
    version: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON can hold them."""
        told: dict[str, Any] = _plain(asdict(self))
        return told


def at_loss_of_response(
    situation: Situation | Mapping[str, Any], pathway: Pathway | None = None
) -> PathwayAnswer:
    """Tell what the documents say of one situation.

    What cannot be meant is refused, all faults at once. What contradicts itself, or is not enough,
    is answered: the mechanism is then ``undetermined``, with what would decide it.

    Parameters
    ----------
    situation
        What is known, as a :class:`Situation` or a mapping of its fields.
    pathway
        A site's own; ours by default.

    Raises
    ------
    RecordFaults
        Naming every fault of the situation: a negative trough, an unknown unit or assay, an age
        outside the house limits.

    Examples
    --------
    >>> told = at_loss_of_response({"trough": 0.6, "trough_unit": "mg/L", "antibodies": "high"})
    >>> told.mechanism, [option.key for option in told.options]
    ('immunogenic', ['switch', 'second-anti-tnf-with-azathioprine'])
    >>> at_loss_of_response({"antibodies": "high"}).needed
    ('the trough just before an infusion, with its unit and its assay',)
    """
    asked = pathway or default_pathway()
    told = situation if isinstance(situation, Situation) else Situation.from_record(situation)
    refuse_faults(told, asked)
    found = found_in(told, asked)
    return _contradictory(found, asked) if found.contradictions else _by_row(told, found, asked)


def evidence_told(found: Evidence) -> EvidenceTold:
    """Return a piece of evidence with its figures."""
    return EvidenceTold(
        topic=found.topic,
        finding=found.finding,
        said=found.said,
        population=found.population,
        whom=found.whom,
        size=found.size,
        status=found.status,
        figures=figures_of(found),
        source=found.source,
        url=found.url,
    )


def _by_row(told: Situation, found: Found, pathway: Pathway) -> PathwayAnswer:
    row = pathway.row(found.place)
    remission, refused = _remission(found)
    return PathwayAnswer(
        **_always(found, pathway),
        mechanism=row.mechanism,
        mechanism_label=pathway.mechanisms[row.mechanism],
        is_our_reading=row.is_our_reading,
        row=row.key,
        why=tuple(_why(row, found, pathway)),
        source=row.source,
        options=tuple(_option(pathway.options[key], told, pathway) for key in row.options),
        disagreement=row.disagreement,
        remission=remission,
        remission_refused=refused,
        not_covered_here=row.not_covered,
        needed=tuple(dict.fromkeys([*found.needed, *row.needed])),
        remarks=tuple(filter(None, [*found.remarks, row.remark])),
    )


def _contradictory(found: Found, pathway: Pathway) -> PathwayAnswer:
    return PathwayAnswer(
        **_always(found, pathway),
        mechanism="undetermined",
        mechanism_label=pathway.mechanisms["undetermined"],
        is_our_reading=False,
        row=CONTRADICTORY,
        why=("What was told contradicts itself, so no rule is applied to it.",),
        source="lorpredict",
        options=(),
        disagreement=(),
        remission=None,
        remission_refused="What was told contradicts itself.",
        not_covered_here="",
        needed=tuple(found.needed),
        remarks=tuple(found.remarks),
    )


def _always(found: Found, pathway: Pathway) -> dict[str, Any]:
    """Return what does not depend on the row."""
    return {
        "caution": pathway.caution,
        "no_cause": NO_CAUSE,
        "thresholds": tuple(pathway.thresholds.values()),
        "trough": found.trough.band,
        "antibodies": found.antibodies,
        "escalation": found.escalation,
        "not_covered": pathway.not_covered,
        "contradictions": tuple(found.contradictions),
        "missing": tuple(found.missing),
        "pathway": pathway.name,
        "version": pathway.version,
    }


def _why(row: Row, found: Found, pathway: Pathway) -> Iterator[str]:
    yield row.why
    low, high = (pathway.thresholds[f"window_{end}_ug_ml"] for end in ("low", "high"))
    window = f"the window of {low.value:g} to {high.value:g} µg/mL"
    place = f"{found.trough.band} {window}"
    if found.trough.band == "unknown":
        place = f"where it lies beside {window} is not known"
    yield f"Trough: {found.trough}; {place}."
    yield f"The window begins at {low.value:g} µg/mL: {low.source}."
    yield f"It ends at {high.value:g} µg/mL: {high.source}."
    yield f"Antibodies: {found.antibodies}."


def _option(option: Option, told: Situation, pathway: Pathway) -> OptionTold:
    taken = told.immunomodulator
    remark = ""
    if taken is not None and taken in option.adds:
        name = capitalised(pathway.immunomodulators[taken])
        remark = f"{name} is taken already; the documents do not say what adding it then means."
    return OptionTold(
        key=option.key,
        text=option.text,
        status=option.status,
        evidence=tuple(evidence_told(pathway.evidence[key]) for key in option.evidence),
        remark=remark,
        source=option.source,
    )


def _remission(found: Found) -> tuple[RemissionByTrough | None, str]:
    """Tell remission after intensification, or why it is not told."""
    if found.situation != "lost_response":
        return None, "The study is about patients who lost the response."
    trough = found.trough.ug_ml
    if trough is None:
        trough = 0.0 if found.trough.band == "below" else None
    if trough is None:
        return None, "The trough is not known."
    try:
        return remission_by_trough(trough, found.antibodies), ""
    except OutsideStudy as error:
        return None, capitalised(f"{error}.")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
