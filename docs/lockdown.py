"""Write the tables of ``docs/lockdown.md`` anew: ``python docs/lockdown.py``, from the folder above."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap

import sim
from sim.language.shown import plain, signed
from sim.statistics.estimates import Estimate
from sim.studies.unknowns import short
from tests.long.pages import with_section

PAGE = Path(__file__).with_suffix(".md")
LOCKDOWN = sim.load(Path(__file__).parents[1] / "scenarios" / "lockdown-2020.yaml")
DEMAND, TALK = "demand.contacts", "handling.phone.conversation.mean"
OBSERVED = ["answered@phone=676", "loss@phone=50 %"]
MOVED = ("loss@phone", "never_reached_share@phone", "answered@phone")
#: People by phone per person in all, and minutes of wrap-up.
PHONE, WRAP_UP = 780 / 1080, 5
LINES = [f"lines.{name}.absence" for name in LOCKDOWN.provinces]
BUSY_TONE = ["channels.phone.waiting_places=0", "callers.phone.redial.blocked=54 %"]
#: What is said of an assumption at one end of its range, in the order of the table.
ENDS = {
    ("lines.reinforcement.count", "0"): "no reinforcement",
    ("lines.reinforcement.count", "2"): "two lines of reinforcement",
    ("lines.reinforcement.staffed", "mon-fri 9:00-17:00"): "reinforcement all day, until 17:00 (not 13:00)",
    ("lines.antwerpen.absence and 4 alike", "0 %"): "nobody absent (not 10 %)",
    ("lines.antwerpen.absence and 4 alike", "20 %"): "20 % absent",
    ("callers.phone.redial.abandoned", "30 %"): "30 % redial after giving up (not 54 %)",
    ("callers.phone.redial.abandoned", "70 %"): "70 % redial after giving up",
    ("callers.phone.redial.closed", "20 %"): "20 % redial after a closed door (not 40 %)",
    ("callers.phone.redial.closed", "60 %"): "60 % redial after a closed door",
    ("callers.phone.patience.rest.mean", "2 min"): "patience of 2 minutes (not 7)",
    ("callers.phone.patience.rest.mean", "20 min"): "patience of 20 minutes",
}


def by_phone(people: float, minutes: float, settings: Iterable[str] = ()) -> list[Estimate]:
    """Answered, lost and never reached by phone with so many people in all and minutes of talk, on 400 fresh worlds."""
    found = [*settings, f"{DEMAND}={people!r}", f"{TALK}={round(60_000 * minutes)} ms"]
    result = sim.run(LOCKDOWN.with_settings(found), replications=400, seed=2020, out=None, keep_contacts=0)
    return [result.estimate(name, kind="channel", name="phone") for name in ("answered", "loss", "never_reached_share")]


def pairs() -> str:
    """Other pairs of people by phone and minutes per call than the one in the file."""
    rows = ["| people by phone while open | minutes per call | answered calls | lost % |", "|---:|---:|---:|---:|"]
    for people, minutes in ((760, 48), (760, 53), (780, 49), (800, 53)):
        answered, lost, _ = by_phone(people / PHONE, minutes - WRAP_UP)
        rows.append(f"| {people} | {minutes} | {plain(answered)} | {plain(lost)} |")
    return "\n".join(rows)


def other_assumptions() -> str:
    """The pair that gives what is published, under other assumptions, and what it gives on fresh worlds."""
    head = "| if instead | people by phone while open | minutes per call | answered | lost % | never reached, % |"
    rows = [head, "|---|---:|---:|---:|---:|---:|"]

    def row(about: str, people: float, minutes: float, settings: Iterable[str] = ()) -> None:
        found = " | ".join(map(plain, by_phone(people, minutes, settings)))
        rows.append(f"| {about} | {people * PHONE:.0f} | {minutes + WRAP_UP:.0f} | {found} |")

    found = sim.calibrate(LOCKDOWN, OBSERVED, fit=(DEMAND, TALK)).answer.tables
    row("as in the file", 1080, 44)
    under = {(str(one["assumption"]), str(one["to"])): one for one in found["assumptions"]}
    for (path, to), about in ENDS.items():
        settings = [f"{one}={to}" for one in (LINES if "absence" in path else [path])]
        row(about, under[path, to][DEMAND], under[path, to][TALK], settings)
    busy = sim.calibrate(LOCKDOWN.with_settings(BUSY_TONE), OBSERVED, fit=(DEMAND, TALK), replications=100)
    demand, talk = (one["value"].value for one in busy.answer.tables["values"])
    row("a busy tone, no queue (54 % redial after it)", demand, talk, BUSY_TONE)
    return "\n".join(rows)


def moves() -> str:
    """Each stated range at its ends, one at a time."""
    found = sim.one_at_a_time(LOCKDOWN, measures=MOVED)
    stated = " | ".join(plain(found.stated[name]) for name in MOVED)
    rows = [
        "| value of | change | lost % (contacts) | never reached % (people) | answered |",
        "|---|---|---:|---:|---:|",
    ]
    rows.append(f"| as stated |  | {stated} |")
    for unknown in found.widest(MOVED[0]):
        for move in found.of(unknown) if unknown not in found.still else ():
            changes = " | ".join(signed(move.differences[name]) for name in MOVED)
            rows.append(f"| {unknown.name} | {short(unknown.value)} → {short(move.end)} | {changes} |")
    still = ", ".join(unknown.name for unknown in found.still)
    rows += ["", *wrap(f"Of calls and people by phone nothing is moved by {still}.", 120)]
    return "\n".join(rows)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    for mark, table in (("pairs", pairs), ("other assumptions", other_assumptions), ("moves", moves)):
        text = with_section(text, mark, table())
    PAGE.write_text(text, encoding="utf-8")
