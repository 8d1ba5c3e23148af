"""Pose: two questions per pair, predict the output and predict the input.   data/execute -> data/pose"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from codeio import shards, stage, values
from codeio.params import Params
from codeio.records import Dropped, Function, Pair, Predict, Problem
from codeio.similar import Similar, signature


class Known(NamedTuple):
    """What the functions of all shards have in common with each other."""

    heldout: Similar  # the natural ones that no model may be trained on
    taken: Mapping[
        str, str
    ]  # function -> the source file that it is taken from, of several with the same code


def shard(functions: Sequence[Function], known: Known) -> Iterator[Problem | Dropped]:
    """Problems of each function; a natural one to be trained on must not resemble a held-out one."""
    for function in functions:
        taken = known.taken[function.id]
        if function.source != taken:
            yield Dropped(id=function.id, reason="same code as a function of another file", detail=taken)
            continue
        twin = known.heldout.find(signature(function.code)) if trains_on_nature(function) else None
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


def known(functions: Iterable[Function], near_duplicate: float) -> Known:
    """Of functions with the same code the first is taken, a held-out one before others."""
    heldout, taken, trained = Similar(near_duplicate), dict[str, str](), set[str]()
    for one in functions:
        if one.id not in taken or (one.id in trained and one.split != "train"):
            taken[one.id] = one.source
            (trained.add if one.split == "train" else trained.discard)(one.id)
        if one.kind == "natural" and one.split == "natural":
            heldout.add(one.id, signature(one.code))
    return Known(heldout, taken)


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Function]], Iterable[Problem | Dropped]]]:
    all_shards = shards.read_all(stage.folder("execute"), Function)
    found = known(all_shards, params.pose.near_duplicate)
    yield lambda functions: shard(functions, found)


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
    apart="id",
    reads=lambda p: stage.folder("execute"),
    open=opened,
    sections=("pose",),
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
