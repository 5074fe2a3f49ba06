"""The one use case: from a cohort to judged, packaged models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import lorpredict
from lorpredict.cohort import Cohort
from lorpredict.design import ModelDesign
from lorpredict.errors import DesignError, TooLittleData
from lorpredict.evaluation import (
    Choice,
    Evaluation,
    PlanSize,
    TunedModel,
    TuningMode,
    ValidationPlan,
    Verdicts,
    choose_plan,
    evaluate,
    judge,
    model_for,
)
from lorpredict.evaluation.leakage import leakage_of
from lorpredict.models import FamilyModel, ModelFamily, families, named
from lorpredict.outcome import AtRisk, landmark
from lorpredict.packaged import CohortCourse, JudgedRule, ModelFacts, PackagedModel, TrainingFacts
from lorpredict.packaged._cohort import course_of, quartiles_of
from lorpredict.sensitivity import Sensitivity, sensitivity_of
from lorpredict.survival import last_day_at_risk
from lorpredict.uncertainty import Uncertainty, uncertainty_of

MODEL_NAME = "lorpredict-week14"
USUAL = ("ridge", "forest", "boosting")
_ALWAYS = ("reference", "comparator")


@dataclass(frozen=True)
class Development:
    """What became of one cohort under one design.

    Parameters
    ----------
    models : family -> the model that learnt from all children at risk
    evaluation : how far to trust each
    verdicts : who is served, at what stage, and why
    skipped : family -> why it could not learn
    """

    cohort: Cohort
    at_risk: AtRisk
    models: Mapping[str, FamilyModel]
    evaluation: Evaluation
    verdicts: Verdicts
    skipped: Mapping[str, str]
    seed: int

    @property
    def choices(self) -> dict[str, Choice]:
        """The settings that were chosen by tuning, by family."""
        models = self.models.items()
        return {name: model.choice_ for name, model in models if isinstance(model, TunedModel)}

    def packaged(self, family: str, *, name: str = MODEL_NAME) -> PackagedModel:
        """Return the model of a family as it is shipped."""
        model = self.models[family]
        return PackagedModel(
            facts=ModelFacts(
                name=name,
                version=lorpredict.__version__,
                family=family,
                family_label=model.family.label,
                design=self.at_risk.design,
                catalogue_version=self.at_risk.design.catalogue.version,
                follow_up_days_since_landmark=model.follow_up_,
                training=training_facts(self.cohort, self.at_risk, seed=self.seed),
                stage=self.verdicts.stages[family],
                reasons=self.verdicts.reasons_of[family],
                metrics=self.evaluation.metrics()[family],
                rules=tuple(JudgedRule(**asdict(rule)) for rule in self.verdicts.rules[family]),
                tuned=self._tuned(family),
                course=self._course(family),
            ),
            encoding=model.encoding_,
            curves=model.curves_,
            uncertainty=self.uncertainty(family),
        )

    def uncertainty(self, family: str) -> Uncertainty | None:
        """What the models of the bootstrap tell about single risks; None where they cannot."""
        model, told = self.models[family], self.evaluation.resampled
        if family not in told:
            return None
        features = model.features(self.at_risk.X)
        return uncertainty_of(
            family, model.family.interval, features, told[family], self.evaluation.horizons
        )

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """What would be found of the champion if what cannot be known were otherwise."""
        champion = self.verdicts.champion
        return sensitivity_of(self.cohort, self.evaluation, champion, seed=self.seed)

    def _course(self, family: str) -> CohortCourse:
        model, evaluation = self.models[family], self.evaluation
        told = model.predict_survival(self.at_risk.X, evaluation.horizons).risk
        course = course_of(self.cohort.name, self.at_risk)
        return replace(course, quartiles=quartiles_of(evaluation, family, told))

    def _tuned(self, family: str) -> dict[str, str | float]:
        choice = self.choices.get(family)
        known = {} if choice is None or choice.problem else choice.settings
        # The folder's TOML knows no null.
        return {name: "none" if value is None else value for name, value in known.items()}

    def __repr__(self) -> str:
        served = ", ".join(f"{alias}: {name}" for alias, name in self.verdicts.served.items())
        return f"Development({self.cohort.name!r}; {served}; stage {self.verdicts.stage})"


def develop(
    cohort: Cohort,
    design: ModelDesign,
    *,
    family_names: Sequence[str] = (),
    plan: ValidationPlan | PlanSize = "default",
    tuning: TuningMode = "auto",
    studies: str = "",
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    checkpoints: Path | None = None,
) -> Development:
    """Train every family on a cohort, judge them on unseen children, decide who is served.

    Parameters
    ----------
    family_names
        Families to train; ``("all",)`` for every one. By default Kaplan-Meier, the comparators,
        ridge Cox, the random survival forest and XGBoost Cox. Kaplan-Meier and ridge Cox are
        always among them, since every other is judged against them.
    plan, tuning, studies, seed, workers, progress, checkpoints
        As in :func:`lorpredict.evaluate`.

    Raises
    ------
    TooLittleData
        If nobody is at risk or nobody lost response.
    BeyondFollowUp
        If a horizon of the design lies beyond the follow-up of these children.
    UnknownFamily, DesignError, TuningError
    """
    chosen = _chosen(family_names)
    at_risk = landmark(cohort, design)
    if not at_risk.y["event"].any():
        raise TooLittleData(
            f"none of the {len(at_risk)} children at risk in {cohort.name!r} lost response after "
            f"the landmark (outcome {' or '.join(design.events)}); there is nothing to learn"
        )
    design.refuse_horizons_beyond(last_day_at_risk(at_risk.y))
    plan = choose_plan(at_risk, plan, tuning=tuning) if isinstance(plan, str) else plan
    plan = plan.for_families(chosen)
    plan.prepare_tuning(studies)
    models, skipped = _learn(chosen, at_risk, plan, seed, studies)
    able = [each for each in chosen if each.name in models]
    evaluation = evaluate(
        at_risk,
        able,
        plan=plan,
        studies=studies,
        seed=seed,
        workers=workers,
        progress=progress,
        checkpoints=checkpoints,
    )
    verdicts = judge(
        evaluation,
        able,
        parameters=_parameters(models),
        leakage=leakage_of(cohort, at_risk, seed=seed),
    )
    return Development(cohort, at_risk, models, evaluation, verdicts, skipped, seed)


def training_facts(cohort: Cohort, at_risk: AtRisk, *, seed: int) -> TrainingFacts:
    """Count what the cohort is, without anything of a single child."""
    years = cohort.table.get("ifx_start_date")
    known = [] if years is None else sorted(int(day[:4]) for day in years.dropna())
    site = cohort.table.get("site")
    return TrainingFacts(
        cohort=cohort.name,
        sha256=cohort.sha256,
        children=len(at_risk),
        events=int(at_risk.y["event"].sum()),
        synthetic=cohort.is_synthetic,
        seed=seed,
        first_year=known[0] if known else None,
        last_year=known[-1] if known else None,
        sites=None if site is None else int(site.nunique()),
        growth_references=_growth_references(cohort),
    )


def _growth_references(cohort: Cohort) -> tuple[str, ...]:
    named = cohort.table.get("growth_reference")
    return () if named is None else tuple(sorted(named.dropna().unique()))


def _chosen(names: Sequence[str]) -> list[ModelFamily]:
    if names:
        wanted = {"null", "ridge", *named(names)}
    else:
        cheap = {name for name, each in families().items() if each.kind in _ALWAYS}
        wanted = cheap | set(USUAL)
    return [lorpredict.family(name) for name in sorted(wanted)]


def _learn(
    chosen: Sequence[ModelFamily], at_risk: AtRisk, plan: ValidationPlan, seed: int, studies: str
) -> tuple[dict[str, FamilyModel], dict[str, str]]:
    models, skipped = {}, {}
    for each in chosen:
        tuning = plan.tuning_of(each, studies)
        model = model_for(each, at_risk.design, seed=seed, tuning=tuning)
        try:
            models[each.name] = model.fit(at_risk.X, at_risk.y)
        except (DesignError, TooLittleData) as error:
            skipped[each.name] = str(error)
    if not models:
        told = "; ".join(f"{name}: {why}" for name, why in skipped.items())
        raise TooLittleData(f"no family could learn from these children: {told}")
    return models, skipped


def _parameters(models: Mapping[str, FamilyModel]) -> int:
    """Number of features of the linear model, or the most that any model looks at."""
    if "ridge" in models:
        return len(models["ridge"].encoding_.features)
    return max(1, *(len(model.encoding_.features) for model in models.values()))
