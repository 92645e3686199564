"""``sim erlang``: the right model with its name, the numbers of theory, and one clear message for what is wrong."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sim.cli.commands import cli
from sim.theory import erlang_a, lines_needed

QUEUE = ("--arrivals-per-hour", "6", "--handling", "40 min")


def erlang(*arguments: str, expect: int = 0) -> str:
    done = CliRunner().invoke(cli, ["erlang", *QUEUE, *arguments])
    assert done.exit_code == expect, done.output
    return done.output


@pytest.mark.parametrize(
    ("arguments", "model", "assumed"),
    [
        (("--lines", "5"), "M/M/c (Erlang C)", "nobody gives up"),
        (("--lines", "5", "--patience", "7 min"), "M/M/c+M (Erlang A)", "exponential patience, mean 7 min"),
        (("--lines", "5", "--places", "0"), "M/M/c/c (Erlang B)", "any handling time"),
        (("--lines", "5", "--places", "2"), "M/M/c/K (", "2 waiting places"),
        (("--lines", "1", "--places", "2", "--patience", "7 min"), "M/M/c/K+M (", "1 line;"),
    ],
)
def test_page_says_which_model_and_formula(arguments, model, assumed) -> None:
    page = " ".join(erlang(*arguments).split())
    assert page.startswith(model)
    for words in ("Formula:", assumed, "steady state", "offered load 4.000 erlang arrivals x handling time"):
        assert words in page


def test_page_in_dutch() -> None:
    page = erlang("--lines", "5", "--patience", "7 min", "--target", "82.5 % in 1 min", "--lang", "nl")
    for words in ("Formule:", "exponentieel geduld, gemiddeld 7 min", "4,000 erlang", "verzet werk", "5 lijnen;"):
        assert words in page
    assert "Lijnen nodig voor 82,5 % binnen 1 min (bereikbaarheid zonder de kort afgehaakte oproepen): " in page
    # Names of papers aside, nothing is left in English, nor any number with a decimal point.
    told = page[page.index("Aangenomen:") :]
    assert not re.search(r"\b(the|wait|mean|calls|lines|answered|offered|within|who|time)\b", told)
    assert not re.search(r"\d\.\d", told)


def test_numbers_are_those_of_theory() -> None:
    exact = erlang_a(arrivals_per_hour=6, handling="40 min", patience="7 min", lines=5)
    page = json.loads(erlang("--lines", "5", "--patience", "7 min", "--within", "20 s", "--json"))
    found = {row["name"]: row["value"] for row in page["measures"]}
    assert found["abandoned"] == exact.abandoned
    assert found["ASA"] == exact.asa_s
    assert found["service level of offered"] == exact.answered_within("20 s")
    assert page["patience_s"] == 420
    assert page["source"] == exact.source
    assert all(row["definition"]["en"] and row["definition"]["nl"] and row["unit"] for row in page["measures"])


def test_target_counts_the_lines() -> None:
    wanted = lines_needed(arrivals_per_hour=6, handling="40 min", patience="7 min", target="5 % abandoned")
    assert f"Lines needed for 5 % abandoned: {wanted}" in erlang("--patience", "7 min", "--target", "5 % abandoned")
    page = json.loads(erlang("--target", "80 % in 60 s", "--lines", "5", "--service-level", "of offered", "--json"))
    assert page["lines"] == 5
    assert page["lines_needed"] == lines_needed(
        arrivals_per_hour=6, handling="40 min", target="80 % in 60 s", of="of offered"
    )
    assert page["service_level"] == "of offered"
    assert page["patience_s"] is None
    assert next(row["value"] for row in page["measures"] if row["name"] == "wait of the abandoned") is None


def erlang_c_by_hand(load: float, lines: int, handling_s: float, within_s: float) -> tuple[float, float, float]:
    """Shares that wait and that are answered in time, and ASA, from the sums of the textbook."""
    full = load**lines / math.factorial(lines) * lines / (lines - load)
    waits = full / (sum(load**n / math.factorial(n) for n in range(lines)) + full)
    late = waits * math.exp(-(lines - load) * within_s / handling_s)
    return waits, 1 - late, waits * handling_s / (lines - load)


def measures(*arguments: str) -> dict[str, float]:
    done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--json", *arguments])
    assert done.exit_code == 0, done.output
    return {row["name"]: row["value"] for row in json.loads(done.output)["measures"]}


#: 100 calls in half an hour of 3 min each: 10 erlangs.
CENTRE = ("--arrivals-per-hour", "200", "--handling", "3 min")


def test_erlang_c_as_published() -> None:
    """The worked example of many textbooks and calculators: 14 agents, 17.4 % wait, 88.8 % in 20 s, ASA 7.8 s."""
    found = measures("--lines", "14", "--within", "20 s")
    assert found["wait"] == pytest.approx(0.174, abs=0.0005)
    assert found["service level of offered"] == pytest.approx(0.888, abs=0.0005)
    assert found["ASA"] == pytest.approx(7.8, abs=0.05)
    assert found["occupancy"] == pytest.approx(0.714, abs=0.0005)
    by_hand = erlang_c_by_hand(10, 14, 180, 20)
    assert (found["wait"], found["service level of offered"], found["ASA"]) == pytest.approx(by_hand, rel=1e-12)


def test_erlang_a_by_summing_states() -> None:
    """Ten erlangs on nine lines, patience 3 min: the birth-death process, state by state."""
    found = measures("--lines", "9", "--patience", "3 min")
    weights = [1.0]
    for n in range(1, 400):
        weights.append(weights[-1] * 10 / (min(n, 9) + max(0, n - 9)))
    queue = sum(max(0, n - 9) * weight for n, weight in enumerate(weights)) / sum(weights)
    assert found["abandoned"] == pytest.approx(queue / 10, rel=1e-10)
    assert found["mean queue"] == pytest.approx(queue, rel=1e-10)
    assert found["wait of all"] == pytest.approx(queue / 200 * 3600, rel=1e-10)


def test_a_target_for_the_mean_wait() -> None:
    waits = {lines: erlang_c_by_hand(10, lines, 180, 20)[2] for lines in (12, 13)}
    assert waits[12] > 20 > waits[13]
    exactly = 12 + (waits[12] - 20) / (waits[12] - waits[13])
    for written in ("ASA 20 s", "20 s asa"):
        done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--target", written])
        assert (
            f"Lines needed for ASA of at most 20 s: 13 (interpolated between whole numbers: {exactly:.2f})"
            in done.output
        )
    # With eleven lines the wait is as long as it gets: ten lines have no steady state.
    done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--target", "ASA 10 min"])
    assert done.output.rstrip().endswith(": 11")


def test_a_fraction_of_a_line_is_interpolated_and_said_so() -> None:
    below, above, between = (measures("--lines", lines) for lines in ("13", "14", "13.25"))
    for name, value in between.items():
        if value is not None:
            assert value == pytest.approx(0.75 * below[name] + 0.25 * above[name], rel=1e-12), name
    for code, words in (("en", "interpolated linearly"), ("nl", "lineair geïnterpoleerd")):
        done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--lines", "13.25", "--lang", code])
        assert words in done.output
        assert words not in CliRunner().invoke(cli, ["erlang", *CENTRE, "--lines", "13", "--lang", code]).output
    done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--lines", "13.25", "--json"])
    page = json.loads(done.output)
    assert (page["lines"], page["interpolated_between"]) == (13.25, [13, 14])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give --lines, or a --target"),
        (("--lines", "4"), "4 erlangs on 4 lines"),
        (("--lines", "0"), "0.0 is not in the range 1<=x<=1000000"),
        (("--lines", "nan"), "'nan' is not a number of lines"),
        (("--lines", "4.5"), "4 erlangs on 4 lines"),
        (("--lines", "1e12"), "is not in the range"),
        (("--target", "ASA 30"), "target: '30' has no unit"),
        (("--target", "ASA 0 s"), "target: 0 s is too short"),
        (("--target", "ASA 30 s", "--places", "0"), "nobody waits without waiting places"),
        (
            ("--arrivals-per-hour", "1e12", "--target", "ASA 30 s"),
            "more than the 1,000,000 for which lines are counted",
        ),
        (("--lines", "4", "--patience", "7"), "patience: '7' has no unit"),
        (("--target", "80 %"), "target: '80 %' is not a target such as"),
        (("--target", "5 % abandoned"), "give a patience"),
        (("--lines", "5", "--within", "soon"), "within: 'soon' is not a duration"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(arguments, words) -> None:
    assert words in erlang(*arguments, expect=2)


def test_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "erlang", *QUEUE, "--lines", "3"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("Error:") == 1
    assert "Traceback" not in done.stderr
