"""Answer: the first response to every problem to be trained on.   data/pose -> data/answer/<teacher>

Held-out problems pass through without an answer. Whatever the teacher, a problem also gets its gold
response: a right answer with the rationale of the real run.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from codeio import stage
from codeio.answer.audit import false_claims
from codeio.answer.teach import Teach, teacher
from codeio.answer.telling import Refused
from codeio.answer.trace import golds
from codeio.params import Answer, Params
from codeio.records import Dropped, Problem, Turn
from codeio.sandbox import Limits, Sandbox
from codeio.sandbox.cache import Cache
from codeio.verify import cached


def shard(
    problems: Sequence[Problem], box: Sandbox, teach: Teach, p: Answer, cache: Cache | None = None
) -> Iterator[Problem | Dropped]:
    """Problems with gold and first turn, in their order; those that cannot be told with the reason."""
    asked = [one for one in problems if one.split == "train"]
    told = dict(zip((one.id for one in asked), checked(golds(asked, box, p, cache)), strict=True))
    kept = [replace(one, gold=told[one.id]) for one in asked if isinstance(told[one.id], str)]
    samples = teach(kept, 0)
    answered = {
        one.id: replace(one, turns=(Turn(samples=(sample,)),))
        for one, sample in zip(kept, samples, strict=True)
    }
    for one in problems:
        why = told.get(one.id)
        if isinstance(why, Refused):
            yield Dropped(id=one.id, reason=why.reason, detail=why.detail)
        else:
            yield answered.get(one.id, one)


def checked(told: Sequence[str | Refused]) -> Iterator[str | Refused]:
    """Rationales that the auditor finds no false claim in."""
    for text in told:
        false = [] if isinstance(text, Refused) else false_claims(text)
        yield Refused("false claim", false[0]) if false else text


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Problem]], Iterable[Problem | Dropped]]]:
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box, cached(box) as cache:
        FACTS.update(isolation=box.tier)
        teach = teacher(params, box)
        yield lambda problems: shard(problems, box, teach, params.answer, cache)


def measure(problems: Iterator[Problem]) -> dict[str, Any]:
    """Answers and how many of them are simulated mistakes, by operator."""
    slips: dict[str, int] = {}
    answered = 0
    for one in problems:
        if one.turns:
            answered += 1
            name = one.turns[0].main.slip or "none"
            slips[name] = slips.get(name, 0) + 1
    return {"answered": answered, "slips": dict(sorted(slips.items()))}


FACTS: dict[str, Any] = {}
STAGE = stage.Stage(
    name="answer",
    takes=Problem,
    gives=Problem,
    reads=lambda p: stage.folder("pose"),
    open=opened,
    variant=lambda p: p.answer.teacher,
    sections=("seed", "answer", "execute", "isolation"),
    facts=lambda: FACTS,
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
