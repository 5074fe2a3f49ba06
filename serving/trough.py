"""Forecast troughs of one child: ``POST /v1/trough``. It needs no risk model.

The form of a request and what it says are checked together, so that all faults are told at once.
Nothing of what was sent is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.responses import Response

from lorpredict.clinical import trough_thresholds
from lorpredict.errors import FaultsFound, NotConverged
from lorpredict.pharmacokinetics import (
    DoseHistory,
    Estimates,
    MeasuredLevel,
    RegimenSearch,
    estimate,
    forecast,
    research_only,
    search_regimens,
)
from serving import questions
from serving.desk import desk_of
from serving.endpoints import GUARDED, OF_BODY
from serving.errors import InvalidRequest
from serving.exchange import Kept, exchange_of
from serving.faults import invalid_request
from serving.keeping import Pseudonymous
from serving.trough_answers import TroughAnswer
from serving.trough_faults import candidates, content_faults, regimen_faults
from serving.trough_messages import TroughQuestion

_NO_LEVEL = "No level was sent."


class TroughRoute(APIRoute):
    """A route that FastAPI describes by its function, and that reads bodies as questions do."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Gather the faults of form and content before anything is computed."""

        async def handled(request: Request) -> Response:
            return await answered(request)

        return handled


router = APIRouter(prefix="/v1", route_class=TroughRoute)


@router.post(
    "/trough",
    responses=OF_BODY | GUARDED,
    summary="Troughs by dose, for research only: forecast, individual estimate, regimens",
)
async def trough(question: TroughQuestion) -> TroughAnswer:  # type: ignore[empty-body]
    ...


async def answered(request: Request) -> Response:
    """Read a question, refuse it with all its faults, or compute in a thread and answer."""
    errors: questions.Errors = []
    body = await request.body()
    question = questions.read(TroughQuestion, body, request, errors)
    asked = Asked.of(question, questions.content(body), errors)
    found = await anyio.to_thread.run_sync(asked.answer)
    exchange_of(request.scope).kept = asked.kept(found, desk_of(request).pseudonyms)
    return Response(found.model_dump_json(), media_type="application/json")


@dataclass(frozen=True)
class Asked:
    """One question whose content is well.

    Parameters
    ----------
    question : as it was sent
    history, levels : what it says of the child
    """

    question: TroughQuestion
    history: DoseHistory
    levels: tuple[MeasuredLevel, ...]

    @classmethod
    def of(cls, question: TroughQuestion | None, content: Any, errors: questions.Errors) -> Asked:
        """Check what a body says together with its form.

        Parameters
        ----------
        question : None where its form is wrong
        content : the body
        errors : what is wrong with its form

        Raises
        ------
        InvalidRequest
            With the faults of both.
        """
        known, within = content_faults(content)
        if errors or within or question is None or known is None:
            form = invalid_request(errors, content).faults if errors else ()
            raise InvalidRequest(*form, *within)
        return cls(question, *known)

    @classmethod
    def of_content(cls, content: Any) -> Asked:
        """Read what was put together by a page, as strictly as what a program sends.

        Raises
        ------
        InvalidRequest
        """
        try:
            return cls.of(TroughQuestion.model_validate(content), content, [])
        except ValidationError as error:
            found = error.errors(include_url=False)
        return cls.of(None, content, [{**each, "loc": ("body", *each["loc"])} for each in found])

    def on(self, days: Sequence[float]) -> Asked:
        """Return the question about other days, and about no regimen."""
        changes: dict[str, Any] = {"days_since_first_infusion": list(days), "regimens": None}
        return replace(self, question=self.question.model_copy(update=changes))

    def answer(self) -> TroughAnswer:
        """Compute everything that was asked for.

        Raises
        ------
        InvalidRequest
            If the days or the regimens that are asked for cannot be meant.
        """
        own, why_not = self._estimates()
        try:
            population = self._forecast(None)
            regimens = self._regimens(own)
        except FaultsFound as error:
            raise regimen_faults(error) from None
        return TroughAnswer.model_validate(
            {
                "research_only": research_only(),
                "population": population,
                "individual": None if own is None else self._forecast(own),
                "estimate": None if own is None else own.to_dict(),
                "estimate_missing": why_not,
                "regimens": None if regimens is None else regimens.to_dict(),
                "thresholds": [
                    {"trough_ug_ml": each.trough_ug_ml, "about": each.about, "source": each.source}
                    for each in trough_thresholds()
                ],
            }
        )

    def _estimates(self) -> tuple[Estimates | None, str | None]:
        if not self.levels:
            return None, _NO_LEVEL
        occasions = self.question.between_occasions
        try:
            return estimate(self.history, self.levels, between_occasions=occasions), None
        except NotConverged as error:
            return None, str(error)

    def _forecast(self, own: Estimates | None) -> dict[str, Any]:
        return forecast(
            self.history,
            self.question.days_since_first_infusion,
            estimates=own,
            between_occasions=self.question.between_occasions,
        ).to_dict()

    def _regimens(self, own: Estimates | None) -> RegimenSearch | None:
        asked = self.question.regimens
        if asked is None:
            return None
        return search_regimens(
            self.history,
            asked.target_ug_ml,
            vial_mg=asked.vial_mg,
            from_day=asked.from_day,
            estimates=own,
            candidates=candidates(asked),
            infusions=asked.infusions,
            rounding=asked.rounding,
            maximum_mg=asked.maximum_mg,
            between_occasions=self.question.between_occasions,
        )

    def kept(self, found: TroughAnswer, pseudonyms: Pseudonymous | None) -> Kept:
        """Return what the audit keeps: hashes and counts, no dose, no level and no day."""
        content: dict[str, Any] = {
            "infusions": len(self.history.infusion_days),
            "levels": len(self.levels),
            "estimated": found.estimate is not None,
            "regimens": 0 if found.regimens is None else len(found.regimens.regimens),
        }
        if pseudonyms is not None:
            sent: Mapping[str, Any] = self.question.model_dump(exclude={"patient_id"})
            content["fingerprint"] = pseudonyms.fingerprint(sent)
            if self.question.patient_id is not None:
                content["pseudonym"] = pseudonyms.of_patient(self.question.patient_id)
        return Kept("forecast", content)
