"""A scripted OpenAI-compatible server: what a real one does only on a bad day, on demand.

`Scripted(respond)` runs in a thread of a test; `python -m tests.scripted latency=0.05 faults=0.01` in a process of its
own. A fault comes on the first tries of a chat that its content chooses; what is answered is counted by chat.
"""

import asyncio
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

from codeio import values

# Faults that pass: the same chat is answered later. `reordered` and the one id of all replies are none.
PASSING = (
    "429", "429 after", "500", "cut", "cut body", "slow", "no choices", "wrong json", "no json", "doubled", "empty",
)  # fmt: skip
LASTING = ("length", "refusal", "filter", "400")
Respond = Callable[[dict[str, Any], int], str]  # request body, sample -> text


def echo(body: dict[str, Any], sample: int) -> str:
    """A text that shows which chat it answers."""
    return f"reply {values.digest(body['messages'], body['seed'] + sample)}"


class Scripted:
    """The server; `plan(chat digest, try) -> fault or None` says what goes wrong."""

    def __init__(
        self,
        respond: Respond = echo,
        plan: Callable[[str, int], str | None] = lambda chat, number: None,
        latency: float = 0.0,
        most: int = 10**9,
        together: int = 1,
        log: str = "",
    ) -> None:
        self.respond, self.plan, self.latency, self.most = respond, plan, latency, most
        self.together = together  # requests that wait until so many are there
        self.tries: Counter[str] = Counter()
        self.good: Counter[str] = Counter()  # whole replies by chat
        self.busy = self.peak = 0
        self.bodies: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.log = open(log, "a", buffering=1) if log else None  # noqa: SIM115 open as long as the server
        self.port = 0

    def __enter__(self) -> Self:
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()

        def serve() -> None:
            asyncio.set_event_loop(self.loop)
            self.loop.run_until_complete(self.start(self.port))  # entered again: where it was before
            ready.set()
            self.loop.run_forever()

        self.thread = threading.Thread(target=serve, daemon=True)
        self.thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        async def stop() -> None:
            self.server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self, port: int) -> None:
        self.all_there = asyncio.Barrier(self.together)
        self.server = await asyncio.start_server(self.connection, "127.0.0.1", port, limit=1 << 22)
        self.port = self.server.sockets[0].getsockname()[1]

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
                fields = {name.lower(): value for name, value in fields.items()}
                body = json.loads(await reader.readexactly(int(fields["content-length"])))
                self.keys.add(fields.get("authorization", ""))
                if not await self.reply(body, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            writer.close()

    async def reply(self, body: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        """Answer once; False closes the connection."""
        chat = values.digest(body["messages"], body["seed"])
        fault = self.plan(chat, self.tries[chat])
        self.tries[chat] += 1
        self.bodies.append(body) if len(self.bodies) < 1000 else None
        self.busy += 1
        self.peak = max(self.peak, self.busy)
        over = self.busy > self.most
        await self.all_there.wait()
        await asyncio.sleep(self.latency)
        self.busy -= 1
        if over:
            fault = "429"
        if fault == "cut":
            return False
        code, data, more = self.content(body, fault)
        head = f"HTTP/1.1 {code} X\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n{more}\r\n"
        if fault in ("cut body", "slow"):
            writer.write(head.encode() + data[: len(data) // 2])
            await writer.drain()
            await asyncio.sleep(30 if fault == "slow" else 0)
            return False
        writer.write(head.encode() + data)
        await writer.drain()
        if code == 200 and fault not in PASSING:
            self.good[chat] += 1
            if self.log:
                self.log.write(chat + "\n")
        return True

    def content(self, body: dict[str, Any], fault: str | None) -> tuple[int, bytes, str]:
        if fault in ("429", "429 after", "500", "400"):
            error = {"error": {"message": f"scripted {fault}", "type": "scripted"}}
            after = "retry-after: 0.2\r\n" if fault == "429 after" else ""
            return int(fault.split()[0]), json.dumps(error).encode(), after
        if fault == "no json":
            return 200, b"<html>upstream</html>", ""
        count = body.get("n", 1)
        choices = [self.choice(body, sample, fault) for sample in range(count)][::-1]  # never in their order
        if fault == "no choices":
            choices = []
        if fault == "doubled":
            choices = [*choices, choices[0]]
        usage = {
            "prompt_tokens": 10,
            "completion_tokens": 5 * count,
            "prompt_tokens_details": {"cached_tokens": 4},
        }
        said = {"id": "always the same", "object": "chat.completion", "choices": choices, "usage": usage}
        return 200, json.dumps({"choices": "soon"} if fault == "wrong json" else said).encode(), ""

    def choice(self, body: dict[str, Any], sample: int, fault: str | None) -> dict[str, Any]:
        text = "" if fault == "empty" else self.respond(body, sample)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if fault == "refusal":
            message = {"role": "assistant", "content": None, "refusal": "I would rather not."}
        finish = {"length": "length", "filter": "content_filter"}.get(fault or "", "stop")
        return {"index": sample, "message": message, "finish_reason": finish}


def sometimes(rate: float) -> Callable[[str, int], str | None]:
    """Each fault on this share of the chats: a passing one on the first try, a lasting one on every try."""

    def plan(chat: str, number: int) -> str | None:
        place = int(values.unit("fault", chat) / rate)
        several = (*PASSING, *LASTING[:3])
        fault = several[place] if place < len(several) else None
        return fault if fault in LASTING or number == 0 else None

    return plan


async def main(given: dict[str, str]) -> None:
    rate = float(given.get("faults", 0))
    plan = sometimes(rate) if rate else lambda chat, number: None
    server = Scripted(plan=plan, latency=float(given.get("latency", 0)), log=given.get("log", ""))
    await server.start(int(given.get("port", 0)))
    print(server.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(dict(word.partition("=")[::2] for word in sys.argv[1:])))
