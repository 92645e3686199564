"""What an answer says, as text."""

from __future__ import annotations

from sim.answers.answer import Answer
from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language


def sentences(answer: Answer, say: Language = ENGLISH) -> list[str]:
    """Its sentences in a language."""
    return [in_language(sentence, say) for sentence in answer.sentences]
