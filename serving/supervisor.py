"""BentoML's own server, told to look after its workers every second instead of every ten.

A worker that died answers nothing until somebody has seen it.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

SECONDS = 1.0


def watch_closely() -> None:
    """Let every arbiter that is made look at its workers so often."""
    from bentoml._internal.utils import circus

    made = circus.create_standalone_arbiter

    @wraps(made)
    def closely(*arguments: Any, **settings: Any) -> Any:
        return made(*arguments, **{"check_delay": SECONDS} | settings)

    circus.create_standalone_arbiter = closely


def main() -> None:
    """Be ``bentoml``, with the same arguments."""
    from bentoml_cli.cli import cli

    watch_closely()
    cli()


if __name__ == "__main__":
    main()
