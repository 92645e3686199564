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

from sim.answers.kinds import in_language
from sim.answers.page import page_of
from sim.answers.plots import charts_of, figure_of
from sim.cli.commands import cli
from sim.fit.answer_rows import unclear
from sim.fit.checks import Check, verdict
from sim.fit.days_scenario import fit_days_of
from sim.fit.fitted import Fitted
from sim.fit.read import read
from sim.fit.simulated_log import simulated_log
from sim.fit.whole import Fit, fit_log
from sim.language import CODES, language
from sim.language.firm import firm
from sim.language.said import Digits, Name, Said, told
from sim.language.shown import in_unit
from sim.scenario.load import loads
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
    plain = re.sub(r"'[^']*'|--\w+(?:-\w+)*(?: \w+=\w+)?|\S*\.(?:csv|yaml|html)\S*|\S*/\S*|sim run", " ", text)
    return set(re.findall(r"[a-z]+", plain.lower())) & set(ENGLISH)


def test_the_terminal_is_in_dutch(tmp_path) -> None:
    file = tmp_path / "oproepen.csv"
    file.write_text(log_csv(), encoding="utf-8")
    said = run(str(file), "--lang", "nl", "--no-page", "--no-figures", "-v", "--out", str(tmp_path))
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
    said = run(str(file), "--no-page", "--no-figures", "-v", "--out", str(tmp_path))
    assert "rows left out, 1: the arrival is not a date with a time" in said
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
    assert "Hoe het bestand gelezen is" in page
    found = fit_days_of(read(file), name="x")  # type: ignore[arg-type]
    assert "voorspelling" in texts_of(figure_of(charts_of(found.answer)[0], NL))


def texts_of(figure) -> str:
    """Everything that is written in a figure."""
    figure.draw_without_rendering()
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_pictures_and_page_are_in_dutch() -> None:
    answer = fitted().answer
    for chart in charts_of(answer):
        assert english_in(texts_of(figure_of(chart, NL))) == set(), chart.title
    page = page_of(answer, NL)
    page = page[: page.index('<h2 id="assumed">')]  # what follows says what the scenario says
    page = re.sub(r"<(style|head|nav)\b.*?</\1>", " ", page, flags=re.DOTALL)
    assert english_in(re.sub(r"<[^>]*>|&\w+;|&#\d+;", " ", page).replace("niet gebruikt: klets", "")) == set()
    assert "gamma-interval" in str([in_language(row[2], NL) for row in answer.table("numbers").rows])


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
    assert in_language(verdict([check]), NL) == (
        "Afwijkingen: 1 van 1 controles. De grootste (naspelen): de gemiddelde wachttijd van wie antwoord kreeg is "
        "1.234 s in het register en 2.000 s (1.900 s tot 2.100 s) in het model."
    )
    assert in_unit(0.1234, "%", NL) == "12,3 %"
    assert in_unit(float("inf"), "h", NL) == "geen grens"


@pytest.mark.parametrize(("code", "barely"), [("en", "barely beyond chance"), ("nl", "het toeval nauwelijks te boven")])
def test_a_campaign_that_chance_does_as_much_as_is_bounded_in_words(code, barely) -> None:
    say, log = language(code), ROOT / "docs" / "examples" / "call-log.csv"
    found = fit_log(log, campaigns=[dt.datetime(2021, 3, 8)])
    surge = found.pieces.surge
    assert surge.test.p_value > 0.05
    assert surge.extra.low <= 0 < surge.extra.value < 36 < surge.extra.high < 60
    [sentence] = (in_language(one, say) for one in unclear(surge))
    assert say("fit.campaign_unclear", p="|", most="54", share="|").split("|")[1] in sentence
    rows = [what.id for what, *_ in found.answer.table("numbers").rows]
    assert "extra" in rows
    assert not {"jump", "decay", "plateau"} & set(rows)
    assert firm(sentence) in unescape(page_of(found.answer, say))
    [campaign] = found.scenario.campaigns
    assert campaign.surge[0].time_constant.status == "assumed"

    [sentence] = unclear(replace(surge, test=replace(surge.test, p_value=0.03)))
    assert barely in in_language(sentence, say)
    clear = replace(surge, test=replace(surge.test, p_value=0.001))
    assert list(unclear(clear)) == list(unclear(None)) == []


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


def test_a_fit_opens_with_what_a_helpline_wants_first() -> None:
    """Calls a day, when, how long, how patient, who calls again, lines needed; statistics only when asked for."""
    answer = fitted().answer
    labels = [tile.label.key for tile in answer.tiles]
    assert labels == [f"found.tile_{name}" for name in ("per_day", "when", "handling", "patience", "again", "lines")]
    shown = {tile.label.key: in_language(tile.value, EN) for tile in answer.tiles}
    assert 40 < float(shown["found.tile_per_day"]) < 80  # 60 are stated
    assert shown["found.tile_lines"].isdigit()
    folded = [section.id for section in answer.sections if section.folded]
    assert folded == ["statistics", "file"]
    page = page_of(answer, EN)
    assert (
        page.index('id="hours"') < page.index('id="patience"') < page.index("<details>") < page.index('id="statistics"')
    )
    assert page.count("<details>") == 2
    assert str(fitted()).startswith("On an ordinary day")
    assert fitted()._repr_html_().startswith("<div>")
