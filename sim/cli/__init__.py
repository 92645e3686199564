"""The command line: thin faces on the studies, one module for each command or family of them."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point; Ctrl-C is one word also while the commands are being imported."""
    try:
        from sim.cli.commands import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
