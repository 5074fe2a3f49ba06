"""Token buckets: how often somebody may ask.

A bucket holds as many drops as may be sent in a minute, fills at that pace, and each request
takes one. ("Token bucket" is its usual name; here a token is what a client shows.)
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_NAMES = 10_000
# Who comes back when told finds a drop, whatever became of the last digits on the way.
_A_DROP = 1 - 1e-9


class Buckets:
    """One bucket for each name; of more than ``most``, the one longest unused is forgotten.

    Parameters
    ----------
    clock : seconds, of which only differences count
    most : names that are remembered, so that memory stays bounded whoever asks
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST_NAMES
    ) -> None:
        self._clock = clock
        self._most = most
        self._drops: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._drops)

    def take(self, name: str, per_minute: float) -> float:
        """Take a drop; return 0, or the seconds until there is one and take none.

        Parameters
        ----------
        name : whose bucket
        per_minute : drops that come in a minute, and that the bucket holds (one at least)
        """
        drops = self._present(name, per_minute)
        enough = drops >= _A_DROP
        self._drops[name] = (max(0.0, drops - 1) if enough else drops, self._clock())
        self._drops.move_to_end(name)
        if len(self._drops) > self._most:
            self._drops.popitem(last=False)
        return 0.0 if enough else _seconds(drops, per_minute)

    def wait(self, name: str, per_minute: float) -> float:
        """Return the seconds until there is a drop, without taking one."""
        if name not in self._drops:
            return 0.0
        drops = self._present(name, per_minute)
        return 0.0 if drops >= _A_DROP else _seconds(drops, per_minute)

    def _present(self, name: str, per_minute: float) -> float:
        full = max(1.0, per_minute)
        drops, at = self._drops.get(name, (full, 0.0))
        return min(full, drops + (self._clock() - at) * per_minute / 60)


def _seconds(drops: float, per_minute: float) -> float:
    return (1 - drops) * 60 / per_minute
