"""What every study's answer has for the terminal: the answer in sentences, and what it rests on."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from sim.language import ENGLISH, Language
from sim.studies.answers import Answer


def tell_answer(answer: Answer, out: Console, heading: str, say: Language = ENGLISH) -> None:
    """The title, the answer in sentences, the first the most important, and the worlds it was found on."""
    scenario = answer.scenario
    period = say.period(scenario.period.first, scenario.period.last)
    out.print(f"\n[bold]{escape(scenario.titled(say.code))}: {escape(heading)}[/bold]")
    for number, sentence in enumerate(answer.sentences(say)):
        out.print(f"[bold]{escape(sentence)}[/bold]" if number == 0 else escape(sentence))
    out.print(say("study.rests_on", period=period, worlds="; ".join(answer.worlds(say))), style="dim", markup=False)


def tell_definitions(answer: Answer, out: Console, say: Language = ENGLISH) -> None:
    """What each measure is."""
    for name, text in answer.definitions(say).items():
        out.print(f"{say.known('measure', name)}: {text}", style="dim", markup=False)
