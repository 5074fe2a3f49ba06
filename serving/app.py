"""The HTTP API: an app of its own, which the service mounts.

Its OpenAPI document is true: bodies are typed, what is not known is refused, and every refusal
is ``application/problem+json``, or an OperationOutcome where FHIR is spoken.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lorpredict.errors import LorpredictError
from serving import clinical_endpoints, endpoints, loss_of_response, trough
from serving.desk import Desk
from serving.errors import MEDIA_TYPE, NotAnnouncedAsJson, NotJson, respond
from serving.faults import invalid_request
from serving.models import ServedModels
from serving.operation_outcome import MEDIA_TYPE as FHIR_MEDIA_TYPE
from serving.routes import route_of
from serving.web.loss_pages import router as loss_page
from serving.web.pages import router as page
from serving.web.trough_pages import router as trough_page

DESCRIPTION = (
    "Risk of secondary loss of response to infliximab in a child with Crohn's disease, "
    "from the record at the fourth infusion, with its explanation. "
    "Units are those of the schema; what was not measured is left out or null. "
    "Every answer names the model, its stage and what has to be said with it."
)
_ASSETS = "static_content"  # Swagger UI as BentoML ships it, so that no page asks another host
_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
)

pages = APIRouter()


@pages.get("/docs.json", include_in_schema=False)
async def document() -> RedirectResponse:
    # The document that BentoML writes is not true of its own refusals.
    return RedirectResponse("/v1/openapi.json")


async def docs() -> HTMLResponse:
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="lorpredict",
        swagger_js_url=f"../{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"../{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"../{_ASSETS}/favicon-light-32x32.png",
        swagger_ui_parameters={"validatorUrl": None},
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page


def create_app(models: ServedModels | None = None, *, desk: Desk | None = None) -> FastAPI:
    """Build the app; it answers 503 until ``app.state.desk`` has models."""
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
    app.state.desk = desk or Desk(models)
    answering = (endpoints.asked, endpoints.router, loss_of_response.router, trough.router)
    for router in (*answering, clinical_endpoints.router, page, loss_page, trough_page, pages):
        app.include_router(router)
    for kind in (LorpredictError, HTTPException):
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(RequestValidationError, _refused_by_form)
    _declare_media_types(app)
    return app


def show_docs(app: FastAPI) -> None:
    """Serve the page of documentation, which is off unless it was asked for."""
    app.add_api_route("/v1/docs", docs, include_in_schema=False)


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


def _declare_media_types(app: FastAPI) -> None:
    """Write the media types of refusals, and of FHIR, into the document."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        for address, path in document["paths"].items():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    told = _media_type(address, status)
                    content = response.get("content", {})
                    if "application/json" in content:
                        content[told] = content.pop("application/json")
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _media_type(address: str, status: str) -> str:
    refused = status >= "400"
    if route_of(address).fhir and (refused or not address.startswith("/cds-services")):
        return FHIR_MEDIA_TYPE
    return MEDIA_TYPE if refused else "application/json"
