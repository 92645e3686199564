"""The kernel's structs as Python fills them; ``kernel.h`` says what their members are."""

from __future__ import annotations

import ctypes
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.centre import FULL_SPEED, PER_MILLE, Habits
from sim.model.clock import DAY, HOUR
from sim.model.contacts import Outcome

_INT, _FLOAT, _POINTER = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p


class Struct(ctypes.Structure):
    """A struct that keeps the arrays it points to alive."""

    def __init__(self, **members: Any) -> None:
        self.kept: list[Any] = []
        unknown = members.keys() - {name for name, *_ in self._fields_}
        if unknown:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        super().__init__(**{name: self._member(value) for name, value in members.items()})

    def _member(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            self.kept.append(value)
            return value.ctypes.data
        if isinstance(value, list):  # of structs
            array = (type(value[0]) * len(value))(*value) if value else None
            self.kept += [array, *value]
            return ctypes.cast(array, _POINTER) if array is not None else None
        return value


def _fields(**kinds: str) -> list[tuple[str, type[Any]]]:
    """Members by kind, in order: whole numbers, floats, pointers."""
    order = {"whole": _INT, "real": _FLOAT, "array": _POINTER}
    return [(name, order[kind]) for name, kind in kinds.items()]


def _of(text: str) -> list[tuple[str, type[Any]]]:
    """Members written as ``name`` for a whole number, ``name:real`` for a float, ``name:array`` for a pointer."""
    return _fields(**{name: kind or "whole" for name, _, kind in (word.partition(":") for word in text.split())})


class Distribution(Struct):
    """A duration's distribution."""

    _fields_ = _of("kind a:real b:real mode:real zero:real least values:array count")


class SurgeTerm(Struct):
    """A term of a campaign's surge."""

    _fields_ = _of("kind weight:real start:real time_constant:real rise:real hold:real fall:real")


class Demand(Struct):
    """Who calls when."""

    _fields_ = _of(
        "strata days segments channels campaigns attempts topics ages stratum:array first_segment:array edge:array"
        " cumulative:array keys:array terms:array first_term:array surge_integral:array topic:array age:array"
        " conversation:array wrap_up:array patience:array redial_delay:array silence:array again_delay:array"
    )


class Population(Struct):
    """Callers with their random inputs."""

    _fields_ = _of(
        "count channels attempts replication channel:array province:array source:array topic:array age:array"
        " arrival:array stratum:array day:array slot:array conversation:array wrap_up:array"
        " patience:array redial_delay:array silence:array again_delay:array"
        " redial:array switching:array balk:array voicemail:array call_back:array silent:array forward:array"
        " again:array absence:array absence_groups absence_lines absence_days demand:array"
    )


OUTCOMES = len(Outcome)
#: What the C sources say too, in the order of ``kernel_constants``.
CONSTANTS = {
    "DAY": DAY,
    "HOUR": HOUR,
    "FULL_SPEED": FULL_SPEED,
    "PER_MILLE": PER_MILLE,
    **{outcome.name: int(outcome) for outcome in Outcome},
}


#: What callers do that is one whole number, as the model declares it: the kernel's header has them in the same order.
HABITS = [field.name for field in fields(Habits) if field.type == "int"]


class Channel(Struct):
    """A channel's hours, and what its callers do."""

    _fields_ = [
        *_of("spans open:array close:array"),
        *((name, _INT * OUTCOMES) for name in ("redial", "switching", "switch_to")),
        *_of(" ".join(["redial_from_opening", *HABITS, "until"])),
    ]


class Queue(Struct):
    """A queue's rules."""

    _fields_ = _of(
        "channel places serve_after_closing interruptible announce call_back call_back_from balks balk:array"
        " announced announced_wait:array announced_balk:array routes route_group:array route_after:array"
    )


class Group(Struct):
    """A line group's rules."""

    _fields_ = _of(
        "lines first_line component serves serve:array serve_after:array longest_wait at_once"
        " one_at_a_time speed:array absent absence_group factor:array"
    )


class Centre(Struct):
    """Lines, queues and hours."""

    _fields_ = _of(
        "channels provinces queues groups lines attempts end horizon priorities components"
        " channel:array queue:array group:array queue_of:array component:array"
        " priority:array first_shift:array shift:array"
    )


class Counting(Struct):
    """What is counted, and of whom and when."""

    _fields_ = _of(
        "days cells slices day_slices hours slots step kinds slice:array interval since_monday"
        " clock_changes changes_at:array clock_ahead:array"
        " line_until:array first_all first_channel first_queue first_province first_lines first_source"
        " sources topics ages short_abandon deadline:array by_wait:array fixed:array bin_least:array bins bin_bits"
        " periods period:array composed products term_column:array term_weight:array"
        " first_term:array factors:array"
    )


class Sums(Struct):
    """Sums over replications."""

    _fields_ = _of(
        "chunk pending total:array sum:array pending_sum:array values:array"
        " codes:array coded code_capacity first_code:array"
    )


class Run(Struct):
    """One of several plans that the same callers meet."""

    _fields_ = _of("centre:array counting:array sums:array cells:array")


#: In the order of ``kernel_sizes``.
STRUCTS = (Distribution, SurgeTerm, Demand, Population, Channel, Queue, Group, Centre, Counting, Sums, Run)


def whole(values: Any) -> NDArray[np.int64]:
    """Whole numbers as the kernel reads them."""
    return np.ascontiguousarray(values, dtype=np.int64)


def real(values: Any) -> NDArray[np.float64]:
    """Floats as the kernel reads them."""
    return np.ascontiguousarray(values, dtype=np.float64)
