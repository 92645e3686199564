"""A hash of a result's values: the same however they were computed, in whatever order and files they came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.results.integrity import Part
from sim.results.tables import moments_by_name, moments_from
from sim.statistics.summary import PAIRS

#: Rows of which names are written out at a time.
_ROWS = 65_536
#: Tables with what puts their rows in order.
_ORDER = {
    "measures": "replication, kind, name",
    "moments": "cell",
    "waits": "batch, channel, queue, province, outcome, bin",
    "contacts": "replication, caller, attempt",
}


def values_hash(
    table: str, part: Part, columns: Mapping[str, NDArray[Any]], names: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Hash of the rows of one part of a table, in whatever order they come; columns in ``names`` hold indices."""
    if table == "moments":  # however they were stored
        columns, names = moments_by_name(moments_from(dict(columns), PAIRS, part[1] - part[0] + 1)), None
    keys = [_ranked(columns[name], (names or {}).get(name)) for name in _ORDER[table].split(", ")]
    order = _order(keys)
    digest = hashlib.sha256(f"{table} {part}".encode())
    for name in sorted(columns):
        digest.update(f"|{name}|{len(columns[name])}|".encode())
        column = np.ma.getdata(columns[name])[order]
        for some in _named(column, names[name]) if names and name in names else [_canonical(column)]:
            digest.update(some)
    return digest.hexdigest()


def _ranked(column: NDArray[Any], names: Sequence[str] | None) -> NDArray[Any]:
    """Whole numbers in the order of the values; names are in the order of their bytes."""
    if names is not None:
        ranked: NDArray[np.int64] = np.argsort(np.argsort(np.array(names, dtype=object)))[column]
        return ranked
    column = np.ma.getdata(column)
    return np.unique(column, return_inverse=True)[1] if column.dtype == object else column


def _order(keys: Sequence[NDArray[Any]]) -> NDArray[np.int64] | slice:
    """Order of rows by whole numbers, the first key first; what is in order in stretches is quickly put together."""
    codes, spans = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        least = int(key.min(initial=0))
        span = int(key.max(initial=0)) - least + 1
        spans *= span
        if spans >= 1 << 63:
            return np.lexsort(keys[::-1])
        codes *= span
        codes += key
        codes -= least
    return slice(None) if (codes[1:] >= codes[:-1]).all() else np.argsort(codes, kind="stable")


def _named(column: NDArray[Any], names: Sequence[str]) -> Iterator[bytes]:
    """The bytes of ``_canonical`` for the names that indices stand for."""
    encoded = np.array([f"{name}\0".encode() for name in names], dtype=object)
    for first in range(0, len(column), _ROWS):
        text = b"".join(encoded[column[first : first + _ROWS]].tolist())
        yield text if first + _ROWS < len(column) else text[:-1]


def _canonical(column: NDArray[Any]) -> bytes | memoryview:
    """Values as bytes, whatever type they were stored in."""
    if column.dtype.kind == "M":
        column = column.astype("datetime64[ms]").astype(np.int64)
    if column.dtype.kind in "iub":
        return np.ascontiguousarray(column, dtype="<i8").data
    if column.dtype.kind == "f":
        return (column.astype("<f8") + 0.0).tobytes()  # no negative zero
    return "\0".join(column.tolist()).encode()
