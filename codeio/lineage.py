"""Trace: where a training row comes from, and what a run depends on.   id -> one screen

python -m codeio.lineage row=ID [revisions=2 ...]   of a problem (a training row), pair, function or source file
python -m codeio.lineage run=ID                     of an MLflow run, or its name

row= goes from the example over turns with verdicts, problem, certified pair and function to file, lines and licence;
the view is that of params.yaml and of further key=value. run= prints every input that a run's numbers depend on.
The first eight characters of an id are enough; full=true cuts and wraps nothing.
"""

import textwrap
from bisect import bisect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyarrow.compute as pc
import pyarrow.parquet as pq

from codeio import assemble, facts, prompting, shards
from codeio.command import run, split
from codeio.errors import BadInput, BadParams
from codeio.params import ROOT, Params, did_you_mean, load
from codeio.records import Dropped, Function, Generation, Pair, Problem, Record, Sample, Source, Turn
from codeio.stage import folder

R = TypeVar("R", bound=Record)
Line = tuple[str, str]  # label, text
SHORTEST = 8  # characters of an id that name it
WIDTH, LABEL, LIST = 118, 10, 10  # of the screen; rows of a list that it bears
MOST = {"answer": 5, "code": 8, "its lines": 4, "dvc.lock": 6}  # lines of a text


class Chain(NamedTuple):
    """What an id hangs on, as far up as its own hop; `asked` are the problems of a pair."""

    source: Source | None = None
    function: Function | None = None
    pair: Pair | None = None
    problem: Problem | None = None
    asked: tuple[Problem, ...] = ()
    functions: tuple[Function, ...] = ()


def main(words: list[str]) -> None:
    asked, others = split(words, {"row": "", "run": "", "full": "false"})
    if bool(asked["row"]) == bool(asked["run"]):
        near = did_you_mean(words[0].partition("=")[0], ["row", "run"]) if words else ""
        raise BadParams(f"{' '.join(words) or 'nothing asked'}: say row=ID or run=ID{near}")
    params = load(*others)
    if asked["run"]:
        from analysis.inputs import of_run  # here: only this needs MLflow

        lines = of_run(asked["run"])
    else:
        lines = of_row(find(asked["row"], params), params)
    print("\n".join(laid_out(lines, asked["full"] == "true")))


def find(ident: str, params: Params) -> Chain:
    """The chain of an id. Raises BadInput: unknown, dropped on the way, or not one only."""
    if len(ident) < SHORTEST:
        raise BadInput(f"row={ident}: give at least the first {SHORTEST} characters of the id")
    starts = pc.starts_with(pc.field("id"), ident)
    for at in (folder("revise", params.teacher), folder("pose")):
        if problem := only_one(rows(at, Problem, starts), ident):
            function = function_of(problem.function)
            pair = next((one for one in function.pairs if one.id == problem.pair), None)
            return above(function, pair, problem)
    with_pair = pc.match_substring(pc.field("pairs"), f'"id":"{ident}')
    if function := only_one(rows(folder("execute"), Function, with_pair), ident):
        pair = next(one for one in function.pairs if one.id.startswith(ident))
        return above(function, pair)
    for at in (folder("execute"), folder("unify")):
        if function := only_one(rows(at, Function, starts), ident):
            return above(function)
    if source := only_one(rows(folder("collect"), Source, starts), ident):
        of_it = rows(folder("unify"), Function, pc.field("source") == source.id)
        return Chain(source, functions=tuple(of_it))
    raise BadInput(missing(ident))


def above(function: Function, pair: Pair | None = None, problem: Problem | None = None) -> Chain:
    """From a function up to its file and, where only a pair was asked for, down to what is asked about it."""
    found = rows(folder("collect"), Source, pc.field("id") == function.source)
    if not found:
        raise BadInput(
            f"source {function.source} is not in data/collect: run `dvc repro`, or `dvc pull` its data"
        )
    asked: list[Problem] = []
    if problem is None:
        asked = rows(folder("pose"), Problem, pc.field("function") == function.id)
        asked = [one for one in asked if pair is None or one.pair == pair.id]
    return Chain(found[0], function, pair, problem, tuple(asked))


def rows(at: Path, record: type[R], only: pc.Expression) -> list[R]:
    return [row for path in shards.files(at) for row in shards.read(path, record, only)]


def only_one(found: list[R], ident: str) -> R | None:
    if len(found) > 1:
        named = ", ".join(row.id for row in found[:4])
        raise BadInput(f"row={ident} is the beginning of {len(found)} ids ({named}): give more of it")
    return found[0] if found else None


def function_of(ident: str) -> Function:
    found = rows(folder("execute"), Function, pc.field("id") == ident)
    if not found:
        raise BadInput(f"function {ident} is not in data/execute: run `dvc repro`, or `dvc pull` its data")
    return found[0]


def missing(ident: str) -> str:
    """Why there is no such row: dropped, with the reason; misspelt, with the nearest id; or no data at all."""
    starts = pc.starts_with(pc.field("id"), ident)
    for at in sorted((ROOT / "data").glob("**/dropped")):
        for row in rows(at, Dropped, starts):
            said = f": {' '.join(row.detail.split())[:200]}" if row.detail else ""
            return f"row={ident} was dropped by {at.parent.relative_to(ROOT / 'data')} ({row.reason}{said})"
    known = sorted(set(idents()))
    if not known:
        return f"row={ident}: data/ holds no rows yet: run `dvc repro` or `dvc pull`"
    at = bisect(known, ident)
    near = [one for one in known[max(0, at - 1) : at + 1] if one[:SHORTEST] == ident[:SHORTEST]]
    hint = (
        f"; did you mean {near[0]}?"
        if near
        else ": an id is in the samples of a report, and in MLflow's tables"
    )
    return f"row={ident}: no problem, pair, function or source file has this id{hint}"


def idents() -> Iterator[str]:
    """All ids but those of pairs, which name themselves in their problems."""
    for stage in ("collect", "unify", "pose"):
        columns = ["id", "pair"] if stage == "pose" else ["id"]
        for path in shards.files(folder(stage)):
            for column in pq.read_table(path, columns=columns).columns:
                yield from column.to_pylist()


def of_row(chain: Chain, params: Params) -> Iterator[Line]:
    """The hops from the example up to the file, and below it what hangs on the id."""
    if chain.problem:
        yield from of_problem(chain.problem, params)
    if chain.pair:
        yield from of_pair(chain.pair)
    if chain.function:
        yield from of_function(chain.function)
    if chain.source:
        yield from of_source(chain.source, chain.function)
    below = [("problem", f"{one.id} predict the {one.predict}, pair {one.pair}") for one in chain.asked]
    below += [("function", f"{one.id} {one.entry}, lines {span(one)}") for one in chain.functions]
    yield from below[:LIST]
    if len(below) > LIST:
        yield "", f"and {len(below) - LIST} more"
    way = ("collect", "unify", "execute", "pose", f"answer/{params.teacher}", f"revise/{params.teacher}")
    locked = facts.locked()
    outputs = [f"data/{at:<17}{locked[f'data/{at}'].md5}" for at in way if f"data/{at}" in locked]
    yield "dvc.lock", "\n".join(outputs) or "nothing is locked yet"


def of_problem(problem: Problem, params: Params) -> Iterator[Line]:
    yield "example", in_view(problem, params)
    for n, turn in enumerate(problem.turns):
        yield from of_turn(n, turn)
    yield "problem", f"{problem.id}: predict the {problem.predict} of {problem.entry}, split {problem.split}"
    yield "given", prompting.compact(problem.given)
    yield "wanted", prompting.compact(problem.wanted)


def in_view(problem: Problem, params: Params) -> str:
    """What the view makes of a problem: its turns and what the loss counts, or why it is left out."""
    settings = " ".join(f"{name}={getattr(params, name)}" for name in assemble.VIEW)
    if problem.split != "train":
        return f"none: held out for the rung {problem.split}, never trained on"
    if why := assemble.left_out(problem, params):
        return f"none: {why} ({settings})"
    made = assemble.conversation(problem, params)
    if made is None:
        return f"none: wrong answers dropped ({settings})"
    turns = len(made.messages) // 2
    counted = ", ".join(str(n // 2) for n in made.supervised) or "none"
    return f"{turns} of {len(problem.turns)} turns, the loss counts turn {counted} ({settings})"


def of_turn(n: int, turn: Turn) -> Iterator[Line]:
    right = "right" if turn.correct else "wrong"
    verdict = turn.main.verdict
    said = f"{verdict.status}: {verdict.feedback}" if verdict else "not verified"
    yield f"turn {n}", f"{right}{origin(turn.main)}; {said}"
    yield "answer", turn.main.response


def origin(sample: Sample) -> str:
    """How the teacher came to a response, where the store knows."""
    if isinstance(sample.generation, Generation):
        return f", {sample.generation.model}, {sample.generation.completion_tokens} tokens"
    return f", simulated slip: {sample.slip}" if sample.slip else ""


def of_pair(pair: Pair) -> Iterator[Line]:
    facts = f"difficulty {pair.difficulty}, {pair.lines} lines run, {pair.new_arcs} new arcs"
    notes = ", its call changed an argument" if pair.mutated else ""
    notes += ", kept for the rung inputs" if pair.heldout else ""
    yield "pair", f"{pair.id}: {facts}{notes}; certified by {pair.certificate}"
    yield "", f"{prompting.compact(pair.input)} -> {prompting.compact(pair.output)}"


def of_function(one: Function) -> Iterator[Line]:
    known = (
        f"patterns {', '.join(one.patterns) or 'none'}; cyclomatic {one.complexity}; {len(one.pairs)} pairs"
    )
    yield "function", f"{one.id}: {one.entry}, made by {one.backend}, split {one.split}; {known}"
    if one.statement:
        yield "", f"{one.statement} (from its {one.tier})"
    yield "code", one.code


def of_source(source: Source, function: Function | None) -> Iterator[Line]:
    lines = f":{span(function)}" if function else ""
    licence = source.licence or "unknown"
    yield "source", f"{source.corpus} {source.version}, {source.path}{lines}, licence {licence}"
    yield "", f"{source.id}, sha256 {source.sha256}"
    if function:
        first, last = function.lines
        yield "its lines", "\n".join(source.text.splitlines()[first - 1 : last])


def span(one: Function) -> str:
    return f"{one.lines[0]}-{one.lines[1]}"


def laid_out(lines: Iterable[Line], full: bool) -> Iterator[str]:
    """Labels on the left; of a long text its beginning and its last line, neither cut nor wrapped if `full`."""
    for label, text in lines:
        wrapped = [part for line in text.splitlines() or [""] for part in ([line] if full else wrap(line))]
        most = len(wrapped) if full else MOST.get(label, 3)
        if len(wrapped) > most:
            between = f"... {len(wrapped) - most + 1} more lines (full=true)"
            wrapped = [*wrapped[: most - 2], between, wrapped[-1]]
        for n, part in enumerate(wrapped):
            yield f"{'' if n else label:<{LABEL}}{part}".rstrip()


def wrap(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH - LABEL, drop_whitespace=False, break_on_hyphens=False) or [""]


if __name__ == "__main__":
    run("lineage", __doc__, main)
