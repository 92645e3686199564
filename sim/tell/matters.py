"""Which assumptions matter most, for the terminal: sentences, and the ends that move the answer most."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.answers.kinds import in_language
from sim.language import ENGLISH, Language
from sim.language.shown import shown_value, signed
from sim.studies.matters import Matters
from sim.studies.matters_words import sentences
from sim.tell.paths import Dotted
from sim.tell.runs import table_of

#: Ends in the table; all of them are in the CSV file.
_MOST = 8


def tell_matters(found: Matters, out: Console, say: Language = ENGLISH) -> None:
    """What matters most, and a table where something does."""
    out.print(" ".join(in_language(one, say) for one in sentences(found)), markup=False)
    if found.most:
        out.print(table_of_matters(found, say))


def table_of_matters(found: Matters, say: Language = ENGLISH) -> Table:
    """The ends that move the difference most."""
    measure = say.known("measure", found.measure[0])
    title = say("matters.title", first=escape(found.first), base=escape(found.base), measure=measure)
    heads = [say("matters.assumption"), say("matters.to"), say("matters.difference"), say("matters.change")]
    if found.second:
        heads.append(say("matters.to_second", second=escape(found.second)))
    table = table_of(title, *heads, left=2, caption=say("matters.caption"))
    for one in found.found[:_MOST]:
        change = signed(one.change, say) if one.change is not None else "-"
        cells = [shown_value(one.end, say), signed(found.there(one), say), change]
        if found.second:
            cells.append(signed(one.second_better, say) if one.second_better is not None else "-")
        table.add_row(Dotted(one.of.told(say)), *map(escape, cells))
    return table
