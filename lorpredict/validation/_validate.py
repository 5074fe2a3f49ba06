"""Validate: how far to trust, here, a model that learnt elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lorpredict.cohort import Cohort
from lorpredict.packaged import ModelFacts, PackagedModel
from lorpredict.validation._agreement import calibration_groups, net_benefit, risk_distribution
from lorpredict.validation._case_mix import case_mix, cohorts, remarks
from lorpredict.validation._judged import Group, group_of, measured
from lorpredict.validation._lines import flow_lines, measure_lines, site_lines
from lorpredict.validation._notes import (
    few,
    horizons_left_out,
    loud,
    other_growth_tables,
    undefined,
)
from lorpredict.validation._sites import EVERYONE, sites_of, with_counts
from lorpredict.validation._small_counts import unless_small

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Validation:
    """What a finished model is worth on the children of another cohort.

    Sites are called by their names: this is the hospital's own run. No child is identified:
    no table, note or picture counts one to four children, nor what would give such a count away.
    Events are those by the last horizon that is judged.

    Parameters
    ----------
    facts : of the model
    cohort, sha256 : name and hash of the checked table
    everyone : the children at risk, with the risks they were told
    measures
        One row a figure: ``measure``, ``estimate``, ``low``, ``high`` (95 %), ``undefined``
        (number of resamples).
    sites
        The same by ``site``, with ``children`` and ``events``; all children come first. A site
        called as one of our own groups is ``site 'all children'``. Counts are empty where a small
        one could be computed from them.
    case_mix
        One row a predictor, beside what was usual in training.
    notes
        What could not be judged, and what to be careful about, the loudest first.
    """

    facts: ModelFacts
    cohort: str
    sha256: str
    everyone: Group
    measures: pd.DataFrame
    sites: pd.DataFrame
    case_mix: pd.DataFrame
    notes: tuple[str, ...]
    resamples: int
    seed: int

    @property
    def kind(self) -> Literal["apparent", "external"]:
        """``apparent`` where the model was made on these very children."""
        return "apparent" if self.sha256 in self.facts.cohorts_seen else "external"

    @property
    def synthetic(self) -> bool:
        """Whether the model or the cohort saw a child who is not real."""
        return bool(self.facts.cautions) or self.everyone.at_risk.synthetic

    def metrics(self) -> dict[str, float]:
        """Every defined figure of all children, with its ends: ``uno_c``, ``uno_c_low``, ..."""
        children = len(self.everyone.y)
        events = unless_small(self.everyone.events, of=children)
        counts = {"children": children, "events": events}
        found = {name: float(count) for name, count in counts.items() if count is not None}
        for column, end in (("estimate", ""), ("low", "_low"), ("high", "_high")):
            values = zip(self.measures["measure"], self.measures[column], strict=True)
            found |= {f"{name}{end}": float(value) for name, value in values}
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name; none has a row for a single child."""
        return {
            "measures": self.measures,
            "sites": self.sites,
            "calibration": calibration_groups(self.everyone),
            "risk_distribution": risk_distribution(self.everyone),
            "net_benefit": net_benefit(self.everyone),
            "case_mix": self.case_mix,
            "cohorts": cohorts(self.facts, name=self.cohort, everyone=self.everyone),
        }

    def figures(self) -> dict[str, Figure]:
        """Pictures by name: calibration, Kaplan-Meier, decision curve, and sites where there are.

        Each says what kind of validation it is, and whether a child in it is not real.
        """
        from lorpredict.validation import figures

        drawn = {
            "calibration": figures.calibration(self),
            "kaplan_meier": figures.kaplan_meier(self),
            "decision_curve": figures.decision_curve(self),
        }
        return drawn | ({"sites": figures.sites(self)} if self.sites["site"].nunique() > 1 else {})

    def lines(self) -> list[str]:
        """Return what a person reads first, as lines of text."""
        return [
            *flow_lines(self.everyone),
            "",
            f"{self.kind} validation of {self.facts.name} ({self.facts.family_label}) on "
            f"{self.cohort}; {self.resamples} resamples of the children, 95 % intervals:",
            *measure_lines(self.measures),
            *site_lines(self.sites),
            "",
            *(f"note: {note}" for note in self.notes),
        ]

    def __repr__(self) -> str:
        return f"Validation({self.kind} on {self.cohort!r}, {self.everyone.size})"


def validate(
    model: PackagedModel,
    cohort: Cohort,
    *,
    resamples: int = 500,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """Judge a finished model on a cohort, overall and by site.

    The children pass the model's own design. The model stays fixed and the children are drawn
    anew, so the intervals tell of the chance in who was seen.

    Parameters
    ----------
    cohort
        Read with ``known=model.facts.design.catalogue`` where the model has a site's predictors.
    resamples, seed, workers
        How often the children are drawn, from what, by how many processes; the result does not
        depend on the number of processes.
    progress
        Called with the number of groups judged (all children, then each site) and of all.

    Raises
    ------
    DesignError
        If the cohort lacks predictors of the model; every one is named, with the nearest columns
        that were left out. A column that is there and empty is a note.
    TooLittleData
        If nobody is at risk, no horizon lies within follow-up, or nobody lost response by the last
        one that does.
    """
    everyone = group_of(model, cohort, name=EVERYONE)
    sites = sites_of(model, cohort, everyone)
    groups, found = [everyone, *sites.groups], []
    for number, group in enumerate(groups, start=1):
        measures = measured(group, resamples=resamples, seed=seed, workers=workers)
        found.append(with_counts(group, measures, counted=group is everyone or sites.counted))
        if progress is not None:
            progress(number, len(groups))
    overall = found[0].drop(columns=["site", "children", "events"])
    table = case_mix(model, everyone.at_risk)
    notes = [
        *loud(model.facts, cohort),
        *horizons_left_out(model, groups),
        *few(everyone),
        *remarks(table),
        *other_growth_tables(model, cohort),
        *sites.notes,
        *undefined(overall, resamples),
    ]
    by_site = pd.concat(found, ignore_index=True)
    return Validation(
        model.facts, cohort.name, cohort.sha256, everyone, overall, by_site, table, tuple(notes),
        resamples, seed,
    )  # fmt: skip
