"""Small questions that arrive in one turn of an event loop are put to the model together.

To ask a model once about sixteen children takes less than half of what sixteen questions take, and
tells of each the very same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST_TOGETHER = 32  # children; others wait for the loop's next turn, so that nobody waits long

Child = Mapping[str, Any]
AskModel = Callable[[Sequence[Child]], Any]


class Part(NamedTuple):
    """What was found for one question, among what was found for all.

    Parameters
    ----------
    found : of all children that were asked about
    rows : which of them are this question's
    """

    found: Any
    rows: range


@dataclass(frozen=True)
class _Waiting:
    """A question, and what its answer will be."""

    children: Sequence[Child]
    part: asyncio.Future[Part]

    def end(self, ask: AskModel) -> None:
        """Ask for these children alone."""
        try:
            self.part.set_result(Part(ask(self.children), range(len(self.children))))
        except Exception as error:
            self.part.set_exception(error)


class Gathering:
    """Gathers the questions of one turn, by what is asked."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[_Waiting]] = {}

    async def ask(self, what: Hashable, ask: AskModel, children: Sequence[Child]) -> Part:
        """Ask for some children, together with whoever asks the same in this turn of the loop.

        Parameters
        ----------
        what : the same for questions that may be asked as one
        ask : puts children to the model, and refuses them all for a fault in one

        Raises
        ------
        Exception
            What ``ask`` raises for these children; faults of others are theirs alone.
        """
        loop = asyncio.get_running_loop()
        place = (loop, what)
        waiting = self._waiting.setdefault(place, [])
        waiting.append(question := _Waiting(children, loop.create_future()))
        if len(waiting) == 1:
            loop.call_soon(self._end_turn, place, ask)
        return await question.part

    def _end_turn(self, place: tuple[asyncio.AbstractEventLoop, Hashable], ask: AskModel) -> None:
        waiting = self._waiting.pop(place)
        first, rest = _first(waiting)
        if rest:
            self._waiting[place] = rest
            place[0].call_soon(self._end_turn, place, ask)
        # Who was told that it took too long waits no more.
        _end([question for question in first if not question.part.done()], ask)


def _first(waiting: Sequence[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """Divide questions into those that may be asked at once and those that come later."""
    children = 0
    for place, question in enumerate(waiting):
        children += len(question.children)
        if place and children > MOST_TOGETHER:
            return list(waiting[:place]), list(waiting[place:])
    return list(waiting), []


def _end(questions: Sequence[_Waiting], ask: AskModel) -> None:
    if len(questions) == 1 or not _end_together(questions, ask):
        for question in questions:
            question.end(ask)


def _end_together(questions: Sequence[_Waiting], ask: AskModel) -> bool:
    """Ask once for all; False where that was refused, for the one question that has the fault."""
    try:
        found = ask([child for question in questions for child in question.children])
    except Exception:
        return False
    begin = 0
    for question in questions:
        end = begin + len(question.children)
        question.part.set_result(Part(found, range(begin, end)))
        begin = end
    return True
