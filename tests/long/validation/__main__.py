"""Entry point of ``python -m tests.long.validation``."""

from tests.long.validation import main

if __name__ == "__main__":
    main()
