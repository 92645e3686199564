"""Fitted numbers as a scenario states them: rounded to what they are worth, with low, high and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, isfinite, log10, sqrt
from typing import Any

from sim.fit.families import TWO_LOGNORMALS, Family
from sim.fit.fitted import Fitted
from sim.units import format_duration

Block = dict[str, Any]
#: Percent of a share are written with so many decimals.
_DECIMALS = 2


def number(value: float, digits: int = 4) -> float:
    """Rounded to significant digits."""
    if value == 0 or not isfinite(value):
        return float(value)
    return round(float(value), digits - 1 - floor(log10(abs(value))))


def duration(seconds: float) -> str:
    """Seconds as a scenario writes a duration, to four digits, at least a millisecond."""
    return format_duration(max(1, round(number(1000 * seconds))))


def percent(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.{_DECIMALS}f} %"


def stated(fitted: Fitted, source: str, *, write: Any = number, least: float = 0.0, most: float = 1e12) -> Block:
    """A fitted number with its interval as far as it is bounded, cut to what the scenario allows."""
    value = min(max(fitted.value, least), most)
    low, high = min(max(fitted.low, least), value), max(min(fitted.high, most), value)
    block: Block = {"value": write(value), "status": "derived", "source": source}
    if isfinite(fitted.low):
        block["low"] = write(low)
    if isfinite(fitted.high):
        block["high"] = write(high)
    return block


def assumed(value: Any, low: Any, high: Any, why: str) -> Block:
    """What the log cannot say."""
    return {"value": value, "status": "assumed", "source": why, "low": low, "high": high}


def assumed_lines(calls_an_hour: float, minutes: float, why: str) -> Block:
    """Lines for a load, as no data say how many there were: the offered load and its square root."""
    load = calls_an_hour * minutes / 60
    lines = max(1, ceil(load + sqrt(load)))
    return assumed(lines, max(1, lines // 2), 2 * lines, why)


def shares_block(shares: Mapping[str, int], source: str) -> Block:
    """Shares by name from counts."""
    if len(shares) == 1:
        return dict.fromkeys(shares, "100 %")
    return {"value": dict(shares), "status": "derived", "source": f"{source}: contacts of each"}


def law_block(family: Family, parameters: Mapping[str, Fitted], source: str) -> Block:
    """A family at its best as a distribution; mixtures of two lognormals as parts."""
    if family is TWO_LOGNORMALS:
        return {"distribution": "mixture", "parts": two_parts(parameters, source, of=1.0)}
    block: Block = {"distribution": family.name}
    for name, unit in zip(family.names, family.units, strict=True):
        bounds = {"least": 0.001, "most": 10.0} if name == "sigma" else {"least": 0.05, "most": 500.0}
        block[name] = (
            stated(parameters[name], source, write=duration, least=0.001)
            if unit == "s"
            else stated(parameters[name], source, **bounds)
        )
    return block


def two_parts(parameters: Mapping[str, Fitted], source: str, *, of: float) -> list[Block]:
    """Both lognormals with their shares, which add up to the share ``of`` in hundredths of a percent."""
    first = parameters["share of the first"]
    whole = round(of * 10_000)
    mine = min(max(round(first.value * whole), 1), whole - 1)
    parts = []
    for name, share in (("first", mine), ("second", whole - mine)):
        sigma = stated(parameters[f"sigma of the {name}"], source, least=0.001, most=10.0)
        median = stated(parameters[f"median of the {name}"], source, write=duration, least=0.001)
        inner = {"distribution": "lognormal", "median": median, "sigma": sigma}
        written: Any = f"{share / 100:.2f} %"
        parts.append({"share": {"value": written, "status": "derived", "source": source}, "of": inner})
    return parts
