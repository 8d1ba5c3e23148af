"""Fleet: several servers of one model, the least busy one asked next.   addresses -> a server for each try

Each server has a pace of its own. One that fails several tries in a row while there are others is left out; after a
while one try goes to it, and when that is answered it is taken back.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import openai

from codeio.llm.pace import Pace

DEAD = 3  # failed tries in a row, of a kind that speaks against the server
OUT_S, LONGEST_OUT_S = 1.0, 30.0  # left out for, at first and at most
LOOK_S = 0.2  # between two looks whether one may be asked again
AGAINST = ("no connection", "time-out", "status 5")


class Server:
    """One address: its client, its pace, and its account."""

    def __init__(self, client: openai.AsyncOpenAI, most: int) -> None:
        self.client, self.pace = client, Pace(most)
        self.counts: Counter[str] = Counter()  # requests, answered, failed
        self.seconds = 0.0  # of answered requests
        self.failed_in_a_row = 0
        self.out_until = 0.0

    @property
    def url(self) -> str:
        return str(self.client.base_url)

    @property
    def out(self) -> bool:
        return self.failed_in_a_row >= DEAD

    def free(self, alone: bool) -> bool:
        """Whether a try may go to it now; of a server that was left out one at a time."""
        if self.out and not alone:
            return not self.pace.busy and time.monotonic() >= self.out_until
        return self.pace.busy < int(self.pace.limit)

    def answered(self, begun: float) -> None:
        self.counts["answered"] += 1
        self.seconds += time.monotonic() - begun
        self.failed_in_a_row = 0
        self.pace.faster()

    def failed(self, kind: str, begun: float) -> None:
        self.counts["failed"] += 1
        if kind == "too many requests":
            self.pace.slower(begun)
        if kind.startswith(AGAINST):
            self.failed_in_a_row += 1
            rest = OUT_S * 2 ** max(0, min(10, self.failed_in_a_row - DEAD))
            self.out_until = time.monotonic() + min(rest, LONGEST_OUT_S)

    def facts(self) -> dict[str, Any]:
        answered = self.counts["answered"]
        mean = round(self.seconds / answered, 3) if answered else None
        return {
            **{name: self.counts[name] for name in ("requests", "answered", "failed")},
            "mean_seconds": mean,
        }


class Fleet:
    """The servers; `next` gives the one with the fewest requests under way, when one is free."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = servers
        self.changed = asyncio.Condition()

    @asynccontextmanager
    async def next(self) -> AsyncIterator[Server]:
        chosen = await self.chosen()
        try:
            yield chosen
        finally:
            async with self.changed:
                chosen.pace.busy -= 1
                self.changed.notify(2)  # the place that is free now, and one more that its pace may have won

    async def chosen(self) -> Server:
        alone = len(self.servers) == 1
        async with self.changed:
            while not (free := [one for one in self.servers if one.free(alone)]):
                out = any(server.out for server in self.servers)  # time alone may free one that was left out
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S if out else None):
                        await self.changed.wait()
            one = min(free, key=lambda server: (server.out, server.pace.busy, server.counts["requests"]))
            one.pace.busy += 1
            one.counts["requests"] += 1
            return one

    async def close(self) -> None:
        for one in self.servers:
            await one.client.close()

    def facts(self) -> dict[str, Any]:
        """By address, where there are several."""
        return {one.url: one.facts() for one in self.servers} if len(self.servers) > 1 else {}
