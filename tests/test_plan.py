"""Plans: the search finds what enumeration finds, fresh worlds confirm it, and silly questions get one clear answer."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from click.testing import CliRunner
from plan_cases import SMALL, lines, names, small
from said import sentences

import sim
from sim.answers import files
from sim.answers.kinds import in_language
from sim.answers.phrases import definitions
from sim.answers.plots import charts_of, figure_of
from sim.cli.commands import cli
from sim.errors import SimError
from sim.language import ENGLISH, language
from sim.statistics.summary import WHILE_OPEN
from sim.studies.blocks import Book, blocks_of
from sim.studies.choose import search
from sim.studies.costs import Costs
from sim.studies.means import Means
from sim.studies.shifts import cover
from sim.studies.staffing import Slot, Staff, parse_parts, staff_of, text_of
from sim.studies.structures import Structure, blocks_with, starts, structures_of
from sim.studies.targets import parse_target, targets_of, with_waits
from sim.studies.trial import try_plans
from sim.units import parse_hours

WORLDS = 12
NL = language("nl")


def searched(structure: Structure, staff: list[Staff], targets, *, costs: Costs | None = None, **options: int):
    """A search and its book."""
    blocks = blocks_with(structure, staff, costs or Costs())
    first = starts(blocks, structure.scenario, targets)
    book = Book(structure.scenario, blocks, targets, first, WORLDS, Means(5, "compiled", 1))
    return search(book, **options), book


def enumerated(scenario, plans, targets) -> dict[str, tuple[np.ndarray, float]]:
    """Slack by target and people lost while open of every plan, summed over the same worlds, one simulation each."""
    built = {name: scenario.with_settings(settings) for name, settings in plans.items()}
    trial = try_plans(built, replications=WORLDS, seed=5, engine="compiled", workers=1)
    found = {}
    for name in built:
        slack = [(trial.counts[name].of(t.kind, t.name) @ t.weights).sum() for t in targets]
        lost = (trial.by_world(name, "never_reached") - trial.by_world(name, "only_closed")).sum()
        found[name] = np.array(slack), float(lost)
    return found


def cheapest(found, cost) -> tuple[float, float]:
    """Least cost, and fewest lost at that cost, of the plans that meet every target."""
    met = [(cost[name], lost) for name, (slack, lost) in found.items() if np.all(slack >= -1e-9)]
    return min((round(c, 6), lost) for c, lost in met)


@pytest.mark.parametrize(
    ("wishes", "everywhere"),
    [
        (("never reached while open 12 %",), False),
        (("phone 75 % in 60 s", "never reached while open 20 %"), False),
        (("never reached while open 25 %",), True),
        (("phone mean wait 40 s", "phone abandonment 12 %", "chat loss 30 %"), False),
    ],
)
def test_separate_lines_are_planned_as_enumeration_plans_them(wishes, everywhere) -> None:
    groups = ("north", "south", "chat")
    base = with_waits(small("lines.east.count=2"), targets_of(small(), wishes))
    targets = targets_of(base, wishes, everywhere=everywhere)
    staff = [staff_of(base, group, parts=[], least=1, most=3) for group in groups]
    plans = names(list(product((1, 2, 3), repeat=3)))
    settings = {n: lines(**dict(zip(groups, plan, strict=True))) for n, plan in plans.items()}
    found = enumerated(base, settings, targets)
    result, book = searched(Structure("as it is", base), staff, targets)
    assert result.proven
    assert result.simulated <= 7  # of 27: the others add up
    expected = cheapest(found, {name: 12.0 * sum(plan) for name, plan in plans.items()})
    assert (round(result.best.cost, 6), round(result.best.lost * WORLDS, 6)) == expected
    chosen = {block.groups: levels for block, levels in zip(book.blocks, result.best.levels, strict=True)}
    name = "-".join(str(chosen[group,][0]) for group in groups)
    assert np.allclose(result.best.slack * WORLDS, found[name][0])


def test_parts_of_the_day_are_planned_as_enumeration_plans_them() -> None:
    wishes = ("phone 70 % in 60 s",)
    base = with_waits(small("lines.east.count=3"), targets_of(small(), wishes))
    targets = targets_of(base, wishes)
    costs = Costs.of(["mon-fri 9:00-11:00=3", "mon-fri 11:00-13:00=2"])
    parts = parse_parts("9-11,11-13", base)
    staff = [staff_of(base, group, parts=parts, least=1, most=2) for group in ("north", "south")]
    early, late = "mon-fri 9:00-11:00", "mon-fri 11:00-13:00"
    plans = names(list(product((1, 2), repeat=4)))
    settings = {n: lines(north={early: a, late: b}, south={early: c, late: d}) for n, (a, b, c, d) in plans.items()}
    found = enumerated(base, settings, targets)
    paid = {
        n: sum(Costs.of_groups(costs, base.with_settings(s))[g] for g in ("north", "south"))
        for n, s in settings.items()
    }
    result, _ = searched(Structure("as it is", base), staff, targets, costs=costs)
    assert (round(result.best.cost, 6), round(result.best.lost * WORLDS, 6)) == cheapest(found, paid)


@pytest.mark.parametrize("way", ["overflow", "pooling"])
@pytest.mark.parametrize("wish", ["never reached while open 9 %", "phone 80 % in 60 s"])
def test_joined_lines_are_planned_as_enumeration_plans_them(way: str, wish: str) -> None:
    base = with_waits(small("handling.phone.elsewhere=+20 %"), targets_of(small(), (wish,)))
    structure = structures_of(base, (way,), after="60 s")[1]
    targets = targets_of(structure.scenario, (wish,))
    staff = [staff_of(base, group, parts=[], least=1, most=3) for group in ("north", "south", "east")]
    plans = names(list(product((1, 2, 3), repeat=3)))
    settings = {n: lines(**dict(zip(("north", "south", "east"), p, strict=True))) for n, p in plans.items()}
    found = enumerated(structure.scenario, settings, targets)
    expected = cheapest(found, {name: 12.0 * sum(plan) for name, plan in plans.items()})
    # As if the block were too large to be simulated whole.
    result, book = searched(structure, staff, targets, small=1)
    assert result.proven
    assert (round(result.best.cost, 6), round(result.best.lost * WORLDS, 6)) == expected
    assert book.simulated < 27
    # Without the proof, at least none with one line more, fewer or elsewhere is better.
    local, _ = searched(structure, staff, targets, small=1, proof=0)
    assert not local.proven
    assert local.best.cost <= expected[0] + 12
    # With a part of it, nothing that costs less than is said was left out, and it is no more than the best there is.
    for proof in (0, 4, 10):
        some, book = searched(structure, staff, targets, small=1, proof=proof)
        left_out = [12.0 * sum(plan) for plan in product((1, 2, 3), repeat=3) if (0, plan) not in book.known]
        assert all(cost >= min(some.floor, some.objective) - 1e-3 for cost in left_out)
        assert some.proven or some.floor <= expected[0]


def test_targets_by_province_add_up_over_queues_of_one_and_of_all() -> None:
    base = small()
    targets = targets_of(base, ("never reached while open 10 %",), everywhere=True)
    staff = [staff_of(base, group, parts=[], least=1, most=2) for group in base.lines]
    _, book = searched(Structure("as it is", base), staff, targets)
    plan = [(2,), (1,), (2,), (2,)]
    assert [block.groups for block in book.blocks] == [("north",), ("south",), ("east",), ("chat",)]
    whole = enumerated(base, {"all": lines(north=2, south=1, east=2, chat=2)}, targets)["all"]
    total = book.total(plan)
    assert np.allclose(total.slack.sum(axis=0), whole[0])
    assert total.lost.sum() == whole[1]


def test_queues_whose_callers_may_go_on_are_one_block() -> None:
    assert blocks_of(small()) == [frozenset({n}) for n in range(4)]
    switching = small(
        "callers.chat={redial: {blocked: 50 %}, redial_delay: {distribution: exponential, mean: 5 min}, "
        "switch: {to: phone, blocked: 50 %}}"
    )
    assert blocks_of(switching) == [frozenset({0, 1, 2, 3})]


def test_shifts_cover_what_is_needed_at_least_cost() -> None:
    slots = tuple(Slot(f"mon-fri {hour}:00-{hour + 1}:00") for hour in range(9, 14))
    staff = Staff("north", slots, 0, 3, shortest=2 * 3_600_000)
    prices = (1.0, 1.0, 2.0, 1.0, 1.0)
    runs = [(a, b) for a in range(5) for b in range(a + 2, 6)]
    for need in [(0, 1, 0, 0, 0), (1, 2, 1, 0, 1), (2, 0, 1, 0, 2), (0, 0, 3, 0, 0)]:
        best = _cheapest_cover(runs, prices, need)
        levels, shifts = cover(staff, need, prices)
        assert sum(p * level for p, level in zip(prices, levels, strict=True)) == best
        assert all(shift.stop - shift.start >= staff.shortest for shift in shifts)
        for k, level in enumerate(levels):
            hour = (9 + k) * 3_600_000
            assert sum(shift.lines for shift in shifts if shift.start <= hour < shift.stop) == level >= need[k]


def _cheapest_cover(runs, prices, need) -> float:
    """By trying shifts one after the other."""
    found = {need: 0.0}
    best = float("inf")
    while found:
        after: dict[tuple[int, ...], float] = {}
        for left, cost in found.items():
            if not any(left):
                best = min(best, cost)
                continue
            for a, b in runs:
                rest = tuple(max(0, n - (a <= k < b)) for k, n in enumerate(left))
                paid = cost + sum(prices[a:b])
                if rest != left and paid < best:
                    after[rest] = min(paid, after.get(rest, float("inf")))
        found = after
    return best


def test_a_plan_is_confirmed_on_fresh_worlds() -> None:
    found = sim.plan(small(), targets=["never reached while open 15 %"], replications=15, confirm=60)
    assert found.meets
    trial = found.chosen.trial
    assert trial.first >= 15
    assert found.chosen.way.targets[0].met(found.chosen.found[0])
    hours = Costs().duty(found.plan)
    assert sum(h for h, _ in hours.values()) == 12 * sum(levels[0] for _, levels in _staffing(found).values())
    # What the plan's scenario gives when it is run is what is shown.
    again = try_plans({"plan": found.plan}, replications=60, seed=5, first=trial.first)
    assert np.array_equal(again.counts["plan"].of(), trial.counts["plan"].of())
    assert sentences(found.answer)[0].count("line-hours") == 1
    assert {"lines", "targets", "frontier"} <= {table.name for table in found.answer.tables}
    costs = [point.choice.cost for point in found.frontier]
    assert costs == sorted(costs)


def test_a_target_of_all_provinces_says_which_of_them_miss_it() -> None:
    """One line each: north with half of the calls cannot do what east with a fifth of them does."""
    target = "phone abandonment 36 %"
    found = sim.plan(small("targets.channels={}"), targets=[target], most=1, replications=15, confirm=60)
    assert found.meets
    by_province = {
        name: found.chosen.trial.estimate("plan", "abandonment", kind="queue", name=f"phone/{name}").value
        for name in ("north", "south", "east")
    }
    behind = [name for name, value in by_province.items() if value > 36]
    assert behind
    assert len(behind) < 3
    (told,) = [sentence for sentence in sentences(found.answer) if "--everywhere" in sentence]
    for name, value in by_province.items():
        assert (f"phone/{name} {value:.1f}" in told) == (value > 36)
    assert any("Alle provincies samen" in sentence for sentence in sentences(found.answer, NL))
    # Asked of every province there is nothing left to say.
    every = sim.plan(
        small("targets.channels={}"), targets=[target], everywhere=True, most=3, replications=15, confirm=60
    )
    assert every.chosen.behind() == []


def test_todays_lines_are_shown_on_the_replications_that_refused_them() -> None:
    base = small("targets.channels={}")
    found = sim.plan(base, targets=["never reached while open 15 %"], replications=15, confirm=60)
    plan, cost, missed, came_to, _ = found.answer.table("refused").rows[0]
    assert plan.id == "today"
    hours = sum(h for name, (h, _) in Costs().duty(base).items() if name in _staffing(found))
    assert cost == hours < found.chosen.choice.cost
    again = try_plans({"today": base}, replications=15, seed=5)
    (target,) = found.chosen.way.targets
    value = target.estimate(again, "today")
    assert not target.met(value)
    assert came_to == value
    assert missed.id == target.written
    (told,) = [sentence for sentence in sentences(found.answer) if sentence.startswith("Today's lines")]
    assert f"({value.value:.1f} " in told
    assert "15 worlds (numbers 0 to 14" in told
    # The frontier has the plan with the numbers that confirmed it.
    (point,) = [one for one in found.frontier if one.choice.levels == found.chosen.choice.levels]
    assert point.lost == found.chosen.trial.counts["plan"].estimate(WHILE_OPEN)


def _staffing(found):
    return found.chosen.way.staffing(found.chosen.choice)


def test_where_no_plan_meets_the_targets_the_nearest_is_said() -> None:
    found = sim.plan(small(), targets=["never reached while open 1 %"], most=2, replications=10, confirm=20)
    assert not found.meets
    assert sentences(found.answer)[0].startswith("No plan within these limits meets the targets; the nearest is: ")
    assert all(levels == (2,) for _, levels in _staffing(found).values())
    assert any("Missed: at most 1 %" in sentence for sentence in sentences(found.answer))
    # What would make it miss a target is no news where it misses one already.
    assert not any("rests most" in sentence for sentence in sentences(found.answer))
    assert any("Niet gehaald: hoogstens 1 %" in sentence for sentence in sentences(found.answer, NL))


def test_a_caller_never_reached_may_have_a_price() -> None:
    base = small("targets.channels={}")
    free = sim.plan(base, cost_never_reached=0.01, most=3, replications=10, confirm=20)
    dear = sim.plan(base, cost_never_reached=50.0, most=3, replications=10, confirm=20)
    assert free.chosen.choice.cost == 48
    assert dear.chosen.choice.cost > 48
    assert dear.chosen.choice.lost < free.chosen.choice.lost


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targets": ["never reached 5 %"]}, "lines cannot mend closed doors. Ask for 'never reached while open 5 %'"),
        ({"targets": ["phone 100 % in 60 s"]}, "100 % is reached by no plan"),
        ({"targets": ["never reached 0 %"]}, "0 % is reached by no plan"),
        ({"targets": ["phone 80 % in 60 s", "phone 80 % in 30 s"]}, "two acceptable waits at once, 1 min and 30 s"),
        ({"targets": ["nort never reached 30 %"]}, "no channel, province or queue 'nort'.*Did you mean 'north'"),
        ({"targets": ["north 80 % in 60 s"]}, "acceptable waits are counted by channel"),
        ({"targets": ["be nice"]}, "is not a target such as"),
        ({"lines": ["noth"]}, "there is no line group 'noth'.*Did you mean 'north'"),
        ({"lines": ["chat"]}, "no target is about chat"),
        ({"costs": ["mon-fri 9:00-13:00=-4"]}, "costs more than 0"),
        ({"costs": ["mon-fri 9:00-13:00=nan"]}, "out of range"),
        ({"costs": ["mon-fri 9:00-11:00=4"]}, "none is given for lines of north on mon-fri 11:00-13:00"),
        ({"costs": ["mon-fri 9:00-13:00=4", "mon 10:00-11:00=5"]}, "have a cost already"),
        ({"costs": ["forty"]}, "is not HOURS=COST"),
        ({"cost_never_reached": -1.0}, "out of range"),
        ({"parts": "9-12,11-13"}, "parts '9-12,11-13': two parts overlap"),
        ({"parts": "nine"}, "parts 'nine'"),
        ({"allow": ["pools"]}, "allow: 'pools' is unknown; allowed are overflow and pooling"),
        ({"least": 21}, "least: 21 lines is out of range; a search takes 0 to 20"),
        ({"most": 99_999_999}, "most: 99999999 lines is out of range; a search takes 1 to 100"),
        ({"least": 3, "most": 2}, "2 lines at most is less than the least, 3"),
        ({"shortest_shift": "4"}, "shortest shift: .* has no unit"),
    ],
)  # fmt: skip
def test_silly_questions_get_one_clear_answer(options, message: str) -> None:
    with pytest.raises(SimError, match=message):
        sim.plan(small(), replications=10, confirm=20, **options)


def test_targets_read_as_they_are_written() -> None:
    base = small()
    shown = {
        "phone 80 % in 60 s": "phone: at least 80 % answered within 1 min",
        "phone 80 % answered within 1 min": "phone: at least 80 % answered within 1 min",
        "never reached while open 5 %": "at most 5 % of those who called while open never reached",
        "north never reached at most 30 %": "north: at most 30 % of all callers never reached",
        "phone/south abandonment 5 %": "phone/south: at most 5 % of calls abandoned",
        "chat loss 2.5 %": "chat: at most 2.5 % of calls lost (abandoned, busy, balked or sent away)",
        "phone mean wait 2 min": "phone: mean wait of the answered at most 2 min",
    }
    for written, text in shown.items():
        target = parse_target(base, written)
        assert in_language(target.words, ENGLISH) == text
        assert parse_target(base, target.written) == target
    assert [t.name for t in targets_of(base, ["phone 80 % in 60 s"], everywhere=True)] == [
        "phone/north", "phone/south", "phone/east",
    ]  # fmt: skip
    pooled = structures_of(base, ("pooling",), after="60 s")[1].scenario
    assert [t.name for t in targets_of(pooled, ["phone 80 % in 60 s"], everywhere=True)] == ["phone"]


def test_hours_are_written_as_they_are_read() -> None:
    for text in ("mon-fri 9:00-13:00", "daily 0:00-24:00", "mon,wed 9:00-12:00 13:00-17:00", "sat,sun 22:00-6:00"):
        hours = parse_hours(text)
        assert parse_hours(text_of(hours.spans)).spans == hours.spans


def test_the_command_keeps_a_plan_that_runs(tmp_path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    asked = [
        str(file),
        "--target",
        "never reached while open 15 %",
        "-n",
        "10",
        "--confirm",
        "20",
        "--out",
        str(tmp_path),
    ]
    done = CliRunner().invoke(cli, ["plan", *asked])
    assert done.exit_code == 0, done.output
    assert "line-hours in the period" in done.output
    folder = next(tmp_path.glob("plan-small-*"))
    assert (folder / "plan.png").stat().st_size > 10_000
    answer = files.read(folder)
    told = dict(definitions(answer, ENGLISH))["never reached while open %"]
    assert told.startswith("(never_reached - only_closed)")
    assert answer.table("targets").rows[0][-1].id.startswith("met")
    assert sim.load(folder / "plan.yaml").lines["north"].count is not None
    bad = CliRunner().invoke(cli, ["plan", str(file), "--target", "atlantis never reached 5 %"])
    assert "there is no channel, province or queue 'atlantis'" in str(bad.exception)


#: English that may not be left in Dutch output; names of the scenario's own are English.
ENGLISH_WORDS = (
    r"\b(the|lines?|line-hours|today|worlds?|missed|target|each|answered|never|reached|while|instead|each|mon|fri|to|"
    r"assumption|from|change|cost|searched|extra first|start)\b"
)


def english_left(text: str) -> set[str]:
    """English words in what was told in Dutch; paths, names of files and commands are the same in every language."""
    plain = re.sub(r"\S*/\S*|[\w.-]+\.[\w.]+|sim run|--set\S*|small", "", text)
    return {found[0] for found in re.finditer(ENGLISH_WORDS, plain.lower())}


def test_the_command_speaks_dutch(tmp_path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL.replace("contacts: 60", "contacts: {value: 60, low: 40, high: 100}").replace(
        "mean: 18 min", "mean: {value: 18 min, low: 12 min, high: 30 min}"))  # fmt: skip
    asked = ["--target", "never reached while open 12 %", "--target", "phone 70 % in 60 s", "--parts", "9-11,11-13"]
    asked += ["--allow", "overflow,pooling", "--cost", "1.5", "-n", "10", "--confirm", "20", "--shortest-shift", "2 h"]
    done = CliRunner().invoke(cli, ["plan", str(file), *asked, "--lang", "nl", "-v", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert english_left(done.stdout) == set()
    assert "lijnuren in de periode" in done.stdout
    assert re.search(r"\d,\d ±\d,\d", done.stdout)
    assert not re.search(r"\d\.\d ±", done.stdout)
    answer = files.read(next(tmp_path.glob("plan-*")))
    assert answer.table("targets").rows[1][0].id == "phone 70 % in 1 min"
    assert english_left(" ".join(sentences(answer, NL))) == set()


def test_pictures_are_in_dutch() -> None:
    from matplotlib.text import Text

    found = sim.plan(small(), targets=["never reached while open 15 %"], replications=10, confirm=20)
    told = ""
    for chart in charts_of(found.answer):
        figure = figure_of(chart, NL)
        figure.canvas.draw()
        told += " ".join(text.get_text() for text in figure.findobj(Text))
    assert "haalt elk doel" in told
    assert english_left(told) == set()


def test_targets_are_told_in_dutch() -> None:
    for wish in ("phone 80 % in 0 s", "phone 95 % in 1 working days", "never reached 30 %", "chat loss 2.5 %"):
        assert english_left(in_language(parse_target(small(), wish).words, NL)) == set(), wish
    assert in_language(parse_target(small(), "phone 95 % in 2 working days").words, NL) == (
        "telefoon: minstens 95 % beantwoord binnen 2 werkdagen"
    )
    assert in_language(parse_target(small(), "chat loss 2.5 %").words, NL).startswith(
        "chat: hoogstens 2,5 % van de oproepen verloren"
    )
