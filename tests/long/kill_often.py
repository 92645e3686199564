"""Twenty times `kill -9` of a run while it writes, ten with each engine: python -m tests.long.kill_often [times]."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from tests.killing import killed_often, result_hash, started


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    luck = random.Random()
    with tempfile.TemporaryDirectory() as folder:
        started(Path(folder) / "whole").communicate()
        whole = result_hash(Path(folder) / "whole")
        for engine in ("compiled", "simpy"):
            out = Path(folder) / engine
            halves = killed_often(out, times=times // 2, luck=luck, engine=engine)
            same = result_hash(out) == whole
            print(f"{engine}: killed {times // 2} times, {halves} with a file half written: ", end="")
            print("the same result" if same else "ANOTHER RESULT", flush=True)
            if not same or not halves:
                sys.exit(1)


if __name__ == "__main__":
    main()
