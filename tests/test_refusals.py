"""Refusals of commands and studies exist in every language: every one that the code raises, and as users see them."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

import sim
from sim.cli import commands
from sim.language import ENGLISH, language
from sim.language.mistakes import told_refusal

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "small.yaml"
#: Errors that users see; ValueError and the like are for programmers.
_SEEN = {
    *("SimError", "QuestionError", "PlanError", "TargetError", "LevelsError", "ResultsError", "KernelError"),
    *("NoMeasureError", "NoObservation", "NoOutcome", "NoParameter", "Unasked", "Unexplained"),
    *("BadParameter", "UsageError"),
}
_ENGLISH = {"the", "there", "are", "not", "write", "which", "has", "no", "only", "such", "needs", "give", "and"}


def pieces(message: ast.expr) -> list[str]:
    """The words of its own that a message has, in order."""
    if isinstance(message, ast.Constant):
        return [str(message.value)]
    if isinstance(message, ast.JoinedStr):
        texts = [str(part.value) for part in message.values if isinstance(part, ast.Constant)]
        # The nearest name and what there is besides are sentences of their own.
        return [piece for text in texts for piece in re.split(r"\.?(?: There are |$)", text) if re.search(r"\w", piece)]
    return []


def raised() -> list[tuple[str, list[str]]]:
    """Where a refusal is raised, and its words."""
    found = []
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                name = ast.unparse(node.exc.func).rpartition(".")[2]
                if name in _SEEN and (words := pieces(node.exc.args[0])):
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", words))
    return found


def samples(words: list[str]) -> list[str]:
    """The message with something in its placeholders, where it begins and ends with one or not."""
    return [start + "'X'".join(words) + end for start in ("", "'X'") for end in ("", "'X'")]


def test_every_refusal_is_in_the_catalogue() -> None:
    sections = ("mistake.", "refusal.")
    templates = [text for key, text in ENGLISH.words.items() if key.startswith(sections)]
    known = [re.sub(r"\{\w+\}", "\0", text.replace("{{", "{").replace("}}", "}")) for text in templates]
    assert len(templates) == len(set(templates))  # each is known by its text
    places = raised()
    assert len(places) > 140
    dutch = language("nl")
    unknown = [
        (place, words)
        for place, words in places
        if all(told_refusal(sample, dutch) == sample for sample in samples(words))
        and not any(re.search(".*".join(map(re.escape, words)), template, re.DOTALL) for template in known)
    ]
    assert unknown == []


def said(monkeypatch, capsys, *arguments: object) -> str:
    """What a command with these arguments writes to standard error."""
    monkeypatch.setattr(sys, "argv", ["sim", *map(str, arguments)])
    assert commands._outcome() in (1, 2, 3)
    return capsys.readouterr().err


LOG = "arrival,outcome,wait,handling\n"
QUESTIONS = [
    (["run", SMALL, "--contacts", "²"], "is geen getal en niet 'all' of 'none'"),
    (["run", SMALL, "--max-replications", "9"], "--max-replications hoort bij --precision"),
    (["run", SMALL, "--precision", "los=1"], "'los' is geen maat. Bedoel je 'loss'? Er zijn"),
    (["run", SMALL, "--precision", "loss"], "is niet MAAT=BREEDTE"),
    (["run", SMALL, "--precision", "loss=0pp"], "een interval zonder breedte vraagt oneindig veel simulaties"),
    (["run", SMALL, "--precision", "loss@fax=1pp"], "'fax' bestaat hier niet. Er zijn"),
    (["compare", SMALL], "een vergelijking heeft twee plannen nodig"),
    (["sensitivity", SMALL, "--measure", "los"], "'los' is geen maat"),
    (["calibrate", SMALL, "--observed", "loss"], "waarneming 'loss' is niet MAAT=WAARDE"),
    (["calibrate", SMALL, "--observed", "answered=x"], "waarneming answered=x: 'x' is geen getal"),
    (
        ["calibrate", SMALL, "--observed", "answered=9", "--fit", "lines.x"],
        "er is geen 'x'. Er zijn phone",
    ),
    (["calibrate", SMALL, "--observed", "answered=9", "--fit", "attempts"], "is een geheel getal, dat niet een beetje"),
    (["sweep", SMALL, "--set", "lines.phone=1"], "een sweep heeft minstens één instelling"),
    (["sweep", SMALL, "--set", "lines.phone=3..1"], "het eerste uiteinde ligt niet onder het laatste"),
    (["plan", SMALL, "--target", "abc"], "doel 'abc' is niet een doel zoals 'phone 80 % in 60 s'"),
    (["plan", SMALL], "geen doelen: het scenario heeft er geen onder targets:"),
    (["campaign", SMALL, "--ask", "foo"], "ask: 'foo' is onbekend; toegestaan zijn"),
    (["next-line", SMALL, "--part", "xx"], "deel 'xx': "),
    (["erlang", "--arrivals-per-hour", "20", "--handling", "5 min"], "geef --lines, of een --target"),
    (["report", ROOT / "docs"], "is niet de map van een run, een vergelijking of een studie"),
]


@pytest.mark.parametrize(("arguments", "dutch"), QUESTIONS, ids=lambda one: " ".join(map(str, one))[-40:])
def test_a_wrong_question_is_refused_in_dutch(arguments, dutch, monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    error = said(monkeypatch, capsys, *arguments, "--lang", "nl")
    assert dutch in error
    assert list(tmp_path.iterdir()) == []


ROWS = "".join(f"2024-01-{day:02} 10:00:00,answered,10,60\n" for day in range(8, 20))
LOGS = [
    ("", (), "is leeg"),
    (LOG, (), "geen enkele rij kan gelezen worden; er is alleen een kop"),
    (LOG + "once,answered,1,2\n", (), "geen enkele rij kan gelezen worden; de eerste op regel 2: "),
    ('"arrival,outcome\n' + ROWS, (), "aanhalingsteken dat niet gesloten wordt"),
    (LOG + ROWS, ("--column", "caller=wie"), "heeft geen kolom 'wie' voor caller; er zijn 'arrival'"),
    (LOG + ROWS, ("--column", "caller"), "heeft geen '=' tussen twee woorden"),
    (LOG + ROWS, ("--outcome", "answered=ja"), "is geen uitkomst; toegestaan zijn"),
    (LOG + ROWS, ("--campaign", "2024-03-01"), "valt niet in de log, die loopt van"),
    (LOG + ROWS, ("--campaign", "gisteren"), "is geen datum; schrijf 2020-02-10"),
    (LOG + ROWS, ("--name", "a/b"), "is geen naam: letters, cijfers"),
    (LOG + ROWS[: ROWS.index("\n") + 1], (), "maar 1 gewone open dagen"),
    ("PK\x03\x04 ", (), "is een werkmap van een rekenblad of een archief"),
]


@pytest.mark.parametrize(("text", "options", "dutch"), LOGS, ids=[dutch[:30] for _, _, dutch in LOGS])
def test_a_log_is_refused_in_dutch(text, options, dutch, monkeypatch, capsys, tmp_path) -> None:
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    error = said(monkeypatch, capsys, "fit", tmp_path / "log.csv", "--lang", "nl", *options)
    assert dutch in error
    assert not _ENGLISH & set(re.findall(r"[a-z]+", error.partition("Error: ")[2].replace(str(tmp_path), "")))


def test_results_of_another_version_are_refused_in_dutch(monkeypatch, capsys, tmp_path) -> None:
    folder = sim.run(sim.load(SMALL), replications=2, engine="simpy", workers=1, out=tmp_path).folder
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"results_version": 0, "command": "sim run x"}))
    error = said(monkeypatch, capsys, "report", folder, "--lang", "nl")
    assert "is gemaakt door een andere versie van dit programma; maak het opnieuw: sim run x" in error
