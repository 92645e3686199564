"""What a study found, on every face that any answer has."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from sim.answers.answer import Answer
from sim.answers.files import write
from sim.answers.kinds import in_language
from sim.answers.notebook import html_of
from sim.answers.phrases import played
from sim.language import ENGLISH


class Answered:
    """What a study found: it gives its answer as data, and writes and shows that like any other."""

    @property
    @abstractmethod
    def answer(self) -> Answer:
        """As data, for every face."""

    def write(self, out: str | Path) -> Path:
        """Write its folder in ``out``, as its command does; return the folder."""
        return write(self.answer, out)

    def __str__(self) -> str:
        """What it says, in English, and on which replications it rests."""
        answer = self.answer
        sentences = [in_language(sentence, ENGLISH) for sentence in answer.sentences]
        return "\n".join([*sentences, "; ".join(played(answer, ENGLISH))])

    def _repr_html_(self) -> str:
        return html_of(self.answer)
