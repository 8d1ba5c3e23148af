"""Problems as revise leaves them, and what a view takes of them."""

from collections import Counter

from msgspec.structs import replace

from codeio.assemble import Example, view
from codeio.params import Params, load
from codeio.records import Problem, Sample, Split, Turn, Verdict

PARAMS = load()
MOST, PAIRS = PARAMS.revise.max_turns, PARAMS.execute.pairs


def turn(right: bool, name: str) -> Turn:
    verdict = Verdict(status="ok" if right else "mismatch", correct=right, feedback=f"said of {name}")
    return Turn(samples=(Sample(response=f"response {name}", verdict=verdict),))


def problem(function: str, rank: int, predict: str, right: list[bool], split: Split = "train") -> Problem:
    """A problem whose turns are right or wrong as `right` says."""
    name = f"{function}.{rank}.{predict}"
    return Problem(
        id=name,
        function=function,
        pair=f"{function}.{rank}",
        rank=rank,
        predict=predict,
        split=split,
        kind="procedural",
        corpus="test",
        licence="",
        structure=function,
        statement="",
        io_description="",
        tier="code-only",
        code="def f(x):\n    return x + 1",
        entry="f",
        given={"x": rank} if predict == "output" else rank + 1,
        wanted=rank + 1 if predict == "output" else {"x": rank},
        turns=tuple(turn(is_right, f"{name}.{n}") for n, is_right in enumerate(right)),
    )


def wished(**wishes: object) -> Params:
    return replace(PARAMS, **wishes)


def taken(store: list[Problem], params: Params) -> dict[str, Example]:
    found = list(view(store, params, Counter()))
    assert len({example.id for example in found}) == len(found)
    return {example.id: example for example in found}
