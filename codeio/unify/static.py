"""Unify without a model: guesses at the types of real code, tried in the sandbox.   Source ... -> Function ..."""

from collections.abc import Iterator, Sequence

from codeio import values
from codeio.params import Unify
from codeio.records import Dropped, Function, Source, Split
from codeio.sandbox import Sandbox
from codeio.unify import inputs, statement, trial, wrap
from codeio.unify.plan import Plan, plans
from codeio.unify.shape import structure
from codeio.unify.trial import Choice


def functions(sources: Sequence[Source], box: Sandbox, p: Unify) -> Iterator[Function | Dropped]:
    """All functions of natural sources, and every rejected candidate with its reason."""
    waiting: list[Plan] = []
    refused: list[Dropped] = []

    def jobs() -> Iterator[trial.Draw]:
        for source in sources:
            for plan in plans(source, p):
                if isinstance(plan, Dropped):
                    refused.append(plan)
                else:
                    waiting.append(plan)
                    yield trial.job(plan, p)

    seen: set[str] = set()
    for number, result in enumerate(box.map(jobs())):
        one = finished(waiting[number], result, p)
        if isinstance(one, Function):
            if one.id in seen:
                one = Dropped(id=waiting[number].where, reason="same code as another candidate")
            else:
                seen.add(one.id)
        yield one
    yield from refused


def finished(plan: Plan, result: trial.Result, p: Unify) -> Function | Dropped:
    """The Function of a plan whose trial went well."""
    choice = trial.choose(plan, result)
    return choice if isinstance(choice, Dropped) else function(plan, choice, p)


def function(plan: Plan, choice: Choice, p: Unify) -> Function:
    source = plan.source
    code, entry = wrap.entry(plan.wrapping, plan.closure.code, choice.guess.kinds, choice.how)
    words, tier = statement.statement(plan)
    return Function(
        id=values.digest(code, entry),
        source=source.id,
        kind=source.kind,
        corpus=source.corpus,
        version=source.version,
        path=source.path,
        lines=plan.candidate.lines,
        sha256=source.sha256,
        licence=source.licence,
        backend="static",
        code=code,
        entry=entry,
        generator=inputs.module(plan.evidence, choice.guess, plan.known),
        statement=words,
        io_description=statement.description(plan, choice),
        tier=tier,
        structure=structure(code),
        split=natural_split(source, p),
    )


def natural_split(source: Source, p: Unify) -> Split:
    """By origin file: all functions of a file are on the same side."""
    return "natural" if values.unit("natural", source.sha256) < p.heldout_natural else "train"
