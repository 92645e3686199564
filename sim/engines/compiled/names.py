"""Names of the fields of all records in the engine's memory.

The memory is one array of integers, here called ``m``. A thing (a line, a queue, a contact) is the address of its
record, and ``m[line + CALLS]`` is a field of it. Address 0 is nobody and nothing. Words like ``FIRST_...`` and
``LAST_...`` are the addresses where a list begins and where it is over.
"""

from __future__ import annotations

from sim.contacts import Outcome

Axes = tuple[str, ...]

ANSWERED, ABANDONED, BLOCKED, BALKED = (
    int(Outcome.ANSWERED),
    int(Outcome.ABANDONED),
    int(Outcome.BLOCKED),
    int(Outcome.BALKED),
)
CLOSED, UNFINISHED, CALLED_BACK, SILENT, SENT_AWAY = (
    int(Outcome.CLOSED),
    int(Outcome.UNFINISHED),
    int(Outcome.CALLED_BACK),
    int(Outcome.SILENT),
    int(Outcome.SENT_AWAY),
)

#: Kinds of events in the order in which they come within an instant. Nothing happens at an opening.
SCHEDULE, CLOSING, END, ENTITLEMENT, ABANDONMENT, ARRIVAL = range(6)
#: An event's stamp is ``instant * KINDS + kind``, so stamps order instants and kinds at once.
KINDS = 8
#: Stamp of what never happens.
NO_EVENT = 1 << 62

# Contacts. The first five fields place them in a heap; ``WHO`` orders by caller, then attempt; ``BEFORE`` is -1 for
# those in no heap. ``OUTCOME`` of a contact that waits is the one it has if a line takes it. ``HELD_BY`` is the line
# that took it, ``STEP`` its next route, ``LEFT`` the hundredths of a ms of work left. ``NEXT`` and ``PREVIOUS`` chain
# those in one list, waiting or in hand.
STAMP, WHO, CHILD, SIBLING, BEFORE = range(5)
CALLER, ATTEMPT, QUEUE, DIALLED, LEFT_QUEUE, RELEASED, OUTCOME, HELD_BY = range(5, 13)
NEXT, PREVIOUS, LEFT, CLOSES, UNTIL, LIST, STEP = range(13, 20)
CONTACT = 20

# What there is once, after the record of nobody. ``FRESH`` is where the next contact goes, ``ROOM`` the length of the
# memory, ``CLASSES`` the number of priorities. ``WAITING`` contacts wait in all queues. ``STATE`` is where the records
# end that change in play. ``NEXT_EVENT`` of the calendar and ``NEXT_CALLER`` are where play goes on after a pause.
# ``ONCE`` is whether nobody calls twice.
(
    TIMERS,
    REDIALS,
    ENDS,
    FRESH,
    FIRST_CONTACT,
    ATTEMPTS,
    DIAL_END,
    HORIZON,
    FIRST_QUEUE,
    CLASSES,
    PRIORITIES,
    STATE,
    FIRST_SHIFT,
    LAST_SHIFT,
    PROVINCES,
    FIRST_GROUP,
    WAITING,
    FIRST_CHANNEL,
    ROOM,
    NEXT_EVENT,
    NEXT_CALLER,
    ONCE,
) = range(CONTACT, CONTACT + 22)

# Luck: for each of these, address of the first number and bytes between callers, attempts and channels.
LUCK = CONTACT + 22
_OF_CALLER: Axes = ("callers",)
_BY_CHANNEL: Axes = ("callers", "channels")
_BY_ATTEMPT: Axes = ("callers", "attempts")
_BY_BOTH: Axes = ("callers", "attempts", "channels")
LUCK_FIELDS = {
    "channel": _OF_CALLER,
    "province": _OF_CALLER,
    "cause": _OF_CALLER,
    "topic": _OF_CALLER,
    "age": _OF_CALLER,
    "arrival": _OF_CALLER,
    "conversation": _BY_CHANNEL,
    "wrap_up": _BY_CHANNEL,
    "patience": _BY_BOTH,
    "redial": _BY_ATTEMPT,
    "switch": _BY_ATTEMPT,
    "balk": _BY_ATTEMPT,
    "redial_delay": _BY_BOTH,
    "voicemail": _BY_ATTEMPT,
    "call_back": _BY_ATTEMPT,
    "silent": _BY_ATTEMPT,
    "silence": _BY_BOTH,
    "forward": _BY_ATTEMPT,
    "again": _BY_ATTEMPT,
    "again_delay": _BY_BOTH,
}
STRIDES = 4
(
    LUCK_CHANNEL,
    PROVINCE,
    CAUSE,
    TOPIC,
    AGE,
    FIRST_ARRIVAL,
    CONVERSATION,
    WRAP_UP,
    PATIENCE,
    TRIES_AGAIN,
    SWITCHES,
    BALKS,
    REDIAL_DELAY,
    LEAVES_MESSAGE,
    ACCEPTS,
    GOES_SILENTLY,
    SILENCE,
    PASSED_ON,
    ASKS_AGAIN,
    AGAIN_DELAY,
    ABSENCE,
) = range(LUCK, LUCK + STRIDES * (len(LUCK_FIELDS) + 1), STRIDES)
LUCK_END = ABSENCE + STRIDES

NUMBER = 0  # of a queue, group, line or channel in the centre

# Queues. Numbers of ``INSIDE`` wait in it; from ``LISTS`` on, the first and the last of each priority. ``OWN`` is the
# group of a queue whose future is known (see ``foreseen``), 0 for others.
(
    CHANNEL,
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
    NEXT_QUEUE,
    OWN,
    INSIDE,
    LISTS,
) = range(1, 20)
HEAD, TAIL, LIST_SIZE = 0, 1, 2
#: What routes that entitle later, steps of balking and queues served are lists of.
AFTER, GROUP_THEN = 0, 1
WAIT, THRESHOLD = 0, 1
SERVED_QUEUE, SERVED_AFTER = 0, 1
PAIR = 2

# Groups. ``SPEEDS`` and ``FACTOR`` are addresses of lists; ``PRESENT`` lines are on duty, of which some have room for
# a call, and some nothing in hand. ``ABSENT_AS`` is the group's number in the world's absence.
(
    FIRST_LINE,
    AT_ONCE,
    LONGEST_WAIT,
    ABSENT,
    ABSENT_AS,
    FIRST_SERVED,
    LAST_SERVED,
    SPEEDS,
    FACTOR,
    PRESENT,
    WITH_ROOM,
    IDLE,
) = range(1, 13)
GROUP_SIZE = 13

# Lines. ``SINCE`` is when what they have in hand changed last. Those of a foreseen queue are free from ``FREE_AT`` on,
# after the contact ``FREE_AFTER`` (its ``WHO``), and ``DUTY`` is the shift that they are in or come to next. Who is
# taken by no line is held by ``NO_LINE``, which has no group.
GROUP, NEXT_LINE, FIRST_DUTY, LAST_DUTY, ON_DUTY, CALLS, IN_HAND, FIRST_IN_HAND, SINCE = range(1, 10)
FREE_AT, FREE_AFTER, DUTY = range(10, 13)
LINE_SIZE = 13
NO_LINE = LUCK_END
HEADER = NO_LINE + LINE_SIZE

# Shifts.
START, STOP, OF_LINE, MISSED, OF_DAY = range(5)
SHIFT = 5

# Channels: opening hours, habits (the first three a field for each outcome), when the period is over, the queue of each
# province.
HOURS, LAST_HOURS = 1, 2
REDIAL, SWITCH, SWITCH_TO = 3, 3 + len(Outcome), 3 + 2 * len(Outcome)
FROM_OPENING, VOICEMAIL, SILENTLY, FORWARD, FORWARD_TO, AGAIN, PERIOD_END, QUEUES = range(
    3 + 3 * len(Outcome), 11 + 3 * len(Outcome)
)
OPENS, CLOSES_AT, INTERVAL = 0, 1, 2

# Rows of the calendar: what is certain beforehand. Subject is a line or a channel; its shifts that end and begin.
SUBJECT, SHIFT_ENDS, SHIFT_BEGINS = 1, 2, 3
CALENDAR_ROW = 4

# Rules of priority.
BY_CHANNEL, BY_PROVINCE, BY_CAUSE, BY_TOPIC, BY_AGE = range(5)
PRIORITY = 5

#: Columns of a table of contacts.
COLUMNS = 9
