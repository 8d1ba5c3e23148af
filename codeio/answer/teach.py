"""Choose a teacher: one way to ask, whoever answers.   (problems, turn) -> samples per problem"""

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from codeio.answer import ask, slip
from codeio.answer.ask import Samples
from codeio.answer.telling import Refused
from codeio.errors import BadParams
from codeio.llm import Ledger, opened
from codeio.params import Params
from codeio.records import Problem, Sample
from codeio.sandbox import Sandbox
from codeio.settings import BLIND, MODEL

# Turn 0 is the first answer; at turn k the problems hold their k earlier turns with verdicts.
Teach = Callable[[Sequence[Problem], int], Sequence[Samples | Refused]]


def by_trace(problems: Sequence[Problem], turn: int) -> list[Sample]:
    """The gold response, every time."""
    return [Sample(response=one.gold) for one in problems]


TEACHERS: dict[str, Callable[[Params, Sandbox], Teach]] = {
    "trace": lambda params, box: alone(by_trace),
    "slip": lambda params, box: alone(partial(slip.teach, box=box, p=params.answer, seed=params.seed)),
}


def alone(one_each: Callable[[Sequence[Problem], int], list[Sample]]) -> Teach:
    """A teacher with one sample per problem."""
    return lambda problems, turn: [(sample,) for sample in one_each(problems, turn)]


def asks(params: Params) -> bool:
    """Whether the teacher is a language model; the others need a gold response, and tell it."""
    return params.teacher in (MODEL, BLIND)


@contextmanager
def taught(params: Params, box: Sandbox, ledger: Ledger) -> Iterator[Teach]:
    """The teacher that `teacher` names, with the model that it asks. Raises BadParams for another name."""
    if not asks(params):
        yield teacher(params, box)
        return
    with opened(params, ledger) as model:
        yield partial(ask.teach, model=model, params=params)


def teacher(params: Params, box: Sandbox) -> Teach:
    """A teacher that needs the sandbox only. Raises BadParams for another name."""
    name = params.teacher
    if name not in TEACHERS:
        known = sorted([*TEACHERS, MODEL, BLIND])
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise BadParams(f"teacher={name}: there are only {', '.join(known)}{hint}")
    return TEACHERS[name](params, box)


def require_model(params: Params) -> None:
    """Raises BadParams where a dry run has nothing to show."""
    if not asks(params):
        raise BadParams(f"server.dry_run: teacher={params.teacher} asks no model; pass teacher={MODEL}")
