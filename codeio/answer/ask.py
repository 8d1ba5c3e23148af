"""Teach by a language model: chains of thought as it writes them.   Problem ..., turn -> its samples, or why none

Turn 0 asks with the code as a tip (paper, section 2.2). A later turn shows the model its wrong answers with what
execution said of them; under `revise.mode=resample`, the control arm, it only asks the same again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from codeio import prompting, values
from codeio.answer.telling import Refused
from codeio.llm import Chat, Failed, Message, Model, Reply
from codeio.params import Params
from codeio.records import Generation, Problem, Sample, Turn
from codeio.settings import BLIND

STYLE = "ask"  # a teacher knows English, whatever model is trained later
Samples = tuple[Sample, ...]


def teach(problems: Sequence[Problem], turn: int, model: Model, params: Params) -> list[Samples | Refused]:
    """`answer.samples` responses per problem, in the order of the server; fewer where some are empty."""
    replies = model.ask([chat(one, turn, params) for one in problems])
    return [samples(reply, model.p.model or "") for reply in replies]


def chat(problem: Problem, turn: int, params: Params) -> Chat:
    """What is asked about a problem at a turn. The seed is of problem and turn: no two turns get one reply."""
    return Chat(
        kind=f"{'answer' if turn == 0 else params.revise.mode} {problem.predict}",
        messages=tuple(conversation(problem, params)),
        seed=int(values.unit("ask", problem.id, turn, params.seed) * 2**31),
        n=params.answer.samples,
    )


def conversation(problem: Problem, params: Params) -> Iterator[Message]:
    """The question, and in feedback mode all wrong answers so far with their verdicts."""
    blind = params.teacher == BLIND
    question = prompting.blind(problem, problem.predict) if blind else prompting.question(problem, STYLE)
    yield Message("user", question)
    for turn in problem.turns if params.revise.mode == "feedback" else ():
        yield Message("assistant", turn.main.response)
        yield Message("user", prompting.again(turn.main.verdict, problem.predict, STYLE))


def samples(reply: Reply | Failed, model: str) -> Samples | Refused:
    """The texts of a reply; what it cost is noted on the first."""
    if isinstance(reply, Failed):
        return Refused(f"no reply: {reply.reason}", reply.detail)
    told = [text for text in reply.texts if text.content.strip()]
    if not told:
        return Refused("empty reply", ", ".join(text.finish for text in reply.texts))
    tokens = {"prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.completion_tokens}
    return tuple(
        Sample(
            response=one.content,
            generation=Generation(model=model, finish=one.finish, **(tokens if first else {})),
        )
        for first, one in ((n == 0, one) for n, one in enumerate(told))
    )


class Taken:
    """Samples, tokens and endings of a model's turns: the same in every run, since replies are stored."""

    def __init__(self) -> None:
        self.samples = self.prompt_tokens = self.completion_tokens = 0
        self.finish: Counter[str] = Counter()

    def add(self, turn: Turn) -> None:
        for sample in turn.samples:
            if isinstance(sample.generation, Generation):
                self.samples += 1
                self.prompt_tokens += sample.generation.prompt_tokens
                self.completion_tokens += sample.generation.completion_tokens
                self.finish[sample.generation.finish] += 1

    def counts(self) -> dict[str, Any]:
        """For the metrics; nothing where no model was asked."""
        if not self.samples:
            return {}
        return {
            "samples": self.samples,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "finish": dict(sorted(self.finish.items())),
        }
