"""The pictures of a report, each with words for those who do not see it."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from lorpredict.errors import capitalised, counted
from lorpredict.evaluation import figures, measure_label
from lorpredict.report._findings import Findings, percent
from lorpredict.report._html import Html, element, figure, joined
from lorpredict.report._svg import inline_svg

_Drawn = Callable[..., Figure]


def kaplan_meier(findings: Findings) -> Html:
    """Draw loss of response with other ends censored and with other ends competing."""
    at_risk = findings.development.at_risk
    says = (
        "Two rising step curves of the share of children who lost response over days since the "
        "first infusion; the table above gives them at the horizons."
    )
    told = (
        "Loss of response from the landmark on, by Kaplan-Meier with its 95 % band and by "
        "Aalen-Johansen. Dotted lines are the horizons. The curves end where fewer than five "
        "children are under observation; numbers at risk that would count fewer than five children "
        "are left out."
    )
    return _figure(findings, figures.kaplan_meier(at_risk), "kaplan-meier", says, told)


def by_family(findings: Findings, key: str) -> Html:
    """Draw one measure of every family with its interval."""
    told = "; ".join(
        f"{findings.label(name)} {' '.join(filter(None, findings.figure(name, key)))}"
        for name in findings.evaluation.risk
    )
    label = measure_label(key)
    drawn = figures.by_family(findings.evaluation, key)
    says = f"{label} of every family: {told}."
    clock = "; days since the first infusion" if "_day_" in key else ""
    seen = f"{label}, {findings.intervals}{clock}."
    return _figure(findings, drawn, f"family-{key}", says, seen)


def optimism(findings: Findings) -> Html:
    """Draw how far every family flatters itself."""
    drawn = figures.optimism(findings.evaluation)
    says = "Uno's C of every family, apparent, corrected and cross-validated; the table has them."
    told = (
        "The open circle is what a model seems to achieve on the children it learnt from; never "
        "the figure to believe. The further it lies from the diamond, the more of it is "
        "overfitting."
    )
    return _figure(findings, drawn, "optimism", says, told)


def of_family(findings: Findings, family: str) -> Html:
    """Draw calibration, net benefit and instability of one family, horizon by horizon."""
    parts = [
        _pair(findings, family, figures.calibration, "calibration", _CALIBRATION_TOLD),
        _pair(findings, family, figures.decision_curves, "net-benefit", _WORTH_TOLD),
    ]
    if family in findings.evaluation.instability:
        told = _INSTABILITY_TOLD
        parts.append(_pair(findings, family, figures.instability, "instability", told))
    return joined(element("h3", findings.label(family)), parts)


_WORTH_TOLD = (
    "Net benefit of acting from a risk on, beside acting on every child, on nobody, and on those "
    "not in remission at week 14; a line that ends or is absent is not known, since nobody among "
    "those it would act on was followed so long."
)


_CALIBRATION_TOLD = (
    "Points: children in groups by predicted risk, observed risk by Kaplan-Meier with its 95 % "
    "interval (none where nobody or everybody lost response). Line: smoothed over the middle 95 % "
    "of predictions. Below: how many were told what, no bar of fewer than five. Predictions are "
    "those of models that had not seen the child."
)
_INSTABILITY_TOLD = (
    "How far the risk of a child would move if another sample of children had taught the model: "
    "standard deviation over the models of the bootstrap. Risk and spread are rounded to whole "
    "points."
)


def _pair(findings: Findings, family: str, draw: _Drawn, name: str, told: str) -> Html:
    drawn = [
        inline_svg(
            draw(findings.evaluation, family, day=float(day)),
            f"{name}-{family.replace('_', '-')}-{key.replace('_', '-')}",
            says=_SAYS[name](findings, family, key),
        )
        for key, day in zip(findings.horizons, findings.evaluation.horizons, strict=True)
    ]
    panels = element("div", [element("div", each) for each in drawn], class_="pair")
    return figure(panels, f"{findings.label(family)}. {told} {_sentence(findings.caution)}")


def _says_calibration(findings: Findings, family: str, key: str) -> str:
    slope, ratio = (
        findings.figure(family, f"{name}_{key}")[0]
        for name in ("calibration_slope", "observed_expected")
    )
    return (
        f"Calibration of {findings.label(family)} by day {findings.horizons[key]:g}: slope "
        f"{slope}, observed over expected {ratio}."
    )


def _says_worth(findings: Findings, family: str, key: str) -> str:
    mean, _ = findings.figure(family, f"mean_net_benefit_{key}")
    return (
        f"Decision curves of {findings.label(family)} by day {findings.horizons[key]:g}: mean net "
        f"benefit {mean} over thresholds of 15 to 35 %."
    )


def _says_instability(findings: Findings, family: str, key: str) -> str:
    place = list(findings.horizons).index(key)
    spread = findings.evaluation.instability[family][:, place]
    wide = sorted(spread)[len(spread) // 2]
    return (
        f"Spread of single risks of {findings.label(family)} by day {findings.horizons[key]:g}: "
        f"half of the {counted(len(spread), 'child', 'children')} move by up to {percent(wide)}."
    )


_SAYS: dict[str, Callable[[Findings, str, str], str]] = {
    "calibration": _says_calibration,
    "net-benefit": _says_worth,
    "instability": _says_instability,
}


def _figure(findings: Findings, drawn: Figure, name: str, says: str, told: str) -> Html:
    svg = inline_svg(drawn, name.replace("_", "-"), says=says)
    return figure(svg, f"{told} {_sentence(findings.caution)}")


def _sentence(words: str) -> str:
    return f"{capitalised(words)}."
