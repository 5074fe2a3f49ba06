"""CDS Hooks 2.0: a clinical system tells whose record is open, and is given cards.

The service asks no FHIR server. What it needs is prefetched by the client; what the client could
not give is said on the card, since no card would read as no risk.
"""

from serving.hooks._calls import CdsRequest, call, refuse_unknown
from serving.hooks._cards import response
from serving.hooks._feedback import FeedbackGiven, FeedbackTaken, card_kept, feedback_kept
from serving.hooks._loss import loss_of_response
from serving.hooks._messages import CdsResponse, CdsServices
from serving.hooks._services import discovery

__all__ = [
    "CdsRequest",
    "CdsResponse",
    "CdsServices",
    "FeedbackGiven",
    "FeedbackTaken",
    "call",
    "card_kept",
    "discovery",
    "feedback_kept",
    "loss_of_response",
    "refuse_unknown",
    "response",
]
