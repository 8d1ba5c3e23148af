"""Lay out: one problem or conversation as a row of another tool.   Problem, Example -> row

`messages` is TRL's and the hub's, `sharegpt` and `alpaca` are LLaMA-Factory's, `verl` is for reinforcement learning,
`released` has the fields of the data set that came with the paper.
"""

import json
from collections.abc import Callable
from typing import Any

from codeio.assemble import Example, taken
from codeio.params import Params
from codeio.records import Problem

Row = dict[str, Any]
ROLES = {"user": "human", "assistant": "gpt"}


def messages(problem: Problem, example: Example, params: Params) -> Row:
    chat = [{"role": one.role, "content": one.content} for one in example.messages]
    return {"messages": chat, "supervised": list(example.supervised)}


def sharegpt(problem: Problem, example: Example, params: Params) -> Row:
    return {"conversations": [{"from": ROLES[one.role], "value": one.content} for one in example.messages]}


def alpaca(problem: Problem, example: Example, params: Params) -> Row:
    """The last question and answer; those before are the history."""
    said = [one.content for one in example.messages]
    *before, (question, answer) = zip(said[::2], said[1::2], strict=True)
    history = [list(pair) for pair in before]
    return {"instruction": question, "input": "", "output": answer, "history": history}


def released(problem: Problem, example: Example, params: Params) -> Row:
    """Two turns at most, each with what execution said of it; null where there was no second one."""
    row: Row = {"prompt": example.messages[0].content}
    turns = taken(problem, min(params.revisions, 1))
    for number in (1, 2):
        turn = turns[number - 1] if number <= len(turns) else None
        row[f"turn_{number}"] = example.messages[2 * number - 1].content if turn else None
        row[f"feedback_{number}"] = turn.main.verdict.feedback if turn and turn.main.verdict else None
    return row


def verl(problem: Problem, example: Example, params: Params) -> Row:
    """A prompt and what the reward function needs to run a predicted input."""
    truth = {
        name: getattr(problem, name) for name in ("id", "predict", "code", "entry", "given", "wanted", "kind")
    }
    return {
        "data_source": "codeio",
        "prompt": [{"role": "user", "content": example.messages[0].content}],
        "ability": "reasoning",
        "reward_model": {"style": "rule", "ground_truth": json.dumps(truth, ensure_ascii=False)},
        "extra_info": {"split": problem.split, "function": problem.function, "predict": problem.predict},
    }


LAYOUTS: dict[str, Callable[[Problem, Example, Params], Row]] = {
    "messages": messages,
    "sharegpt": sharegpt,
    "alpaca": alpaca,
    "verl": verl,
    "released": released,
}
