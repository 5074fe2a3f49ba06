"""When the service says nothing of a child, in so many words, rather than a number.

The model knows children of up to 18 years who were in response at the landmark. Of anybody else
it would be asked what it has never seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lorpredict.clinical import EligibilityRules
from lorpredict.fhir import Abstention, FhirRules, laboratory_columns

if TYPE_CHECKING:
    from lorpredict.packaged import PackagedModel


def abstention(
    record: Mapping[str, Any], model: PackagedModel, *, oldest: int | None = None
) -> Abstention | None:
    """Return why the model is not asked about a child, or nothing.

    Parameters
    ----------
    oldest : age up to which a patient counts as a child, where a site's rules say otherwise
    """
    return next(_reasons(record, model, oldest or FhirRules.default().oldest_age_years), None)


def _reasons(record: Mapping[str, Any], model: PackagedModel, oldest: int) -> Iterator[Abstention]:
    age = record.get("age_years")
    if age is not None and age > oldest:
        yield Abstention(
            "outside_age",
            f"The model was made for children of up to {oldest} years at the first infusion; "
            "this patient was older.",
        )
    yield from _of_activity(record, model.facts.design.eligibility)
    labs = [name for name in model.encoding.predictors if name in laboratory_columns()]
    if len(model.encoding.predictors) > 1 and labs and record.keys().isdisjoint(labs):
        yield Abstention(
            "no_usable_labs",
            "None of the laboratory values that the model uses was measured; its answer would be "
            "that for any child.",
            (f"at least one of {', '.join(labs)}",),
        )


def _of_activity(record: Mapping[str, Any], rules: EligibilityRules) -> Iterator[Abstention]:
    """Whether the PCDAI shows that there is no response that could be lost."""
    if rules.already_lost(record):
        yield Abstention(
            "already_lost_response",
            "The PCDAI at week 14 is that of lost response, however far it has fallen: the loss "
            f"that would be predicted has already happened (definition {rules.lor}).",
        )
    elif rules.has_responded(record) is False:
        yield Abstention(
            "no_response",
            "The PCDAI has not fallen as far by week 14 as a response asks, and is not that of "
            f"remission: there is no response to lose (definition {rules.response}).",
        )
