"""Evaluate: the held-out ladder in both directions, baseline and interval beside every score.   checkpoint -> Scores

Everything asked is scored: a malformed answer or a question that does not fit is wrong. Outputs are compared,
predicted inputs are executed, by the same verdict that made the training data.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from codeio import arm, prompting, shards, stage, values
from codeio.errors import BadInput
from codeio.evaluate import benchmark, grids
from codeio.evaluate.benchmarks import zebralogic
from codeio.evaluate.intervals import wilson
from codeio.evaluate.ladder import Held, held_out
from codeio.params import Params
from codeio.records import Problem, Record
from codeio.sandbox import Limits, Sandbox
from codeio.train import instructions
from codeio.verify import verdicts

Answers = Callable[[Sequence[str]], list[str | None]]
INSTRUCTION_RUNG = "instructions"
GRID_RUNG = "grids"


class Item(Record, kw_only=True):
    """One question that a model was asked. `baseline_correct`: what the majority answer of training would get."""

    id: str  # Problem.id, or the digest of an instruction's question
    rung: str
    predict: str  # output, input, or answer for instructions
    kind: str
    corpus: str
    correct: bool
    baseline_correct: bool
    status: str  # of the verdict
    prompt: str
    wanted: str
    response: str
    baseline: str


class Scores(msgspec.Struct, frozen=True):
    """`metrics`: bench/<rung>_<direction>, with baseline/, low/ and high/ of the same name."""

    metrics: dict[str, float]
    items: tuple[Item, ...]


def parts() -> arm.Parts:
    """The functions of an arm that is trained and scored."""
    return arm.parts()._replace(evaluate=evaluate)


def evaluate(params: Params, checkpoint: Path) -> Scores:
    """Scores of a checkpoint. Raises BadInput where nothing is held out."""
    from codeio.evaluate import generate  # here: torch costs ten seconds, which a refusal shall not wait for

    rows = shards.read_all(stage.folder("pose"), Problem)
    held = held_out(rows, params.evaluate.items)
    if not held.items:
        raise BadInput("data/pose holds no held-out problems: raise unify.heldout_structure and the like")
    by = generate.open_checkpoint(checkpoint, params)

    def ask(questions: Sequence[str]) -> list[str | None]:
        return generate.answers(questions, by, params)

    items = (*ladder(held, params, ask), *general(params, ask), *grid(params, ask))
    facts = {"data/constants_untaught": float(held.untaught)}
    return Scores(metrics(items) | facts, items)


def ladder(held: Held, params: Params, ask: Answers) -> list[Item]:
    """The rungs: asked, answered, judged; so is the majority answer."""
    problems = [problem for _, problem in held.items]
    questions = [prompting.question(problem, params.model.prompts) for problem in problems]
    responses = ask(questions)
    guesses = [held.majority.answer(problem) for problem in problems]
    lines = params.execute.max_lines
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box:
        said = verdicts([(p, r or "") for p, r in zip(problems, responses, strict=True)], box, lines)
        guessed = verdicts(list(zip(problems, guesses, strict=True)), box, lines)
    return [
        Item(
            id=problem.id,
            rung=rung,
            predict=problem.predict,
            kind=problem.kind,
            corpus=problem.corpus,
            correct=own.correct,
            baseline_correct=base.correct,
            status=own.status if response is not None else "too_long",
            prompt=question,
            wanted=prompting.compact(problem.wanted),
            response=response or "",
            baseline=guess,
        )
        for (rung, problem), question, response, guess, own, base in zip(
            held.items, questions, responses, guesses, said, guessed, strict=True
        )
    ]


class Question(NamedTuple):
    """What is asked beside the ladder; `judge` says what a response comes to, as the status of a verdict does."""

    id: str
    prompt: str
    wanted: str
    guess: str
    judge: Callable[[str], str]


def general(params: Params, ask: Answers) -> list[Item]:
    """Instructions of families that stage 2 never shows; the answer must be equal as text."""
    count = params.evaluate.instructions
    if not count:
        return []
    known = [answer for _, answer in instructions.tasks(instructions.FAMILIES, 10 * count, params.seed)]
    guess = min(set(known), key=lambda a: (-known.count(a), a))
    questions = [
        Question(values.digest("instruction", prompt), prompt, wanted, guess, partial(compared, wanted))
        for prompt, wanted in instructions.evaluated(count, params.seed)
    ]
    return beside(INSTRUCTION_RUNG, "reasoning-gym", questions, ask)


def compared(wanted: str, response: str) -> str:
    return "ok" if response.strip() == wanted else "mismatch"


def grid(params: Params, ask: Answers) -> list[Item]:
    """Zebra grids with one solution, by ZebraLogic's scorer; the guess gives the values in alphabetical order."""
    questions = [
        Question(
            id=item.id,
            prompt=zebralogic.prompt(item),
            wanted=prompting.compact(item.gold),
            guess=prompting.compact({"solution": grids.guess(item)}),
            judge=partial(solved, item),
        )
        for item in grids.items(params.evaluate.grids, params.seed)
    ]
    return beside(GRID_RUNG, "zebra-grid", questions, ask)


def solved(item: benchmark.Item, response: str) -> str:
    mark = zebralogic.read(item, response)
    return "no_answer" if mark.extracted is None else "ok" if mark.score == 1.0 else "mismatch"


def beside(rung: str, corpus: str, questions: Sequence[Question], ask: Answers) -> list[Item]:
    """The items of a rung beside the ladder: asked, judged, the guess judged alike."""
    found = []
    for question, response in zip(
        questions, ask([q.prompt for q in questions]) if questions else [], strict=True
    ):
        status = "too_long" if response is None else question.judge(response)
        found.append(
            Item(
                id=question.id,
                rung=rung,
                predict="answer",
                kind="procedural",
                corpus=corpus,
                correct=status == "ok",
                baseline_correct=question.judge(question.guess) == "ok",
                status=status,
                prompt=question.prompt,
                wanted=question.wanted,
                response=response or "",
                baseline=question.guess,
            )
        )
    return found


def metrics(items: Sequence[Item]) -> dict[str, float]:
    """Score, baseline and 95 % Wilson interval per rung and direction, and how many items each has."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(f"{item.rung}_{item.predict}", []).append(item)
    found: dict[str, float] = {}
    for name, group in groups.items():
        right = sum(item.correct for item in group)
        low, high = wilson(right, len(group))
        found[f"bench/{name}"] = right / len(group)
        found[f"baseline/{name}"] = sum(item.baseline_correct for item in group) / len(group)
        found[f"low/{name}"], found[f"high/{name}"] = low, high
        found[f"items/{name}"] = float(len(group))
        found[f"malformed/{name}"] = sum(item.status in ("no_answer", "too_long") for item in group) / len(
            group
        )
    return {name: round(value, 6) for name, value in found.items()}
