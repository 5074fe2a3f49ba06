"""Explained risks of some children: a page, lines of a table, plain values, or a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lorpredict.commands._children import RISK_AND_ENDS, Children, named_risks, risks_with_ends
from lorpredict.commands._console import emphasis, heading, items, table
from lorpredict.commands._wording import READING, percent, percent_with_interval
from lorpredict.explanation import Contributions, ContributionSentence, top_contributions
from lorpredict.explanation.wording import in_words
from lorpredict.survival import Floats, RiskPrediction, in_months

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType

_CHANGE_WITH_TIME = ("risk", "survival", "cumulative_hazard")
_DOTS_AN_INCH = 120


@dataclass(frozen=True)
class Explanation:
    """What a model answered about some children of a file, and what moved its answers.

    Parameters
    ----------
    rows : positions of the children in the file; the first is 0
    told, moved : of these children, in this order
    """

    children: Children
    rows: list[int]
    told: RiskPrediction
    moved: Contributions

    @classmethod
    def of(cls, children: Children, rows: list[int]) -> Explanation:
        """Ask the model about these children of the file.

        Raises
        ------
        RecordFaults
            With every fault of all children of the file, since each row is checked first.
        """
        told = children.predicted
        chosen = RiskPrediction(
            told.days_since_first_infusion,
            told.days_since_landmark[rows],
            told.risk[rows],
            tuple(told.missing[row] for row in rows),
            tuple(told.warnings[row] for row in rows),
            None if told.interval is None else told.interval.of(rows),
        )
        return cls(children, rows, chosen, children.explained(rows))

    @property
    def horizons(self) -> list[float]:
        """Days since the first infusion."""
        days: list[float] = self.told.days_since_first_infusion.tolist()
        return days

    def sentences(self, child: int, time: int, n: int | None = None) -> list[ContributionSentence]:
        """Name what moved one prediction, the largest first; all of it by default."""
        number = len(self.moved.predictors) if n is None else n
        return top_contributions(self.moved, child, time, n=number)

    def report(self, top: int) -> Iterator[RenderableType]:
        """Yield the page of the first of these children."""
        asked, row = self.children.asked, self.rows[0]
        named = f", {self.children.ids[row]}" if self.children.ids[row] else ""
        cautions = [emphasis(text, "bold red") for text in asked.cautions()]
        yield from cautions
        yield emphasis(asked.line)
        yield heading(f"Row {row + 1} of {self.children.name}{named}")
        yield from self._risks()
        yield from self._what_moved(top)
        if self.told.missing[0]:
            yield heading("Not measured")
            yield items(self.moved.labels.label(name) for name in self.told.missing[0])
        if self.told.warnings[0]:
            yield heading("What is unusual")
            yield items(self.told.warnings[0], mark="!")
        yield f"\n{READING}"
        yield from cautions

    def _risks(self) -> Iterator[RenderableType]:
        yield "Risk of secondary loss of response after the first infusion"
        rows = [
            [f"  by {in_months(day)}", percent_with_interval(*risks)]
            for day, risks in zip(self.horizons, risks_with_ends(self.told, 0), strict=True)
        ]
        yield table(["", ""], rows, right="lr")
        yield f"\n{self.children.asked.model.interval_method}"

    def _what_moved(self, top: int) -> Iterator[RenderableType]:
        if not self.moved.predictors:
            yield heading("Nothing moves it: every child gets the same curve")
            return
        if self.moved.scale not in _CHANGE_WITH_TIME:
            yield heading("What moves it most, at all times alike, away from the base value")
            yield self._moved_most(0, top)
            return
        for time, day in enumerate(self.horizons):
            base = percent(float(self.moved.base_values[0, time]))
            yield heading(
                f"What moves the risk by {in_months(day)} most, from {base} if nothing is known"
            )
            yield self._moved_most(time, top)

    def _moved_most(self, time: int, top: int) -> RenderableType:
        """Name what moved it most, and say how far all the others did together."""
        told = self.sentences(0, time, top)
        rows = [[f"  {each.label}", each.value, each.text] for each in told]
        others = len(self.moved.predictors) - len(told)
        if others:
            moved = float(self.moved.values[0, :, time].sum()) - sum(s.contribution for s in told)
            rows.append([f"  {others} others together", "", in_words(moved, self.moved.scale)])
        return table(["", "", ""], rows, right="llr")

    @property
    def _told_risks(self) -> int:
        """One number a risk, or three where the model says how sure it is."""
        return 1 if self.told.interval is None else len(RISK_AND_ENDS)

    def header(self) -> list[str]:
        """Return the columns of :meth:`lines`."""
        return [
            "row", "patient_id", "days_since_first_infusion", *RISK_AND_ENDS[: self._told_risks],
            "scale", "base_value", "predicted", "predictor", "label", "value", "measured",
            "contribution", "text",
            *self.children.asked.cells(),
        ]  # fmt: skip

    def lines(self) -> Iterator[list[Any]]:
        """Yield one line for each contribution."""
        model = self.children.asked.cells().values()
        for child, row in enumerate(self.rows):
            risks = risks_with_ends(self.told, child)
            for time, day in enumerate(self.horizons):
                start = [row + 1, self.children.ids[row], day, *risks[time], self.moved.scale,
                         float(self.moved.base_values[child, time]),
                         float(self.moved.predicted[child, time])]  # fmt: skip
                for each in self.sentences(child, time):
                    measured = each.predictor not in self.told.missing[child]
                    yield [*start, each.predictor, each.label, each.value, measured,
                           each.contribution, each.text, *model]  # fmt: skip

    def to_content(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "model": self.children.asked.content(),
            "scale": self.moved.scale,
            "reading": READING,
            "children": [self._child(child, row) for child, row in enumerate(self.rows)],
            "warnings": self.children.remarks,
        }

    def _child(self, child: int, row: int) -> dict[str, Any]:
        return {
            "row": row + 1,
            "patient_id": self.children.ids[row],
            "horizons": [
                self._horizon(child, time, risks)
                for time, risks in enumerate(named_risks(self.told, child))
            ],
            "missing": list(self.told.missing[child]),
            "warnings": list(self.told.warnings[child]),
        }

    def _horizon(self, child: int, time: int, risks: dict[str, float]) -> dict[str, Any]:
        missing = self.told.missing[child]
        return {
            "days_since_first_infusion": self.horizons[time],
            **risks,
            "base_value": float(self.moved.base_values[child, time]),
            "predicted": float(self.moved.predicted[child, time]),
            "contributions": [
                each._asdict() | {"measured": each.predictor not in missing}
                for each in self.sentences(child, time)
            ],
        }


def save_picture(children: Children, row: int, path: Path) -> None:
    """Draw one child, over time where the contributions change with time, and save it."""
    _picture(children, row).savefig(path, dpi=_DOTS_AN_INCH)


def _picture(children: Children, row: int) -> Figure:
    from lorpredict.explanation import figures

    facts = children.model.facts
    start = facts.design.landmark_day
    moved = children.explained([row])
    if moved.scale not in _CHANGE_WITH_TIME:
        return figures.waterfall(
            moved, 0, facts.horizons[-1], landmark_day=start, synthetic=facts.training.synthetic
        )
    return figures.over_time(
        children.explained([row], _days(children, row)),
        0,
        landmark_day=start,
        synthetic=facts.training.synthetic,
    )


def _days(children: Children, row: int) -> Floats:
    """Return days since the first infusion, a month apart, from the child's own landmark on."""
    facts = children.model.facts
    grid = facts.design.time_grid(facts.horizons[-1])
    days: Floats = grid[grid <= facts.horizons[-1]] + facts.design.landmark_day
    own = children.table["landmark_day"].iloc[row] if "landmark_day" in children.table else None
    return days if own is None or np.isnan(own) else days[days > own]
