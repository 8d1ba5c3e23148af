"""Pace: how many requests may be under way, found by trying.   429 -> fewer; success -> slowly more"""

import time


class Pace:
    """At most `most` at once; half as many after a 429, one more after each round without (as TCP does)."""

    def __init__(self, most: int) -> None:
        self.most, self.limit, self.busy = most, float(most), 0
        self.lowered = 0.0

    def faster(self) -> None:
        self.limit = min(self.most, self.limit + 1 / self.limit)

    def slower(self, begun: float) -> None:
        """After a 429 of a request begun then; those begun before the last one are the same sign."""
        if begun > self.lowered:
            self.limit = max(1.0, self.limit / 2)
            self.lowered = time.monotonic()
