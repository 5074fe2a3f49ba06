"""The figures that a page shows, and those that it has to show for an answer of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from serving.web._files import texts
from tests.serving.web.conftest import Visit

_READ = """alias => {
  const all = (within, selector) => [...within.querySelectorAll(selector)];
  const answer = document.querySelector(`[data-alias="${alias}"]`);
  return {
    horizons: all(answer, ".horizon").map(each => ({ ...each.dataset })),
    worded: all(answer, ".horizon").map(each => each.querySelector(".number").innerText),
    curve: all(answer, "tr[data-day]").map(row => [
      row.dataset.day, row.children[1].dataset.risk, row.children[1].textContent]),
    panels: all(answer, ".panel").map(panel => ({
      ...panel.querySelector(".waterfall").dataset,
      bars: all(panel, "tr[data-contribution]").map(row => ({ ...row.dataset })),
      listed: all(panel, "li[data-predictor]").map(each => ({ ...each.dataset })),
    })),
  };
}"""


class Horizon(NamedTuple):
    """One horizon; None where a model cannot say how sure it is."""

    day: float
    risk: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Panel:
    """What moved the risk; contributions by predictor, and what all of them come to."""

    base: float
    predicted: float
    contributions: dict[str, float]


@dataclass(frozen=True)
class Figures:
    """All that is told of a child by one model."""

    horizons: list[Horizon]
    worded: list[str]
    curve: list[tuple[float, str]]
    panels: list[Panel]


def shown(visit: Visit, alias: str) -> Figures:
    """Read the figures off a page."""
    read = visit.page.evaluate(_READ, alias)
    horizons = [
        Horizon(float(each["day"]), float(each["risk"]), _end(each["low"]), _end(each["high"]))
        for each in read["horizons"]
    ]
    days = {each.day for each in horizons}
    curve = [(float(risk), text) for day, risk, text in read["curve"] if float(day) in days]
    worded = [" ".join(each.split()) for each in read["worded"]]
    return Figures(horizons, worded, curve, [_panel(each) for each in read["panels"]])


def _panel(read: dict[str, Any]) -> Panel:
    moved = {each["predictor"]: float(each["contribution"]) for each in read["bars"]
             if "predictor" in each}  # fmt: skip
    for each in read["listed"]:
        assert moved.get(each["predictor"], float(each["contribution"])) == float(
            each["contribution"]
        )
    return Panel(float(read["base"]), float(read["predicted"]), moved)


def _end(text: str) -> float | None:
    return None if text == "None" else float(text)


def told(said: dict[str, Any], seen: Figures) -> Figures:
    """Say what a page has to show.

    Parameters
    ----------
    said : by the API, of one child
    seen : what was shown; how many predictors a waterfall names is the page's own choice
    """
    horizons = said["answers"][0]["horizons"]
    panels = horizons if said["scale"] == "risk" else horizons[:1]
    return Figures(
        [Horizon(each["days_since_first_infusion"], each["risk"], each["risk_low"],
                 each["risk_high"]) for each in horizons],
        [_worded(each) for each in horizons],
        [(each["risk"], f"{100 * each['risk']:.0f} %") for each in horizons],
        [_largest(each, len(panel.contributions))
         for each, panel in zip(panels, seen.panels, strict=True)],
    )  # fmt: skip


def _worded(horizon: dict[str, Any]) -> str:
    risk, low, high = (horizon[name] for name in ("risk", "risk_low", "risk_high"))
    if low is None:
        return f"{100 * risk:.0f} % {texts()['answer']['no_interval']}"
    return f"{100 * risk:.0f} % 95 % interval {100 * low:.0f} to {100 * high:.0f} %"


def _largest(horizon: dict[str, Any], number: int) -> Panel:
    assert number
    largest = horizon["contributions"][:number]
    named = {each["predictor"]: each["contribution"] for each in largest}
    return Panel(horizon["base_value"], horizon["predicted"], named)
