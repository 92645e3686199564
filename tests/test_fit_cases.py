"""Exports as people really bring them: every layout gives the numbers that were put into it, or is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from sim.answers.page import page_of
from sim.errors import SimError
from sim.fit.assemble import withheld
from sim.fit.dates import date, moment, time_of_day
from sim.fit.log import UNKNOWN, Log
from sim.fit.read import read
from sim.fit.values import day_fractions, duration
from sim.fit.whole import Fit, fit_log, fit_of
from sim.language import CODES, language
from sim.language.said import Said, told
from sim.language.shown import in_unit
from sim.model.clock import HOUR, MINUTE, SECOND

CASES = Path(__file__).parent / "cases"
ZONE = "Europe/Brussels"
EPOCH = dt.datetime(1970, 1, 1)


def log_of(folder: Path, text: str, **options: object) -> Log:
    path = folder / "calls.csv"
    path.write_text(text, encoding="utf-8")
    found = read(path, **options)  # type: ignore[arg-type]
    assert isinstance(found, Log)
    return found


def counts(log: Log) -> dict[str, int]:
    return {name: int(log.of(name).sum()) for name in ("answered", "abandoned", "unknown") if log.of(name).any()}


def mean_s(values: np.ndarray) -> float:
    return float(values[values != UNKNOWN].mean()) / SECOND


# The cases of the index


def test_the_answer_as_a_time_of_day() -> None:
    log = read(CASES / "answered-at-clock-time.csv")
    assert isinstance(log, Log)
    assert counts(log) == {"answered": 1464, "abandoned": 36}
    assert mean_s(log.wait[log.of("answered")]) == pytest.approx(22.4071, abs=0.001)
    assert (log.wait[log.of("abandoned")] == UNKNOWN).all()
    assert fit_of(log, name="x").pieces.missing == ("handling", "lines", "patience")


def test_durations_with_full_stops() -> None:
    found = fit_log(CASES / "dotted-durations.csv")
    assert counts(found.log) == {"answered": 1219, "abandoned": 267}
    assert mean_s(found.log.wait) == pytest.approx(67.3823, abs=0.001)
    assert found.log.handling.max() < 10 * MINUTE
    assert found.pieces.missing == ("patience",)
    assert found.pieces.laws.patience.gave_up == 267
    assert found.scenario.callers["phone"].patience.mean.status == "assumed"
    assert found.scenario.demand.contacts.status == "derived"


def test_durations_as_fractions_of_a_day_and_in_iso_are_the_same_240_calls() -> None:
    fractions, iso = (read(CASES / name) for name in ("excel-day-fractions.csv", "iso-durations.csv"))
    assert isinstance(fractions, Log)
    assert isinstance(iso, Log)
    assert len(fractions) == len(iso) == 240
    assert mean_s(fractions.handling) == pytest.approx(481.0, abs=0.05)
    assert np.allclose(fractions.handling, iso.handling, atol=2)
    # 9:46:24 in UTC is an hour later on the wall clock of Brussels in March.
    assert (iso.arrival - fractions.arrival == HOUR).all()


def test_arrivals_alone_give_demand_and_nothing_else() -> None:
    found = fit_log(CASES / "arrivals-only.csv")
    assert len(found.log) == 3209
    assert found.pieces.missing == ("outcomes", "waits", "handling", "lines", "patience")
    scenario = found.scenario
    assert scenario.demand.contacts.value == 3209
    assert "redials" not in str(scenario.demand.contacts.source)
    (lines,) = scenario.lines.values()
    assert lines.count is not None
    assert lines.count.status == "assumed"
    assert lines.count.value > 0
    assert scenario.callers["phone"].patience.mean.status == "assumed"
    assert scenario.handling["phone"].conversation.mean.status == "assumed"
    assert found.replays == ()
    assert "not say enough" in found.verdict


def test_callers_who_enter_a_queue_again_under_the_same_call_id_are_one_contact() -> None:
    found = fit_log(CASES / "queue-log-reenter.txt")
    assert counts(found.log) == {"answered": 610, "abandoned": 189}
    # Whole waits from the first entry: 122,294 s of 189 who gave up and 610 who were answered.
    assert found.log.wait.sum() == 122_294 * SECOND
    patience = found.pieces.laws.patience.named("exponential")
    assert patience is not None
    assert patience.mean.value == pytest.approx(122_294 / 189, rel=0.02)
    assert patience.mean.low < 600 < patience.mean.high


def test_attended_transfers_are_forwarding() -> None:
    found = fit_log(CASES / "queue-log-transfers.txt")
    log = found.log
    assert len(log) == 200
    assert counts(log) == {"answered": 170, "abandoned": 30}
    assert {log.queues[queue] for queue in np.unique(log.queue)} == {"a"}
    passed = log.forwarded
    assert passed is not None
    assert len(passed) == 50
    assert (passed.wait == 7 * SECOND).all()
    assert (passed.handling == 173 * SECOND).all()
    assert passed.of("answered").all()
    forwarded = found.scenario.callers["a"].forwarded
    assert forwarded is not None
    assert (forwarded.to, forwarded.share.value) == ("b", pytest.approx(50 / 170, abs=1e-4))
    assert found.scenario.demand.by_channel.value.fraction("b") == 0


# Cells


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 March 2024 09:00", "2024-03-04 09:00"),
        ("04-Mar-2024 9:00:05", "2024-03-04 09:00:05"),
        ("Mar 4, 2024 9:00 PM", "2024-03-04 21:00"),
        ("ma 4 maart 2024 9u05", "2024-03-04 09:05"),
        ("mar. 5 mars 2024 10:05", "2024-03-05 10:05"),
        ("4. März 2024 10:05", "2024-03-04 10:05"),
        ("4 de marzo de 2024 10:05", "2024-03-04 10:05"),
        ("Mon, 04 Mar 2024 09:00:00 +0000", "2024-03-04 10:00"),
        ("Mon Mar  4 09:00:00 2024", "2024-03-04 09:00"),
        ("za 2 mei 2020 10:00", "2020-05-02 10:00"),
        ("45355.40722222222", "2024-03-04 09:46:24"),
        ("45355,5", "2024-03-04 12:00"),
        ("202403040930", "2024-03-04 09:30"),
        ("04/03/2024 09:30 UTC", "2024-03-04 10:30"),
    ],
)
def test_moments_with_names_of_months_and_from_spreadsheets(text: str, expected: str) -> None:
    assert EPOCH + dt.timedelta(milliseconds=moment(text, ZONE)) == dt.datetime.fromisoformat(expected)


def test_an_hour_that_clocks_skip_does_not_exist() -> None:
    with pytest.raises(ValueError, match="does not exist in Europe/Brussels"):
        moment("2024-03-31 02:30", ZONE)
    assert moment("2024-03-31 02:30", "America/New_York") == moment("2024-03-31 02:30", "UTC")


def test_dates_and_times_of_day() -> None:
    assert date("45355") == date("4 maart 2024") == date("2024-03-04 00:00:00") == 19_786
    assert time_of_day("0930", digits=True) == time_of_day("930", digits=True) == 9 * HOUR + 30 * MINUTE
    assert time_of_day("5", digits=True) == 5 * MINUTE
    assert time_of_day("93015", digits=True) == 9 * HOUR + 30 * MINUTE + 15 * SECOND
    assert time_of_day("0.40722222") == time_of_day("1899-12-30 09:46:24") == 9 * HOUR + 46 * MINUTE + 24 * SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT13M40S", 820), ("PT1H", 3600), ("P1DT1S", 86_401), ("PT1.5S", 1.5), ("0.01.23", 83), ("1.02.03", 3723)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text, "wait", unit=SECOND, comma=True) == seconds * SECOND


def test_fractions_of_a_day_are_whole_seconds() -> None:
    assert day_fractions(["0.009490741", "0.005636574", ""])
    assert day_fractions(["9,49074E-03", "0,005636574"])
    assert not day_fractions(["0.5", "0.25"])  # tenths of a second, or of anything
    assert not day_fractions(["0.123", "0.456", "0.789"])
    assert not day_fractions(["12", "0.009490741"])
    assert not day_fractions(["0", "0"])


@pytest.mark.parametrize("text", ["0", "0.0", "0,0", "Anonymous", "Number Withheld", "privé", "XXXX", "-", "nan", "-1"])
def test_every_spelling_of_an_unknown_caller(text: str) -> None:
    assert withheld(text)


@pytest.mark.parametrize("text", ["0470", "c0", "10", "anonymous7", "Agent/0012", "0.5", "32470000001.0"])
def test_callers_that_are_known(text: str) -> None:
    assert not withheld(text)


# Layouts

#: Arrival, wait in s, seconds of conversation (None: gave up), agent.
CALLS = [
    (dt.datetime(2024, 3, 4, 9, 0) + dt.timedelta(hours=24 * day + k // 4, minutes=13 * (k % 4), seconds=7 * k),
     10 + 5 * (k % 7), None if k % 5 == 4 else 120 + 11 * k, f"agent {k % 3}")
    for day in (0, 1, 2, 3, 4)
    for k in range(28)
]  # fmt: skip


def check(log: Log, *, waits: bool = True, abandoned_waits: bool = True, handling: bool = True) -> None:
    """The log has the calls above."""
    assert len(log) == len(CALLS)
    assert log.dropped == ()
    assert (log.start, log.days) == (dt.date(2024, 3, 4), 5)
    starts = [(arrival - dt.datetime(2024, 3, 4)) // dt.timedelta(milliseconds=1) for arrival, *_ in CALLS]
    assert log.arrival.tolist() == sorted(starts)
    order = np.argsort(starts, kind="stable")
    gave_up = np.array([talk is None for _, _, talk, _ in CALLS])[order]
    assert (log.of("abandoned") == gave_up).all()
    assert (log.of("answered") == ~gave_up).all()
    wait = np.array([1000 * wait for _, wait, _, _ in CALLS])[order]
    if waits:
        assert (log.wait[~gave_up] == wait[~gave_up]).all()
        assert (log.wait[gave_up] == (wait[gave_up] if abandoned_waits else UNKNOWN)).all()
    talk = np.array([1000 * (talk or 0) for _, _, talk, _ in CALLS])[order]
    if handling:
        assert (log.handling[~gave_up] == talk[~gave_up]).all()


def after(start: dt.datetime, *seconds: int | None) -> dt.datetime:
    return start + dt.timedelta(seconds=sum(part or 0 for part in seconds))


def test_start_answer_and_end_as_moments(tmp_path) -> None:
    rows = ["call_started;answered_at;ended_at;agent_name"]
    for start, wait, talk, agent in CALLS:
        answer = "" if talk is None else f"{after(start, wait):%d/%m/%Y %H:%M:%S}"
        rows.append(f"{start:%d/%m/%Y %H:%M:%S};{answer};{after(start, wait, talk):%d/%m/%Y %H:%M:%S};{agent}")
    check(log_of(tmp_path, "\n".join(rows)))


def test_the_same_in_dutch_with_names_of_months_and_clock_times(tmp_path) -> None:
    months = {3: "maart"}
    rows = ["Einde\tOpgenomen om\tTijdstip\tMedewerker"]
    for start, wait, talk, agent in CALLS:
        answer = "" if talk is None else f"{after(start, wait):%H:%M:%S}"
        moment_ = f"{start.day} {months[start.month]} {start.year} {start:%H:%M:%S}"
        rows.append(f"{after(start, wait, talk):%H:%M:%S}\t{answer}\t{moment_}\t{agent}")
    check(log_of(tmp_path, "\n".join(rows)))


@pytest.mark.parametrize(
    ("head", "yes", "no"),
    [("Answered (Y/N)", "Y", "N"), ("Beantwoord (J/N)", "J", "N"), ("Abandoned", "False", "True"),
     ("Call Status", "Call answered", "Call unanswered"), ("Estado", "Atendida", "Abandonada"),
     ("Outcome", "Booking completed", "No answer")],
)  # fmt: skip
def test_outcomes_in_words(tmp_path, head: str, yes: str, no: str) -> None:
    rows = [f"Call ID,{head},Speed of answer in seconds,Fecha,Hora,AvgTalkDuration"]
    for number, (start, wait, talk, _) in enumerate(CALLS):
        cells = (no, "") if talk is None else (yes, str(wait))
        said = "" if talk is None else f"{talk // 60:02}:{talk % 60:02}"
        rows.append(f"C{number},{','.join(cells)},{start:%Y-%m-%d},{start:%H.%M.%S},{said}")
    check(log_of(tmp_path, "\n".join(rows)), abandoned_waits=False)


def test_a_spreadsheet_of_serial_numbers(tmp_path) -> None:
    rows = ["call_timestamp;wait_length;result;talk_time"]
    for start, wait, talk, _ in CALLS:
        serial = (start - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        said = "" if talk is None else f"{talk / 86_400:.9f}".replace(".", ",")
        result = "abandoned" if talk is None else "answered"
        rows.append(f"{serial:.10f};{wait / 86_400:.9f};{result};{said}".replace(".", ","))
    log = log_of(tmp_path, "\n".join(rows))
    log.wait[:] = np.rint(log.wait / 1000) * 1000
    log.handling[log.handling > 0] = np.rint(log.handling[log.handling > 0] / 1000) * 1000
    check(log)


def test_hours_and_minutes_without_a_sign_and_utc_in_the_heading(tmp_path) -> None:
    start_of_day = {start: start - dt.timedelta(seconds=start.second) for start, *_ in CALLS}
    rows = ["Date;Time;status", *(f"{at:%d-%m-%Y};{at.hour}{at:%M};answered" for at in start_of_day.values())]
    log = log_of(tmp_path, "\n".join(rows))
    assert log.dropped == ()
    assert min(log.arrival.tolist()) == 9 * HOUR
    rows = ["Start Time (UTC);status", *(f"{at:%Y-%m-%d %H:%M};answered" for at in start_of_day.values())]
    assert log_of(tmp_path, "\n".join(rows)).arrival.min() == 10 * HOUR


def test_call_detail_records_wait_until_they_are_billed(tmp_path) -> None:
    rows = ["calldate,src,duration,billsec,disposition,uniqueid"]
    for number, (start, wait, talk, _) in enumerate(CALLS):
        word = "NO ANSWER" if talk is None else "ANSWERED"
        rows.append(f"{start:%Y-%m-%d %H:%M:%S},0470{number:06},{wait + (talk or 0)},{talk or 0},{word},{number}.1")
    check(log_of(tmp_path, "\n".join(rows)))


def test_calls_that_the_line_made_are_left_out(tmp_path) -> None:
    rows = ["Call type,Start,Result", *(f"Inbound,2024-03-04 09:0{k}:00,answered" for k in range(5))]
    rows += ["Outbound,2024-03-04 10:00:00,answered"] * 3
    log = log_of(tmp_path, "\n".join(rows))
    assert (len(log), log.reasons) == (5, (("a call that the line itself made", 3),))


EVENTS = [
    ("2024-03-04 09:00:00", "c1", "hulp", "NONE", "ENTERQUEUE", "", "0470111111", "1"),
    ("2024-03-04 09:02:00", "c1", "hulp", "NONE", "EXITWITHTIMEOUT", "1", "1", "120"),
    ("2024-03-04 09:02:05", "c1", "hulp", "NONE", "ENTERQUEUE", "", "0470111111", "1"),
    ("2024-03-04 09:02:20", "c1", "hulp", "SIP/7", "CONNECT", "15", "x", "3"),
    ("2024-03-04 09:05:20", "c1", "hulp", "SIP/7", "BLINDTRANSFER", "600", "ctx", "15", "180", "1"),
    ("2024-03-04 09:05:21", "c1", "tweede", "NONE", "ENTERQUEUE", "", "0470111111", "1"),
    ("2024-03-04 09:05:51", "c1", "tweede", "SIP/8", "CONNECT", "30", "x", "3"),
    ("2024-03-04 09:07:51", "c1", "tweede", "SIP/8", "COMPLETECALLER", "30", "120", "1"),
    ("2024-03-04 09:10:00", "c2", "hulp", "NONE", "ENTERQUEUE", "", "0470222222", "1"),
    ("2024-03-04 09:10:40", "c2", "hulp", "NONE", "ABANDON", "1", "1", "40"),
]  # fmt: skip


@pytest.mark.parametrize("header", ["time,callid,queuename,agent,event,data1,data2,data3,data4,data5", ""])
@pytest.mark.parametrize("latest_first", [False, True])
def test_queue_log_from_a_database(tmp_path, header: str, latest_first: bool) -> None:
    rows = [",".join([*event, *[""] * (10 - len(event))]) for event in EVENTS]
    log = log_of(tmp_path, "\n".join([header] * bool(header) + (rows[::-1] if latest_first else rows)))
    assert counts(log) == {"answered": 1, "abandoned": 1}
    assert log.arrival.tolist() == [9 * HOUR, 9 * HOUR + 10 * MINUTE]
    assert log.wait.tolist() == [140 * SECOND, 40 * SECOND]
    assert log.handling.tolist() == [180 * SECOND, UNKNOWN]
    passed = log.forwarded
    assert passed is not None
    assert [log.queues[queue] for queue in passed.queue] == ["tweede"]
    assert (passed.wait.tolist(), passed.handling.tolist()) == ([30 * SECOND], [120 * SECOND])


def test_a_consultation_that_is_no_transfer_is_no_caller(tmp_path) -> None:
    lines = [
        "1709543000|c1|a|NONE|ENTERQUEUE||0470111111|1",
        "1709543010|c1|a|PJSIP/70|CONNECT|10|x|3",
        "1709543060|c2|b|NONE|ENTERQUEUE||70|1",
        "1709543065|c2|b|PJSIP/80|CONNECT|5|y|3",
        "1709543100|c2|b|PJSIP/80|COMPLETECALLER|5|35|1",
        "1709543200|c1|a|PJSIP/70|COMPLETEAGENT|10|190|1",
    ]
    log = log_of(tmp_path, "\n".join(lines))
    assert (len(log), log.forwarded) == (1, None)
    # The same, and the agent puts the caller through while talking to the colleague.
    lines[4:] = [
        "1709543100|c1|a|PJSIP/70|ATTENDEDTRANSFER|BRIDGE|z|10|90|1",
        "1709543160|c2|b|PJSIP/80|COMPLETECALLER|5|95|1",
    ]
    log = log_of(tmp_path, "\n".join(lines))
    assert len(log) == 1
    assert log.handling.tolist() == [90 * SECOND]
    assert log.forwarded is not None
    assert (log.forwarded.wait.tolist(), log.forwarded.handling.tolist()) == ([5 * SECOND], [95 * SECOND])


# What is not in a file, and what is refused


def busy_log(*, callers: bool = False, first: int = 9, last: int = 17, days: int = 20) -> str:
    """Poisson calls of 20 an hour on weekdays, 9:00 to 17:00; the first and the last day may be cut."""
    rng = np.random.default_rng(3)
    rows = ["arrival;wait;outcome;handling;caller"]
    for day in range(days):
        date_ = dt.date(2024, 3, 4) + dt.timedelta(days=day // 5 * 7 + day % 5)
        hours = np.sort(9 + 8 * rng.random(rng.poisson(160)))
        hours = hours[(hours >= first) | (day > 0)]
        hours = hours[(hours < last) | (day < days - 1)]
        for number, hour in enumerate(hours):
            at = dt.datetime.combine(date_, dt.time()) + dt.timedelta(hours=float(hour))
            caller = "0.0" if callers and number % 2 else f"{32470000000 + 1000 * day + number}.0"
            rows.append(f"{at:%Y-%m-%d %H:%M:%S};5;answered;300;{caller}")
    return "\n".join(rows)


@pytest.mark.parametrize(("first", "last"), [(13, 17), (9, 12), (14, 11)])
def test_days_that_are_only_partly_in_the_file_are_told_and_not_fitted(tmp_path, first: int, last: int) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(busy_log(first=first, last=last))
    found = fit_log(path)
    arrivals = found.pieces.arrivals
    assert sum("only partly in the file" in note for note in found.log.notes) == (first > 9) + (last < 17)
    assert found.log.days == 26 - (first > 9) - (last < 17)
    # A Poisson log of 160 a day: no busyness, and a day is a whole one.
    assert arrivals.busyness.low == 0
    assert arrivals.busyness.value < 0.1
    assert arrivals.per_day.low < 160 < arrivals.per_day.high


def test_whole_days_are_left_as_they_are(tmp_path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(busy_log())
    found = fit_log(path)
    assert not [note for note in found.log.notes if "partly" in note]
    assert found.log.days == 26


def test_withheld_callers_are_nobody_s_redials(tmp_path) -> None:
    log = log_of(tmp_path, busy_log(callers=True))
    assert (log.caller == UNKNOWN).mean() == pytest.approx(0.5, abs=0.02)
    text = busy_log(callers=True).replace(";0.0\n", ";leeg\n")
    log = log_of(tmp_path, text)
    assert (log.caller == UNKNOWN).mean() == pytest.approx(0.5, abs=0.02)
    assert any("'leeg' stands for unknown callers" in note for note in log.notes)


def refused(path: Path, **options: object) -> SimError:
    with pytest.raises(SimError) as caught:
        fit_log(path, **options)  # type: ignore[arg-type]
    return caught.value


def test_most_rows_left_out_or_most_outcomes_unknown_is_an_error(tmp_path) -> None:
    path = tmp_path / "calls.csv"
    rows = [f"2024-03-04 09:{k % 60:02}:00;5;geregeld" for k in range(40)]
    path.write_text("\n".join(["arrival;wait;afloop", *rows]))
    error = refused(path)
    assert "what became of 40 of 40 calls is not known" in str(error)
    assert "'geregeld' (40 rows)" in str(error)
    assert isinstance(error.args[0], Said)
    assert "de afloop niet bekend" in told(error.args[0], language("nl"))
    rows = [f"2024-03-04 09:{k % 60:02}:00;x{k}" for k in range(40)] + ["2024-03-05 09:00:00;5"] * 4
    path.write_text("\n".join(["arrival;wait", *rows]))
    assert "40 of 44 rows cannot be read" in str(refused(path))


def test_handling_times_of_another_unit_are_refused(tmp_path) -> None:
    path = tmp_path / "calls.csv"
    rows = [f"2024-03-04 09:{k % 60:02}:00;answered;{480_000 + k}" for k in range(40)]
    path.write_text("\n".join(["arrival;outcome;duration", *rows]))
    assert "hours long if they are seconds" in str(refused(path))
    path.write_text("\n".join(["arrival;outcome;duration_ms", *rows]))
    found = read(path)
    assert isinstance(found, Log)
    assert found.handling.max() == 480_039


def test_a_refusal_names_only_a_column_that_can_be_the_arrival(tmp_path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("klets;prietpraat\n5;2024-03-04 09:00\n6;2024-03-04 09:01\n")
    assert "--column arrival=prietpraat" in str(refused(path))
    path.write_text("klets;prietpraat\n5;2024-03-04\n6;2024-03-05\n")
    assert "dates without a time of day" in str(refused(path))
    assert "--column" not in str(refused(path))
    path.write_text("klets;prietpraat\n5;a\n6;b\n")
    assert "--column" not in str(refused(path))


def test_every_row_of_the_table_of_misfits_is_one_as_it_is_shown() -> None:
    found: Fit = fit_log(CASES / "queue-log-reenter.txt")
    missed = [check for check in found.checks if check.misses]
    assert missed
    for one in missed:
        logged, *ends = (in_unit(value, one.unit) for value in (one.logged, one.model.low, one.model.high))
        assert logged not in ends


@pytest.mark.parametrize(
    "heads",
    [
        "Ring start;Pickup;Hangup;Agent",
        "Enqueue Timestamp;Agent Connection Timestamp;Disconnect Timestamp;Agent",
        "Aanvang;Tijdstip opgenomen;Einde;Medewerker",
        "Debut;Heure reponse;Fin;Conseiller",
    ],
)
def test_moments_under_other_names(tmp_path, heads: str) -> None:
    rows = [heads]
    for start, wait, talk, agent in CALLS:
        answer = "" if talk is None else f"{after(start, wait):%Y-%m-%d %H:%M:%S}"
        rows.append(f"{start:%Y-%m-%d %H:%M:%S};{answer};{after(start, wait, talk):%Y-%m-%d %H:%M:%S};{agent}")
    check(log_of(tmp_path, "\n".join(rows)))


@pytest.mark.parametrize(("yes", "no"), [("oui", "non"), ("ja", "nein"), ("sí", "no"), ("waar", "onwaar"), ("1", "0")])
def test_yes_and_no_in_other_languages(tmp_path, yes: str, no: str) -> None:
    rows = ["Date heure\tRépondu\tAttente (s)\tDurée de conversation"]
    for start, wait, talk, _ in CALLS:
        rows.append(f"{start:%d/%m/%Y %H:%M:%S}\t{no if talk is None else yes}\t{wait}\t{'' if talk is None else talk}")
    check(log_of(tmp_path, "\n".join(rows)))


def test_a_short_log_has_a_page_of_its_own(tmp_path) -> None:
    rows = ["arrival;wait;outcome;handling"]
    for start, wait, talk, _ in CALLS:
        rows.append(f"{start:%Y-%m-%d %H:%M:%S};{wait};{'abandoned' if talk is None else 'answered'};{talk or ''}")
    found = fit_of(log_of(tmp_path, "\n".join(rows)), name="short")
    assert found.replays
    pages = [page_of(found.answer, language(code)).count("<figure>") for code in CODES]
    assert pages[0] == pages[1] > 2


def test_yes_and_no_under_any_heading_are_as_the_answers_show(tmp_path) -> None:
    for yes, no in (("Y", "N"), ("no", "yes")):
        rows = ["start;answered at;ended;status"]
        for start, wait, talk, _ in CALLS:
            answer = "" if talk is None else f"{after(start, wait):%Y-%m-%d %H:%M:%S}"
            end = f"{after(start, wait, talk):%Y-%m-%d %H:%M:%S}"
            rows.append(f"{start:%Y-%m-%d %H:%M:%S};{answer};{end};{no if talk is None else yes}")
        check(log_of(tmp_path, "\n".join(rows)))


def test_a_wait_of_zero_for_all_who_gave_up_is_not_known(tmp_path) -> None:
    rows = ["start,answered (Y/N),speed of answer,talk time"]
    for start, wait, talk, _ in CALLS:
        rows.append(f"{start:%Y-%m-%d %H:%M:%S},{'N,0' if talk is None else f'Y,{wait}'},{talk or 0}")
    log = log_of(tmp_path, "\n".join(rows))
    check(log, abandoned_waits=False)
    assert fit_of(log, name="x").pieces.missing == ("patience",)
    assert any("how long they waited is taken for unknown" in str(note) for note in log.notes)


def reentered(rows: int = 300) -> tuple[str, int]:
    """A table with a row for each three minutes in the queue, and seconds that all callers waited."""
    rng = np.random.default_rng(4)
    lines, waited = ["call id,arrival,wait,outcome,talk"], 0
    for number in range(rows):
        at = dt.datetime(2024, 3, 4, 9) + dt.timedelta(days=number // 60, seconds=450 * (number % 60))
        until, patience = int(rng.integers(400)), int(rng.exponential(600)) + 1
        left = wait = min(until, patience)
        waited += wait
        while left > 180:
            lines.append(f"c{number},{at},180,timeout,")
            at, left = at + dt.timedelta(seconds=180), left - 180
        lines.append(f"c{number},{at},{left},{'answered,300' if until <= patience else 'abandoned,'}")
    return "\n".join(lines), waited


def test_rows_of_callers_who_enter_a_queue_again_are_one_contact(tmp_path) -> None:
    text, waited = reentered()
    log = log_of(tmp_path, text)
    assert len(log) == 300
    assert log.wait.sum() == waited * SECOND
    assert counts(log).keys() == {"answered", "abandoned"}
    patience = fit_of(log, name="x").pieces.laws.patience.named("exponential")
    assert patience is not None
    assert patience.mean.low < 600 < patience.mean.high
    assert any("entered the queue again" in str(note) for note in log.notes)


def test_calls_of_one_person_under_an_id_are_not_joined(tmp_path) -> None:
    rows = [f"klant{k % 20},2024-03-04 {9 + k // 20:02}:{k % 20:02}:00,30,abandoned" for k in range(100)]
    log = log_of(tmp_path, "\n".join(["call id,arrival,wait,outcome", *rows]))
    assert len(log) == 100
    assert log.wait.sum() == 3000 * SECOND


def test_whose_clock_a_log_in_utc_is_put_on_is_told(tmp_path) -> None:
    rows = [f"{start:%Y-%m-%dT%H:%M:%S}Z,answered" for start, *_ in CALLS]
    log = log_of(tmp_path, "\n".join(["Conversation Start,outcome", *rows]), zone="America/New_York")
    assert log.arrival.min() == 4 * HOUR
    assert any("on the wall clock of America/New_York" in str(note) for note in log.notes)
    log = log_of(tmp_path, "\n".join(["start,outcome", *(row.replace("Z", "") for row in rows)]))
    assert not any("wall clock" in str(note) for note in log.notes)


def test_a_duration_of_the_whole_call_is_no_handling_time(tmp_path) -> None:
    rows = ["Start,Ende,Dauer,Ergebnis"]
    for start, wait, talk, _ in CALLS:
        end, word = after(start, wait, talk), "verpasst" if talk is None else "angenommen"
        rows.append(f"{start:%d.%m.%Y %H:%M:%S},{end:%d.%m.%Y %H:%M:%S},{wait + (talk or 0)},{word}")
    log = log_of(tmp_path, "\n".join(rows))
    check(log, waits=False, handling=False)
    assert (log.wait[log.of("answered")] == UNKNOWN).all()
    assert any("taken for the time of the whole call" in str(note) for note in log.notes)
    # Waits of those who gave up alone are no patience: who was answered would have waited longer.
    fit = fit_of(log, name="x")
    assert fit.pieces.missing == ("waits", "handling", "lines", "patience")
    assert fit.scenario.callers["phone"].patience.mean.status == "assumed"


@pytest.mark.parametrize(
    "heads",
    ["Fecha;Hora inicio;Espera (s);Estado;Duración (min)",
     "call_date;call_received;wait_length;result;talk_length (min)",
     "Datum;Ontvangen;Wachttijd;Afloop;Gesprek (minuten)"],
)  # fmt: skip
def test_headings_of_dates_times_and_lengths(tmp_path, heads: str) -> None:
    rows = [heads]
    for start, wait, talk, _ in CALLS:
        rows.append(f"{start:%d/%m/%Y};{start:%H:%M:%S};{wait};{'abandoned;' if talk is None else 'ok;'}"
                    + ("" if talk is None else f"{talk / 60:.6f}".replace(".", ",")))  # fmt: skip
    check(log_of(tmp_path, "\n".join(rows)))


@pytest.mark.parametrize("name", ["Gesprek (uur)", "handling in hours"])
def test_hours_in_a_heading(tmp_path, name: str) -> None:
    rows = [f"{start:%Y-%m-%d %H:%M:%S};answered;{0.25 + k / 1000}" for k, (start, *_) in enumerate(CALLS[:20])]
    log = log_of(tmp_path, "\n".join([f"start;outcome;{name}", *rows]))
    assert log.handling.min() == HOUR // 4
