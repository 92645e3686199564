"""A call log fitted as a whole: all parts, the scenario that follows, and where it does not fit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.answers.answer import Answer
from sim.errors import SimError
from sim.fit.answer_log import answer_of_log
from sim.fit.arrivals import Arrivals, arrivals_of
from sim.fit.campaign import with_campaign
from sim.fit.found import FittedAnswer, InLog
from sim.fit.law_checks import law_checks
from sim.fit.laws import fit_laws
from sim.fit.lines import staffing
from sim.fit.log import CLOSED, NOT_SAID, Log
from sim.fit.partial_days import whole_days
from sim.fit.pieces import LIKELY, Pieces, in_queue
from sim.fit.read import read
from sim.fit.redials import fit_redials
from sim.fit.scenario import scenario_of
from sim.fit.surge import Campaign, SurgeFit
from sim.fit.trace_test import scenario_test, trace_test
from sim.language.said import Said
from sim.scenario.holidays import BELGIUM
from sim.scenario.zones import DEFAULT_ZONE

#: Beyond this share of rows left out, or of contacts of unknown outcome, nothing is fitted.
_MOST = 0.5
#: Rows that are left out because they are no calls of callers.
_LEFT_OUT_RIGHTLY = ("unread.outbound", "unread.phantom", "unread.menu", "unread.same_id")
#: Days before a campaign that say what is ordinary.
_BEFORE = 7


class Fit(InLog, FittedAnswer):
    """What a call log says, on every face."""

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return answer_of_log(self)


def fit_log(
    path: str | Path,
    *,
    form: str | None = None,
    columns: Mapping[str, str] | None = None,
    outcomes: Mapping[str, str] | None = None,
    zone: str = DEFAULT_ZONE,
    dates: str | None = None,
    country: str = BELGIUM,
    short_s: float = 10.0,
    campaigns: Sequence[dt.datetime] = (),
    name: str | None = None,
) -> Fit:
    """The log in a file, fitted; ``sim.fit.read.read`` says what the arguments about the file mean.

    ``short_s``: shorter calls are set apart from handling times. SimError where the file is no call log, or says too
    little; ``country`` has the public holidays, or is ``none``; daily counts are fitted by ``sim.fit.days_scenario``.
    """
    found = read(path, form=form, columns=columns, outcomes=outcomes, zone=zone, dates=dates)
    if not isinstance(found, Log):
        raise SimError(Said("refused.counts_of_calls", source=str(path)))
    return fit_of(found, short_s=short_s, campaigns=campaigns, country=country, name=name or name_of(path), zone=zone)


def fit_of(
    log: Log,
    *,
    name: str,
    short_s: float = 10.0,
    campaigns: Sequence[dt.datetime] = (),
    country: str = BELGIUM,
    zone: str = DEFAULT_ZONE,
) -> Fit:
    """A log that was read, fitted; ``campaigns`` are the moments of broadcasts, ``country`` has the holidays.

    ``zone``: time zone of the clock on which the log's times are.
    """
    if not len(log):
        raise SimError(_nothing_used(log))
    _refuse_mostly_unread(log)
    log = whole_days(log)
    stays = log.with_forwarded
    redials = fit_redials(log)
    first = (in_queue(log) | (log.outcome == CLOSED)) & (redials.chance < LIKELY)
    arrivals, surge = _arrivals(log.picked(first), campaigns, country)
    pieces = Pieces(
        log=log,
        arrivals=arrivals,
        surge=surge,
        laws=fit_laws(stays, short_s=short_s),
        redials=redials,
        staffing=staffing(stays),
        zone=zone,
    )
    text, scenario = scenario_of(pieces, name=name)
    # What is assumed cannot be held against the log.
    replays = [] if pieces.missing else [trace_test(pieces), scenario_test(pieces, scenario)]
    told = tuple(replay for replay in replays if replay is not None)
    checks = [*law_checks(pieces.laws, redials), *(check for replay in told for check in replay.checks)]
    return Fit(name, pieces, text, scenario, told, tuple(checks))


def _refuse_mostly_unread(log: Log) -> None:
    """SimError where most rows are left out, or what became of most contacts is not known though the log says it."""
    wrong = [(reason, count) for reason, count in log.reasons if getattr(reason, "key", "") not in _LEFT_OUT_RIGHTLY]
    total = sum(count for _, count in wrong)
    if total > _MOST * log.rows:
        first = next(row for row in log.dropped if row.reason == wrong[0][0])
        of = {"reason": wrong[0][0], "line": str(first.line), "text": repr(first.text)}
        raise SimError(Said("refused.mostly_left_out", source=log.source, rows=log.rows, left_out=total, **of))
    unknown = int((log.outcome == NOT_SAID).sum())
    words = next((note for note in log.notes if getattr(note, "key", "") == "reading.strange"), None)
    if unknown > _MOST * len(log) and (words is not None or unknown < len(log)):
        key = "refused.outcome_words" if isinstance(words, Said) else "refused.outcomes"
        listed = words.values["words"] if isinstance(words, Said) else ""
        raise SimError(Said(key, source=log.source, calls=len(log), unknown=unknown, words=listed))


def _arrivals(first: Log, campaigns: Sequence[dt.datetime], country: str) -> tuple[Arrivals, SurgeFit | None]:
    """Who calls when, and what broadcasts at these moments did to it."""
    if not campaigns:
        return arrivals_of(first, country=country), None
    start, last = first.start, first.start + dt.timedelta(days=first.days - 1)
    for moment in campaigns:
        if not start <= moment.date() <= last:
            raise SimError(f"campaign: {moment:%Y-%m-%d} is not in the log, which runs from {start} to {last}")
    if (before := (min(campaigns).date() - start).days) < _BEFORE:
        raise SimError(f"campaign: only {before} days of the log come before it; {_BEFORE} or more are needed")
    return with_campaign(first, Campaign(tuple(sorted(campaigns))), country=country)


def name_of(path: str | Path) -> str:
    """A scenario's name from a file's."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(path).stem).strip("-._")[:60]
    return f"{plain or 'log'}-fitted"


def _nothing_used(log: Log) -> Said:
    if not log.reasons:
        return Said("refusal.no_call", path=log.source)
    why = tuple(Said("refusal.times_why", count=count, why=reason) for reason, count in log.reasons[:3])
    return Said("refusal.no_call_why", path=log.source, why=why)
