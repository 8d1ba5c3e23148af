"""A process that asks many chats and may be killed: python -m tests.asking url=... count=... root=... out=..."""

import json
import sys
from pathlib import Path

import msgspec

from codeio.llm import Chat, Ledger, Message, opened
from codeio.llm import model as model_module
from codeio.params import load


def chats(first: int, last: int) -> list[Chat]:
    return [
        Chat(kind="question", messages=(Message("user", f"number {i} " + "x" * 400),), seed=7)
        for i in range(first, last)
    ]


def main(given: dict[str, str]) -> None:
    """All replies to `out` in the order of the chats; the last line printed is what it took."""
    model_module.ROOT = Path(given["root"])
    ledger, count = Ledger(), int(given["count"])
    settings = ("llm.model=m", f"server.url={given['url']}", "server.concurrency=32", "server.backoff_s=0.05")
    with opened(load(*settings), ledger) as model, open(given["out"], "wb") as out:
        for at in range(0, count, 2000):
            for reply in model.ask(chats(at, min(at + 2000, count))):
                out.write(msgspec.json.encode(reply) + b"\n")
    print(json.dumps(ledger.facts()))


if __name__ == "__main__":
    main(dict(word.partition("=")[::2] for word in sys.argv[1:]))
