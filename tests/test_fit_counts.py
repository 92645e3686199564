"""Counts by interval and by day are read as counts, in every layout, and never as calls."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli.commands import cli
from sim.errors import SimError
from sim.fit.day_counts import DailyCounts
from sim.fit.days_scenario import fit_days_of
from sim.fit.interval_counts import IntervalCounts
from sim.fit.interval_scenario import IntervalFit, fit_intervals
from sim.fit.log import Log
from sim.fit.read import read
from sim.fit.whole import fit_log
from sim.theory.erlang import erlang_a

CASES = Path(__file__).parent / "cases"


def counts_of(path: Path, **options: object) -> IntervalCounts:
    found = read(path, **options)  # type: ignore[arg-type]
    assert isinstance(found, IntervalCounts)
    return found


def fitted(path: Path) -> IntervalFit:
    return fit_intervals(counts_of(path), name="x")


@pytest.mark.parametrize("name", ["nl", "iso", "range"])
def test_half_hour_reports(name: str) -> None:
    found = fitted(CASES / f"interval-report-{name}.csv")
    counts, arrivals = found.counts, found.arrivals
    assert (counts.width, counts.start, counts.days) == (30, dt.date(2024, 3, 4), 26)
    assert counts.offered.sum() == 4184
    assert counts.answered is not None
    assert counts.answered.sum() == 3954
    assert arrivals.per_day.value == pytest.approx(209.2, abs=0.05)
    assert found.lost.value == pytest.approx(230 / 4184)
    assert found.handling.value == pytest.approx(298.7, abs=0.05)
    assert found.busiest[0] in ("10:30-11:00", "11:00-11:30")
    assert arrivals.weekdays[0].value / arrivals.weekdays[1].value == pytest.approx(1.2, abs=0.02)
    assert arrivals.hours_open == "mon-fri 8:00-18:00"
    scenario = found.scenario
    assert scenario.demand.contacts.value == 4184
    assert scenario.handling["phone"].conversation.mean.status == "derived"
    (lines,) = scenario.lines.values()
    assert lines.count is not None
    assert lines.count.status == "assumed"
    assert ("patience" in found.missing) == (name == "nl")
    assert scenario.callers["phone"].patience.mean.status == ("assumed" if name == "nl" else "derived")


def test_patience_is_the_time_that_all_waited_by_those_who_gave_up() -> None:
    found = fitted(CASES / "interval-report-iso.csv")
    assert found.asa.value == pytest.approx(23.9, abs=0.05)
    # 230 gave up; with waits like the answered, 4,184 x 23.9 s were waited.
    assert found.patience.value == pytest.approx(4184 * found.asa.value / 230)
    assert found.patience.low < 3954 * found.asa.value / 230 < found.patience.value < found.patience.high


def test_hourly_counts() -> None:
    found = fitted(CASES / "hourly-counts.csv")
    assert (found.counts.width, found.counts.offered.sum()) == (60, 3642)
    assert found.arrivals.per_day.value == pytest.approx(182.1, abs=0.05)
    assert found.arrivals.hours_open == "mon-fri 8:00-18:00"
    assert found.missing == ("handling", "lines", "patience")
    assert not found.lost.known


def test_two_regions_by_day_are_two_provinces() -> None:
    counts = read(CASES / "daily-two-regions.csv")
    assert isinstance(counts, DailyCounts)
    assert [(part.name, part.offered) for part in counts.parts] == [("North", 35_828), ("South", 52_702)]
    for part in counts.parts:
        assert (part.offered - part.answered) / part.offered == pytest.approx(0.101, abs=0.0005)
        assert part.abandoned == part.offered - part.answered
    scenario = fit_days_of(counts, name="x").scenario
    assert scenario.provinces == ("North", "South")
    assert scenario.demand.by_province.value.fraction("North") == pytest.approx(35_828 / 88_530)
    assert {queue.name for queue in scenario.model.centre.queues} == {"phone/North", "phone/South"}
    assert not [note for note in counts.notes if "not used" in note]


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["fit", *arguments], env={"COLUMNS": "300"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_command_says_what_is_in_the_file_and_what_is_not(tmp_path, lang: str) -> None:
    said = run(str(CASES / "interval-report-iso.csv"), "--out", str(tmp_path), "--lang", lang)
    said += (tmp_path / "interval-report-iso-fitted.html").read_text(encoding="utf-8")
    for words in {"en": ("4,184 offered", "3,954 answered", "Not in the file: lines."),
                  "nl": ("4.184 aangeboden", "3.954 beantwoord", "Niet in het bestand: lijnen.")}[lang]:  # fmt: skip
        assert said.count(words) == 2, words
    said = run(str(CASES / "daily-two-regions.csv"), "--out", str(tmp_path), "--lang", lang)
    for words in {"en": ("North: 35,828 offered, 32,202 answered, 10.1 % not answered",),
                  "nl": ("South: 52.702 aangeboden, 47.389 beantwoord, 10,1 % niet beantwoord",)}[lang]:  # fmt: skip
        assert words in said


# Layouts: two queues, quarters of an hour, ten weekdays of eight hours.

QUEUES = ("Hulp", "Raad")


def table_of_counts() -> list[tuple[dt.datetime, str, int, int]]:
    """Interval, queue, offered, answered; 15 minutes, 9:00 to 17:00."""
    rng = np.random.default_rng(8)
    rows = []
    for day in range(10):
        date = dt.datetime(2024, 3, 4) + dt.timedelta(days=day // 5 * 7 + day % 5)
        for quarter in range(32):
            for queue, mean in zip(QUEUES, (6, 2), strict=True):
                offered = int(rng.poisson(mean))
                at = date + dt.timedelta(hours=9, minutes=15 * quarter)
                rows.append((at, queue, offered, int(rng.binomial(offered, 0.9))))
    return rows


ROWS = table_of_counts()
OFFERED, ANSWERED = (sum(row[k] for row in ROWS) for k in (2, 3))


def end(at: dt.datetime) -> dt.datetime:
    return at + dt.timedelta(minutes=15)


LAYOUTS = {
    "dutch": (
        "Wachtrij;Datum;Tijdvak;Aangeboden oproepen;Aangenomen oproepen;Gem. afhandeltijd",
        lambda at, q, o, a: f"{q};{at:%d/%m/%Y};{at:%H:%M} - {end(at):%H:%M};{o};{a};{'5:00' if a else '-'}",
    ),
    "french": (
        "Date;Heure;File d'attente;Appels reçus;Appels traités;DMT",
        lambda at, q, o, a: f"{at:%d/%m/%Y};{at.hour}h{at:%M};{q};{o};{a};{300 if a else ''}",
    ),
    "moments": (
        "Total Answered\tTotal Offered\tAHT (sec)\tStart Time\tEnd Time\tSkill",
        lambda at, q, o, a: f"{a}\t{o}\t{300 if a else 0}\t{at:%m/%d/%Y %I:%M %p}\t{end(at):%m/%d/%Y %I:%M %p}\t{q}",
    ),
    "ranges": (
        "Interval,Queue Name,Calls Handled,Calls Abandoned,Average Handle Time",
        lambda at, q, o, a: f"{at:%Y-%m-%d %H:%M} - {end(at):%Y-%m-%d %H:%M},{q},{a},{o - a},00:05:00",
    ),
    "iso": (
        '"interval","vdn","nOffered","nAnswered","aht"',
        lambda at, q, o, a: f'"{at:%Y-%m-%dT%H:%M}/{end(at):%Y-%m-%dT%H:%M}","{q}","{o}","{a}","PT5M"',
    ),
    "digits": (
        "Datum;Tijd;Dienst;Inkomend;Beantwoord;Afgehaakt;AHT",
        lambda at, q, o, a: f"{at:%Y%m%d};{at:%H%M};{q};{o};{a};{o - a};{300 / 86_400:.9f}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_of_interval_reports(tmp_path, name: str) -> None:
    head, row = LAYOUTS[name]
    path = tmp_path / "report.csv"
    path.write_text("\n".join([head, *(row(*one) for one in ROWS)]), encoding="utf-8")
    found = fitted(path)
    counts = found.counts
    assert (counts.width, counts.start, counts.days) == (15, dt.date(2024, 3, 4), 12)
    assert counts.dropped == ()
    assert counts.offered.sum() == OFFERED
    assert counts.answered is not None
    assert counts.answered.sum() == ANSWERED
    assert found.handling.value == pytest.approx(300, abs=0.1)
    assert {part.name: part.offered for part in counts.parts} == {
        queue: sum(row[2] for row in ROWS if row[1] == queue) for queue in QUEUES
    }
    assert set(found.scenario.channels) == set(QUEUES)
    assert found.arrivals.hours_open == "mon-fri 9:00-17:00"


def test_half_a_last_day_is_left_out(tmp_path) -> None:
    head, row = LAYOUTS["dutch"]
    last = max(at for at, *_ in ROWS)
    path = tmp_path / "report.csv"
    kept = [one for one in ROWS if one[0] < last.replace(hour=12, minute=0)]
    path.write_text("\n".join([head, *(row(*one) for one in kept)]), encoding="utf-8")
    found = fitted(path)
    assert any("the last day, 15 March 2024, is only partly in the file (until 12:00)" in n for n in found.counts.notes)
    assert found.arrivals.contacts.value == sum(offered for at, _, offered, _ in ROWS if at.date() < last.date())


def test_counts_whose_columns_are_not_known_are_refused_with_what_was_seen(tmp_path) -> None:
    path = tmp_path / "report.csv"
    rows = [f"{at:%Y-%m-%d %H:%M};{offered};{answered}" for at, queue, offered, answered in ROWS if queue == "Hulp"]
    path.write_text("\n".join(["moment;foo;bar", *rows]))
    with pytest.raises(SimError, match=r"rows lie 15 minutes apart, no time comes twice, and 'foo', 'bar' hold counts"):
        read(path)
    found = counts_of(path, columns={"offered": "foo", "answered": "bar"})
    assert found.offered.sum() == sum(row[2] for row in ROWS if row[1] == "Hulp")
    with pytest.raises(SimError, match="more contacts are answered"):
        read(path, columns={"offered": "bar", "answered": "foo"})
    with pytest.raises(SimError, match="has counts, not calls"):
        fit_log(CASES / "interval-report-nl.csv")


def test_calls_at_whole_minutes_are_calls(tmp_path) -> None:
    rng = np.random.default_rng(1)
    path = tmp_path / "calls.csv"
    times = [f"2024-03-{day:02} {hour:02}" for day in range(4, 9) for hour in range(9, 17) for _ in range(6)]
    rows = [f"{at}:{5 * rng.integers(12):02},{rng.integers(300)},answered,{rng.integers(900)}" for at in times]
    path.write_text("\n".join(["start,wait,status,talk time", *rows]))
    assert isinstance(read(path), Log)


def test_counts_by_week_are_no_counts_by_day(tmp_path) -> None:
    path = tmp_path / "weeks.csv"
    path.write_text(
        "date,calls\n" + "".join(f"{dt.date(2024, 1, 1) + dt.timedelta(days=7 * k)},700\n" for k in range(20))
    )
    with pytest.raises(SimError, match="its rows are 7 days apart"):
        read(path)


@pytest.mark.parametrize("last", [30, 110])
def test_a_last_day_that_is_half_counted_is_left_out(tmp_path, last: int) -> None:
    rng = np.random.default_rng(5)
    values = [int(rng.poisson(120)) for _ in range(55)] + [last]
    path = tmp_path / "days.csv"
    path.write_text(
        "date,calls\n" + "".join(f"{dt.date(2024, 1, 8) + dt.timedelta(days=k)},{v}\n" for k, v in enumerate(values))
    )
    found = read(path)
    assert isinstance(found, DailyCounts)
    fit = fit_days_of(found, name="x", country="none").daily
    assert any("only partly in the file" in note for note in fit.counts.notes) == (last == 30)
    assert fit.busyness.low == 0
    assert fit.per_day.low < 120 < fit.per_day.high


def test_mutated_files_are_fitted_or_refused() -> None:
    """A bounded part of ``tests/long/fuzz_logs.py``."""
    spec = importlib.util.spec_from_file_location("fuzz_logs", Path(__file__).parent / "long" / "fuzz_logs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    seen, wrong = module.fuzz(100, first=1_000_001)
    # In the other, a profile likelihood differs in its last digits between two searches.
    assert wrong + module.fuzz(1, first=2775)[1] == []
    assert seen["fitted"] >= 10
    assert seen["refused"] >= 10


def test_names_of_other_platforms_and_columns_of_shares(tmp_path) -> None:
    rows = [row for row in ROWS if row[1] == "Hulp"]
    path = tmp_path / "report.csv"
    head = '"Interval Start","Queue Name","Offer","Answer","Abandon","Abandon %","ASA","Service Level %","Avg Handle"'
    path.write_text(
        "\n".join([head, *(f'"{at:%m/%d/%y %H:%M}",Hulp,{o},{a},{o - a},2,20,80,300' for at, _, o, a in rows)])
    )
    found = fitted(path)
    assert found.counts.offered.sum() == sum(row[2] for row in rows)
    assert found.counts.abandoned is not None
    assert found.counts.abandoned.sum() == sum(row[2] - row[3] for row in rows)
    assert (found.asa.value, found.handling.value) == (pytest.approx(20), pytest.approx(300))


def test_who_gave_up_alone_is_no_demand(tmp_path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(
        "\n".join(["moment;abandoned", *(f"{at:%Y-%m-%d %H:%M};{o}" for at, q, o, _ in ROWS if q == "Hulp")])
    )
    with pytest.raises(SimError, match=r"is no call log: .* 'abandoned' hold counts"):
        read(path)


DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=k) for k in range(28)]


@pytest.mark.parametrize(("total", "parts", "of"), [
    ("", ("Antwerpen", "Limburg"), "province"), (";Alles", ("Antwerpen", "Limburg"), "province"),
    ("", ("Telefoon", "E-mail"), "channel"),
])  # fmt: skip
def test_columns_of_regions_or_channels_are_parts_of_a_day(
    tmp_path, total: str, parts: tuple[str, str], of: str
) -> None:
    path = tmp_path / "days.csv"
    rows = [f"{day};{100 + k};{50 + 2 * k}" + (f";{150 + 3 * k}" if total else "") for k, day in enumerate(DAYS)]
    path.write_text("\n".join([f"Datum;{';'.join(parts)}{total}", *rows]))
    found = read(path)
    assert isinstance(found, DailyCounts)
    assert found.counts[0].tolist() == [150 + 3 * k for k in range(28)]
    assert [(part.name, part.offered) for part in found.parts] == [(parts[0], 3178), (parts[1], 2156)]
    scenario = fit_days_of(found, name="x").scenario
    assert (scenario.provinces if of == "province" else tuple(scenario.channels)) == parts


def test_hours_in_columns_are_no_counts_by_day(tmp_path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("\n".join(["Datum;8:00;9:00;10:00", *(f"{day};5;6;7" for day in DAYS)]))
    assert counts_of(path).offered.sum() == 18 * len(DAYS)
    with pytest.raises(SimError, match="'8:00', '9:00', '10:00' are hours of the day"):
        read(path, form="daily")
    path.write_text("\n".join(["Datum;8:00;9:10;10:00", *(f"{day};5;6;7" for day in DAYS)]))
    with pytest.raises(SimError, match="'8:00', '9:10', '10:00' are hours of the day"):
        read(path)


# What other platforms put into a report

_ONE = [row for row in ROWS if row[1] == "Hulp"]


def report(path: Path, head: str, row: Callable[..., str], rows: Sequence[tuple[dt.datetime, str, int, int]]) -> Path:
    path.write_text("\n".join([head, *(row(*one) for one in rows)]), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["All queues", "Total", "Ensemble"])
def test_rows_that_are_totals_of_other_rows_are_left_out(tmp_path, name: str) -> None:
    pairs = zip(ROWS[::2], ROWS[1::2], strict=True)
    totals = [(one[0], name, one[2] + two[2], one[3] + two[3]) for one, two in pairs]
    path = report(tmp_path / "a.csv", "interval,queue,offered,answered", lambda at, q, o, a: f"{at},{q},{o},{a}",
                  sorted([*ROWS, *totals]))  # fmt: skip
    found = counts_of(path)
    assert found.offered.sum() == OFFERED
    assert {part.name for part in found.parts} == set(QUEUES)
    assert {str(row.reason) for row in found.dropped} == {"a total of other rows"}
    assert len(found.dropped) == len(totals)


def test_days_with_a_total_of_all_regions_count_once(tmp_path) -> None:
    rows = [
        (day, region, n) for k, day in enumerate(DAYS) for region, n in (("N", 90 + k), ("S", 60), ("All", 150 + k))
    ]
    path = tmp_path / "days.csv"
    path.write_text("date,region,offered,answered\n" + "".join(f"{day},{r},{n},{n - 5}\n" for day, r, n in rows))
    found = read(path)
    assert isinstance(found, DailyCounts)
    assert found.counts[0].tolist() == [150 + k for k in range(28)]
    assert [part.name for part in found.parts] == ["N", "S"]


def test_offered_and_answered_side_by_side_for_each_region_are_refused(tmp_path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("date,North offered,North answered,South offered,South answered\n"
                    + "".join(f"{day},90,80,60,50\n" for day in DAYS))  # fmt: skip
    with pytest.raises(SimError, match=r"'North offered', 'North answered', .* count different things side by side"):
        read(path)


@pytest.mark.parametrize("head", ["Total handle time", "ACD Time", "Talk time (s)"])
def test_times_of_all_calls_together_are_divided_by_them(tmp_path, head: str) -> None:
    path = report(tmp_path / "a.csv", f"interval,offered,answered,{head},Total wait",
                  lambda at, _, o, a: f"{at},{o},{a},{a * (290 + at.minute)},{20 * a}", _ONE)  # fmt: skip
    found = fitted(path)
    answered = sum(row[3] for row in _ONE)
    mean = sum(row[3] * (290 + row[0].minute) for row in _ONE) / answered
    assert found.handling.value == pytest.approx(mean, abs=0.01)
    assert not found.asa.known
    said = " ".join(map(str, found.counts.notes))
    assert f"'{head}' is the time of all answered contacts of a row together" in said
    assert "'Total wait' is the wait of all contacts of a row together, and is not used" in said


def test_means_that_are_no_seconds_are_refused(tmp_path) -> None:
    path = report(tmp_path / "a.csv", "interval,offered,answered,Avg Handle",
                  lambda at, _, o, a: f"{at},{o},{a},{300_000 + at.minute}", _ONE)  # fmt: skip
    with pytest.raises(SimError, match=r"durations in column 'Avg Handle' are hours long if they are seconds"):
        fitted(path)


def test_talk_and_wrap_up_are_added_and_unused_columns_named(tmp_path) -> None:
    path = report(tmp_path / "a.csv", "interval,offered,answered,avg talk,avg wrap,logged in",
                  lambda at, _, o, a: f"{at},{o},{a},260,40,{at.minute % 4}", _ONE)  # fmt: skip
    found = fitted(path)
    assert found.handling.value == pytest.approx(300)
    assert any("columns not used: 'logged in'" in str(note) for note in found.counts.notes)


@pytest.mark.parametrize(
    ("head", "hour"),
    [
        ("Hour,Date,Number of calls", lambda at: f"{at:%I %p}"),
        ("Uur,Datum,Aantal oproepen", lambda at: f"{at.hour:02}u-{at.hour + 1:02}u"),
        ("Heure,Date,Nombre d'appels", lambda at: f"{at.hour}h"),
    ],
)
def test_hours_in_words_beside_a_date(tmp_path, head: str, hour: Callable[[dt.datetime], str]) -> None:
    rows = [row for row in _ONE if row[0].minute == 0]
    path = report(tmp_path / "a.csv", head, lambda at, _, o, __: f"{hour(at)},{at:%d/%m/%Y},{o + 20}", rows)
    found = counts_of(path)
    assert (found.width, found.parts) == (60, ())
    assert found.offered.sum(axis=0).tolist()[9] == sum(row[2] + 20 for row in rows if row[0].hour == 9)
    assert found.offered.sum() == sum(row[2] + 20 for row in rows)


def test_answered_and_abandoned_are_no_more_than_offered(tmp_path) -> None:
    head = "interval,offered,answered,abandoned"
    path = report(tmp_path / "a.csv", head, lambda at, _, o, a: f"{at},{o},{a},{a}", _ONE)
    with pytest.raises(SimError, match="more contacts are answered and abandoned than offered"):
        read(path)


def test_a_column_called_total_leaves_the_channels_apart(tmp_path) -> None:
    path = tmp_path / "days.csv"
    rows = [f"{day},{90 + k},{k},{90 + 2 * k}\n" for k, day in enumerate(DAYS)]
    path.write_text("date,phone,chat,total\n" + "".join(rows))
    found = read(path)
    assert isinstance(found, DailyCounts)
    assert found.counts.tolist() == [[90 + 2 * k for k in range(28)]]
    assert [part.name for part in found.parts] == ["phone", "chat"]
    assert found.of == "channel"


@pytest.mark.parametrize("name", ["nl", "iso"])
def test_lines_are_those_that_lose_what_the_report_lost(name: str) -> None:
    found = fitted(CASES / f"interval-report-{name}.csv")
    (group,) = found.scenario.lines.values()
    rates = found.arrivals.rates[:, :, 0][found.arrivals.open]
    patience = found.patience.value if found.patience.known else 420.0
    assert group.count is not None

    def lost(lines: int) -> float:
        handling, mean = dt.timedelta(seconds=found.handling.value), dt.timedelta(seconds=patience)
        shares = [
            erlang_a(arrivals_per_hour=rate, handling=handling, patience=mean, lines=lines).abandoned
            for rate in rates.tolist()
        ]
        return float(np.dot(shares, rates) / rates.sum())

    off = {lines: abs(lost(lines) - found.lost.value) for lines in range(1, 12)}
    assert group.count.value == min(off, key=lambda lines: off[lines])
