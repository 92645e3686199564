"""Controls of the callers: how large a campaign is and how it runs, how long contacts take, how patient people are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

from sim.app.controls import Control, Known, Part, Values
from sim.model.clock import MINUTE, SECOND
from sim.scenario.campaigns import Campaign
from sim.scenario.distributions import AnyLaw, MixtureLaw
from sim.scenario.scenario import Scenario
from sim.scenario.types import Stated
from sim.units import format_duration, format_percent

#: Days of a fading or a pulse where nothing else is asked, and the largest campaign in percent of the base.
_DAYS, _MOST_PERCENT, _MOST_EXTRA = 4, 300, 20_000
_SHAPES = ("fading", "even", "pulse")
#: Of these, shapes that have a number of days.
_FADES = ("fading", "pulse")
_WHAT_IF = "campaign"


def campaigns(scenario: Scenario) -> Iterator[Part]:
    """The size and the shape of every campaign; a campaign to try where there is none."""
    if scenario.trace is not None:
        return
    for number, campaign in enumerate(scenario.campaigns):
        if campaign.by_day:
            continue  # its days and their sizes are stated one by one
        yield _size(number, campaign)
        yield _shape(scenario, number, campaign)
    if not scenario.campaigns:
        yield _what_if(scenario)


def _size(number: int, campaign: Campaign) -> Part:
    key = f"campaign.{campaign.name}.size"
    if campaign.extra is not None:
        today = round(campaign.extra.value)
        most = min(max(3 * today, 50), _MOST_EXTRA)
        control = _sized(key, campaign, today, most, "contacts", Known.of(campaign.extra, lambda v: f"{v:g}"))
        return Part("campaign", (control,), lambda v: [f"campaigns.{number}.extra={v[key]}"], of_callers=True)
    if isinstance(campaign.uplift, Stated):
        today = round(100 * campaign.uplift.value)
        control = _sized(
            key, campaign, today, max(_MOST_PERCENT, today), "%", Known.of(campaign.uplift, format_percent)
        )
        return Part("campaign", (control,), lambda v: [f"campaigns.{number}.uplift=+{v[key]} %"], of_callers=True)
    assert campaign.peak is not None  # a campaign has exactly one size
    today = round(100 * campaign.peak.value)
    control = Control(
        key,
        "app.campaign_peak",
        campaign.name,
        today,
        100,
        max(1000, today),
        step=10,
        unit="%",
        known=Known.of(campaign.peak, lambda v: f"{v:g}"),
    )
    return Part("campaign", (control,), lambda v: [f"campaigns.{number}.peak={int(v[key]) / 100}"], of_callers=True)


def _sized(key: str, campaign: Campaign, today: int, most: int, unit: str, known: Known) -> Control:
    return Control(key, "app.campaign_size", campaign.name, today, 0, max(most, today), step=5, unit=unit, known=known)


def _shape(scenario: Scenario, number: int, campaign: Campaign) -> Part:
    key, days = f"campaign.{campaign.name}.shape", f"campaign.{campaign.name}.days"
    starts = sorted({start.value for wave in campaign.surge for start in wave.at})
    controls = (
        Control(key, "app.campaign_shape", campaign.name, "as it is", options=("as it is", *_SHAPES)),
        Control(days, "app.campaign_days", campaign.name, _DAYS, 1, 30, unit="days", needs=(key, _FADES)),
    )

    def settings(values: Values) -> list[str]:
        if values[key] == "as it is":
            return []
        return [f"campaigns.{number}.surge={_surge(scenario, starts, str(values[key]), int(values[days]))}"]

    return Part("campaign", controls, settings, of_callers=True)


def _what_if(scenario: Scenario) -> Part:
    key = {name: f"campaign.{_WHAT_IF}.{name}" for name in ("size", "shape", "days")}
    start = dt.datetime.combine(scenario.period.first, dt.time(8))
    controls = (
        Control(key["size"], "app.what_if", _WHAT_IF, 0, 0, _MOST_PERCENT, step=5, unit="%"),
        Control(key["shape"], "app.campaign_shape", _WHAT_IF, "fading", options=_SHAPES),
        Control(key["days"], "app.campaign_days", _WHAT_IF, _DAYS, 1, 30, unit="days", needs=(key["shape"], _FADES)),
    )

    def settings(values: Values) -> list[str]:
        size = values[key["size"]]
        if not size:
            return []
        surge = _surge(scenario, [start], str(values[key["shape"]]), int(values[key["days"]]))
        return [f"campaigns=[{{name: {_WHAT_IF}, uplift: +{size} %, surge: {surge}}}]"]

    return Part("campaign", controls, settings, of_callers=True)


def _surge(scenario: Scenario, starts: list[dt.datetime], shape: str, days: int) -> str:
    at = [f"{start:%Y-%m-%d %H:%M}" for start in starts]
    if shape == "even":
        lasts = max(1, (scenario.period.last - starts[0].date()).days + 1)
        return json.dumps([{"shape": "plateau", "at": at[:1], "lasts": f"{lasts} days"}])
    if shape == "pulse":
        return json.dumps([{"shape": "gamma pulse", "at": at, "peak_after": f"{days} days"}])
    return json.dumps([{"shape": "decay", "at": at, "time_constant": f"{days} days"}])


def handling(scenario: Scenario) -> Iterator[Part]:
    """How long a conversation takes, by channel."""
    for channel, found in scenario.handling.items():
        place = f"handling.{channel}.conversation"
        yield from _duration(f"handling.{channel}", "app.handling", channel, place, found.conversation)


def patience(scenario: Scenario) -> Iterator[Part]:
    """How long people wait before they give up, by channel."""
    for channel, found in scenario.callers.items():
        place = f"callers.{channel}.patience"
        yield from _duration(f"patience.{channel}", "app.patience", channel, place, found.patience)


def _duration(key: str, label: str, channel: str, place: str, law: AnyLaw) -> Iterator[Part]:
    """A slider over the stated range of the mean, the median or the one value of a distribution."""
    found = _location(place, law)
    if found is None:
        return
    path, value = found
    ends = [value.low, value.high] if value.low is not None and value.high is not None else []
    size = MINUTE if all(end % MINUTE == 0 for end in (value.value, *ends)) else SECOND
    today = round(value.value / size)
    least, most = (round(end / size) for end in ends) if ends else (max(1, today // 2), 2 * today)
    if today * size != value.value or not least <= today <= most or least == most:
        return
    control = Control(
        key,
        label + ("_median" if path.endswith("median") else ""),
        channel,
        today,
        least,
        most,
        unit="min" if size == MINUTE else "s",
        known=Known.of(value, format_duration),
    )
    yield Part("callers", (control,), lambda v: [f"{path}={_kept(value, int(v[key]) * size)}"], of_callers=True)


def _location(place: str, law: AnyLaw) -> tuple[str, Stated[int]] | None:
    if isinstance(law, MixtureLaw):
        return None if law.rest is None else _location(f"{place}.rest", law.rest)
    for name in ("mean", "median", "always"):
        found = getattr(law, name, None)
        if found is not None:
            return f"{place}.{name}", found
    return None


def _kept(value: Stated[int], ms: int) -> str:
    """The new value with its old range, which vouches for it."""
    if value.status is None:
        return format_duration(ms)
    known = {"value": ms, "status": value.status, "source": value.source, "low": value.low, "high": value.high}
    texts = {name: format_duration(v) if isinstance(v, int) else v for name, v in known.items() if v is not None}
    return json.dumps(texts, ensure_ascii=False)
