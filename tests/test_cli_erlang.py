"""``sim erlang``: the right model with its name, the numbers of theory, and one clear message for what is wrong."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give --lines, or a --target"),
        (("--lines", "4"), "4 erlangs on 4 lines"),
        (("--lines", "0"), "0 is not in the range x>=1"),
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
