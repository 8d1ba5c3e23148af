"""Unify without a model: guesses at the types of real code, tried in the sandbox.   Source ... -> Function ..."""

from collections.abc import Iterator, Sequence

from codeio import values
from codeio.records import Dropped, Function, Source, Split
from codeio.sandbox import Result, Sandbox
from codeio.settings import Unify
from codeio.similar import structure
from codeio.unify import harvest, inputs, repair, statement, trial, wrap
from codeio.unify.plan import Plan, plans
from codeio.unify.trial import Choice


def functions(sources: Sequence[Source], box: Sandbox, p: Unify) -> Iterator[Function | Dropped]:
    """All functions of natural sources, and every rejected candidate with its reason."""
    waiting: list[Plan] = []
    refused: list[Dropped] = []

    parsed = [repair.parse(source.text) for source in sources]
    shown = ran(parsed, box, p)

    def jobs() -> Iterator[trial.Draw]:
        for source, tree, seen in zip(sources, parsed, shown, strict=True):
            for plan in plans(source, tree, seen, p):
                if isinstance(plan, Dropped):
                    refused.append(plan)
                else:
                    waiting.append(plan)
                    yield trial.job(plan, p, p.tries)

    results = list(box.map(jobs()))
    said = [trial.choose(plan, result) for plan, result in zip(waiting, results, strict=True)]
    mended = second(waiting, said, results, box, p)
    seen: set[str] = set()
    for plan, choice in zip(waiting, mended, strict=True):
        one = choice if isinstance(choice, Dropped) else function(plan, choice, p)
        if isinstance(one, Function) and one.id in seen:
            one = Dropped(id=plan.where, reason="same code as another candidate")
        seen.add(one.id)
        yield one
    yield from refused


def second(
    tried: Sequence[Plan], said: list[Choice | Dropped], results: Sequence[Result], box: Sandbox, p: Unify
) -> list[Choice | Dropped]:
    """What is said after a further trial of those that did badly: a glance at many guesses, a trial of the better."""
    wider = [trial.again(*row) for row in zip(tried, said, results, strict=True)]
    glances = box.map(trial.job(plan, p, trial.GLANCE) for plan in wider if plan)
    left = [trial.promising(plan, next(glances)) if plan else None for plan in wider]
    later = box.map(trial.job(plan, p, p.tries) for plan in left if plan)
    return [
        trial.better(one, trial.choose(plan, next(later))) if plan else one
        for plan, one in zip(left, said, strict=True)
    ]


def ran(parsed: Sequence[repair.Parsed | str], box: Sandbox, p: Unify) -> list[harvest.Seen]:
    """What each file's functions were called with when it ran."""
    asked = [None if isinstance(one, str) else harvest.jobs(one.tree, p) for one in parsed]
    results = box.map(pair[0] for pair in asked if pair)
    first = [next(results) if pair else None for pair in asked]
    told = [one is not None and bool(harvest.calls(one)) for one in first]
    again = box.map(pair[1] for pair, some in zip(asked, told, strict=True) if some)
    return [harvest.seen(one, next(again)) if some else {} for one, some in zip(first, told, strict=True)]


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
