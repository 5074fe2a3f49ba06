"""Questions that arrive together are asked as one, and each is answered as if it were alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from serving.app import create_app
from serving.gathering import MOST_TOGETHER, Child, Gathering, Part
from serving.models import Served, ServedModels


class Model:
    """Doubles a number; refuses all children where one has none."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, children: Sequence[Child]) -> list[int]:
        self.asked.append(len(children))
        if any("fault" in child for child in children):
            raise LookupError(f"one of {len(children)}")
        return [2 * child["n"] for child in children]


def told(part: Part) -> list[int]:
    return [part.found[row] for row in part.rows]


def answered(
    model: Model, *questions: Sequence[Child], what: Sequence[str] = ()
) -> list[list[int] | BaseException]:
    """Ask all questions in one turn of a loop."""

    async def ask() -> list[list[int] | BaseException]:
        gathering = Gathering()
        kinds = what or [""] * len(questions)
        asked = [
            gathering.ask(kind, model, question, told)
            for kind, question in zip(kinds, questions, strict=True)
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(ask())


def test_questions_of_one_turn_are_asked_as_one() -> None:
    model = Model()

    assert answered(model, [{"n": 1}], [{"n": 2}, {"n": 3}], [{"n": 4}]) == [[2], [4, 6], [8]]
    assert model.asked == [4]


def test_a_turn_that_brings_more_is_waited_for() -> None:
    model, gathering = Model(), Gathering()

    async def late(turns: int, n: int) -> list[int]:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await gathering.ask("", model, [{"n": n}], told)

    async def ask() -> list[list[int]]:
        waiting = [late(0, 1), late(0, 2), late(1, 3), late(2, 4), late(9, 5)]
        return await asyncio.gather(*waiting)

    assert asyncio.run(ask()) == [[2], [4], [6], [8], [10]]
    assert model.asked == [4, 1]


def test_a_fault_is_told_to_its_own_question_alone() -> None:
    model = Model()
    first, second, third = answered(model, [{"n": 1}], [{"fault": 1}], [{"n": 3}])

    assert (first, third) == ([2], [6])
    assert isinstance(second, LookupError)
    assert str(second) == "one of 1"
    assert model.asked == [3, 1, 1, 1]


def test_an_answer_that_cannot_be_written_leaves_the_others_alone() -> None:
    def unwritable(_: Part) -> list[int]:
        raise ArithmeticError

    async def ask() -> list[list[int] | BaseException]:
        gathering, model = Gathering(), Model()
        asked = [
            gathering.ask("", model, [{"n": 1}], unwritable),
            gathering.ask("", model, [{"n": 2}], told),
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    first, second = asyncio.run(ask())
    assert isinstance(first, ArithmeticError)
    assert second == [4]


@pytest.mark.parametrize("kind", [StopIteration, asyncio.CancelledError, GeneratorExit])
def test_whatever_a_model_raises_nobody_waits_for_ever(kind: type[BaseException]) -> None:
    def ask(children: Sequence[Child]) -> list[int]:
        if any("fault" in child for child in children):
            raise kind
        return [2 * child["n"] for child in children]

    async def all_of() -> list[list[int] | BaseException]:
        gathering = Gathering()
        questions = [[{"n": 1}], [{"fault": 1}], [{"n": 3}]]
        asked = [gathering.ask("", ask, question, told) for question in questions]
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)

    first, second, third = asyncio.run(all_of())

    assert (first, third) == ([2], [6])
    assert str(second) == f"{kind.__name__} while a question was answered"


def test_different_questions_are_not_mixed() -> None:
    model = Model()

    assert answered(model, [{"n": 1}], [{"n": 2}], [{"n": 3}], what="aba") == [[2], [4], [6]]
    assert sorted(model.asked) == [1, 2]


def test_no_more_are_asked_at_once_than_may_be() -> None:
    model = Model()
    questions = [[{"n": n}] for n in range(2 * MOST_TOGETHER + 3)]

    assert answered(model, *questions) == [[2 * n] for n in range(2 * MOST_TOGETHER + 3)]
    assert model.asked == [MOST_TOGETHER, MOST_TOGETHER, 3]


def test_who_has_left_is_not_asked_about() -> None:
    model, gathering = Model(), Gathering()

    async def ask() -> list[int]:
        leaving = asyncio.ensure_future(gathering.ask("", model, [{"n": 1}], told))
        staying = asyncio.ensure_future(gathering.ask("", model, [{"n": 2}], told))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(ask()) == [4]
    assert model.asked == [1]


class Counting:
    """A model that notes how many children it is asked about at once."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        if name not in ("predict", "answer"):
            return getattr(self._model, name)

        def ask(children: Sequence[Child], **more: Any) -> Any:
            self.asked.append(len(children))
            return getattr(self._model, name)(children, **more)

        return ask


async def at_once(app: ASGIApp, path: str, records: Sequence[Any]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        posts = [client.post(path, json={"record": record}) for record in records]
        return await asyncio.gather(*posts)


@pytest.mark.parametrize("route", ["/v1/predict", "/v1/explain"])
@pytest.mark.parametrize("alias", ["champion", "challenger"])
def test_a_child_is_told_the_same_together_with_others_and_alone(
    models: ServedModels, client: TestClient, children: list[Any], route: str, alias: str
) -> None:
    model: Any = Counting(models[alias].model)
    app = create_app(ServedModels(Served(alias, model, models[alias].fingerprint)))
    path = f"{route}?model={alias}"

    together = asyncio.run(at_once(app, path, children[:16]))
    alone = [client.post(path, json={"record": child}) for child in children[:16]]

    assert model.asked == [16]
    assert [each.content for each in together] == [each.content for each in alone]


def test_a_faulty_record_among_others_is_refused_where_it_stands(
    models: ServedModels, children: list[Any]
) -> None:
    # A duration that contradicts the ages is seen by the model's reader alone.
    faulty = {
        **children[0],
        "age_years": 10.0,
        "onset_age_years": 2.0,
        "disease_duration_months": 1.0,
    }

    first, second = asyncio.run(at_once(create_app(models), "/v1/predict", [children[1], faulty]))

    assert first.status_code == 200
    assert second.status_code == 422
    assert json.loads(second.content)["faults"][0]["pointer"].startswith("/record/")
