"""Who may ask the service: keys, signed tokens, limits, and what browsers are told.

A request is let in by ``Guard.authorise``; everything that it refuses is a ``Refused``, with the
status and the headers of the answer. Nothing here tells, logs or keeps a key, a token or a claim.
"""

from serving.security.clients import ANONYMOUS, Client, Scope
from serving.security.errors import (
    AccessSettingsError,
    CannotVerify,
    Forbidden,
    OpenDoor,
    Refused,
    TooManyRequests,
    Unauthorised,
)
from serving.security.guard import Guard, refuse_open_door
from serving.security.keys import Keys
from serving.security.limits import RateLimits
from serving.security.middleware import Cors, SecurityHeaders
from serving.security.time_limit import TimeLimit
from serving.security.tokens import Tokens

__all__ = [
    "ANONYMOUS",
    "AccessSettingsError",
    "CannotVerify",
    "Client",
    "Cors",
    "Forbidden",
    "Guard",
    "Keys",
    "OpenDoor",
    "RateLimits",
    "Refused",
    "Scope",
    "SecurityHeaders",
    "TimeLimit",
    "Tokens",
    "TooManyRequests",
    "Unauthorised",
    "refuse_open_door",
]
