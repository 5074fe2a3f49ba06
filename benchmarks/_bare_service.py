"""The same answers from FastAPI and uvicorn alone: no BentoML, no guard, no limits, no metrics.

Records are read, predicted, explained and written to the audit by the same functions, and a line
about every request is logged. ``uvicorn benchmarks._bare_service:app``, with ``LORPREDICT_MODEL``.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from starlette.responses import Response

from serving import predictions, wording
from serving.audit import AuditRecord, AuditWriter, Pseudonyms
from serving.exchange import Exchange
from serving.keeping import keep
from serving.messages import Question
from serving.models import ServedModels
from serving.premises import audit_key
from serving.settings import Settings

settings = Settings.from_environment()
models = ServedModels.load(settings)
key = audit_key(settings)
audit, pseudonyms = AuditWriter(settings.audit, key), Pseudonyms(key)
log = logging.getLogger("bare")
logging.basicConfig(level=logging.INFO)
app = FastAPI()
gc.collect()
gc.freeze()


@app.middleware("http")
async def logged(request: Request, ask: Callable[[Request], Awaitable[Response]]) -> Response:
    begun = time.perf_counter()
    answer = await ask(request)
    log.info("%s %s %.2f", request.url.path, answer.status_code, time.perf_counter() - begun)
    return answer


@app.post("/v1/explain")
async def explain(question: Question) -> Response:
    served, exchange = models["champion"], Exchange(route="/v1/explain")
    told = predictions.alone(predictions.explanations, served, question)
    kept = keep(told, question.patients(), pseudonyms)
    await audit.write(
        AuditRecord(
            event="answer",
            route=exchange.route,
            request_id=exchange.request_id,
            client=exchange.client,
            status=200,
            duration_ms=exchange.milliseconds,
            model={"fingerprint": served.fingerprint},
            content=kept.content,
        )
    )
    return Response(wording.explain_answers(told), media_type="application/json")


@app.get("/readyz")
async def ready() -> str:
    return "ready"
