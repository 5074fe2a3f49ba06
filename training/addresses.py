"""Which address of a database may be an argument: none that could hold a password.

MLflow keeps every parameter, and prints it, before a script of ours begins: a refusal comes too
late to keep a password out of the store, so it says what is left to do. No refusal repeats an
address.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from sqlalchemy import URL

ADDRESS_VARIABLE = "LORPREDICT_COHORT_ADDRESS"
STUDIES_VARIABLE = "LORPREDICT_STUDIES_ADDRESS"

# What an address may say behind its question mark; any other option could be a secret.
_OPTIONS = (
    "application_name", "charset", "connect_timeout", "driver", "encrypt", "host", "mode",
    "options", "port", "service", "sslmode", "sslrootcert", "target_session_attrs",
    "trustservercertificate", "uri",
)  # fmt: skip
_SECRET = re.compile(r"(pass\w*|pwd|secret|token)\s*=", re.IGNORECASE)


def address(
    text: str,
    *,
    variable: str = ADDRESS_VARIABLE,
    such_as: str = "postgresql://user@host/database",
) -> str:
    """Take the address of a database that holds no password.

    Parameters
    ----------
    variable
        Of the environment, which may hold the address whatever is in it.
    such_as
        An address as it may be.

    Raises
    ------
    argparse.ArgumentTypeError
        If it holds a password, may hold one, or cannot be read; its text is not repeated.
    """
    problem = _problem(text) if text else ""
    if problem:
        raise argparse.ArgumentTypeError(
            f"expected an address without a password, such as {such_as}; "
            f"{problem}. Set PGPASSWORD, write it into ~/.pgpass, or give the whole address by the "
            f"environment variable {variable}{_kept(os.environ)}"
        )
    return text


def studies_address(text: str) -> str:
    """Take the address of the database that keeps the studies of tuning."""
    such_as = "sqlite:////whole/path/studies.db or postgresql://user@host/database"
    return address(text, variable=STUDIES_VARIABLE, such_as=such_as)


def file_or_address(text: str) -> str:
    """Take the path of a file; what stands there as an address holds no password either."""
    return address(text) if "://" in text else text


def _problem(text: str) -> str:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # their words hold the address, and it a password
        return "this one cannot be read (a path alone is no address), and is not repeated here"
    if url.password or _SECRET.search(unquote_plus(text)):
        return "this one holds a password"
    if not {key.lower() for key in url.query} <= {*_OPTIONS}:
        return f"this one has an option that may hold one, beside {', '.join(_OPTIONS)}"
    if _hides_more(text, url):
        return "this one has signs where a password may hide"
    return ""


def _hides_more(text: str, url: URL) -> bool:
    """SQLAlchemy takes ``h/x:secret@h`` for a host and the name of its database."""
    if url.get_backend_name() == "sqlite":  # a path, and no user
        return False
    place = text.partition("://")[2].partition("?")[0]
    behind_user = re.sub(r"^[^:/@]*@", "", place)
    return bool(re.search(r"[:;=]", url.username or "") or re.search(r"[@;=]", behind_user))


def _kept(environment: Mapping[str, str]) -> str:
    run = environment.get("MLFLOW_RUN_ID", "")
    if not run:
        return ""
    return (
        f". MLflow has already kept this parameter, in the run {run}, and printed it: if it held a "
        f"password, change the password, and delete the run with `mlflow runs delete --run-id "
        f"{run}` and then `mlflow gc --tracking-uri STORE --run-ids {run}`"
    )
