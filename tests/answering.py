"""Problems for the tests of answers: posed from code through the sandbox, as the stages would."""

from collections.abc import Sequence
from functools import cache

from codeio import values
from codeio.answer.__main__ import shard
from codeio.answer.teach import taught
from codeio.collect import procedural
from codeio.llm import Ledger
from codeio.params import load
from codeio.records import Dropped, Json, Predict, Problem
from codeio.revise import shard as revise
from codeio.sandbox import Draw, Limits, Program, Run, Sandbox
from codeio.sandbox.cache import Cache

LIMITS = Limits(cpu_s=2.0, memory_mb=512)
settled = cache(load)  # answering and revising take the same settings


def pose(box: Sandbox, code: str, inputs: Sequence[dict], entry: str = "f", **fields) -> list[Problem]:
    """Both questions about every call of `code` that gives a result."""
    (result,) = box.map([Run(program=Program(code=code, entry=entry), inputs=tuple(inputs))])
    found = []
    for call in (c for c in result.calls if c.status == "ok"):
        for predict, given, wanted in (
            ("output", call.input, call.output),
            ("input", call.output, call.input),
        ):
            found.append(asked(code, entry, predict, given, wanted, rank=len(found) // 2, **fields))
    return found


def asked(code: str, entry: str, predict: Predict, given: Json, wanted: Json, **fields) -> Problem:
    """One question about a call."""
    function = values.digest(code, entry)
    pair = values.digest(function, given if predict == "output" else wanted)
    common = {
        "id": values.digest(pair, predict),
        "function": function,
        "pair": pair,
        "rank": 0,
        "predict": predict,
        "split": "train",
        "kind": "procedural",
        "corpus": "test",
        "licence": "",
        "structure": "",
        "statement": "",
        "io_description": "",
        "tier": "code-only",
        "code": code,
        "entry": entry,
        "given": given,
        "wanted": wanted,
    }
    return Problem(**common | fields)


def many(box: Sandbox, count: int, pairs: int = 4) -> list[Problem]:
    """Problems on procedural programs of all levels."""
    grown = procedural.programs(count, 3, 0)
    jobs = [
        Draw(program=Program(code=p.code, entry=p.entry), generator=p.generator, draws=60, want=pairs, seed=1)
        for p in grown
    ]
    found = []
    for program, drawn in zip(grown, box.map(jobs), strict=True):
        inputs = [call.input for call in drawn.calls]
        found += pose(box, program.code, inputs)
    return found


def answered(
    problems: Sequence[Problem], box: Sandbox, *settings: str, cache: Cache | None = None
) -> list[Problem | Dropped]:
    """The problems after the answer stage under these settings."""
    params = settled(*settings)
    with taught(params, box, Ledger()) as teach:
        return list(shard(problems, box, teach, params, cache))


def revised(problems: Sequence[Problem], box: Sandbox, *settings: str) -> list[Problem]:
    """The problems after the answer and the revise stage under these settings."""
    params = settled(*settings)
    found = [one for one in answered(problems, box, *settings) if isinstance(one, Problem)]
    with taught(params, box, Ledger()) as teach:
        return list(revise(found, box, teach, params))
