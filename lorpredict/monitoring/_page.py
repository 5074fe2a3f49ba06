"""The report of a monitoring, in Markdown: the verdict, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from lorpredict.errors import capitalised
from lorpredict.monitoring._findings import RULE_OF_THUMB
from lorpredict.monitoring._monitor import Monitoring, sections

_CAPTIONS = {
    "predictors": "Every predictor: the latest children beside the reference, and beside the "
    "fifths in which the training children would lie were they normal on the model's scale",
    "periods": "How many were asked about, told nothing, or had an unusual value",
    "missing_by_period": "In how many each predictor was missing",
    "abstentions_by_period": "Why nothing was told",
    "risks_by_period": "Risks that were told",
    "observed_expected": "Losses of response, observed and expected",
    "cumulative": "Observed less expected, added up over the periods of the question",
}
# Too long to be read here; they are artifacts, and pictures.
_FILES_ALONE = ("missing_by_period", "cumulative")
_METHOD = (
    "Expected losses are cumulative hazards, -log(1 - risk), as they had grown when each child was "
    "last seen, taken to rise evenly from the landmark to the first day told and from day to day "
    "(Crowson, Atkinson and Therneau 2016); intervals of a ratio are exact Poisson (Garwood 1936). "
    "The audit keeps follow-up by whole months: the middle of the month counts, and "
    "expected_at_least and expected_at_most take its first and last day.",
    f"The population stability index is the sum over bands of (q - p) log(q / p): {RULE_OF_THUMB}. "
    "Its interval is read off the noncentral chi-square distribution.",
    "Shares have Wilson's interval, differences of shares Newcombe's (1998).",
    "Intervals are told at 95 %. What is called a change is judged by wider ones, so that where "
    "nothing has changed at most one report in fifty finds anything.",
    "Months with fewer than 20 children are joined with the next. What would count one to four "
    "children is not told: those cells are empty.",
    "Whether the audit is whole is not looked at here: `python -m serving audit verify`.",
)


def page(found: Monitoring, pictures: Iterable[str]) -> str:
    """Write the report."""
    return "\n".join(_page(found, pictures)) + "\n"


def _page(found: Monitoring, pictures: Iterable[str]) -> Iterator[str]:
    yield f"# Monitoring: {found.heading}"
    if found.stage:
        yield f"\n{capitalised(found.stage)}."
    for heading, sentences in sections(found.verdict, found.notes):
        yield f"\n## {heading.capitalize()}\n"
        yield from (f"- {sentence}" for sentence in sentences)
    yield "\n## What it rests on\n"
    yield from (f"- {line}" for line in (*found.counted(), *found.ratios()))
    for name in pictures:
        yield f"\n![{name.replace('_', ' ')}](figures/{name}.png)"
    for name, table in found.tables().items():
        yield f"\n### {_CAPTIONS[name]}\n"
        yield from ([f"`tables/{name}.csv`"] if name in _FILES_ALONE else _table(table))
    yield "\n## How it was found\n"
    yield from (f"- {sentence}" for sentence in _METHOD)


def _table(table: pd.DataFrame) -> Iterator[str]:
    whole = table.reset_index()
    yield f"| {' | '.join(map(str, whole.columns))} |"
    yield f"|{' --- |' * len(whole.columns)}"
    for row in whole.itertuples(index=False):
        yield f"| {' | '.join(_cell(value) for value in row)} |"


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) >= 5 else f"{value:.2f}"
    return str(value).replace("|", "/")
