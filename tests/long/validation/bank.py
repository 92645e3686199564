"""A real call log beside the shapes that the scenarios assume: patience and handling times at a bank, February 1999.

The log is read where it lies (``HELPLINE_DATA``, else ``shared/data`` beside the project); it is no part of it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
LOG = Path("anonymous_bank") / "data_anonymous_bank_february.txt"
#: Services shorter than this are calls that agents hung up on, seconds.
_SHORT_S = 10


def find_data(root: Path) -> Path | None:
    """The bank's log, None where there is none."""
    folder = Path(os.environ.get("HELPLINE_DATA") or root.parent / "shared" / "data")
    return folder / LOG if (folder / LOG).is_file() else None


@dataclass(frozen=True)
class Marginals:
    """What one can know of patience and handling from a log without staffing; seconds."""

    queued: int
    gave_up: int
    naive_patience_s: float
    patience_s: float
    still_there: dict[int, float]
    served: int
    sigma: float
    distance_lognormal: float
    distance_exponential: float


def marginals(log: Path) -> Marginals:
    """Patience of everybody who queued, censored where they were answered; handling of regular calls (type PS)."""
    with log.open(encoding="ascii") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["outcome"] != "PHANTOM"]
    queued = [row for row in rows if row["q_start"] != "0:00:00"]
    wait = np.array([float(row["q_time"]) for row in queued])
    left = np.array([row["outcome"] == "HANG" for row in queued])
    curve = stats.ecdf(stats.CensoredData(uncensored=wait[left], right=wait[~left])).sf
    served = np.array([float(r["ser_time"]) for r in rows if r["outcome"] == "AGENT" and r["type"] == "PS"])
    regular = served[served >= _SHORT_S]
    logs = np.log(regular)
    return Marginals(
        queued=len(wait),
        gave_up=int(left.sum()),
        naive_patience_s=float(wait[left].mean()),
        patience_s=float(wait.sum() / left.sum()),
        still_there={at: float(curve.evaluate(np.array([at]))[0]) for at in (60, 300, 600)},
        served=len(regular),
        sigma=float(logs.std()),
        distance_lognormal=float(stats.kstest(logs, "norm", (logs.mean(), logs.std())).statistic),
        distance_exponential=float(stats.kstest(regular, "expon", (0, regular.mean())).statistic),
    )


def bank_section(log: Path | None) -> str:
    """What the log says beside what is assumed, or why nothing is said."""
    if log is None:
        return f"{_TITLE}Not compared: there is no `{LOG}` in HELPLINE_DATA or in `shared/data` beside the project.\n"
    return _INTRODUCTION + "".join(f"| {' | '.join(row)} |\n" for row in _rows(marginals(log))) + _CONCLUSION


def _rows(found: Marginals) -> Iterator[tuple[str, str, str]]:
    expected = {at: 100 * float(np.exp(-at / found.patience_s)) for at in found.still_there}
    curve = (f"{100 * share:.0f} % after {at} s ({expected[at]:.0f} %)" for at, share in found.still_there.items())
    distances = f"{found.distance_lognormal:.3f} and {found.distance_exponential:.3f}"
    gave_up, queued, served = f"{found.gave_up:,}", f"{found.queued:,}", f"{found.served:,}"
    yield (
        f"mean wait of the {gave_up} who gave up",
        f"{found.naive_patience_s:.0f} s",
        "not used: whoever was answered first is left out, so it is far too short",
    )
    yield (
        f"mean patience of all {queued} who queued, exponential, censored where they were answered",
        f"{found.patience_s:.0f} s",
        "7 min, 2 to 20 min",
    )
    yield "still waiting, Kaplan and Meier (that exponential)", ", ".join(curve), "5 % leave at once, else exponential"
    yield (
        f"sigma of the logarithm of {served} regular calls of {_SHORT_S} s or more",
        f"{found.sigma:.2f}",
        "0.77 (cv 0.9), 0.55 to 0.89",
    )
    yield "their distance from a lognormal and from an exponential (Kolmogorov and Smirnov)", distances, "lognormal"


_TITLE = "## A real call log\n\n"
_INTRODUCTION = f"""{_TITLE}The log of a bank's call centre (February 1999, Technion SEE), read and not copied.
No staffing is recorded, so it says nothing about waits, only about the shapes that the scenarios borrow.

| in the log | | assumed of 1712 |
| --- | --- | --- |
"""
_CONCLUSION = """
Patience there has a longer tail than an exponential: a few more leave in the first minute, and many more are still
there after ten. Whether callers in need behave like customers of a bank is not known.
"""
