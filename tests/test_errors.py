"""Where a mistake is said to be: each message names file, line, column and path, and what is allowed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.language import ENGLISH, language
from sim.language.mistakes import told_mistake
from sim.units import nearest

ROOT = Path(__file__).parent.parent
FILE = ROOT / "scenarios" / "1712-baseline-2019.yaml"
BASELINE = FILE.read_text(encoding="utf-8")
CAMPAIGN = """
campaigns:
  - name: test
    extra: 20
    surge: [{shape: decay, at: [2020-02-11 21:00], time_constant: 4 days}]
"""
TEXT = BASELINE + CAMPAIGN


@dataclass(frozen=True)
class Wrong:
    """An edit of the text, the place of the mistake as words that stand there, its path, and words of the message."""

    old: str
    new: str
    at: str
    path: str
    words: tuple[str, ...]


LIMBURG = "limburg:         {count: {value: 1,"
CHAT_LINE = "chat:            {count: {value: 1, status: published, source: *release}}"
PHONE_HOURS = "hours: mon-fri 9:00-17:00"
FIVE = "always: {value: 5 min,"
WRAP = "handling.chat.wrap_up.always.value"
MEAN = "mean: {value: 35 min, status: assumed"
CLOSED = "closed: {value: 40 %,"
CHANNELS = "value: {phone: 80 %, e-mail: 12.4 %, chat: 7.6 %}"
BUSY = "busyness: {value: 0.2, status: assumed"
SURGE = "surge: [{shape: decay, at: [2020-02-11 21:00], time_constant: 4 days}]"
MOMENT = "campaigns.0.surge.0.at.0"
SPLIT = "    queue: per province\n"
EXPERIMENT = "experiment: {"
CHAT_CALLERS = "  chat:\n    patience: {distribution: never}\n"


def pooled(pools: str) -> str:
    return f"{SPLIT}    pools: {pools}\n"


def chat_line(group: str) -> str:
    return f"chat: {{{group}}}"


def routed(routing: str) -> str:
    return f"routing: {{{routing}}}\n{EXPERIMENT}"


def prior(selectors: str) -> str:
    return f"priorities: [{selectors}]\n{EXPERIMENT}"


WRONG = {
    # keys and sections
    "misspelt section": Wrong("targets:", "tragets:", "tragets:", "tragets", ("unknown key", "mean 'targets'")),
    "misspelt nested key": Wrong(
        "    queue: per",
        "    queu: per",
        "queu: per",
        "channels.phone.queu",
        ("unknown key", "mean 'queue'", "closing"),
    ),
    "misspelt key of a law": Wrong(
        "      sigma: {",
        "      sigmas: {",
        "sigmas: {",
        "callers.phone.redial_delay.sigmas",
        ("mean 'sigma'", "median"),
    ),
    "misspelt key of a value": Wrong(
        "value: 244\n    status: published\n    source",
        "value: 244\n    status: published\n    sorce",
        "sorce:",
        "demand.contacts.sorce",
        ("unknown key", "mean 'source'"),
    ),
    "missing section": Wrong("demand:\n", "demnad:\n", "title:", "demand", ("is missing",)),
    "missing key": Wrong("{first: 2020-02-10, ", "{", "period: {last", "period.first", ("is missing",)),
    "missing hours": Wrong(
        "    hours: mon-thu 17:00-19:00\n",
        "",
        "chat:                               ",
        "channels.chat.hours",
        ("missing",),
    ),
    "empty section": Wrong(
        "experiment: {replications: 1000, seed: 1712}",
        "experiment:",
        "experiment:",
        "experiment",
        ("nothing is not a mapping",),
    ),
    "key twice": Wrong("period: {", "period: {}\nperiod: {", "period: {first", "", ("'period' is written twice",)),
    "nested key twice": Wrong("closing: serve", "closing: serve\n    closing: serve", None, "", ("twice",)),
    # durations
    "no unit": Wrong(
        FIVE,
        "always: {value: 5,",
        "5, status: assumed, source: *unpublished, low: 2 min, high: 10 min}}",
        WRAP,
        ("5 has no unit", "'25 min'"),
    ),
    "bare minutes": Wrong(
        FIVE, "always: {value: 5:30,", "5:30", WRAP, ("'5:30' could be hours or minutes", "'25 min'")
    ),
    "unknown unit": Wrong(FIVE, "always: {value: 5 parsec,", "5 parsec", WRAP, ("unknown unit 'parsec'", "ms, s, min")),
    "misspelt unit": Wrong(FIVE, "always: {value: 5 mni,", "5 mni", WRAP, ("unknown unit 'mni'", "mean 'min'")),
    "unit m": Wrong(FIVE, "always: {value: 5 m,", "5 m,", WRAP, ("unknown unit 'm'", "mean 'min'")),
    "negative duration": Wrong(
        FIVE, "always: {value: -5 min,", "-5 min", WRAP, ("'-5 min' is negative", "0 s or more")
    ),
    "endless duration": Wrong(FIVE, "always: {value: 1e300 h,", "1e300 h", WRAP, ("longer than a century",)),
    "duration true": Wrong(FIVE, "always: {value: true,", "true", WRAP, ("true is not a duration",)),
    # shares
    "share over 100 %": Wrong(
        CLOSED,
        "closed: {value: 140 %,",
        "140 %",
        "callers.phone.redial.closed.value",
        ("140 % is out of range", "between 0 % and 100 %"),
    ),
    "negative share": Wrong(
        CLOSED, "closed: {value: -1 %,", "-1 %", "callers.phone.redial.closed.value", ("-1 %", "between 0 %")
    ),
    "share without sign": Wrong(
        CLOSED,
        "closed: {value: 40,",
        "40, status",
        "callers.phone.redial.closed.value",
        ("40 has no unit", "mean '40 %'"),
    ),
    "fraction": Wrong(
        CLOSED, "closed: {value: 0.4,", "0.4, status", "callers.phone.redial.closed.value", ("mean '40 %'",)
    ),
    "share in words": Wrong(
        CLOSED, "closed: {value: half,", "half", "callers.phone.redial.closed.value", ("'half' is not a percentage",)
    ),
    "shares of 90 %": Wrong(
        "{phone: 80 %,",
        "{phone: 70 %,",
        "{phone: 70 %",
        "demand.by_channel.value",
        ("add up to 90 %", "must add up to 100 %"),
    ),
    "mixed shares": Wrong(
        "{phone: 80 %,", "{phone: 80,", "{phone: 80,", "demand.by_channel.value", ("mixes percentages",)
    ),
    "negative part": Wrong(
        "limburg: 877370", "limburg: -5", "-5", "demand.by_province.value.limburg", ("-5 is out of range",)
    ),
    "no parts": Wrong(
        "value: {child abuse: 210, past abuse: 3, other violence: 31}",
        "value: {}",
        "{}\n    status: derived\n    source:\n      en: press release, people",
        "demand.topics.value",
        ("names to shares",),
    ),
    # counts
    "negative lines": Wrong(
        LIMBURG, "limburg: {count: {value: -1,", "-1, status", "lines.limburg.count.value", ("-1 lines", "0 to")
    ),
    "half a line": Wrong(
        LIMBURG,
        "limburg: {count: {value: 3.5,",
        "3.5",
        "lines.limburg.count.value",
        ("3.5 is not a whole number of lines",),
    ),
    "lines in words": Wrong(
        LIMBURG,
        "limburg: {count: {value: one,",
        "one, status",
        "lines.limburg.count.value",
        ("'one' is not a whole number of lines",),
    ),
    "lines yes": Wrong(
        LIMBURG, "limburg: {count: {value: true,", "true", "lines.limburg.count.value", ("true is not a whole number",)
    ),
    "too many lines": Wrong(
        LIMBURG,
        "limburg: {count: {value: 9999999999999999999999,",
        "99999999",
        "lines.limburg.count.value",
        ("out of range",),
    ),
    "no attempts": Wrong(
        "attempts: {value: 5,", "attempts: {value: 0,", "0, status", "attempts.value", ("0 attempts", "1 to 50")
    ),
    "no replications": Wrong(
        "replications: 1000", "replications: 0", "0, seed", "experiment.replications", ("0 replications", "1 to")
    ),
    "negative seed": Wrong("seed: 1712", "seed: -1", "-1}", "experiment.seed", ("-1", "0 to")),
    "not a number": Wrong("value: 244", "value: .nan", ".nan", "demand.contacts.value", ("nan",)),
    "infinite": Wrong("value: 244", "value: .inf", ".inf", "demand.contacts.value", ("inf",)),
    "infinite cv": Wrong(
        "cv: {value: 0.9, status: assumed",
        "cv: {value: .inf, status: derived",
        ".inf",
        "handling.phone.conversation.cv.value",
        ("inf",),
    ),
    "huge demand": Wrong("value: 244", "value: 1e30", "1e30", "demand.contacts.value", ("out of range",)),
    "negative demand": Wrong("value: 244", "value: -244", "-244", "demand.contacts.value", ("-244 is out of range",)),
    "huge cv": Wrong(
        "cv: {value: 0.9, status: assumed",
        "cv: {value: 1e200, status: derived",
        "1e200",
        "handling.phone.conversation.cv.value",
        ("out of range",),
    ),
    "huge busyness": Wrong(
        BUSY, "busyness: {value: 1e300, status: derived", "1e300", "demand.busyness.value", ("out of range",)
    ),
    "huge weight": Wrong(
        "mon: {value: 1.3, status: assumed",
        "mon: {value: 1e300, status: derived",
        "1e300",
        "demand.weekdays.mon.value",
        ("out of range",),
    ),
    # dates
    "not a date": Wrong(
        "first: 2020-02-10",
        "first: 10/02/2020",
        "10/02/2020",
        "period.first",
        ("'10/02/2020' is not a date", "2020-02-28"),
    ),
    "impossible date": Wrong(
        "last: 2020-02-27", "last: 2020-02-30", "2020-02-30", "period.last", ("2020-02-30", "not a date")
    ),
    "date as a number": Wrong("last: 2020-02-27", "last: 2020", "2020}", "period.last", ("2020 is not a date",)),
    "last before first": Wrong(
        "last: 2020-02-27",
        "last: 2020-02-07",
        "2020-02-07",
        "period.last",
        ("2020-02-07 is before the first day, 2020-02-10",),
    ),
    "closed outside": Wrong(
        "holidays: BE}",
        "holidays: BE, closed: [2020-03-01]}",
        "2020-03-01",
        "calendar.closed.0",
        ("2020-03-01 is outside the period", "from 2020-02-10 to 2020-02-27"),
    ),
    "unknown country": Wrong(
        "holidays: BE}", "holidays: BEX}", "BEX}", "calendar.holidays", ("'BEX'", "the code of a country", "mean 'BE'")
    ),
    "working days": Wrong(
        "working_days: mon-fri",
        "working_days: mon-fry",
        "mon-fry",
        "calendar.working_days",
        ("'fry' is not a day", "mean 'fri'"),
    ),
    # hours
    "hours malformed": Wrong(
        PHONE_HOURS, "hours: mon-fri 9u-17u", "mon-fri 9u", "channels.phone.hours", ("'9u'", "9:00")
    ),
    "days without hours": Wrong(
        PHONE_HOURS, "hours: mon-fri", "mon-fri\n", "channels.phone.hours", ("mon-fri 9:00-17:00",)
    ),
    "hours to": Wrong(
        PHONE_HOURS, "hours: mon-fri 9 to 17", "mon-fri 9 to 17", "channels.phone.hours", ("span of hours",)
    ),
    "misspelt weekday": Wrong(
        PHONE_HOURS,
        "hours: mon-fir 9:00-17:00",
        "mon-fir",
        "channels.phone.hours",
        ("'fir' is not a day", "mon, tue", "mean 'fri'"),
    ),
    "overlapping spans": Wrong(
        PHONE_HOURS, "hours: tue 9:00-12:00 11:00-17:00", "tue 9", "channels.phone.hours", ("overlap on tue",)
    ),
    "overlap over midnight": Wrong(
        PHONE_HOURS, "hours: mon 22:00-6:00; tue 5:00-9:00", "mon 22", "channels.phone.hours", ("overlap on tue",)
    ),
    "empty span": Wrong(
        PHONE_HOURS, "hours: mon 9:00-9:00", "mon 9", "channels.phone.hours", ("'9:00-9:00' has no length",)
    ),
    "hour 25": Wrong(PHONE_HOURS, "hours: mon 9:00-25:00", "mon 9", "channels.phone.hours", ("'25:00'", "24:00")),
    "hour profile": Wrong(
        "value: {0-6: 0.15,", "value: {0-4: 0.15,", "{0-4", "demand.hours.value", ("no weight for 5:00-7:00", "phone")
    ),
    "hour profile twice": Wrong(
        "value: {0-6: 0.15,", "value: {0-7: 0.15,", "{0-7", "demand.hours.value", ("hour 7 is given twice",)
    ),
    "hour profile 24": Wrong("value: {0-6: 0.15,", "value: {0-24: 0.15,", "{0-24", "demand.hours.value", ("0 to 23",)),
    # distributions
    "misspelt law": Wrong(
        "distribution: exponential\n      mean: {value: 5 min",
        "distribution: exponentail\n      mean: {value: 5 min",
        "exponentail",
        "handling.phone.wrap_up.distribution",
        ("'exponentail' is unknown", "mean 'exponential'"),
    ),
    "no law": Wrong(
        "      distribution: mixture\n",
        "",
        "at_once: {value: 5 %",
        "callers.phone.patience",
        ("no 'distribution:'", "exponential, lognormal"),
    ),
    "law as a duration": Wrong(
        "wrap_up: {distribution: deterministic, always",
        "wrap_up: 5 min\n    x: {always",
        "5 min\n",
        "handling.chat.wrap_up",
        ("'5 min' is not a distribution", "mean: 5 min"),
    ),
    "law as a list": Wrong(
        "patience: {distribution: never}",
        "patience: [never]",
        "[never]",
        "callers.chat.patience",
        ("is not a distribution",),
    ),
    "mean without cv": Wrong(
        BASELINE[BASELINE.index("      cv: {value: 0.9,") : BASELINE.index("    wrap_up:")],
        "",
        "distribution: lognormal\n      mean: {value: 35",
        "handling.phone.conversation",
        ("needs mean and cv", "found mean"),
    ),
    "mean and median": Wrong(
        MEAN,
        "median: 20 min\n      " + MEAN,
        "distribution: lognormal\n      median: 20",
        "handling.phone.conversation",
        ("found cv and mean and median",),
    ),
    "mean 0": Wrong(
        f"{MEAN}, low: 25 min",
        "mean: {value: 0 s, status: assumed, low: 0 s",
        "{value: 0 s",
        "handling.phone.conversation.mean",
        ("0 s is not allowed",),
    ),
    "exponential mean 0": Wrong(
        "mean: {value: 7 min, status: assumed, low: 2 min",
        "mean: {value: 0 s, status: assumed, low: 0 s",
        "{value: 0 s",
        "callers.phone.patience.rest.mean",
        ("0 s is not allowed",),
    ),
    "mixture of 90 %": Wrong(
        "patience: {distribution: never}",
        "patience: {distribution: mixture, parts: [{share: 90 %, of: {distribution: never}}]}",
        "[{share: 90",
        "callers.chat.patience.parts",
        ("add up to 90 %",),
    ),
    "uniform upside down": Wrong(
        "patience: {distribution: never}",
        "patience: {distribution: uniform, least: 9 min, most: 5 min}",
        "9 min, most",
        "callers.chat.patience.least",
        ("less than most",),
    ),
    "no observations": Wrong(
        "patience: {distribution: never}",
        "patience: {distribution: empirical, values: []}",
        "[]}",
        "callers.chat.patience.values",
        ("is empty",),
    ),
    "cv of a weibull": Wrong(
        "patience: {distribution: never}",
        "patience: {distribution: weibull, mean: 5 min, cv: 99}",
        "99}",
        "callers.chat.patience.cv",
        ("99 is out of range", "0.02 to 30"),
    ),
    # where values come from
    "assumed without range": Wrong(
        ", low: 25 min, high: 50 min,",
        ",",
        "{value: 35 min",
        "handling.phone.conversation.mean",
        ("is assumed", "low and a high"),
    ),
    "low above value": Wrong(
        "low: 25 min, high: 50 min",
        "low: 36 min, high: 50 min",
        "{value: 35 min",
        "handling.phone.conversation.mean",
        ("low 36 min, value 35 min, high 50 min", "lies between its low"),
    ),
    "low without unit": Wrong(
        "low: 25 min, high: 50 min",
        "low: 25, high: 50 min",
        "25, high",
        "handling.phone.conversation.mean.low",
        ("25 has no unit",),
    ),
    "published without source": Wrong(
        "status: assumed, source: *unpublished, low: 3, high: 8}",
        "status: published}",
        "{value: 5, status: published",
        "attempts",
        ("published", "needs its source"),
    ),
    "misspelt status": Wrong(
        "mon: {value: 1.3, status: assumed",
        "mon: {value: 1.3, status: assumd",
        "assumd",
        "demand.weekdays.mon.status",
        ("'assumd'", "published, derived, assumed", "mean 'assumed'"),
    ),
    "no value": Wrong(
        "attempts: {value: 5, ",
        "attempts: {",
        "{status: assumed, source: *unpublished, low: 3",
        "attempts",
        ("no 'value:'",),
    ),
    # names that refer to each other
    "unknown channel in handling": Wrong(
        "\ntargets:",
        "  fax: {conversation: {distribution: never}}\ntargets:",
        "fax:",
        "handling.fax",
        ("'fax' is not a channel", "phone, chat, e-mail"),
    ),
    "unknown channel in demand": Wrong(
        "e-mail: 12.4 %",
        "mail: 12.4 %",
        "mail: 12.4",
        "demand.by_channel.mail",
        ("'mail' is not a channel", "mean 'e-mail'"),
    ),
    "unknown channel in outside hours": Wrong(
        "    phone: {value: 131 %",
        "    fone: {value: 131 %",
        "fone:",
        "demand.outside_hours.fone",
        ("'fone' is not a channel", "mean 'phone'"),
    ),
    "unknown channel in targets": Wrong(
        "chat: {answered",
        "chatt: {answered",
        "chatt:",
        "targets.channels.chatt",
        ("'chatt' is not a channel", "mean 'chat'"),
    ),
    "unknown province": Wrong(
        "  limburg:         {",
        "  limbrug:         {",
        "limbrug:",
        "lines.limbrug",
        ("'limbrug' is not a province", "mean 'limburg'"),
    ),
    "queue nobody serves": Wrong(
        "  chat:            {count: {value: 1, status: published",
        "  #",
        "lines:     ",
        "lines",
        ("nobody serves the queue chat", "add chat: 1"),
    ),
    "unknown queue": Wrong(
        CHAT_LINE,
        "chat: {count: 1, serves: chta}",
        "chta",
        "lines.chat.serves",
        ("'chta' is not a queue", "mean 'chat'"),
    ),
    "no handling time": Wrong(
        "  e-mail:\n    conversation:",
        "  chat2:\n    conversation:",
        "e-mail:                    ",
        "channels.e-mail",
        ("has no handling time", "handling.e-mail"),
    ),
    "redial without delay": Wrong(
        "    redial_delay:\n      distribution: exponential\n      mean: {value: 20 min, status: assumed, "
        "source: *unpublished, low: 5 min, high: 1 h}\n",
        "",
        "patience: {distribution: never}\n    redial:",
        "callers.chat",
        ("needs a redial_delay",),
    ),
    "switch to itself": Wrong(
        "to: e-mail", "to: chat", "chat\n      blocked", "callers.chat.switch.to", ("the channel itself",)
    ),
    "switch to nowhere": Wrong(
        "to: e-mail", "to: emial", "emial", "callers.chat.switch.to", ("'emial' is not a channel", "mean 'e-mail'")
    ),
    "never open": Wrong(
        "chat: mon-thu 17:00-19:00}",
        "chat: sat 17:00-19:00}",
        "7.6 %",
        "demand.by_channel.chat",
        ("chat is never open",),
    ),
    "never closed": Wrong(
        "    phone: {value: 131 %",
        "    e-mail: {value: 131 %",
        "{value: 131 %",
        "demand.outside_hours.e-mail",
        ("never closed",),
    ),
    "channel with a slash": Wrong(
        "limburg: 877370", "lim/burg: 877370", "lim/burg", "demand.by_province.lim/burg", ("contain '/'",)
    ),
    "name with a slash": Wrong(
        "title:", "name: a/b\ntitle:", "a/b", "name", ("'a/b' is not a name", "letters, digits")
    ),
    "name as a number": Wrong("title:", "name: 1712\ntitle:", "1712\ntitle", "name", ("1712 is not text",)),
    # campaigns
    "campaign outside": Wrong(
        "2020-02-11 21:00",
        "2020-03-11 21:00",
        "2020-03-11",
        MOMENT,
        ("2020-03-11 is outside the period", "from 2020-02-10 to 2020-02-27"),
    ),
    "moment without time": Wrong(
        "2020-02-11 21:00",
        "2020-02-11 at 9",
        "2020-02-11 at",
        MOMENT,
        ("'2020-02-11 at 9' is not a date with a time", "2020-02-11 20:30"),
    ),
    "moment at 25 h": Wrong(
        "2020-02-11 21:00", "2020-02-11 25:00", "2020-02-11 25", MOMENT, ("'25:00' is not a time of day",)
    ),
    "impossible moment": Wrong(
        "2020-02-11 21:00", "2020-02-31 20:00", "2020-02-31", MOMENT, ("2020-02-31", "not a date")
    ),
    "two sizes": Wrong(
        "extra: 20",
        "extra: 20\n    uplift: 3 %",
        "name: test",
        "campaigns.0",
        ("exactly one of", "found extra and uplift"),
    ),
    "no size": Wrong(
        "    extra: 20\n", "", "name: test", "campaigns.0", ("exactly one of extra, uplift and peak", "found none")
    ),
    "negative uplift": Wrong(
        "extra: 20", "uplift: -20 %", "-20 %", "campaigns.0.uplift", ("is negative", "demand.change")
    ),
    "uplift without sign": Wrong(
        "extra: 20", "uplift: 76", "76\n", "campaigns.0.uplift", ("76 has no unit", "mean '76 %'")
    ),
    "low peak": Wrong("extra: 20", "peak: 0.5", "0.5\n", "campaigns.0.peak", ("0.5 is below 1",)),
    "unknown shape": Wrong(
        "shape: decay",
        "shape: deacy",
        "deacy",
        "campaigns.0.surge.0.shape",
        ("'deacy' is unknown", "step, ramp", "mean 'decay'"),
    ),
    "no shape": Wrong("shape: decay, ", "", "{at: [2020", "campaigns.0.surge.0", ("no 'shape:'", "gamma pulse")),
    "no surge": Wrong(SURGE, "surge: []", "[]\n", "campaigns.0.surge", ("is empty",)),
    "decay without time": Wrong(
        "time_constant: 4 days", "time_constant: 0 s", "0 s}]", "campaigns.0.surge.0.time_constant", ("0 s is not",)
    ),
    "zero weight": Wrong(
        "time_constant: 4 days",
        "time_constant: 4 days, weight: 0",
        "[{shape: decay",
        "campaigns.0.surge",
        ("no weight",),
    ),
    "step of no length": Wrong(
        "shape: decay, at: [2020-02-11 21:00], time_constant: 4 days",
        "shape: step, at: [2020-02-11 11:00], lasts: 0 s",
        "[{shape: step",
        "campaigns.0.surge",
        ("takes no time",),
    ),
    "unknown channel in a campaign": Wrong(
        "extra: 20",
        "extra: 20\n    channels: [fone]",
        "fone]",
        "campaigns.0.channels.0",
        ("'fone' is not a channel", "mean 'phone'"),
    ),
    "unknown province in a campaign": Wrong(
        "extra: 20",
        "extra: 20\n    provinces: [limbrg]",
        "limbrg]",
        "campaigns.0.provinces.0",
        ("'limbrg' is not a province", "mean 'limburg'"),
    ),
    "misses the open hours": Wrong(
        SURGE,
        "channels: [phone]\n    surge: [{shape: step, at: [2020-02-15 10:00], lasts: 2 h}]",
        "20\n    channels",
        "campaigns.0.extra",
        ("misses every open hour",),
    ),
    "uplift outside": Wrong(
        "extra: 20", "uplift: 20 %\n    first: 2020-02-01", "2020-02-01", "campaigns.0.first", ("outside the period",)
    ),
    "first after last": Wrong(
        "extra: 20",
        "uplift: 20 %\n    first: 2020-02-20\n    last: 2020-02-12",
        "2020-02-12",
        "campaigns.0.last",
        ("before",),
    ),
    "campaigns as a mapping": Wrong("  - name: test\n", "    name: test\n", "name: test", "campaigns", ("list",)),
    # lists where a word belongs, and values at the edge of what can be computed
    "law as a list of names": Wrong(
        "patience: {distribution: never}",
        "patience: {distribution: [never]}",
        "[never]",
        "callers.chat.patience.distribution",
        ("['never'] is not a single word", "exponential"),
    ),
    "switch to a list": Wrong("to: e-mail", "to: [e-mail]", "[e-mail]", "callers.chat.switch.to", ("is not text",)),
    "campaign name as a list": Wrong("name: test", "name: [test]", "[test]", "campaigns.0.name", ("is not text",)),
    "campaign for nobody": Wrong(
        "extra: 20", "extra: 20\n    provinces: []", "[]", "campaigns.0.provinces", ("is empty",)
    ),
    "the last year": Wrong(
        "{first: 2020-02-10, last: 2020-02-27}",
        "{first: 9999-12-20, last: 9999-12-31}",
        "9999-12-20",
        "period.first",
        ("1900 to 2100",),
    ),
    "peak of no weight": Wrong(
        "extra: 20\n    surge: [{shape: decay,",
        "peak: 3\n    surge: [{weight: 0, shape: decay,",
        "[{weight",
        "campaigns.0.surge",
        ("brings nobody",),
    ),
    "extra to nothing": Wrong("value: 244", "value: 0", "20\n    surge", "campaigns.0.extra", ("base demand above 0",)),
    "hours of the profile": Wrong(
        "{0-6: 0.15", "{weights: [1, 2], 0-6: 0.15", "[1, 2]", "demand.hours.value.weights", ("[1, 2]",)
    ),
    "lines without count": Wrong(
        CHAT_LINE, "chat: {serves: chat}", "{serves: chat}", "lines.chat", ("needs count or shifts", "found neither")
    ),
    # pools
    "unknown province in a pool": Wrong(
        SPLIT,
        pooled("{west: [limburg, antwerpn]}"),
        "antwerpn]",
        "channels.phone.pools.west.1",
        ("'antwerpn' is not a province", "limburg, all", "mean 'antwerpen'"),
    ),
    "province in two pools": Wrong(
        SPLIT,
        pooled("{west: [limburg, antwerpen], east: [limburg]}"),
        "limburg]}",
        "channels.phone.pools.east.0",
        ("'limburg' is in the pool 'west' too",),
    ),
    "all provinces and one more": Wrong(
        SPLIT, pooled("{a: limburg, b: all}"), "all}", "channels.phone.pools.b", ("'limburg' is in the pool 'a' too",)
    ),
    "province twice in a pool": Wrong(
        SPLIT,
        pooled("{west: [limburg, antwerpen, limburg]}"),
        "limburg]}",
        "channels.phone.pools.west.2",
        ("'limburg' is twice in this pool",),
    ),
    "pool named after another province": Wrong(
        SPLIT,
        pooled("{limburg: [antwerpen]}"),
        "limburg: [",
        "channels.phone.pools.limburg",
        ("a province that is not in it",),
    ),
    "pool named after a channel": Wrong(
        SPLIT, pooled("{chat: [antwerpen]}"), "chat: [", "channels.phone.pools.chat", ("name of a channel too",)
    ),
    "pool with a slash": Wrong(
        SPLIT, pooled("{a/b: [antwerpen]}"), "a/b: [", "channels.phone.pools.a/b", ("contain '/'",)
    ),
    "empty pool": Wrong(SPLIT, pooled("{west: []}"), "[]}", "channels.phone.pools.west", ("is empty",)),
    "pools of a shared queue": Wrong(
        "    waiting_places: 0\n",
        "    waiting_places: 0\n    pools: {west: [limburg]}\n",
        "pools: {",
        "channels.chat.pools",
        ("has one queue", "queue: per province"),
    ),
    # channels
    "interruptible maybe": Wrong(
        SPLIT, f"{SPLIT}    interruptible: maybe\n", "maybe", "channels.phone.interruptible", ("not true or false",)
    ),
    "call-back misspelt": Wrong(
        SPLIT,
        f"{SPLIT}    call_back: {{accepted: 5 %, from_waitng: 2}}\n",
        "from_waitng",
        "channels.phone.call_back.from_waitng",
        ("mean 'from_waiting'", "accepted, from_waiting"),
    ),
    "call-back from half a caller": Wrong(
        SPLIT,
        f"{SPLIT}    call_back: {{accepted: 5 %, from_waiting: 1.5}}\n",
        "1.5}",
        "channels.phone.call_back.from_waiting",
        ("1.5 is not a whole number of waiting contacts",),
    ),
    "hours published by nobody": Wrong(
        PHONE_HOURS,
        "hours: {value: mon-fri 9:00-17:00, status: published}",
        "{value: mon-fri",
        "channels.phone.hours",
        ("is published", "needs its source"),
    ),
    # lines
    "count and shifts": Wrong(
        CHAT_LINE,
        chat_line("count: 1, shifts: {mon 17:00-19:00: 1}"),
        "{count: 1, shifts",
        "lines.chat",
        ("needs count or shifts", "found both"),
    ),
    "overlapping shifts": Wrong(
        CHAT_LINE,
        chat_line("shifts: {mon-fri 9:00-13:00: 2, wed-sat 12:00-17:00: 1}"),
        "wed-sat",
        "lines.chat.shifts.wed-sat 12:00-17:00",
        ("'mon-fri 9:00-13:00'", "wed 12:00-13:00", "extra:"),
    ),
    "shifts overlap over Sunday's midnight": Wrong(
        CHAT_LINE,
        chat_line("shifts: {sun 22:00-6:00: 2, mon 5:00-9:00: 1}"),
        "mon 5:00",
        "lines.chat.shifts.mon 5:00-9:00",
        ("overlaps with 'sun 22:00-6:00' on mon 5:00-6:00",),
    ),
    "the same shift twice": Wrong(
        CHAT_LINE,
        chat_line("shifts: {mon 9:00-12:00: 1, MON  9:00-12:00: 2}"),
        "MON  9:00",
        "lines.chat.shifts.MON  9:00-12:00",
        ("is the same as 'mon 9:00-12:00'",),
    ),
    "a queue that there is not, of no number of lines": Wrong(
        CHAT_LINE,
        chat_line("count: -1, serves: [chat, chatt]"),
        "chatt]",
        "lines.chat.serves.1",
        ("'chatt' is not a queue", "Did you mean 'chat'?"),
    ),
    "shifts of no hours": Wrong(
        CHAT_LINE,
        chat_line("shifts: {mon 9u-12:00: 2}"),
        "mon 9u",
        "lines.chat.shifts.mon 9u-12:00",
        ("'9u' is not a time of day",),
    ),
    "shifts of half a line": Wrong(
        CHAT_LINE,
        chat_line("shifts: {mon 9:00-12:00: 2.5}"),
        "2.5}",
        "lines.chat.shifts.mon 9:00-12:00",
        ("2.5 is not a whole number of lines",),
    ),
    "no shifts": Wrong(CHAT_LINE, chat_line("shifts: {}"), "{}}", "lines.chat.shifts", ("is empty", "mon-fri 9:00")),
    "shifts and staffed": Wrong(
        CHAT_LINE,
        chat_line("shifts: {mon 17:00-19:00: 1}, staffed: always"),
        "always}",
        "lines.chat.staffed",
        ("goes with count",),
    ),
    "break outside duty": Wrong(
        CHAT_LINE,
        chat_line("count: 1, breaks: [mon 17:30-18:00, mon 12:00-12:30]"),
        "mon 12:00",
        "lines.chat.breaks.1",
        ("'mon 12:00-12:30' is a break while no line works", "mon-thu 17:00-19:00"),
    ),
    "break of one line outside its shifts": Wrong(
        CHAT_LINE,
        chat_line("shifts: {mon 17:00-19:00: 1}, breaks: [{hours: tue 17:00-18:00, count: 1}]"),
        "tue 17:00",
        "lines.chat.breaks.0.hours",
        ("while no line works; they work mon 17:00-19:00",),
    ),
    "break malformed": Wrong(
        CHAT_LINE, chat_line("count: 1, breaks: [mon 12u]"), "mon 12u", "lines.chat.breaks.0", ("'12u'", "9:00-17:00")
    ),
    "extra without hours": Wrong(
        CHAT_LINE, chat_line("count: 1, extra: [{count: 2}]"), "{count: 2}", "lines.chat.extra.0.hours", ("missing",)
    ),
    "extra that ends before it begins": Wrong(
        CHAT_LINE,
        chat_line("count: 1, extra: [{hours: mon 9:00-12:00, first: 2020-02-20, last: 2020-02-12}]"),
        "2020-02-12}",
        "lines.chat.extra.0.last",
        ("2020-02-12 is before the first day, 2020-02-20",),
    ),
    "extra outside the period": Wrong(
        CHAT_LINE,
        chat_line("count: 1, extra: [{hours: mon 9:00-12:00, first: 2020-01-20}]"),
        "2020-01-20",
        "lines.chat.extra.0.first",
        ("outside the period", "from 2020-02-10 to 2020-02-27"),
    ),
    "absence without unit": Wrong(
        CHAT_LINE, chat_line("count: 1, absence: 5"), "5}", "lines.chat.absence", ("5 has no unit", "mean '5 %'")
    ),
    "takes the shortest": Wrong(
        CHAT_LINE,
        chat_line("count: 1, takes: longest first"),
        "longest first",
        "lines.chat.takes",
        ("own first, longest wait", "mean 'longest wait'"),
    ),
    "at once without speeds": Wrong(
        CHAT_LINE, chat_line("count: 1, at_once: 2"), "2}", "lines.chat.at_once", ("2 needs as many", "found none")
    ),
    "at once with too few speeds": Wrong(
        CHAT_LINE,
        chat_line("count: 1, speeds: [100 %, 80 %], at_once: 3"),
        "3}",
        "lines.chat.at_once",
        ("3 needs as many speeds", "found 2"),
    ),
    "many at once": Wrong(CHAT_LINE, chat_line("count: 1, at_once: 21"), "21}", "lines.chat.at_once", ("1 to 20",)),
    "speed 0": Wrong(
        CHAT_LINE, chat_line("count: 1, speeds: [0 %]"), "0 %]", "lines.chat.speeds.0", ("between 1 % and 100 %",)
    ),
    "speed with a fraction": Wrong(
        CHAT_LINE, chat_line("count: 1, speeds: [79.5 %]"), "79.5", "lines.chat.speeds.0", ("not a whole percentage",)
    ),
    "unknown queue in a list": Wrong(
        CHAT_LINE,
        chat_line("count: 1, serves: [chat, fone]"),
        "fone]",
        "lines.chat.serves.1",
        ("'fone' is not a queue", "phone/antwerpen", "mean 'phone'"),
    ),
    "serves nobody": Wrong(CHAT_LINE, chat_line("count: 1, serves: []"), "[]", "lines.chat.serves", ("is empty",)),
    "serves a number": Wrong(
        CHAT_LINE, chat_line("count: 1, serves: [chat, 3]"), "[chat, 3]", "lines.chat.serves", ("list of names",)
    ),
    "line group named own": Wrong(
        CHAT_LINE, CHAT_LINE + "\n  own: 1", "own: 1", "lines.own", ("a word of routing", "another name")
    ),
    "line group of two queues": Wrong(
        "    waiting_places: 0\n",
        "    waiting_places: 0\n    queue: per province\n",
        "limburg:         {",
        "lines.limburg",
        ("could serve phone/limburg or chat/limburg", "serves:"),
    ),
    "nobody ever on duty": Wrong(
        "e-mail:          {count: {value: 1, status: assumed, low: 1, high: 2,\n"
        "                            source: &unpublished "
        "{en: nothing is published, nl: hierover is niets gepubliceerd}}}",
        "e-mail: {count: {value: 0, source: &unpublished none}}",
        "e-mail: {count: {value: 0,",
        "lines.e-mail",
        ("no line is ever on duty for the queue e-mail", "never give up"),
    ),
    # routing
    "routing of an unknown queue": Wrong(
        EXPERIMENT, routed("phon: [own]"), "phon: [", "routing.phon", ("'phon' is not a queue", "mean 'phone'")
    ),
    "routing to nobody": Wrong(
        EXPERIMENT, routed("phone: []"), "[]}", "routing.phone", ("routes to nobody", "own, others, antwerpen")
    ),
    "routing without a list": Wrong(EXPERIMENT, routed("phone: own"), "own}", "routing.phone", ("is not a list",)),
    "routing to an unknown group": Wrong(
        EXPERIMENT,
        routed("phone: [own, {to: [others, limbrug], after: 60 s}]"),
        "limbrug]",
        "routing.phone.1.to.1",
        ("'limbrug' is not a line group", "own, others, antwerpen", "mean 'limburg'"),
    ),
    "routing after a number": Wrong(
        EXPERIMENT, routed("phone: [own, {to: others, after: 60}]"), "60}", "routing.phone.1.after", ("no unit",)
    ),
    "routing without to": Wrong(
        EXPERIMENT, routed("phone: [{after: 5 s}]"), "{after", "routing.phone.0.to", ("is missing",)
    ),
    "routing leaves out own": Wrong(
        EXPERIMENT,
        routed("phone/limburg: [antwerpen]"),
        "[antwerpen]}",
        "routing.phone/limburg",
        ("leaves out limburg", "the queue phone/limburg", "add own"),
    ),
    "routing to others that there are not": Wrong(
        EXPERIMENT,
        routed("chat: [others]"),
        "[others]",
        "routing.chat",
        ("nobody serves the queue chat", "others stand for no line group"),
    ),
    # priorities
    "priority of nobody": Wrong(EXPERIMENT, prior("{}"), "{}]", "priorities.0", ("says nothing", "channel, province")),
    "priority of an unknown age": Wrong(
        EXPERIMENT,
        prior("{age: minr}"),
        "minr",
        "priorities.0.age",
        ("'minr' is not an age group", "minor, adult", "mean 'minor'"),
    ),
    "priority of an unknown topic": Wrong(
        EXPERIMENT, prior("{topic: abuse}"), "abuse}]", "priorities.0.topic", ("'abuse' is not a topic", "past abuse")
    ),
    "priority of an unknown campaign": Wrong(
        EXPERIMENT, prior("{campaign: tset}"), "tset", "priorities.0.campaign", ("'tset' is not a campaign", "'test'?")
    ),
    "priority of an unknown channel": Wrong(
        EXPERIMENT, prior("{channel: fone}"), "fone}", "priorities.0.channel", ("'fone' is not a channel", "'phone'?")
    ),
    "priority of an unknown province": Wrong(
        EXPERIMENT, prior("{province: x}"), "x}]", "priorities.0.province", ("'x' is not a province",)
    ),
    "priority misspelt": Wrong(
        EXPERIMENT, prior("{ages: minor}"), "ages: minor", "priorities.0.ages", ("mean 'age'", "channel, province")
    ),
    # callers
    "forwarded to itself": Wrong(
        CHAT_CALLERS,
        CHAT_CALLERS + "    forwarded: {to: chat, share: 5 %}\n",
        "chat, share",
        "callers.chat.forwarded.to",
        ("the channel itself",),
    ),
    "forwarded to nowhere": Wrong(
        CHAT_CALLERS,
        CHAT_CALLERS + "    forwarded: {to: emial, share: 5 %}\n",
        "emial",
        "callers.chat.forwarded.to",
        ("'emial' is not a channel", "mean 'e-mail'"),
    ),
    "balks at a number": Wrong(
        CHAT_CALLERS,
        CHAT_CALLERS + "    balk_at_wait: {5: 5 %}\n",
        "5: 5 %",
        "callers.chat.balk_at_wait.5",
        ("'5' has no unit", "25 min"),
    ),
    "balks twice at the same wait": Wrong(
        CHAT_CALLERS,
        CHAT_CALLERS + "    balk_at_wait: {2 min: 5 %, 120 s: 9 %}\n",
        "120 s: 9 %",
        "callers.chat.balk_at_wait.120 s",
        ("as long as '2 min'",),
    ),
    "silent for ever": Wrong(
        CHAT_CALLERS,
        CHAT_CALLERS + "    silent: {share: 5 %, holds: {distribution: never}}\n",
        "{distribution: never}}",
        "callers.chat.silent.holds",
        ("never ends",),
    ),
    "calls again without delay": Wrong(
        CHAT_CALLERS,
        CHAT_CALLERS + "    calls_again: {share: 5 %}\n",
        "calls_again",
        "callers.chat.calls_again.delay",
        ("is missing",),
    ),
    "conversation without end": Wrong(
        "    wrap_up: {distribution: deterministic, always",
        "    wrap_up: {distribution: never} #",
        "{distribution: never} #",
        "handling.chat.wrap_up",
        ("never ends",),
    ),
    "elsewhere in no time": Wrong(
        "    wrap_up: {distribution: deterministic,",
        "    elsewhere: -100 %\n    wrap_up: {distribution: deterministic,",
        "-100 %",
        "handling.chat.elsewhere",
        ("-100 % is out of range", "between -99.9 % and"),
    ),
    # YAML
    "tab": Wrong("\n  phone:     ", "\n\tphone:     ", "\tphone", "", ("tab", "only spaces")),
    "tag": Wrong("seed: 1712", "seed: !!python/object:os.system 1", "!!python", "", ("tag", "not allowed")),
    "merge key": Wrong("experiment:", "<<: {}\nexperiment:", "<<", "", ("merge keys (<<)", "'extends:'")),
    "unfinished": Wrong("experiment: {", "experiment: {{", None, "", ("is not YAML",)),
    "unknown alias": Wrong("seed: 1712", "seed: *nowhere", "*nowhere", "", ("nowhere",)),
    "deep nesting": Wrong("seed: 1712", "seed: " + "[" * 200 + "]" * 200, None, "", ("nested deeper than 40 levels",)),
}


def place(text: str, words: str) -> str:
    """``line:column`` of the first occurrence of ``words``."""
    start = text.index(words)
    return f"{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}"


def mistakes(path: Path, settings: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load(path, settings)
    assert len(str(caught.value).splitlines()) == len(caught.value.mistakes)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("kind", WRONG)
def test_message_and_place(kind, tmp_path) -> None:
    wrong = WRONG[kind]
    assert wrong.old in TEXT
    text = TEXT.replace(wrong.old, wrong.new, 1)
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    lines = mistakes(path)
    start = f"{path}:{place(text, wrong.at)}: " if wrong.at else f"{path}:"
    start += f"{wrong.path}: " if wrong.path else ""
    found = [line for line in lines if line.startswith(start) and all(word in line for word in wrong.words)]
    assert len(found) == 1, "\n".join([f"not found: {start} {wrong.words}", *lines])
    assert len(lines) <= 6, "\n".join(lines)


FILES = {
    "empty": (b"", "is empty"),
    "only comments": (b"# nothing\n", "is empty"),
    "latin-1": (BASELINE.replace("Helpline", "Hulplijn Belgi\u00eb", 1).encode("latin-1"), "byte 85 is not UTF-8"),
    "utf-16": (BASELINE.encode("utf-16"), "not UTF-8"),
    "a list": (b"- a\n- b\n", "a scenario is a mapping"),
    "a number": (b"1712", "a scenario is a mapping"),
    "alias bomb": (
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 110)),
        "more than 100 uses of aliases",
    ),
    "alias to itself": (b"a: &a [*a]", "nested deeper"),
    "deep mappings": (b"".join(b" " * n + b"a:\n" for n in range(200)), "nested deeper than 40 levels"),
    "very deep lists": (b"a: " + b"[" * 20_000, "nested deeper"),
    "two documents": (BASELINE.encode() + b"\n---\na: 1\n", "another document begins; a file has one scenario"),
    "half a character": (b'title: "\\ud800"', "half a character"),
    "a key of two lines": (b'"a\\nb": 1', "is not a key"),
    "a list as a key": (b"? [a, b]\n: 1", "a key must be a plain word"),
    "a list of files": (b"extends: [a, b]", "names one scenario file"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_scenario(kind, tmp_path) -> None:
    path = tmp_path / "wrong.yaml"
    content, words = FILES[kind]
    path.write_bytes(content)
    (line,) = mistakes(path)
    assert line.startswith(f"{path}:")
    assert words in line


def test_a_missing_file_and_a_directory(tmp_path) -> None:
    (tmp_path / "kerst.yaml").write_text("a: 1", encoding="utf-8")
    assert mistakes(tmp_path / "krest.yaml") == [f"{tmp_path}/krest.yaml: no such file. Did you mean 'kerst.yaml'?"]
    assert mistakes(tmp_path / "nowhere" / "kerst.yaml") == [f"{tmp_path}/nowhere/kerst.yaml: no such file."]
    assert mistakes(tmp_path) == [f"{tmp_path}: is a directory; name the scenario file inside it"]


def test_a_missing_and_a_circular_parent(tmp_path) -> None:
    child, other = tmp_path / "child.yaml", tmp_path / "other.yaml"
    child.write_text("title: a\nextends: othr.yaml\n", encoding="utf-8")
    other.write_text("extends: child.yaml\n", encoding="utf-8")
    (line,) = mistakes(child)
    assert line.startswith(f"{child}:2:10: extends: there is no file ")
    assert line.endswith("Did you mean 'other.yaml'?")
    child.write_text("title: a\nextends: other.yaml\n", encoding="utf-8")
    (line,) = mistakes(child)
    assert line == f"{other}:1:10: extends: files extend each other in a circle: child.yaml -> other.yaml -> child.yaml"


def test_mistakes_of_parent_and_child_name_their_own_file(tmp_path) -> None:
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    text = BASELINE.replace("closing: serve", "closing: serv")
    parent.write_text(text, encoding="utf-8")
    child.write_text("extends: parent.yaml\nlines:\n  limburg: 2.5\n", encoding="utf-8")
    lines = mistakes(child)
    in_parent = place(text, "serv\n")
    assert [line.split(": ")[0] for line in lines] == [f"{child}:3:12", f"{parent}:{in_parent}"]


TOGETHER = {
    "a pooled province in routing": (
        ["channels.phone.pools={west: [limburg, antwerpen]}", "routing.phone/limburg=[own]"],
        "routing.phone/limburg: waits in phone/west with others; name that queue",
    ),
    "a pooled queue that nobody serves": (
        ["channels.phone.pools={west: [limburg]}", "lines.limburg={count: 1, serves: chat}"],
        "nobody serves the queue phone/west; add west: 1, or 0 for no line",
    ),
    "a group whose routing holds for no queue": (
        [
            "lines.backup=1",
            "routing={chat: [own], phone: [own, backup]}",
            "channels.phone.pools={flanders: all}",
            "routing.phone/flanders=[own]",
        ],
        "lines.backup: is used by nobody: no queue that there is routes to it",
    ),
    "nobody on duty for who switches": (
        ["demand.by_channel={phone: 90 %, chat: 10 %, e-mail: 0 %}", "lines.e-mail=0"],
        "lines.e-mail: no line is ever on duty for the queue e-mail",
    ),
    "nobody on duty for who is passed on": (
        [
            "demand.by_channel={phone: 90 %, chat: 10 %, e-mail: 0 %}",
            "callers.chat.switch.blocked=0 %",
            "callers.phone.forwarded={to: e-mail, share: 1 %}",
            "lines.e-mail=0",
        ],
        "lines.e-mail: no line is ever on duty for the queue e-mail",
    ),
    "nobody on duty for some who never give up": (
        [
            "channels.phone.hours=always",
            "callers.phone.patience={distribution: mixture, at_once: 50 %, rest: {distribution: never}}",
            "lines.limburg.shifts={sat 9:00-12:00: 1}",
        ],
        "lines.limburg: no line is ever on duty for the queue phone/limburg",
    ),
}


@pytest.mark.parametrize("kind", TOGETHER)
def test_parts_that_do_not_go_together(kind, tmp_path) -> None:
    given, words = TOGETHER[kind]
    path = tmp_path / "right.yaml"
    path.write_text(TEXT, encoding="utf-8")
    (line,) = mistakes(path, tuple(given))
    assert words in line


FINE = {
    "nobody on duty and nobody comes": [
        "demand.by_channel={phone: 90 %, chat: 10 %, e-mail: 0 %}",
        "lines.e-mail=0",
        "callers.chat.switch.blocked=0 %",
    ],
    "nobody on duty and everybody sent away": [
        "callers.phone.patience={distribution: never}",
        "lines.limburg=0",
        "channels.phone.closing=send away",
    ],
    "nobody on duty at closing": ["callers.phone.patience={distribution: never}", "lines.limburg=0"],
    "nobody on duty and nobody waits": ["lines.chat=0"],
    "a group named in routing only": ["lines.backup=1", "routing.phone=[own, {to: backup, after: 2 min}]"],
    "a break in extra hours": ["lines.chat={count: 0, extra: [{hours: fri 9:00-12:00}], breaks: [fri 10:00-10:15]}"],
    "a pool named after one of its provinces": ["channels.phone.pools={limburg: [limburg, antwerpen]}"],
}


DUTCH = language("nl")


@pytest.mark.parametrize("kind", WRONG)
def test_a_mistake_is_told_in_dutch_with_all_that_was_found(kind) -> None:
    wrong = WRONG[kind]
    with pytest.raises(sim.ScenarioError) as error:
        sim.loads(TEXT.replace(wrong.old, wrong.new, 1))
    for mistake in error.value.mistakes:
        told = told_mistake(mistake.message, DUTCH)
        assert told != mistake.message
        told_plainly = re.sub(r"'[^']*'|\([^)]*\)", "", told)
        assert not re.search(r"\b(not|the|are|allowed|must|needs|write|unknown)\b", told_plainly), told
        # The values and names that were found, and those that are allowed, are the same.
        assert set(re.findall(r"'[^']*'|\d[\d.]*", mistake.message)) == set(re.findall(r"'[^']*'|\d[\d.]*", told))
        assert told_mistake(mistake.message, ENGLISH) == mistake.message


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_scenario_is_told_in_dutch(kind, tmp_path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_bytes(FILES[kind][0])
    with pytest.raises(sim.ScenarioError) as error:
        sim.load(path)
    assert all(told_mistake(one.message, DUTCH) != one.message for one in error.value.mistakes)


def test_parts_and_settings_are_told_in_dutch_too() -> None:
    for written, _ in (*TOGETHER.values(), *SETTINGS.values()):
        with pytest.raises(sim.ScenarioError) as error:
            sim.loads(TEXT).with_settings([written] if isinstance(written, str) else written)
        for mistake in error.value.mistakes:
            assert told_mistake(mistake.message, DUTCH) != mistake.message


@pytest.mark.parametrize("kind", FINE)
def test_what_is_no_mistake(kind, tmp_path) -> None:
    path = tmp_path / "right.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert sim.load(path, FINE[kind]).model.centre.end


SETTINGS = {
    "no equals sign": ("lines.antwerpen", "write it as path=value, for example lines.antwerpen=2"),
    "no path": ("=2", "write it as path=value"),
    "unknown section": ("linse.antwerpen=2", "linse: unknown key 'linse'. Did you mean 'lines'?"),
    "unknown key": ("experiment.sed=2", "experiment.sed: unknown key 'sed'. Did you mean 'seed'?"),
    "unknown line": ("lines.antwerp=2", "'antwerp' is not a province or shared channel"),
    "too deep": ("name.x=3", "nothing below it"),
    "wrong value": ("lines.antwerpen=2.5", "2.5 is not a whole number of lines"),
    "no value": ("attempts=", "nothing is not a whole number of attempts"),
    "no unit": ("handling.phone.wrap_up.mean=5", "5 has no unit"),
    "not YAML": ("title=[", "is not YAML"),
    "unknown campaign": (
        "campaigns.tset.extra=3",
        "no item 'tset' in the list; allowed are test, 0 to 0. Did you mean 'test'?",
    ),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_wrong_setting(kind, tmp_path) -> None:
    setting, words = SETTINGS[kind]
    path = tmp_path / "right.yaml"
    path.write_text(TEXT, encoding="utf-8")
    (line,) = mistakes(path, (setting,))
    assert line.startswith(f"{setting}: ")
    assert words in line


def test_all_mistakes_at_once_in_the_order_of_the_file(tmp_path) -> None:
    edits = {
        "queue: per province": "queue: per provincie",
        "value: 244": "value: many",
        "to: e-mail": "to: fax",
        "extra: 20": "extra: twenty",
        "seed: 1712": "seed: 17.12",
        "2020-02-11 21:00": "2021-02-11 21:00",
        "within: 60 s": "within: 60",
    }
    text = TEXT
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load(path)
    found = [mistake.place for mistake in caught.value.mistakes]
    assert found == sorted(found)
    wanted = {text.count("\n", 0, text.index(new)) + 1 for new in edits.values()}
    assert wanted <= {where.line for where in found}
    # The misspelt queue also leaves it open whom the lines of the provinces serve, of which nothing is said.
    assert len(found) == len(edits), str(caught.value)


SPLINTERS = [
    "",
    "\n",
    ":",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "%",
    "-1",
    "\t",
    "'",
    "1e999",
    ".nan",
    "é",
    "&a ",
    "*a",
    "? ",
    "- ",
]
WORDS = ["null", "true", "0", "-1", "[]", "{}", "[[a]]", "{a: {b: c}}", "1e300", "9999-12-31", "'0 s'", "'100 %'", "²"]


#: The baseline with everything that a centre may have.
RICH = TEXT
for old, new in {
    SPLIT: pooled("\n      west: [oost-vlaanderen, limburg]")
    + "    voicemail: 5 %\n    announce_wait: true\n    call_back: {accepted: 5 %, from_waiting: 1}\n",
    "    hours: always\n": "    hours: {value: always, status: derived}\n    interruptible: true\n",
    CHAT_LINE: "chat:\n    shifts: {mon-thu 17:00-18:00: 1, mon-thu 18:00-19:00: {value: 2, status: derived}}\n"
    "    extra: [{hours: mon 17:00-18:00, first: 2020-02-17}]\n    breaks:\n      - tue 17:30-17:45\n"
    "      - {hours: wed 17:30-17:45, count: 1}\n    speeds: [100 %, 80 %]\n    at_once: 2\n    absence: 2 %",
    EXPERIMENT: "routing:\n  phone: [own, {to: [others, e-mail], after: 60 s}]\n"
    "  e-mail:\n    - own\n    - to: antwerpen\n"
    f"priorities:\n  - {{age: minor}}\n  - {{campaign: test, topic: past abuse}}\n{EXPERIMENT}",
    CHAT_CALLERS: f"{CHAT_CALLERS}    balk_at_wait: {{2 min: 5 %, 1 h: 9 %}}\n"
    "    silent: {share: 5 %, holds: {distribution: exponential, mean: 30 s}}\n"
    "    forwarded: {to: phone, share: 5 %}\n"
    "    calls_again: {share: 5 %, delay: {distribution: exponential, mean: 2 h}}\n",
}.items():
    assert old in RICH
    RICH = RICH.replace(old, new, 1)


def test_the_rich_file_is_right() -> None:
    assert len(sim.loads(RICH).model.centre.priorities) == 2


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A right file with lines or characters dropped, doubled, swapped or replaced, or values of another kind."""
    lines = draw(st.sampled_from([TEXT, RICH])).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        kind = draw(st.sampled_from(["drop", "double", "swap", "splinter", "value", "entry"]))
        if kind == "drop":
            del lines[at]
        elif kind == "double":
            lines.insert(at, line)
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], line
        elif kind == "splinter":
            start = draw(st.integers(0, len(line)))
            stop = start + draw(st.integers(0, 8))
            lines[at] = line[:start] + draw(st.sampled_from(SPLINTERS)) + line[stop:]
        elif kind == "value":
            lines[at] = line.partition(":")[0] + ": " + draw(st.sampled_from(WORDS))
        else:
            key, colon, rest = line.partition("value: ")
            end = min((rest.find(mark) for mark in ",}" if mark in rest), default=len(rest))
            lines[at] = key + colon + draw(st.sampled_from(WORDS)) + rest[end:]
    return "\n".join(lines)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(text=mutilated())
def test_a_mutilated_file_gives_a_scenario_or_its_mistakes(text) -> None:
    found = None
    try:
        sim.loads(text).model.centre  # noqa: B018
    except sim.ScenarioError as error:
        found = error
    assert found is None or len(str(found).splitlines()) == len(found.mistakes) > 0


@pytest.mark.parametrize("kind", ["misspelt section", "unknown channel in handling", "tab"])
def test_the_command_ends_with_3_and_no_traceback(kind, tmp_path) -> None:
    wrong = WRONG[kind]
    path = tmp_path / "wrong.yaml"
    path.write_text(TEXT.replace(wrong.old, wrong.new, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "check", str(path)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.splitlines() == mistakes(path)


@pytest.mark.parametrize("how", [("--lang", "nl"), ("--lang=nl",), ()])
def test_the_command_tells_mistakes_in_the_language_that_is_asked_for(how, tmp_path) -> None:
    wrong = WRONG["misspelt section"]
    path = tmp_path / "wrong.yaml"
    path.write_text(TEXT.replace(wrong.old, wrong.new, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "check", str(path), *how],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | ({} if how else {"SIM_LANG": "nl"}),
    )
    assert done.returncode == 3
    assert f"{path}:{place(path.read_text(), wrong.at)}: tragets: onbekende sleutel 'tragets'." in done.stderr
    assert "Bedoel je 'targets'?" in done.stderr


@pytest.mark.parametrize(("code", "words"), [("en", "turns of duty"), ("nl", "diensten")])
def test_more_duty_than_memory_holds_is_refused(code: str, words: str) -> None:
    """100,000 lines are possible for some days, and not for a year."""
    text = (ROOT / "tests" / "cases" / "hundred-thousand-lines.yaml").read_text(encoding="utf-8")
    assert sim.loads(text).model.most_lines("phone") == 100_000
    # Refusing must not take the memory that it saves: lines with the same duty share it.
    assert len(set(map(id, sim.loads(text).model.centre.groups[0].shifts))) == 1
    year = text.replace("last: 2021-03-02", "last: 2022-02-28")
    year = year.replace("{phone: 100000}", '{phone: {count: 100000, staffed: "mon-sun 9:00-17:00"}}')
    with pytest.raises(sim.ScenarioError) as error:
        sim.loads(year)
    (mistake,) = error.value.mistakes
    assert mistake.path == "lines"
    assert words in told_mistake(mistake.message, language(code))


SMALL = """
period: {first: 2024-03-04, last: 2024-03-29}
channels: {phone: {hours: 'mon-fri 9:00-17:00'}}
lines: {phone: 2}
demand: {contacts: 40}
handling: {phone: {conversation: {distribution: exponential, mean: 8 min}}}
callers: {phone: {patience: {distribution: exponential, mean: 3 min}}}
"""


@pytest.mark.parametrize(("old", "new", "path", "message"), [
    ("{phone: {patience: {distribution: exponential, mean: 3 min}}}", "{patience: {distribution: never, mean: 3 min}}",
     "callers.patience", "'patience' is a key of each channel and not a channel; write callers.phone.patience"),
    ("callers: {", "callers: {chat: {patience: never, x: 1}, ", "callers.chat", "'chat' is not a channel of this"),
    ("handling: {", "handling: {wrap_up: {distribution: never}, ", "handling.wrap_up", "write handling.phone.wrap_up"),
    ("contacts: 40", "contacts: 40, per: [day]", "demand.per",
     "['day'] is not a single word; allowed are period, hour, day, working day, week, year"),
    ("exponential, mean: 3 min", "[exponential], mean: 3 min", "callers.phone.patience.distribution",
     "['exponential'] is not a single word; allowed are exponential, "),
])  # fmt: skip
def test_one_mistake_that_says_the_real_trouble(old: str, new: str, path: str, message: str) -> None:
    with pytest.raises(sim.ScenarioError) as error:
        sim.loads(SMALL.replace(old, new, 1))
    (one,) = error.value.mistakes
    assert one.path == path
    assert message in one.message
    assert "Did you mean" not in one.message
    assert told_mistake(one.message, DUTCH) != one.message


def test_a_guess_is_never_what_was_written() -> None:
    assert nearest("mean", ["mean", "median"]) == " Did you mean 'median'?"
    assert nearest("Mean", ["mean"]) == " Did you mean 'mean'?"
    assert nearest("mean", ["mean"]) == ""
