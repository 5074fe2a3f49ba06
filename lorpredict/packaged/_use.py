"""What a model is for, what it is not for, and where its limits lie; report and card say the same.

It is written from what the packaged model knows about itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from lorpredict.packaged._facts import ModelFacts

NOT_FOR = (
    "children who have not responded by week 14, adults, and any drug other than infliximab",
    "telling what a changed dose or another treatment would do: the risk is that of going on as "
    "usual, and a contribution describes the model, no cause",
    "deciding by itself: a risk is one finding among others, for a physician who knows the child",
)
_STAGES = {
    "demo": "for demonstration only; no answer may touch the care of a child",
    "exploratory": "for research only; too little is known for any use in care",
    "candidate": "it meets every rule of the gate in the children of one training; that allows a "
    "study of its use, not yet its use",
}


def stage_means(stage: str) -> str:
    """Return what may be done with a model of this stage."""
    return _STAGES[stage]


def intended_use(facts: ModelFacts) -> str:
    """Return what a model is asked, of whom, and when."""
    return (
        "The risk that a child who has responded to infliximab for Crohn's disease loses the "
        f"response by day {horizons_in_words(facts)} since the first infusion, told at the fourth "
        f"infusion (day {facts.design.landmark_day:g}), if infliximab is continued as usual."
    )


def horizons_in_words(facts: ModelFacts) -> str:
    """Return the horizons, in days since the first infusion."""
    return " and ".join(f"{day:g}" for day in facts.horizons_since_first_infusion)


def limits(facts: ModelFacts) -> Iterator[str]:
    """Say what weakens every figure of this model, the heaviest first."""
    training = facts.training
    if training.synthetic:
        yield (
            "The children are synthetic: the figures show that the programme runs, and say nothing "
            "about real children."
        )
    yield (
        "Nothing here is external validation: the model has not been judged in another country, "
        "nor in any hospital beyond this cohort."
    )
    if training.sites in (None, 1):
        where = "Hospitals were not recorded" if training.sites is None else "There is one hospital"
        yield f"{where}; whether the model holds elsewhere is not known."
    if facts.metrics and "uno_c_low" not in facts.metrics:
        yield "The figures have no intervals; how uncertain they are was not asked."
    yield (
        "What was measured is also what was thought worth measuring, and a low trough is often "
        "acted on; predictors stand for such habits too."
    )
    yield (
        "Risks beyond day "
        f"{facts.follow_up_days_since_landmark + facts.design.landmark_day:.0f} since the first "
        "infusion are refused: fewer than five children were followed so long."
    )
