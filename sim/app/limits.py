"""What a browser may ask for, in one place: sizes, numbers, and how much runs at the same time."""

from __future__ import annotations

#: Bytes of a request's body, far above any scenario.
MOST_BYTES = 400_000
#: Characters of an address with its settings.
MOST_LINK = 4_000
#: Pages that are open at the same time, and files that were uploaded and are still kept.
MOST_PAGES, MOST_UPLOADS = 24, 24
#: Pages that were asked for and to which no browser has connected yet; of more, the oldest are dropped.
MOST_PENDING = 60
#: Plans that are kept beside today's lines.
MOST_KEPT = 6
#: Pieces of work at the same time, of all pages; one page has one.
MOST_AT_ONCE = 3
#: Expected contacts of one period, and days: more is for the command line.
MOST_CONTACTS, MOST_DAYS = 100_000, 400
#: Lines, provinces and channels of a scenario: more is for the command line.
MOST_STAFF, MOST_PROVINCES, MOST_CHANNELS = 2_000, 100, 20
#: Lines of one group, and line groups with a control of their own.
MOST_LINES, MOST_GROUPS = 100, 60
#: Worlds of a first look, of a whole one, and of downloads.
FIRST_WORLDS, MOST_WORLDS, REPORT_WORLDS = 40, 1000, 200
#: Bytes of the counts of one plan; a page has two plans and those that are kept.
MOST_COUNTED = 32_000_000
