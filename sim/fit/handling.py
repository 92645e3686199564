"""How long handling takes: laws held against each other, short calls set apart.

A call of a few seconds is mostly no conversation: a wrong number, a line that hangs up. Laws are fitted to what lasted
at least ``short``, as laws cut off there on the left, so that what a law itself says below counts as its own; only what
is short beyond that is told as short calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from math import isfinite, log

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.fit.families import GAMMA, LOGNORMAL, TWO_LOGNORMALS, WEIBULL, Family, mean_s
from sim.fit.fitted import Fitted
from sim.fit.likelihood import NEVER, Peak, climb, error_of, exp_of, grouped, interval
from sim.language.said import Said
from sim.scenario.distributions import Law

Floats = NDArray[np.float64]
FAMILIES = (LOGNORMAL, GAMMA, WEIBULL, TWO_LOGNORMALS)
#: A mixture has to be better by so much of Akaike's criterion, beyond which the other has no support left
#: (Burnham and Anderson 2002, section 2.6).
CLEARLY = 10.0
#: Fewer handling times than this are told with a mean alone.
FEWEST = 20
_NORMAL = 1.959964


@dataclass(frozen=True)
class LawFit:
    """A family fitted to times of at least ``short_s``: the law, its parameters, how well it fits.

    ``distance`` is Anderson and Darling's statistic; ``quantiles`` (2, m) are quantiles of data and law, seconds.
    """

    family: Family
    peak: Peak
    distance: float
    quantiles: Floats

    @property
    def law(self) -> Law:
        """The law, in milliseconds."""
        return self.family.law(self.peak.at)

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return self.peak.aic

    @cached_property
    def parameters(self) -> dict[str, Fitted]:
        """The family's parameters by name; worked out when asked for, since intervals take longer than the fit."""
        return _parameters(self.family, self.peak)

    @cached_property
    def mean(self) -> Fitted:
        """Mean of the law, seconds."""
        return _mean(self.family, self.peak)


@dataclass(frozen=True)
class Handling:
    """Handling times of ``calls`` contacts: candidates from the best to the worst, the chosen law, short calls.

    ``short_share`` is the share of calls that are short beyond what the law has below ``short_s``; ``short_mean_s`` the
    mean of all below. ``sample_mean`` is the plain mean of all times, short ones included.
    ``missing`` answered calls have no time.
    """

    calls: int
    short: int
    short_s: float
    short_share: Fitted
    short_mean_s: float
    sample_mean: Fitted
    candidates: tuple[LawFit, ...]
    chosen: LawFit | None
    times_s: Floats
    missing: int

    @property
    def regular(self) -> int:
        """Calls that are not short."""
        return self.calls - self.short


def fit_handling(
    times_ms: NDArray[np.int64], *, short_s: float = 10.0, missing: int = 0, families: tuple[Family, ...] = FAMILIES
) -> Handling:
    """Laws of these handling times (n,), ms, none of them unknown; ``missing`` are those that are."""
    times = np.sort(times_ms.astype(float) / 1000)
    regular = times[times >= max(short_s, 1e-3)]
    short = times[times < short_s]
    candidates: tuple[LawFit, ...] = ()
    if len(regular) >= FEWEST and len(np.unique(regular)) > 4:
        fits = [_fitted(family, regular, short_s) for family in families]
        candidates = tuple(sorted(fits, key=lambda fit: fit.aic))
    chosen = _chosen(candidates, short_s)
    return Handling(
        calls=len(times),
        short=len(short),
        short_s=short_s,
        short_share=_short_share(len(short), len(regular), chosen, short_s),
        short_mean_s=float(short.mean()) if len(short) else 0.0,
        sample_mean=sample_mean(times),
        candidates=candidates,
        chosen=chosen,
        times_s=times,
        missing=missing,
    )


def log_likelihood(family: Family, values: Floats, weights: Floats, short_s: float, theta: Floats) -> float:
    """Of values that are known to be at least ``short_s``."""
    with np.errstate(over="ignore", invalid="ignore"):
        inside = float(weights @ family.log_density(theta, values))
        cut = float(family.log_survival(theta, np.array([short_s]))[0]) if short_s > 0 else 0.0
        total = inside - float(weights.sum()) * cut
    return total if np.isfinite(total) else NEVER


def _fitted(family: Family, regular: Floats, short_s: float) -> LawFit:
    values, weights = grouped(regular)
    peak = climb(partial(log_likelihood, family, values, weights, short_s), family.starts(values, weights))
    law = family.law(peak.at)
    distance = _anderson_darling(law, regular, short_s)
    return LawFit(family, peak, distance, _quantiles(law, regular, short_s))


def _parameters(family: Family, peak: Peak) -> dict[str, Fitted]:
    found = {}
    for k, (name, unit, link) in enumerate(zip(family.names, family.units, family.links, strict=True)):
        low, high = interval(peak, k)
        found[name] = Fitted(link(peak.at[k]), link(low), link(high), unit, Said("how.profile"))
    return found


def _mean(family: Family, peak: Peak) -> Fitted:
    def log_mean(theta: Floats) -> float:
        return log(max(mean_s(family.law(theta)), 1e-9))

    middle, error = log_mean(peak.at), error_of(peak, log_mean)
    ends = (exp_of(middle - _NORMAL * error), exp_of(middle + _NORMAL * error))
    return Fitted(exp_of(middle), *ends, "s", Said("how.delta"))


def _chosen(candidates: tuple[LawFit, ...], short_s: float) -> LawFit | None:
    simple = next((fit for fit in candidates if fit.family is not TWO_LOGNORMALS), None)
    if simple is None:
        return None
    best = candidates[0]
    if best is simple or best.aic > simple.aic - CLEARLY or not isfinite(best.mean.high):
        return simple  # a mixture whose mean nothing bounds has parts that the data do not tell apart
    medians = [best.parameters[f"median of the {part}"].value for part in ("first", "second")]
    # A part whose middle lies among the short calls stands for calls that were set apart.
    return best if min(medians) > 1.05 * short_s else simple


def _short_share(short: int, regular: int, chosen: LawFit | None, short_s: float) -> Fitted:
    """Share of all calls that are short beyond the law's own, with the binomial interval of the short ones."""
    n = short + regular
    if n == 0:
        return Fitted(0.0, 0.0, 1.0, "%", Said("how.no_calls"))
    low, high = binomial(short, n)
    own = float(chosen.law.cdf(np.array([1000 * short_s]))[0]) if chosen else 0.0

    def beyond(share: float) -> float:
        return max(0.0, (share - own) / (1 - own)) if own < 1 else 0.0

    return Fitted(beyond(short / n), beyond(low), beyond(high), "%", Said("how.binomial_less"))


def binomial(hits: int, n: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval of a share."""
    low = 0.0 if hits == 0 else float(special.betaincinv(hits, n - hits + 1, 0.025))
    high = 1.0 if hits == n else float(special.betaincinv(hits + 1, n - hits, 0.975))
    return low, high


def sample_mean(times: Floats) -> Fitted:
    """Mean with Student's interval."""
    n = len(times)
    if n < 2:
        value = float(times.mean()) if n else float("nan")
        return Fitted(value, 0.0, float("inf"), "s", Said("how.too_few"))
    half = float(special.stdtrit(n - 1, 0.975) * times.std(ddof=1) / np.sqrt(n))
    mean = float(times.mean())
    return Fitted(mean, max(mean - half, 0.0), mean + half, "s", Said("how.student"))


def _anderson_darling(law: Law, regular: Floats, short_s: float) -> float:
    """A squared of the law cut off at ``short_s`` (Anderson and Darling 1954); tails weigh more than the middle."""
    n = len(regular)
    below = float(law.cdf(np.array([1000 * short_s]))[0])
    share = np.clip((law.cdf(1000 * regular) - below) / max(1 - below, 1e-12), 1e-12, 1 - 1e-12)
    odd = 2 * np.arange(1, n + 1) - 1
    return float(-n - (odd @ (np.log(share) + np.log1p(-share[::-1]))) / n)


def _quantiles(law: Law, regular: Floats, short_s: float) -> Floats:
    m = min(len(regular), 99)
    shares = (np.arange(1, m + 1) - 0.5) / m
    below = float(law.cdf(np.array([1000 * short_s]))[0])
    return np.stack([np.quantile(regular, shares), law.quantile(below + shares * (1 - below)) / 1000])
