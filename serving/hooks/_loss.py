"""A second card where the response is lost: what the documents say of what the record holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lorpredict.clinical import catalogue
from lorpredict.errors import RecordFaults, capitalised
from lorpredict.pathway import EvidenceTold, OptionTold, Pathway, PathwayAnswer, at_loss_of_response
from serving.assessing import Assessed
from serving.hooks._messages import CdsCard, CdsCoding, CdsLink, CdsSource
from serving.hooks._texts import shortened, texts

_LOST = "already_lost_response"
# Column of the record -> field of the situation, where both mean the same.
_SAME = {
    "trough_week14_ug_ml": "trough",
    "trough_week14_below_loq": "trough_below_loq",
    "trough_week14_loq_ug_ml": "trough_loq",
    "antibodies_week14": "antibodies",
    "steroids_week14": "steroids",
    "age_years": "age_years",
    "landmark_day": "days_since_first_infusion",
}
_IMMUNOMODULATOR = "immunomodulator_week14"


def loss_of_response(assessed: Assessed, pathway: Pathway) -> PathwayAnswer | None:
    """Tell what the documents say of a child whose response is lost; nothing of any other."""
    why = assessed.abstention
    if why is None or why.reason != _LOST:
        return None
    try:
        return at_loss_of_response(_situation(assessed.reading.record), pathway)
    except RecordFaults:  # of what the catalogue lets pass and the pathway does not
        return None


def loss_card(
    told: PathwayAnswer, assessed: Assessed, *, base_url: str, reasons: Sequence[CdsCoding]
) -> CdsCard:
    """Write the card; it names and orders nothing."""
    said = texts()["loss"]
    summary = said["summary"].format(mechanism=told.mechanism)
    if told.disagreement:
        summary = f"{summary} {said['disagree']}"
    page = f"{base_url}/loss-of-response"
    links = [CdsLink(label=said["link"], url=page)] if base_url else []
    links += [CdsLink(label=label, url=url) for url, label in _sources(told).items()]
    return CdsCard(
        uuid=str(uuid.uuid4()),
        summary=shortened(summary),
        detail="\n\n".join(_detail(told, assessed)),
        indicator="info",
        source=CdsSource(label=said["source"], url=page if base_url else None),
        links=links or [CdsLink(**each) for each in texts()["evidence"]],
        overrideReasons=list(reasons),
    )


def _situation(record: Mapping[str, Any]) -> dict[str, Any]:
    found = {field: record[column] for column, field in _SAME.items() if column in record}
    if found.keys() & {"trough", "trough_loq"}:
        found["trough_unit"] = "ug/mL"
    if _IMMUNOMODULATOR in record:
        # Which one it is, the record does not hold.
        found["immunomodulator"] = "other" if record[_IMMUNOMODULATOR] else "none"
    return found


def _detail(told: PathwayAnswer, assessed: Assessed) -> Iterator[str]:
    said = texts()["loss"]
    yield f"**{told.caution}**"
    reading = f" {said['our_reading']}" if told.is_our_reading else ""
    yield f"{said['mechanism']}: {told.mechanism_label}.{reading}"
    yield listed(said["found"], list(_found(assessed.reading.record)) or [said["nothing_found"]])
    yield listed(said["why"], told.why)
    if told.contradictions:
        yield listed(said["contradictions"], told.contradictions)
    if told.options:
        yield listed(said["options"], [_option(each) for each in told.options])
    if told.disagreement:
        positions = [f"{each.says} ({each.source})" for each in told.disagreement]
        yield listed(said["disagreement"], positions)
    if told.remission:
        yield f"{told.remission.authors} ({told.remission.source})"
    if told.not_covered_here:
        yield told.not_covered_here
    if told.needed:
        yield listed(said["needed"], told.needed)
    if told.remarks:
        yield listed(said["remarks"], told.remarks)
    yield listed(said["not_covered"], told.not_covered)
    yield told.no_cause


def _found(record: Mapping[str, Any]) -> Iterator[str]:
    known = catalogue()
    for column in (*_SAME, _IMMUNOMODULATOR):
        if column in record:
            value = record[column]
            told = ("yes" if value else "no") if isinstance(value, bool) else value
            number = f"{told:.4g}" if isinstance(told, float) else told
            yield f"{known[column].label}: {number} {known[column].readable_unit}".rstrip()


def _option(option: OptionTold) -> str:
    parts = [option.text]
    parts += [option.status] if option.status else []
    parts += [_evidence(each) for each in option.evidence]
    parts += [option.remark.rstrip(".")] if option.remark else []
    return f"{'; '.join(parts)} ({option.source})"


def _evidence(found: EvidenceTold) -> str:
    shares = [
        f"{each.what} {100 * each.estimate:.0f} % "
        f"(95 % interval {100 * each.low:.0f} to {100 * each.high:.0f})"
        for each in found.figures
        if each.scale == "share"
    ]
    whom = texts()["loss"]["whom"].format(whom=found.whom)
    return "; ".join([found.population, whom, *shares])


def _sources(told: PathwayAnswer) -> dict[str, str]:
    """Address -> what it is, of the documents that may be read somewhere."""
    found = (each for option in told.options for each in option.evidence)
    return {each.url: capitalised(each.source) for each in found if each.url}


def listed(title: str, lines: Sequence[str]) -> str:
    """Write a list in Markdown."""
    return "\n".join([f"**{title}**", "", *(f"- {line}" for line in lines)])
