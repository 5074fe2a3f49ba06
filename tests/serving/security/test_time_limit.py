"""Who waits too long for an answer to begin is told so, and the work ends."""

from __future__ import annotations

import threading
import time
from typing import Any

import anyio
import anyio.to_thread
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lorpredict import PackagedModel
from serving import questions
from serving.app import create_app
from serving.models import Served, ServedModels
from serving.predictions import Told
from serving.security import TimeLimit


def refuse(_: Scope, status: int) -> ASGIApp:
    return PlainTextResponse("too late", status)


def limited(app: ASGIApp, seconds: float = 0.05) -> TestClient:
    return TestClient(TimeLimit(app, seconds, refuse))


def test_an_answer_in_time_passes_untouched() -> None:
    answer = limited(PlainTextResponse("yes")).get("/")

    assert (answer.status_code, answer.text) == (200, "yes")


def test_late_work_is_stopped_and_answered_504() -> None:
    ended: list[str] = []

    async def sleeps(_: Scope, __: Receive, ___: Send) -> None:
        try:
            await anyio.sleep(30)
        finally:
            ended.append("stopped")

    answer = limited(sleeps).get("/")

    assert (answer.status_code, answer.text) == (504, "too late")
    assert ended == ["stopped"]


def test_an_answer_that_has_begun_is_let_go_on() -> None:
    async def slow(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await anyio.sleep(0.15)
        await send({"type": "http.response.body", "body": b"whole"})

    answer = limited(slow).get("/")

    assert (answer.status_code, answer.text) == (200, "whole")


def test_a_thread_that_cannot_be_stopped_makes_nobody_wait() -> None:
    sent: list[tuple[float, Message]] = []
    begun = time.monotonic()

    async def in_a_thread(scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.to_thread.run_sync(time.sleep, 0.5)
        await PlainTextResponse("yes")(scope, receive, send)

    async def send(message: Message) -> None:
        sent.append((time.monotonic() - begun, message))

    async def receive() -> Message:
        return {"type": "http.request"}

    app = TimeLimit(in_a_thread, 0.05, refuse)
    anyio.run(app, {"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)

    statuses = [message["status"] for _, message in sent if "status" in message]
    assert statuses == [504]
    assert sent[-1][0] < 0.4


def test_an_app_that_swallows_its_end_answers_nothing_more() -> None:
    async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await anyio.sleep(30)
        except BaseException:
            await PlainTextResponse("after all")(scope, receive, send)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    anyio.run(TimeLimit(stubborn, 0.05, refuse), {"type": "http"}, _nothing, send)

    assert [each.get("status", each.get("body")) for each in sent] == [504, b"too late"]


def test_what_stands_around_a_limit_can_still_end_by_itself() -> None:
    async def stubborn(_: Scope, __: Receive, ___: Send) -> None:
        try:
            await anyio.sleep(30)
        except BaseException:
            return

    async def within_another_limit() -> bool:
        with anyio.move_on_after(0.3) as around:
            await TimeLimit(stubborn, 0.05, refuse)({"type": "http"}, _nothing, _nowhere)
            await anyio.sleep(30)
        return around.cancelled_caught

    assert anyio.run(within_another_limit)


def test_a_refusal_that_fails_is_told_to_whoever_asked() -> None:
    def fails(_: Scope, __: int) -> ASGIApp:
        raise LookupError("no refusal")

    async def sleeps(_: Scope, __: Receive, ___: Send) -> None:
        await anyio.sleep(30)

    with pytest.raises(LookupError, match="no refusal"):
        TestClient(TimeLimit(sleeps, 0.05, fails)).get("/")


def test_an_error_of_the_app_goes_on() -> None:
    async def fails(_: Scope, __: Receive, ___: Send) -> None:
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        limited(fails).get("/")


def test_a_client_that_leaves_ends_the_work() -> None:
    ended: list[str] = []

    async def sleeps(_: Scope, __: Receive, ___: Send) -> None:
        try:
            await anyio.sleep(30)
        finally:
            ended.append("stopped")

    async def leave() -> None:
        with anyio.move_on_after(0.05):
            app = TimeLimit(sleeps, 30, refuse)
            await app({"type": "http"}, _nothing, _nowhere)

    anyio.run(leave)
    assert ended == ["stopped"]


class Overheard:
    """A model that notes in which threads it is asked."""

    def __init__(self, model: PackagedModel, threads: list[str]) -> None:
        self._model, self._threads = model, threads

    def __getattr__(self, name: str) -> Any:
        if name in ("predict", "answer"):
            self._threads.append(threading.current_thread().name)
        return getattr(self._model, name)


@pytest.mark.parametrize("route", ["/v1/predict", "/v1/explain"])
@pytest.mark.parametrize(
    "records, days, place",
    [(20, 60, "AnyIO worker thread"), (1, 21, "AnyIO worker thread"), (4, 5, "the loop")],
)
def test_what_takes_long_is_computed_and_written_beside_the_loop(
    models: ServedModels, monkeypatch: pytest.MonkeyPatch,
    route: str, records: int, days: int, place: str,
) -> None:  # fmt: skip
    threads: list[str] = []
    served: Any = Overheard(models["champion"].model, threads)
    app = create_app(ServedModels(Served("champion", served, fingerprint="")))
    kind = questions.ASKED[route]

    def write(told: Told) -> bytes:
        threads.append(threading.current_thread().name)
        return kind.worded(told)

    monkeypatch.setitem(questions.ASKED, route, kind._replace(worded=write))
    body = {"records": [{"albumin_g_l": 36}] * records}
    more = {"days_since_first_infusion": [200.0 + day for day in range(days)]}

    assert TestClient(app).post(route, json=body | more).status_code == 200
    assert len(threads) == 2
    assert {"AnyIO worker thread" if "worker" in each else "the loop" for each in threads} == {
        place
    }


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _nowhere(_: Message) -> None: ...
