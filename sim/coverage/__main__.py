"""Entry point of ``python -m sim.coverage``."""

from sim.coverage.page import main

if __name__ == "__main__":
    main()
