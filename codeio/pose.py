"""Pose: two questions per pair, predict the output and predict the input.   data/execute -> data/pose"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from codeio import shards, stage, values
from codeio.params import Params
from codeio.records import Dropped, Function, Pair, Predict, Problem
from codeio.similar import Similar, signature


def shard(functions: Sequence[Function], heldout: Similar) -> Iterator[Problem | Dropped]:
    """Problems of each function; a natural one to be trained on must not resemble a held-out one."""
    for function in functions:
        twin = heldout.find(signature(function.code)) if trains_on_nature(function) else None
        if twin:
            yield Dropped(id=function.id, reason="near duplicate of a held-out function", detail=twin)
            continue
        for rank, pair in enumerate(function.pairs):
            yield problem(function, pair, rank, "output", pair.input, pair.output)
            yield problem(function, pair, rank, "input", pair.output, pair.input)


def trains_on_nature(function: Function) -> bool:
    return function.kind == "natural" and function.split == "train"


def problem(function: Function, pair: Pair, rank: int, predict: Predict, given: Any, wanted: Any) -> Problem:
    return Problem(
        id=values.digest(pair.id, predict),
        function=function.id,
        pair=pair.id,
        rank=rank,
        predict=predict,
        split="inputs" if pair.heldout else function.split,
        kind=function.kind,
        corpus=function.corpus,
        licence=function.licence,
        structure=function.structure,
        statement=function.statement,
        io_description=function.io_description,
        tier=function.tier,
        code=function.code,
        entry=function.entry,
        given=given,
        wanted=wanted,
    )


def heldout_functions(params: Params) -> Similar:
    """Every natural function that no model may be trained on."""
    rows = shards.read_all(stage.folder("execute"), Function)
    known = ((f.id, f.code) for f in rows if f.kind == "natural" and f.split == "natural")
    return Similar(params.pose.near_duplicate, known)


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Function]], Iterable[Problem | Dropped]]]:
    heldout = heldout_functions(params)
    yield lambda functions: shard(functions, heldout)


def measure(problems: Iterator[Problem]) -> dict[str, Any]:
    """Problems per split: the size of each rung of the held-out ladder."""
    counts: dict[str, int] = {}
    for one in problems:
        counts[one.split] = counts.get(one.split, 0) + 1
    return {"split": dict(sorted(counts.items()))}


STAGE = stage.Stage(
    name="pose",
    takes=Function,
    gives=Problem,
    reads=lambda p: stage.folder("execute"),
    open=opened,
    sections=("pose",),
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
