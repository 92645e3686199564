"""A hash of a result's values: the same however they were computed, in whatever order and files they came."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.store import Columns, Part, Store, parts_of
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
            if table != "contacts" or store.part(table, part).exists():
                total.update(_digest_of(store, table, part))
    return total.hexdigest()


def remember(store: Store, table: str, part: Part, columns: Columns, names: Mapping[str, Sequence[str]]) -> None:
    """Know the hash of a part that was just written, which is quicker than to read it again."""
    # The order of names is that of their bytes, in queries as here.
    rank = {name: np.argsort(np.argsort(np.array(names[name], dtype=object))) for name in names if name in columns}
    keys = [columns[name] if name not in rank else rank[name][columns[name]] for name in _ORDER[table].split(", ")]
    order = _in_order(keys)
    rows = {name: column[order] for name, column in columns.items()}
    _known()[_address(store, table, part)] = _digest(table, part, rows, names)


def _in_order(keys: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Order of rows by whole numbers, the first key first; what is in order in stretches is quickly put together."""
    codes, spans = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        least = int(key.min(initial=0))
        span = int(key.max(initial=0)) - least + 1
        spans *= span
        if spans >= 1 << 63:
            return np.lexsort(keys[::-1])
        codes = codes * span + (key - least)
    return np.argsort(codes, kind="stable")


def _digest_of(store: Store, table: str, part: Part) -> bytes:
    """Hash of one part of a table; remembered as long as its file is the same."""
    known, address = _known(), _address(store, table, part)
    if address not in known:
        known[address] = _digest(table, part, store.part_columns(table, part, order=_ORDER[table]))
    return known[address]


@lru_cache(maxsize=1)
def _known() -> dict[tuple[Any, ...], bytes]:
    """Hashes of parts by where they are and when they were written."""
    return {}


def _address(store: Store, table: str, part: Part) -> tuple[Any, ...]:
    path = store.part(table, part)
    written = path.stat() if path.exists() else None
    return path, *((written.st_mtime_ns, written.st_size, written.st_ino) if written else ())


def _digest(table: str, part: Part, columns: Columns, names: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """Hash of the rows of one part of a table, in their order; columns in ``names`` hold indices of these."""
    digest = hashlib.sha256(f"{table} {part}".encode())
    if table == "moments":  # however they were stored
        columns = moments_by_name(moments_from(dict(columns), PAIRS, part[1] - part[0] + 1))
    for name in sorted(columns):
        digest.update(f"|{name}|{len(columns[name])}|".encode())
        column = np.ma.getdata(columns[name])
        digest.update(_named(column, names[name]) if names and name in names else _canonical(column))
    return digest.digest()


def _named(column: NDArray[Any], names: Sequence[str]) -> bytes:
    """The bytes of ``_canonical`` for the names that indices stand for; in order, a name comes many times in a row."""
    if not len(column):
        return b""
    begins = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    often = np.diff(begins, append=len(column)).tolist()
    told = [f"{name}\0".encode() for name in names]
    return b"".join(told[of] * some for of, some in zip(column[begins].tolist(), often, strict=True))[:-1]


def _canonical(column: NDArray[Any]) -> bytes:
    """Values as bytes, whatever type they were stored in."""
    if column.dtype.kind == "M":
        column = column.astype("datetime64[ms]").astype(np.int64)
    if column.dtype.kind in "iub":
        return column.astype("<i8").tobytes()
    if column.dtype.kind == "f":
        return (column.astype("<f8") + 0.0).tobytes()  # no negative zero
    return "\0".join(column.tolist()).encode()
