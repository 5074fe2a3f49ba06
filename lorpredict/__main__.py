"""The command line: ``python -m lorpredict --help``."""

import sys

from lorpredict.commands import main

if __name__ == "__main__":
    sys.exit(main())
