"""A day that changes: closed forms where there are some, the steady state after long, and the approximations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.theory import erlang_a, modified_offered_load, pointwise_stationary, varying_day
from sim.theory.birth_death import TooManyStatesError
from sim.theory.varying import Present, _changed

LONG = {"handling": "30 min", "patience": "10 min"}


def busy_wave(t: float) -> float:
    return 12 + 8 * math.sin(2 * math.pi * t / 14_400)


def test_it_tends_to_the_steady_state() -> None:
    day = varying_day(arrivals_per_hour=6, lines=3, until="3 days", every="12 h", **LONG)
    steady = erlang_a(arrivals_per_hour=6, lines=3, **LONG)
    assert day.mean_queue[-1] == pytest.approx(steady.mean_queue, rel=1e-9)
    assert day.waited[-1] / 72 == pytest.approx(steady.waits, rel=1e-9)
    assert day.abandoned[-1] / 72 == pytest.approx(steady.abandoned, rel=1e-9)
    assert day.mean_busy[-1] == pytest.approx(steady.carried_load, rel=1e-9)
    assert day.waited_share < steady.waits


def test_one_line_without_places_by_hand() -> None:
    day = varying_day(arrivals_per_hour=2, handling="1 h", lines=1, places=0, until="3 h", every="1 h")
    hours = np.arange(4)
    busy = 2 / 3 * (1 - np.exp(-3 * hours))
    assert day.in_hand_at_end == pytest.approx(busy[1:], rel=1e-12)
    spent = np.diff(2 / 3 * (hours - (1 - np.exp(-3 * hours)) / 3))
    assert day.mean_busy == pytest.approx(spent, rel=1e-12)
    assert day.blocked == pytest.approx(2 * spent, rel=1e-12)
    assert day.answered == pytest.approx(2 - 2 * spent, rel=1e-12)


@pytest.mark.parametrize("as_function", [False, True])
def test_with_lines_for_all_it_is_m_m_infinity(as_function) -> None:
    steps = [("0 s", 2), ("90 min", 7), ("3 h", 0)]
    rate = (lambda t: 2 if t < 5400 else 7 if t < 10_800 else 0) if as_function else steps
    breaks = ["90 min", "3 h"] if as_function else ()
    day = varying_day(
        arrivals_per_hour=rate, handling="1 h", lines=60, until="4 h", every="30 min", places=0, breaks=breaks
    )
    load = [0.0]
    for speed in (2, 2, 2, 7, 7, 7, 0, 0):
        load.append(speed + (load[-1] - speed) * math.exp(-0.5))
    assert day.in_hand_at_end == pytest.approx(load[1:], rel=1e-9)
    assert day.offered == pytest.approx(np.array([2, 2, 2, 7, 7, 7, 0, 0]) / 2, abs=1e-9)


def test_steps_and_functions_agree_and_contacts_add_up() -> None:
    lines = [("0 s", 2), ("3 h", 4), ("4 h", 1), ("5 h", 0)]
    both = {"lines": lines, "until": "6 h", "every": "1 h", "places": 9, **LONG}
    steps = varying_day(arrivals_per_hour=[("0 s", 3), ("2 h", 8)], **both)
    smooth = varying_day(arrivals_per_hour=lambda t: 3 if t < 7200 else 8, breaks=["2 h"], **both)
    fields = ("offered", "answered", "abandoned", "blocked", "waited", "mean_queue", "mean_busy", "waiting_at_end")
    for name in fields:
        assert getattr(steps, name) == pytest.approx(getattr(smooth, name), rel=1e-9, abs=1e-10), name
    assert steps.offered.sum() == pytest.approx(2 * 3 + 4 * 8, rel=1e-12)
    flows = steps.answered + steps.abandoned + steps.blocked
    assert flows.sum() + steps.waiting_at_end[-1] == pytest.approx(steps.offered.sum(), rel=1e-12)
    assert steps.answered[-1] == pytest.approx(0, abs=1e-12)
    # Whoever is in hand is finished: nothing else happens where no line is on duty.
    assert steps.in_hand_at_end[-1] == pytest.approx(steps.in_hand_at_end[-2] * math.exp(-2), rel=1e-9)


def test_withdrawn_lines_finish_first_and_take_nobody() -> None:
    """One line, taken away after an hour: its contact goes on, and who waits then only gives up."""
    day = varying_day(
        arrivals_per_hour=[("0 s", 5), ("1 h", 0)], lines=[("0 s", 1), ("1 h", 0)], until="2 h", every="1 h", **LONG
    )
    assert day.in_hand_at_end[1] == pytest.approx(day.in_hand_at_end[0] * math.exp(-2), rel=1e-9)
    assert day.waiting_at_end[1] == pytest.approx(day.waiting_at_end[0] * math.exp(-6), rel=1e-9)
    assert day.answered[1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("state", "before", "lines", "withdraw", "after"),
    [
        (Present(3, 0, 0), 5, 4, "idle first", {Present(3, 0, 0): 1}),
        (Present(3, 0, 0), 5, 2, "idle first", {Present(2, 1, 0): 1}),
        (Present(5, 1, 4), 5, 3, "any", {Present(3, 3, 4): 1}),
        (Present(2, 0, 0), 5, 4, "any", {Present(2, 0, 0): 3 / 5, Present(1, 1, 0): 2 / 5}),
        (Present(2, 1, 3), 2, 5, "idle first", {Present(5, 0, 1): 1}),
        (Present(2, 2, 1), 2, 3, "any", {Present(3, 1, 1): 1}),
        (Present(0, 0, 2), 0, 5, "any", {Present(2, 0, 0): 1}),
    ],
)
def test_lines_that_leave_and_come_back(state, before, lines, withdraw, after) -> None:
    assert dict(_changed(state, before, lines, withdraw)) == pytest.approx(after)


def test_what_is_refused() -> None:
    for wrong, words in (
        ({"lines": [("1 h", 2)]}, "the first step begins at '0 s'"),
        ({"until": "100 min"}, "every: 3600 s does not divide 6000 s"),
        ({"withdraw": "some"}, "neither 'idle first' nor 'any'"),
        ({"patience": "5"}, "patience: '5' has no unit"),
    ):
        good = {"arrivals_per_hour": 3, "handling": "30 min", "lines": 2, "until": "2 h", "every": "1 h"}
        with pytest.raises(ValueError, match=words):
            varying_day(**{**good, **wrong})
    with pytest.raises(TooManyStatesError, match="more than 5000 contacts may wait"):
        varying_day(arrivals_per_hour=5000, handling="1 day", lines=0, until="2 h", every="1 h")


def test_approximations_of_a_day_that_does_not_change_are_the_steady_state() -> None:
    steady = erlang_a(arrivals_per_hour=6, lines=3, **LONG)
    still = {"arrivals_per_hour": 6, "lines": 3, "until": "1 day", **LONG}
    at_once, lagging = pointwise_stationary(**still), modified_offered_load(**still)
    assert at_once.waits == pytest.approx(steady.waits, rel=1e-12)
    assert at_once.abandoned_share == pytest.approx(steady.abandoned, rel=1e-12)
    assert lagging.load == pytest.approx(3 * (1 - np.exp(-lagging.at_s / 1800)), rel=1e-9)
    assert lagging.waits[0] < 0.1 * steady.waits
    assert lagging.mean_queue[-1] == pytest.approx(steady.mean_queue, rel=1e-9)


def test_modified_offered_load_is_closer_than_pointwise_where_handling_is_long() -> None:
    day = {"arrivals_per_hour": busy_wave, "handling": "1 h", "patience": "20 min", "lines": 14, "until": "12 h"}
    exact = varying_day(**day, every="10 min")
    at_once, lagging = pointwise_stationary(**day, every="10 min"), modified_offered_load(**day, every="10 min")
    # Infinitely many lines from empty, by the closed form of the linear equation.
    w, t = 2 * math.pi / 4, lagging.at_s / 3600
    load = 12 * (1 - np.exp(-t)) + 8 / (1 + w * w) * (np.sin(w * t) - w * np.cos(w * t) + w * np.exp(-t))
    assert lagging.load == pytest.approx(load, rel=1e-9)
    truth = exact.waited / exact.offered
    assert np.abs(lagging.waits - truth).max() < 0.5 * np.abs(at_once.waits - truth).max()
    assert abs(lagging.abandoned_share - exact.abandoned_share) < abs(at_once.abandoned_share - exact.abandoned_share)


def test_pointwise_is_right_where_handling_is_short_against_the_changes() -> None:
    day = {"handling": "1 min", "patience": "1 min", "lines": 14, "until": "2 h", "every": "10 min"}
    exact = varying_day(arrivals_per_hour=lambda t: 600 + t / 30, **day)
    at_once = pointwise_stationary(arrivals_per_hour=lambda t: 600 + t / 30, **day)
    assert at_once.waits[1:] == pytest.approx((exact.waited / exact.offered)[1:], abs=0.005)
