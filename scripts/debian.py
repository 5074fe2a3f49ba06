"""Packages of Debian, which tests need and Python's package index does not have."""

from __future__ import annotations

import os
import subprocess


def apt_get(*arguments: str) -> None:
    """Run apt-get without a question, as root."""
    unasked = ["env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*as_root(), *unasked, "apt-get", *arguments], check=True)


def as_root() -> list[str]:
    """What stands before a command that only root may run."""
    return [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
