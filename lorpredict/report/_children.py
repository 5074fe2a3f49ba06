"""The children: who was left out, what they were like, how long they were seen, are they enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lorpredict.evaluation.gate import EVENTS_PER_PARAMETER
from lorpredict.evaluation.incidence import WORTH_SHOWING
from lorpredict.evaluation.sample_size import SampleSize
from lorpredict.models import families
from lorpredict.outcome import outcome_label
from lorpredict.report._findings import SMALLEST, Findings, count, number, percent
from lorpredict.report._html import (
    Html,
    Inside,
    badge,
    bullets,
    element,
    joined,
    paragraph,
    section,
    table,
)
from lorpredict.report._pictures import kaplan_meier
from lorpredict.study._small_cells import Counted

_STYLES = {
    "standardised": "the training mean stands for it (of the logarithm, where the scale is one)",
    "imputed": "the training mean stands for it",
    "with_missing": "the trees take it as missing",
    "none": "no predictor is looked at",
}
_CRITERIA = {
    "shrinkage": "effects shrink by no more than a tenth in new children",
    "optimism": "the apparent R² flatters by no more than 0.05",
    "overall_risk": "the overall risk at the last horizon is known within 5 points",
}


def flow(findings: Findings) -> Html:
    """Draw who began, who was left out and why, and how the others ended."""
    told, design = findings.described.flow, findings.development.at_risk.design
    kept = {w: many for w, many in {**told.unknown, **told.flagged}.items() if many != 0}
    steps = [
        _step(count(told.started), "children in the cohort", "Left out", told.left_out),
        _step(
            str(findings.children), f"at risk at the landmark, day {findings.clock:g}",
            "Kept, and counted", kept,
        ),
        joined(
            paragraph("How observation ended among them:"),
            element("div", [_end(name, many, design.events) for name, many in told.ended.items()],
                    class_="ends"),
        ),
    ]  # fmt: skip
    return section(
        "Flow of children",
        "flow",
        element("ol", [element("li", each) for each in steps], class_="flow"),
        _small_counts_note(),
    )


def _step(many: str, who: str, beside: str, counts: Counted) -> Html:
    reasons = [f"{count(number)}: {reason}" for reason, number in counts.items()]
    aside = element("div", beside, bullets(reasons), class_="aside") if reasons else Html("")
    return element("div", _box(many, who), aside, class_="step")


def _end(name: str, many: int | None, events: tuple[str, ...]) -> Html:
    return _box(count(many), outcome_label(name), kind="box event" if name in events else "box")


def _box(many: str, who: str, kind: str = "box") -> Html:
    return element("div", element("strong", many), who, class_=kind)


def _small_counts_note() -> Html:
    return paragraph(
        f"Counts of 1 to {SMALLEST - 1} children are hidden, with those from which they could be "
        "computed. Zero is told.",
        kind="lead",
    )


def table_one(findings: Findings) -> Html:
    """Table 1, with the small counts hidden."""
    told = findings.described.table_one
    rows: list[list[Inside]] = [
        [element("span", name.strip(), class_="inset") if name.startswith(" ") else name, *cells]
        for name, *cells in told.rows()
    ]
    explained = (
        "Numbers: median (lower, upper quartile). Others: number of children (share of those in "
        "whom it was measured). “Not lost” means not while the child was observed. There are no "
        "p-values: groups formed by what came later are described, not compared."
    )
    caption = joined("Table 1. The children at risk", element("small", explained))
    header = ["Characteristic", *told.header[1:]]
    return section("Table 1", "table-1", table(header, rows, caption=caption))


def missing(findings: Findings) -> Html:
    """Tell what was not measured, and what stands for it."""
    told, children = findings.described, findings.children
    rows = [
        [p.label, count(told.missing[p.key], of=children), _indicator(findings, p.key)]
        for p in sorted(findings.predictors, key=lambda p: -(told.missing[p.key] or 0))
        if told.missing[p.key] != 0
    ]
    everything = (
        table(
            ["Predictor", "Missing", "A feature of its own in linear models"], rows,
            caption=f"Predictors that were not measured in all {children} children",
        )
        if rows
        else paragraph(f"Every predictor was measured in all {children} children.")
    )  # fmt: skip
    return section(
        "Missing data",
        "missing",
        everything,
        paragraph(
            f"All {len(findings.predictors)} predictors are known in {count(told.complete)} "
            "children. Nobody was left out for a missing value. What stands for a missing value "
            "was learnt anew in every fold and resample:"
        ),
        bullets(_handling(findings)),
    )


def _indicator(findings: Findings, key: str) -> str:
    return "yes" if key in findings.development.at_risk.design.missing_indicators else "no"


def _handling(findings: Findings) -> Iterator[str]:
    by_style: dict[str, list[str]] = {}
    for name in findings.evaluation.risk:
        by_style.setdefault(families()[name].style, []).append(findings.label(name))
    for style, labels in by_style.items():
        yield f"{', '.join(labels)}: {_STYLES[style]}."
    forecasts = (m.encoding_.forecast for m in findings.development.models.values())
    forecast = next((each for each in forecasts if each is not None), None)
    if forecast is not None:
        yield f"The trough, in models that look at all predictors: {forecast.in_words}"


def follow_up(findings: Findings) -> Html:
    """Tell how long children were seen, and how many lost response by each horizon."""
    return section(
        "Follow-up and loss of response",
        "follow-up",
        _seen(findings),
        [_incidence(findings), kaplan_meier(findings)] if findings.tells_events else "",
    )


def _seen(findings: Findings) -> Html:
    seen, horizons = findings.described.follow_up, findings.described.at_horizons
    if seen is None:
        return paragraph("Follow-up is hidden: too few children had the event, or did not have it.")
    quartiles = " to ".join(_day(each) for each in (seen.lower_quartile, seen.upper_quartile))
    items = {
        "Observation": f"{number(seen.person_years, 1)} person-years from the landmark on",
        "Loss of response": f"{count(seen.events)} children, "
        f"{number(100 * seen.rate_per_year, 1)} in 100 person-years",
        "Median follow-up": f"{_day(seen.median)} days since the landmark (quartiles {quartiles}), "
        "by reverse Kaplan-Meier",
        **{
            f"At risk on day {day:g} since the first infusion": f"{count(many)} children"
            for day, many in horizons.items()
        },
    }
    return element("dl", [[element("dt", key), element("dd", told)] for key, told in items.items()])


def _day(day: float | None) -> str:
    return "not reached" if day is None else f"{day:.0f}"


def _incidence(findings: Findings) -> Html:
    small = (
        "Days since the first infusion. Kaplan-Meier answers how many would lose response if "
        "everybody went on with infliximab, which is what the models predict; Aalen-Johansen how "
        "many are seen to lose it, with stopping, transfer, surgery and death in between."
    )
    title = f"Loss of response, two estimates; {findings.caution}"
    return table(
        ["", "1 − Kaplan-Meier (95 %)", "Aalen-Johansen (95 %)", "Points apart", "Verdict"],
        _two_estimates(findings),
        caption=joined(title, element("small", small)),
    )


def _two_estimates(findings: Findings) -> Iterator[list[Inside]]:
    days, columns = findings.days_of_incidence, ["risk", "low", "high"]
    censored, competing = (
        each.at(days)[columns].to_numpy()
        for each in (findings.incidence.kaplan_meier, findings.incidence.event)
    )
    apart, points = findings.incidence.differ(days), f"{100 * WORTH_SHOWING:g} points"
    for day, one, other, far in zip(days, censored, competing, apart, strict=True):
        yield [
            f"by day {day + findings.clock:g}",
            _with_ends(*one),
            _with_ends(*other),
            number(100 * (one[0] - other[0]), 1),
            badge(f"more than {points}", "bad") if far else badge(f"within {points}", "plain"),
        ]


def _with_ends(risk: float, low: float, high: float) -> Html:
    ends = f"{percent(low)} to {percent(high)}" if np.isfinite([low, high]).all() else ""
    return element("td", percent(risk), element("small", ends) if ends else "")


def sample_size(findings: Findings) -> Html:
    """Tell whether the children are enough for what was asked of them."""
    size = findings.described.sample_size
    if size is None:
        reason = paragraph(findings.described.sample_size_reason)
        return section("Sample size", "sample-size", reason)
    expected = (
        f"For {size.parameters} parameters of a linear model, an expected C of "
        f"{number(size.c, 2)}, {number(size.rate_per_year, 3)} events a person-year and "
        f"{number(size.mean_follow_up_years, 2)} years of follow-up on average. From these "
        f"children effects would have to be multiplied by {number(size.expected_shrinkage, 2)} in "
        "new ones; 1 is no overfitting."
    )
    told = table(
        ["Criterion", "Present", "Needed", "Verdict"],
        _criteria(size, findings.children),
        caption=joined("Are there children enough?", element("small", expected)),
        kind="texts",
    )
    return section("Sample size", "sample-size", told)


def _criteria(size: SampleSize, children: int) -> Iterator[list[Inside]]:
    present = size.events_per_parameter or 0.0
    verdict = _enough(present >= EVENTS_PER_PARAMETER)
    yield ["Events for each parameter", number(present, 1), f"{EVENTS_PER_PARAMETER}", verdict]
    for name, words in _CRITERIA.items():
        needed = size.by_criterion[name]
        verdict = _enough(children >= needed)
        yield [f"Riley: {words}", f"{children} children", f"{needed} children", verdict]


def _enough(is_enough: bool) -> Html:
    return badge("enough", "good") if is_enough else badge("too few", "bad")
