"""The clock on the wall: days of 23 and 25 hours, nights past the last midnight, and what belongs to a period."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.audit import audit
from sim.engines import ENGINES
from sim.language import language
from sim.language.mistakes import told_error
from sim.model.centre import ONE
from sim.model.clock import DAY, HOUR, MINUTE, SECOND, Calendar
from sim.model.contacts import Outcome
from sim.model.shifts import open_spans
from sim.model.world import Worlds
from sim.scenario.zones import zone_of
from sim.statistics.measures import measure

CASES = Path(__file__).parent / "cases"
SPRING, AUTUMN = dt.date(2024, 3, 31), dt.date(2024, 10, 27)

LINE = """
name: line
period: {{first: {first}, last: {last}, follow_up: {follow_up}}}
calendar: {{working_days: mon-sun, holidays: none}}
channels: {{phone: {{hours: "{hours}"}}}}
lines: {{phone: {lines}}}
demand: {{contacts: 70, per: working day, by_channel: {{phone: 100 %}}, by_province: {{all: 100 %}}}}
callers: {{phone: {{patience: {{distribution: exponential, mean: 5 min}}}}}}
handling: {{phone: {{conversation: {{distribution: exponential, mean: 10 min}}}}}}
"""


def line(
    first: str = "2024-03-04",
    last: str = "",
    *,
    hours: str = "18:00-8:00",
    follow_up: str = "28 days",
    lines: str = "2",
) -> sim.Scenario:
    """A line that is open at night, from a Monday on."""
    return sim.loads(LINE.format(first=first, last=last or first, hours=hours, follow_up=follow_up, lines=lines))


def counts(scenario: sim.Scenario, kind: str, column: str) -> np.ndarray:
    """A column of one replication by slice: the period, each date and each hour of the day."""
    from sim.statistics.cells import AT, layout_of

    worlds = Worlds.of([sim.draw_world(scenario, seed=1)])
    contacts = sim.simulate(worlds[0], scenario.model.centre)
    assert audit(worlds[0], scenario.model.centre, contacts) == []
    from sim.model.contacts import ContactTables

    tables = ContactTables.of([contacts])
    found = measure(
        worlds, scenario.model.centre, tables, calendar=scenario.model.calendar, promises=scenario.model.targets
    )
    layout = layout_of(worlds.callers.names, scenario.model.centre)
    return found.cells[0, layout.first(kind) : layout.first(kind) + layout.slices, AT[column]]


# what the clock shows


def test_a_day_in_spring_has_23_hours() -> None:
    calendar = Calendar(SPRING, 1, (True, True), "Europe/Brussels")
    assert (calendar.end, calendar.horizon) == (23 * HOUR, 47 * HOUR)
    assert calendar.instant(dt.datetime(2024, 3, 31, 1, 50)) == 110 * MINUTE
    assert calendar.instant(dt.datetime(2024, 3, 31, 3, 5)) == 125 * MINUTE
    assert calendar.moment(125 * MINUTE) == dt.datetime(2024, 3, 31, 3, 5)
    with pytest.raises(ValueError, match=r"02:30:00 does not exist in Europe/Brussels: clocks go forward by 1 h"):
        calendar.instant(dt.datetime(2024, 3, 31, 2, 30))
    assert calendar.clock.hour(np.arange(24) * HOUR).tolist() == [0, 1, *range(3, 24), 0]


def test_a_day_in_autumn_has_25_hours_and_the_first_of_two_equal_times_is_meant() -> None:
    calendar = Calendar(AUTUMN, 1, (True, True), "Europe/Brussels")
    assert calendar.end == 25 * HOUR
    assert calendar.instant(dt.datetime(2024, 10, 27, 2, 30)) == 150 * MINUTE
    assert calendar.instant(dt.datetime.fromisoformat("2024-10-27T02:30:00+01:00")) == 210 * MINUTE
    assert calendar.instant(dt.datetime.fromisoformat("2024-10-27T02:30:00Z")) == 270 * MINUTE
    assert calendar.moment(270 * MINUTE) == dt.datetime(2024, 10, 27, 3, 30)
    assert calendar.clock.hour(np.arange(25) * HOUR).tolist() == [0, 1, 2, *range(2, 24)]


def test_moments_before_the_period_and_in_other_zones() -> None:
    calendar = Calendar(dt.date(2024, 4, 1), 1, (True,), "Europe/Brussels")
    assert calendar.instant(dt.datetime(2024, 3, 30)) == -47 * HOUR
    # In Havana the clock skips midnight itself.
    havana = Calendar(dt.date(2024, 3, 10), 1, (True,), "America/Havana")
    assert (havana.midnight(0), havana.end, havana.on(0, HOUR), havana.on(0, 2 * HOUR)) == (0, 23 * HOUR, 0, HOUR)
    assert Calendar(SPRING, 1, (True,), "UTC").end == Calendar(SPRING, 1, (True,), "").end == DAY


def test_arrays_and_numbers_are_translated_alike() -> None:
    for first in (SPRING, AUTUMN, dt.date(2024, 1, 1)):
        clock = Calendar(first, 400, (True,) * 400, "Europe/Brussels").clock
        instants = np.random.default_rng(1).integers(0, 400 * DAY, 500)
        shown = clock.at(instants)
        assert shown.tolist() == [clock.at(int(at)) for at in instants]
        back = clock.instant(shown)
        assert back.tolist() == [clock.instant(int(at)) for at in shown]
        assert set((instants - back).tolist()) <= {0, HOUR}  # the second of two equal times is taken for the first


def test_zones_of_countries() -> None:
    assert [zone_of(name) for name in ("BE", "GB", "US", "none")] == [
        "Europe/Brussels", "Europe/London", "America/New_York", "Europe/Brussels",
    ]  # fmt: skip
    assert line().model.calendar.zone == "Europe/Brussels"
    assert line().replace(calendar__holidays="NL").model.calendar.zone == "Europe/Amsterdam"
    assert line().replace(period__zone="Europe/Lisbon").model.calendar.zone == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("zone", "message", "dutch"),
    [
        ("Europe/Brusels", "is not a time zone.*mean 'Europe/Brussels'", "is geen tijdzone"),
        ("Australia/Lord_Howe", "change on 2024-04-07 by less or more than whole hours", "verspringt de klok"),
    ],
)
def test_zones_that_cannot_be(zone: str, message: str, dutch: str) -> None:
    with pytest.raises(sim.ScenarioError, match=message) as error:
        line("2024-04-01").replace(period__zone=zone)
    assert dutch in told_error(error.value, language("nl"))


# days on which clocks change


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (dt.date(2024, 3, 30), 24)])
def test_a_line_around_the_clock_is_there_for_all_hours_of_the_day(day: dt.date, hours: int) -> None:
    scenario = line(str(day), hours="24/7", lines="1")
    assert counts(scenario, "lines", "staffed")[:2].tolist() == [hours * HOUR] * 2
    assert counts(scenario, "queue", "open")[:2].tolist() == [hours * HOUR] * 2
    by_hour = counts(scenario, "lines", "staffed")[2:] // HOUR
    assert by_hour.tolist() == [1, 1, hours - 23, *[1] * 21] if hours > 23 else [1, 1, 0, *[1] * 21]
    assert scenario.model.rates.expected(while_open=True).sum() == pytest.approx(70)


def test_hours_keep_their_place_on_the_clock() -> None:
    spring = Calendar(SPRING, 2, (True,) * 3, "Europe/Brussels")
    nine_to_five = sim.units.parse_hours("9:00-17:00")
    assert open_spans(nine_to_five, spring) == tuple((at * HOUR, (at + 8) * HOUR) for at in (8, 32, 56))
    assert open_spans(sim.units.parse_hours("2:00-3:00"), spring)[0] == (25 * HOUR, 26 * HOUR)  # skipped
    night = open_spans(sim.units.parse_hours("22:00-6:00"), replace(spring, first=dt.date(2024, 3, 30)))
    assert [(b - a) / HOUR for a, b in night] == [7, 8, 2]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_call_at_five_past_three_waits_300_s(engine: str) -> None:
    scenario = sim.load(CASES / "dst-spring.yaml")
    contacts = sim.simulate(sim.draw_world(scenario, seed=1), scenario.model.centre, engine=engine)
    assert (contacts.left_queue - contacts.dialled).tolist() == [0, 300 * SECOND]
    assert counts(scenario, "lines", "staffed")[0] == 23 * HOUR


def test_a_log_on_the_day_of_the_change(tmp_path: Path) -> None:
    def arrivals(first: dt.date, *moments: str) -> list[int]:
        rows = "".join(f"phone,all,{moment},60,\n" for moment in moments)
        (tmp_path / "log.csv").write_text(f"channel,province,arrival,handling_s,patience_s\n{rows}")
        text = (CASES / "dst-spring.yaml").read_text().replace("dst-spring.csv", "log.csv")
        (tmp_path / "day.yaml").write_text(text.replace("2024-03-31", str(first)))
        return (sim.draw_world(sim.load(tmp_path / "day.yaml"), seed=1).arrival // MINUTE).tolist()

    assert arrivals(SPRING, "2024-03-31 01:59:00", "2024-03-31 03:00:00") == [119, 120]
    assert arrivals(SPRING, "2024-03-31T01:00:00Z", "2024-03-31T23:59:00+02:00") == [120, 23 * 60 - 1]
    twice = ("2024-10-27 02:30:00", "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00", "2024-10-27 23:00:00")
    assert arrivals(AUTUMN, *twice) == [150, 150, 210, 24 * 60]
    with pytest.raises(sim.ScenarioError, match=r"log.csv:2:1: arrival: 2024-03-31 02:30:00 does not exist") as error:
        arrivals(SPRING, "2024-03-31 02:30:00")
    assert "bestaat niet in Europe/Brussels: de klok gaat dan 1 h vooruit" in told_error(error.value, language("nl"))
    with pytest.raises(sim.ScenarioError, match="is outside the period"):
        arrivals(SPRING, "2024-03-31T22:00:00Z")


def test_a_campaign_at_a_time_that_clocks_skip() -> None:
    surge = "{shape: step, at: ['2024-03-31 02:30'], lasts: 1 h}"
    with pytest.raises(sim.ScenarioError, match=r"campaigns.0.surge.0.at.0: 2024-03-31 02:30:00 does not exist"):
        sim.loads(LINE.format(first=SPRING, last=SPRING, hours="24/7", follow_up="1 days", lines=1)
                  + f"campaigns: [{{name: radio, surge: [{surge}], extra: 10}}]\n")  # fmt: skip


def test_a_change_in_the_follow_up_moves_the_hours_after_it() -> None:
    """A day before clocks go forward, with work that is left for the next morning."""
    scenario = sim.load(CASES / "dst-follow-up.yaml")
    world = sim.draw_world(scenario, seed=1)
    contacts = sim.simulate(world, scenario.model.centre)
    # The mail of 18:00 on Saturday is taken on Sunday at 9:00, 14 and not 15 hours later.
    assert (contacts.left_queue - contacts.dialled).tolist() == [14 * HOUR]
    assert contacts.outcome.tolist() == [Outcome.ANSWERED]
    assert audit(world, scenario.model.centre, contacts) == []
    for engine in ENGINES:
        assert sim.simulate(world, scenario.model.centre, engine=engine) == contacts


# nights


@pytest.mark.parametrize("follow_up", ["28 days", "0 s"])
def test_a_night_is_simulated_whole(follow_up: str) -> None:
    scenario = line(follow_up=follow_up)
    assert scenario.model.rates.expected(while_open=True).sum() == pytest.approx(70)
    assert scenario.model.rates.by_day(while_open=True).ravel().tolist() == pytest.approx([70])
    hourly = (
        scenario.model.rates.mass.sum(axis=(0, 1))[scenario.model.rates.open[0]]
        / np.diff(scenario.model.rates.edges)[scenario.model.rates.open[0]]
    )
    assert hourly * HOUR == pytest.approx(5)  # 70 calls over 14 hours
    staffed = counts(scenario, "lines", "staffed") // HOUR
    assert staffed[:3].tolist() == [28, 12, 16]  # in all, until midnight, after it
    assert staffed[3:].tolist() == [*[2] * 8, *[0] * 10, *[2] * 6]
    assert counts(scenario, "queue", "open")[0] == 14 * HOUR
    assert scenario.model.dates == (dt.date(2024, 3, 4), dt.date(2024, 3, 5))


def test_one_in_ten_calls_of_the_night_gives_up() -> None:
    """Erlang A with 5 calls an hour, 10 minutes each, 2 lines and a patience of 5 minutes: 10.18 % give up."""
    scenario, given_up, offered = sim.load(CASES / "overnight-one-night.yaml"), 0, 0
    for replication in range(300):
        contacts = sim.simulate(sim.draw_world(scenario, seed=5, replication=replication), scenario.model.centre)
        given_up += int((contacts.outcome == Outcome.ABANDONED).sum())
        offered += len(contacts)
    assert offered / 300 == pytest.approx(70, abs=2)
    assert given_up / offered == pytest.approx(0.1018, abs=0.01)  # a little less: the night begins empty


def test_a_week_of_nights_has_196_line_hours() -> None:
    scenario = line(last="2024-03-10")
    assert counts(scenario, "lines", "staffed")[0] == 196 * HOUR
    assert counts(scenario, "queue", "open")[0] == 98 * HOUR
    assert scenario.model.rates.by_day(while_open=True).ravel().tolist() == pytest.approx([70] * 7)
    world = sim.draw_world(scenario, seed=1)
    assert (world.arrival < 8 * HOUR).sum() == 0  # the hours of the day before are not part of the period
    assert (world.arrival >= 7 * DAY).any()
    assert sorted(set(world.day.tolist())) == list(range(7))
    assert np.array_equal(world.day, (world.arrival - 8 * HOUR) // DAY)


def test_a_night_in_which_clocks_change() -> None:
    assert counts(line("2024-03-30"), "lines", "staffed")[0] == 26 * HOUR
    assert counts(line("2024-10-26"), "lines", "staffed")[0] == 30 * HOUR


def test_weekdays_and_busy_days_are_those_on_which_a_night_begins() -> None:
    only_mondays = line(last="2024-03-06").replace(demand__weekdays="{tue: 0, wed: 0, thu: 0, fri: 0, sat: 0, sun: 0}")
    edges = only_mondays.model.rates.edges[:-1][only_mondays.model.rates.mass[0, 0] > 0]
    assert (edges.min(), edges.max()) == (18 * HOUR, 31 * HOUR)


def test_who_calls_by_day_is_outside_hours_between_nights_only() -> None:
    scenario = line(last="2024-03-05").replace(demand__outside_hours="{phone: 20 %}")
    rates = scenario.model.rates
    closed = rates.edges[:-1][(rates.mass[0, 0] > 0) & ~rates.open[0]]
    assert sorted(set(closed // HOUR)) == [*range(8, 18), *range(32, 42)]
    assert rates.expected(while_open=False).sum() == pytest.approx(28)


def test_after_a_closed_sunday_the_morning_is_closed() -> None:
    """No hours began on the day before, so whoever calls until 8:00 meets a closed door."""
    scenario = line().replace(demand__outside_hours="{phone: 20 %}", calendar__working_days="mon-sat")
    rates = scenario.model.rates
    assert rates.edges[:-1][(rates.mass[0, 0] > 0) & ~rates.open[0]][0] == 0
    assert line().replace(demand__outside_hours="{phone: 20 %}").model.rates.first[0, 0] == 8


def test_counted_hours_at_night_and_other_hours_planned() -> None:
    """Calls were counted at night; by day, all of them come outside hours, in the 14 hours of one calendar day."""
    scenario = line(hours="9:00-17:00").replace(
        demand__counted_hours="{phone: '18:00-8:00'}", demand__outside_hours="{phone: 10 %}"
    )
    rates = scenario.model.rates
    assert rates.edges[-1] == DAY
    assert rates.expected(while_open=True).sum() == pytest.approx(7 * 8 / 10)
    assert rates.expected(while_open=False).sum() == pytest.approx(70 + 7 * 2 / 10)


def test_a_shift_of_the_night_is_whole_with_breaks_and_extra_lines() -> None:
    lines = (
        "{count: 1, breaks: ['1:00-1:30'],"
        " extra: [{count: 1, hours: 22:00-4:00, first: 2024-03-04, last: 2024-03-04}], absence: 50 %}"
    )
    group = line(last="2024-03-05", lines=lines).model.centre.groups[0]
    assert group.until == ((24 + 32) * HOUR, 48 * HOUR)
    first = [(a / HOUR, b / HOUR) for a, b in group.shifts[0]]
    assert first[:4] == [(18, 25), (25.5, 32), (42, 49), (49.5, 56)]
    assert group.days[0][:4] == (0, 0, 1, 1)  # who is absent is absent before and after the break
    assert [(a / HOUR, b / HOUR) for a, b in group.shifts[1]] == [(22, 25), (25.5, 28)]


def test_a_line_around_the_clock_beside_a_night() -> None:
    """24 hours of the one and 14 of the other; what the next day brings is not counted."""
    scenario = line(lines="{shifts: {24/7: 1}, extra: [{count: 1, hours: 18:00-8:00}]}")
    assert counts(scenario, "lines", "staffed")[0] == (24 + 14) * HOUR


def test_calls_of_a_line_around_the_clock_end_at_midnight_beside_nights() -> None:
    text = LINE.format(first="2024-03-04", last="2024-03-04", hours="18:00-8:00", follow_up="2 days", lines=2)
    text = text.replace("phone: {hours", "chat: {hours: 24/7}, phone: {hours").replace(
        "by_channel: {phone: 100 %}", "by_channel: {phone: 50 %, chat: 50 %}"
    )
    text = (
        text.replace("lines: {", "lines: {chat: 1, ")
        .replace(
            "callers: {",
            "callers: {chat: {patience: {distribution: never}, calls_again: {share: 100 %, delay:"
            " {distribution: exponential, mean: 2 h}}}, ",
        )
        .replace("handling: {", "handling: {chat: {conversation: {distribution: exponential, mean: 5 min}}, ")
    )
    scenario = sim.loads(text)
    for engine in ENGINES:
        world = sim.draw_world(scenario, seed=2)
        contacts = sim.simulate(world, scenario.model.centre, engine=engine)
        assert audit(world, scenario.model.centre, contacts) == []
        on_chat = contacts.queue == [queue.name for queue in scenario.model.centre.queues].index("chat")
        assert contacts.dialled[on_chat].max() < DAY < contacts.dialled[~on_chat].max()
    assert counts(scenario, "queue", "open")[0] in (24 * HOUR, 14 * HOUR)
    assert counts(scenario, "lines", "staffed")[0] == 24 * HOUR


def test_a_log_with_calls_after_the_last_midnight(tmp_path: Path) -> None:
    def load(moment: str) -> sim.Scenario:
        (tmp_path / "log.csv").write_text(f"channel,province,arrival\nphone,all,{moment}\n")
        text = LINE.format(first="2024-03-04", last="2024-03-04", hours="18:00-8:00", follow_up="2 days", lines=2)
        (tmp_path / "night.yaml").write_text(text + "trace: {file: log.csv, repeats: keep}\nattempts: 1\n")
        return sim.load(tmp_path / "night.yaml")

    assert sim.draw_world(load("2024-03-05 07:59:00"), seed=1).arrival.tolist() == [32 * HOUR - MINUTE]
    for moment, message in (
        ("2024-03-05 08:00:00", "is outside the period"),
        ("2024-03-04 07:59:00", "is in opening hours that began on 2024-03-03, before the period"),
    ):
        with pytest.raises(sim.ScenarioError, match=message):
            load(moment)


def test_absence_goes_by_the_day_of_the_shift() -> None:
    """A line that is absent on the first day misses its night also after the break."""
    scenario = line(last="2024-03-05", lines="{count: 1, breaks: ['1:00-1:30'], absence: 50 %}")
    world = sim.draw_world(scenario, seed=1)
    absence = np.full_like(world.absence, ONE - 1)
    absence[0, 0, 0] = 0
    world = replace(world, absence=absence)
    for engine in ENGINES:
        contacts = sim.simulate(world, scenario.model.centre, engine=engine)
        assert audit(world, scenario.model.centre, contacts) == []
        assert contacts.left_queue[contacts.line >= 0].min() >= 42 * HOUR


# what people write


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24/7", "always"),
        ("24 / 7", "always"),
        ("7:00-23:00", "daily 7:00-23:00"),
        ("9-12 13-17", "daily 9-12 13-17"),
        ("mon-fri 9:00-17:00; 20:00-21:00", "mon-fri 9:00-17:00; daily 20:00-21:00"),
    ],
)
def test_hours_in_few_words(written: str, meant: str) -> None:
    assert sim.units.parse_hours(written) == sim.units.parse_hours(meant)


def test_shifts_without_days_are_those_of_every_day_of_work() -> None:
    scenario = line(last="2024-03-10", hours="7:00-23:00", lines="{shifts: {7:00-15:00: 1, 15:00-23:00: 2}}")
    assert counts(scenario, "lines", "staffed")[0] == 7 * 24 * HOUR
    weekdays = scenario.replace(calendar__working_days="mon-fri")
    assert counts(weekdays, "lines", "staffed")[0] == 5 * 24 * HOUR


def test_a_fitted_scenario_keeps_the_zone_of_its_log() -> None:
    log = CASES / "iso-durations.csv"
    fitted = sim.fit_log(log, zone="America/New_York")
    assert fitted.scenario.period.zone == fitted.scenario.model.calendar.zone == "America/New_York"
    assert sim.fit_log(log).scenario.period.zone is None


def test_an_uplift_of_a_day_is_that_of_the_night_that_begins_on_it() -> None:
    text = LINE.format(first="2024-03-04", last="2024-03-05", hours="18:00-8:00", follow_up="2 days", lines=2)
    rates = sim.loads(text + "campaigns: [{name: radio, uplift: {2024-03-04: 100 %, 2024-03-05: 50 %}}]\n").model.rates
    assert rates.by_day(while_open=True)[1].ravel().tolist() == pytest.approx([70, 35])


def test_a_profile_in_half_hours_on_a_day_of_25_hours() -> None:
    """The hour that comes twice has its weights twice."""
    rates = (
        line(str(AUTUMN), hours="24/7").replace(demand__hours="{2:30-3:00: 1, 0:00-2:30: 0, 3:00-24:00: 0}").model.rates
    )
    when = rates.edges[:-1][rates.mass[0, 0] > 0] // MINUTE
    assert when.tolist() == [150, 210]
    assert rates.mass[0, 0].max() == pytest.approx(35)
