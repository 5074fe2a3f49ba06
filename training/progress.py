"""Progress and warnings that a person can read, interruptions that leave nothing half-done."""

from __future__ import annotations

import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar from the first step on; what is refused before it was no work.

    The function that is given takes what is done and what there is to do.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns)
    task = bar.add_task(label, total=None)

    def tell(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield tell
    finally:
        if bar.live.is_started:
            bar.stop()


def plain_warnings() -> None:
    """Show warnings as sentences, without the line of code that gave them."""
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"


@contextmanager
def interrupts_as_exceptions() -> Iterator[None]:
    """Let the first SIGINT or SIGTERM raise KeyboardInterrupt; the rest may not stop the clean-up.

    Under ``mlflow run`` one Ctrl-C arrives twice: as SIGINT in the whole group of processes, and
    as SIGTERM from MLflow.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in _heard():
            signal.signal(number, _ignore)
        raise KeyboardInterrupt

    with _answered_by(stop):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no SIGINT or SIGTERM in, for what has to be brought to its end."""
    with _answered_by(_ignore):
        yield


@contextmanager
def _answered_by(answer: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = _heard()
    try:
        for number in before:
            signal.signal(number, answer)
        yield
    finally:
        for number, answered in before.items():
            signal.signal(number, answered)


def _heard() -> dict[signal.Signals, Any]:
    """Signal -> what answers it; none outside the main thread, none that ``nohup`` or ``&`` hid."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    answers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    return {number: answer for number, answer in answers.items() if answer != signal.SIG_IGN}


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Unlike SIG_IGN, a signal that has come but was not yet answered ends here in silence."""
