"""Signals at chosen calls: the moment is exact, no clock is asked.

    python -m tests.training.signalled SIGINT@mlflow:MlflowClient.delete_model_version@2 -- ...

is the training script, in which the second such call sends SIGINT to the whole group of
processes, as a terminal does.
"""

from __future__ import annotations

import itertools
import os
import pkgutil
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial

from training.main import main


def at_call(
    call: str,
    count: int,
    act: Callable[[], None],
    put: Callable[[object, str, object], None] = setattr,
) -> None:
    """Act just before a function is called for the n-th time."""
    place, step = call.rsplit(".", 1)
    owner = pkgutil.resolve_name(place)
    real, calls = getattr(owner, step), itertools.count(1)

    def watched(*arguments: object, **named: object) -> object:
        if next(calls) == count:
            act()
        return real(*arguments, **named)

    put(owner, step, watched)


def run(words: Sequence[str]) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # `&` hides it from what it starts
    end = words.index("--")
    for word in words[:end]:
        name, call, count = word.split("@")
        at_call(call, int(count), partial(os.killpg, 0, signal.Signals[name]))
    return main(words[end + 1 :])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
