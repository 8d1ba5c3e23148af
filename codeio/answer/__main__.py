"""Answer: the first response to every problem to be trained on.   data/pose -> data/answer/<teacher>

Held-out problems pass through without an answer. Whatever the teacher, a problem also gets its gold
response: a right answer with the rationale of the real run. What cannot be told so is dropped, but for a language
model, which can be asked all the same.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec.structs import replace

from codeio import shards, stage
from codeio.answer import ask
from codeio.answer.audit import false_claims
from codeio.answer.teach import Teach, asks, require_model, taught
from codeio.answer.telling import Refused
from codeio.answer.trace import golds
from codeio.llm import Ledger, estimate
from codeio.params import Params
from codeio.records import Dropped, Problem, Turn
from codeio.sandbox import Limits, Sandbox
from codeio.sandbox.cache import Cache
from codeio.verify import cached


def shard(
    problems: Sequence[Problem], box: Sandbox, teach: Teach, params: Params, cache: Cache | None = None
) -> Iterator[Problem | Dropped]:
    """Problems with gold and first turn, in their order; those that cannot be told with the reason."""
    asked = [one for one in problems if one.split == "train"]
    told = dict(zip((one.id for one in asked), audited(asked, box, params, cache), strict=True))
    if asks(params):
        told = {id_: "" if isinstance(text, Refused) else text for id_, text in told.items()}
    refused = {id_: why for id_, why in told.items() if isinstance(why, Refused)}
    kept = [replace(one, gold=told[one.id]) for one in asked if one.id not in refused]
    answered: dict[str, Problem] = {}
    for one, found in zip(kept, teach(kept, 0), strict=True):
        if isinstance(found, Refused):
            refused[one.id] = found
        else:
            answered[one.id] = replace(one, turns=(Turn(samples=found),))
    for one in problems:
        why = refused.get(one.id)
        if why:
            yield Dropped(id=one.id, reason=why.reason, detail=why.detail)
        else:
            yield answered.get(one.id, one)


def audited(
    problems: Sequence[Problem], box: Sandbox, params: Params, cache: Cache | None
) -> list[str | Refused]:
    """Gold responses without a false claim. They are the same whoever teaches: a second teacher finds them told."""

    def made() -> bytes:
        return msgspec.json.encode(list(checked(golds(problems, box, params.answer, cache))))

    given = hashlib.sha256(msgspec.json.encode([params.answer, problems])).hexdigest()
    said = made() if cache is None else cache.once(("gold", stage.code(), given), made)
    return msgspec.json.decode(said, type=list[str | Refused])


def checked(told: Sequence[str | Refused]) -> Iterator[str | Refused]:
    """Rationales that the auditor finds no false claim in."""
    for text in told:
        false = [] if isinstance(text, Refused) else false_claims(text)
        yield Refused("false claim", false[0]) if false else text


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Problem]], Iterable[Problem | Dropped]]]:
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    ledger = Ledger(label="answer")
    with (
        Sandbox(limits, workers=params.workers, isolation=params.isolation) as box,
        cached(box) as cache,
        taught(params, box, ledger) as teach,
    ):
        FACTS.update(isolation=box.tier)
        yield lambda problems: shard(problems, box, teach, params, cache)
        FACTS.update(ledger.facts() if asks(params) else {})


def preview(params: Params) -> None:
    """What the model would be asked, and what that costs."""
    require_model(params)
    problems = shards.read_all(stage.folder("pose"), Problem)
    estimate.show((ask.chat(one, 0, params) for one in problems if one.split == "train"), params)


def measure(problems: Iterator[Problem]) -> dict[str, Any]:
    """Answers and how many of them are simulated mistakes, by operator; what a model took for its own."""
    slips: dict[str, int] = {}
    answered = 0
    taken = ask.Taken()
    for one in problems:
        if one.turns:
            answered += 1
            name = one.turns[0].main.slip or "none"
            slips[name] = slips.get(name, 0) + 1
            taken.add(one.turns[0])
    return {"answered": answered, "slips": dict(sorted(slips.items()))} | taken.counts()


FACTS: dict[str, Any] = {}
STAGE = stage.Stage(
    name="answer",
    takes=Problem,
    gives=Problem,
    apart="function",
    reads=lambda p: stage.folder("pose"),
    open=opened,
    variant=lambda p: p.teacher,
    sections=("seed", "answer", "llm", "execute", "isolation"),
    alone=asks,
    preview=preview,
    facts=lambda: FACTS,
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
