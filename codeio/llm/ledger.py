"""Ledger: requests, tokens, failures and money of one run.   replies -> counts, a line on the screen"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from codeio.llm.chat import Failed, Reply
from codeio.stage import screen

EVERY_S = 10.0  # between two lines on the screen


class Ledger:
    """What was asked now; replies that were found in the store cost nothing and are counted apart."""

    def __init__(self, price: Mapping[str, float] | None = None, label: str = "model") -> None:
        self.price, self.label = price, label
        self.requests = self.from_store = 0  # requests: sent, the tries that failed included
        self.prompt_tokens = self.cached_tokens = self.completion_tokens = 0
        self.seconds = 0.0
        self.failures: Counter[str] = Counter()  # of tries, by kind; what was tried again with success too
        self.unanswered: Counter[str] = Counter()  # chats that got no reply in the end
        self.shown = time.monotonic()
        self.servers: Callable[[], dict[str, Any]] = dict  # what each of several servers did

    def sent(self) -> None:
        self.requests += 1

    def used(self, prompt: int, cached: int, completion: int) -> None:
        """Tokens that a server says it took, whatever came of it."""
        self.prompt_tokens += prompt
        self.cached_tokens += cached
        self.completion_tokens += completion
        self.show_now_and_then()

    def failed(self, kind: str) -> None:
        self.failures[kind] += 1
        self.show_now_and_then()

    def ended(self, outcome: Reply | Failed) -> None:
        if isinstance(outcome, Failed):
            self.unanswered[outcome.reason] += 1

    @property
    def cost(self) -> float | None:
        """In the currency of the price table; None where it does not name the model."""
        if self.price is None:
            return None
        return priced(
            self.prompt_tokens - self.cached_tokens, self.cached_tokens, self.completion_tokens, self.price
        )

    def facts(self) -> dict[str, Any]:
        """For the sidecar: volatile, since what the store knew is not asked again."""
        return {
            "requests": self.requests,
            "from_store": self.from_store,
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "completion_tokens": self.completion_tokens,
            "asking_seconds": round(self.seconds, 1),
            "failed_tries": dict(sorted(self.failures.items())),
            "unanswered": dict(sorted(self.unanswered.items())),
            "cost": self.cost,
        } | ({"servers": servers} if (servers := self.servers()) else {})

    def show_now_and_then(self) -> None:
        """Also where nothing but failures comes: somebody may be waiting for a server that is not there."""
        if time.monotonic() - self.shown > EVERY_S:
            self.show()

    def show(self) -> None:
        self.shown = time.monotonic()
        cost = "no price in server.prices" if self.cost is None else f"cost {self.cost:.4f}"
        failed = ", ".join(f"{n} {kind}" for kind, n in self.failures.most_common()) or "none"
        screen.print(
            f"{self.label}: {self.requests:,} requests, {self.from_store:,} replies from the store, "
            f"{self.prompt_tokens:,} + {self.completion_tokens:,} tokens, {cost}; failed tries: {failed}",
            soft_wrap=True,
        )


def priced(fresh: int, cached: int, completion: int, price: Mapping[str, float]) -> float:
    """What these tokens cost, at prices of a million; cached ones as the prompt's others, unless they have a price."""
    prompt = price.get("prompt", 0.0)
    paid = fresh * prompt + cached * price.get("cached", prompt) + completion * price.get("completion", 0.0)
    return round(paid / 1e6, 6)
