"""A hash of a result's values: the same however they were computed, in whatever order and files they came."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.store import Part, Store, parts_of
from sim.summary import PAIRS
from sim.tables import moments_by_name, moments_from

#: Tables with what puts their rows in order.
_ORDER = {
    "measures": "replication, kind, name",
    "moments": "cell",
    "waits": "batch, channel, queue, province, outcome, bin",
    "contacts": "replication, caller, attempt",
}


def result_hash(store: Store, replications: int) -> str:
    """SHA-256 over measures, moments, waits and kept contacts of so many replications, one part at a time."""
    total = hashlib.sha256(f"{replications}".encode())
    for part in parts_of(replications):
        for table in _ORDER:
            path = store.part(table, part)
            if table != "contacts" or path.exists():
                written = path.stat() if path.exists() else None
                stamp = (written.st_mtime_ns, written.st_size, written.st_ino) if written else ()
                total.update(_digest(store, table, part, stamp))
    return total.hexdigest()


@lru_cache(maxsize=10_000)
def _digest(store: Store, table: str, part: Part, _written: tuple[int, ...]) -> bytes:
    """Hash of one part of a table; remembered as long as its file is the same."""
    digest = hashlib.sha256(f"{table} {part}".encode())
    columns = store.part_columns(table, part, order=_ORDER[table])
    if table == "moments":  # however they were stored
        columns = moments_by_name(moments_from(columns, PAIRS, part[1] - part[0] + 1))
    for name in sorted(columns):
        digest.update(f"|{name}|{len(columns[name])}|".encode())
        digest.update(_canonical(np.ma.getdata(columns[name])))
    return digest.digest()


def _canonical(column: NDArray[Any]) -> bytes:
    """Values as bytes, whatever type they were stored in."""
    if column.dtype.kind == "M":
        column = column.astype("datetime64[ms]").astype(np.int64)
    if column.dtype.kind in "iub":
        return column.astype("<i8").tobytes()
    if column.dtype.kind == "f":
        return (column.astype("<f8") + 0.0).tobytes()  # no negative zero
    return "\0".join(map(str, column)).encode()
