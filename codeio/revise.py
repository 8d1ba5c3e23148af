"""Revise: verdicts, and further turns for what is wrong.   data/answer/<teacher> -> data/revise/<teacher>

Every wrong answer gets its feedback and another try, up to `revise.max_turns` times (paper, section 2.3:
CODEI/O++ is one). All turns are kept: a view decides which of them are trained on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from codeio import stage
from codeio.answer.teach import Teach, teacher
from codeio.params import Params
from codeio.records import Dropped, Problem, Turn
from codeio.sandbox import Limits, Sandbox
from codeio.sandbox.cache import Cache
from codeio.verify import cached, judged


def shard(
    problems: Sequence[Problem], box: Sandbox, teach: Teach, params: Params, cache: Cache | None = None
) -> Iterator[Problem]:
    """The problems in their order, verified, the wrong ones with further turns."""
    lines, max_turns = params.execute.max_lines, params.revise.max_turns
    done = {one.id: one for one in judged([one for one in problems if one.turns], box, lines, cache)}
    for turn in range(1, max_turns + 1):
        wrong = [one for one in done.values() if not one.turns[-1].correct]
        samples = teach(wrong, turn)
        again = [
            replace(one, turns=(*one.turns, Turn(samples=(sample,))))
            for one, sample in zip(wrong, samples, strict=True)
        ]
        done |= {one.id: one for one in judged(again, box, lines, cache)}
    for one in problems:
        yield done.get(one.id, one)


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Problem]], Iterable[Problem | Dropped]]]:
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box, cached(box) as cache:
        FACTS.update(isolation=box.tier)
        teach = teacher(params, box)
        yield lambda problems: shard(problems, box, teach, params, cache)


def measure(problems: Iterator[Problem]) -> dict[str, Any]:
    """Answers and right ones per turn and per mistake operator, and how often each status came up."""
    turns: dict[str, dict[str, int]] = {}
    slips: dict[str, dict[str, int]] = {}
    statuses: dict[str, int] = {}
    for one in problems:
        for number, turn in enumerate(one.turns):
            add(turns, f"turn_{number}", turn.correct)
            add(slips, turn.main.slip or "none", turn.correct)
            if turn.main.verdict:
                statuses[turn.main.verdict.status] = statuses.get(turn.main.verdict.status, 0) + 1
    return {
        "turns": turns,
        "slips": dict(sorted(slips.items())),
        "status": dict(sorted(statuses.items())),
    }


def add(counts: dict[str, dict[str, int]], name: str, right: bool) -> None:
    one = counts.setdefault(name, {"answers": 0, "right": 0})
    one["answers"] += 1
    one["right"] += right


FACTS: dict[str, Any] = {}
STAGE = stage.Stage(
    name="revise",
    takes=Problem,
    gives=Problem,
    reads=lambda p: stage.folder("answer", p.answer.teacher),
    open=opened,
    variant=lambda p: p.answer.teacher,
    sections=("seed", "answer", "revise", "execute", "isolation"),
    facts=lambda: FACTS,
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
