"""The picture of a verification: z-scores against the normal distribution that they should have."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import special

from sim.figures.style import numbers_in, sheet, titled
from sim.language import ENGLISH, Language
from sim.verification.verdict import Verification

Floats = NDArray[np.float64]

#: Farther z-scores are drawn at the edge.
_EDGE = 8.0
#: Wrong z-scores that are named.
_NAMED = 3


def draw_z_scores(found: Verification, *, say: Language = ENGLISH) -> Figure:
    """Normal QQ plot: independent z-scores in the band that holds 99 % of each, all z-scores behind them."""
    figure = sheet(10, 6)
    ax = figure.subplots()
    every, independent = np.array([score.z for score in found.scores]), np.array(found.independent)
    ax.plot(*_points(every), "o", mfc="none", color="#999999", ms=4, label=say("verify.every", count=len(every)))
    _band(ax, len(independent), say)
    apart = say("verify.apart", count=len(independent))
    ax.plot(*_points(independent), ".", color="#0072B2", ms=7, label=apart)
    reach = max(found.limit, *np.abs(np.clip(every, -_EDGE, _EDGE)), 0.0) * 1.1
    ax.plot([-4, 4], [-4, 4], color="black", lw=0.8)
    for side in (-found.limit, found.limit):
        ax.axhline(side, color="#D55E00", lw=0.8, ls="--")
    ax.annotate(say("verify.beyond"), (-3.3, found.limit), color="#D55E00", fontsize=9, va="bottom")
    for score in found.significant[:_NAMED]:
        at = float(np.clip(score.z, -_EDGE, _EDGE))
        names = {"system": say.known("system", score.system), "measure": say.known("checked", score.measure)}
        ax.annotate(say("verify.wrong_score", **names), (0, at), fontsize=8, color="#D55E00", ha="center")
    ax.set_xlabel(say("verify.expected"))
    ax.set_ylabel(say("verify.z_found"))
    ax.set_xlim(-3.4, 3.4)
    ax.set_ylim(-reach, reach)
    ax.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 0.08))
    of = {"engine": found.engines[0], "seed": found.seed, "replications": say.number(found.replications)}
    below = say("verify.figure_passed", **of) if found.passed else say("verify.figure_not_passed", **of)
    titled(ax, say("verify.figure"), below)
    numbers_in(say, ax.xaxis, ax.yaxis)
    return figure


def _points(z: Floats) -> tuple[Floats, Floats]:
    """Where z-scores would be expected, and where they are."""
    n = len(z)
    expected: Floats = special.ndtri((np.arange(1, n + 1) - 0.5) / n)
    return expected, np.sort(np.clip(z, -_EDGE, _EDGE))


def _band(ax: Axes, n: int, say: Language) -> None:
    """Where each of n ordered z-scores is with a chance of 99 %: a uniform number in its place is a beta variable."""
    place = np.arange(1, n + 1)
    low, high = (special.ndtri(special.betaincinv(place, n - place + 1, share)) for share in (0.005, 0.995))
    at = special.ndtri((place - 0.5) / n)
    ax.fill_between(at, low, high, color="#0072B2", alpha=0.15, lw=0, label=say("verify.band"))
