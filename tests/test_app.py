"""The planner's page without a browser: controls, links, refusals, looks, the gate, work, a day played back."""

from __future__ import annotations

import asyncio
import json
import re
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import ruamel.yaml

import sim
from sim.app import day, downloads, limits
from sim.app.asks import Wish, ask_plan
from sim.app.controls import Refused, plans_of, values_from
from sim.app.controls_all import parts_of
from sim.app.form import form
from sim.app.gate import Gate
from sim.app.house import House
from sim.app.kept import beside
from sim.app.limits import FIRST_WORLDS, MOST_COUNTED, MOST_PAGES, MOST_PENDING, MOST_STAFF, MOST_WORLDS
from sim.app.link import Asked, asked
from sim.app.looks import PLAN, TODAY, looks, worlds
from sim.app.page_kept import best_words, words
from sim.app.shelf import Entry, Shelf
from sim.app.words import about, answer, cell, ends, figures, trouble
from sim.app.work import Seats, Task, Worker
from sim.language import Language, language
from sim.model.contacts import Outcome
from sim.scenario.load import loads
from sim.scenario.sections import dumps
from sim.statistics.cells import COLUMNS
from sim.statistics.estimates import Estimate
from sim.studies.trial import Stopped, try_plans

ROOT = Path(__file__).parent.parent
CAMPAIGN = sim.load(ROOT / "scenarios" / "als-je-eens-wist-2020.yaml")
PARTS = parts_of(CAMPAIGN)
EN, NL = language("en"), language("nl")


@pytest.mark.parametrize("name", ["als-je-eens-wist-2020", "forwarding-2021", "vk-intake-2020"])
def test_every_control_sets_what_it_says(name: str) -> None:
    scenario = sim.load(ROOT / "scenarios" / f"{name}.yaml")
    parts = parts_of(scenario)
    assert {part.section for part in parts} >= {"lines", "callers", "campaign"}
    for part in parts:
        for control in part.controls:
            value = next((o for o in control.options if o != control.today), None) or control.most
            if control.key.startswith("hours"):
                value = "6:00" if control.key.endswith("from") else "23:30"
            if value == control.today:
                continue
            plans = plans_of(scenario, parts, {control.key: value})
            again = {c.key: c.today for p in parts_of(plans.plan) for c in p.controls}
            of_another = bool(control.needs) or control.key.endswith(".shape")  # these go with another control
            assert of_another or part.section == "campaign" or again[control.key] == value, control.key
            assert of_another or plans.differ == (not part.of_callers), control.key


def test_help_between_provinces_is_that_of_the_shipped_plans() -> None:
    """Also with the longer handling that is assumed there."""
    for way, file in (("others", "forwarding"), ("pool", "pooling")):
        shipped = sim.load(ROOT / "scenarios" / "plans" / f"{file}.yaml")
        plan = plans_of(CAMPAIGN, PARTS, {"help.phone": way}).plan
        assert plan.handling == shipped.handling
        assert [q.routes for q in plan.model.centre.queues] == [q.routes for q in shipped.model.centre.queues]
        again = {control.key: control.today for part in parts_of(shipped) for control in part.controls}
        assert (again["help.phone"], again["help.phone.longer"]) == (way, 10)
    as_quick = plans_of(CAMPAIGN, PARTS, {"help.phone": "others", "help.phone.longer": 0}).plan
    assert (as_quick.handling["phone"].elsewhere.value, as_quick.handling["phone"].elsewhere.high) == (0, 0.25)
    assert plans_of(CAMPAIGN, PARTS, {"help.phone": "own", "help.phone.longer": 25}).plan.handling == CAMPAIGN.handling


def test_a_plan_is_named_by_what_was_set() -> None:
    for values, told in (
        ({"help.phone": "others"}, "Phone: forwarded to other provinces after 60 s"),
        ({"help.phone": "others", "help.phone.after": 30}, "Phone: forwarded to other provinces after 30 s"),
        (
            {"help.phone": "pool", "help.phone.longer": 20},
            "Phone: one queue for all provinces; Phone: calls taken by another province last longer by: 20 %",
        ),
        ({"lines.chat": 2, "help.phone.longer": 20}, "Chat: lines: 2"),
        ({}, "as it is"),
    ):
        assert words(PARTS, values, EN) == told


def test_what_was_set_is_marked_in_a_page_that_opens_with_it() -> None:
    assert form(PARTS, {}, EN).count(" moved") == 0
    assert form(PARTS, {"lines.limburg": 3}, EN).count(" moved") == 1


def test_callers_change_for_todays_lines_too() -> None:
    plans = plans_of(CAMPAIGN, PARTS, {"handling.phone": 30, "lines.limburg": 3})
    assert plans.today.handling == plans.plan.handling != CAMPAIGN.handling
    mean = plans.plan.handling["phone"].conversation.mean
    assert (mean.value, mean.status, mean.low) == (1_800_000, "assumed", 1_500_000)
    assert plans.today.lines["limburg"].count.value == 1
    assert plans.plan.lines["limburg"].count.value == 3


def test_longer_hours_meet_the_same_people() -> None:
    scenario = CAMPAIGN.with_settings(["demand.counted_hours={}"])
    plan = plans_of(scenario, parts_of(scenario), {"hours.phone.until": "21:00"}).plan
    assert plan.channels["phone"].hours.text == "mon,tue,wed,thu,fri 9:00-21:00"
    assert plan.demand.counted_hours["phone"].text == "mon-fri 9:00-17:00"


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ({"lines.antwerpen": "-3"}, "0 to 10"),
        ({"lines.antwerpen": "1e9"}, "0 to 10"),
        ({"lines.antwerpen": "99999999999999999999999"}, "0 to 10"),
        ({"lines.antwerpen": "two"}, "0 to 10"),
        ({"lines.antwerpen": "²"}, "0 to 10"),
        ({"lines.antwerp": "2"}, "Did you mean 'lines.antwerpen'"),
        ({"help.phone": "everybody"}, "own, others, pool"),
        ({"handling.phone": "24"}, "25 to 50"),
        ({"experiment.replications": "100000000"}, "does not have"),
    ],
)
def test_values_outside_their_bounds_are_refused(written: dict[str, str], word: str) -> None:
    with pytest.raises(Refused) as refused:
        values_from(PARTS, written)
    assert word in trouble(refused.value, EN)
    assert len(trouble(refused.value, NL)) < 250


def test_settings_that_do_not_go_together_are_said_in_words() -> None:
    with pytest.raises(Refused) as refused:
        plans_of(CAMPAIGN, PARTS, {"hours.phone.from": "18:00"})
    assert "must close later" in trouble(refused.value, EN)
    with pytest.raises(sim.ScenarioError) as invalid:
        plans_of(CAMPAIGN, PARTS, {"lines.e-mail": 0})
    assert trouble(invalid.value, EN).startswith("These settings do not go together: Lines (e-mail): no line")
    assert ": Lijnen (e-mail): er is nooit een lijn voor de wachtrij e-mail" in trouble(invalid.value, language("nl"))


def test_narrow_intervals_have_two_ends_and_what_is_exact_has_none() -> None:
    assert ends(Estimate(14.9, 14.6, 15.2), EN) == "14.6 to 15.2"
    assert ends(Estimate(434, 432, 436), EN) == "432 to 436"
    assert cell(Estimate(696, 696, 696), EN) == "<b>696</b> <small></small>"
    assert cell(Estimate(49.94, 49.92, 49.96), EN) == "<b>49.94</b> <small>49.92 to 49.96</small>"


@pytest.mark.parametrize(("code", "hint"), [("en", "Did you mean"), ("nl", "Bedoel je")])
def test_a_link_that_is_wrong_is_told_in_one_language(code: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        values_from(PARTS, {"lines.antwerp": "2"})
    assert trouble(refused.value, language(code)).endswith(f" {hint} 'lines.antwerpen'?")


@pytest.mark.parametrize(("code", "told"), [("en", "Size of the campaign"), ("nl", "Grootte van de campagne")])
def test_a_campaign_is_called_as_people_call_it(code: str, told: str) -> None:
    shown = form(PARTS, {}, language(code))
    assert f"{told} &#x27;Als je eens wist&#x27;</label>" in shown
    own = CAMPAIGN.with_settings(["campaigns.0.name=my-posters"])
    assert f"{told} &#x27;my-posters&#x27;</label>" in form(parts_of(own), {}, language(code))


def test_a_link_holds_the_settings(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    entry = shelf.entry("als-je-eens-wist-2020")
    wanted = Asked(entry, {"lines.antwerpen": 2, "help.phone": "others"})
    from urllib.parse import parse_qsl, urlsplit

    link = wanted.link("nl")
    found = asked(shelf, dict(parse_qsl(urlsplit(link).query)))
    assert (found.entry, found.values) == (entry, wanted.values)
    assert asked(shelf, {"scenario": entry.name, "lines.antwerpen": "1"}).values == {}
    for name in ("../../etc/passwd", "/etc/passwd", "upload-x", "no-such"):
        with pytest.raises(Refused):
            asked(shelf, {"scenario": name})
    with pytest.raises(Refused, match="refused_long"):
        asked(shelf, {"scenario": "x" * limits.MOST_LINK})


def test_plans_that_are_kept_are_in_the_link_and_of_lines_only(tmp_path: Path) -> None:
    from urllib.parse import parse_qsl, urlsplit

    shelf = Shelf(tmp_path)
    entry = shelf.entry("als-je-eens-wist-2020")
    now = Asked(entry, {"handling.phone": 30, "lines.antwerpen": 2})
    one = now.with_kept()
    assert one is not None
    assert one.kept == {"A": {"lines.antwerpen": 2}}
    assert one.with_kept() is None  # it is there already
    assert Asked(entry, {"handling.phone": 30}).with_kept() is None  # today's lines are always there
    two = one.at({"help.phone": "others", "help.phone.after": 30}).with_kept()
    assert two is not None
    found = asked(shelf, dict(parse_qsl(urlsplit(two.link("nl")).query)))
    assert (found.values, found.kept) == (two.values, two.kept)
    again = two.without("A").at({"lines.limburg": 2}).with_kept()
    assert again is not None
    assert list(again.kept) == ["A", "B"]
    for number_ in range(limits.MOST_KEPT - 2):
        again = again.at({"lines.limburg": 3 + number_}).with_kept()
        assert again is not None
    assert again.at({"lines.limburg": 9}).with_kept() is None
    for text in ("handling.phone=30", "lines.antwerpen=-1", "lines.nowhere=1", "help.phone=<b>"):
        with pytest.raises(Refused):
            asked(shelf, {"scenario": entry.name, "kept.A": text})
    with pytest.raises(Refused):
        asked(shelf, {"scenario": entry.name, "kept.Z": "lines.antwerpen=2"})


def test_plans_side_by_side_are_compared_on_the_same_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.app.looks.worlds", lambda _: 40)
    entry, seats, known = Entry.of("x", CAMPAIGN), Seats(), {}
    kept = {"A": {"lines.antwerpen": 2}, "B": {"lines.antwerpen": 2, "lines.chat": 0}}
    now = Asked(entry, {"handling.phone": 30, "help.phone": "others"}, kept)
    plans = downloads.plans_asked(now)
    (look,) = looks(plans, Task(), seats)
    found = beside(now, look, Task(), seats, known)
    assert found.trial.plans == [TODAY, "A", "B", PLAN]
    plan_a = plans_of(CAMPAIGN, PARTS, {"handling.phone": 30, "lines.antwerpen": 2}).plan
    both = try_plans({"A": plan_a, PLAN: plans.plan}, replications=40, seed=CAMPAIGN.experiment.seed)
    assert found.trial.difference(PLAN, "never_reached", base="A") == both.difference(PLAN, "never_reached")
    first, second, change = found.best_two()  # type: ignore[misc]
    assert (first, second) == (PLAN, "A")
    # Of two others: each interval at 97.5 %.
    assert change == found.trial.difference(PLAN, "never_reached", base="A", level=0.975)
    told = best_words(found, EN)
    assert "your plan reaches most" in told
    assert "than with plan A, for 112 fewer line hours" in told
    # What was played is not played again, and stops where nobody waits for it.
    stopped = Task()
    stopped.stop.set()
    assert beside(now, look, stopped, seats, known).trial.plans == found.trial.plans
    with pytest.raises(Stopped):
        beside(now, look, stopped, seats, {})
    worse = Asked(entry, now.values, {"A": {"lines.e-mail": 0}})
    assert list(beside(worse, look, Task(), seats, known).failed) == ["A"]


def test_a_line_for_any_province_serves_them_all() -> None:
    (control,) = (c for part in PARTS for c in part.controls if c.key == "lines.anywhere")
    assert (control.today, control.least) == (0, 0)
    for more in ({}, {"help.phone": "others"}, {"help.phone": "pool"}):
        plan = plans_of(CAMPAIGN, PARTS, {"lines.anywhere": 2, **more}).plan
        group = [one.name for one in plan.model.centre.groups].index("anywhere")
        served = {q.name for q in plan.model.centre.queues if group in [route.group for route in q.routes]}
        assert served == {q.name for q in plan.model.centre.queues if q.name.startswith("phone")}
        assert plan.model.most_lines("anywhere") == 2
    # Loaded again, the group is one of the scenario's own, and no second control appears.
    again = [c.key for part in parts_of(plan) for c in part.controls if c.key.startswith("lines.anywhere")]
    assert again == ["lines.anywhere"]


@pytest.mark.parametrize("after_s", [0.1, 0.7, 1.5])
def test_a_search_for_lines_stops_within_a_second(after_s: float) -> None:
    plans, wish, worker = plans_of(CAMPAIGN, PARTS, {}), Wish.of("never_reached", "10", "overflow"), Worker()
    task = worker.start(lambda task: ask_plan(plans, wish, "phone", task))
    time.sleep(after_s)
    begun, deadline = time.process_time(), time.monotonic() + 60
    worker.stop()
    while not task.finished and time.monotonic() < deadline:
        time.sleep(0.02)
    assert task.finished
    assert task.error is None
    assert time.process_time() - begun < 2  # a second on two processors, however much else they do


def test_the_shelf_reads_a_folder_and_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(dumps(CAMPAIGN.with_settings(["title=Mine, not theirs"])))
    (tmp_path / "broken.yaml").write_text("extends: nowhere.yaml\n")
    (tmp_path / "compose.yml").write_text("services: {}\n")
    shelf = Shelf(tmp_path)
    titles = shelf.titles("en")
    assert titles["mine"].startswith("Mine, not")
    assert "compose" not in titles
    with pytest.raises(sim.ScenarioError, match="there is no file"):
        shelf.entry("broken")
    before = shelf.entry("mine")
    (tmp_path / "mine.yaml").write_text(dumps(CAMPAIGN.with_settings(["lines.limburg=4"])))
    assert (
        shelf.entry("mine").scenario.lines["limburg"].count.value == 4 != before.scenario.lines["limburg"].count.value
    )


def test_uploads_are_bounded_and_read_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.app.shelf.MOST_UPLOADS", 2)
    shelf = Shelf(tmp_path)
    found = shelf.upload(dumps(CAMPAIGN))
    assert found.scenario == loads(dumps(CAMPAIGN))
    assert shelf.entry(found.name) is found
    for text, why in (
        ("extends: ../scenarios/1712-baseline-2019.yaml\n", "refused_reads"),
        (dumps(CAMPAIGN) + "trace: {file: /etc/passwd}\n", "refused_reads"),
        (dumps(CAMPAIGN.with_settings(["demand.contacts=9000000"])), "refused_size"),
        (dumps(CAMPAIGN.with_settings(["campaigns.0.extra=900000"])), "refused_size"),
        ((ROOT / "tests" / "cases" / "hundred-thousand-lines.yaml").read_text(), "refused_lines"),
        (many_provinces(101), "refused_provinces"),
    ):
        with pytest.raises(Refused, match=why):
            shelf.upload(text)
    with pytest.raises(sim.ScenarioError):
        shelf.upload("lines: [1, 2")
    for _ in range(2):
        shelf.upload(dumps(CAMPAIGN))
    with pytest.raises(Refused, match="refused_upload_gone"):
        shelf.entry(found.name)


def many_provinces(count: int) -> str:
    """A scenario with so many, served by the same lines."""
    shares = ", ".join(f"p{number}: 1" for number in range(count))
    text = (ROOT / "tests" / "cases" / "hundred-thousand-lines.yaml").read_text()
    return text.replace("{here: 20, there: 20}", f"{{{shares}}}").replace("100000", "3")


@pytest.mark.parametrize(("code", "told"), [("en", "100,000 lines"), ("nl", "100.000 lijnen")])
def test_a_scenario_with_too_many_lines_is_refused_with_the_limit(tmp_path: Path, code: str, told: str) -> None:
    with pytest.raises(Refused) as error:
        Shelf(tmp_path).upload((ROOT / "tests" / "cases" / "hundred-thousand-lines.yaml").read_text())
    said = trouble(error.value, language(code))
    assert told in said
    assert language(code).number(MOST_STAFF) in said


def test_a_setting_that_asks_for_too_many_callers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    contacts = sum(CAMPAIGN.model.rates.expected(while_open=is_open).sum() for is_open in (True, False))
    monkeypatch.setattr("sim.app.controls.MOST_CONTACTS", contacts + 100)
    plans_of(CAMPAIGN, PARTS, {"campaign.als-je-eens-wist.size": 200})
    with pytest.raises(Refused, match="refused_size"):
        plans_of(CAMPAIGN, PARTS, {"campaign.als-je-eens-wist.size": 555})


def test_the_counts_of_a_plan_have_a_bound() -> None:
    year = CAMPAIGN.with_settings(["period.last=2020-12-31", "experiment.replications=1000"])
    assert worlds(CAMPAIGN.with_settings(["experiment.replications=5000"])) == MOST_WORLDS
    scopes = 1 + len(year.channels) + len(year.provinces) + year.model.calendar.days + 24
    assert FIRST_WORLDS < worlds(year) < MOST_WORLDS
    assert worlds(year) * scopes * len(COLUMNS) * 8 <= MOST_COUNTED


def test_only_windows_with_a_browser_take_a_place(tmp_path: Path) -> None:
    house, dropped = House(tmp_path, Shelf(tmp_path)), list[str]()
    for n in range(MOST_PENDING + 5):
        house.expect(f"p{n}", partial(dropped.append, f"p{n}"))
    assert not house.full
    assert dropped == [f"p{n}" for n in range(5)]
    windows = [Worker() for _ in range(MOST_PAGES + 1)]
    assert [house.enter(f"p{10 + n}", window) for n, window in enumerate(windows)] == [
        *[True] * MOST_PAGES,
        False,
    ]
    assert house.full
    assert house.enter("p10", windows[0])
    house.left("p10")
    assert house.enter("q", windows[-1])


def test_looks_are_trials_on_more_and_more_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.app.looks.worlds", lambda _: 60)
    plans = plans_of(CAMPAIGN, PARTS, {"lines.antwerpen": 2})
    found = list(looks(plans, Task(), Seats()))
    assert [look.trial.replications for look in found] == [40, 60]
    assert [look.whole for look in found] == [False, True]
    whole = try_plans(
        {TODAY: plans.today, PLAN: plans.plan}, replications=60, seed=CAMPAIGN.experiment.seed, kinds=("all",)
    )
    for plan in (TODAY, PLAN):
        assert np.array_equal(found[-1].trial.counts[plan].of("all", "all"), whole.counts[plan].of("all", "all"))
    assert found[-1].trial.difference(PLAN, "never_reached") == whole.difference(PLAN, "never_reached")
    told = answer(found[-1], EN)
    never = whole.estimate(PLAN, "never_reached").value
    assert f"about {never:.0f} people" in told[0]
    assert "fewer" in told[1]
    assert "112 extra line hours" in told[1]
    change = [figure.change for figure in figures(found[-1], NL)]
    assert change[0] == whole.difference(PLAN, "never_reached")


def test_a_stopped_look_ends_soon_and_frees_its_seat() -> None:
    seats, worker = Seats(1), Worker()
    plans = plans_of(CAMPAIGN, PARTS, {"lines.antwerpen": 2})

    def job(task: Task) -> None:
        for look in looks(plans, task, seats):
            task.found = look

    first = worker.start(job)
    second = worker.start(job)
    assert first.stop.is_set()
    worker.leave()
    deadline = time.monotonic() + 20
    while not (first.finished and second.finished) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert first.finished
    assert second.finished
    assert first.error is None
    with seats.taken(Task()):
        pass


def test_work_waits_for_a_seat_and_tells_what_went_wrong() -> None:
    seats = Seats(1)
    waiting, stopped = Task(), Task()
    with seats.taken(Task()):
        stopped.stop.set()
        with pytest.raises(Stopped), seats.taken(stopped):
            raise AssertionError("there was no seat")
        assert stopped.waits
    with seats.taken(waiting):
        assert not waiting.waits

    def breaks(task: Task) -> None:
        task.tell(1, 2)
        raise ZeroDivisionError("so it is")

    worker = Worker()
    task = worker.start(breaks)
    worker.leave()
    assert task.finished
    assert str(task.error) == "so it is"
    assert (task.done, task.wanted) == (1, 2)


def test_what_is_found_last_is_not_taken_for_all_that_came_before_it() -> None:
    class Ends(Task):
        """Its thread finds the last and ends whenever somebody has looked at what is found."""

        def __getattribute__(self, name: str) -> object:
            value = super().__getattribute__(name)
            if name == "found" and value == "first":
                self.found, self.finished = "last", True
            return value

    task = Ends(found="first")
    assert task.seen() == ("first", False)
    assert task.seen() == ("last", True)


def gate_says(**asked: object) -> int:
    """Status of a request with these parts."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/en",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8712")],
    } | asked
    sent: list[dict[str, object]] = []

    async def inner(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(Gate(inner, port=8712)(scope, receive, send))  # type: ignore[arg-type]
    if scope["type"] == "websocket":
        return 200 if sent[0]["type"] == "http.response.start" else 403
    if sent[0]["status"] == 200:
        assert b"content-security-policy" in dict(sent[0]["headers"])  # type: ignore[call-overload]
    return int(str(sent[0]["status"]))


def headers(**given: str) -> list[tuple[bytes, bytes]]:
    given = {"host": "127.0.0.1:8712"} | {name.replace("_", "-"): value for name, value in given.items()}
    return [(name.encode(), value.encode()) for name, value in given.items()]


def test_the_gate_lets_in_this_machine_and_nobody_else() -> None:
    own, evil = "http://127.0.0.1:8712", "http://evil.example"
    assert gate_says() == 200
    assert gate_says(headers=headers(host="localhost:8712")) == 200
    for host in ("evil.example:8712", "127.0.0.1", "127.0.0.1:80", "", "127.0.0.1:8712.evil.example", "[::1]:8712"):
        assert gate_says(headers=headers(host=host)) == 421, host
    assert gate_says(method="POST", path="/upload/en", headers=headers(origin=own)) == 200
    assert gate_says(method="POST", path="/upload/en", headers=headers(origin=evil)) == 403
    assert gate_says(method="POST", path="/upload/en") == 403
    assert gate_says(method="POST", path="/upload/en", headers=headers(origin="null")) == 403
    assert gate_says(type="websocket", headers=headers(origin=own)) == 200
    assert gate_says(type="websocket", headers=headers(origin=evil)) == 403
    assert gate_says(type="websocket") == 403
    assert gate_says(method="DELETE", headers=headers(origin=own)) == 405
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    assert gate_says(headers=headers(**link)) == 200
    assert gate_says(path="/en/scenario.yaml", headers=headers(**link)) == 403
    assert gate_says(headers=headers(sec_fetch_site="cross-site", sec_fetch_mode="no-cors")) == 403
    assert gate_says(query_string=b"x" * 3 * limits.MOST_LINK) == 414
    assert gate_says(headers=headers(content_length=str(limits.MOST_BYTES + 1))) == 413
    assert gate_says(headers=headers(content_length="-1")) == 413


def test_a_day_played_back_is_that_days_contacts() -> None:
    plans = plans_of(CAMPAIGN, PARTS, {"lines.antwerpen": 2, "help.phone": "others"})
    text = day.page(plans, NL)
    assert not re.search(r"(src|href)=|https?://(?!www\.w3\.org/2000/svg)|url\(|@import", text)
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text)[1])["day"]  # type: ignore[index]
    assert [plan["name"] for plan in data["plans"]] == ["jouw plan", "zoals het is"]
    for plan, scenario in zip(data["plans"], (plans.plan, plans.today), strict=True):
        played = day.Played.of(scenario)
        number_ = day.busiest(day.Played.of(plans.plan))
        shown = [c for c in plan["contacts"] if 0 <= c[1] < 86_400]
        table = played.contacts
        here = (table.dialled // 86_400_000 == number_) & (table.outcome != Outcome.CLOSED)
        mail = [q.name for q in scenario.model.centre.queues].index("e-mail")
        assert len(shown) == int((here & (table.queue != mail)).sum()) > 30
        assert sum(c[4] for c in shown) == int(
            (here & (table.queue != mail) & (table.outcome == Outcome.ANSWERED)).sum()
        )
        # No line has two callers at once.
        busy = sorted((c[5], c[2], c[3]) for c in plan["contacts"] if c[5] >= 0)
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(busy))
        homes = [plan["lines"][place]["row"] for *_, place, _ in shown if place >= 0]
        assert (homes != [c[0] for c in shown if c[5] >= 0]) == (scenario is plans.plan)


def test_provinces_lie_on_a_sketch_where_all_of_them_are_on_it() -> None:
    def tiles(scenario: sim.Scenario) -> dict[str, dict[str, object]]:
        found = day.played_day(plans_of(scenario, parts_of(scenario), {}), NL)["plans"][0]
        return {found["rows"][tile["row"]]: tile for tile in found["tiles"]}

    usual = tiles(CAMPAIGN)
    assert list(usual) == ["Antwerpen", "Oost-Vlaanderen", "West-Vlaanderen", "Vlaams-Brabant", "Limburg"]
    west_to_east = sorted(usual, key=lambda name: usual[name]["place"][1] if usual[name]["place"][0] == 1 else 99)  # type: ignore[index]
    assert west_to_east == ["West-Vlaanderen", "Oost-Vlaanderen", "Antwerpen", "Limburg", "Vlaams-Brabant"]
    assert all(tile["inside"] == -1 for tile in usual.values())
    with_brussels = tiles(loads(dumps(CAMPAIGN).replace("limburg", "brussel")))
    assert with_brussels["Brussel"]["inside"] == with_brussels["Vlaams-Brabant"]["row"]
    assert tiles(loads(dumps(CAMPAIGN).replace("limburg", "luik"))) == {}


def test_names_of_a_scenario_cannot_end_a_script_or_an_element(tmp_path: Path) -> None:
    nasty = "</script><img src=x onerror=alert(1)>"
    scenario = CAMPAIGN.model_copy(update={"title": nasty})
    renamed = loads(dumps(scenario).replace("antwerpen", "'<b>'"))
    for text in (day.page(plans_of(renamed, parts_of(renamed), {}), EN), form(parts_of(renamed), {}, EN)):
        assert "<img" not in text
        assert "<b>" not in text.lower()
    del tmp_path


def test_the_saved_file_runs_again(tmp_path: Path) -> None:
    entry = Entry.of("x", CAMPAIGN)
    wanted = Asked(entry, {"chats.chat": 2, "campaign.als-je-eens-wist.shape": "pulse", "patience.phone": 3})
    file = downloads.scenario_file(wanted, EN)
    (tmp_path / file.name).write_text(file.content)
    found = sim.load(tmp_path / file.name)
    assert file.name == "als-je-eens-wist-2020-plan.yaml"
    assert found.lines == downloads.plans_asked(wanted).plan.lines
    assert ruamel.yaml.YAML(typ="safe").load(file.content)["lines"]["chat"]["at_once"] == 2
    assert found.campaigns[0].surge[0].shape == "gamma pulse"


def test_numbers_have_the_digits_their_intervals_support() -> None:
    def shown(value: float, half: float, say: Language, *, fine: bool = False) -> str:
        return about(Estimate(value, value - half, value + half), say, fine=fine)

    assert shown(433.6, 1.7, EN) == "434"
    assert shown(1234.5, 3, NL) == "1.234"
    assert shown(-0.001, 0.2, EN) == "0.0"
    assert shown(-7.26, 0.2, NL) == "−7,3"
    assert shown(38.21, 0.2, EN, fine=True) == "38.2"
    assert shown(50.2, 0.1, EN) == "50.2"
    assert shown(float("nan"), 1, EN) == "–"
