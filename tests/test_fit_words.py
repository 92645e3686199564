"""What sim fit tells is in the reader's language: terminal, page and pictures; and what is told can be told again."""

from __future__ import annotations

import datetime as dt
import pickle
import re
from dataclasses import replace
from functools import lru_cache
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.text import Text

from sim.cli.commands import cli
from sim.figures.fit import draw_days, draw_fit
from sim.fit.checks import Check, shown, verdict
from sim.fit.days_scenario import fit_days_of
from sim.fit.fitted import Fitted
from sim.fit.read import read
from sim.fit.simulated_log import simulated_log
from sim.fit.whole import Fit, fit_log
from sim.language import CODES, language
from sim.language.firm import firm
from sim.language.said import Digits, Name, Said, told
from sim.report.page_fit import fit_page
from sim.scenario.load import loads
from sim.tell.fit import unclear
from sim.tell.fit_rows import rows_of
from tests.long.recovery.arrivals import drawn_counts

ROOT = Path(__file__).parent.parent
EN, NL = (language(code) for code in CODES)
#: Words that no Dutch text has; "wait" and "handling" are what an option calls a column.
ENGLISH = (
    "the", "and", "calls", "call", "log", "lines", "abandoned", "answered", "gave", "within", "after",
    "days", "from", "mean", "patience", "checks", "hours", "rows", "left", "phone", "unknown", "fitted",
)  # fmt: skip
CENTRE = """
period: {first: 2024-03-04, last: 2024-03-31}
calendar: {working_days: mon-fri, holidays: none}
channels: {phone: {hours: mon-fri 9:00-17:00, queue: per province}}
lines: {antwerpen: 2, limburg: 1}
demand:
  contacts: 60
  per: working day
  by_channel: {phone: 100 %}
  by_province: {antwerpen: 70 %, limburg: 30 %}
  outside_hours: {phone: 20 %}
callers:
  phone:
    patience: {distribution: exponential, mean: 4 min}
    redial: {abandoned: 50 %, closed: 30 %}
    redial_delay: {distribution: lognormal, median: 20 min, sigma: 1.2}
handling: {phone: {conversation: {distribution: lognormal, median: 7 min, sigma: 0.8}}}
"""


@lru_cache
def log_csv() -> str:
    """A log with provinces; one row cannot be read, and one column is not used."""
    lines = simulated_log(loads(CENTRE), seed=5).replace("queue", "provincie", 1).splitlines()
    lines = [f"{line},x" for line in lines] + ["c1,phone,limburg,nergens,,answered,,,x"]
    return "\n".join([lines[0][:-1] + "klets", *lines[1:]]) + "\n"


@lru_cache
def fitted() -> Fit:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "oproepen.csv"
        path.write_text(log_csv(), encoding="utf-8")
        return fit_log(path)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["fit", *arguments], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def english_in(text: str) -> set[str]:
    """English words in a text, without what stands in quotation marks or is an option."""
    plain = re.sub(r"'[^']*'|--\w+(?:-\w+)*(?: \w+=\w+)?|\S*\.(?:csv|yaml|html)\S*|sim run", " ", text)
    return set(re.findall(r"[a-z]+", plain.lower())) & set(ENGLISH)


def test_the_terminal_is_in_dutch(tmp_path) -> None:
    file = tmp_path / "oproepen.csv"
    file.write_text(log_csv(), encoding="utf-8")
    said = run(str(file), "--lang", "nl", "--no-page", "--out", str(tmp_path))
    assert english_in(said) == set()
    for words in (
        "niet gebruikt, 1 keer: het tijdstip is geen datum",
        "telefoon/Antwerpen",
        "Opnieuw bellen",
        "geduld",
    ):
        assert words in said, words
    assert re.search(r"\d,\d %", said)
    assert not re.search(r"\d\.\d(?!\d\d)", re.sub(r"\S*\.(?:csv|yaml)", "", said))


def test_english_says_the_same_numbers(tmp_path) -> None:
    file = tmp_path / "oproepen.csv"
    file.write_text(log_csv(), encoding="utf-8")
    said = run(str(file), "--no-page", "--out", str(tmp_path))
    assert "left out, 1 times: the arrival is not a date with a time" in said
    assert english_in(said) >= {"patience", "calls", "after"}


def test_daily_counts_are_told_in_dutch(tmp_path) -> None:
    rng = np.random.default_rng(3)
    start = np.datetime64("2024-01-01")
    means = np.tile([120, 100, 100, 100, 90, 30, 20], 12)
    rows = (f"{start + day};{count}" for day, count in enumerate(rng.poisson(means)))
    file = tmp_path / "dagen.csv"
    file.write_text("\n".join(["Datum;Aantal", *rows]), encoding="utf-8")
    said = run(str(file), "--lang", "nl", "--out", str(tmp_path))
    assert english_in(said) == set()
    assert "voorspelling voor de week" in said
    assert "ma 25 maart 2024" in said
    page = (tmp_path / "dagen-fitted.html").read_text(encoding="utf-8")
    assert '<html lang="nl">' in page
    assert "Alle controles" in page
    found = fit_days_of(read(file), name="x")  # type: ignore[arg-type]
    assert "voorspelling" in texts_of(draw_days(found, NL))


def texts_of(figure) -> str:
    """Everything that is written in a figure."""
    figure.draw_without_rendering()
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_pictures_and_page_are_in_dutch() -> None:
    from sim.report.page_fit import fit_page

    for name, figure in draw_fit(fitted(), NL).items():
        assert english_in(texts_of(figure)) == set(), name
    page = re.sub(r"<(svg|style|head)\b.*?</\1>", " ", fit_page(fitted(), NL), flags=re.DOTALL)
    assert english_in(re.sub(r"<[^>]*>|&\w+;|&#\d+;", " ", page).replace("niet gebruikt: klets", "")) == set()
    assert "gamma-interval" in page


def test_what_is_said_is_text_that_can_be_told_again() -> None:
    said = Said("test.memory", correlation=Digits(0.5, 2), p=Said("test.p_small", p=Digits(0.001, 3)))
    assert "0.50" in said
    assert "below 0.001" in said
    assert told(said, NL).startswith("correlatie van een dag met de volgende 0,50")
    assert "onder 0,001" in told(pickle.loads(pickle.dumps(said)), NL)
    assert told("a user's own words", NL) == "a user's own words"
    listed = Said("reading.guessed", columns=(Name("phone"), Name("chat")))
    assert told(listed, NL).endswith("telefoon, chat")
    with pytest.raises(KeyError):
        Said("test.no_such_key")


def test_the_verdict_in_dutch() -> None:
    what = Said("misfit.wait_answered", seconds=60)
    check = Check("trace", what, 1234.5, Fitted(2000.0, 1900.0, 2100.0, "s"), "s")
    assert verdict([check], NL) == (
        "Afwijkingen: 1 van 1 controles. De grootste (naspelen): de gemiddelde wachttijd van wie antwoord kreeg is "
        "1.234 s in het register en 2.000 s (1.900 s tot 2.100 s) in het model."
    )
    assert shown(0.1234, "%", NL) == "12,3 %"
    assert shown(float("inf"), "h", NL) == "geen grens"


@pytest.mark.parametrize(("code", "barely"), [("en", "barely beyond chance"), ("nl", "het toeval nauwelijks te boven")])
def test_a_campaign_that_chance_does_as_much_as_is_bounded_in_words(code, barely) -> None:
    say, log = language(code), ROOT / "docs" / "examples" / "call-log.csv"
    found = fit_log(log, campaigns=[dt.datetime(2021, 3, 8)])
    surge = found.pieces.surge
    assert surge.test.p_value > 0.05
    assert surge.extra.low <= 0 < surge.extra.value < 36 < surge.extra.high < 60
    [sentence] = unclear(surge, say)
    assert say("fit.campaign_unclear", p="|", most="54", share="|").split("|")[1] in sentence
    rows = [what for what, *_ in rows_of(found, say)]
    assert say("number.extra") in rows
    assert not {say(f"number.{of}") for of in ("jump", "decay", "plateau")} & set(rows)
    assert firm(sentence) in unescape(fit_page(found, say))
    [campaign] = found.scenario.campaigns
    assert campaign.surge[0].time_constant.status == "assumed"

    [sentence] = unclear(replace(surge, test=replace(surge.test, p_value=0.03)), say)
    assert barely in sentence
    clear = replace(surge, test=replace(surge.test, p_value=0.001))
    assert unclear(clear, say) == unclear(None, say) == []


def test_daily_counts_bound_a_campaign_in_words(tmp_path) -> None:
    counts = drawn_counts("words", 1, np.full((60, 1), 20.0), 0.2)[:, 0]
    rows = (f"{dt.date(2024, 1, 1) + dt.timedelta(days=day)},{count}" for day, count in enumerate(counts))
    (tmp_path / "days.csv").write_text("\n".join(["date,calls", *rows]) + "\n", encoding="utf-8")
    arguments = (str(tmp_path / "days.csv"), "--campaign", "2024-02-05", "--out", str(tmp_path))
    for code, words in (("en", "cannot be told from none"), ("nl", "niet van geen campagne te onderscheiden")):
        told_ = run(*arguments, "--lang", code)
        assert words in told_
        assert language(code)("number.jump") not in told_
        assert words in (tmp_path / "days-fitted.html").read_text(encoding="utf-8")
