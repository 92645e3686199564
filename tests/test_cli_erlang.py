"""``sim erlang``: the right model with its name, the numbers of theory, and one clear message for what is wrong."""

from __future__ import annotations

import math
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sim.answers.answer import Answer
from sim.cli.commands import cli
from sim.theory import erlang_a, lines_needed

QUEUE = ("--arrivals-per-hour", "6", "--handling", "40 min")


def by_name(answer: Answer) -> dict[str, float]:
    """Values of all measures."""
    return {name.id: value for name, (value, _), _ in answer.table("measures").rows}


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
    for words in ("Formula:", assumed, "steady state", "offered load 4.000 erlang", "arrivals x handling time"):
        assert words in page


def test_page_in_dutch() -> None:
    page = erlang("--lines", "5", "--patience", "7 min", "--target", "82.5 % in 1 min", "--lang", "nl")
    for words in ("Formule:", "exponentieel geduld, gemiddeld 7 min", "4,000 erlang", "verzet werk", "5 lijnen;"):
        assert words in page
    assert "Lijnen nodig voor 82,5 % binnen 1 min (bereikbaarheid zonder de kort afgehaakte oproepen): " in page
    # Names of papers aside, nothing is left in English, nor any number with a decimal point.
    told = page[page.index("Aangenomen:") : page.index("Formule:")] + page[page.index("Maten") :]
    assert not re.search(r"\b(the|wait|mean|calls|lines|answered|offered|within|who|time)\b", told)
    assert not re.search(r"\d\.\d", told)


def test_numbers_are_those_of_theory() -> None:
    exact = erlang_a(arrivals_per_hour=6, handling="40 min", patience="7 min", lines=5)
    page = Answer.from_json(erlang("--lines", "5", "--patience", "7 min", "--within", "20 s", "--json"))
    found = by_name(page)
    assert found["abandoned"] == exact.abandoned
    assert found["asa"] == exact.asa_s
    assert found["service_level_of_offered"] == exact.answered_within("20 s")
    assert page.question["patience"] == "7 min"
    assert page.question["source"] == exact.source
    assert all(row[1][1] for row in page.table("measures").rows)


def test_target_counts_the_lines() -> None:
    wanted = lines_needed(arrivals_per_hour=6, handling="40 min", patience="7 min", target="5 % abandoned")
    assert f"Lines needed for 5 % abandoned: {wanted}" in erlang("--patience", "7 min", "--target", "5 % abandoned")
    asked = ("--target", "80 % in 60 s", "--lines", "5", "--service-level", "of offered")
    page = Answer.from_json(erlang(*asked, "--json"))
    assert page.question["lines"] == 5
    ((target, level, lines, _),) = page.table("needed").rows
    assert lines == lines_needed(arrivals_per_hour=6, handling="40 min", target="80 % in 60 s", of="of offered")
    assert (target.id, level.id) == ("80 % in 60 s", "of offered")
    assert page.question["patience"] is None
    assert by_name(page)["wait_of_the_abandoned"] is None


def erlang_c_by_hand(load: float, lines: int, handling_s: float, within_s: float) -> tuple[float, float, float]:
    """Shares that wait and that are answered in time, and ASA, from the sums of the textbook."""
    full = load**lines / math.factorial(lines) * lines / (lines - load)
    waits = full / (sum(load**n / math.factorial(n) for n in range(lines)) + full)
    late = waits * math.exp(-(lines - load) * within_s / handling_s)
    return waits, 1 - late, waits * handling_s / (lines - load)


def measures(*arguments: str) -> dict[str, float]:
    done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--json", *arguments])
    assert done.exit_code == 0, done.output
    return by_name(Answer.from_json(done.output))


#: 100 calls in half an hour of 3 min each: 10 erlangs.
CENTRE = ("--arrivals-per-hour", "200", "--handling", "3 min")


def test_erlang_c_as_published() -> None:
    """The worked example of many textbooks and calculators: 14 agents, 17.4 % wait, 88.8 % in 20 s, ASA 7.8 s."""
    found = measures("--lines", "14", "--within", "20 s")
    assert found["wait"] == pytest.approx(0.174, abs=0.0005)
    assert found["service_level_of_offered"] == pytest.approx(0.888, abs=0.0005)
    assert found["asa"] == pytest.approx(7.8, abs=0.05)
    assert found["occupancy"] == pytest.approx(0.714, abs=0.0005)
    by_hand = erlang_c_by_hand(10, 14, 180, 20)
    assert (found["wait"], found["service_level_of_offered"], found["asa"]) == pytest.approx(by_hand, rel=1e-12)


def test_erlang_a_by_summing_states() -> None:
    """Ten erlangs on nine lines, patience 3 min: the birth-death process, state by state."""
    found = measures("--lines", "9", "--patience", "3 min")
    weights = [1.0]
    for n in range(1, 400):
        weights.append(weights[-1] * 10 / (min(n, 9) + max(0, n - 9)))
    queue = sum(max(0, n - 9) * weight for n, weight in enumerate(weights)) / sum(weights)
    assert found["abandoned"] == pytest.approx(queue / 10, rel=1e-10)
    assert found["mean_queue"] == pytest.approx(queue, rel=1e-10)
    assert found["wait_of_all"] == pytest.approx(queue / 200 * 3600, rel=1e-10)


def test_a_target_for_the_mean_wait() -> None:
    waits = {lines: erlang_c_by_hand(10, lines, 180, 20)[2] for lines in (12, 13)}
    assert waits[12] > 20 > waits[13]
    exactly = 12 + (waits[12] - 20) / (waits[12] - waits[13])
    for written in ("ASA 20 s", "20 s asa"):
        done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--target", written])
        assert (
            f"Lines needed for ASA of at most 20 s: 13 (interpolated between whole numbers: {exactly:.2f})"
            in " ".join(done.output.split())
        )
    # With eleven lines the wait is as long as it gets: ten lines have no steady state.
    done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--target", "ASA 10 min"])
    assert ": 11\n" in done.output


def test_a_fraction_of_a_line_is_interpolated_and_said_so() -> None:
    below, above, between = (measures("--lines", lines) for lines in ("13", "14", "13.25"))
    for name, value in between.items():
        if value is not None:
            assert value == pytest.approx(0.75 * below[name] + 0.25 * above[name], rel=1e-12), name
    for code, words in (("en", "interpolated linearly"), ("nl", "lineair geïnterpoleerd")):
        done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--lines", "13.25", "--lang", code])
        assert words in " ".join(done.output.split())
        assert words not in CliRunner().invoke(cli, ["erlang", *CENTRE, "--lines", "13", "--lang", code]).output
    done = CliRunner().invoke(cli, ["erlang", *CENTRE, "--lines", "13.25", "--json"])
    page = Answer.from_json(done.output)
    assert page.question["lines"] == 13.25
    assert {"low": 13, "high": 14} in [sentence.values for sentence in page.sentences]


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


def test_it_is_kept_where_a_folder_is_named_and_has_every_face(tmp_path) -> None:
    assert "answer.json" in erlang("--lines", "5", "--patience", "7 min", "--out", str(tmp_path))
    (folder,) = tmp_path.iterdir()
    done = CliRunner().invoke(cli, ["report", str(folder), "--excel", "--lang", "nl"])
    assert done.exit_code == 0, done.output
    assert "M/M/c+M (Erlang A)" in (folder / "rapport.html").read_text(encoding="utf-8")
    assert (folder / "rapport.xlsx").is_file()
