"""A campaign as a scenario writes it: its extra contacts and the waves in which they came."""

from __future__ import annotations

from sim.fit.fitted import Fitted
from sim.fit.stated import Block, assumed, number, stated
from sim.fit.surge import SHORTEST, SurgeFit
from sim.units import format_duration


def campaign_block(surge: SurgeFit, source: str, *, scale: float) -> Block | None:
    """The campaign, its contacts times ``scale``; None where it added nobody."""
    if surge.extra.value <= 0:
        return None
    jumps, plateau = surge.weights
    waves: list[Block] = []
    if jumps > 0:
        at = [f"{moment:%Y-%m-%d %H:%M}" for moment in surge.campaign.starts]
        constant = stated(surge.decay, f"{source}: interrupted time series", write=_days, least=0.01, most=400.0)
        if not surge.clear:
            value, low, high = (_days(days) for days in (surge.decay.value, SHORTEST, surge.longest))
            constant = assumed(value, low, high, f"{source} does not tell it")
        waves.append({"shape": "decay", "at": at, "time_constant": constant, "weight": number(jumps)})
    if plateau > 0:
        at = [f"{min(surge.campaign.starts):%Y-%m-%d %H:%M}"]
        lasts = format_duration(round(surge.plateau_lasts.total_seconds() * 1000))
        waves.append({"shape": "plateau", "at": at, "lasts": lasts, "weight": number(plateau)})
    if not waves:
        return None
    extra = surge.extra
    cut = Fitted(extra.value * scale, max(extra.low, 0.0) * scale, extra.high * scale, "", extra.method)
    return {"name": "campaign", "extra": stated(cut, f"{source}: {surge.test.says}", most=1e7), "surge": waves}


def _days(days: float) -> str:
    return format_duration(max(60_000, round(days * 1440) * 60_000))
