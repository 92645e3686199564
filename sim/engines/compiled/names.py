"""Names of the columns of the engine's arrays, and of its few kinds of things."""

from __future__ import annotations

from sim.contacts import Outcome

ANSWERED, ABANDONED, BLOCKED, BALKED, CLOSED, UNFINISHED, CALLED_BACK, SILENT = (
    int(outcome)
    for outcome in (
        Outcome.ANSWERED,
        Outcome.ABANDONED,
        Outcome.BLOCKED,
        Outcome.BALKED,
        Outcome.CLOSED,
        Outcome.UNFINISHED,
        Outcome.CALLED_BACK,
        Outcome.SILENT,
    )
)
OUTCOMES = len(Outcome)

#: Kinds of events in the order in which they come within an instant. Nothing happens at an opening.
SCHEDULE, CLOSING, END, ENTITLEMENT, ABANDONMENT, ARRIVAL = range(6)
#: An event's stamp is ``instant * KINDS + kind``, so stamps order instants and kinds at once.
KINDS = 8
#: Stamp of what never happens.
NO_EVENT = 1 << 62

#: Rows of the table of contacts: columns of ``Contacts``, a contact in each column of the array.
CALLER, ATTEMPT, QUEUE, DIALLED, LEFT_QUEUE, RELEASED, OUTCOME, GROUP, LINE = range(9)
COLUMNS = 9

#: Calendar: what is certain beforehand. Subject is a line or a channel, the spans are the shifts that end and begin.
STAMP, SUBJECT, ENDS, BEGINS = range(4)

#: Shifts.
START, STOP, OF_GROUP, OF_LINE = range(4)

#: Groups, as planned.
FIRST_LINE, LAST_LINE, AT_ONCE, LONGEST_WAIT, ABSENT, FIRST_SERVED, LAST_SERVED = range(7)

#: Queues, as planned.
(
    CHANNEL_OF,
    PLACES,
    SERVED_LATE,
    DESKWORK,
    ANNOUNCE,
    CALL_BACK,
    CALL_BACK_FROM,
    FIRST_AT_ONCE,
    LAST_AT_ONCE,
    FIRST_LATER,
    LAST_LATER,
    FIRST_BALK,
    LAST_BALK,
    FIRST_WAIT,
    LAST_WAIT,
) = range(15)

#: Routes that entitle later.
AFTER, TO_GROUP = range(2)

#: Steps of balking at an announced wait.
WAIT, THRESHOLD = range(2)

#: Opening hours.
OPENS, CLOSES_AT = range(2)

#: Habits; the first three are followed by a column for each outcome.
REDIAL, SWITCH, SWITCH_TO = 0, OUTCOMES, 2 * OUTCOMES
FROM_OPENING, VOICEMAIL, SILENTLY, FORWARD, FORWARD_TO, AGAIN = range(3 * OUTCOMES, 3 * OUTCOMES + 6)
HABITS = 3 * OUTCOMES + 6

#: Rules of priority.
BY_CHANNEL, BY_PROVINCE, BY_CAUSE, BY_TOPIC, BY_AGE = range(5)

#: Heaps: entry 0 has the number of entries, the first is entry 1.
WHO, ITEM = 1, 2
#: Column of lines and of contacts under way: where they are in a heap, 0 for nowhere.
PLACE = 0

#: Lines at work. ``FIRST_END`` is the place in hand of what ends first.
ON_DUTY, CALLS, IN_HAND, SINCE, FIRST_END = range(1, 6)

#: What is in a line's hands: row of the table, hundredths of ms left, whether it is deskwork.
ROW, LEFT, AT_DESK = range(3)

#: Lines of a group that are on duty; of these, those with room for a call; of these, those with nothing in hand.
PRESENT, WITH_ROOM, IDLE = range(3)

#: Contacts under way, waiting or yet to be dialled. ``LIST`` is the list they wait in, ``STEP`` their next route.
(
    BY,
    TRY,
    ON_CHANNEL,
    IN_ROW,
    SINCE_DIALLED,
    CLOSES,
    UNTIL,
    WAITS_AS,
    IN_QUEUE,
    LIST,
    NEXT,
    PREVIOUS,
    STEP,
) = range(1, 14)
UNDER_WAY = 14
#: How a contact waits: on the line, for a call-back, or as a silent leaver.
HOLDING, TO_BE_CALLED, GONE = range(3)

#: Lists of waiting contacts.
HEAD, TAIL = range(2)
