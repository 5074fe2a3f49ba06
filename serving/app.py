"""The HTTP API: an app of its own, which the service mounts.

Its OpenAPI document is true: bodies are typed, what is not known is refused, and every refusal
is ``application/problem+json``.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving import predictions
from serving.answers import ExplainAnswers, ModelsDescribed, RiskAnswers
from serving.errors import (
    MEDIA_TYPE,
    InvalidRequest,
    NotAnnouncedAsJson,
    NotJson,
    NotReady,
    Problem,
    UnknownAlias,
    respond,
)
from serving.faults import invalid_request
from serving.messages import AskedModel, Question
from serving.models import Served, ServedModels

DESCRIPTION = (
    "Risk of secondary loss of response to infliximab in a child with Crohn's disease, "
    "from the record at the fourth infusion, with its explanation. "
    "Units are those of the schema; what was not measured is left out or null. "
    "Every answer names the model, its stage and what has to be said with it."
)
_ASSETS = "static_content"  # Swagger UI as BentoML ships it, so that no page asks another host
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not JSON."},
    404: {"model": Problem, "description": "No model is served under this alias."},
    413: {"model": Problem, "description": "The body is too large."},
    415: {"model": Problem, "description": "The body is not announced as JSON."},
    422: {"model": Problem, "description": "The request has faults; all of them are named."},
    503: {"model": Problem, "description": "No model is loaded yet."},
}
_NOT_READY: dict[int | str, dict[str, Any]] = {503: _REFUSALS[503]}

router = APIRouter(prefix="/v1")
pages = APIRouter()


async def served_models(request: Request) -> ServedModels:
    """Return the models that answer."""
    models: ServedModels | None = request.app.state.models
    if models is None:
        raise NotReady("Ask again in a moment.")
    return models


async def asked_model(
    models: Annotated[ServedModels, Depends(served_models)], asked: Annotated[AskedModel, Query()]
) -> Served:
    """Return the model of the alias that was asked for."""
    return models[asked.model]


AskedServed = Annotated[Served, Depends(asked_model)]


@router.post("/predict", responses=_REFUSALS, summary="Risk by each horizon")
async def predict(question: Question, served: AskedServed) -> RiskAnswers:
    return await predictions.answer(predictions.risks, served, question)


@router.post("/explain", responses=_REFUSALS, summary="Risk by each horizon, and what moved it")
async def explain(question: Question, served: AskedServed) -> ExplainAnswers:
    return await predictions.answer(predictions.explanations, served, question)


@router.get("/models", responses=_NOT_READY, summary="The models, their stages and their cards")
async def models(known: Annotated[ServedModels, Depends(served_models)]) -> ModelsDescribed:
    return predictions.models_described(known)


@pages.get("/", include_in_schema=False)
async def start() -> RedirectResponse:
    # BentoML's own page asks a foreign host; nothing of this service does.
    return RedirectResponse("/v1/docs")


@pages.get("/docs.json", include_in_schema=False)
async def document() -> RedirectResponse:
    # The document that BentoML writes is not true of its own refusals.
    return RedirectResponse("/v1/openapi.json")


@router.get("/docs", include_in_schema=False)
async def docs() -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="openapi.json",
        title="lorpredict",
        swagger_js_url=f"../{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"../{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"../{_ASSETS}/favicon-light-32x32.png",
        swagger_ui_parameters={"validatorUrl": None},
    )


def create_app(models: ServedModels | None = None) -> FastAPI:
    """Build the app; it answers 503 until ``app.state.models`` is set."""
    app = FastAPI(
        title="lorpredict",
        version="1",
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(NoUnexpectedError)],
        # FastAPI would hand exceptions with their messages, and bodies, to OpenTelemetry.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.models = models
    app.include_router(router)
    app.include_router(pages)
    for kind in (InvalidRequest, UnknownAlias, NotReady, HTTPException):
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(RequestValidationError, _refused_by_form)
    _declare_problems(app)
    return app


class NoUnexpectedError:
    """Answer what nobody expected without letting it reach a log with its message."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            await respond(Request(scope), error)(scope, receive, send)


async def _refused(request: Request, error: Exception) -> Response:
    return respond(request, error)


async def _refused_by_form(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it alone
    return respond(request, _by_form(error))


def _by_form(error: RequestValidationError) -> Exception:
    errors = error.errors()
    if any(each["type"] == "json_invalid" for each in errors):
        return NotJson()
    if isinstance(error.body, bytes):
        return NotAnnouncedAsJson()
    return invalid_request(errors, error.body)


def _declare_problems(app: FastAPI) -> None:
    """Write the media type of refusals into the document; FastAPI knows only its own."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    content = response.get("content", {})
                    if status >= "400" and "application/json" in content:
                        content[MEDIA_TYPE] = content.pop("application/json")
        return document

    app.openapi = openapi  # type: ignore[method-assign]
