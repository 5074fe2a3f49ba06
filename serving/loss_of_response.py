"""The address that tells what documents say at loss of response; no model is asked."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from lorpredict.clinical import catalogue
from lorpredict.errors import RecordFaults
from lorpredict.pathway import (
    ANTIBODIES,
    ANTIBODY_ASSAYS,
    UNITS,
    Pathway,
    PathwayAnswer,
    at_loss_of_response,
    default_pathway,
)
from serving.desk import desk_of
from serving.endpoints import GUARDED, OF_BODY
from serving.errors import InvalidRequest, RequestFault
from serving.exchange import Kept, exchange_of
from serving.faults import form_faults
from serving.json_body import QuickRoute
from serving.keeping import Pseudonymous
from serving.messages import LONGEST_IDENTIFIER, PATIENT
from serving.pathway_answers import LossOfResponseAnswer

_LONGEST = 64
_LOQ, _DAY = catalogue("levels")["loq_ug_ml"], catalogue("levels")["day"]
_AGE, _TROUGH = catalogue()["age_years"], catalogue()["trough_week14_ug_ml"]
_ASSAYS = ", ".join(assay.label for assay in default_pathway().assays)
if TYPE_CHECKING:
    _Unit = str
    _Antibodies = str
    _AntibodyAssay = str
    _Immunomodulator = str
else:
    _Unit = Literal[UNITS]
    _Antibodies = Literal[ANTIBODIES]
    _AntibodyAssay = Literal[ANTIBODY_ASSAYS]
    _Immunomodulator = Literal[tuple(default_pathway().immunomodulators)]


def _told(description: str, **more: Any) -> Any:
    return Field(default=None, description=description, **more)


class LossOfResponse(BaseModel):
    """One child at loss of response; what is not known is left out or null."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "examples": [{"trough": 8.9, "trough_unit": "mg/L", "antibodies": "negative"}]
        },
    )

    trough: float | None = _told(
        f"Infliximab just before an infusion, in trough_unit; {_TROUGH.expected}.", ge=0
    )
    trough_unit: _Unit | None = _told("Of the trough and its limit; ug/mL and mg/L are the same.")
    trough_below_loq: bool | None = _told("Whether it is below what the assay can measure.")
    trough_loq: float | None = _told(
        f"Limit of quantification, in trough_unit; {_LOQ.expected}.", gt=0
    )
    trough_assay: str | None = _told(
        f"How it was measured: {_ASSAYS}, or what the site names.", max_length=_LONGEST
    )
    antibodies: _Antibodies | None = _told(
        "Against infliximab, by the laboratory's class; none is negative."
    )
    titre: float | None = _told("Of the antibodies, in titre_unit.", ge=0)
    titre_unit: str | None = _told(
        "As the laboratory writes it; titres of different assays do not compare.",
        min_length=1,
        max_length=_LONGEST,
    )
    antibody_assay: _AntibodyAssay | None = _told(
        "A drug-sensitive assay finds no antibodies while infliximab is in the blood."
    )
    days_since_first_infusion: float | None = _told(
        f"When the response was lost; {_DAY.expected}.", ge=0, le=(_DAY.plausible or (0, 0))[1]
    )
    escalations: int | None = _told("How often infliximab was intensified before.", ge=0, le=1000)
    escalation_failed: bool | None = _told("Whether one of these failed.")
    immunomodulator: _Immunomodulator | None = _told("Given beside infliximab.")
    steroids: bool | None = _told("Whether steroids are given.")
    age_years: float | None = _told(
        f"{_AGE.expected} ({_AGE.plausible_source}).", ge=0, le=(_AGE.plausible or (0, 0))[1]
    )
    lost_response: bool = Field(
        default=True, description="False for a child who is still in response."
    )
    patient_id: str | None = _told(
        "The child's pseudonym in your system; the audit keeps a keyed hash of it.",
        min_length=1,
        max_length=LONGEST_IDENTIFIER,
    )


class _FaultsOfBoth(QuickRoute):
    """A route that tells what the library finds wrong together with what the form has wrong."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError as error:
                if not isinstance(error.body, dict):
                    raise
                raise InvalidRequest(
                    *faults_of(error.body, error, desk_of(request).pathway)
                ) from None

        return told


router = APIRouter(prefix="/v1", route_class=_FaultsOfBoth)


@router.post(
    "/loss-of-response",
    response_model=LossOfResponseAnswer,
    responses=OF_BODY | GUARDED,
    summary="What the documents say at loss of response",
    description="Mechanism, options with their evidence, disagreement, and what is missing. It "
    "asks no model. What contradicts itself or is not enough is answered as undetermined, with "
    "what would decide it. Research and discussion only; the treating physician decides.",
)
async def loss_of_response(request: Request, given: LossOfResponse) -> Response:
    desk, exchange = desk_of(request), exchange_of(request.scope)
    record = given.model_dump(exclude_none=True, exclude={PATIENT})
    told = answered(record, desk.pathway)
    exchange.kept = kept_of(told, record, given.patient_id, desk.pseudonyms)
    return Response(body_of(told), media_type="application/json")


def body_of(told: PathwayAnswer) -> str:
    """Write an answer as it is sent."""
    return LossOfResponseAnswer.model_validate(told.to_dict()).model_dump_json()


def answered(record: Mapping[str, Any], pathway: Pathway) -> PathwayAnswer:
    """Ask the documents, pointing from what is wrong to its place in the request.

    Raises
    ------
    InvalidRequest
    """
    try:
        return at_loss_of_response(record, pathway)
    except RecordFaults as error:
        raise InvalidRequest(*_pointed(error)) from None


def faults_of(
    body: Mapping[str, Any], error: RequestValidationError, pathway: Pathway
) -> list[RequestFault]:
    """Tell every fault once: in the library's words, which name the way out, where it has any."""
    fields = tuple(LossOfResponse.model_fields)
    known = {name: body[name] for name in fields if name in body and name != PATIENT}
    found: list[RequestFault] = []
    try:
        at_loss_of_response(known, pathway)
    except RecordFaults as refused:
        found = _pointed(refused)
    places = {fault.pointer for fault in found}
    of_form = form_faults(error.errors(), fields=fields)
    return [*found, *(fault for fault in of_form if fault.pointer not in places)]


def kept_of(
    told: PathwayAnswer,
    record: Mapping[str, Any],
    patient: str | None,
    pseudonyms: Pseudonymous | None,
) -> Kept:
    """Return what the audit keeps: bands and the row, never a level or a titre."""
    row = row_kept(told)
    if pseudonyms is not None:
        row["fingerprint"] = pseudonyms.fingerprint(record)
        if patient is not None:
            row["pseudonym"] = pseudonyms.of_patient(patient)
    return Kept("answer", {"loss_of_response": row})


def row_kept(told: PathwayAnswer) -> dict[str, Any]:
    """Return where a situation stands in the table, and nothing that was measured."""
    return {
        "row": told.row,
        "mechanism": told.mechanism,
        "trough": told.trough,
        "antibodies": told.antibodies,
        "escalation": told.escalation,
        "pathway_version": told.version,
    }


def _pointed(error: RecordFaults) -> list[RequestFault]:
    return [RequestFault(f"/{each.column}", each.problem, each.hint) for each in error.faults]
