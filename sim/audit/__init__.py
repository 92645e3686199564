"""A reading of the rules that simulates nothing: it checks whether a table of contacts is possible.

The table is believed, row by row, and every row is held against the world, the centre and all other rows: first
one at a time (hours, patience, routing: `single`), then each line's work (`work`), then each caller's chain of
contacts (`chains`), then everything that happened is walked through in the written order of events, with lines in
use and contacts waiting as the table has them (`sweep`). A finding therefore does not bring down the rest of the
table with it. The rules are those of ``docs/rules.md``; the numbers in comments are theirs.
"""

from __future__ import annotations

from sim.audit.chains import check_chains
from sim.audit.duty import Duty
from sim.audit.events import events
from sim.audit.findings import Findings
from sim.audit.rows import malformed, read
from sim.audit.single import check_row
from sim.audit.sweep import Sweep
from sim.audit.work import check_work
from sim.model.centre import Centre
from sim.model.contacts import Contacts
from sim.model.world import World

__all__ = ["audit"]


def audit(world: World, centre: Centre, contacts: Contacts, *, most: int = 50) -> list[str]:
    """Every way in which ``contacts`` breaks the rules, at most ``most``, each in a sentence; empty if none.

    Never raises on a broken table, whatever numbers it holds: that is what it is there to report.
    """
    no_table = malformed(contacts)
    if no_table:
        return no_table[:most]
    findings = Findings()
    rows = read(world, centre, contacts, findings)
    duty = Duty(world, centre)
    for row in rows:
        check_row(world, centre, duty, row, findings)
    finished = check_work(world, centre, rows, findings)
    check_chains(world, centre, rows, findings)
    sweep = Sweep(world, centre, duty, rows, findings)
    for event in events(centre, duty, rows, finished):
        if len(findings.sentences) >= most:
            break
        sweep.happen(event)
    return findings.sentences[:most]
