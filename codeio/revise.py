"""Revise: verdicts, and further turns for what is wrong.   data/answer/<teacher> -> data/revise/<teacher>

Every wrong answer gets its feedback and another try, up to `revise.max_turns` times (paper, section 2.3:
CODEI/O++ is one). All turns and samples are kept: a view decides which of them are trained on.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from codeio import shards, stage, values
from codeio.answer import ask
from codeio.answer.teach import Teach, asks, require_model, taught
from codeio.answer.telling import Refused
from codeio.llm import Ledger, estimate
from codeio.params import Params
from codeio.records import Dropped, Json, Problem, Turn, Verdict
from codeio.sandbox import Limits, Sandbox
from codeio.sandbox.cache import Cache
from codeio.verify import cached, feedback, judged, prediction


def shard(
    problems: Sequence[Problem], box: Sandbox, teach: Teach, params: Params, cache: Cache | None = None
) -> Iterator[Problem]:
    """The problems in their order, verified, the wrong ones with further turns; without one where no reply came."""
    p = params.revise

    def verified(several: Sequence[Problem]) -> dict[str, Problem]:
        found = judged(several, box, params.execute.max_lines, cache)
        return {one.id: noted(best(one) if p.choose == "best" else one) for one in found}

    done = verified([one for one in problems if one.turns])
    for turn in range(1, p.max_turns + 1):
        wrong = [one for one in done.values() if not one.turns[-1].correct and len(one.turns) == turn]
        again = [
            replace(one, turns=(*one.turns, Turn(samples=found)))
            for one, found in zip(wrong, teach(wrong, turn), strict=True)
            if not isinstance(found, Refused)
        ]
        done |= verified(again)
    for one in problems:
        yield done.get(one.id, one)


def best(problem: Problem) -> Problem:
    """The first right sample of the latest turn comes first; all stay."""
    *before, last = problem.turns
    order = sorted(last.samples, key=lambda sample: not (sample.verdict and sample.verdict.correct))
    return replace(problem, turns=(*before, Turn(samples=tuple(order))))


def noted(problem: Problem) -> Problem:
    """Where the latest answer repeats a wrong one, its feedback says so too."""
    if not repeats(problem.turns, problem):
        return problem
    *before, last = problem.turns
    verdict = last.main.verdict
    said = replace(verdict, feedback=f"{verdict.feedback} {feedback('repeated')}")
    main = replace(last.main, verdict=said)
    return replace(problem, turns=(*before, Turn(samples=(main, *last.samples[1:]))))


def repeats(turns: Sequence[Turn], problem: Problem) -> bool:
    """Whether the last of these turns is wrong with the prediction of one before it."""
    if len(turns) < 2 or turns[-1].correct:
        return False
    *before, last = (predicted(turn, problem) for turn in turns)
    return any(values.same(found, last[0]) for one in before for found in one) if last else False


def predicted(turn: Turn, problem: Problem) -> list[Json]:
    """What a turn's answer predicts; nothing where it is malformed."""
    found = prediction(turn.main.response, problem.predict)
    return [] if isinstance(found, Verdict) else [found]


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Problem]], Iterable[Problem | Dropped]]]:
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    ledger = Ledger(label="revise")
    with (
        Sandbox(limits, workers=params.workers, isolation=params.isolation) as box,
        cached(box) as cache,
        taught(params, box, ledger) as teach,
    ):
        FACTS.update(isolation=box.tier)
        yield lambda problems: shard(problems, box, teach, params, cache)
        FACTS.update(ledger.facts() if asks(params) else {})


def preview(params: Params) -> None:
    """What the model would be asked in turn 1, and what that costs; a later turn costs at most the same again."""
    require_model(params)
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    answered = shards.read_all(stage.folder("answer", params.teacher), Problem)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box, cached(box) as cache:
        found = judged([one for one in answered if one.turns], box, params.execute.max_lines, cache)
    wrong = [one for one in found if not one.turns[0].correct] if params.revise.max_turns else []
    estimate.show((ask.chat(one, 1, params) for one in wrong), params)


def measure(problems: Iterator[Problem]) -> dict[str, Any]:
    """Answers and right ones per turn and per mistake operator, and how often each status came up.

    Of a model also what it took, repeated predictions, and how many problems it solves at which rate.
    """
    taken, repeated, rates = ask.Taken(), Counter[str](), Counter[str]()
    turns: dict[str, dict[str, int]] = {}
    slips: dict[str, dict[str, int]] = {}
    statuses: dict[str, int] = {}
    for one in problems:
        rates.update([f"{one.turns[0].pass_rate:.2f}"] if one.turns else [])
        for number, turn in enumerate(one.turns):
            taken.add(turn)
            repeated[f"turn_{number}"] += repeats(one.turns[: number + 1], one)
            add(turns, f"turn_{number}", turn.correct)
            add(slips, turn.main.slip or "none", turn.correct)
            if turn.main.verdict:
                statuses[turn.main.verdict.status] = statuses.get(turn.main.verdict.status, 0) + 1
    return {
        "turns": turns,
        "slips": dict(sorted(slips.items())),
        "status": dict(sorted(statuses.items())),
        **of_model(taken, repeated, rates),
    }


def of_model(taken: ask.Taken, repeated: Counter[str], rates: Counter[str]) -> dict[str, Any]:
    """Further counts of a model's store; other stores have none."""
    if not taken.samples:
        return {}
    return taken.counts() | {
        "repeated": dict(sorted(repeated.items())),
        "pass_rate": dict(sorted(rates.items())),
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
    apart="function",
    reads=lambda p: stage.folder("answer", p.teacher),
    open=opened,
    variant=lambda p: p.teacher,
    sections=("seed", "answer", "revise", "llm", "execute", "isolation"),
    alone=asks,
    preview=preview,
    facts=lambda: FACTS,
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
