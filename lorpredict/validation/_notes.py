"""What could not be judged, and what to be careful about; no note counts one to four children."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from lorpredict.clinical._growth import Z_SCORES
from lorpredict.cohort import Cohort
from lorpredict.packaged import ModelFacts, PackagedModel
from lorpredict.validation._judged import Group
from lorpredict.validation._small_counts import in_words

ENOUGH_EVENTS = 100  # Collins GS, et al. Stat Med 35:214 (2016): at least 100, better 200
_MOST_UNDEFINED = 0.05


def loud(facts: ModelFacts, cohort: Cohort) -> Iterator[str]:
    """Say what comes before every figure."""
    if cohort.sha256 in facts.cohorts_seen:
        made = "learnt from" if cohort.sha256 == facts.training.sha256 else "was recalibrated on"
        yield (
            f"APPARENT, NOT EXTERNAL: the model {made} this very cohort. These figures flatter "
            "it; they say nothing about other children"
        )
    if cohort.is_synthetic:
        yield "the cohort is synthetic: demonstration only"
    yield from (f"the model was {caution}" for caution in facts.cautions)


def horizons_left_out(model: PackagedModel, groups: Sequence[Group]) -> Iterator[str]:
    """Say which horizons of the design nobody can judge, and why."""
    design, end = model.facts.design, model.facts.follow_up_days_since_landmark
    for group in groups:
        for day in design.horizons[design.horizons > group.horizons[-1]]:
            left = in_words(int((group.y["duration"] >= day).sum()), of=len(group.y))
            why = (
                f"the model's follow-up ends on day {end:g}"
                if day > end
                else (f"{left} of these children were still at risk, and five are needed")
            )
            yield f"{group.name}: day {day:g} since the landmark is left out: {why}"


def few(group: Group) -> Iterator[str]:
    """Say that a validation is small."""
    if group.events < ENOUGH_EVENTS:
        events = in_words(group.events, of=len(group.y))
        yield (
            f"{events} events by day {group.last_day:g}; below {ENOUGH_EVENTS} a "
            "validation is imprecise, and a good figure may be luck"
        )


def undefined(measures: pd.DataFrame, resamples: int) -> Iterator[str]:
    """Say which figures some of the resamples could not have."""
    known = measures[measures["estimate"].notna()]
    for row in known[known["undefined"] > _MOST_UNDEFINED * resamples].itertuples():
        yield f"{row.measure} is not defined in {row.undefined} of {resamples} resamples"


def other_growth_tables(model: PackagedModel, cohort: Cohort) -> Iterator[str]:
    """Say that z-scores here come from other growth tables than in training."""
    looked_at = [name for name in Z_SCORES if name in model.encoding.predictors]
    named = cohort.table.get("growth_reference")
    if not looked_at or named is None:
        return
    ours = _tables_behind(named.dropna().unique(), looked_at)
    theirs = _tables_behind(model.facts.training.growth_references, looked_at)
    if ours and theirs and ours != theirs:
        yield (
            f"other growth tables than in training: {', '.join(sorted(ours))} here, "
            f"{', '.join(sorted(theirs))} there; {' and '.join(looked_at)} may not mean the same"
        )


def _tables_behind(names: Iterable[str], looked_at: Sequence[str]) -> set[str]:
    """Names of tables; one that ends in a score in brackets speaks of that score alone."""
    found = set()
    for name in names:
        only = next((score for score in Z_SCORES if name.endswith(f" ({score})")), None)
        if only is None or only in looked_at:
            found.add(name.removesuffix(f" ({only})"))
    return found
