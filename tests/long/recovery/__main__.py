"""Entry point of ``python -m tests.long.recovery``."""

import sys

from tests.long.recovery.checks import main

if __name__ == "__main__":
    sys.exit(main())
