"""Models that were fitted once, and not judged: most tests need no cross-validation."""

from __future__ import annotations

from lorpredict import AtRisk, Cohort, PackagedModel, family
from lorpredict.development import training_facts
from lorpredict.models import FamilyModel
from lorpredict.packaged import ModelFacts


def packaged_without_judgement(name: str, cohort: Cohort, at_risk: AtRisk) -> PackagedModel:
    """A family's model of these children; its figures are made up."""
    return packaged(family(name).build(at_risk.design).fit(at_risk.X, at_risk.y), cohort, at_risk)


def packaged(fitted: FamilyModel, cohort: Cohort, at_risk: AtRisk) -> PackagedModel:
    """A fitted model as it is shipped; its figures are made up."""
    facts = ModelFacts(
        name="lorpredict-test",
        version="0.0.1",
        family=fitted.family.name,
        family_label=fitted.family.label,
        design=at_risk.design,
        catalogue_version=at_risk.design.catalogue.version,
        follow_up_days_since_landmark=fitted.follow_up_,
        training=training_facts(cohort, at_risk, seed=0),
        stage="demo",
        reasons=("trained on synthetic children", "18 events for 20 parameters"),
        metrics={"uno_c": 0.71, "uno_c_low": 0.6, "uno_c_high": 0.8},
    )
    return PackagedModel(facts, fitted.encoding_, fitted.curves_)
