"""Describe: what a benchmark is.   data, prompt, readings -> Benchmark

A benchmark is asked item by item. A *reading* is a pure function that finds the answer in a response and scores it,
or says what the sandbox has to run to score it. The first reading is ours, for answers of chat models; further ones
reproduce a published score and carry the name of who published it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from codeio import values
from codeio.records import Json

Row = dict[str, Any]


class Part(msgspec.Struct, frozen=True):
    """One file of a data set: where it lies under a local data root, and its config and split on the hub.

    `file` may be a pattern (bbh/*.json); each file of it is a part named by its stem.
    """

    file: str
    config: str | None = None
    split: str = "test"
    hub: str = ""  # where this part lies in another hub data set than the first


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """Where the items of a benchmark come from, and what they must be.

    `sha256` is over the questions and answers of all items in no order, so a copy of the same revision from the hub
    and one from a folder have the same; empty where the data was not at hand when this was written. No commit of a hub
    data set was at hand either: `revision` is a branch, and what pins the content is the hash.
    """

    hub: str  # data set of the Hugging Face hub; empty where only the user has one
    revision: str = "main"
    parts: tuple[Part, ...]
    count: int  # items of the paper's protocol
    here: int = 0  # items of the local copy that `sha256` describes, where it holds another number
    sha256: str = ""
    gated: bool = False  # needs the user's token; never written to disk by us
    note: str = ""  # what a user without the data should know


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `about` holds what its prompt and scorer need beside it."""

    id: str
    question: str
    gold: Json
    unit: str = ""  # items of one unit are right together (LeetCode-O: all cases of a problem); empty: itself
    group: str = ""  # subset that has a score of its own
    about: dict[str, Any] = {}


class Check(msgspec.Struct, frozen=True):
    """A call of evaluate/inside/check.py whose result, a number from 0 to 1, is the score.

    `harmless`: the answer is made of literals only, so that such checks may share a process.
    """

    entry: str
    given: dict[str, Json]
    harmless: bool = False


class Mark(msgspec.Struct, frozen=True):
    """What a reading found in a response; `score` is final unless `check` has to run. Nothing found: None."""

    extracted: str | None
    score: float = 0.0
    check: Check | None = None


WRONG = Mark(None)
Read = Callable[[Item, str], Mark]


class Reading(msgspec.Struct, frozen=True):
    """A way to find and score answers; its version changes with every score that it could change."""

    name: str
    version: int
    read: Read


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one benchmark. `items` makes them of the rows of its parts, each row with its part's name."""

    name: str
    data: Data
    items: Callable[[Iterable[tuple[str, Row]]], list[Item]]
    prompt: Callable[[Item], str]
    prompt_version: int = 1
    readings: tuple[Reading, ...]
    max_tokens: int = 1024  # ours: the paper does not say its own
    metric: str = "accuracy"

    def reading(self, name: str = "") -> Reading | None:
        """The reading of that name, the first without one."""
        return next((r for r in self.readings if name in ("", r.name)), None)


def content_hash(items: Sequence[Item]) -> str:
    """Digest of all questions and answers, whatever their order and ids."""
    return values.digest(*sorted(values.digest(item.question, item.gold) for item in items))


def right(extracted: str | None, correct: bool) -> Mark:
    """The mark of an answer that is right or wrong."""
    return Mark(extracted, float(correct))
