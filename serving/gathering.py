"""Small questions that arrive at the same moment are put to the model together.

A turn of the event loop that brings none more ends the gathering, so nobody waits for others.
To ask a model once about sixteen children takes less than half of what sixteen questions take, and
tells of each the very same. Their answers are written one after the other, too, which takes a
processor less than to do so in between of other things.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

MOST_TOGETHER = 32  # children; others wait for the loop's next turn, so that nobody waits long

Child = Mapping[str, Any]
AskModel = Callable[[Sequence[Child]], Any]
Written = TypeVar("Written")


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
class _Waiting(Generic[Written]):
    """A question, how its answer is written, and what that will be."""

    children: Sequence[Child]
    write: Callable[[Part], Written]
    written: asyncio.Future[Written]

    def end(self, found: Callable[[], Part]) -> None:
        """Write what was found for these children; whatever fails is told to who asked."""
        try:
            self.written.set_result(self.write(found()))
        except BaseException as error:  # else it would leave the others without an answer
            self.written.set_exception(_as_error(error))


def _as_error(error: BaseException) -> BaseException:
    """Return what a future takes, and what nobody takes for being told to stop."""
    is_an_end = isinstance(error, KeyboardInterrupt | SystemExit)
    if is_an_end or (isinstance(error, Exception) and not isinstance(error, StopIteration)):
        return error
    told = RuntimeError(f"{type(error).__name__} while a question was answered")
    told.__cause__ = error
    return told


Questions = list[_Waiting[Any]]


class Gathering:
    """Gathers questions for as long as each turn of the loop brings more, by what is asked."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, Questions] = {}

    async def ask(
        self,
        what: Hashable,
        ask: AskModel,
        children: Sequence[Child],
        write: Callable[[Part], Written],
    ) -> Written:
        """Ask for some children, together with whoever asks the same at this moment.

        Parameters
        ----------
        what : the same for questions that may be asked as one
        ask : puts children to the model, and refuses them all for a fault in one
        write : writes the answer from what was found

        Raises
        ------
        Exception
            What ``ask`` or ``write`` raises for these children; faults of others are theirs alone.
        """
        loop = asyncio.get_running_loop()
        place = (loop, what)
        waiting = self._waiting.setdefault(place, [])
        written: asyncio.Future[Written] = loop.create_future()
        waiting.append(_Waiting(children, write, written))
        if len(waiting) == 1:
            loop.call_soon(self._end_turn, place, ask, 1)
        return await written

    def _end_turn(
        self, place: tuple[asyncio.AbstractEventLoop, Hashable], ask: AskModel, before: int
    ) -> None:
        """Ask, unless the turn has brought more and more may be asked at once."""
        waiting = self._waiting[place]
        if before < len(waiting) < MOST_TOGETHER:
            place[0].call_soon(self._end_turn, place, ask, len(waiting))
            return
        del self._waiting[place]
        first, rest = _first(waiting)
        if rest:
            self._waiting[place] = rest
            place[0].call_soon(self._end_turn, place, ask, len(rest))
        # Who was told that it took too long waits no more.
        _end([question for question in first if not question.written.done()], ask)


def _first(waiting: Questions) -> tuple[Questions, Questions]:
    """Divide questions into those that may be asked at once and those that come later."""
    children = 0
    for place, question in enumerate(waiting):
        children += len(question.children)
        if place and children > MOST_TOGETHER:
            return waiting[:place], waiting[place:]
    return waiting, []


def _end(questions: Questions, ask: AskModel) -> None:
    if len(questions) == 1 or not _end_together(questions, ask):
        for question in questions:
            question.end(partial(_alone, ask, question.children))


def _alone(ask: AskModel, children: Sequence[Child]) -> Part:
    return Part(ask(children), range(len(children)))


def _end_together(questions: Questions, ask: AskModel) -> bool:
    """Ask once for all; False where that was refused, for the one question that has the fault."""
    try:
        found = ask([child for question in questions for child in question.children])
    except BaseException:  # raised again for each question alone
        return False
    begin = 0
    for question in questions:
        end = begin + len(question.children)
        question.end(partial(Part, found, range(begin, end)))
        begin = end
    return True
