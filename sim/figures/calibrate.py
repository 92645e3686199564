"""The picture of a calibration: what was observed, what simulated periods have, and values under other assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, inf, isfinite, log10

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.answers.colours import BETTER, MUTED, WORSE
from sim.figures.style import headed, numbers_in, sheet, spread_note, wrapped
from sim.language import ENGLISH, Language
from sim.language.shown import in_words, shown_value
from sim.studies.calibrate import Calibration, Found
from sim.studies.fit_two import FitTwo
from sim.studies.hangs_on import Shift
from sim.studies.observed import TAIL, Observation, Sample
from sim.studies.parameters import Parameter
from sim.studies.unknowns import Unknown

#: Assumptions that are drawn.
_MOST = 14
#: A range of values wider than this factor has a logarithmic axis.
_WIDE = 8.0
#: Beyond the values that are shown, as a part of them.
_MARGIN = 0.12
_BAND = "#BBBBBB"
#: Filling of both ends: open and full, so that they differ in greyscale.
_ENDS = {True: ("white", "calibrate.low"), False: (BETTER, "calibrate.high")}
#: Letters in a line beside an axis; the longest way along a line of pairs, in logarithms.
_NAME, _LONG = 40, 5.0
#: Letters of either end of a range.
_LONGEST = 19


def draw_calibration(found: Calibration, *, say: Language = ENGLISH) -> Figure:
    """Above: single periods and what was observed; below, where it was asked: values under other assumptions."""
    rows = _rows(found)
    heights = (3.6, 1.0 + 0.5 * len(rows)) if rows else (3.6,)
    figure = sheet(12, 1.5 + sum(heights))
    names = [in_words(of.path, say) for of in found.parameters]
    title = say("calibrate.figure", parameter=names[0])
    if found.two is not None:
        title = say("calibrate.figure_both")
    headed(figure, title, found.scenario.titled(say.code))
    grid = figure.add_gridspec(len(heights), len(names), height_ratios=heights)
    if found.two is None:
        _curve(figure.add_subplot(grid[0, 0]), found, say)
    else:
        _region(figure.add_subplot(grid[0, 0]), found, found.two, say)
        strips = grid[0, 1].subgridspec(2, 1)
        _strips([figure.add_subplot(strips[0]), figure.add_subplot(strips[1])], found, found.two, say)
    if rows:
        _forests([figure.add_subplot(grid[1, number]) for number in range(len(names))], found, rows, say)
    spread_note(figure, _rests_on(found, say))
    return figure


def _rests_on(found: Calibration, say: Language) -> str:
    worlds = found.simulator.where.told(say)
    if found.where_shifts is None:
        return say("calibrate.figure_alone", worlds=worlds)
    return say("calibrate.figure_note", worlds=worlds, apart=found.where_shifts.told(say))


# One number: the curve of single periods


def _curve(ax: Axes, found: Calibration, say: Language) -> None:
    """Mean and central 95 % of single periods at every value that was played, and what was observed."""
    (of,), (observed,) = found.parameters, found.observed
    low, high = _range(found, 0)
    played = sorted((place[0], sample) for place, sample in found.simulator.samples.items() if sample is not None)
    at, samples = [of.in_unit(of.value(x)) for x, _ in played], [sample for _, sample in played]
    least, most = ([sample.quantile(share) for sample in samples] for share in (TAIL, 1 - TAIL))
    ax.fill_between(at, least, most, color="#DDDDDD", lw=0, label=say("calibrate.central"))
    ax.plot(at, [sample.means[0] for sample in samples], "k.-", lw=1, ms=5, label=say("calibrate.mean_line"))
    ax.axhline(observed.value, color=WORSE, lw=1.2, ls="--", label=_observed(observed, say))
    for one in found.found:
        _value(ax, one, say)
    _stated(ax, of, say)
    _scaled(ax, "x", of, low, high)
    shown = [ends for x, *ends in zip(at, least, most, strict=True) if low <= x <= high]
    heights = [observed.value, *(end for ends in shown for end in ends if isfinite(end))]
    pad = _MARGIN * (max(heights) - min(heights)) or 1.0
    ax.set_ylim(min(heights) - pad if min(heights) > pad else 0, max(heights) + pad)
    ax.set_ylabel(observed.outcome.headed(say))
    ax.set_xlabel(_axis(of, say, 2 * _NAME))
    ax.set_title(say("calibrate.periods"), loc="left", fontsize=10)
    numbers_in(say, ax.xaxis, ax.yaxis)
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.spines[["top", "right"]].set_visible(False)


def _value(ax: Axes, one: Found, say: Language) -> None:
    """The value found with what is compatible, across the axes."""
    of, (_, right) = one.parameter, ax.get_xlim()
    high = of.in_unit(one.high) if isfinite(one.high) else max(right, of.in_unit(of.value(of.most)))
    ax.axvspan(of.in_unit(one.low), high, color=BETTER, alpha=0.15, lw=0, label=say("calibrate.compatible"))
    shown = {"value": of.shown(one.value, one.simulation, say), "simulation": of.shown(one.simulation, 0, say)}
    ax.axvline(of.in_unit(one.value), color=BETTER, lw=1.6, label=say("calibrate.found", **shown))


def _stated(ax: Axes, of: Parameter, say: Language) -> None:
    label = say("calibrate.stated", value=of.shown(of.stated, say=say))
    ax.axvline(of.in_unit(of.stated), color=MUTED, lw=1, ls=":", label=label)


def _observed(observed: Observation, say: Language) -> str:
    return say("calibrate.was_observed", value=observed.shown(say))


def _axis(of: Parameter, say: Language, letters: int = _NAME) -> str:
    name = in_words(of.path, say)
    if of.unit:
        name = say("calibrate.axis", parameter=name, unit=say.known("unit", of.unit))
    return wrapped(name, letters)


def _range(found: Calibration, number: int) -> tuple[float, float]:
    """Values of a parameter that are shown, in its unit: what was found, or all that was tried."""
    of = found.parameters[number]
    if not found.found:
        places = [place[number] for place, sample in found.simulator.samples.items() if sample is not None]
        return of.in_unit(of.value(min(places))), of.in_unit(of.value(max(places)))
    one = found.found[number]
    moved = [shift.values[number] for shift in found.shifts if shift.values is not None]
    values = [end for end in (of.stated, one.value, one.low, one.high, *moved) if isfinite(end)]
    if one.high == inf:
        values.append(2 * max(values))
    low, high = of.in_unit(min(values)), of.in_unit(max(values))
    pad = _MARGIN * (high - low) or high
    return max(low - pad, 0.0 if low - pad > 0 or of.share else low / 2), high + pad


def _scaled(ax: Axes, which: str, of: Parameter, low: float, high: float) -> None:
    """The axis (x or y) of a parameter, logarithmic where it is wide."""
    if not of.share and low > 0 and high / low > _WIDE:
        ax.set(**{f"{which}scale": "log"})
        axis = {"x": ax.xaxis, "y": ax.yaxis}[which]
        axis.set_ticks(_round_between(low, high))
        axis.set_ticks([], minor=True)
    ax.set(**{f"{which}lim": (low, high)})


def _round_between(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]


# Two numbers: the region, and the periods at the values found


def _strips(axes: Sequence[Axes], found: Calibration, two: FitTwo, say: Language) -> None:
    """Single periods at the values found, or at the nearest ones, by observation."""
    there = found.simulator.samples[two.nearest]
    for number, (ax, observed) in enumerate(zip(axes, found.observed, strict=True)):
        if there is not None:
            _strip(ax, observed, there, number, say)
    title = say("calibrate.periods_there") if found.found else say("calibrate.periods_near")
    axes[0].set_title(title, loc="left", fontsize=10)


def _region(ax: Axes, found: Calibration, two: FitTwo, say: Language) -> None:
    """Pairs that are compatible, the one found (or the nearest), and the one as stated."""
    first, last = found.parameters
    edge = [tuple(of.in_unit(of.value(x)) for of, x in zip((first, last), place, strict=True)) for place in two.edge]
    if edge:
        ax.fill(*zip(*edge, strict=True), color=BETTER, alpha=0.15, lw=0)
        ax.plot(*zip(*edge, edge[0], strict=True), color=BETTER, lw=1)
    if found.verdict == "not identified":
        ax.plot(*_line(found.parameters, two), color=BETTER, lw=3, alpha=0.3, label=say("calibrate.along"))
    x, y = (of.in_unit(of.value(place)) for of, place in zip((first, last), two.nearest, strict=True))
    label = say("calibrate.nearest")
    if found.found:
        label = "; ".join(one.parameter.shown(one.value, one.simulation, say) for one in found.found)
        label = say("calibrate.pair", values=label)
        halves = [one.parameter.in_unit(one.simulation) for one in found.found]
        ax.errorbar(x, y, xerr=halves[0], yerr=halves[1], color=BETTER, fmt="o", ms=6, lw=1.4, label=label)
    else:
        ax.plot(x, y, "o", color=BETTER, ms=6, label=label)
    stated = "; ".join(of.shown(of.stated, say=say) for of in (first, last))
    ax.plot(
        first.in_unit(first.stated), last.in_unit(last.stated), "x", color=MUTED, ms=7, mew=1.6,
        label=say("calibrate.stated", value=stated),
    )  # fmt: skip
    if found.found:
        ax.margins(0.1)
        ax.locator_params(nbins=7)
    else:
        for number, which in enumerate("xy"):
            _scaled(ax, which, found.parameters[number], *_range(found, number))
    title = "region" if found.found else "region_open" if edge else "region_none"
    ax.set_title(say(f"calibrate.{title}"), loc="left", fontsize=10, pad=22)
    ax.set_xlabel(_axis(first, say))
    ax.set_ylabel(_axis(last, say))
    numbers_in(say, ax.xaxis, ax.yaxis)
    ax.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    ax.spines[["top", "right"]].set_visible(False)


def _line(parameters: tuple[Parameter, ...], two: FitTwo) -> tuple[list[float], list[float]]:
    """Pairs through the nearest one, in the direction in which the means move least, as far as is tried."""
    ways = [_LONG * n / 50 for n in range(-50, 51)]
    pairs = [[x + way * weak for x, weak in zip(two.nearest, two.weak, strict=True)] for way in ways]
    inside = [pair for pair in pairs if all(of.least <= x <= of.most for of, x in zip(parameters, pair, strict=True))]
    x, y = ([of.in_unit(of.value(pair[n])) for pair in inside] for n, of in enumerate(parameters))
    return x, y


def _strip(ax: Axes, observed: Observation, there: Sample, number: int, say: Language) -> None:
    """The central 95 % of single periods and their mean beside what was observed."""
    low, high = (there.quantile(share, number) for share in (TAIL, 1 - TAIL))
    ax.plot([low, high], [0, 0], color=_BAND, lw=12, solid_capstyle="butt", label=say("calibrate.central"))
    ax.plot(there.means[number], 0, "k.", ms=9, label=say("calibrate.mean_line"))
    ax.axvline(observed.value, ymax=0.6, color=WORSE, lw=1.4, ls="--", label=_observed(observed, say))
    ax.set_ylim(-1, 2.4)
    ax.set_yticks([])
    ax.set_xlabel(observed.outcome.headed(say))
    ax.margins(x=0.15)
    numbers_in(say, ax.xaxis)
    ax.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")
    ax.spines[["top", "right", "left"]].set_visible(False)


# Other assumptions


def _rows(found: Calibration) -> list[Unknown]:
    """Assumptions that were moved, those that move a value most (or let none be found) first."""

    def span(unknown: Unknown) -> float:
        values = [shift.values for shift in found.shifts if shift.unknown == unknown]
        if any(value is None for value in values):
            return inf
        return max(
            max(abs(value[number] / one.value - 1) for value in values if value is not None)
            for number, one in enumerate(found.found)
        )

    return sorted(dict.fromkeys(shift.unknown for shift in found.shifts), key=span, reverse=True)[:_MOST]


def _forests(axes: Sequence[Axes], found: Calibration, rows: list[Unknown], say: Language) -> None:
    """A forest for each parameter: its value and interval on top, then one assumption at a time."""
    names = [say("sensitivity.as_stated"), *(label_of(unknown, say) for unknown in rows)]
    for number, ax in enumerate(axes):
        _forest(ax, found, number, rows, say)
        ax.set_yticks(range(len(names)), names if number == 0 else [""] * len(names), fontsize=8)
        ax.set_ylim(len(names) - 0.4, -0.6)
    axes[0].set_title(say("calibrate.under"), loc="left", fontsize=10, pad=22)


def _forest(ax: Axes, found: Calibration, number: int, rows: list[Unknown], say: Language) -> None:
    one = found.found[number]
    of, (low, high) = one.parameter, _range(found, number)
    _scaled(ax, "x", of, low, high)
    top = of.in_unit(one.high) if isfinite(one.high) else high
    ax.plot([of.in_unit(one.low), top], [0, 0], color=BETTER, lw=6, alpha=0.3, solid_capstyle="butt")
    ax.errorbar(of.in_unit(one.value), 0, xerr=of.in_unit(one.simulation), color=BETTER, fmt="s", ms=6, capsize=3)
    ax.axvline(of.in_unit(one.value), color=BETTER, lw=0.8)
    for fill, key in _ENDS.values():
        ax.plot([], [], "o", mfc=fill, mec=BETTER, ms=6, label=say(key))
    for row, unknown in enumerate(rows, 1):
        shifts = [shift for shift in found.shifts if shift.unknown == unknown]
        ends = [of.in_unit(shift.values[number]) for shift in shifts if shift.values is not None]
        ax.plot([*ends, of.in_unit(one.value)], [row] * (len(ends) + 1), color=_BAND, lw=1.5, zorder=1)
        for shift in shifts:
            _end(ax, shift, of, number, row, say)
    ax.set_xlabel(_axis(of, say, 2 * _NAME // len(found.found)))
    numbers_in(say, ax.xaxis)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))


def _end(ax: Axes, shift: Shift, of: Parameter, number: int, row: int, say: Language) -> None:
    """The value with an assumption at one end, or a word at the side where there is none."""
    is_low = bool(shift.end == shift.unknown.low)
    fill, key = _ENDS[is_low]
    if shift.values is None:
        text = f"{say(key)}: {say('calibrate.not_met')}"
        at, side = (0, "left") if is_low else (1, "right")
        ax.annotate(text, (at, row), xycoords=("axes fraction", "data"), ha=side, va="center", fontsize=8, color=WORSE)
        return
    ax.plot(of.in_unit(shift.values[number]), row, "o", mfc=fill, mec=BETTER, ms=6)


def label_of(unknown: Unknown, say: Language) -> str:
    """Name and range; what does not fit is in the table."""
    low, high = (_short(shown_value(end, say)) for end in (unknown.low, unknown.high))
    return "\n".join([wrapped(unknown.words(say), _NAME), say("sensitivity.to", low=low, high=high)])


def _short(text: str) -> str:
    """As many of its parts as fit, or letters where it has none."""
    if len(text) <= _LONGEST:
        return text
    parts = text[: _LONGEST + 1].rpartition(", ")[0]
    return f"{parts}, …" if parts else text[: _LONGEST - 1] + "…"
