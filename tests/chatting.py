"""Chats for the tests of language models, and what the scripted server makes of them."""

from functools import cache

from msgspec.structs import replace

from codeio.llm import Chat, Failed, Ledger, Message, Reply, opened
from codeio.params import load
from tests.scripted import Scripted, echo

QUICK = (
    "server.backoff_s=0.01",
    "server.timeout_s=20",
    "server.deadline_s=60",
    "llm.model=m",
    "server.concurrency=16",
)


def chats(count: int, n: int = 1, first: int = 0) -> list[Chat]:
    return [
        Chat(kind="question", messages=(Message("user", f"number {i}"),), seed=7, n=n)
        for i in range(first, first + count)
    ]


def expected(chat: Chat) -> list[str]:
    return [echo({"messages": chat.plain(), "seed": chat.seed}, k) for k in range(chat.n)]


def asked(server: Scripted, several: list[Chat], *settings: str) -> tuple[list[Reply | Failed], Ledger]:
    ledger, params = Ledger(), settled(*QUICK, *settings)
    params = replace(params, server=replace(params.server, url=server.url))
    with opened(params, ledger) as model:
        return model.ask(several), ledger


settled = cache(load)  # composing settings takes longer than most of what is asked


def always(fault: str, tries: int):
    return lambda chat, number: fault if number < tries else None
