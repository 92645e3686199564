"""Entry point of ``python -m tests.long.coverage``."""

from tests.long.coverage.page import main

if __name__ == "__main__":
    main()
