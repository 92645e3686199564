"""Replications drawn, simulated and counted in machine code, some at a time, while all of it is in near memory."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np

from sim.compiled.callers import callers_of
from sim.compiled.cells import add_up
from sim.compiled.luck import luck_of
from sim.engines.compiled.loop import run
from sim.machine_code import compiled, entry, signature_of, sources, types

#: The steps. They are handed over as they are compiled: named here, they would be compiled once more.
STEPS = (callers_of, luck_of, run, add_up)
_SIGNATURES = tuple(map(signature_of, STEPS))
_CALLERS, _LUCK, _, _COUNTS = (signature.args for signature in _SIGNATURES)
_NUMBERS, _CODES = types.Array(types.int64, 1, "C"), types.Array(types.int32, 1, "C")


@compiled
def _luck_rows(where, begins, away):
    """Where the luck of each replication is (see ``engines.compiled.flatten.Luck``).

    ``where``: a row for a replication whose callers come first in the columns, at which of its words luck begins and
    ends, and how many words there are of each; ``away``: the bytes to the first absences, and those between
    replications.
    """
    row, first, last, words = where
    rows = np.empty((len(begins) - 1, len(row)), np.int64)
    for r in range(len(rows)):
        rows[r] = row
        rows[r, 0] = begins[r + 1] - begins[r]
        for word in range(first, last, words):
            rows[r, word] += begins[r] * row[word + 1]
        rows[r, last] += away[0] + r * away[1]
    return rows


@compiled
def _with_room(codes, count, more):
    """The first ``count`` codes with room for some more."""
    if count + more <= len(codes):
        return codes
    longer = np.empty(2 * (count + more), codes.dtype)
    longer[:count] = codes[:count]
    return longer


def _replications(version):
    @entry(
        types.Tuple((types.int64, _CODES))(
            *map(types.FunctionType, _SIGNATURES),
            types.UniTuple(types.int64, 3),
            *_CALLERS[:2],
            types.Tuple(_CALLERS[2:]),
            types.Tuple(_LUCK[3:]),
            _NUMBERS,
            types.Tuple((_NUMBERS, types.int64, types.int64, types.int64)),
            *_COUNTS[:3],
            _CODES,
            _NUMBERS,
            types.Tuple(_COUNTS[6:15]),
            types.Tuple(_COUNTS[17:20]),
            _COUNTS[21],
            types.Tuple(_COUNTS[22:]),
        )
    )
    def count_replications(
        callers_of, luck_of, run, add_up, how, numbers, limits, drawing, luck, start, where, cells, leaves, values,
        codes, coded, sums, world, absence, plan,
    ):  # fmt: skip
        """Count replications from one on, so many at a time, by ``STEPS``: until which one, and their codes.

        ``how``: these two and the bytes between replications' absences. It ends before all are counted where somebody
        has no room in the columns. ``drawing`` is what ``callers_of`` takes after the limits, ``luck`` what ``luck_of``
        takes after the callers, ``start`` and ``where`` (see ``_luck_rows``) are for the engine, all else for
        ``add_up``. ``world`` are rooms that the steps write to and read from.
        """
        _ = version
        done, size, apart = how
        while done < len(numbers):
            past = min(done + size, len(numbers))
            columns, begins = callers_of(numbers[done:past], limits[done:past], *drawing)
            if columns.shape[1] > drawing[-1].shape[1]:
                break
            luck_of(columns, numbers[done:past], begins, *luck)
            table, rows = run(start, _luck_rows(where, begins, (done * apart, apart)))
            codes = _with_room(codes, coded[done], rows[-1])
            contacts = (
                table[0], table[1], table[2], table[3], table[4], table[5], table[6], table[7], table[8],
            )  # fmt: skip
            mine = absence[done:past] if apart else absence
            room = cells, leaves, values, done, codes, coded[done : past + 1]
            add_up(*(room + sums + (contacts, rows) + world + (begins, mine) + plan))
            done = past
        return done, codes

    return count_replications


#: Compiled anew after any change of the functions that it is made of.
count_replications = _replications(sources(__file__))
