"""``python -m sim.cli``."""

from sim.cli.commands import main

main()
