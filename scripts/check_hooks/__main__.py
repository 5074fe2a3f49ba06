"""Check a CDS Hooks 2.0 service as a hospital would, over HTTP alone.

    python -m scripts.check_hooks https://host --issuer https://ehr.example \\
        --private-key key.pem --kid k1 --algorithm ES384 --origin https://ehr.example

Each line begins with the numbers of the requirements of CDS Hooks 2.0 (as the Inferno project
counts them) that were looked at; ``house`` marks what no row asks for and a hospital does all the
same. The exit code is 0 where everything passed, 1 where something failed, 2 where the service
could not be checked at all.

Two ports of this machine are opened and named to the service, as a FHIR server and as a key server.
Nobody has to come; that says something only if the service could have come (``--reached-as``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from scripts.check_hooks.asking import (
    SERVICES,
    Bearing,
    Credential,
    Deployment,
    Nobody,
    Service,
    Visit,
)
from scripts.check_hooks.browsers import check_browsers
from scripts.check_hooks.calls import check_calls
from scripts.check_hooks.cards import check_cards
from scripts.check_hooks.child import PATIENT, found, knows
from scripts.check_hooks.discovery import check_discovery
from scripts.check_hooks.feedback import check_feedback
from scripts.check_hooks.listening import Listener, listening, own_address
from scripts.check_hooks.report import HOUSE, Report
from scripts.check_hooks.tokens import Signer, check_credentials, check_tokens

_SECONDS = 60


class Unchecked(Exception):
    """The service cannot be checked as it was asked for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the deployment that the arguments name."""
    options = _parser().parse_args(arguments)
    report = Report()
    try:
        _check(report, options)
    except (Unchecked, OSError, ValueError) as error:
        print(f"not checked: {error}", file=sys.stderr)
        return 2
    print(report.summary)
    return 1 if report.failed else 0


def _check(report: Report, options: argparse.Namespace) -> None:
    base = options.base.rstrip("/")
    known_as = (options.known_as or base).rstrip("/")
    host = options.reached_as or own_address(base)
    given = json.loads(options.prefetch.read_text("utf-8")) if options.prefetch else None
    with httpx.Client(timeout=_SECONDS) as client, listening(host) as fhir, listening(host) as keys:
        deployment = Deployment(base, known_as, _credential(options), client)
        services = check_discovery(report, deployment)
        if not services:
            raise Unchecked(_nothing_discovered(deployment))
        for what, listener in (("FHIR", fhir), ("key", keys)):
            problem = "" if listener.is_reached() else f"nobody reaches {listener.address}"
            report.check(HOUSE, f"connections to the checker's {what} server count", problem)
        for service in services:
            visit = Visit(deployment, service, *_childs(service, given))
            report.topic = service.id
            _check_visit(report, visit, options.origin, fhir, keys)
        report.topic = ""
        check_cards(report, deployment.seen)
        report.check(HOUSE, "nobody came to the FHIR server that calls named", fhir.visits())


def _nothing_discovered(deployment: Deployment) -> str:
    """Say why there is nothing to check, and what to do where it is for want of a credential."""
    status = deployment.ask("GET", SERVICES).status
    if status not in (401, 403):
        return f"no service was discovered at {deployment.base}"
    shown = "no credential" if isinstance(deployment.credential, Nobody) else "this credential"
    return (
        f"{deployment.base} answers {status} to {shown}; expected --api-key KEY, or --issuer, "
        "--private-key and --kid, of a client with the scope hooks (python -m serving keys new "
        "--scope hooks ... makes such a key)"
    )


def _check_visit(
    report: Report, visit: Visit, origin: str | None, fhir: Listener, keys: Listener
) -> None:
    check_credentials(report, visit)
    check_calls(report, visit, fhir)
    check_feedback(report, visit)
    check_browsers(report, visit, origin)
    if isinstance(visit.deployment.credential, Signer):
        check_tokens(report, visit, visit.deployment.credential, keys)


def _childs(
    service: Service, given: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Prefetch and context of a good call: those of the file, or of the checker's own child."""
    context = {"userId": "Practitioner/check-hooks", "patientId": PATIENT}
    if given is not None:
        patients = (each.get("id") for each in given.values() if _is_patient(each))
        return given, {**context, "patientId": next(patients, PATIENT)}
    strange = [key for key, template in service.prefetch.items() if not knows(template)]
    if strange:
        raise Unchecked(
            f"{service.id} asks for {', '.join(strange)}, of which the made-up child has nothing;"
            " give the prefetch of a patient with --prefetch"
        )
    return {key: found(template) for key, template in service.prefetch.items()}, context


def _is_patient(value: Any) -> bool:
    return isinstance(value, dict) and value.get("resourceType") == "Patient"


def _credential(options: argparse.Namespace) -> Credential:
    if options.private_key is not None:
        if not options.issuer or not options.kid:
            raise Unchecked("--private-key needs --issuer and --kid")
        pem = options.private_key.read_bytes()
        return Signer.read(options.issuer, pem, options.kid, options.algorithm)
    return Bearing(options.api_key) if options.api_key else Nobody()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.check_hooks", description=(__doc__ or "").partition("\n")[0]
    )
    add = parser.add_argument
    add("base", metavar="URL", help="base address of the service: https://host")
    add("--issuer", help="iss of our tokens")
    add("--private-key", type=Path, metavar="FILE", help="PEM of the key that signs our tokens")
    add("--kid", help="identifier of that key in our JWK set")
    add("--algorithm", default="ES384", help="how the key signs (%(default)s)")
    add("--api-key", metavar="KEY", help="API key, where no tokens are used")
    add("--origin", metavar="URL", help="origin of browsers that the service has listed")
    add("--prefetch", type=Path, metavar="FILE", help="JSON of a patient's prefetch, by key")
    add("--known-as", metavar="URL", help="base address that tokens name, if it is another")
    add("--reached-as", metavar="HOST", help="address under which the service sees this machine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
