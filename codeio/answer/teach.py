"""Choose a teacher: one way to ask, whoever answers.   (problems, turn) -> one sample per problem"""

import difflib
from collections.abc import Callable, Sequence
from functools import partial

from codeio.answer import slip
from codeio.errors import BadParams
from codeio.params import Params
from codeio.records import Problem, Sample
from codeio.sandbox import Sandbox

# Turn 0 is the first answer; at turn k the problems hold their k earlier turns with verdicts.
Teach = Callable[[Sequence[Problem], int], list[Sample]]


def by_trace(problems: Sequence[Problem], turn: int) -> list[Sample]:
    """The gold response, every time."""
    return [Sample(response=one.gold) for one in problems]


TEACHERS: dict[str, Callable[[Params, Sandbox], Teach]] = {
    "trace": lambda params, box: by_trace,
    "slip": lambda params, box: partial(slip.teach, box=box, p=params.answer, seed=params.seed),
}


def teacher(params: Params, box: Sandbox) -> Teach:
    """The teacher that `answer.teacher` names. Raises BadParams for another name."""
    name = params.answer.teacher
    if name not in TEACHERS:
        near = difflib.get_close_matches(name, TEACHERS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise BadParams(f"answer.teacher={name}: there are only {', '.join(sorted(TEACHERS))}{hint}")
    return TEACHERS[name](params, box)
