"""What one process of the service holds open: models, guard, audit; opened and closed together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from lorpredict.clinical import derive
from lorpredict.fhir import FhirRules
from lorpredict.pathway import default_pathway, pathway_from
from serving.audit import AuditKey, AuditWriter, Pseudonyms, read_key
from serving.audit._address import Address
from serving.borders import within_borders
from serving.desk import Desk
from serving.logs import log_as_json
from serving.models import ServedModels
from serving.redaction import redact_logs
from serving.renewal import Renewal
from serving.security import Guard, RateLimits, refuse_open_door
from serving.security.addresses import is_loopback
from serving.settings import Settings, SettingsError
from serving.web.rendering import prepare

_SQLITE = "sqlite:///"
_log = logging.getLogger("serving.premises")


class Premises:
    """Everything that the settings name, held by one process.

    Parameters
    ----------
    desk : what the endpoints have at hand; filled by ``open``

    Raises
    ------
    SettingsError
        If others could ask without authorisation, or without being recorded.
    lorpredict.fhir.UnusableRules
        If the site's rules cannot be followed.
    lorpredict.errors.CatalogueError
        If the site's pathway contradicts itself or names no source.
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        self.settings = settings
        self.desk = desk
        self.rules = rules_of(settings)
        self.pathway = pathway_from(settings.pathway) if settings.pathway else default_pathway()
        self.guard = guard_of(settings)
        refuse_open_door(settings.host, self.guard)
        refuse_unrecorded(settings)
        self.key = audit_key(settings) if settings.keeps_audit else None
        self.audit = AuditWriter(settings.audit, self.key) if self.key else None
        self._renewal: asyncio.Task[None] | None = None

    def around(self, app: ASGIApp, *, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
        """Put the borders around an app."""
        return within_borders(
            app,
            settings=self.settings,
            desk=self.desk,
            guard=self.guard,
            audit=self.audit,
            routes=routes,
        )

    def open(self) -> None:
        """Load the models and open the audit; whatever fails here keeps the service from starting.

        Raises
        ------
        LorpredictError
        """
        self.furnish(self.load())
        redact_logs()  # before any patient is known here, and after all that may fail in loading
        log_as_json()

    def furnish(self, models: ServedModels) -> None:
        """Put everything on the desk that an endpoint needs."""
        desk = self.desk
        desk.base_url = self.settings.base_url
        desk.zone = ZoneInfo(self.settings.time_zone) if self.settings.time_zone else None
        desk.contact = self.settings.contact
        desk.asks_who = not self.guard.is_open
        desk.rules = self.rules
        desk.pathway = self.pathway
        desk.pseudonyms = Pseudonyms(self.key) if self.key else None
        desk.models = models

    def load(self) -> ServedModels:
        """Load the models, and look that the audit can be written."""
        if self.audit is not None:
            self.audit.check()
        _read_tables()
        prepare()
        return ServedModels.load(self.settings)

    def begin(self) -> None:
        """Say that all is open, and look for moved models from now on, beside the requests."""
        _log.info("the service begins")
        if self.settings.renew_seconds:
            renewal = Renewal(self.settings, self.desk)
            self._renewal = asyncio.get_running_loop().create_task(renewal.keep_looking())

    async def close(self) -> None:
        """Let go of everything, once what waits for the audit is written."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait({self._renewal})
        if self.audit is not None:
            self.audit.close()
        await self.guard.close()


def _read_tables() -> None:
    """Read what the first child with weight and height would otherwise wait for."""
    derive({"sex": "female", "age_years": 10.0, "weight_kg": 30.0, "height_cm": 140.0})


def guard_of(settings: Settings) -> Guard:
    """Make the guard that the settings ask for; an open one where they name no clients."""
    if settings.api_keys is None and settings.issuers is None:
        return Guard.open()
    return Guard.from_files(
        keys=settings.api_keys,
        issuers=settings.issuers,
        base_url=settings.base_url,
        used_tokens=_used_tokens(settings),
        limits=RateLimits(
            requests_per_minute=settings.requests_per_minute, workers=settings.workers
        ),
        workers=settings.workers,
    )


def _used_tokens(settings: Settings) -> str:
    """Where used tokens are remembered: beside the audit, by all workers."""
    if not settings.keeps_audit:
        return ""
    file = Address.read(settings.audit).file
    return settings.audit if file is None else f"{_SQLITE}{file.with_name('used-tokens.db')}"


def refuse_unrecorded(settings: Settings) -> None:
    """Refuse to answer other machines without a record of it.

    Raises
    ------
    SettingsError
    """
    if not settings.keeps_audit and not is_loopback(settings.host):
        raise SettingsError(
            f"the audit is off and {settings.host} is reached by other machines; "
            "name a database for it, or listen on 127.0.0.1"
        )


def audit_key(settings: Settings) -> AuditKey:
    """Read the secret of the audit; it is made where the store is a file of this machine.

    Raises
    ------
    AuditKeyError, SettingsError
    """
    file = audit_key_file(settings)
    if file is None:
        raise SettingsError(
            "the audit is kept in a database that others reach, and LORPREDICT_AUDIT_KEY names "
            "no file with its secret; expected one of mode 600 with at least 32 random bytes"
        )
    return read_key(file, make=settings.audit_key is None)


def audit_key_file(settings: Settings) -> Path | None:
    """Return the file with the secret of the audit: beside a store that is a file itself."""
    if settings.audit_key is not None or not settings.audit.startswith(_SQLITE):
        return settings.audit_key
    return Path(settings.audit.removeprefix(_SQLITE)).with_suffix(".key")


def rules_of(settings: Settings) -> FhirRules:
    """Read the site's rules for FHIR; ours where it names none."""
    return FhirRules.read(settings.fhir_rules) if settings.fhir_rules else FhirRules.default()
