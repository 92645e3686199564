"""More stories: lines that help each other, shifts, chats in hand together, deskwork, priorities, call-backs."""

from __future__ import annotations

from sim.model.centre import Priority
from sim.model.clock import DAY
from sim.model.contacts import Outcome
from tests.handmade import ALWAYS, HALF, NEVER, Case, answered, caller, centre_of, habits, lost, queue, world_of

ABANDONED, BLOCKED, BALKED = Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED
CLOSED, SENT_AWAY, UNFINISHED = Outcome.CLOSED, Outcome.SENT_AWAY, Outcome.UNFINISHED
CALLED_BACK, SILENT = Outcome.CALLED_BACK, Outcome.SILENT
ONE_EACH = (((0, 1),), ((0, 1),))
TWO = ("here", "there")
YES, NO = 0, ALWAYS - 1
PHONE_AND_MAIL = {"phone": [(0, 200)], "mail": [(0, 200)]}

ROUTING = [
    Case(
        "help from the next province at once",
        "Own line first; 1 finds it busy and gets the other province's; 2 finds both busy, waits, and is taken by the"
        " first to come free; 3 finds both free and gets its own.",
        world_of(
            [caller(0, talk=10), caller(1, talk=20), caller(2, talk=5), caller(30, talk=5, province=1)], provinces=TWO
        ),
        centre_of(
            provinces=TWO,
            lines=ONE_EACH,
            queues=[queue("here", routes=[(0, 0), (1, 0)]), queue("there", routes=[(1, 0), (0, 0)])],
        ),
        [
            answered(0, 0, 0, 10),
            answered(1, 1, 1, 21, group=1),
            answered(2, 2, 10, 15),
            answered(3, 30, 30, 35, queue=1, group=1),
        ],
    ),
    Case(
        "pooled",
        "Two provinces, one queue, two lines: whoever called first is next, wherever they live.",
        world_of(
            [
                caller(0, talk=20),
                caller(1, talk=10, province=1),
                caller(2, talk=5, province=1),
                caller(3, talk=5),
                caller(16, talk=2, province=1),
            ],
            provinces=TWO,
        ),
        centre_of(provinces=TWO, lines=ONE_EACH, queues=[queue(routes=[(0, 0), (1, 0)])]),
        [
            answered(0, 0, 0, 20),
            answered(1, 1, 1, 11, group=1),
            answered(2, 2, 11, 16, group=1),
            answered(3, 3, 16, 21, group=1),
            answered(4, 16, 20, 22),
        ],
    ),
    Case(
        "own first",
        "A line of the second province helps the first. At 10 it takes its own 2, though 1 has waited longer.",
        world_of(
            [
                caller(0, talk=10, province=1),
                caller(1, talk=5),
                caller(2, talk=4, province=1),
                caller(3, talk=3, province=1),
            ],
            provinces=TWO,
        ),
        centre_of(
            provinces=TWO,
            lines=[[(0, 0)], [(0, 1)]],
            queues=[queue("here", routes=[(0, 0), (1, 0)]), queue("there", routes=[(1, 0)])],
            groups=[{}, {"serves": (1, 0)}],
        ),
        [
            answered(0, 0, 0, 10, queue=1, group=1),
            answered(1, 1, 17, 22, group=1),
            answered(2, 2, 10, 14, queue=1, group=1),
            answered(3, 3, 14, 17, queue=1, group=1),
        ],
    ),
    Case(
        "longest wait",
        "The same with a line that takes whoever has waited longest: 1 goes first, then 2 and 3; 4 and 5 dialled in one"
        " instant and go by number, not by province.",
        world_of(
            [
                caller(0, talk=10, province=1),
                caller(1, talk=5),
                caller(2, talk=4, province=1),
                caller(3, talk=3, province=1),
                caller(4, talk=2),
                caller(4, talk=1, province=1),
            ],
            provinces=TWO,
        ),
        centre_of(
            provinces=TWO,
            lines=[[(0, 0)], [(0, 1)]],
            queues=[queue("here", routes=[(0, 0), (1, 0)]), queue("there", routes=[(1, 0)])],
            groups=[{}, {"serves": (1, 0), "longest_wait": True}],
        ),
        [
            answered(0, 0, 0, 10, queue=1, group=1),
            answered(1, 1, 10, 15, group=1),
            answered(2, 2, 15, 19, queue=1, group=1),
            answered(3, 3, 19, 22, queue=1, group=1),
            answered(4, 4, 22, 24, group=1),
            answered(5, 4, 24, 25, queue=1, group=1),
        ],
    ),
    Case(
        "not before the delay",
        "The other line, free at 8, may help after 5: 1 has waited 5 by then and is taken; 2, dialled at 4, has waited"
        " 4, and gets it at its entitlement at 9 only because 1 is done by then.",
        world_of(
            [
                caller(0, talk=50),
                caller(1, talk=7, province=1),
                caller(3, talk=1),
                caller(4, talk=2),
            ],
            provinces=TWO,
        ),
        centre_of(
            provinces=TWO,
            lines=ONE_EACH,
            queues=[queue("here", routes=[(0, 0), (1, 5)]), queue("there", routes=[(1, 0)])],
        ),
        [
            answered(0, 0, 0, 50),
            answered(1, 1, 1, 8, queue=1, group=1),
            answered(2, 3, 8, 9, group=1),
            answered(3, 4, 9, 11, group=1),
        ],
    ),
    Case(
        "a line frees as the delay ends",
        "At 9 the other line frees, before 1 becomes entitled to it at 9: its own 2 waits and is first. 1 gets it at"
        " 12, in the same instant in which it would give up.",
        world_of(
            [
                caller(0, talk=50),
                caller(1, talk=8, province=1),
                caller(4, talk=2, patience=8),
                caller(5, talk=3, province=1),
            ],
            provinces=TWO,
        ),
        centre_of(
            provinces=TWO,
            lines=ONE_EACH,
            queues=[queue("here", routes=[(0, 0), (1, 5)]), queue("there", routes=[(1, 0)])],
            groups=[{}, {"serves": (1, 0)}],
        ),
        [
            answered(0, 0, 0, 50),
            answered(1, 1, 1, 9, queue=1, group=1),
            answered(2, 4, 12, 14, group=1),
            answered(3, 5, 9, 12, queue=1, group=1),
        ],
    ),
    Case(
        "less local knowledge takes longer",
        "The other province's line takes half as long again, wrap-up included and rounded down: 1's 5 + 2 become 10.",
        world_of([caller(0, talk=20), caller(1, talk=5, wrap=2), caller(30, talk=4, province=1)], provinces=TWO),
        centre_of(
            provinces=TWO,
            lines=ONE_EACH,
            queues=[queue("here", routes=[(0, 0), (1, 0)]), queue("there", routes=[(1, 0)])],
            groups=[{"factor": ((1000, 1500),)}, {"factor": ((1500, 1000),)}],
        ),
        [answered(0, 0, 0, 20), answered(1, 1, 1, 11, group=1), answered(2, 30, 30, 34, queue=1, group=1)],
    ),
]

DUTY = [
    Case(
        "a lunch break",
        "The line pauses from 20 to 30; it finishes 0 at 24, in its break, and takes 1 and 2 when it is back.",
        world_of([caller(15, talk=9), caller(19, talk=3), caller(22, talk=2), caller(33, talk=1)]),
        centre_of(lines=[[(0, 1), (20, 0), (30, 1)]]),
        [answered(0, 15, 15, 24), answered(1, 19, 30, 33), answered(2, 22, 33, 35), answered(3, 33, 35, 36)],
    ),
    Case(
        "shifts that touch are one",
        "The shift ends and begins at 20: nothing happens then, 1 is taken when 0 is finished.",
        world_of([caller(10, talk=15), caller(12, talk=5), caller(20, talk=2)]),
        centre_of(lines=[[(0, 1), (20, 1)]]),
        [answered(0, 10, 10, 25), answered(1, 12, 25, 30), answered(2, 20, 30, 32)],
    ),
    Case(
        "relieved and withdrawn in one instant",
        "At 20 the schedule changes before the call that comes then: it is met by the new line, the first is gone.",
        world_of([caller(0, talk=18), caller(1, talk=30), caller(20, talk=5)], provinces=("here",)),
        centre_of(
            lines=[[(0, 1), (20, 0)], [(0, 0), (20, 1)]],
            queues=[queue(routes=[(0, 0), (1, 0)])],
            horizon=100,
        ),
        [answered(0, 0, 0, 18), answered(1, 1, 18, 48), answered(2, 20, 20, 25, group=1)],
    ),
    Case(
        "ill on the second day",
        "Line 1 is ill on day 1: one line less, and the lowest number that is there is taken. On day 0 the share that"
        " misses work is not met by its luck.",
        world_of(
            [
                caller(0, talk=5),
                caller(1, talk=5),
                caller(DAY, talk=5),
                caller(DAY + 1, talk=5),
                caller(DAY + 2, talk=2),
            ],
            absence=[[[HALF, HALF - 1, HALF], [HALF] * 3, [HALF] * 3]],
        ),
        centre_of(lines=[[(0, 2), (DAY, 2), (2 * DAY, 0)]], groups=[{"absent": HALF}], end=2 * DAY, horizon=3 * DAY),
        [
            answered(0, 0, 0, 5),
            answered(1, 1, 1, 6, line=1),
            answered(2, DAY, DAY, DAY + 5, line=1),
            answered(3, DAY + 1, DAY + 5, DAY + 10, line=1),
            answered(4, DAY + 2, DAY + 10, DAY + 12, line=1),
        ],
    ),
]

CHAT = [
    Case(
        "two chats at once",
        "With two in hand each goes at half speed. 0 has 10 left at 10 when 1 comes, which takes it 20 more: 30. 1 has"
        " 4 left then, at full speed: 34. 2 finds both places taken, 3 finds one free.",
        world_of([caller(0, talk=20), caller(10, talk=14), caller(12), caller(31, talk=1)]),
        centre_of(queues=[queue(places=0)], groups=[{"speeds": (100, 50)}]),
        [
            answered(0, 0, 0, 30),
            answered(1, 10, 10, 35),
            lost(2, 12, 12, BLOCKED),
            answered(3, 31, 31, 33),
        ],
    ),
    Case(
        "speeds in whole percents",
        "At 70 % each, 0's 10 take 14.3, so it ends at 15, when 0.5 too much has been done; 1's 12 are down to 1.5 by"
        " then and alone take 2 more.",
        world_of([caller(0, talk=10), caller(0, talk=12)]),
        centre_of(groups=[{"speeds": (100, 70)}]),
        [answered(0, 0, 0, 15), answered(1, 0, 0, 17)],
    ),
    Case(
        "the line with the fewest chats",
        "1 goes to the second line, 2 back to the first (both have one), 3 to the second; 4 waits for the first place.",
        world_of([caller(0, talk=10), caller(1, talk=10), caller(2, talk=50), caller(3, talk=50), caller(4, talk=1)]),
        centre_of(lines=[[(0, 2)]], groups=[{"speeds": (100, 100)}]),
        [
            answered(0, 0, 0, 10),
            answered(1, 1, 1, 11, line=1),
            answered(2, 2, 2, 52),
            answered(3, 3, 3, 53, line=1),
            answered(4, 4, 10, 11),
        ],
    ),
    Case(
        "a visitor who silently left",
        "1 gives up at 5 without a sign and keeps the only waiting place, so 2 is blocked; the line takes 1 at 10 and"
        " waits 4 for it. 1 comes back at 16, 11 after it gave up. 3 and 4 leave so that it shows.",
        world_of(
            [
                caller(0, talk=10),
                caller(2, talk=9, patience=(3, 9), silent=HALF - 1, silence=4, delay=11, redial=(YES, NO)),
                caller(8),
                caller(12, talk=9, patience=1, silent=HALF, redial=NO),
                caller(17, talk=9, patience=2, silent=HALF, redial=NO),
            ]
        ),
        centre_of(
            queues=[queue(places=1)],
            habits=[habits(redial=(HALF, NEVER, NEVER, NEVER), silent=HALF)],
            attempts=2,
        ),
        [
            answered(0, 0, 0, 10),
            answered(1, 2, 10, 14, outcome=SILENT),
            answered(1, 16, 16, 25, attempt=1),
            lost(2, 8, 8, BLOCKED),
            lost(3, 12, 13, ABANDONED),
            lost(4, 17, 19, ABANDONED),
        ],
    ),
    Case(
        "silently left, and never taken",
        "Both who left without a sign are still there when the door closes at 30 and at the horizon.",
        world_of(
            [
                caller(0, talk=300),
                caller(20, patience=3, silent=YES, redial=NO),
                caller(26, patience=50, silent=YES, redial=NO),
                caller(60, patience=3, silent=YES, redial=NO),
            ]
        ),
        centre_of(hours={"phone": [(0, 30), (50, 100)]}, habits=[habits(silent=HALF)], end=90, horizon=90),
        [
            answered(0, 0, 0, 300),
            lost(1, 20, 30, SILENT),
            lost(2, 26, 30, SENT_AWAY),
            lost(3, 60, 90, SILENT),
        ],
    ),
]

MAIL_QUEUES = [
    queue("phone", routes=[(0, 0)]),
    queue("mail", channel=1, routes=[(0, 0)], serve_after_closing=True),
]
PATIENT = [habits(), habits()]

DESKWORK = [
    Case(
        "e-mail while nobody waits",
        "The phone line answers e-mail when no call waits, and does not let itself be interrupted: 1 waits until 12.",
        world_of(
            [
                caller(0, talk=12, channel=1),
                caller(1, talk=5),
                caller(2, talk=4, channel=1),
                caller(3, talk=3),
            ],
            channels=("phone", "mail"),
        ),
        centre_of(hours=PHONE_AND_MAIL, queues=MAIL_QUEUES, habits=PATIENT),
        [
            answered(0, 0, 0, 12, queue=1),
            answered(1, 1, 12, 17),
            answered(2, 2, 20, 24, queue=1),
            answered(3, 3, 17, 20),
        ],
    ),
    Case(
        "e-mail laid aside for a call",
        "The e-mail of 0 is laid aside at 5 for 1, then for 2 who waits; it goes on at 18 and its last 7 end at 25. 3's"
        " e-mail waits, though 0's is not being worked on: the line has it in hand.",
        world_of(
            [
                caller(0, talk=12, channel=1),
                caller(5, talk=10),
                caller(6, talk=4, channel=1),
                caller(7, talk=3),
                caller(40, talk=2),
            ],
            channels=("phone", "mail"),
        ),
        centre_of(
            hours=PHONE_AND_MAIL,
            queues=[MAIL_QUEUES[0], queue("mail", channel=1, interruptible=True)],
            habits=PATIENT,
        ),
        [
            answered(0, 0, 0, 25, queue=1),
            answered(1, 5, 5, 15),
            answered(2, 6, 25, 29, queue=1),
            answered(3, 7, 15, 18),
            answered(4, 40, 40, 42),
        ],
    ),
    Case(
        "a free line before one at its desk",
        "Line 0 is at an e-mail, line 1 is free and takes the call; the next call interrupts line 0. At 9 the end of"
        " the e-mail comes before the call of that instant, so line 0 is simply free.",
        world_of(
            [
                caller(0, talk=9, channel=1),
                caller(2, talk=20),
                caller(4, talk=3),
                caller(12, talk=5),
            ],
            channels=("phone", "mail"),
        ),
        centre_of(
            hours=PHONE_AND_MAIL,
            lines=[[(0, 2)]],
            queues=[MAIL_QUEUES[0], queue("mail", channel=1, interruptible=True)],
            habits=PATIENT,
        ),
        [
            answered(0, 0, 0, 12, queue=1),
            answered(1, 2, 2, 22, line=1),
            answered(2, 4, 4, 7),
            answered(3, 12, 12, 17),
        ],
    ),
    Case(
        "finished in the instant of the call",
        "The line is back at 30 and takes the call that waits, just as the e-mail it stayed late for is done.",
        world_of([caller(10, talk=20, channel=1), caller(25, talk=7)], channels=("phone", "mail")),
        centre_of(
            hours=PHONE_AND_MAIL,
            lines=[[(0, 1), (20, 0), (30, 1)]],
            queues=[MAIL_QUEUES[0], queue("mail", channel=1, interruptible=True)],
            habits=PATIENT,
        ),
        [answered(0, 10, 10, 30, queue=1), answered(1, 25, 30, 37)],
    ),
    Case(
        "deskwork is finished before leaving",
        "The line leaves at 10 with an e-mail laid aside: it finishes the call, then the e-mail, at 23; 2 waits.",
        world_of(
            [caller(2, talk=8, channel=1), caller(5, talk=13), caller(11, talk=3), caller(30, talk=1, channel=1)],
            channels=("phone", "mail"),
        ),
        centre_of(
            hours=PHONE_AND_MAIL,
            lines=[[(0, 1), (10, 0), (50, 1)]],
            queues=[MAIL_QUEUES[0], queue("mail", channel=1, interruptible=True)],
            habits=PATIENT,
        ),
        [
            answered(0, 2, 2, 23, queue=1),
            answered(1, 5, 5, 18),
            answered(2, 11, 50, 53),
            answered(3, 30, 53, 54, queue=1),
        ],
    ),
]

MINOR_FIRST = (Priority(age=1),)

PRIORITY = [
    Case(
        "minors first",
        "2 and 4 are minors and pass those who wait, in the order in which they called; nobody's conversation is cut.",
        world_of(
            [
                caller(0, talk=10),
                caller(1, talk=5),
                caller(2, talk=5, age=1),
                caller(3, talk=5),
                caller(4, talk=5, age=1),
            ]
        ),
        centre_of(priorities=MINOR_FIRST),
        [
            answered(0, 0, 0, 10),
            answered(1, 1, 20, 25),
            answered(2, 2, 10, 15),
            answered(3, 3, 25, 30),
            answered(4, 4, 15, 20),
        ],
    ),
    Case(
        "urgent before own",
        "A line that serves its own province first still takes the urgent call of the other before that: priority comes"
        " first. The first rule that means a caller counts: 3 is urgent and a minor.",
        world_of(
            [
                caller(0, talk=10, province=1),
                caller(1, talk=5, province=1),
                caller(2, talk=5, topic=1),
                caller(3, talk=5, topic=1, age=1, province=1),
                caller(4, talk=5, age=1, province=1),
            ],
            provinces=TWO,
        ),
        centre_of(
            provinces=TWO,
            lines=[[(0, 0)], [(0, 1)]],
            queues=[queue("here", routes=[(0, 0), (1, 0)]), queue("there", routes=[(1, 0)])],
            groups=[{}, {"serves": (1, 0)}],
            priorities=(Priority(topic=1), Priority(age=1, province=1)),
        ),
        [
            answered(0, 0, 0, 10, queue=1, group=1),
            answered(1, 1, 25, 30, queue=1, group=1),
            answered(2, 2, 15, 20, group=1),
            answered(3, 3, 10, 15, queue=1, group=1),
            answered(4, 4, 20, 25, queue=1, group=1),
        ],
    ),
]

CALL_BACK = [
    Case(
        "a call-back keeps the place",
        "From one waiting on a call-back is offered: 1 is alone and waits, 2 accepts, 3 declines and gives up at 12."
        " 2 is called back at 15, before 4, though its patience ended long ago.",
        world_of(
            [
                caller(0, talk=10),
                caller(1, talk=5, call_back=YES),
                caller(2, talk=3, patience=1, call_back=HALF - 1),
                caller(3, patience=9, call_back=HALF),
                caller(4, talk=2, call_back=NO),
            ]
        ),
        centre_of(queues=[queue(call_back=HALF, call_back_from=1)]),
        [
            answered(0, 0, 0, 10),
            answered(1, 1, 10, 15),
            answered(2, 2, 15, 18, outcome=CALLED_BACK),
            lost(3, 3, 12, ABANDONED),
            answered(4, 4, 18, 20),
        ],
    ),
    Case(
        "a call-back takes a waiting place and outlasts closing",
        "Two places: 3 is blocked. At 20 the door closes: 2 is sent away, the call-back of 1 stays. The line leaves at"
        " 20 too, finishes 0 at 25, and calls 1 back at 60, when it returns, before 4.",
        world_of(
            [
                caller(5, talk=20),
                caller(6, talk=4, call_back=YES),
                caller(7, call_back=NO),
                caller(8, call_back=NO),
                caller(61, talk=3),
            ]
        ),
        centre_of(
            hours={"phone": [(0, 20), (60, 90)]},
            lines=[[(0, 1), (20, 0), (60, 1), (90, 0)]],
            queues=[queue(places=2, call_back=HALF)],
        ),
        [
            answered(0, 5, 5, 25),
            answered(1, 6, 60, 64, outcome=CALLED_BACK),
            lost(2, 7, 20, SENT_AWAY),
            lost(3, 8, 8, BLOCKED),
            answered(4, 61, 64, 67),
        ],
    ),
    Case(
        "no line stays late for a call-back",
        "The queue is served after closing: 2 is taken at 25 by the line that ought to have left; 1, to be called back,"
        " is passed over until the line is there again at 60.",
        world_of([caller(5, talk=20), caller(6, talk=4, call_back=YES), caller(7, talk=3, call_back=NO)]),
        centre_of(
            hours={"phone": [(0, 20), (60, 90)]},
            lines=[[(0, 1), (20, 0), (60, 1), (90, 0)]],
            queues=[queue(serve_after_closing=True, call_back=HALF)],
        ),
        [
            answered(0, 5, 5, 25),
            answered(1, 6, 60, 64, outcome=CALLED_BACK),
            answered(2, 7, 25, 28),
        ],
    ),
    Case(
        "voicemail in the evening",
        "0 and 1 leave a message at the closed door, 2 does not. At 50 the line comes on duty before the door opens and"
        " calls 0 back at once, then 1; 3 calls at the very opening and waits for both.",
        world_of(
            [
                caller(10, talk=5, voicemail=HALF - 1),
                caller(20, talk=6, patience=0, voicemail=YES),
                caller(30, voicemail=HALF),
                caller(50, talk=2),
            ]
        ),
        centre_of(
            hours={"phone": [(50, 90)]},
            lines=[[(0, 0), (50, 1), (90, 0)]],
            habits=[habits(voicemail=HALF)],
        ),
        [
            answered(0, 10, 50, 55, outcome=CALLED_BACK),
            answered(1, 20, 55, 61, outcome=CALLED_BACK),
            lost(2, 30, 30, CLOSED),
            answered(3, 50, 61, 63),
        ],
    ),
    Case(
        "a message while a line is idle",
        "The door is closed until 50, but the line is there from 20: it calls 1 back at once, and 0, who rang at 10,"
        " when it came on duty.",
        world_of([caller(10, talk=5, voicemail=YES), caller(30, talk=6, voicemail=YES), caller(33, voicemail=NO)]),
        centre_of(hours={"phone": [(50, 90)]}, lines=[[(0, 0), (20, 1)]], habits=[habits(voicemail=HALF)]),
        [
            answered(0, 10, 20, 25, outcome=CALLED_BACK),
            answered(1, 30, 30, 36, outcome=CALLED_BACK),
            lost(2, 33, 33, CLOSED),
        ],
    ),
    Case(
        "nobody calls back",
        "The line never returns: the message is unfinished at the horizon.",
        world_of([caller(10, talk=5), caller(40, voicemail=YES)]),
        centre_of(hours={"phone": [(0, 30)]}, lines=[[(0, 1), (30, 0)]], habits=[habits(voicemail=HALF)], horizon=120),
        [answered(0, 10, 10, 15), lost(1, 40, 120, UNFINISHED)],
    ),
]

ANNOUNCED = [
    Case(
        "an announced wait puts off",
        "Ten a contact on two lines: with nobody waiting 5 are announced, with one 10, with two 15. From 10 on half"
        " balk: 3 balks, 4 does not, 5 hears 15, at which all balk.",
        world_of(
            [
                caller(0, talk=30),
                caller(0, talk=40),
                caller(1, talk=5, balk=YES),
                caller(2, balk=HALF - 1),
                caller(3, talk=5, balk=HALF),
                caller(4, balk=NO),
            ]
        ),
        centre_of(lines=[[(0, 2)]], queues=[queue(announce=10, balk_at_wait=((10, HALF), (15, ALWAYS)))]),
        [
            answered(0, 0, 0, 30),
            answered(1, 0, 0, 40, line=1),
            answered(2, 1, 30, 35),
            lost(3, 2, 2, BALKED),
            answered(4, 3, 35, 40),
            lost(5, 4, 4, BALKED),
        ],
    ),
    Case(
        "no line to wait for",
        "The line leaves at 10: what is announced then is longer than anything, so 1 balks at the highest share, 2's"
        " luck is above it.",
        world_of([caller(0, talk=20), caller(12, balk=HALF - 1), caller(13, talk=2, balk=HALF)]),
        centre_of(
            lines=[[(0, 1), (10, 0), (50, 1)]],
            queues=[queue(announce=10, balk_at_wait=((0, NEVER), (1000, HALF)))],
        ),
        [answered(0, 0, 0, 20), lost(1, 12, 12, BALKED), answered(2, 13, 50, 52)],
    ),
]

SPECIALIST = {"phone": [(0, 200)], "specialist": [(0, 60)]}

FOLLOW_UP = [
    Case(
        "passed on to a specialist",
        "0 is passed on at 10, when its wrap-up is over, and finds the specialist free; 1 is passed on at 15, waits for"
        " the specialist until 30; 2 is not passed on.",
        world_of(
            [
                caller(0, talk=(8, 20), wrap=(2, 0), forward=YES),
                caller(10, talk=(5, 7), forward=HALF - 1),
                caller(16, talk=(4, 7), forward=HALF),
            ],
            channels=("phone", "specialist"),
        ),
        centre_of(
            hours=SPECIALIST,
            lines=ONE_EACH,
            queues=[queue("phone"), queue("specialist", channel=1, routes=[(1, 0)])],
            habits=[habits(forward=HALF, forward_to=1), habits()],
            attempts=2,
        ),
        [
            answered(0, 0, 0, 10),
            answered(0, 10, 10, 30, attempt=1, queue=1, group=1),
            answered(1, 10, 10, 15),
            answered(1, 15, 30, 37, attempt=1, queue=1, group=1),
            answered(2, 16, 16, 20),
        ],
    ),
    Case(
        "passed on, and not reached",
        "The specialist has gone home at 60: 0 is passed on at 60 to a closed door. 1 may make one contact only, and is"
        " not passed on; the last attempt of 2 was a redial.",
        world_of(
            [
                caller(50, talk=10, forward=YES, redial=NO),
                caller(55, talk=5, forward=YES, patience=(2, 50), delay=7, redial=YES),
            ],
            channels=("phone", "specialist"),
        ),
        centre_of(
            hours=SPECIALIST,
            lines=ONE_EACH,
            queues=[queue("phone"), queue("specialist", channel=1, routes=[(1, 0)])],
            habits=[habits(forward=HALF, forward_to=1, redial=(HALF, NEVER, NEVER, NEVER)), habits()],
            attempts=2,
        ),
        [
            answered(0, 50, 50, 60),
            lost(0, 60, 60, CLOSED, attempt=1, queue=1),
            lost(1, 55, 57, ABANDONED),
            answered(1, 64, 64, 69, attempt=1),
        ],
    ),
    Case(
        "calls again though answered",
        "0 calls again 20 after its conversation ended at 10; 1 would too, but after the end at 50; 2 is passed on"
        " instead; who was called back may call again as well.",
        world_of(
            [
                caller(0, talk=10, again=(YES, NO), again_delay=20),
                caller(12, talk=4, again=YES, again_delay=34),
                caller(16, talk=(3, 2), again=YES, again_delay=10, forward=(YES, NO)),
                caller(31, talk=3, call_back=YES, again=(YES, NO), again_delay=5),
            ],
            channels=("phone", "specialist"),
        ),
        centre_of(
            hours=SPECIALIST,
            lines=ONE_EACH,
            queues=[queue("phone", call_back=HALF), queue("specialist", channel=1, routes=[(1, 0)])],
            habits=[habits(forward=HALF, forward_to=1, again=HALF), habits()],
            attempts=2,
            end=50,
        ),
        [
            answered(0, 0, 0, 10),
            answered(0, 30, 30, 40, attempt=1),
            answered(1, 12, 12, 16),
            answered(2, 16, 16, 19),
            answered(2, 19, 19, 21, attempt=1, queue=1, group=1),
            answered(3, 31, 40, 43, outcome=CALLED_BACK),
            answered(3, 48, 48, 51, attempt=1),
        ],
    ),
]

TIES = [
    Case(
        "everything at ten",
        "At 10: the second line comes on duty and takes 1; then the door closes and sends away 2, who was to give up at"
        " 10; then the first line frees, and nobody waits; 3 calls and is too late.",
        world_of([caller(0, talk=10), caller(1, talk=5), caller(2, patience=8), caller(10, talk=5)]),
        centre_of(hours={"phone": [(0, 10), (40, 90)]}, lines=[[(0, 1), (10, 2)]]),
        [answered(0, 0, 0, 10), answered(1, 1, 10, 15, line=1), lost(2, 2, 10, SENT_AWAY), lost(3, 10, 10, CLOSED)],
    ),
    Case(
        "three entitled at one instant",
        "1, 2 and 3 called together and may use the other line from 8 on, which is free: by number, 1 gets it. 2 gives"
        " up at 8, after its entitlement; 3 is taken at 10.",
        world_of(
            [
                caller(0, talk=50),
                caller(3, talk=2),
                caller(3, patience=5),
                caller(3, talk=1, patience=7),
            ]
        ),
        centre_of(lines=ONE_EACH, queues=[queue(routes=[(0, 0), (1, 5)])]),
        [
            answered(0, 0, 0, 50),
            answered(1, 3, 8, 10, group=1),
            lost(2, 3, 8, ABANDONED),
            answered(3, 3, 10, 11, group=1),
        ],
    ),
    Case(
        "two chats end together",
        "Both end at 20; the first to end takes the first who waits, and only then does the other: 2 before 3.",
        world_of([caller(0, talk=10), caller(0, talk=10), caller(5, talk=4), caller(6, talk=8)]),
        centre_of(groups=[{"speeds": (100, 50)}]),
        [answered(0, 0, 0, 20), answered(1, 0, 0, 20), answered(2, 5, 20, 28), answered(3, 6, 20, 32)],
    ),
    Case(
        "in hand at the horizon",
        "Two chats are in hand at 50 and finish after it as they would have; who waits is unfinished.",
        world_of([caller(30, talk=20), caller(40, talk=20), caller(45, talk=1)]),
        centre_of(groups=[{"speeds": (100, 50)}], end=50, horizon=50),
        [answered(0, 30, 30, 60), answered(1, 40, 40, 70), lost(2, 45, 50, UNFINISHED)],
    ),
]

CLOSING = [
    Case(
        "no line at closing",
        "The line leaves at 20 and the door closes at 30: 1 is sent away, although the line is busy until 35, and calls"
        " again after the opening at 60. 2 gave up at 23 without a sign. 3 is to be called back and stays.",
        world_of(
            [
                caller(15, talk=20),
                caller(16, talk=5, redial=HALF - 1, delay=3),
                caller(18, patience=5, silent=YES),
                caller(28, talk=4, call_back=YES),
            ]
        ),
        centre_of(
            hours={"phone": [(0, 30), (60, 90)]},
            lines=[[(0, 1), (20, 0), (60, 1), (90, 0)]],
            queues=[queue(serve_after_closing=True, call_back=HALF)],
            habits=[habits(redial=(0, 0, 0, 0, HALF), closed_from_opening=True, silent=HALF)],
            attempts=2,
        ),
        [
            answered(0, 15, 15, 35),
            lost(1, 16, 30, SENT_AWAY),
            answered(1, 63, 64, 69, attempt=1),
            lost(2, 18, 30, SILENT),
            answered(3, 28, 60, 64, outcome=CALLED_BACK),
        ],
    ),
    Case(
        "a line that is there until closing serves late, one that comes then does too",
        "The second line leaves a ms before closing, the first at closing, the third comes then, before the door"
        " closes: it takes 2. 3 waits for the first; the second, free at 31, was gone.",
        world_of([caller(0, talk=40), caller(0, talk=31), caller(5, talk=50), caller(6, talk=2)]),
        centre_of(
            hours={"phone": [(0, 30)]},
            lines=[[(0, 2), (29, 1), (30, 0)], [(30, 1)]],
            queues=[queue(serve_after_closing=True, routes=[(0, 0), (1, 0)])],
        ),
        [
            answered(0, 0, 0, 40),
            answered(1, 0, 0, 31, line=1),
            answered(2, 5, 30, 80, group=1),
            answered(3, 6, 40, 42),
        ],
    ),
    Case(
        "entitled after closing",
        "At closing only the helping line is there, which may take a call that has waited 15: it does so at 40.",
        world_of([caller(25, talk=5)]),
        centre_of(
            hours={"phone": [(0, 30)]},
            lines=[[(0, 1), (20, 0)], [(0, 1), (30, 0)]],
            queues=[queue(serve_after_closing=True, routes=[(0, 0), (1, 15)])],
        ),
        [answered(0, 25, 40, 45, group=1)],
    ),
    Case(
        "sent away on another channel",
        "Both channels close at 30 with only the line of the second there: who waits on the first is sent away, and"
        " tries the second at 32, which is closed.",
        world_of(
            [caller(25, talk=5, delay=2), caller(26, talk=9, channel=1), caller(27, talk=3, channel=1)],
            channels=("phone", "chat"),
        ),
        centre_of(
            hours={"phone": [(0, 30)], "chat": [(0, 30)]},
            lines=[[(0, 1), (20, 0)], [(0, 1), (30, 0)]],
            queues=[
                queue("phone", serve_after_closing=True),
                queue("chat", channel=1, serve_after_closing=True, routes=[(1, 0)]),
            ],
            habits=[
                habits(redial=(0, 0, 0, 0, YES + 1), switch=(0, 0, 0, 0, YES + 1), switch_to=(-1, -1, -1, -1, 1)),
                habits(),
            ],
            attempts=2,
        ),
        [
            lost(0, 25, 30, SENT_AWAY),
            lost(0, 32, 32, CLOSED, attempt=1, queue=1),
            answered(1, 26, 26, 35, queue=1, group=1),
            answered(2, 27, 35, 38, queue=1, group=1),
        ],
    ),
    Case(
        "all lines absent",
        "The only line is absent on the first day, so nobody is there at closing; who calls after it finds it closed.",
        world_of([caller(5, talk=5), caller(40)], absence=[[[0]]]),
        centre_of(
            hours={"phone": [(0, 30)]},
            queues=[queue(serve_after_closing=True)],
            groups=[{"absent": HALF}],
        ),
        [lost(0, 5, 30, SENT_AWAY), lost(1, 40, 40, CLOSED)],
    ),
    Case(
        "no lines at all",
        "Whoever calls while it is open waits until closing.",
        world_of([caller(5, talk=5), caller(6, patience=3)]),
        centre_of(hours={"phone": [(0, 30)]}, lines=[[(0, 0)]], queues=[queue(serve_after_closing=True)]),
        [lost(0, 5, 30, SENT_AWAY), lost(1, 6, 9, ABANDONED)],
    ),
    Case(
        "a channel that never closes carries work over",
        "The e-mail of 10 is read on the next shift, at 70.",
        world_of([caller(10, talk=5)]),
        centre_of(lines=[[(0, 0), (70, 1)]], queues=[queue(serve_after_closing=True)]),
        [answered(0, 10, 70, 75)],
    ),
]

MORE = [*ROUTING, *DUTY, *CHAT, *DESKWORK, *PRIORITY, *CALL_BACK, *ANNOUNCED, *FOLLOW_UP, *TIES, *CLOSING]
