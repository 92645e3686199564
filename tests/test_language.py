"""One catalogue in two languages: same keys, same placeholders, none missing, none without use; numbers and dates."""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import string
from pathlib import Path

import pytest
from click.testing import CliRunner
from single import single

import sim
from sim.cli.commands import cli
from sim.language import CODES, key_of, language
from sim.language.firm import firm, firm_html
from sim.language.shown import in_words, plain, seconds, signed
from sim.model.contacts import Outcome
from sim.results.result import WAITS
from sim.statistics.cells import layout_of
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS
from sim.studies.assumed import assumptions

ROOT = Path(__file__).parent.parent
SOURCES = {p: p.read_text(encoding="utf-8") for p in (ROOT / "sim").rglob("*") if p.suffix in (".py", ".html")}
WRITTEN = "\n".join(SOURCES.values())
EN, NL = (language(code) for code in CODES)
#: Sections whose keys are words that come from elsewhere: looked up with ``known``, shown as they are where unknown.
OPEN = ("date", "hours", "unit", "name", "status", "theory", "part", "system", "checked", "law", "parameter", "about",
        "written", "mistake", "refusal", "mistaken")  # fmt: skip


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    assert EN.words.keys() == NL.words.keys()
    for key, words in EN.words.items():
        assert placeholders(words) == placeholders(NL.words[key]), key
        assert words.strip(), key
        assert NL.words[key].strip(), key


def test_no_text_is_missing() -> None:
    asked = {key for source in SOURCES.values() for key in re.findall(r"""\bsay\(\s*["']([a-z_]+\.\w+)["']""", source)}
    assert len(asked) > 150
    assert asked <= EN.words.keys()
    measures = {*DEFINITIONS, *WAITS}
    families = {
        "measure": measures,
        "definition": measures,
        "outcome": {outcome.name.lower() for outcome in Outcome},
        "kind": {scope.kind for scope in layout_of(sim.draw_world(single(), seed=1), single().model.centre).scopes},
        "unit": {key_of(d.unit) for d in DEFINITIONS.values() if d.unit != "%"},
        "theory": reasons(),
    }
    for section, names in families.items():
        assert {f"{section}.{name}" for name in names} <= EN.words.keys(), section


def reasons() -> set[str]:
    """Everything that is said of a queue beside theory."""
    found: set[str] = set()
    for name in ("premises", "profile"):
        tree = ast.parse((ROOT / "sim" / "beside" / f"{name}.py").read_text())
        found |= {
            n.value.value for n in ast.walk(tree) if isinstance(n, ast.Yield) and isinstance(n.value, ast.Constant)
        }
        found |= {
            k.value for n in ast.walk(tree) if isinstance(n, ast.Dict) for k in n.keys if isinstance(k, ast.Constant)
        }
    assert len(found) > 12
    return {key_of(text) for text in found}


def test_no_text_is_without_use() -> None:
    words = set(re.findall(r"\w+", WRITTEN)) | {*DEFINITIONS, *WAITS}
    literal = set(re.findall(r"\b[a-z]+\.\w+", WRITTEN))
    # Keys that are put together: f"report.plan_{name}", "stress." ~ item.
    begun: dict[str, set[str]] = {}
    for section, start in re.findall(r"""["']([a-z]+)\.(\w*)(?:["']|\{)""", WRITTEN):
        begun.setdefault(section, set()).add(start)
    for key in EN.words.keys() - literal:
        section, _, name = key.partition(".")
        stem = re.sub("_(text|note|doubt)$", "", name)
        starts = begun.get(section, set())
        whole = section in OPEN or ("" in starts and (name in words or stem in words))
        assert whole or any(start and name.startswith(start) for start in starts), key


def test_definitions_are_those_of_the_summary() -> None:
    for name, definition in DEFINITIONS.items():
        assert EN(f"definition.{name}") == definition.text


@pytest.mark.parametrize(
    ("value", "digits", "english", "dutch"),
    [(1234.5, 1, "1,234.5", "1.234,5"), (0.25, 2, "0.25", "0,25"), (-1e6, 0, "-1,000,000", "-1.000.000")],
)
def test_numbers(value, digits, english, dutch) -> None:
    assert (EN.number(value, digits), NL.number(value, digits)) == (english, dutch)


def test_estimates_dates_and_values() -> None:
    assert plain(Estimate(1234.5, 1230, 1239), NL) == "1.234,5 ±4,5"
    assert plain(Estimate(0, 0, 0.0037), NL) == "<0,0037"
    assert signed(Estimate(3.0, 2.0, 4.0), NL) == "+3,0 ±1,0"
    # What is whole and exact has no decimals.
    assert seconds(Estimate(7200, 7200, 7200), NL) == "2 u"
    assert seconds(Estimate(9000, 9000, 9000), NL) == "2,5 u"
    first, last = dt.date(2020, 2, 10), dt.date(2020, 2, 27)
    assert (EN.period(first, last), NL.period(first, last)) == (
        "10 to 27 February 2020",
        "10 tot en met 27 februari 2020",
    )
    assert NL.period(dt.date(2020, 2, 28), dt.date(2020, 3, 2)) == "28 februari tot en met 2 maart 2020"
    assert EN.period(dt.date(2020, 12, 31), dt.date(2021, 1, 1)) == "31 December 2020 to 1 January 2021"
    assert (NL.during(last, last), EN.during(last, last)) == ("Op 27 februari 2020", "On 27 February 2020")
    assert (EN.short_date(first), NL.short_date(first)) == ("Mon 10 Feb", "ma 10 feb")
    assert NL.percent(0.464, 1, sign=True) == "+46,4 %"
    assert NL.hours("mon-fri 9:00-17:00") == "ma-vr 9:00-17:00"
    assert NL.duration("1 h 30 min") == "1 u 30 min"
    assert NL.value("phone 12.4 %, antwerpen 1869730.0, 4 days, 2020-02-10 21:00") == (
        "telefoon 12,4 %; Antwerpen 1.869.730; 4 dagen; 10 februari 2020 21:00"
    )
    assert NL.name("phone/limburg") == "telefoon/Limburg"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("46 % of 12.5 ±0.3 min", "46_% of 12.5_±0.3_min"),
        ("145 minder (144 tot 146)", "145_minder (144_tot_146)"),
        ("phone 1 min; chat 0 s; e-mail 2 working days", "phone 1_min; chat 0_s; e-mail 2_working days"),
        ("0-6 0,15 tot 17-21 0,8; 10 februari", "0-|6_0,15 tot 17-|21_0,8; 10 februari"),
        ("-35 to -34, 2 sites, 3 units", "-35_to_-34, 2 sites, 3 units"),
        ("± is half an interval", "± is half an interval"),
        ("2020-02-10 21:00", "2020-02-10 21:00"),
    ],
)
def test_numbers_are_not_parted_from_what_belongs_to_them(text: str, kept: str) -> None:
    assert firm(text).replace("\N{NO-BREAK SPACE}", "_").replace("\N{WORD JOINER}", "|") == kept
    # In HTML, tags stay as they are.
    assert firm_html(f'<path d="M1 2 h 3 4 s 5"/><p>{text}</p>') == f'<path d="M1 2 h 3 4 s 5"/><p>{firm(text)}</p>'


def test_words_of_the_format_are_told() -> None:
    assert [NL.value(word) for word in ("own", "unlimited", "all", "own sake")] == [
        "eigen",
        "onbeperkt",
        "alle",
        "own sake",
    ]


def test_there_is_no_third_language() -> None:
    with pytest.raises(ValueError, match="'fr' is not a language; allowed are en and nl"):
        language("fr")


@pytest.mark.parametrize("code", CODES)
def test_tables_are_in_the_language(code, tmp_path) -> None:
    from rich.console import Console

    from sim.answers.terminal import tell
    from sim.studies.run_answer import answer_of
    from sim.tell.scenario import tell_scenario

    say = language(code)
    base = single(contacts=150, lines=3, last="2021-03-05", provinces="here: 1, there: 1")
    base = base.model_copy(update={"title": "[red]a[/nonsense]"})
    found = sim.compare({"now": base, "[x]": base.replace(lines__phone=4)}, replications=6, workers=1, out=tmp_path)
    out = Console(width=120, record=True, file=io.StringIO())
    tell_scenario(base, out, say)
    tell(answer_of(found.results["now"]), out, say, verbose=True)
    tell(found.answer, out, say, verbose=True)
    told = out.export_text()
    for key in ("check.channels", "calls.title", "waits.title", "people.callers", "busy.title", "beside.title"):
        # Headings of columns may be broken over lines.
        assert say(key).split()[0] in told, key
    assert "[red]a[/nonsense]" in told
    assert "[x]" in told
    other = language(next(other for other in CODES if other != code))
    assert other("calls.title") not in told
    assert other("waits.caption") not in told


def test_the_command_line_speaks_both() -> None:
    file = str(ROOT / "scenarios" / "als-je-eens-wist-2020.yaml")
    run = CliRunner().invoke
    assert "Waar de cijfers vandaan komen" in run(cli, ["check", file, "--lang", "nl"]).output
    assert "Waar de cijfers vandaan komen" in run(cli, ["check", file], env={"SIM_LANG": "nl"}).output
    wrong = run(cli, ["check", file, "--lang", "fr"])
    assert wrong.exit_code == 2
    assert "'fr' is not one of" in wrong.output


def test_what_a_value_is_reads_as_words_and_whose_it_is_follows() -> None:
    for path, en, nl in (
        (
            "callers.phone.redial.closed",
            "Calling again after a closed door (phone)",
            "Opnieuw bellen na een gesloten deur (telefoon)",
        ),
        (
            "callers.phone.patience.rest.mean",
            "Patience of the others · mean (phone)",
            "Geduld van de anderen · gemiddelde (telefoon)",
        ),
        ("lines.gent.extra.0.count", "Extra lines 1 · number (gent)", "Extra lijnen 1 · aantal (gent)"),
        (
            "campaigns.1.surge.0.rise",
            "Campaign 2 · surge 1 · time to rise",
            "Campagne 2 · toeloop 1 · tijd om te stijgen",
        ),
        ("gent", "gent", "gent"),
    ):
        assert (in_words(path, EN), in_words(path, NL)) == (en, nl)


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").rglob("*.yaml")), ids=lambda file: file.stem)
def test_every_stated_value_and_name_of_a_shipped_scenario_has_words(file: Path) -> None:
    scenario = sim.load(file)
    for found in assumptions(scenario):
        assert "_" not in in_words(found.path, NL), found.path
    named = [(m.topics, (m.ages or {}).values()) for m in (scenario.demand, *scenario.campaigns)]
    shares = [s.value for topics, ages in named for s in (topics, *ages) if s is not None]
    assert not [name for share in shares for name in share.parts if f"name.{key_of(name)}" not in NL.words]
