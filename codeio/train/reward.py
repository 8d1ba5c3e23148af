"""Reward: answers of a model under training, judged by execution.   problems, responses -> rewards

The two are apart: `right` is 1 for an answer that execution confirms, `form` is 1 for one that can be read at all.
All answers of a step go to the sandbox together.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from codeio.records import Problem, Verdict
from codeio.sandbox import Sandbox
from codeio.verify import prediction, verdicts

Completions = Sequence[Sequence[dict[str, str]]]  # each one message, as TRL hands them on


class Rewards:
    """The reward functions of one training. A predicted input is run: any that leads to the output is right."""

    def __init__(self, box: Sandbox, max_lines: int) -> None:
        self.box, self.max_lines = box, max_lines

    def right(self, completions: Completions, problem: Sequence[str], **_: Any) -> list[float]:
        answers = list(zip(map(read, problem), map(text, completions), strict=True))
        return [float(one.correct) for one in verdicts(answers, self.box, self.max_lines)]

    def form(self, completions: Completions, problem: Sequence[str], **_: Any) -> list[float]:
        found = (
            prediction(text(said), read(asked).predict)
            for said, asked in zip(completions, problem, strict=True)
        )
        return [float(not isinstance(one, Verdict)) for one in found]


def written(problem: Problem) -> str:
    """A problem as a column of the trainer's data set."""
    return msgspec.json.encode(problem).decode()


def read(problem: str) -> Problem:
    return msgspec.json.decode(problem, type=Problem)


def text(completion: Sequence[dict[str, str]]) -> str:
    return completion[-1]["content"]
