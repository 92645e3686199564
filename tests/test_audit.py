"""Breaks correct tables in many ways, each of which the audit must find and tell in words that help."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.audit import audit
from sim.engines import simulate
from sim.model.contacts import Contacts
from tests.audit_stories import (
    ABANDONED,
    BALKED,
    BLOCKED,
    CALLED_BACK,
    CLOSED,
    SENT_AWAY,
    SILENT,
    STORIES,
    UNFINISHED,
)
from tests.handmade import answered, caller, centre_of, lost, world_of

ANSWERED = 0
SCENARIO = Path(__file__).parents[1] / "scenarios" / "als-je-eens-wist-2020.yaml"

# How it is broken: a story, the rows put in place of those of the same caller and attempt, and telling words.
BREAKS = {
    "conversation too short": (
        "fcfs",
        [(3, 0, 0, 50, 50, 70, ANSWERED, 0, 0)],
        "caller 3, attempt 0: held the line for 20, until 70, but conversation and wrap-up take 1, until 51",
    ),
    "wrap-up forgotten": (
        "fcfs",
        [(2, 0, 0, 14, 35, 41, ANSWERED, 0, 0)],
        "held the line for 6, until 41, but conversation and wrap-up take 10, until 45",
    ),
    "not first come first served": (
        "fcfs",
        [(1, 0, 0, 12, 40, 45, ANSWERED, 0, 0), (2, 0, 0, 14, 30, 40, ANSWERED, 0, 0)],
        "caller 2, attempt 0: dialled 14, ANSWERED at 30 out of turn: caller 1",
    ),
    "two on one line": (
        "fcfs",
        [(1, 0, 0, 12, 12, 17, ANSWERED, 0, 0)],
        "but on dialling at 12 there was no free line",
    ),
    "taken when no line comes free": (
        "fcfs",
        [(1, 0, 0, 12, 20, 25, ANSWERED, 0, 0)],
        "caller 1, attempt 0: ANSWERED at 20 by line 0 of group 0 (on duty, 1 of 1 calls in hand), but no line",
    ),
    "a line left idle": (
        "fcfs",
        [(2, 0, 0, 14, 40, 50, ANSWERED, 0, 0)],
        "caller 2, attempt 0: first in line at 35, when line 0 of group 0 (on duty, 0 of 1 calls in hand) could",
    ),
    "not answered at once": (
        "fcfs",
        [(3, 0, 0, 50, 55, 56, ANSWERED, 0, 0)],
        "but on dialling at 50 group 0 had a free line",
    ),
    "first contact late": (
        "fcfs",
        [(3, 0, 0, 51, 51, 52, ANSWERED, 0, 0)],
        "dialled at 51, but the first contact was due at 50",
    ),
    "patience exceeded": (
        "frees",
        [(2, 0, 0, 16, 35, 45, ANSWERED, 0, 0)],
        "ANSWERED at 35, after patience ended at 34",
    ),
    "abandoned early": (
        "frees",
        [(2, 0, 0, 16, 33, 33, ABANDONED, -1, -1)],
        "ABANDONED at 33, but patience ended at 34",
    ),
    "abandoned as the line frees": (
        "frees",
        [(1, 0, 0, 15, 30, 30, ABANDONED, -1, -1)],
        "caller 1, attempt 0: first in line at 30, when line 0 of group 0",
    ),
    "held a line unanswered": (
        "frees",
        [(2, 0, 0, 16, 34, 36, ABANDONED, -1, -1)],
        "ABANDONED at 34, yet released at 36",
    ),
    "a group and no answer": (
        "frees",
        [(2, 0, 0, 16, 34, 34, ABANDONED, 0, 0)],
        "yet with line group 0 and line 0 instead of -1",
    ),
    "answered by nobody": ("fcfs", [(3, 0, 0, 50, 50, 51, ANSWERED, -1, -1)], "ANSWERED by group -1, which is unknown"),
    "redial at the wrong time": (
        "busy",
        [(3, 1, 0, 37, 37, 41, ANSWERED, 0, 0)],
        "dialled at 37, but the redial was due at 36",
    ),
    "redial by one who would not": (
        "busy",
        [(2, 1, 0, 23, 23, 23, BLOCKED, -1, -1)],
        "no contact was due after attempt 0 (BLOCKED)",
    ),
    "redial after an answer": (
        "busy",
        [(0, 1, 0, 50, 50, 70, ANSWERED, 0, 0)],
        "no contact was due after attempt 0 (ANSWERED)",
    ),
    "blocked with a place": (
        "places",
        [(1, 0, 0, 11, 11, 11, BLOCKED, -1, -1)],
        "BLOCKED at 11, but on dialling at 11 there was no free line, and 0 waited in 1",
    ),
    "too many waiting": ("places", [(2, 0, 0, 12, 40, 50, ANSWERED, 0, 0)], "1 waited in 1 places: a busy tone"),
    "blocked late": (
        "places",
        [(2, 0, 0, 12, 13, 13, BLOCKED, -1, -1)],
        "BLOCKED at 13, but that happens on dialling, at 12",
    ),
    "balked at an empty queue": (
        "balk",
        [(1, 0, 0, 11, 11, 11, BALKED, -1, -1)],
        "with balking uniform 0 not below 0: waits",
    ),
    "balk missed": (
        "balk",
        [(4, 0, 0, 14, 40, 50, ANSWERED, 0, 0)],
        "balks, with balking uniform 4294967295 below 4294967296",
    ),
    "answered out of hours": (
        "door",
        [(4, 0, 0, 450, 450, 460, ANSWERED, 0, 0)],
        "dialled at 450, outside opening hours",
    ),
    "closed in hours": (
        "door",
        [(2, 0, 0, 100, 100, 100, CLOSED, -1, -1)],
        "dialled within opening hours, which ended at 200",
    ),
    "closed after a wait": (
        "door",
        [(4, 0, 0, 450, 460, 460, CLOSED, -1, -1)],
        "CLOSED at 460, but that happens on dialling, at 450",
    ),
    "not sent away": (
        "away",
        [(2, 0, 0, 97, 100, 100, ABANDONED, -1, -1)],
        "who waits at closing, 100, is sent away",
    ),
    "answered after closing": (
        "away",
        [(2, 0, 0, 97, 120, 130, ANSWERED, 0, 0)],
        "who waits at closing, 100, is sent away",
    ),
    "closed after patience": (
        "away",
        [(3, 0, 0, 98, 100, 100, SENT_AWAY, -1, -1)],
        "SENT_AWAY at 100, after patience ended at 99",
    ),
    "closed though it came while open": (
        "away",
        [(2, 0, 0, 97, 100, 100, CLOSED, -1, -1)],
        "CLOSED at 100, but dialled within opening hours, which ended at 100",
    ),
    "sent away before closing": (
        "away",
        [(2, 0, 0, 97, 99, 99, SENT_AWAY, -1, -1)],
        "SENT_AWAY at 99, but dialled within opening hours, which ended at 100",
    ),
    "sent away at a closed door": (
        "door",
        [(4, 0, 0, 450, 450, 450, SENT_AWAY, -1, -1)],
        "SENT_AWAY though dialled at 450, outside opening hours: CLOSED at once",
    ),
    "sent away by mistake": (
        "served",
        [(3, 0, 0, 97, 100, 100, SENT_AWAY, -1, -1)],
        "SENT_AWAY at 100 after waiting since 97, but its queue is served after closing",
    ),
    "taken by a withdrawn line": (
        "withdrawn",
        [(2, 0, 0, 40, 65, 75, ANSWERED, 0, 1)],
        "ANSWERED at 65 by line 1 of group 0 (off duty, 0 of 1 calls in hand), but no line",
    ),
    "stayed on the chat": (
        "chat",
        [(1, 1, 0, 35, 35, 35, BLOCKED, -1, -1)],
        "in queue 0, but the redial belongs in queue 1",
    ),
    "group outside the routing": (
        "chat",
        [(0, 0, 0, 10, 10, 40, ANSWERED, 1, 0)],
        "group 1, which is not in the routing",
    ),
    "wrong province": (
        "overflow",
        [(3, 0, 0, 35, 50, 60, ANSWERED, 1, 0)],
        "in queue 0, but the first contact belongs in queue 1",
    ),
    "overflow too soon": (
        "overflow",
        [(1, 0, 0, 20, 29, 49, ANSWERED, 1, 0)],
        "after a wait of 9, which may help after 10",
    ),
    "overflow too late": (
        "overflow",
        [(1, 0, 0, 20, 31, 51, ANSWERED, 1, 0)],
        "but at 30 group 1 had a free line for it",
    ),
    "own queue not first": (
        "overflow",
        [(2, 0, 0, 22, 50, 55, ANSWERED, 1, 0), (3, 0, 1, 35, 55, 65, ANSWERED, 1, 0)],
        "caller 2, attempt 0: dialled 22, ANSWERED at 50 out of turn: caller 3",
    ),
    "second group first": (
        "two",
        [(0, 0, 0, 10, 10, 30, ANSWERED, 0, 0)],
        "but on dialling at 10 group 1 had a free line",
    ),
    "one attempt too many": ("limit", [(1, 2, 0, 40, 40, 40, BLOCKED, -1, -1)], "beyond the limit of 2 attempts"),
    "redial after the end": (
        "end",
        [(1, 1, 0, 100, 100, 100, BLOCKED, -1, -1)],
        "dialled at 100, but nobody dials from the end 100 on",
    ),
    "a caller after the end": (
        "end",
        [(3, 0, 0, 100, 100, 100, BLOCKED, -1, -1)],
        "dialled at 100, but nobody dials from the end 100 on",
    ),
    "unfinished early": (
        "horizon",
        [(1, 0, 0, 60, 190, 190, UNFINISHED, -1, -1)],
        "UNFINISHED at 190, but the horizon is 200",
    ),
    "unfinished without patience": (
        "horizon",
        [(3, 0, 0, 62, 200, 200, UNFINISHED, -1, -1)],
        "UNFINISHED at 200, after patience ended at 199",
    ),
    "abandoned at the horizon": (
        "horizon",
        [(2, 0, 0, 61, 200, 200, ABANDONED, -1, -1)],
        "ABANDONED at 200, at or after the horizon 200",
    ),
    "a caller of later, too soon": ("end", [(3, 0, 0, 98, 98, 98, BLOCKED, -1, -1)], "caller 3, attempt 0:"),
    # Rows that mean nothing
    "unknown caller": ("fcfs", [(4, 0, 0, 60, 60, 70, ANSWERED, 0, 0)], "caller 4 is unknown, there are 4"),
    "unknown queue": ("fcfs", [(0, 0, 7, 10, 10, 30, ANSWERED, 0, 0)], "queue 7 is unknown"),
    "unknown outcome": ("fcfs", [(0, 0, 0, 10, 10, 30, 9, 0, 0)], "outcome 9 is unknown"),
    "unknown group": (
        "fcfs",
        [(0, 0, 0, 10, 10, 30, ANSWERED, 3, 0)],
        "ANSWERED by group 3, which is unknown, there are 1 (from 0)",
    ),
    "left before dialling": (
        "fcfs",
        [(0, 0, 0, 10, 9, 30, ANSWERED, 0, 0)],
        "dialled 10, left the queue 9, released 30: not in this order",
    ),
    "released before": (
        "fcfs",
        [(0, 0, 0, 10, 10, 8, ANSWERED, 0, 0)],
        "dialled 10, left the queue 10, released 8: not in this order",
    ),
    "an attempt skipped": ("fcfs", [(3, 2, 0, 60, 60, 61, ANSWERED, 0, 0)], "made without attempt 1"),
    "work after the horizon": (
        "horizon",
        [(1, 0, 0, 60, 250, 260, ANSWERED, 0, 0)],
        "caller 1, attempt 0: ANSWERED at 250, at or after the horizon 200",
    ),
    # Lines and shifts
    "not the lowest number": (
        "shifts",
        [answered(0, 10, 10, 60, line=3)],
        (
            "caller 0, attempt 0: ANSWERED at 10 by line 3 of group 0 (on duty, 0 of 1 calls in hand), "
            "but on dialling at 10 group 0 had a free line for it: line 0"
        ),
    ),
    "a line before its shift": (
        "shifts",
        [answered(2, 14, 14, 34, line=1)],
        "ANSWERED at 14 by line 1 of group 0 (off duty, 0 of 1 calls in hand), but on dialling at 14 there was no",
    ),
    "an absent line": (
        "shifts",
        [answered(2, 14, 14, 34, line=2)],
        "ANSWERED at 14 by line 2 of group 0 (absent, 0 of 1 calls in hand)",
    ),
    "a line after its shift": (
        "shifts",
        [answered(4, 46, 46, 51, line=3)],
        "ANSWERED at 46 by line 3 of group 0 (off duty",
    ),
    "a line that comes on duty stays idle": (
        "shifts",
        [answered(2, 14, 60, 80)],
        "caller 2, attempt 0: first in line at 22, when line 3 of group 0 (on duty, 0 of 1 calls in hand)",
    ),
    "another line than the one that came free": (
        "shifts",
        [answered(2, 14, 22, 42, line=0)],
        "first in line at 22, when line 3 of group 0",
    ),
    "unknown line": (
        "shifts",
        [answered(0, 10, 10, 60, line=4)],
        "by line 4, which is unknown in group 0, which has 4",
    ),
    "no line": ("shifts", [answered(0, 10, 10, 60, line=-1)], "ANSWERED by line -1, which is unknown"),
    "a line without a group": ("shifts", [answered(0, 10, 10, 60, group=-1)], "ANSWERED by group -1, which is unknown"),
    "a line and no answer": (
        "frees",
        [(2, 0, 0, 16, 34, 34, ABANDONED, -1, 0)],
        "yet with line group -1 and line 0 instead of -1",
    ),
    # Several chats in hand
    "not the fewest in hand": (
        "chats",
        [answered(1, 12, 12, 22)],
        (
            "caller 1, attempt 0: ANSWERED at 12 by line 0 of group 0 (on duty, 1 of 2 calls in hand), "
            "but on dialling at 12 group 0 had a free line for it: line 1 of group 0 (on duty, 0 of 2 calls in hand)"
        ),
    ),
    "more in hand than at once": (
        "chats",
        [answered(4, 17, 17, 27)],
        "ANSWERED at 17 by line 0 of group 0 (on duty, 2 of 2 calls in hand), but on dialling at 17 there was no",
    ),
    "chat at full speed beside another": (
        "chats",
        [answered(2, 14, 14, 26)],
        (
            "caller 2, attempt 0: held the line for 12, until 26, but conversation and wrap-up take 12, "
            "with all that line 0 had in hand until 34"
        ),
    ),
    "chat slow to the end": (
        "chats",
        [answered(0, 10, 10, 60)],
        "for 50, until 60, but conversation and wrap-up take 30, with all that line 0 had in hand until 48",
    ),
    "chat a millisecond early": (
        "chats",
        [answered(3, 16, 16, 83, line=1)],
        "with all that line 1 had in hand until 84",
    ),
    "chat at the speed of one throughout": ("chats", [answered(3, 16, 16, 76, line=1)], "in hand until 84"),
    # Deskwork
    "deskwork not laid aside": (
        "desk",
        [answered(0, 10, 10, 30, queue=1), answered(1, 15, 30, 35)],
        (
            "caller 1, attempt 0: ANSWERED at 30 by line 0 of group 0, "
            "but on dialling at 15 group 0 had a free line for it: line 0"
        ),
    ),
    "deskwork goes on beside a call": (
        "desk",
        [answered(0, 10, 10, 30, queue=1)],
        "for 20, until 30, but conversation and wrap-up take 20, with all that line 0 had in hand until 39",
    ),
    "deskwork not resumed": (
        "desk",
        [answered(0, 10, 10, 59, queue=1)],
        "for 49, until 59, but conversation and wrap-up take 20, with all that line 0 had in hand until 39",
    ),
    "deskwork begun anew": ("desk", [answered(0, 10, 10, 44, queue=1)], "with all that line 0 had in hand until 39"),
    "deskwork laid aside for deskwork": (
        "desk",
        [answered(2, 16, 16, 34, queue=1)],
        (
            "ANSWERED at 16 by line 0 of group 0 (on duty, 1 of 1 calls and 1 of deskwork in hand), "
            "but on dialling at 16 there was no free line"
        ),
    ),
    "deskwork taken as a call ends": (
        "desk",
        [answered(2, 16, 24, 34, queue=1)],
        (
            "ANSWERED at 24 by line 0 of group 0 (on duty, 0 of 1 calls and 1 of deskwork in hand), "
            "but no line came free for it at that instant"
        ),
    ),
    "deskwork taken while a call waits": (
        "desk",
        [answered(4, 70, 100, 110, queue=1), answered(5, 71, 110, 115)],
        "caller 4, attempt 0: dialled 70, ANSWERED at 100 out of turn: caller 5",
    ),
    # Pools
    "factor forgotten": (
        "factor",
        [answered(1, 50, 50, 71)],
        "held the line for 21, until 71, but conversation and wrap-up take 31, 21 by 1500 per mille, until 81",
    ),
    "factor of the other province": ("factor", [answered(0, 10, 10, 41)], "conversation and wrap-up take 21, until 31"),
    "factor rounded up": ("factor", [answered(1, 50, 50, 82)], "take 31, 21 by 1500 per mille, until 81"),
    "longest wait where the own queue goes first": (
        "own first",
        [answered(1, 12, 30, 35, queue=1), answered(2, 14, 35, 40)],
        "caller 1, attempt 0: dialled 12, ANSWERED at 30 out of turn: caller 2, attempt 0 (dialled 14, priority 0)",
    ),
    "own queue where the longest wait goes first": (
        "longest wait",
        [answered(1, 12, 35, 40, queue=1), answered(2, 14, 30, 35)],
        "caller 2, attempt 0: dialled 14, ANSWERED at 30 out of turn: caller 1, attempt 0 (dialled 12, priority 0)",
    ),
    "priority forgotten": (
        "priority",
        [answered(1, 12, 30, 35), answered(2, 14, 35, 42)],
        "caller 1, attempt 0: dialled 12, ANSWERED at 30 out of turn: caller 2, attempt 0 (dialled 14, priority 0)",
    ),
    "priority that interrupts": (
        "priority",
        [answered(0, 10, 10, 37), answered(2, 14, 14, 21)],
        "caller 2, attempt 0: ANSWERED at 14 by line 0 of group 0 (on duty, 1 of 1 calls in hand), but on dialling",
    ),
    # Call-backs
    "call-back abandoned": (
        "call-back",
        [lost(2, 14, 19, ABANDONED)],
        (
            "ABANDONED at 19, but on dialling at 14 there was no free line, and 1 waited in unlimited places, with "
            "balking uniform 4294967295 not below 0: waits as a call-back, with call-back uniform 0 below 2147483648"
        ),
    ),
    "call-back refused though accepted": (
        "call-back",
        [answered(2, 14, 100, 109)],
        "ANSWERED at 100 by line 0 of group 0, but on dialling at 14 there was no free line, and 1 waited",
    ),
    "call-back sent away": (
        "call-back stays",
        [lost(2, 14, 50, SENT_AWAY)],
        "SENT_AWAY at 50, but on dialling at 14 there was no free line, and 1 waited in unlimited places",
    ),
    "call-back served late": (
        "call-back",
        [answered(2, 14, 70, 79, outcome=CALLED_BACK)],
        (
            "caller 2, attempt 0: CALLED_BACK at 70 by line 0 of group 0 (off duty, 0 of 1 calls in hand), "
            "but no line came free"
        ),
    ),
    "call-back keeps no place": (
        "call-back",
        [answered(2, 14, 109, 118, outcome=CALLED_BACK)],
        "caller 2, attempt 0: first in line at 100, when line 0",
    ),
    "call-back to one who waits": (
        "call-back",
        [answered(3, 16, 65, 70, outcome=CALLED_BACK)],
        "call-back uniform 4294967295 not below 2147483648",
    ),
    "call-back where too few wait": (
        "call-back",
        [answered(1, 12, 45, 65, outcome=CALLED_BACK)],
        "with balking uniform 4294967295 not below 0: waits; call-back uniform 0 below 2147483648, offered from 1 on",
    ),
    "call-back to one who was answered at once": (
        "call-back",
        [answered(0, 10, 10, 45, outcome=CALLED_BACK)],
        "CALLED_BACK at 10, when it was dialled, but a call-back waits first",
    ),
    "sent away like a call-back that stays": (
        "call-back stays",
        [answered(1, 12, 69, 79)],
        "who waits at closing, 50, is sent away: SENT_AWAY",
    ),
    "voicemail lost": (
        "voicemail",
        [lost(0, 50, 50, CLOSED)],
        (
            "CLOSED though dialled at 50, outside opening hours: leaves a message, to be called back, "
            "with voicemail uniform 0 below 2147483648"
        ),
    ),
    "voicemail answered at once": (
        "voicemail",
        [answered(0, 50, 50, 55, outcome=CALLED_BACK)],
        "but on dialling at 50 no line was free to call back at once: the message waits",
    ),
    "voicemail that counts as answered": (
        "voicemail",
        [answered(0, 50, 100, 105)],
        "ANSWERED though dialled at 50, outside opening hours: leaves a message",
    ),
    "voicemail left lying": (
        "voicemail",
        [answered(0, 50, 120, 125, outcome=CALLED_BACK)],
        "caller 0, attempt 0: first in line at 100, when line 0",
    ),
    "voicemail of one who leaves none": (
        "voicemail",
        [lost(1, 60, 1000, UNFINISHED)],
        (
            "UNFINISHED though dialled at 60, outside opening hours: CLOSED at once, "
            "with voicemail uniform 4294967295 not below 2147483648"
        ),
    ),
    # Announced waits
    "balked at a short announced wait": (
        "announced",
        [lost(1, 11, 11, BALKED)],
        "with balking uniform 0 not below 0 (announced wait 10, with 1 slots): waits",
    ),
    "did not balk at a long announced wait": (
        "announced",
        [answered(4, 14, 109, 119)],
        "balks, with balking uniform 4294967295 below 4294967296 (announced wait 30, with 1 slots)",
    ),
    "did not balk though inclined": (
        "announced",
        [answered(2, 12, 104, 114), answered(3, 13, 114, 119)],
        "balks, with balking uniform 0 below 2147483648 (announced wait 20, with 1 slots)",
    ),
    # Silent leavers
    "silent leaver vanishes": (
        "silent",
        [lost(1, 12, 32, ABANDONED)],
        "ABANDONED at 32, but it leaves without a sign and keeps its place, with silent uniform 0 below 2147483648",
    ),
    "line not held for a silent leaver": (
        "silent",
        [answered(1, 12, 60, 60, outcome=SILENT)],
        "held the line for 0, until 60, but its silence takes 8, until 68",
    ),
    "silent leaver holds the line for a conversation": (
        "silent",
        [answered(1, 12, 60, 70, outcome=SILENT)],
        "held the line for 10, until 70, but its silence takes 8, until 68",
    ),
    "silent leaver noted as answered": (
        "silent",
        [answered(1, 12, 60, 70)],
        "ANSWERED at 60, after patience ended at 32; it left without a sign and is SILENT",
    ),
    "silent leaver called back": ("silent", [answered(1, 12, 60, 70, outcome=CALLED_BACK)], "CALLED_BACK at 60"),
    "silent leaver skipped": (
        "silent",
        [lost(1, 12, 200, SILENT)],
        "caller 1, attempt 0: first in line at 60, when line 0",
    ),
    "silent leaver of one who gives a sign": (
        "silent",
        [answered(2, 14, 68, 73, outcome=SILENT)],
        "at the end of patience, 44, it is ABANDONED, with silent uniform 4294967295 not below 2147483648",
    ),
    "silent before patience ends": (
        "silent",
        [answered(1, 12, 30, 38, outcome=SILENT)],
        "SILENT at 30, but its patience did not end before 32",
    ),
    "silent leaver sent away early": (
        "silent",
        [lost(5, 190, 195, SILENT)],
        "SILENT at 195, but without a line it is sent away at closing, 200",
    ),
    "silent leaver closed": (
        "silent",
        [lost(5, 190, 200, SENT_AWAY)],
        "SENT_AWAY at 200, after patience ended at 195; it left without a sign",
    ),
    "silent leaver past closing": (
        "silent",
        [answered(5, 190, 215, 220, outcome=SILENT)],
        "who waits at closing, 200, is sent away: SILENT",
    ),
    "redial counts from the end of the silence": (
        "silent",
        [answered(1, 168, 168, 178, attempt=1)],
        "dialled at 168, but the redial was due at 132",
    ),
    # What callers do next
    "forward to the wrong channel": (
        "forward",
        [answered(0, 20, 20, 30, attempt=1)],
        "in queue 0, but the forward belongs in queue 1",
    ),
    "forward a millisecond late": (
        "forward",
        [answered(0, 21, 21, 31, attempt=1, queue=1)],
        "dialled at 21, but the forward was due at 20",
    ),
    "calls again though passed on": (
        "forward",
        [answered(2, 175, 175, 185, attempt=1)],
        "dialled at 175, but the forward was due at 160",
    ),
    "calls again after being passed on": (
        "forward",
        [answered(2, 185, 185, 195, attempt=2)],
        "caller 2, attempt 2: no contact was due after attempt 1 (ANSWERED)",
    ),
    "calls again too soon": (
        "forward",
        [answered(1, 115, 115, 125, attempt=1)],
        "dialled at 115, but the repeat call was due at 125",
    ),
    "calls again for no reason": (
        "forward",
        [answered(3, 225, 225, 235, attempt=1)],
        "caller 3, attempt 1: no contact was due after attempt 0 (ANSWERED)",
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_correct_table_is_passed(name):
    story = STORIES[name]
    assert story.findings(Contacts.from_rows(story.rows)) == []


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_table_is_found_out(how):
    name, rows, words = BREAKS[how]
    findings = STORIES[name].findings(STORIES[name].broken(rows))
    assert any(words in finding for finding in findings), findings


@pytest.mark.parametrize(
    ("name", "gone", "words"),
    [
        ("fcfs", (3, 0), "caller 3, attempt 0: missing: a first contact was due at 50"),
        ("busy", (3, 1), "caller 3, attempt 1: missing: a redial was due at 36"),
        ("busy", (3, 0), "caller 3, attempt 1: made without attempt 0"),
        ("silent", (1, 1), "caller 1, attempt 1: missing: a redial was due at 132"),
        ("forward", (0, 1), "caller 0, attempt 1: missing: a forward was due at 20 on channel e-mail"),
        ("forward", (1, 1), "caller 1, attempt 1: missing: a repeat call was due at 125 on channel phone"),
    ],
)
def test_a_row_that_is_not_there_is_missed(name, gone, words):
    rows = [row for row in STORIES[name].rows if row[:2] != gone]
    assert any(words in finding for finding in STORIES[name].findings(Contacts.from_rows(rows)))


def test_what_is_not_a_table_of_contacts_is_said_to_be_none():
    fcfs = STORIES["fcfs"]
    columns = Contacts.from_rows(fcfs.rows).columns()

    def findings(**changed):
        return fcfs.findings(Contacts(**{**columns, **changed}))

    backwards = fcfs.findings(Contacts(**{name: column[::-1] for name, column in columns.items()}))
    assert any("out of order" in finding for finding in backwards)
    twice = fcfs.findings(Contacts.from_rows([*fcfs.rows, fcfs.rows[0]]))
    assert twice == ["caller 0, attempt 0: is in the table twice"]
    assert "different lengths" in findings(queue=columns["queue"][:3])[0]
    assert "column dialled: not a plain column of integers" in findings(dialled=columns["dialled"] / 1.0)[0]
    assert "(2, 2)" in findings(group=columns["group"].reshape(2, 2))[0]


def test_an_empty_table_is_right_when_nobody_calls():
    nothing = Contacts.from_rows([])
    assert audit(world_of([]), centre_of(), nothing) == []
    assert "missing" in audit(world_of([caller(10)]), centre_of(), nothing)[0]


def test_there_are_never_more_findings_than_asked_for():
    story = STORIES["balk"]
    wrong = Contacts.from_rows([(*row[:5], row[5] + 1, *row[6:]) for row in story.rows])
    assert len(audit(story.world, story.centre, wrong, most=3)) == 3


@pytest.mark.parametrize("gone", STORIES)
def test_no_row_can_be_left_out(gone):
    story = STORIES[gone]
    for row in story.rows:
        rest = [other for other in story.rows if other is not row]
        assert story.findings(Contacts.from_rows(rest)), row


@pytest.mark.parametrize("seed", range(20))
def test_no_table_however_wrong_makes_it_raise_or_goes_unnoticed(seed):
    luck = np.random.default_rng(seed)
    for story in STORIES.values():
        right = Contacts.from_rows(story.rows)
        columns = {name: column.copy() for name, column in right.columns().items()}
        for column in columns.values():
            if luck.random() < 0.5:
                column[luck.integers(len(column))] += luck.integers(-2, 3) * luck.choice([1, 10, 1 << 58])
        wrong = Contacts(**columns)
        assert bool(story.findings(wrong)) == (wrong != right), wrong.rows()


def test_it_finds_nothing_wrong_in_what_the_engine_makes_of_a_shipped_scenario():
    scenario = sim.load(SCENARIO)
    world = sim.draw_world(scenario, seed=1, replication=0)
    assert audit(world, scenario.model.centre, simulate(world, scenario.model.centre)) == []


@pytest.mark.parametrize("seed", range(10))
def test_a_broken_row_does_not_drown_the_others(seed):
    luck = np.random.default_rng(seed)
    scenario = sim.load(SCENARIO)
    world = sim.draw_world(scenario, seed=1, replication=seed)
    right = simulate(world, scenario.model.centre)
    columns = {name: column.copy() for name, column in right.columns().items()}
    broken = luck.choice(len(right), 5, replace=False)
    for row in broken:
        name = luck.choice(["dialled", "left_queue", "released", "outcome", "group", "line"])
        columns[name][row] += luck.choice([1, -1, 5000, 1 << 58])
    findings = audit(world, scenario.model.centre, Contacts(**columns), most=1000)
    for row in broken:
        who = f"caller {right.caller[row]}, attempt {right.attempt[row]}:"
        assert any(finding.startswith(who) for finding in findings), (who, findings)
    assert len(findings) <= 25, findings
