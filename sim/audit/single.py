"""Checks of one row at a time: hours, patience, horizon and routing, without a look at any other row."""

from __future__ import annotations

from sim.audit.duty import Duty
from sim.audit.findings import Findings
from sim.audit.rows import SERVED, Row, delays, falls, say_falls
from sim.model.centre import Centre
from sim.model.contacts import Outcome
from sim.model.world import World


def check_row(world: World, centre: Centre, duty: Duty, row: Row, findings: Findings) -> None:
    """Tell whatever is impossible about this row on its own."""
    end = centre.until(row.channel) if row.attempt else centre.end
    if row.dialled >= end:
        findings.tell(row.who, f"dialled at {row.dialled}, but nobody dials from the end {end} on")
    if row.left >= centre.horizon and (row.taken or row.outcome not in (Outcome.UNFINISHED, Outcome.SILENT)):
        findings.tell(row.who, f"{row.outcome.name} at {row.left}, at or after the horizon {centre.horizon}")
    if row.closes is None:
        _check_door(world, centre, row, findings)
    elif row.outcome == Outcome.CLOSED:
        findings.tell(row.who, f"CLOSED at {row.left}, but dialled within opening hours, which ended at {row.closes}")
    else:
        _check_patience(world, centre, row, findings)
    if row.taken:
        _check_taking(centre, row, findings)
    elif row.who not in findings.doubtful:
        _check_leaving(centre, duty, row, findings)


def _check_door(world: World, centre: Centre, row: Row, findings: Findings) -> None:
    """Outside opening hours a contact is a call-back or meets a closed door (rule 10)."""
    threshold = centre.habits[row.channel].voicemail
    message = falls(world.voicemail, row.caller, row.attempt, threshold)
    may_be = (Outcome.CALLED_BACK, Outcome.UNFINISHED) if message else (Outcome.CLOSED,)
    if row.outcome in may_be:
        return
    draw = say_falls("voicemail", world.voicemail, row.caller, row.attempt, threshold)
    then = "leaves a message, to be called back" if message else "CLOSED at once"
    outside = f"{row.outcome.name} though dialled at {row.dialled}, outside opening hours"
    findings.tell(row.who, f"{outside}: {then}, with {draw}")


def _check_patience(world: World, centre: Centre, row: Row, findings: Findings) -> None:
    """The end of patience, with or without a sign (rule 19); UNFINISHED may be a call-back and is left to the sweep."""
    until = row.patient_until
    draw = say_falls("silent", world.silent, row.caller, row.attempt, centre.habits[row.channel].silent)
    fate = f"{row.outcome.name} at {row.left}"
    if row.outcome in (Outcome.ANSWERED, Outcome.SENT_AWAY) and row.left > until:
        sign = f"; it left without a sign and is SILENT, with {draw}" if row.silent else ""
        findings.tell(row.who, f"{fate}, after patience ended at {until}{sign}")
    elif row.outcome == Outcome.ABANDONED and row.silent:
        findings.tell(row.who, f"{fate}, but it leaves without a sign and keeps its place, with {draw}")
    elif row.outcome == Outcome.SILENT and not row.silent:
        findings.tell(row.who, f"{fate}, but at the end of patience, {until}, it is ABANDONED, with {draw}")
    elif row.outcome == Outcome.SILENT and row.left <= until:
        findings.tell(row.who, f"{fate}, but its patience did not end before {until}")


def _check_taking(centre: Centre, row: Row, findings: Findings) -> None:
    """Whether the group may take it, and took it late enough (rules 11, 18, 22)."""
    wait = row.left - row.dialled
    after = delays(centre, row.queue).get(row.group)
    by = f"{row.outcome.name} by group {row.group}"
    if after is None:
        findings.tell(row.who, f"{by}, which is not in the routing of queue {centre.queues[row.queue].name}")
    elif wait < after:
        findings.tell(row.who, f"{by} after a wait of {wait}, which may help after {after}")
    if row.outcome == Outcome.CALLED_BACK and not row.waited and row.closes is not None:
        findings.tell(row.who, f"CALLED_BACK at {row.left}, when it was dialled, but a call-back waits first")


def _check_leaving(centre: Centre, duty: Duty, row: Row, findings: Findings) -> None:
    """When a contact left that no line took (rule 27)."""
    if row.released != row.left:
        findings.tell(row.who, f"{row.outcome.name} at {row.left}, yet released at {row.released}")
    if row.outcome == Outcome.SENT_AWAY and row.closes is not None and duty.serves_late(row.queue, row.closes):
        since = f"after waiting since {row.dialled}, but its queue is served after closing"
        findings.tell(row.who, f"SENT_AWAY at {row.left} {since}")
    due, why = _due_to_leave(centre, duty, row)
    if row.left != due:
        findings.tell(row.who, f"{row.outcome.name} at {row.left}, but {why} {due}")


def _due_to_leave(centre: Centre, duty: Duty, row: Row) -> tuple[int, str]:
    """Instant at which a contact with this outcome left without a line, and what happens at it."""
    assert row.outcome not in SERVED  # their line would be nonsense, which is told on reading
    if row.outcome == Outcome.ABANDONED:
        return row.patient_until, "patience ended at"
    if row.outcome == Outcome.UNFINISHED:
        return centre.horizon, "the horizon is"
    if row.outcome == Outcome.SENT_AWAY and row.closes is not None:
        return row.closes, "dialled within opening hours, which ended at"
    if row.outcome == Outcome.SILENT:
        if row.closes is not None and row.closes < centre.horizon and not duty.serves_late(row.queue, row.closes):
            return row.closes, "without a line it is sent away at closing,"
        return centre.horizon, "without a line it keeps its place until the horizon"
    return row.dialled, "that happens on dialling, at"
