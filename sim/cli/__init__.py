"""The command line: thin faces on the studies, one module for each command or family of them."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Entry point; Ctrl-C is one word also while the commands are being imported."""
    # Matrices are small here: threads of OpenBLAS, which NumPy makes when it is loaded, would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from sim.cli.commands import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
