"""Bench: asking a model, beside a bare loop and through faults.   requests=20000 -> one JSON line

The server is tests/scripted.py in a process of its own. Faults: 1 % of the requests each, passing and lasting ones.
`x_bare` is the throughput at a fixed latency as a part of that of the openai client in a bare asyncio loop: the median
of short rounds, each with both in turn, so that other work of the machine hits both.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import psutil

from codeio.llm import Chat, Failed, Ledger, opened
from codeio.llm import model as model_module
from codeio.params import load
from tests.asking import chats
from tests.scripted import echo

AT_ONCE = 32
LATENCY_S = 0.1
SLICE = 2000  # chats of one call, as a shard asks them
FAULTS = 0.01
ROUNDS = 9


@contextmanager
def server(**given: object) -> Iterator[str]:
    """The address of a scripted server that lives as long as this is open."""
    words = [sys.executable, "-m", "tests.scripted", *(f"{name}={value}" for name, value in given.items())]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.wait()


def settings(url: str) -> tuple[str, ...]:
    quick = ("server.backoff_s=0.05", "server.timeout_s=5", f"server.concurrency={AT_ONCE}")
    return ("llm.model=m", f"server.url={url}", *quick)


def through_faults(requests: int, root: Path) -> dict[str, float]:
    """Lost: without the reply of its own chat. Doubled: answered twice by the server."""
    model_module.ROOT, log = root, root / "good.log"
    process, lost, ledger = psutil.Process(), 0, Ledger()
    with server(faults=FAULTS, log=log) as url, opened(load(*settings(url)), ledger) as model:
        for at in range(0, requests, SLICE):
            several = chats(at, min(at + SLICE, requests))
            found = model.ask(several)
            lost += sum(strange(chat, reply) for chat, reply in zip(several, found, strict=True))
            if at == 0:
                before = process.memory_info().rss
        grown = (process.memory_info().rss - before) / 2**20
    answered = log.read_text().split()
    kinds = ", ".join(f"{n} {kind}" for kind, n in ledger.failures.most_common())
    print(
        f"{requests:,} chats, {ledger.requests:,} requests in {ledger.seconds:.0f} s; failed tries: {kinds}"
    )
    doubled = len(answered) - len(set(answered))
    return {"requests": ledger.requests, "lost": lost, "doubled": doubled, "rss_growth_mb": round(grown, 1)}


def strange(chat: Chat, reply: object) -> bool:
    """Whether a chat got no reply, or that of another."""
    if isinstance(reply, Failed) or len(reply.texts) != 1:
        return True
    own = echo({"messages": chat.plain(), "seed": chat.seed}, 0)
    return reply.texts[0].finish != "refused" and reply.texts[0].content != own


def ours(url: str, several: list[Chat], root: Path) -> float:
    """Requests a second."""
    model_module.ROOT = root
    with opened(load(*settings(url), "server.store=fresh.db"), Ledger()) as model:
        begun = time.monotonic()
        model.ask(several)
        return len(several) / (time.monotonic() - begun)


def bare(url: str, several: list[Chat], root: Path) -> float:
    """The same by the openai client alone."""

    async def run() -> float:
        client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=60)
        left = iter(several)

        async def work() -> None:
            for chat in left:
                fields = {"temperature": 0.7, "top_p": 1.0, "max_tokens": 4096, "seed": chat.seed}
                reply = await client.chat.completions.create(model="m", messages=chat.plain(), **fields)
                assert reply.choices[0].message.content

        begun = time.monotonic()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        spent = time.monotonic() - begun
        await client.close()
        return len(several) / spent

    return asyncio.run(run())


def beside_bare(count: int, root: Path) -> float:
    parts = []
    with server(latency=LATENCY_S) as url:
        for turn in range(ROUNDS):
            several = chats(turn * count, (turn + 1) * count)
            order = (ours, bare) if turn % 2 else (bare, ours)
            speed = {way: way(url, several, root) for way in order}
            print(f"at {LATENCY_S} s, {AT_ONCE} at once: {speed[ours]:.0f} a second, bare {speed[bare]:.0f}")
            parts.append(speed[ours] / speed[bare])
    return round(statistics.median(parts), 3)


def measured(requests: int, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as root:
        return {"x_bare": beside_bare(count, Path(root)), **through_faults(requests, Path(root))}


if __name__ == "__main__":
    given = dict(word.partition("=")[::2] for word in sys.argv[1:])
    print(json.dumps(measured(int(given.get("requests", 20_000)), int(given.get("count", 500)))))
