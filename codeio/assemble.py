"""Assemble: a view of the store as chat examples.   Problem ... + view parameters -> Example ...

Views are pure: they choose turns, problems and supervised parts, and make nothing (paper, section 4; every knob
is a parameter of params.yaml). Subsets nest, since a hash of the problem decides and never its position.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from codeio import facts, prompting, shards, stage, values
from codeio.errors import BadInput, BadParams
from codeio.params import Params
from codeio.records import Problem, Turn, Verdict
from codeio.settings import BLIND, MODEL

VIEW = (
    "teacher", "revisions", "pairs_per_function", "predict", "format", "wrong", "fraction", "pass_rate", "loss",
)  # fmt: skip
SHOWN = 40  # examples of a view in the table that its run keeps
NO_STATEMENT = "no statement to ask without the code"
UNSEEN = ("q_cot", "q_then_code_cot", "q_then_code")  # formats whose question does not show the code


class Message(msgspec.Struct, frozen=True):
    role: Literal["user", "assistant"]
    content: str


class Example(msgspec.Struct, frozen=True):
    """A conversation; `supervised` are the indices of the messages that the loss counts."""

    id: str  # Problem.id: from here lineage goes back to the file
    messages: tuple[Message, ...]
    supervised: tuple[int, ...]


def check(params: Params) -> None:
    """Refuse what the store cannot give. Raises BadParams naming the parameter to raise and the command."""
    if params.format == "q_cot" and params.teacher not in (MODEL, BLIND):
        raise BadParams(
            f"format=q_cot: {params.teacher} tells of the code, which nobody would see; "
            f"only a model answers without it: teacher={MODEL}"
        )
    for name in (params.teacher, params.store):
        if name not in params.teachers:
            made = ",".join([*params.teachers, name])
            wrong = f"teacher={name} is not one of the stores {list(params.teachers)}"
            raise BadParams(f"{wrong}: make it with `dvc exp run -S 'teachers=[{made}]'`")
    ceilings = (
        ("revisions", params.revisions, "revise.max_turns", params.revise.max_turns, 0),
        ("pairs_per_function", params.pairs_per_function, "execute.pairs", params.execute.pairs, 1),
    )
    for name, wish, ceiling, most, least in ceilings:
        if wish < least:
            raise BadParams(f"{name}={wish}: it must be at least {least}")
        if wish > most:
            mend = f"raise {ceiling} and make the data: `dvc exp run -S {ceiling}={wish}`"
            raise BadParams(f"{name}={wish} goes past {ceiling}={most}, which is all the store holds; {mend}")
    if params.pass_rate[0] > params.pass_rate[1]:
        raise BadParams(f"pass_rate={list(params.pass_rate)}: the first rate must not be above the second")
    if not 0 < params.fraction <= 1:
        raise BadParams(f"fraction={params.fraction}: it must be above 0 and at most 1")


def view(problems: Iterable[Problem], params: Params, counts: Counter[str]) -> Iterator[Example]:
    """Examples of the view; what was left out and why is added to `counts`."""
    check(params)
    ranks: dict[str, int] = {}  # function -> a bit for each of its pairs
    for problem in problems:
        if problem.split != "train":
            continue
        counts["problems"] += 1
        ranks[problem.function] = ranks.get(problem.function, 0) | 1 << problem.rank
        why = left_out(problem, params)
        example = None if why else conversation(problem, params)
        if example is None:
            counts[why or "wrong answers dropped"] += 1
            continue
        counts["examples"] += 1
        counts["turns"] += len(example.messages) // 2
        yield example
    wish = (1 << params.pairs_per_function) - 1
    counts["functions with fewer pairs"] += sum(seen & wish != wish for seen in ranks.values())


def left_out(problem: Problem, params: Params) -> str | None:
    """Why a problem is not in the view, or None."""
    if problem.rank >= params.pairs_per_function:
        return "beyond pairs_per_function"
    if params.format == "q_then_code":
        return why_no_code(problem)
    if params.predict in ("input", "output") and problem.predict != params.predict:
        return "other direction"
    if params.predict == "one" and problem.predict != chosen_direction(problem.function):
        return "other direction"
    if values.unit(problem.id) >= params.fraction:
        return "beyond fraction"
    if not problem.turns:
        return "no answer"
    if params.format in UNSEEN and not problem.statement:
        return NO_STATEMENT
    low, high = params.pass_rate
    return None if low <= problem.turns[0].pass_rate <= high else "beyond pass_rate"


def why_no_code(problem: Problem) -> str | None:
    """Why a function's code is not asked for at this problem: once is enough, and only where words say what it does."""
    if problem.rank or problem.predict == "input":
        return "the code is asked for once"
    return None if problem.statement else NO_STATEMENT


def chosen_direction(function: str) -> str:
    """predict=one: each function is asked in one direction, chosen by hash."""
    return "input" if values.unit("direction", function) < 0.5 else "output"


def taken(problem: Problem, revisions: int) -> tuple[Turn, ...]:
    """Turns 0..k, but none after the first right one."""
    turns = problem.turns[: revisions + 1]
    right = next((n for n, turn in enumerate(turns) if turn.correct), len(turns) - 1)
    return turns[: right + 1]


def conversation(problem: Problem, params: Params) -> Example | None:
    """The chat of a problem, or None where the view drops it for its wrong last turn."""
    if params.format == "q_then_code":
        asked, said = prompting.blind(problem, "code"), fenced(problem.code)
        return Example(problem.id, (Message("user", asked), Message("assistant", said)), (1,))
    turns = taken(problem, params.revisions)
    responses = [turn.main.response for turn in turns]
    verdicts = [verdict(problem, turn) for turn in turns]
    right = [one.correct for one in verdicts]
    if not right[-1] and params.wrong == "drop":
        return None
    if not right[-1] and params.wrong == "ground_truth":
        responses[-1] = problem.gold or prompting.answer(problem.predict, problem.wanted)
        right[-1] = True
    style = params.model.prompts
    feedback = (prompting.again(one, problem.predict, style) for one in verdicts[:-1])
    asked = [question(problem, params), *feedback]
    if params.format == "q_then_code_cot":
        responses[0] = f"{fenced(problem.code)}\n{responses[0]}"
    messages = [
        message
        for question, response in zip(asked, responses, strict=True)
        for message in (Message("user", question), Message("assistant", response))
    ]
    supervised = [
        n for n, is_right in enumerate(right) if counts_in_loss(n, is_right, len(right), params.loss)
    ]
    return Example(problem.id, tuple(messages), tuple(2 * n + 1 for n in supervised))


def question(problem: Problem, params: Params) -> str:
    """The first question of the format: which of statement and code the answer may lean on."""
    if params.format in UNSEEN:
        return prompting.blind(problem, problem.predict)
    if params.format == "code_cot":
        problem = msgspec.structs.replace(problem, statement="", io_description="")
    return prompting.question(problem, params.model.prompts)


def fenced(code: str) -> str:
    return f"```python\n{code.strip()}\n```"


def verdict(problem: Problem, turn: Turn) -> Verdict:
    """What execution said of a turn. Raises BadInput where it was never asked: the view would guess."""
    if turn.main.verdict is None:
        raise BadInput(f"problem {problem.id} has an answer without a verdict: run `dvc repro revise`")
    return turn.main.verdict


def counts_in_loss(turn: int, right: bool, total: int, loss: str) -> bool:
    return {"all": True, "last": turn == total - 1, "right": right}[loss]


def store(params: Params) -> Iterator[Problem]:
    """All problems of the store that the view shows."""
    at = stage.folder("revise", params.store)
    if not shards.files(at):
        raise BadInput(f"data/revise/{params.store} holds no shards: run `dvc repro revise`")
    return shards.read_all(at, Problem)


def shown(params: Params) -> list[dict[str, str]]:
    """Some examples of the view as rows of text, of shards that lie evenly over the store, a few from each."""
    files = shards.files(stage.folder("revise", params.store))
    few = files[:: -(-len(files) // SHOWN)]
    return [row for path in few for row in islice(told(path, params), -(-SHOWN // len(few)))]


def told(path: Path, params: Params) -> Iterator[dict[str, str]]:
    """What is asked, every turn with its verdict, the last answer, and where it comes from."""
    for problem in shards.read(path, Problem):
        if problem.split != "train" or left_out(problem, params):
            continue
        if example := conversation(problem, params):
            said = [one.content for one in example.messages]
            yield {
                "prompt": said[0],
                "turns": "\n\n".join(f"turn {n // 2}: {said[n]}" for n in range(1, len(said), 2)),
                "verdicts": "\n".join(turn_verdicts(problem, params)),
                "answer": said[-1],
                "wanted": prompting.compact(problem.wanted),
                "predict": problem.predict,
                "corpus": problem.corpus,
                "id": problem.id,
            }


def turn_verdicts(problem: Problem, params: Params) -> list[str]:
    if params.format == "q_then_code":
        return ["the code itself, which nobody judged"]
    verdicts = (verdict(problem, turn) for turn in taken(problem, params.revisions))
    return [f"turn {n}: {one.status}: {one.feedback}" for n, one in enumerate(verdicts)]


def view_hash(params: Params) -> str:
    """What decides the examples: the store's bytes, the view's parameters, the prompts."""
    plain: dict[str, Any] = msgspec.to_builtins(params)
    prompts = {file.name: file.read_text() for file in sorted(prompting.PROMPTS.glob("*.txt"))}
    content = facts.folder_hash(stage.folder("revise", params.store))
    return values.digest(content, {name: plain[name] for name in VIEW}, params.model.prompts, prompts)
