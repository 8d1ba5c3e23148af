"""Chat: what is asked of a model and what comes back; the key under which a reply is kept.   Chat, Llm -> key"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import msgspec

from codeio import values
from codeio.settings import Llm

Finish = Literal[
    "stop", "length", "refused"
]  # length: cut at llm.max_tokens; refused: the server's own filter

HOPELESS = 20  # chats that are refused as malformed before one is answered: the settings are wrong


class Message(msgspec.Struct, frozen=True):
    role: Literal["system", "user", "assistant"]
    content: str


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """One request for `n` samples. Equal chats get equal replies, so two that shall differ need two seeds."""

    kind: str  # which prompt it is: not part of the key
    messages: tuple[Message, ...]
    seed: int
    n: int = 1
    schema: dict[str, Any] | None = None  # JSON schema of the reply, for servers that can hold a model to one

    def plain(self) -> list[dict[str, str]]:
        return [{"role": one.role, "content": one.content} for one in self.messages]


class Text(msgspec.Struct, frozen=True):
    """One sample, and why it ended."""

    content: str
    finish: Finish


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a model said: at most `n` samples, and the tokens of all of them together."""

    texts: tuple[Text, ...]
    prompt_tokens: int = 0
    cached_tokens: int = 0  # of these, read from the server's own prefix cache
    completion_tokens: int = 0


class Failed(msgspec.Struct, frozen=True):
    """A chat that got no reply, after all its tries; it is asked again in the next run."""

    reason: str  # a short closed phrase
    detail: str = ""


Done = Callable[[int, Reply | Failed], None]


class Backend(Protocol):
    """Who answers. Calls `done` with the number of a chat and its reply, in any order, each exactly once."""

    def ask(self, chats: Sequence[Chat], done: Done) -> None: ...

    def close(self) -> None: ...


def key(chat: Chat, p: Llm, revision: str) -> str:
    """Digest of all that decides a reply: model and revision, messages, sampling, seed, number of samples."""
    sampling = [p.temperature, p.top_p, p.max_tokens, chat.schema if p.json_schema else None]
    return values.digest(p.model, revision, chat.plain(), sampling, chat.seed, chat.n)
