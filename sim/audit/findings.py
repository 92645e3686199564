"""What the auditor has to say, in sentences."""

from __future__ import annotations

#: Caller and attempt.
Who = tuple[int, int]


class Findings:
    """Sentences so far, and the contacts whose row is too broken for more than one."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        #: Contacts of rows that mean nothing, in part or as a whole: nobody misses them or says more of them.
        self.doubtful: set[Who] = set()

    def tell(self, who: Who, what: str) -> None:
        """Add a sentence about a contact."""
        self.sentences.append(f"caller {who[0]}, attempt {who[1]}: {what}")

    def doubt(self, who: Who, what: str) -> None:
        """Add a sentence about a contact whose row cannot be believed."""
        self.doubtful.add(who)
        self.tell(who, what)
