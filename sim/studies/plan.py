"""The cheapest plan that meets targets: searched on some worlds, confirmed on fresh ones, doubted where ranges are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event

import numpy as np
from numpy.typing import NDArray

from sim.language import key_of
from sim.language.said import Said
from sim.scenario.scenario import Scenario
from sim.studies.asked import Question, Today, Try, Way
from sim.studies.blocks import Book
from sim.studies.choose import Choice, search
from sim.studies.costs import Costs
from sim.studies.doubts import doubts
from sim.studies.frontier import frontier_of, frontier_worlds
from sim.studies.guess import guesses
from sim.studies.means import Means
from sim.studies.planned import Planned
from sim.studies.staffing import PlanError, Staff, parse_parts, staff_of
from sim.studies.structures import Structure, blocks_with, groups_about, limits, starts, structures_of
from sim.studies.targets import Target, TargetError, with_waits
from sim.studies.trial import Which
from sim.units import nearest, parse_duration

Floats = NDArray[np.float64]

#: Lines of a group beyond what theory says of its busiest slot, where no limit is given.
_BEYOND = 2
_TRIES = 8
#: Plans that a search simulates, roughly, for the choice of its engine.
_STEPS = 40


def plan(
    scenario: Scenario,
    *,
    targets: Sequence[str] = (),
    everywhere: bool = False,
    parts: str | None = None,
    allow: Sequence[str] = (),
    lines: Sequence[str] = (),
    least: int = 1,
    most: int | None = None,
    costs: Sequence[str] = (),
    cost_never_reached: float = 0.0,
    shortest_shift: str | None = None,
    overflow_after: str = "60 s",
    replications: int = 100,
    confirm: int = 400,
    seed: int | None = None,
    workers: int | None = None,
    say: Callable[[str], None] | None = None,
    stop: Event | None = None,
) -> Planned:
    """The cheapest plan with which ``targets`` (default: the scenario's) are met, and what it would cost to do better.

    ``docs/plan.md`` says how it searches and what is certain. PlanError, TargetError or ScenarioError say in one
    sentence what is wrong with the question; Stopped is raised soon after ``stop`` is set.
    """
    question = Question(
        tuple(targets), everywhere, parts, tuple(allow), tuple(lines), least, most, tuple(costs), cost_never_reached,
        shortest_shift, overflow_after, replications, confirm, scenario.experiment.seed if seed is None else seed,
    )  # fmt: skip
    base = with_waits(scenario, question.targets_in(scenario))
    means = Means.of(seed=question.seed, workers=workers, say=say, stop=stop)
    _possible(base, question, means)
    ways = []
    for structure in structures_of(base, allow, after=_after(question)):
        means.go_on()
        staff = _staff(base, question.targets_in(structure.scenario), question)
        if most is None:
            wanted = guesses(structure.scenario, staff, question.targets_in(structure.scenario))
            staff = list(limits(staff, wanted, _BEYOND))
        ways.append(searched(structure, staff, question, means, widen=most is None))
    chosen, refused, meets = confirmed(ways, base, question, means)
    today = _today(base, chosen, refused, question, means) if meets else None
    fresh = replications + confirm * (len(refused) + 1)
    means.say(Said("progress.frontier"))
    frontier = frontier_of(ways, chosen, base, question, fresh, means)
    frontier_on = frontier_worlds(question, fresh)
    means.say(Said("progress.ranges"))
    fresh += confirm
    few = max(20, min(100, replications))
    found = doubts(chosen.scenario, base, chosen.way.targets, replications=few, first=fresh, means=means)
    return Planned(
        scenario, question, base, meets, chosen, tuple(refused), today, tuple(frontier), tuple(found),
        searches=tuple(way.searched for way in ways), frontier_on=frontier_on,
        doubts_on=Which(few, fresh, question.seed),
    )  # fmt: skip


def _after(question: Question) -> str:
    try:
        parse_duration(question.overflow_after)
    except ValueError as error:
        raise PlanError(f"overflow after: {error}") from None
    return question.overflow_after


def _possible(base: Scenario, question: Question, means: Means) -> None:
    """Refuse targets that doors which are closed make impossible."""
    closed = [target for target in question.targets_in(base) if target.of.name == "never_reached_share"]
    if not closed:
        return
    kinds = tuple(dict.fromkeys(target.kind for target in closed))
    trial = means.play({"today": base}, question.replications, kinds=kinds)
    for target in closed:
        values = trial.counts["today"].of(target.kind, target.name)
        only = replace(target.of, over={"only_closed": 1})
        share = only.of_counts(values)
        if share.low > target.limit:
            raise TargetError(
                f"no plan can meet '{target.written}': {share.value:.1f} % of callers only ever call while it is "
                f"closed, and lines cannot mend closed doors. Ask for 'never reached while open {target.limit:g} %'"
            )


def _staff(base: Scenario, targets: Sequence[Target], question: Question) -> list[Staff]:
    """The groups that are decided, their slots and limits."""
    for name in question.lines:
        if name not in base.lines:
            raise PlanError(
                f"lines: there is no line group {name!r}; there are {', '.join(base.lines)}.{nearest(name, base.lines)}"
            )
    if not 0 <= question.cost_never_reached <= 1e9:
        raise PlanError(f"cost of a caller never reached: {question.cost_never_reached:g} is out of range; 0 to 1e9")
    try:
        shortest = parse_duration(question.shortest_shift) if question.shortest_shift else 0
    except ValueError as error:
        raise PlanError(f"shortest shift: {error}") from None
    about = groups_about(base, targets)
    groups = [name for name in base.lines if name in (question.lines or about)]
    if idle := [name for name in question.lines if name not in about]:
        raise PlanError(f"lines: no target is about {', '.join(idle)}; leave them out, or give a target that is")
    parts = parse_parts(question.parts, base)
    most = question.least if question.most is None else question.most
    return [staff_of(base, g, parts=parts, least=question.least, most=most, shortest=shortest) for g in groups]


def searched(structure: Structure, staff: Sequence[Staff], question: Question, means: Means, *, widen: bool) -> Way:
    """The search of one structure; ``widen``: with wider limits as long as it runs into those that nobody gave."""
    scenario = structure.scenario
    targets = question.targets_in(scenario)
    costs = Costs.of(question.costs)
    costs.duty(scenario)
    known: Book | None = None
    while True:
        blocks = blocks_with(structure, staff, costs)
        first = starts(blocks, scenario, targets)
        book = Book(scenario, blocks, targets, first, question.replications, means)
        if known is not None:
            book.start, book.known, book.refused, book.rest = known.start, known.known, known.refused, known.rest
            book.simulated = known.simulated
        found = search(book, penalty=question.cost_never_reached)
        way_name = Said(f"plan.way_{key_of(structure.name)}")
        means.say(Said("progress.searched", way=way_name, plans=found.simulated, worlds=question.replications))
        way, known = Way(structure, targets, blocks, found), book
        wider = _wider(way, staff) if widen else staff
        if wider == staff:
            return way
        staff = wider


def _wider(way: Way, staff: Sequence[Staff]) -> list[Staff]:
    """Two more lines for groups whose choice is at its limit."""
    chosen = way.staffing(way.searched.best or way.searched.nearest)
    return [replace(one, most=one.most + 2) if max(chosen[one.group][1]) == one.most < 60 else one for one in staff]


def confirmed(ways: Sequence[Way], base: Scenario, question: Question, means: Means) -> tuple[Try, list[Try], bool]:
    """The cheapest choice that fresh worlds do not refuse, each try on fresh ones; else the nearest, and False."""
    refused: list[Try] = []
    margins = [np.zeros(len(way.targets)) for way in ways]
    offers = [way.searched.best for way in ways]
    while len(refused) < _TRIES and any(offers):
        means.go_on()
        ranked = [(ways[k].searched.menu.objective(o), o.lost, k) for k, o in enumerate(offers) if o is not None]
        k = min(ranked)[2]
        choice = offers[k]
        assert choice is not None
        tried = _tried(ways[k], choice, base, question, len(refused), means)
        if not tried.missed:
            return tried, refused, True
        means.say(Said("progress.refused", targets="; ".join(target.written for target in tried.missed)))
        refused.append(tried)
        mine = [t for t in refused if t.way is ways[k]]
        if len(mine) > 2:
            margins[k] = np.maximum(margins[k], _optimism(tried))
        offers[k] = ways[k].searched.menu.best(margins[k], without=[t.choice.levels for t in mine])
    if refused:
        last = min(refused, key=lambda t: sum(_shortfall(t)))
        return last, [t for t in refused if t is not last], False
    # Of structures none of which meets the targets, the one that comes nearest.
    way = min(ways, key=_miss)
    return _tried(way, way.searched.nearest, base, question, 0, means), [], False


def _tried(way: Way, choice: Choice, base: Scenario, question: Question, tries: int, means: Means) -> Try:
    scenario = way.scenario(choice)
    first = question.replications + tries * question.confirm
    trial = means.play({"today": base, "plan": scenario}, question.confirm, first=first)
    return Try(way, choice, scenario, trial)


def _today(base: Scenario, chosen: Try, refused: Sequence[Try], question: Question, means: Means) -> Today | None:
    """Today's lines where they are cheaper than the plan, on the replications by which they were refused; else None."""
    prices = Costs.of(question.costs).of_groups(base)
    cost = sum(prices.get(group, 0.0) for group in chosen.way.staffing(chosen.choice))
    targets = question.targets_in(base)
    if not targets or cost > chosen.choice.cost - 1e-9:
        return None
    tried = next((one for one in refused if one.scenario.lines == base.lines), None)
    trial = tried.trial if tried else means.play({"today": base}, question.replications)
    found = [(target, target.estimate(trial, "today")) for target in targets]
    missed = tuple((target, value) for target, value in found if not target.met(value))
    return Today(cost, missed, trial.worlds) if missed else None


def _optimism(tried: Try) -> Floats:
    """By how much more slack the worlds of the search had than fresh ones, of the targets that these refuse."""
    found = np.zeros(len(tried.way.targets))
    for t, target in enumerate(tried.way.targets):
        if target in tried.missed:
            values = tried.trial.counts["plan"].of(target.kind, target.name)
            found[t] = max(0.0, tried.choice.slack[t] - float(np.mean(values @ target.weights)))
    return found


def _shortfall(tried: Try) -> list[float]:
    return [
        abs(value.value - target.limit) / target.limit
        for target, value in zip(tried.way.targets, tried.found, strict=True)
        if not target.met(value)
    ]


def _miss(way: Way) -> float:
    """How far the nearest choice is from the targets, in slack per period."""
    return float(-np.minimum(way.searched.nearest.slack, 0).sum())
