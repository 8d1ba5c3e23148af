"""Serve: any OpenAI-compatible server, or several of one model, many requests at once.   Chat ... -> Reply | Failed ...

What a server does wrong for a moment (429, 5xx, a cut connection, a body that is no reply) is tried again with
backoff until the deadline. A chat that fails although others are answered has failed for itself; where nobody is
answered any more the server is down, and the run stops with all replies kept.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import openai
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
)
from tenacity.wait import wait_base, wait_random_exponential

from codeio.errors import BadParams, ModelError
from codeio.llm.chat import HOPELESS, Chat, Done, Failed, Finish, Reply, Text
from codeio.llm.fleet import Fleet, Server
from codeio.llm.ledger import Ledger
from codeio.settings import Llm
from codeio.settings import Server as Settings

KEY = "OPENAI_API_KEY"
FINISH: dict[str | None, Finish] = {"length": "length", "content_filter": "refused"}
SHOWN = 300  # characters of a server's message
EXAMPLE = "http://127.0.0.1:8000/v1"


class Said(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    message: Said
    index: int = 0
    finish_reason: str | None = None


class Details(msgspec.Struct):
    cached_tokens: int | None = 0


class Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: Details | None = None


class Body(msgspec.Struct):
    """What codeio reads of a server's answer; its ids are not used: a reply belongs to its own request."""

    choices: list[Choice]
    usage: Usage | None = None


class Hiccup(Exception):
    """A try that failed for a reason that may pass."""

    def __init__(self, kind: str, detail: str = "", after: float = 0.0) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.after = kind, detail, after


class Refused(Exception):
    """The server will not take this chat, now or later."""


class Asked(wait_base):
    """As long as the server asks for, and backoff with jitter where it asks for nothing."""

    def __init__(self, least: float) -> None:
        self.backoff = wait_random_exponential(multiplier=least, max=60)

    def __call__(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(getattr(error, "after", 0.0), self.backoff(state))


class OpenAICompatible:
    """Asks the servers of `server.url`. The key comes from the environment and is shown nowhere."""

    def __init__(self, p: Llm, s: Settings, ledger: Ledger) -> None:
        self.p, self.s, self.ledger = p, s, ledger
        self.secret = os.environ.get(KEY, "")
        self.runner = asyncio.Runner()
        same = {"api_key": self.secret or "none", "max_retries": 0, "timeout": s.timeout_s}
        clients = [openai.AsyncOpenAI(base_url=url, **same) for url in addresses(s, self.secret)]
        self.fleet = Fleet([Server(client, s.concurrency) for client in clients])
        ledger.servers = self.fleet.facts
        self.answered = -1.0  # when the last reply came
        self.refused = 0  # chats refused before the first reply

    def ask(self, chats: Sequence[Chat], done: Done) -> None:
        self.runner.run(self.all(chats, done))

    def close(self) -> None:
        self.runner.run(self.fleet.close())
        self.runner.close()

    async def all(self, chats: Sequence[Chat], done: Done) -> None:
        """Twice as many tasks as requests under way: those that wait for another try hold nobody up."""
        left = iter(enumerate(chats))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(2 * self.s.concurrency * len(self.fleet.servers), len(chats))):
                    group.create_task(self.work(left, done))
        except ExceptionGroup as several:
            raise several.exceptions[0] from several

    async def work(self, left: Iterator[tuple[int, Chat]], done: Done) -> None:
        for number, chat in left:
            done(number, await self.outcome(chat))

    async def outcome(self, chat: Chat) -> Reply | Failed:
        """The reply, or why there is none. Raises ModelError where no chat is answered any more."""
        begun = time.monotonic()
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.s.tries) | stop_before_delay(self.s.deadline_s),
            wait=Asked(self.s.backoff_s),
            retry=retry_if_exception_type(Hiccup),
            reraise=True,
        )
        try:
            reply = await retrying(self.once, chat)
        except Refused as error:
            self.refused += self.answered < 0
            if self.refused >= HOPELESS:
                raise ModelError(f"{self.where()} refuses every request: {error}") from error
            return Failed("refused by the server", str(error))
        except Hiccup as error:
            if self.answered < begun:
                raise ModelError(
                    f"{self.where()} answers nothing any more: {error.kind} {error.detail}".rstrip()
                    + "; the replies so far are kept, run it again when it is up"
                ) from error
            return Failed(error.kind, error.detail)
        self.answered = time.monotonic()
        return reply

    async def once(self, chat: Chat) -> Reply:
        """One try. Raises Hiccup, Refused or ModelError; each is counted by its kind."""
        async with self.fleet.next() as server:
            begun = time.monotonic()
            self.ledger.sent()
            try:
                reply = self.read(await self.posted(chat, server), chat.n)
            except Hiccup as error:
                self.ledger.failed(error.kind)
                server.failed(error.kind, begun)
                raise
            except (Refused, ModelError):
                self.ledger.failed("refused by the server")
                server.failed("refused by the server", begun)
                raise
            server.answered(begun)
            return reply

    async def posted(self, chat: Chat, server: Server) -> bytes:
        """The body of a 200."""
        try:
            async with asyncio.timeout(self.s.timeout_s):  # of the whole: a client's own is per packet
                return await server.client.post("/chat/completions", cast_to=bytes, body=self.body(chat))
        except (TimeoutError, openai.APITimeoutError) as error:
            raise Hiccup("time-out", f"after {self.s.timeout_s:g} s") from error
        except openai.APIConnectionError as error:
            raise Hiccup("no connection", self.shown(error.__cause__ or error)) from error
        except openai.APIStatusError as error:
            raise self.status(error, server) from None  # its text may repeat the key

    def body(self, chat: Chat) -> dict[str, Any]:
        p = self.p
        fields: dict[str, Any] = {
            "model": p.model,
            "messages": chat.plain(),
            "temperature": p.temperature,
            "top_p": p.top_p,
            "max_tokens": p.max_tokens,
            "seed": chat.seed,
        }
        if chat.n > 1:
            fields["n"] = chat.n
        if chat.schema and p.json_schema:
            schema = {"name": chat.kind, "schema": chat.schema, "strict": True}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        return fields

    def status(self, error: openai.APIStatusError, server: Server) -> Exception:
        """What a status other than 200 means for this chat, or for all of them."""
        code = error.status_code
        said = self.shown(error).removeprefix(f"Error code: {code} - ")
        if code in (401, 402, 403):
            mend = f"set another {KEY} in the environment, or fill its account"
            return ModelError(f"{self.where(server)} refuses the key ({code}: {said}): {mend}")
        if code == 404:
            return ModelError(
                f"{self.where(server)} does not know it (404: {said}): check llm.model and server.url"
            )
        if code == 429:
            return Hiccup("too many requests", said, retry_after(error))
        if code in (408, 409) or code >= 500:
            return Hiccup(f"status {code}", said, retry_after(error))
        return Refused(f"{code}: {said}")

    def read(self, content: bytes, n: int) -> Reply:
        """The samples of a body. Raises Hiccup where it is none, and where a sample is empty or there twice."""
        try:
            body = msgspec.json.decode(content, type=Body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Hiccup("not a reply", str(error)) from error
        usage = body.usage or Usage()
        cached = (usage.prompt_tokens_details or Details()).cached_tokens or 0
        self.ledger.used(usage.prompt_tokens, cached, usage.completion_tokens)
        if not body.choices:
            raise Hiccup("no choices")
        numbers = [choice.index for choice in body.choices]
        if len(numbers) > n or len(set(numbers)) < len(numbers):
            raise Hiccup("choices doubled", f"{numbers} for n={n}")
        texts = tuple(text(choice) for choice in sorted(body.choices, key=lambda choice: choice.index))
        if any(not one.content.strip() for one in texts if one.finish == "stop"):
            raise Hiccup("empty text")
        tokens = {"prompt_tokens": usage.prompt_tokens, "cached_tokens": cached}
        return Reply(texts=texts, completion_tokens=usage.completion_tokens, **tokens)

    def shown(self, error: BaseException) -> str:
        """A message in one line, without the key, whoever repeats it."""
        said = " ".join(str(getattr(error, "message", "") or error or type(error).__name__).split())
        return (said.replace(self.secret, "***") if self.secret else said)[:SHOWN] or type(error).__name__

    def where(self, *servers: Server) -> str:
        """The model and the servers meant, or all of them."""
        return f"llm.model={self.p.model} at {', '.join(one.url for one in servers or self.fleet.servers)}"


def text(choice: Choice) -> Text:
    if choice.message.refusal:
        return Text(choice.message.refusal, "refused")
    return Text(choice.message.content or "", FINISH.get(choice.finish_reason, "stop"))


def addresses(s: Settings, secret: str) -> Sequence[str | None]:
    """Where to ask. Raises BadParams on a key in an address, and where there is neither address nor key."""
    given = s.url or os.environ.get("OPENAI_BASE_URL")
    if not given and not secret:
        raise BadParams(f"server.url is null and {KEY} is not set: name a server, or give OpenAI's key")
    several = given if isinstance(given, tuple) else (given or None,)
    for url in filter(None, several):
        if "@" in url:
            raise BadParams(f"server.url holds a user or a password: leave it out and set {KEY}")
        if not address(url):
            raise BadParams(f"server.url={url}: no address such as {EXAMPLE}")
    return several


def address(url: str) -> bool:
    """Whether this can be asked at all; what is there shows itself later."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that are none
        return False


def retry_after(error: openai.APIStatusError) -> float:
    """Seconds that the server asks for; 0 where it says nothing, or a date."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) / unit)
        except ValueError:
            continue
    return 0.0
