"""A browser without a window, for tests of pages.

python -m scripts.browser --install   installs Debian's Chromium, where there is none
python -m scripts.browser             tells where it is
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.debian import apt_get

_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_SECONDS = 120


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.browser", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install a browser and end")
    if parser.parse_args(arguments).install and browser() is None:
        apt_get("update", "-qq")
        apt_get("install", "-y", "-qq", "--no-install-recommends", "chromium")
    found = browser()
    print(f"Chromium is {found}" if found else "no Chromium here")
    return 0 if found else 1


def browser() -> Path | None:
    """The program of Chromium, or None where there is none."""
    found = [shutil.which(name) for name in _NAMES]
    return next((Path(each) for each in found if each), None)


def document_after(program: Path, page: Path, *, profile: Path, width: int = 1200) -> str:
    """Return the HTML of a page after its script has run.

    Parameters
    ----------
    profile
        An empty folder, where the browser keeps what it wants to keep.
    """
    command = [
        str(program), *QUIET, f"--user-data-dir={profile}", f"--window-size={width},900",
        "--virtual-time-budget=4000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_SECONDS)
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())
