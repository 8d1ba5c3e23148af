"""Pace: how many requests may be under way, found by trying.   429 -> fewer; success -> slowly more"""

import asyncio
import time


class Pace:
    """At most `most` at once; half as many after a 429, one more after each round without (as TCP does)."""

    def __init__(self, most: int) -> None:
        self.most, self.limit, self.busy = most, float(most), 0
        self.lowered = 0.0
        self.changed = asyncio.Condition()

    async def __aenter__(self) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.busy < int(self.limit))
            self.busy += 1

    async def __aexit__(self, *_: object) -> None:
        async with self.changed:
            self.busy -= 1
            self.changed.notify(max(1, int(self.limit) - self.busy))

    def faster(self) -> None:
        self.limit = min(self.most, self.limit + 1 / self.limit)

    def slower(self, begun: float) -> None:
        """After a 429 of a request begun then; those begun before the last one are the same sign."""
        if begun > self.lowered:
            self.limit = max(1.0, self.limit / 2)
            self.lowered = time.monotonic()
