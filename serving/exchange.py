"""One request and its answer, as every layer of the service sees them.

Nothing here is told to a client; what of it is kept, and where, is the matter of the audit, the
log and the metrics.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.types import Scope

if TYPE_CHECKING:
    from serving.audit import Event
    from serving.models import Served

ANONYMOUS = "anonymous"
_PLACE = "lorpredict.exchange"


class Kept(NamedTuple):
    """What the audit keeps of an answer.

    Parameters
    ----------
    event : what happened
    content : what was told, and of whom
    served : the model that answered; None where none was asked
    """

    event: Event
    content: Mapping[str, Any]
    served: Served | None = None


_NOTHING = Kept("failure", {})


@dataclass
class Exchange:
    """What is known of a request while it is answered.

    Parameters
    ----------
    route : the address as the table of routes knows it, never as it was sent
    client : who asks, by the name that its key or token stands for
    kept : what is kept of the answer
    problem : why there was no answer, by the name of the problem
    """

    route: str = ""
    method: str = ""
    client: str = ANONYMOUS
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    begun: float = field(default_factory=time.perf_counter)
    kept: Kept = _NOTHING
    problem: str = ""

    @property
    def milliseconds(self) -> float:
        """Time since the request arrived."""
        return (time.perf_counter() - self.begun) * 1000


def exchange_of(scope: Scope) -> Exchange:
    """Return the exchange that a request belongs to; a new one where nobody has begun it."""
    found: Exchange | None = scope.get(_PLACE)
    if found is None:
        found = scope[_PLACE] = Exchange()
    return found


def begin(scope: Scope, *, route: str) -> Exchange:
    """Begin the exchange of a request that has just arrived."""
    scope[_PLACE] = begun = Exchange(route=route, method=scope.get("method", ""))
    return begun
