"""Numbers as they are shown: a value lies within its own rounded interval, and what cannot happen is 0."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from single import single

import sim
from sim.answers.answer import Term
from sim.answers.kinds import in_language
from sim.answers.terminal import tell
from sim.app.words import about, cell, change_words, ends
from sim.language import ENGLISH, language
from sim.language.shown import parts, plain, rounded, seconds
from sim.model.impossible import impossible
from sim.statistics.estimates import Estimate
from sim.studies.run_answer import answer_of
from sim.studies.trial import try_plans

LANGUAGES = ("en", "nl")


def estimates(count: int = 3000) -> list[Estimate]:
    """Values of all sizes and signs within intervals of all widths, lopsided ones and values at an end among them."""
    luck = np.random.default_rng(7)
    found = [Estimate(50.2, 50.1, 50.3), Estimate(0.0, 0.0, 0.04), Estimate(99.9995, 99.99, 100.0)]
    for _ in range(count):
        value = float(luck.choice([-1, 1]) * 10 ** luck.uniform(-4, 5))
        below, above = abs(value) * 10 ** luck.uniform(-6, 1, 2) * luck.integers(0, 2, 2)
        found.append(Estimate(value, value - below, value + above))
    return found


def read(text: str, code: str) -> list[float]:
    """All numbers in a text."""
    plain_text = text.replace("−", "-")
    if code == "nl":
        plain_text = plain_text.translate(str.maketrans(",.", ".,"))
    return [float(number.replace(",", "")) for number in re.findall(r"-?[\d,]+(?:\.\d+)?", plain_text)]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("coarse", [True, False])
def test_a_value_is_within_its_own_rounded_interval(code, coarse) -> None:
    say = language(code)
    for found in estimates():
        shown = rounded(found, say, coarse=coarse)
        (value,), (low,), (high,) = (read(text, code) for text in (shown.value, shown.low, shown.high))
        assert low <= value <= high, found
        # As near as its digits allow: half a unit of the last one, and a unit is no wider than the interval.
        unit = 10.0**-shown.digits
        assert abs(value - found.value) <= 0.5001 * unit
        exact = found.half <= 1e-9 * max(abs(found.value), 1)
        assert exact or shown.digits in (1, 9) or unit <= 2.0001 * found.half
        # The page rounds the same way: the value beside its interval, and the interval alone.
        (on_page,) = read(about(found, say, fine=not coarse), code)
        left, right = read(ends(found, say, fine=not coarse), code)
        assert left <= on_page <= right, found


@pytest.mark.parametrize("code", LANGUAGES)
def test_cells_and_changes_of_the_page_hold_their_values(code) -> None:
    say = language(code)
    for found in estimates(1000):
        numbers = read(re.sub("<[^>]*>", " ", cell(found, say)), code)
        if len(numbers) == 3:
            assert numbers[1] <= numbers[0] <= numbers[2], found
        if found.low > 0 or found.high < 0:
            size, low, high = read(change_words(found, say), code)
            assert 0 <= low <= size <= high, found
    assert change_words(Estimate(0.0, 0.0, 0.0), say) == {"en": "unchanged", "nl": "ongewijzigd"}[code]


def test_the_interval_of_fifty_holds_fifty() -> None:
    say = language("en")
    found = Estimate(50.2, 50.1, 50.3)
    assert (about(found, say), ends(found, say)) == ("50.2", "50.1 to 50.3")
    assert plain(found) == "50.2 ±0.1"
    assert plain(Estimate(865.6, 855.1, 876.1), coarse=True) == "866 ±10"


def test_what_has_no_interval_shows_none() -> None:
    for found in (Estimate(52.34, -math.inf, math.inf), Estimate(52.34, 0.0, math.inf)):
        assert plain(found) == "52.3"
        assert seconds(found) == "52.3 s"
    assert plain(Estimate(0.0, -math.inf, math.inf)) == "0"
    assert parts(Estimate(math.nan, math.nan, math.nan)) == ("-", "")


def test_all_is_100_percent_without_decimals() -> None:
    for found in (Estimate(100.0, 99.994, 100.0), Estimate(100.0, 96.0, 100.0), Estimate(99.9998, 99.997, 100.0)):
        assert plain(found) == "100"
    assert plain(Estimate(99.8, 99.7, 99.9)) == "99.8 ±0.1"
    assert plain(Estimate(100.0, 99.9, 100.1)) == "100.0 ±0.1"  # a count
    assert plain(Estimate(-0.01, -0.3, 0.28)) == "0.0 ±0.3"


def test_small_numbers_keep_a_digit() -> None:
    assert plain(Estimate(0.00042, 0.0003, 0.00055)) == "0.0004 ±0.0001"
    assert plain(Estimate(0.0123, 0.0123, 0.0123)) == "0.01"
    shown = [Term("amount", (Estimate(7.0, 7 - half, 7 + half), "min")) for half in (30, 0.3, 0.03)]
    fitted = [in_language(one, ENGLISH) for one in shown]
    assert fitted == ["7 min", "7.0 min", "7.00 min"]


def test_what_cannot_happen_is_exactly_zero() -> None:
    """Unlimited waiting places have no busy tone; with patience without an end nothing is lost but at the door."""
    queued, busy = single(contacts=40), single(contacts=40, places=0)
    never = impossible(queued, queued.model)
    assert {"blocked", "balked"} <= never["queue", "phone"]
    assert "abandoned" in impossible(busy, busy.model)["channel", "phone"]
    assert "blocked" not in impossible(busy, busy.model)["all", "all"]
    trial = try_plans({"queued": queued, "busy": busy}, replications=20, seed=1, engine="simpy")
    assert trial.estimate("queued", "blocked") == Estimate(0.0, 0.0, 0.0)
    assert trial.estimate("busy", "blocked").value > 0
    # What happened in none of the replications though it may is still bounded.
    assert trial.estimate("busy", "abandoned") == Estimate(0.0, 0.0, 0.0)


def test_a_summary_of_one_replication_shows_values_alone(tmp_path) -> None:
    from rich.console import Console

    result = sim.run(single(contacts=60), replications=1, engine="simpy", out=tmp_path)
    out = Console(record=True, width=140)
    tell(answer_of(result), out, verbose=True)
    text = out.export_text()
    assert "±" not in text
    assert "1 replication (number 0 of seed 1712), so no intervals" in text
    assert "<" not in text
