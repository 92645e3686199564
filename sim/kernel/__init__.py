"""The kernel: replications drawn, played and counted in C, with the same numbers as the readable path.

``draw`` is the twin of ``sim.engines.draw.draw_block``, ``play`` of ``sim.engines.simpy_engine``, ``count`` of
``sim.statistics.measures.measure``; ``run`` does all three for many replications in one call, on one thread, without
the GIL.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.draw import absences_of, draw_block, expected_of
from sim.errors import SimError
from sim.kernel import pack, structs
from sim.kernel.build import HERE, library_name, sources_key
from sim.model.centre import Centre
from sim.model.clock import Calendar
from sim.model.contacts import Contacts, ContactTables
from sim.model.inputs import RandomInputs
from sim.model.targets import ServiceTargets
from sim.model.world import World, Worlds
from sim.scenario.distributions import Law
from sim.statistics.cells import COLUMNS, Layout
from sim.statistics.contact_values import Codes
from sim.statistics.products import CHUNK, Products

Whole = NDArray[np.int64]

#: Names a library to load instead of the installed one (a build with sanitizers).
ENVIRONMENT = "HELPLINE_KERNEL"
_ERRORS = {-1: "there is not enough memory", -2: "a replication has more than a thousand million callers"}
_CALLER_COLUMNS = ("channel", "province", "cause", "topic", "age", "day", "slot", "arrival", "stratum")


class KernelError(SimError):
    """The kernel cannot be used, or cannot finish."""


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    path = os.environ.get(ENVIRONMENT) or HERE / library_name()
    try:
        library = ctypes.CDLL(os.fspath(path))
    except OSError:
        return None
    key = sources_key()
    if key and (not hasattr(library, "kernel_key") or _text(library.kernel_key) != key):
        raise KernelError(f"{path} was built from other sources; build it again: python -m sim.kernel.build")
    for name in ("sizes", "constants", "run", "draw", "inputs", "play", "count", "quantiles", "bins"):
        getattr(library, f"kernel_{name}").restype = ctypes.c_int64
    sizes = (ctypes.c_int64 * len(structs.STRUCTS))()
    library.kernel_sizes(sizes)
    constants = (ctypes.c_int64 * 64)()
    count = library.kernel_constants(constants)
    known = {
        "columns": (_text(library.kernel_columns).rstrip(",").split(","), list(COLUMNS)),
        "structs": (list(sizes), [ctypes.sizeof(struct) for struct in structs.STRUCTS]),
        "constants": (constants[:count], list(structs.CONSTANTS.values())),
    }
    if differ := [name for name, (there, here) in known.items() if there != here]:
        raise KernelError(f"{path} has other {' and '.join(differ)} than the Python code of this installation")
    return library


def _text(function: Any) -> str:
    function.restype = ctypes.c_char_p
    found: bytes = function()
    return found.decode()


def available() -> bool:
    """Whether the kernel was built for this platform and can be loaded."""
    return _library() is not None


def _call(name: str, *arguments: Any) -> int:
    library = _library()
    if library is None:
        raise KernelError("the kernel was not built when the package was installed; --engine simpy does without it")
    passed = [_argument(argument) for argument in arguments]
    code = int(getattr(library, name)(*passed))
    if code < 0:
        raise KernelError(_ERRORS[code])
    return code


def _argument(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    if isinstance(value, int):
        return ctypes.c_int64(value)
    return ctypes.byref(value) if isinstance(value, ctypes.Structure) else value


def _taken(data: ctypes.c_void_p, shape: tuple[int, int], rows: int) -> Whole:
    """The first ``rows`` of columns that the kernel allocated, as an array of our own; the kernel's is freed."""
    library = _library()
    assert library is not None  # it has just been called
    table = np.ctypeslib.as_array(ctypes.cast(data, ctypes.POINTER(ctypes.c_int64)), shape)
    copy = table[:, :rows].copy()
    library.kernel_free(data)
    return copy


def play(worlds: Worlds, centre: Centre) -> ContactTables:
    """What becomes of the callers of each world."""
    begins, starts = np.zeros(len(worlds) + 1, dtype=np.int64), structs.whole(worlds.starts)
    data, capacity = ctypes.c_void_p(), ctypes.c_int64()
    struct, people = pack.centre_of(centre, worlds.callers.groups, together=True), pack.population_of(worlds)
    _call("kernel_play", struct, people, len(worlds), starts, begins, ctypes.byref(data), ctypes.byref(capacity))
    return ContactTables(Contacts(*_taken(data, (9, capacity.value), int(begins[-1]))), begins)


@dataclass(frozen=True)
class Drawing:
    """Demand and random inputs of a scenario, ready to draw from."""

    inputs: RandomInputs
    seed: int
    demand: structs.Demand

    @classmethod
    def of(cls, inputs: RandomInputs, *, seed: int) -> Drawing | None:
        """None where the kernel cannot draw: callers from a log, or a distribution without a formula."""
        demand = pack.demand_of(inputs, seed=seed) if available() else None
        return None if demand is None else cls(inputs, seed, demand)

    def draw(self, numbers: Whole) -> Worlds:
        """The worlds of these replications with all random inputs."""
        begins, expected = np.zeros(len(numbers) + 1, dtype=np.int64), self.expected(numbers)
        data, capacity = ctypes.c_void_p(), ctypes.c_int64()
        _call(
            "kernel_draw", self.demand, len(numbers), numbers, expected, begins, ctypes.byref(data),
            ctypes.byref(capacity),
        )  # fmt: skip
        columns = dict(zip(_CALLER_COLUMNS, _taken(data, (9, capacity.value), int(begins[-1])), strict=True))
        drawn = self._inputs(columns, numbers, begins)
        inputs, absences = self.inputs, absences_of(self.inputs, self.seed, numbers)
        del columns["stratum"]
        world = World(
            channels=inputs.names.channels,
            provinces=inputs.names.provinces,
            causes=inputs.names.causes,
            topics=inputs.names.topics,
            ages=inputs.names.ages,
            groups=tuple(name for name, _ in inputs.lines),
            absence=np.zeros((0, 0, 0), dtype=np.int64),
            **columns,
            **drawn,
        )
        return Worlds(world, begins, absences)

    def expected(self, numbers: Whole) -> NDArray[np.float64]:
        """Expected callers by replication, stratum and day."""
        return structs.real(expected_of(self.inputs, self.seed, numbers))

    def _inputs(self, columns: dict[str, Whole], numbers: Whole, begins: Whole) -> dict[str, Whole]:
        """Random inputs of callers, as the columns of a world."""
        inputs, count = self.inputs, int(begins[-1])
        channels, attempts = len(inputs.rates.channels), inputs.attempts
        none = np.zeros((count, 0), dtype=np.int64)
        arrays = {name: np.zeros((count, channels), dtype=np.int64) for name in ("conversation", "wrap_up")}
        for name in ("redial", "switch", "balk", "voicemail"):
            arrays[name] = np.zeros((count, attempts), dtype=np.int64)
        for name in ("call_back", "silent", "forward", "again"):
            arrays[name] = np.zeros((count, attempts), dtype=np.int64) if name in inputs.used else none
        for name in ("patience", "redial_delay"):
            arrays[name] = np.zeros((count, attempts, channels), dtype=np.int64)
        for name, use in (("silence", "silent"), ("again_delay", "again")):
            some = attempts if use in inputs.used else 0
            arrays[name] = np.zeros((count, some, channels), dtype=np.int64)
        for replication, first, past in zip(numbers.tolist(), begins[:-1].tolist(), begins[1:].tolist(), strict=True):
            mine = {"source" if name == "cause" else name: column[first:past] for name, column in columns.items()}
            people = structs.Population(count=past - first, replication=replication, **mine)
            people.demand = ctypes.addressof(self.demand)
            out = {"switching" if name == "switch" else name: array[first:past] for name, array in arrays.items()}
            _call("kernel_inputs", people, structs.Population(**{k: v for k, v in out.items() if v.size}))
        return arrays


def draw(inputs: RandomInputs, *, seed: int, replications: Sequence[int]) -> Worlds:
    """The worlds of these replications; drawn by the readable path where the kernel has no formula for them."""
    drawing = Drawing.of(inputs, seed=seed)
    if drawing is None:
        return draw_block(inputs, seed=seed, replications=replications)
    return drawing.draw(np.array(replications, dtype=np.int64))


def quantiles(law: Law, u: NDArray[np.float64]) -> Whole:
    """Durations in whole ms at these shares of a distribution; KernelError where there is no formula for it."""
    struct, found = pack.distribution(law), np.empty(len(u), dtype=np.int64)
    if struct is None:
        raise KernelError(f"the kernel has no formula for {law}")
    _call("kernel_quantiles", struct, len(u), structs.real(u).copy(), found)
    return found


def bins(waits: Whole) -> Whole:
    """Bin of each wait in ms (see ``contact_values.bin_of``)."""
    found = np.empty(len(waits), dtype=np.int64)
    _call("kernel_bins", pack.bins(), len(waits), structs.whole(waits), found)
    return found


@dataclass(frozen=True)
class Counts:
    """What was counted of R replications.

    codes: of the waits (see ``contact_values.wait_codes``), those of replication r from ``begins[r]`` on.
    begins: (R + 1,).
    values: (R, periods, columns) counts of whole periods, in the order of ``Layout.periods``.
    cells: (R, cells, columns), or of no replication where they were not asked for.
    """

    codes: Codes
    begins: Whole
    values: Whole
    cells: Whole


@dataclass(frozen=True)
class Counter:
    """What is counted at a centre."""

    layout: Layout
    centre: Centre
    calendar: Calendar
    promises: ServiceTargets

    @cached_property
    def _plan(self) -> structs.Counting:
        return pack.counting_of(self.layout, self.centre, self.calendar, self.promises)

    def run(self, drawing: Drawing, numbers: Whole, *, products: Products | None = None, every: bool = False) -> Counts:
        """Draw, play and count replications.

        numbers: (R,) which.
        products: sums over replications, to which these are added.
        every: whether the cells of each replication are wanted.
        """
        sums = _Sums.of(self, len(numbers), products, every=every)
        _run([(self, sums)], drawing, numbers)
        return sums.counts()

    def count(
        self, worlds: Worlds, tables: ContactTables, *, products: Products | None = None, every: bool = False
    ) -> Counts:
        """Count contacts of these worlds; see ``run``."""
        columns = structs.whole(np.stack(list(tables.rows.columns().values())))
        people, struct = pack.population_of(worlds), pack.centre_of(self.centre, worlds.callers.groups)
        starts, begins = structs.whole(worlds.starts), structs.whole(tables.begins)

        sums = _Sums.of(self, len(worlds), products, every=every)
        _call(
            "kernel_count", struct, pack.with_products(self._plan, products), people, len(worlds), starts, columns,
            columns.shape[1], begins, sums.cells if every else None, sums.struct,
        )  # fmt: skip
        return sums.counts()

    @cached_property
    def _components(self) -> tuple[int, ...]:
        """Component of the centre by channel and province."""
        components = pack.components_of(self.centre)
        return tuple(components[queue] for queues in self.centre.queue_of for queue in queues)


@dataclass(frozen=True)
class _Sums:
    """Room for what the kernel counts of one plan.

    cells: (R, cells, columns), of no replication where they are not wanted.
    first: (R + 1,) where the waits of each replication begin; none where they are not wanted.
    """

    counting: structs.Counting
    struct: structs.Sums
    values: Whole
    cells: Whole
    first: Whole
    sums: Products

    @classmethod
    def of(
        cls, counter: Counter, replications: int, products: Products | None, *, every: bool, waits: bool = True
    ) -> _Sums:
        cells = np.zeros((replications if every else 0, counter.layout.size(), len(COLUMNS)), dtype=np.int64)
        values = np.empty((replications, counter._plan.periods, len(COLUMNS)), dtype=np.int64)
        sums = products or Products.none(len(COLUMNS), counter.layout.size())
        first = np.zeros(replications + 1 if waits else 0, dtype=np.int64)
        struct = structs.Sums(
            chunk=CHUNK, pending=int(sums.late[1][0]), total=sums.total, sum=sums.sums, pending_sum=sums.late[0],
            values=values, **({"first_code": first} if waits else {}),
        )  # fmt: skip
        return cls(pack.with_products(counter._plan, products), struct, values, cells, first, sums)

    def counts(self) -> Counts:
        """What has been counted."""
        self.sums.late[1][0] = self.struct.pending
        codes = np.zeros(0, dtype=np.int32)
        if self.struct.codes:
            pointer = ctypes.cast(self.struct.codes, ctypes.POINTER(ctypes.c_int32))
            codes = np.ctypeslib.as_array(pointer, (max(self.struct.coded, 1),))[: self.struct.coded].copy()
            library = _library()
            assert library is not None  # it has just been called
            library.kernel_free(ctypes.c_void_p(self.struct.codes))
        return Counts(codes, self.first, self.values, self.cells)


def run_plans(counters: Sequence[Counter], drawing: Drawing, numbers: Whole, *, every: bool = False) -> list[Counts]:
    """The same replications at several centres, without their waits.

    Callers are drawn once for centres that are divided into the same components.
    """
    found = [_Sums.of(counter, len(numbers), None, every=every, waits=False) for counter in counters]
    together: dict[tuple[int, ...], list[tuple[Counter, _Sums]]] = {}
    for counter, sums in zip(counters, found, strict=True):
        together.setdefault(counter._components, []).append((counter, sums))
    for plans in together.values():
        _run(plans, drawing, numbers)
    return [sums.counts() for sums in found]


def _run(plans: Sequence[tuple[Counter, _Sums]], drawing: Drawing, numbers: Whole) -> None:
    expected, absence = drawing.expected(numbers), absences_of(drawing.inputs, drawing.seed, numbers)
    groups = tuple(name for name, _ in drawing.inputs.lines)
    absences = structs.Population(absence=structs.whole(absence))
    absences.absence_groups, absences.absence_lines, absences.absence_days = absence.shape[1:]
    centres = [pack.centre_of(counter.centre, groups) for counter, _ in plans]
    runs = [
        structs.Run(
            centre=ctypes.addressof(centre), counting=ctypes.addressof(sums.counting),
            sums=ctypes.addressof(sums.struct), **({"cells": sums.cells} if sums.cells.size else {}),
        )
        for centre, (_, sums) in zip(centres, plans, strict=True)
    ]  # fmt: skip
    every = (structs.Run * len(runs))(*runs)
    _call("kernel_run", drawing.demand, len(runs), every, len(numbers), structs.whole(numbers), expected, absences)
