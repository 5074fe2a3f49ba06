"""What a clinician reads on a card: the risk, how sure it is, what moved it, what is missing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from lorpredict.clinical import catalogue
from lorpredict.errors import capitalised, counted
from lorpredict.fhir import Issue
from lorpredict.pathway import Pathway, default_pathway
from lorpredict.survival import in_months
from serving.answers import READING
from serving.assessing import Assessed
from serving.hooks._loss import listed, loss_card, loss_of_response
from serving.hooks._messages import (
    CdsCard,
    CdsCoding,
    CdsLink,
    CdsResponse,
    CdsSource,
)
from serving.hooks._texts import shortened, texts
from serving.models import Served

_SUBJECT = "Loss of response to infliximab"


def response(
    assessed: Assessed,
    *,
    base_url: str,
    remarks: Sequence[str] = (),
    pathway: Pathway | None = None,
) -> CdsResponse:
    """Answer a call with the card that says what is known.

    A second one tells what documents say, where the response is lost.

    Parameters
    ----------
    remarks : what the client could not give, in words
    pathway : a site's own; ours by default
    """
    summary = _risk_in_short(assessed) if assessed.abstention is None else _no_risk(assessed)
    card = CdsCard(
        uuid=str(uuid.uuid4()),
        summary=shortened(summary),
        detail="\n\n".join(_detail(assessed, remarks)),
        indicator="warning" if remarks or _to_check(assessed.reading.issues) else "info",
        source=_source(assessed.served, base_url),
        links=list(_links(base_url)),
        overrideReasons=_override_reasons(),
    )
    lost = loss_of_response(assessed, pathway or default_pathway())
    if lost is None:
        return CdsResponse(cards=[card])
    second = loss_card(lost, assessed, base_url=base_url, reasons=_override_reasons())
    return CdsResponse(cards=[card, second])


def _risk_in_short(assessed: Assessed) -> str:
    prediction, _ = assessed.told
    of_100 = round(100 * float(prediction.risk[0, 0]))
    ends = f" ({prediction.interval.in_words(0, 0)})" if prediction.interval else ""
    when = in_months(prediction.days_since_first_infusion[0])
    demo = "DEMO: " if assessed.served.model.facts.stage == "demo" else ""
    risk = f"{of_100} of 100 such children by {when} after the first infusion"
    return f"{demo}{_SUBJECT}: {risk}{ends}"


def _no_risk(assessed: Assessed) -> str:
    assert assessed.abstention is not None  # noqa: S101  asked for nothing else
    return f"{_SUBJECT}: no estimate. {assessed.abstention.text}"


def _detail(assessed: Assessed, remarks: Sequence[str]) -> Iterator[str]:
    facts, training = assessed.served.model.facts, assessed.served.model.facts.training
    kind = "synthetic " if training.synthetic else ""
    if facts.cautions:
        yield " ".join(f"**{capitalised(caution)}.**" for caution in facts.cautions)
    yield from (f"**{remark}**" for remark in remarks)
    if assessed.abstention is not None:
        yield assessed.abstention.text
        yield listed("What would be needed", assessed.abstention.needed)
    else:
        yield from _told(assessed)
    yield from _of_the_reading(assessed.reading.issues)
    yield (
        f"Model {facts.name} ({facts.family_label}), stage {facts.stage}, trained with "
        f"{counted(training.children, f'{kind}child', f'{kind}children')} of whom "
        f"{training.events} lost the response."
    )


def _told(assessed: Assessed) -> Iterator[str]:
    prediction, _ = assessed.told
    yield "\n".join(_table(assessed))
    yield from assessed.notes
    last = assessed.times[-1]
    when = in_months(prediction.days_since_first_infusion[last])
    sentences = [str(reason) for reason in assessed.reasons(last)]
    if sentences:
        yield listed(f"What moved the risk by {when} most", sentences)
        yield READING
    if prediction.warnings[0]:
        yield listed("What is unusual", prediction.warnings[0])
    if prediction.missing[0]:
        known = assessed.served.model.facts.design.catalogue
        names = ", ".join(known[name].label for name in prediction.missing[0])
        yield f"Not measured or not found: {names}."


def _table(assessed: Assessed) -> Iterator[str]:
    prediction, _ = assessed.told
    yield "| after the first infusion | risk | 95 % interval |"
    yield "| --- | ---: | ---: |"
    for time in assessed.times:
        interval = prediction.interval
        ends = (
            f"{100 * interval.low[0, time]:.0f} to {100 * interval.high[0, time]:.0f} %"
            if interval
            else "none"
        )
        day = in_months(prediction.days_since_first_infusion[time])
        yield f"| {day} | {100 * prediction.risk[0, time]:.0f} % | {ends} |"


def _of_the_reading(issues: Sequence[Issue]) -> Iterator[str]:
    """Say what was used with doubts, and what was not used; what was plain needs no words."""
    left = (issue for issue in issues if issue.kind != "used")
    not_used = list(dict.fromkeys(_worded(issue.text) for issue in left))
    for title, told in (("To be checked", _to_check(issues)), ("Not used", not_used)):
        if told:
            yield listed(title, told[:_MOST_ISSUES])
        if len(told) > _MOST_ISSUES:
            yield f"and {len(told) - _MOST_ISSUES} more."


def _to_check(issues: Sequence[Issue]) -> list[str]:
    """What was used all the same, and may make the answer wrong."""
    doubted = (each for each in issues if each.kind == "used" and each.severity != "information")
    return list(dict.fromkeys(_worded(each.text) for each in doubted))


def _worded(text: str) -> str:
    """Call a column what people call it."""
    name, colon, rest = text.partition(":")
    return f"{catalogue()[name].label}:{rest}" if colon and name in catalogue() else text


_MOST_ISSUES = 10


def _source(served: Served, base_url: str) -> CdsSource:
    facts = served.model.facts
    label = f"lorpredict, {facts.family_label}, stage {facts.stage}"
    return CdsSource(label=label, url=f"{base_url}/" if base_url else None)


def _links(base_url: str) -> Iterator[CdsLink]:
    if base_url:
        yield CdsLink(label="Open lorpredict", url=f"{base_url}/")
    for each in texts()["evidence"]:
        yield CdsLink(label=each["label"], url=each["url"])


def _override_reasons() -> list[CdsCoding]:
    told = texts()["override_reasons"]
    return [CdsCoding(system=told["system"], **reason) for reason in told["reasons"]]
