"""The BentoML service: two native endpoints and the mounted app, over the same two functions.

Health (``/livez``, ``/readyz``) and ``/metrics`` are BentoML's; it is ready once the models are
loaded and have answered their reference records.
"""

from __future__ import annotations

import gc
import os
from typing import Any

import bentoml
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from serving import questions
from serving.answers import ExplainAnswers, RiskAnswers
from serving.app import create_app, show_docs
from serving.desk import Desk
from serving.errors import respond
from serving.messages import AskedModel, Question
from serving.premises import Premises
from serving.settings import Settings
from serving.sources import local

app = create_app()


class NativeQuestion(Question, bentoml.IODescriptor):  # type: ignore[misc]
    """A question to a native endpoint; the model is named in the body."""

    __root_input__ = True

    model: str = Field(default="champion", description=AskedModel.model_fields["model"].description)

    @classmethod
    async def from_http_request(cls, request: Request, serde: Any) -> Any:  # noqa: ARG003
        """Hand the request on unread: BentoML would log a faulty body with its values."""
        return request


class GuardedService(bentoml.Service[Any]):  # type: ignore[misc]
    """A BentoML service whose own refusals are problems too, within the borders of ours."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """Build the app with the borders around it."""
        inner = super().to_asgi(is_main)
        inner.add_exception_handler(HTTPException, _refused)
        return premises().around(inner, routes=inner.routes)

    @property
    def openapi_spec(self) -> dict[str, Any]:
        """The document of the mounted app; BentoML's own reader of schemas does not know ours."""
        return app.openapi()


async def _refused(request: Request, error: Exception) -> Response:
    return respond(request, error)


_premises: list[Premises] = []


def premises() -> Premises:
    """Return what this process holds open, opened with the first call."""
    if not _premises:
        _premises.append(Premises(Settings.from_environment(), app.state.desk))
    return _premises[0]


def _workers() -> int:
    return Settings.from_environment().workers


@bentoml.service(
    name="lorpredict",
    service_class=GuardedService,
    workers=_workers(),
    traffic={"timeout": 60},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(app)
class LorpredictService:
    """Risk of secondary loss of response to infliximab at week 14, with its explanation."""

    def __init__(self) -> None:
        if premises().settings.docs:
            show_docs(app)
        premises().open()
        # What is here now stays for good; the collector need not walk through it again.
        gc.collect()
        gc.freeze()

    @bentoml.on_startup  # type: ignore[untyped-decorator]
    async def begin(self) -> None:
        """Look for moved models from now on."""
        premises().begin()

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    async def end(self) -> None:
        """Write what waits for the audit, and let go."""
        await premises().close()

    @bentoml.on_deployment  # type: ignore[untyped-decorator]
    @staticmethod
    def fetch() -> None:
        """Fetch what a registry holds, once, before any worker starts."""
        os.environ.update(local(Settings.from_environment()).to_environment())

    @bentoml.api(input_spec=NativeQuestion, output_spec=RiskAnswers)  # type: ignore[untyped-decorator]
    async def predict(self, request: Request, /) -> Response:
        """Risk by each horizon."""
        return await self._answer(questions.RISKS, request)

    @bentoml.api(input_spec=NativeQuestion, output_spec=ExplainAnswers)  # type: ignore[untyped-decorator]
    async def explain(self, request: Request, /) -> Response:
        """Risk by each horizon, and what moved it."""
        return await self._answer(questions.EXPLANATIONS, request)

    async def _answer(self, kind: questions.Kind, request: Request) -> Response:
        desk: Desk = app.state.desk
        try:
            errors: questions.Errors = []
            body = await request.body()
            question = questions.read(NativeQuestion, body, request, errors)
            if question is None:
                raise questions.faults(errors, body)
            served = desk.asked(question.model)
            return await questions.answer(kind, served, question, request, desk)
        except Exception as error:
            return respond(request, error)
