"""Entry point of ``python -m sim.validation``."""

from sim.validation import main

if __name__ == "__main__":
    main()
