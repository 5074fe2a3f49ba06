"""The command line: ``python -m lorpredict --help``."""

import sys

try:
    from lorpredict.commands import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
