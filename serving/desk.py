"""What every endpoint needs at hand: the models, the site's rules, the pseudonyms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from starlette.requests import Request

from lorpredict.fhir import FhirRules
from lorpredict.pathway import Pathway, default_pathway
from serving.errors import NotReady
from serving.gathering import Gathering
from serving.keeping import Pseudonymous
from serving.models import Served, ServedModels


@dataclass
class Desk:
    """The state of one process; the models are replaced as a whole when an alias moves.

    Parameters
    ----------
    models : None until they are loaded
    rules : how FHIR resources are read
    pathway : what documents say at loss of response
    pseudonyms : None where no audit is kept
    base_url : address under which clients know the service; empty where none was named
    zone : where the hospital is; None is this machine's own
    contact : who answers questions about this service; empty where nobody was named
    asks_who : whether a client has to say who it is
    gathering : questions that arrive at the same moment
    """

    models: ServedModels | None = None
    rules: FhirRules = field(default_factory=FhirRules.default)
    pathway: Pathway = field(default_factory=default_pathway)
    pseudonyms: Pseudonymous | None = None
    base_url: str = ""
    zone: tzinfo | None = None
    contact: str = ""
    asks_who: bool = False
    gathering: Gathering = field(default_factory=Gathering)

    def today(self) -> date:
        """Return the day in the hospital, by whose days its resources are dated."""
        return self.now().date()

    def now(self) -> datetime:
        """Return the time in the hospital."""
        return datetime.now(UTC).astimezone(self.zone)

    def asked(self, alias: str) -> Served:
        """Return the model of an alias.

        Raises
        ------
        NotReady, UnknownAlias
        """
        return self.loaded()[alias]

    def loaded(self) -> ServedModels:
        """Return every model that can be asked."""
        if self.models is None:
            raise NotReady("Ask again in a moment.")
        return self.models


def desk_of(request: Request) -> Desk:
    """Return the desk of the app that a request came to."""
    found: Desk = request.app.state.desk
    return found
