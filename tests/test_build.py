"""What the keys of a scenario mean to an engine: who is on duty when, who serves whom, who goes first."""

from __future__ import annotations

import pytest

import sim
from sim.model.centre import Group, Priority, Queue, Route, threshold
from sim.model.clock import DAY, HOUR, MINUTE
from sim.scenario.attributes import ages_of, causes_of, topics_of
from sim.scenario.load import json_schema
from sim.scenario.sections import dumps
from sim.scenario.source import read_text

#: Monday 10 to Sunday 16 February 2020 and a follow-up of two days; three provinces and three channels.
SMALL = """
period: {first: 2020-02-10, last: 2020-02-16, follow_up: 2 days}
channels:
  phone: {hours: mon-fri 9:00-17:00, queue: per province}
  chat: {hours: mon-thu 17:00-19:00, waiting_places: 0}
  mail: {hours: always, staffed: mon-fri 9:00-17:00}
lines: {a: 1, b: 1, c: 1, chat: 1, mail: 1}
demand:
  contacts: 100
  by_channel: {phone: 80 %, chat: 10 %, mail: 10 %}
  by_province: {a: 3, b: 2, c: 1}
  topics: {abuse: 1, other: 2}
  ages: {phone: {minor: 1, adult: 9}, chat: {adult: 1, minor: 1}}
campaigns:
  - name: series
    extra: 10
    surge: [{shape: step, at: [2020-02-11 10:00], lasts: 1 day}]
    topics: {abuse: 1, past: 1}
handling:
  phone: {conversation: {distribution: exponential, mean: 30 min}, wrap_up: {distribution: exponential, mean: 5 min}}
  chat: {conversation: {distribution: exponential, mean: 30 min}}
  mail: {conversation: {distribution: exponential, mean: 30 min}}
"""


def small(*settings: str) -> sim.Scenario:
    """The small scenario with settings, read back from its own text."""
    scenario = sim.loads(SMALL).with_settings(list(settings))
    assert sim.loads(dumps(scenario)) == scenario
    return scenario


def queue(name: str, *settings: str) -> Queue:
    return next(found for found in small(*settings).model.centre.queues if found.name == name)


def group(name: str, *settings: str) -> Group:
    return next(found for found in small(*settings).model.centre.groups if found.name == name)


def at(day: int, first: float, last: float) -> tuple[int, int]:
    return day * DAY + int(first * HOUR), day * DAY + int(last * HOUR)


def of_week(first: float, last: float, days: tuple[int, ...] = (0, 1, 2, 3, 4, 7, 8)) -> tuple[tuple[int, int], ...]:
    """The same hours on the working days: Monday to Friday, and the next Monday and Tuesday."""
    return tuple(at(day, first, last) for day in days)


# when lines are on duty


def test_a_number_of_lines_works_the_hours_of_its_channel() -> None:
    assert group("a", "lines.a=2").shifts == (of_week(9, 17), of_week(9, 17))
    assert group("mail").shifts == (of_week(9, 17),)
    assert group("a", "lines.a={count: 1, staffed: mon 9:00-12:00 12:00-13:00}").shifts == (of_week(9, 13, (0, 7)),)
    assert group("chat", "lines.chat=0").shifts == ()


def test_a_channel_without_closing_has_a_span_for_each_day() -> None:
    always = tuple(at(day, 0, 24) for day in range(9))
    assert group("mail", "lines.mail={count: 1, staffed: always}").shifts == (always,)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    nights = group("a", "lines.a={count: 1, staffed: daily 20:00-6:00}", "calendar.working_days=mon-sun").shifts
    # The last one is cut off by the end of the follow-up.
    assert nights == ((*of_week(20, 30, tuple(range(8))), at(8, 20, 24)),)
    day_and_night = "lines.a={shifts: {daily 6:00-20:00: 2, daily 20:00-6:00: 1}}"
    first, second = group("a", day_and_night, "calendar.working_days=mon-sun").shifts
    assert first[:2] == (at(0, 6, 30), at(1, 6, 30))
    assert second[:2] == (at(0, 6, 20), at(1, 6, 20))


def test_shifts_state_the_level_by_hours() -> None:
    shifts = group("a", "lines.a={shifts: {mon-fri 9:00-13:00: 2, mon-fri 13:00-17:00: 1}}").shifts
    assert shifts == (of_week(9, 17), of_week(9, 13))


def test_extra_lines_come_on_top_on_their_days() -> None:
    mondays = "{hours: mon 9:00-12:00}"
    campaign = "{count: 2, hours: daily 16:00-18:00, first: 2020-02-12, last: 2020-02-13}"
    shifts = group("a", f"lines.a={{count: 1, extra: [{mondays}, {campaign}]}}").shifts
    days = tuple(at(day, 9, 18 if day in (2, 3) else 17) for day in (0, 1, 2, 3, 4, 7, 8))
    assert shifts == (
        days,
        (at(0, 9, 12), at(2, 16, 18), at(3, 16, 18), at(7, 9, 12)),
        (at(2, 16, 17), at(3, 16, 17)),
    )


def test_breaks_take_lines_away_but_never_more_than_there_are() -> None:
    everyone = group("a", "lines.a={count: 2, breaks: [mon-fri 12:00-12:30]}").shifts
    halves = tuple(sorted((*of_week(9, 12), *of_week(12.5, 17))))
    assert everyone == (halves, halves)
    one = group("a", "lines.a={count: 2, breaks: [{hours: mon-fri 12:00-12:30, count: 1}]}").shifts
    assert one == (of_week(9, 17), halves)
    many = "[{hours: mon-fri 12:00-12:30, count: 2}, {hours: mon-fri 12:00-12:30, count: 2}]"
    assert group("a", f"lines.a={{count: 3, breaks: {many}}}").shifts == (halves,) * 3


def test_the_most_lines_at_the_same_time() -> None:
    scenario = small("lines.a={count: 2, extra: [{hours: mon 9:00-12:00, count: 3}, {hours: tue 9:00-12:00}]}")
    assert [scenario.model.most_lines(name) for name in scenario.lines] == [5, 1, 1, 1, 1]
    assert scenario.model.centre.groups[0].levels()[1:4] == ((9 * HOUR, 5), (12 * HOUR, 2), (17 * HOUR, 0))


def test_absence_and_contacts_at_once() -> None:
    found = group("chat", "lines.chat={count: 1, absence: 5 %, at_once: 2, speeds: [100 %, 80 %, 60 %]}")
    assert found.absent == threshold(0.05)
    assert (found.at_once, found.speeds) == (2, (100, 80))
    assert group("chat", "lines.chat={count: 1, speeds: [90 %, 80 %]}").speeds == (90,)
    assert group("chat").speeds == (100,)


# who waits where, and who serves whom


def test_a_pool_is_one_queue_of_several_provinces() -> None:
    centre = small("channels.phone.pools={west: [c, b]}").model.centre
    assert [q.name for q in centre.queues] == ["phone/a", "phone/west", "chat", "mail"]
    assert centre.queue_of == ((0, 1, 1), (2, 2, 2), (3, 3, 3))
    assert centre.queues[1].routes == (Route(1), Route(2))
    assert [g.serves for g in centre.groups] == [(0,), (1,), (1,), (2,), (3,)]


def test_a_pool_of_all_provinces_and_a_group_with_its_name() -> None:
    centre = small("channels.phone.pools={flanders: all}", "lines={flanders: 3, chat: 1, mail: 1}").model.centre
    assert [q.name for q in centre.queues] == ["phone/flanders", "chat", "mail"]
    assert centre.queues[0].routes == (Route(0),)


def test_serves_names_queues_and_channels() -> None:
    centre = small("lines.mail={count: 1, serves: [mail, phone]}", "lines.b={count: 1, serves: phone/c}").model.centre
    assert centre.groups[4].serves == (4, 0, 1, 2)
    assert centre.groups[1].serves == (2,)
    assert centre.queues[1].routes == (Route(4),)
    assert centre.queues[2].routes == (Route(1), Route(2), Route(4))


def test_a_province_that_is_pooled_still_names_its_queue() -> None:
    found = group("mail", "lines.mail={count: 1, serves: [mail, phone/c]}", "channels.phone.pools={west: [b, c]}")
    assert found.serves == (3, 1)


def test_own_and_others_in_routing() -> None:
    centre = small("routing.phone=[own, {to: others, after: 60 s}]").model.centre
    assert centre.queues[1].routes == (Route(1), Route(0, MINUTE), Route(2, MINUTE))
    assert centre.queues[3].routes == (Route(3),)
    assert [g.serves for g in centre.groups[:3]] == [(0, 1, 2), (1, 0, 2), (2, 0, 1)]


def test_a_group_counts_where_it_is_first_mentioned() -> None:
    routing = "routing.phone=[{to: [a, own], after: 5 s}, b, {to: others, after: 9 s}]"
    assert queue("phone/b", routing).routes == (Route(0, 5000), Route(1, 5000), Route(2, 9000))


def test_the_routing_of_a_queue_goes_before_that_of_its_channel() -> None:
    settings = ["lines.backup=1", "routing={phone: [own, backup], phone/b: [b, {to: a, after: 1 min}]}"]
    assert queue("phone/a", *settings).routes == (Route(0), Route(5))
    assert queue("phone/b", *settings).routes == (Route(1), Route(0, MINUTE))
    # A group without a queue of its own works the hours of the first that it helps.
    assert group("backup", *settings).serves == (0, 2)
    assert group("backup", *settings).shifts == (of_week(9, 17),)


def test_whom_a_free_line_takes() -> None:
    assert group("a", "lines.a={count: 1, takes: longest wait}").longest_wait
    assert not group("a").longest_wait


def test_elsewhere_takes_longer() -> None:
    settings = ["handling.phone.elsewhere=12.5 %", "routing.phone=[own, others]"]
    assert group("b", *settings).factor == ((1125, 1000, 1125), (1000,) * 3, (1000,) * 3)
    assert group("mail", *settings).factor == ()
    assert group("b", "routing.phone=[own, others]").factor == ()


@pytest.mark.parametrize(
    ("serves", "home"),
    [("phone/b", 1), ("[phone/c, phone/b]", 2), ("[mail, phone/b]", None), ("phone", None), ("mail", None)],
)
def test_a_group_is_of_the_province_that_it_serves_first(serves, home) -> None:
    factor = group("team", f"lines.team={{count: 1, serves: {serves}}}", "handling.phone.elsewhere=-10 %").factor
    assert factor == (() if home is None else (tuple(1000 if p == home else 900 for p in range(3)), *[(1000,) * 3] * 2))


def test_a_pool_of_several_provinces_is_nobodys_home() -> None:
    pool = ["channels.phone.pools={west: [b, c]}", "handling.phone.elsewhere=10 %", "lines.west=1"]
    assert group("west", *pool).factor == ()
    assert group("b", *pool).factor[0] == (1100, 1000, 1100)


# what happens to contacts


def test_the_announced_wait_is_reckoned_from_the_mean_handling_time() -> None:
    assert queue("phone/a", "channels.phone.announce_wait=true").announce == 35 * MINUTE
    assert queue("phone/a").announce == 0
    found = queue("phone/a", "callers.phone.balk_at_wait={10 min: 50 %, 2 min: 10 %}")
    assert found.balk_at_wait == ((2 * MINUTE, threshold(0.1)), (10 * MINUTE, threshold(0.5)))


def test_call_backs_voicemail_and_deskwork() -> None:
    settings = ["channels.phone.call_back={accepted: 30 %, from_waiting: 2}", "channels.phone.voicemail=20 %"]
    found = queue("phone/a", *settings, "channels.mail.interruptible=true")
    assert (found.call_back, found.call_back_from, found.interruptible) == (threshold(0.3), 2, False)
    assert queue("mail", "channels.mail.interruptible=true").interruptible
    assert [habits.voicemail for habits in small(*settings).model.centre.habits] == [threshold(0.2), 0, 0]


def test_habits_of_those_who_leave_silently_are_passed_on_or_call_again() -> None:
    centre = small(
        "callers.phone.silent={share: 10 %, holds: {distribution: deterministic, always: 20 s}}",
        "callers.phone.forwarded={to: mail, share: 20 %}",
        "callers.chat.calls_again={share: 30 %, delay: {distribution: exponential, mean: 2 days}}",
    ).model.centre
    phone, chat, mail = centre.habits
    assert (phone.silent, phone.forward, phone.forward_to) == (threshold(0.1), threshold(0.2), 2)
    assert (chat.again, chat.silent, chat.forward_to) == (threshold(0.3), 0, -1)
    assert (mail.silent, mail.forward, mail.again) == (0, 0, 0)


def test_priorities_by_the_numbers_of_the_world() -> None:
    scenario = small(
        "priorities=[{age: minor}, {campaign: series, topic: past}, {channel: mail, province: c}, {campaign: base}]"
    )
    assert scenario.model.centre.priorities == (
        Priority(age=0),
        Priority(cause=1, topic=2),
        Priority(channel=2, province=2),
        Priority(cause=0),
    )
    world = sim.draw_world(scenario, seed=1)
    assert (world.topics, world.ages, world.causes) == (topics_of(scenario), ages_of(scenario), causes_of(scenario))


# files over files, and settings


def test_a_number_over_a_line_group_is_its_count() -> None:
    written = "{count: {value: 1, status: derived}, absence: 3 %, extra: [{hours: mon 9:00-12:00}]}"
    scenario = small(f"lines.a={written}", "lines.a=2")
    assert scenario.lines["a"].count is not None
    assert (scenario.lines["a"].count.value, scenario.lines["a"].count.status) == (2, None)
    assert scenario.lines["a"] == small(f"lines.a={written}", "lines.a.count=2").lines["a"]
    assert len(scenario.lines["a"].extra) == 1
    assert scenario == sim.loads(SMALL).with_settings([f"lines.a={written}"]).replace(lines__a=2)


def test_a_count_and_shifts_stand_instead_of_each_other() -> None:
    shifts = "lines.a={shifts: {mon 9:00-12:00: 2}, breaks: [mon 10:00-10:15]}"
    counted = small(shifts, "lines.a=2").lines["a"]
    assert (counted.count is not None, counted.shifts, len(counted.breaks)) == (True, None, 1)
    assert small(shifts, "lines.a.count=2").lines["a"] == counted
    shifted = small("lines.a={count: 2, staffed: always}", "lines.a.shifts={mon 9:00-12:00: 2}").lines["a"]
    assert (shifted.count, shifted.staffed) == (None, None)


def test_settings_below_a_bare_number() -> None:
    scenario = small("lines.chat.speeds=[100 %, 80 %]", "lines.chat.at_once=2", "lines.chat.absence=5 %")
    assert scenario.lines["chat"].count is not None
    assert scenario.lines["chat"].count.value == 1
    assert scenario.model.centre.groups[3].at_once == 2


def test_a_file_changes_the_lines_of_its_parent(tmp_path) -> None:
    (tmp_path / "parent.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "middle.yaml").write_text(
        "extends: parent.yaml\n"
        "channels: {phone: {pools: {west: [a, b]}}}\n"
        "lines: {a: {extra: [{hours: mon 9:00-12:00}]}, c: {shifts: {mon 9:00-12:00: 2}}}\n"
        "callers: {phone: {balk_at_wait: {2 min: 10 %}}}\n"
        "routing: {phone: [own, others], mail: [own]}\n",
        encoding="utf-8",
    )
    (tmp_path / "child.yaml").write_text(
        "extends: middle.yaml\n"
        "channels: {phone: {pools: {flanders: all}}}\n"
        "lines: {a: {value: 2, status: derived}, c: {shifts: {tue 9:00-12:00: 1}}}\n"
        "callers: {phone: {balk_at_wait: {5 min: 20 %}}}\n"
        "routing: {phone: [own]}\n",
        encoding="utf-8",
    )
    middle, child = sim.load(tmp_path / "middle.yaml"), sim.load(tmp_path / "child.yaml")
    assert middle.lines["a"].count is not None
    assert (middle.lines["a"].count.value, middle.model.most_lines("a")) == (1, 2)
    assert middle.lines["c"].count is None
    assert child.lines["a"].count is not None
    assert (child.lines["a"].count.value, child.model.most_lines("a")) == (2, 3)
    assert list(child.lines["c"].shifts or ()) == ["tue 9:00-12:00"]
    assert list(child.channels["phone"].pools) == ["flanders"]
    assert list(child.callers["phone"].balk_at_wait) == ["5 min"]
    assert [len(entries) for entries in child.routing.values()] == [1, 1]


FULL = """
channels.phone.hours={value: mon-fri 9:00-17:00, status: published, source: the website}
channels.phone.pools={west: [b, c]}
channels.phone.call_back={accepted: 10 %}
channels.mail.interruptible=true
lines.a={count: {value: 1, status: derived}, staffed: {value: mon-fri 9:00-16:00, status: derived}}
lines.b={shifts: {Mon-Fri  9:00-13:00: {value: 2, status: derived}}, extra: [{count: 2, hours: mon 13:00-15:00}]}
lines.c={count: 1, breaks: [mon 12:00-12:30, {hours: {value: tue 12:00-13:00, status: derived}, count: 1}]}
lines.chat={count: 1, at_once: 2, speeds: [100 %, {value: 80 %, status: derived}], takes: longest wait}
lines.mail={count: 1, serves: [mail, phone], absence: 2 %}
routing={phone: [own, {to: [others], after: 90 s}], mail: [own, {to: [a, b]}]}
priorities=[{age: minor}, {campaign: series}]
callers.phone.silent={share: 5 %, holds: {distribution: exponential, mean: 30 s}}
callers.phone.calls_again={share: 5 %, delay: {distribution: exponential, mean: 2 h}}
callers.phone.forwarded={to: mail, share: 5 %}
callers.phone.balk_at_wait={120 s: 5 %}
handling.phone.elsewhere=10 %
"""


def test_everything_at_once_is_written_and_read_back() -> None:
    scenario = small(*FULL.strip().splitlines())
    assert scenario.channels["phone"].hours.text == "mon-fri 9:00-17:00"
    assert list(scenario.lines["b"].shifts or ()) == ["mon-fri 9:00-13:00"]
    assert scenario.model.centre == sim.loads(dumps(scenario)).model.centre


def test_the_schema_accepts_all_of_it() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    for text in (SMALL, dumps(small(*FULL.strip().splitlines()))):
        assert not list(validator.iter_errors(read_text(text, "small").plain()))


@pytest.mark.parametrize(
    "where",
    [
        ("lines", "a"),
        ("lines", "b", "extra", 0),
        ("lines", "c", "breaks", 1),
        ("routing", "phone", 1),
        ("priorities", 0),
        ("channels", "phone", "call_back"),
        ("callers", "phone", "silent"),
    ],
)
def test_the_schema_marks_a_misspelt_key_at_its_place(where) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    written = read_text(dumps(small(*FULL.strip().splitlines())), "small").plain()
    block = written
    for step in where:
        block = block[step]
    block["misspelt"] = 1
    errors = list(jsonschema.Draft202012Validator(json_schema()).iter_errors(written))
    assert "misspelt" in errors[0].message
    assert [tuple(error.absolute_path)[: len(where)] for error in errors] == [where]
